//! Ranges, steps and closed sets of numbers.

use serde_json::{Value, json};

use super::list;
use crate::leaf::Leaf;
use crate::number::Number;
use crate::spec::Origin;
use crate::violation::{Violation, ViolationKind};

/// The limits of a number: every one is optional.
#[derive(Debug, Default)]
pub(crate) struct NumberLimits {
    pub(crate) min: Option<(Number, Origin)>,
    pub(crate) max: Option<(Number, Origin)>,
    pub(crate) step: Option<(Number, Origin)>,
    pub(crate) values: Option<(Vec<Number>, Origin)>,
    /// Limits of the lab, beside the offer's own.
    pub(crate) upstream: Vec<NumberLimits>,
}

impl NumberLimits {
    /// Whether there is no limit at all.
    pub(crate) fn is_empty(&self) -> bool {
        let NumberLimits { min, max, step, values, upstream } = self;
        let own = min.is_some() || max.is_some() || step.is_some() || values.is_some();
        !own && upstream.iter().all(NumberLimits::is_empty)
    }

    /// Whether a number breaks no limit.
    pub(crate) fn accepts(&self, value: Number) -> bool {
        let NumberLimits { min, max, step, values, upstream } = self;
        min.as_ref().is_none_or(|(min, _)| value >= *min)
            && max.as_ref().is_none_or(|(max, _)| value <= *max)
            && values.as_ref().is_none_or(|(values, _)| values.contains(&value))
            && step.as_ref().is_none_or(|(step, _)| value.is_multiple_of(*step))
            && upstream.iter().all(|upstream| upstream.accepts(value))
    }
}

/// The first limit that a number breaks, with the nearest accepted number.
pub(crate) fn check_number(
    leaf: Leaf,
    value: Number,
    limits: &NumberLimits,
) -> Option<(Violation, Option<Number>)> {
    let (kind, message, origin) = broken(leaf, value, limits)?;
    let nearest = nearest(value, limits);
    let violation = Violation::new(leaf, kind, message)
        .actual(json!(value))
        .accepted(accepted(limits))
        .nearest(nearest.map(|near| json!(near)))
        .stated_by(origin);
    Some((violation, nearest))
}

type Broken<'a> = (ViolationKind, String, &'a Origin);

fn broken(leaf: Leaf, value: Number, limits: &NumberLimits) -> Option<Broken<'_>> {
    let say = |what: &str| format!("{leaf} {value} {what}; accepted {}", describe(limits));
    if let Some((values, origin)) = &limits.values
        && !values.contains(&value)
    {
        return Some((ViolationKind::NotAccepted, say("is not among the accepted values"), origin));
    }
    if let Some((min, origin)) = &limits.min
        && value < *min
    {
        return Some((ViolationKind::BelowMinimum, say(&format!("is below {min}")), origin));
    }
    if let Some((max, origin)) = &limits.max
        && value > *max
    {
        return Some((ViolationKind::AboveMaximum, say(&format!("is above {max}")), origin));
    }
    if let Some((step, origin)) = &limits.step
        && !value.is_multiple_of(*step)
    {
        return Some((
            ViolationKind::OffStep,
            say(&format!("is not a multiple of {step}")),
            origin,
        ));
    }
    limits.upstream.iter().find_map(|upstream| broken(leaf, value, upstream))
}

/// The nearest accepted number; ties go to the smaller, which is the cheaper.
pub(crate) fn nearest(value: Number, limits: &NumberLimits) -> Option<Number> {
    if let Some((values, _)) = &limits.values {
        let taken = values.iter().copied().filter(|near| limits.accepts(*near));
        return taken.min_by_key(|near| (near.distance(value), *near));
    }
    let mut near = value;
    for bounds in std::iter::once(limits).chain(&limits.upstream) {
        if let Some((min, _)) = &bounds.min {
            near = near.max(*min);
        }
        if let Some((max, _)) = &bounds.max
            && bounds.min.as_ref().is_none_or(|(min, _)| min <= max)
        {
            near = near.min(*max);
        }
    }
    let Some((step, _)) = &limits.step else { return Some(near) };
    let below = near.round_down(*step);
    let candidates = [below, below.plus(*step)];
    let inside = candidates.into_iter().filter(|near| limits.accepts(*near));
    inside.min_by_key(|candidate| (candidate.distance(near), *candidate))
}

