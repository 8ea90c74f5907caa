//! Free sides: limits, and sizes worked out from a ratio and a tier.

use serde_json::json;

use super::strict::{refuse_word, stated};
use super::{Asked, Geometry};
use crate::leaf::Leaf;
use crate::number::Number;
use crate::request::{Ratio, Resolution, Size};
use crate::spec::{Origin, Span};
use crate::violation::{Violation, ViolationKind};

/// Limits of free sides.
#[derive(Debug)]
pub(crate) struct Free {
    pub(crate) width: (u32, u32),
    pub(crate) height: (u32, u32),
    /// Sides that genmux works out are multiples of it.
    pub(crate) step: u32,
    /// Where the vendor states it: exact sides must be multiples of it too.
    pub(crate) step_origin: Option<Origin>,
    /// Tiers that a size is worked out for.
    pub(crate) tiers: Vec<Resolution>,
    /// Smallest and greatest area that the lab accepts.
    pub(crate) areas: Vec<(Span, Origin)>,
    pub(crate) origin: Origin,
}

impl Free {
    /// Whether a size breaks no limit.
    pub(super) fn accepts(&self, size: Size) -> bool {
        let inside = |side: u32, (min, max): (u32, u32)| (min..=max).contains(&side);
        let step = self.exact_step();
        inside(size.width, self.width)
            && inside(size.height, self.height)
            && size.width.is_multiple_of(step)
            && size.height.is_multiple_of(step)
            && self.areas.iter().all(|(span, _)| span.contains(size.area()))
    }

    /// Every limit that a size breaks.
    pub(super) fn broken_by(&self, size: Size, leaf: Leaf) -> Vec<Violation> {
        let sides = [("width", size.width, self.width), ("height", size.height, self.height)];
        let sides = sides
            .into_iter()
            .filter_map(|(name, side, range)| self.bound(leaf, size, (name, side, range)));
        let areas = self.areas.iter().filter_map(|area| broken_area(leaf, size, area));
        sides.chain(self.off_step(size, leaf)).chain(areas).collect()
    }

    fn off_step(&self, size: Size, leaf: Leaf) -> Vec<Violation> {
        let Some(origin) = &self.step_origin else { return Vec::new() };
        let sides = [("width", size.width), ("height", size.height)].into_iter();
        let off = sides.filter(|(_, side)| !side.is_multiple_of(self.step));
        let violation = |(name, side): (&str, u32)| {
            let step = self.step;
            let message = format!("{name} {side} is not a multiple of {step}; give one that is");
            let violation = Violation::new(leaf, ViolationKind::OffStep, message);
            violation.actual(json!(size)).accepted(json!({ "step": step })).stated_by(origin)
        };
        off.map(violation).collect()
    }

    /// The step of exact sides.
    pub(super) const fn exact_step(&self) -> u32 {
        if self.step_origin.is_some() { self.step } else { 1 }
    }

    fn bound(&self, leaf: Leaf, size: Size, one: (&str, u32, (u32, u32))) -> Option<Violation> {
        let (name, given, (min, max)) = one;
        let (kind, bound) = match given {
            given if given < min => (ViolationKind::BelowMinimum, format!("below {min}")),
            given if given > max => (ViolationKind::AboveMaximum, format!("above {max}")),
            _ => return None,
        };
        let what =
            if leaf == Leaf::Size { String::new() } else { format!("{leaf} asks for {size}: ") };
        let message = format!("{what}{name} {given} is {bound}; accepted {min} to {max}");
        let violation = Violation::new(leaf, kind, message).actual(json!(size));
        Some(violation.accepted(json!({ "min": min, "max": max })).stated_by(&self.origin))
    }

    /// The size of a ratio, a tier or both, if it is inside the limits.
    pub(super) fn words(&self, geometry: &Geometry, asked: Asked) -> Option<Size> {
        let tier = asked.tier;
        if tier.is_some_and(|tier| !self.tiers.contains(&tier)) {
            return None;
        }
        let ratio = asked.fixed().or(geometry.default_ratio)?;
        self.worked_out(ratio, tier).filter(|size| self.accepts(*size))
    }

    /// The size that a ratio has at a tier, inside the limits or not; without a tier, the largest.
    fn worked_out(&self, ratio: Ratio, tier: Option<Resolution>) -> Option<Size> {
        let Some(tier) = tier else {
            let (_, most) = self.area_range();
            return largest(ratio, self.step, (self.width.1, self.height.1), most);
        };
        largest(ratio, self.step, (u32::MAX, u32::MAX), tier.area())
    }

