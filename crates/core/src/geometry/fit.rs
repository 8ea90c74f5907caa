//! The nearest accepted size: ratio first, then area, ties to fewer pixels.

use serde_json::{Value, json};

use super::strict::pixels;
use super::{Asked, Entry, Geometry, Wired, strict};
use crate::leaf::Leaf;
use crate::request::{AspectRatio, Ratio, Resolution, Size};

/// The nearest to exact pixels, and how it reads.
pub(super) fn size(geometry: &Geometry, size: Size) -> Option<(Wired, String)> {
    if let (Some(free), true) = (&geometry.free, geometry.pixels) {
        let near = free.nearest(size.ratio(), size.area(), free.exact_step())?;
        return Some((pixels(near), near.to_string()));
    }
    if geometry.pixels {
        let entry = nearest_entry(&geometry.table, Some(size.ratio()), size.area())?;
        return Some((pixels(entry.size), entry.size.to_string()));
    }
    let ratio = nearest_ratio(&geometry.ratios(), size.ratio());
    let tier = nearest_tier(&geometry.tiers(), size.area());
    let wired = strict::words(geometry, Asked { ratio: ratio.map(AspectRatio::Fixed), tier })?;
    let words =
        ratio.map(|ratio| ratio.to_string()).into_iter().chain(tier.map(|tier| tier.to_string()));
    Some((wired, words.collect::<Vec<_>>().join(" ")))
}

/// The nearest to a ratio and a tier, and the leaves that moved.
pub(super) fn words(geometry: &Geometry, asked: Asked) -> Option<(Wired, Vec<(Leaf, Value)>)> {
    if asked.ratio == Some(AspectRatio::Auto) {
        // No ratio is near to an open one; only the tier can move.
        let tier = nearest_tier(&geometry.tiers(), asked.tier?.area())?;
        let wired = strict::words(geometry, Asked { tier: Some(tier), ..asked })?;
        return Some((wired, vec![(Leaf::Resolution, json!(tier))]));
    }
    let named =
        [(Leaf::AspectRatio, asked.ratio.is_some()), (Leaf::Resolution, asked.tier.is_some())];
    if named.into_iter().any(|(leaf, set)| set && !geometry.takes(leaf)) {
        return None;
    }
    match (&geometry.free, geometry.pixels) {
        (Some(_), true) => by_free_sides(geometry, asked),
        (None, true) => by_table(geometry, asked),
        _ => by_words(geometry, asked),
    }
}

fn by_words(geometry: &Geometry, asked: Asked) -> Option<(Wired, Vec<(Leaf, Value)>)> {
    let ratio = match asked.fixed() {
        Some(ratio) => Some(AspectRatio::Fixed(nearest_ratio(&geometry.ratios(), ratio)?)),
        None => None,
    };
    let tier = match asked.tier {
        Some(tier) => Some(nearest_tier(&geometry.tiers(), tier.area())?),
        None => None,
    };
    let near = Asked { ratio, tier };
    Some((strict::words(geometry, near)?, moved(asked, near)))
}

fn by_table(geometry: &Geometry, asked: Asked) -> Option<(Wired, Vec<(Leaf, Value)>)> {
    let area = asked.tier.or(geometry.default_tier)?.area();
    let ratio = asked.fixed().or(geometry.default_ratio);
    let entry = nearest_entry(&geometry.table, ratio, area)?;
    let near = Asked {
        ratio: asked.ratio.map(|_| AspectRatio::Fixed(entry.label)),
        tier: asked.tier.map(|_| entry.tier),
    };
    // What it moves to takes the road that it takes when it is asked for strictly.
    let wired = strict::words(geometry, near).unwrap_or_else(|| pixels(entry.size));
    Some((wired, moved(asked, near)))
}

fn by_free_sides(geometry: &Geometry, asked: Asked) -> Option<(Wired, Vec<(Leaf, Value)>)> {
    let free = geometry.free.as_ref()?;
    let tier = match asked.tier {
        Some(tier) => Some(nearest_tier(&geometry.tiers(), tier.area())?),
        None => None,
    };
    let near = Asked { tier, ..asked };
    if let Some(wired) = strict::words(geometry, near) {
        return Some((wired, moved(asked, near)));
    }
    let ratio = asked.fixed().or(geometry.default_ratio)?;
    let most = u64::from(free.width.1) * u64::from(free.height.1);
    let size = free.nearest(ratio, tier.map_or(most, Resolution::area), free.step)?;
    if asked.tier.is_none() {
        // What it moves to takes the road that it takes when it is asked for strictly.
        let near = Asked { ratio: Some(AspectRatio::Fixed(size.ratio().reduced())), tier: None };
        return Some((strict::words(geometry, near)?, moved(asked, near)));
    }
    let mut changes = Vec::new();
    if size.ratio() != ratio && asked.ratio.is_some() {
        changes.push((Leaf::AspectRatio, json!(size.ratio().reduced())));
    }
    if asked.tier.is_some() {
        changes.push((Leaf::Resolution, json!(size)));
    }
    Some((pixels(size), changes))
}

fn moved(asked: Asked, near: Asked) -> Vec<(Leaf, Value)> {
    let mut changes = Vec::new();
    if let Some(ratio) = near.ratio.filter(|ratio| Some(*ratio) != asked.ratio) {
        changes.push((Leaf::AspectRatio, json!(ratio)));
    }
    if let Some(tier) = near.tier.filter(|tier| Some(*tier) != asked.tier) {
        changes.push((Leaf::Resolution, json!(tier)));
    }
    changes
}

/// How far two positive values are apart, as a key that sorts: |ln(a / b)|.
fn apart(a: f64, b: f64) -> i64 {
    // A billionth is far below any difference between two listed sizes and far above rounding.
    #[allow(clippy::cast_possible_truncation)]
    let key = ((a - b).abs() * 1e9).round() as i64;
    key
}

#[allow(clippy::cast_precision_loss)]
fn ln(area: u64) -> f64 {
    (area as f64).ln()
}

fn nearest_entry(table: &[Entry], ratio: Option<Ratio>, area: u64) -> Option<Entry> {
    let key = |entry: &&Entry| {
        let by_ratio = ratio.map_or(0, |ratio| apart(entry.label.ln(), ratio.ln()));
        (by_ratio, apart(ln(entry.size.area()), ln(area)), entry.size.area())
    };
    table.iter().min_by_key(key).copied()
}

fn nearest_ratio(ratios: &[Ratio], ratio: Ratio) -> Option<Ratio> {
    ratios.iter().copied().min_by_key(|near| apart(near.ln(), ratio.ln()))
}

fn nearest_tier(tiers: &[Resolution], area: u64) -> Option<Resolution> {
    tiers.iter().copied().min_by_key(|near| (apart(ln(near.area()), ln(area)), near.area()))
}