/// The accepted numbers, for a message.
pub(crate) fn describe(limits: &NumberLimits) -> String {
    if let Some((values, _)) = &limits.values {
        return list(&values.iter().map(|value| json!(value)).collect::<Vec<_>>());
    }
    let range = match (&limits.min, &limits.max) {
        (Some((min, _)), Some((max, _))) => format!("{min} to {max}"),
        (Some((min, _)), None) => format!("{min} and more"),
        (None, Some((max, _))) => format!("up to {max}"),
        (None, None) => "any number".to_owned(),
    };
    let range = match &limits.step {
        Some((step, _)) => format!("{range} in steps of {step}"),
        None => range,
    };
    narrower(limits)
        .fold(range, |range, upstream| format!("{range}, upstream {}", describe(upstream)))
}

/// The lab's limits that the offer's own do not say already.
fn narrower(limits: &NumberLimits) -> impl Iterator<Item = &NumberLimits> {
    let number = |bound: &Option<(Number, Origin)>| bound.as_ref().map(|(number, _)| *number);
    limits.upstream.iter().filter(move |upstream| {
        let (min, max) = (number(&upstream.min), number(&upstream.max));
        let below = min.is_some() && number(&limits.min) < min;
        below || max.is_some_and(|max| number(&limits.max).is_none_or(|own| own > max))
    })
}

/// The accepted numbers as JSON.
pub(crate) fn accepted(limits: &NumberLimits) -> Value {
    if let Some((values, _)) = &limits.values {
        return json!(values);
    }
    let mut accepted = serde_json::Map::new();
    for (key, limit) in [("min", &limits.min), ("max", &limits.max), ("step", &limits.step)] {
        if let Some((limit, _)) = limit {
            accepted.insert(key.to_owned(), json!(limit));
        }
    }
    let upstream: Vec<Value> = narrower(limits).map(self::accepted).collect();
    if !upstream.is_empty() {
        accepted.insert("upstream".to_owned(), upstream.into());
    }
    accepted.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(min: i64, max: i64, step: i64) -> NumberLimits {
        let origin =
            || Origin { page: "p".into(), since: "2026-01-01".parse().unwrap(), at_run: false };
        NumberLimits {
            min: Some((Number::millis(min), origin())),
            max: Some((Number::millis(max), origin())),
            step: (step > 0).then(|| (Number::millis(step), origin())),
            ..NumberLimits::default()
        }
    }

    fn check(value: i64, limits: &NumberLimits, expected: Option<(ViolationKind, i64)>) {
        let found = check_number(Leaf::Duration, Number::millis(value), limits);
        let found =
            found.map(|(violation, near)| (violation.kind, near.unwrap().as_millis().unwrap()));
        assert_eq!(found, expected, "{value}");
    }

    #[test]
    fn ranges_are_closed() {
        let range = limits(1200, 12000, 0);
        check(1200, &range, None);
        check(12000, &range, None);
        check(1199, &range, Some((ViolationKind::BelowMinimum, 1200)));
        check(12001, &range, Some((ViolationKind::AboveMaximum, 12000)));
    }

    #[test]
    fn steps_round_to_the_nearest_and_ties_go_down() {
        let range = limits(1200, 12000, 100);
        check(8500, &range, None);
        check(8560, &range, Some((ViolationKind::OffStep, 8600)));
        check(8550, &range, Some((ViolationKind::OffStep, 8500)));
    }

    #[test]
    fn a_range_may_have_one_end() {
        let upper = NumberLimits { min: None, ..limits(0, 12000, 0) };
        check(99000, &upper, Some((ViolationKind::AboveMaximum, 12000)));
        let lower = NumberLimits { max: None, ..limits(1200, 0, 0) };
        check(1000, &lower, Some((ViolationKind::BelowMinimum, 1200)));
    }

    #[test]
    fn messages_name_both_numbers() {
        let (violation, _) =
            check_number(Leaf::Duration, Number::whole(15), &limits(1200, 12000, 0)).unwrap();
        assert_eq!(violation.message, "duration 15 is above 12; accepted 1.2 to 12");
        assert_eq!(violation.source.as_deref(), Some("p, 2026-01-01"));
    }
}