    /// Why there is no such size.
    pub(super) fn why_words(&self, geometry: &Geometry, asked: Asked) -> Vec<Violation> {
        if let Some(tier) = asked.tier.filter(|tier| !self.tiers.contains(tier)) {
            let tiers = json!(geometry.tiers());
            return vec![refuse_word(geometry, Leaf::Resolution, &json!(tier), &tiers)];
        }
        let Some(ratio) = asked.fixed().or(geometry.default_ratio) else { return Vec::new() };
        match asked.tier.and_then(|tier| self.worked_out(ratio, Some(tier))) {
            Some(size) => self.broken_by(size, Leaf::Resolution),
            None => vec![self.refuse_ratio(geometry, ratio)],
        }
    }

    fn refuse_ratio(&self, geometry: &Geometry, ratio: Ratio) -> Violation {
        let ((w_min, w_max), (h_min, h_max), step) = (self.width, self.height, self.step);
        let message = format!(
            "aspect_ratio {ratio} has no size with sides in multiples of {step}, width {w_min} to {w_max} \
             and height {h_min} to {h_max}; give another ratio or an exact size"
        );
        let violation = Violation::new(Leaf::AspectRatio, ViolationKind::NotAccepted, message);
        let accepted = json!({ "width": self.width, "height": self.height, "step": step });
        stated(geometry, violation.actual(json!(ratio)).accepted(accepted))
    }

    /// The size inside the limits, with sides in steps, that is nearest in ratio, then in area.
    pub(super) fn nearest(&self, ratio: Ratio, area: u64, step: u32) -> Option<Size> {
        let (least, most) = self.area_range();
        let area = area.clamp(least, most.max(least));
        let exact = Unit::of(ratio, step).and_then(|unit| self.nearest_exact(unit, area));
        // Rounding may end just outside the areas; a little more or less does not.
        let near = [area, area.saturating_add(area / 32), area - area / 32];
        exact.or_else(|| near.iter().find_map(|area| self.nearest_rounded(ratio, *area, step)))
    }

    /// Whether some ratio may have a size of the tier inside the limits. A worked-out size has more
    /// than a quarter of the tier's area: with twice the sides it would be above it.
    pub(crate) fn may_reach(&self, tier: Resolution) -> bool {
        let area = |width: u32, height: u32| u64::from(width) * u64::from(height);
        let (least, most) = self.area_range();
        let least = least.max(area(self.width.0, self.height.0));
        let most = most.min(area(self.width.1, self.height.1));
        least <= tier.area() && tier.area() / 4 < most
    }

    /// The smallest and the greatest area that the lab accepts.
    fn area_range(&self) -> (u64, u64) {
        self.areas.iter().fold((1, u64::MAX), |(least, most), (span, _)| {
            (least.max(span.min.unwrap_or(1)), most.min(span.max.unwrap_or(u64::MAX)))
        })
    }

    fn nearest_exact(&self, unit: Unit, area: u64) -> Option<Size> {
        let least = u64::from(self.width.0)
            .div_ceil(unit.width)
            .max(u64::from(self.height.0).div_ceil(unit.height));
        let most =
            (u64::from(self.width.1) / unit.width).min(u64::from(self.height.1) / unit.height);
        if least.max(1) > most {
            return None;
        }
        let wanted = unit.times_within(area).max(1);
        let near = [wanted, wanted + 1].map(|times| times.clamp(least.max(1), most));
        let inside = near.into_iter().filter_map(|times| unit.times(times));
        let inside = inside.filter(|size| self.accepts(*size));
        inside
            .min_by(|a, b| away(*a, area).total_cmp(&away(*b, area)).then(a.area().cmp(&b.area())))
    }

    /// Where no size has exactly the ratio: both sides rounded to steps inside the limits.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
    fn nearest_rounded(&self, ratio: Ratio, area: u64, step: u32) -> Option<Size> {
        let bounds = |(min, max): (u32, u32)| (f64::from(min), f64::from(max));
        let ((w_min, w_max), (h_min, h_max)) = (bounds(self.width), bounds(self.height));
        let ratio = ratio.ln().exp().clamp(w_min / h_max, w_max / h_min);
        let height =
            (area as f64 / ratio).sqrt().clamp(h_min.max(w_min / ratio), h_max.min(w_max / ratio));
        let step = f64::from(step.max(1));
        let round = |side: f64, min: f64, max: f64| {
            let (least, most) = ((min / step).ceil() * step, (max / step).floor() * step);
            ((side / step).round() * step).max(least).min(most) as u32
        };
        let (width, height) = (round(height * ratio, w_min, w_max), round(height, h_min, h_max));
        let size = Size { width, height };
        self.accepts(size).then_some(size)
    }
}

#[allow(clippy::cast_precision_loss)]
fn away(size: Size, area: u64) -> f64 {
    ((size.area() as f64).ln() - (area as f64).ln()).abs()
}

fn broken_area(leaf: Leaf, size: Size, (span, origin): &(Span, Origin)) -> Option<Violation> {
    let area = size.area();
    let (kind, bound) = match (span.min, span.max) {
        (Some(min), _) if area < min => (ViolationKind::BelowMinimum, format!("below {min}")),
        (_, Some(max)) if area > max => (ViolationKind::AboveMaximum, format!("above {max}")),
        _ => return None,
    };
    let message = format!("{leaf} asks for {size}: {area} pixels are {bound}");
    let accepted =
        json!({ "min": span.min.map(Number::whole), "max": span.max.map(Number::whole) });
    Some(
        Violation::new(leaf, kind, message)
            .actual(json!(size))
            .accepted(accepted)
            .stated_by(origin),
    )
}

/// The smallest size of a ratio with both sides multiples of a step.
#[derive(Clone, Copy)]
struct Unit {
    width: u64,
    height: u64,
}

impl Unit {
    fn of(ratio: Ratio, step: u32) -> Option<Unit> {
        let Ratio { width, height } = ratio.reduced();
        let (width, height, step) = (u64::from(width), u64::from(height), u64::from(step.max(1)));
        let times = lcm(step / gcd(width, step), step / gcd(height, step));
        Some(Unit { width: width.checked_mul(times)?, height: height.checked_mul(times)? })
    }

    fn times(self, times: u64) -> Option<Size> {
        let side = |side: u64| side.checked_mul(times).and_then(|side| u32::try_from(side).ok());
        let (width, height) = (side(self.width)?, side(self.height)?);
        (times > 0).then_some(Size { width, height })
    }

    /// How many times the unit fits into an area.
    fn times_within(self, area: u64) -> u64 {
        let one = u128::from(self.width) * u128::from(self.height);
        u64::try_from((u128::from(area) / one).isqrt()).unwrap_or(u64::MAX - 1)
    }
}

/// The largest size of exactly a ratio, in steps, inside sides and area.
fn largest(ratio: Ratio, step: u32, sides: (u32, u32), area: u64) -> Option<Size> {
    let unit = Unit::of(ratio, step)?;
    let by_sides = (u64::from(sides.0) / unit.width).min(u64::from(sides.1) / unit.height);
    unit.times(by_sides.min(unit.times_within(area)))
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn lcm(a: u64, b: u64) -> u64 {
    a / gcd(a, b) * b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ratio: &str, tier: Resolution, expected: &str) {
        let size = largest(ratio.parse().unwrap(), 8, (u32::MAX, u32::MAX), tier.area());
        assert_eq!(
            size.map(|size| size.to_string()).unwrap_or_default(),
            expected,
            "{ratio} {tier}"
        );
    }

    #[test]
    fn sizes_are_the_largest_of_exactly_the_ratio() {
        check("16:9", Resolution::K1, "1280x720");
        check("16:9", Resolution::P1080, "1920x1080");
        check("1:1", Resolution::K2, "2048x2048");
        check("5:4", Resolution::K2, "2280x1824");
        check("21:9", Resolution::K4, "6216x2664");
        check("1999:1000", Resolution::K1, "");
    }

    fn free(width: (u32, u32), height: (u32, u32)) -> Free {
        let origin =
            Origin { page: "p".into(), since: "2026-01-01".parse().unwrap(), at_run: false };
        Free {
            width,
            height,
            step: 8,
            step_origin: None,
            tiers: Vec::new(),
            areas: Vec::new(),
            origin,
        }
    }

    #[test]
    fn the_nearest_size_keeps_the_ratio_where_it_can() {
        let limits = free((512, 2048), (512, 2048));
        let check = |ratio: &str, area: u64, expected: &str| {
            assert_eq!(
                limits.nearest(ratio.parse().unwrap(), area, 1).unwrap().to_string(),
                expected,
                "{ratio}"
            );
        };
        check("16:9", 4096 * 4096, "2048x1152");
        check("16:9", 10, "912x513");
        check("3:2", 3000 * 2000, "2046x1364");
        check("147:128", 4704 * 4096, "1911x1664");
        check("4000:300", 4000 * 300, "2048x512");
        check("1999:1333", 1999 * 1333, "1999x1333");
    }

    #[test]
    fn a_step_that_the_vendor_states_holds_for_exact_sides_too() {
        let mut limits = free((672, 3136), (672, 3136));
        let size = Size { width: 1000, height: 1600 };
        assert_eq!(limits.broken_by(size, Leaf::Size).len(), 0);
        limits.step = 16;
        limits.step_origin = Some(limits.origin.clone());
        let broken = limits.broken_by(size, Leaf::Size);
        assert_eq!(broken.len(), 1);
        assert_eq!(broken[0].message, "width 1000 is not a multiple of 16; give one that is");
        let near = limits.nearest(size.ratio(), size.area(), limits.exact_step());
        assert_eq!(near.unwrap().to_string(), "1040x1664");
    }
}
