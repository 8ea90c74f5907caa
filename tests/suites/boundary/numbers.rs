//! Ranges, steps and closed sets of numbers.

use serde_json::Value;

use crate::case::{Case, Expected, Probe, accepted, refused};
use crate::limit::{Limit, bound};

/// Thousandths, exact also where a vendor prints a seed beyond 64 signed bits.
fn thousandths(value: &Value) -> i128 {
    #[allow(clippy::cast_possible_truncation)]
    let float = || (value.as_f64().unwrap_or_default() * 1000.0).round() as i128;
    value.as_u64().map_or_else(float, |whole| i128::from(whole) * 1000)
}

#[allow(clippy::cast_precision_loss)]
fn number(thousandths: i128) -> Value {
    match u64::try_from(thousandths / 1000) {
        Ok(whole) if thousandths % 1000 == 0 => whole.into(),
        _ => (thousandths as f64 / 1000.0).into(),
    }
}

/// The smallest difference that the field can express.
fn unit(limit: &Limit<'_>) -> i128 {
    let fine = matches!(limit.field, "duration" | "guidance_scale");
    limit.beside("step").map_or(if fine { 1 } else { 1000 }, thousandths)
}

/// The lab's range, where the offer states none of its own; else it is exercised with that.
pub(crate) fn upstream(limit: &Limit<'_>) -> Vec<Case> {
    if limit.field == "size" {
        return crate::areas::squares(limit);
    }
    let own = |end: &str| limit.beside(end).is_some();
    let ends = [("min", min as fn(&Limit<'_>) -> Vec<Case>), ("max", max)].into_iter();
    let ends = ends.filter(|(end, _)| limit.value.get(end).is_some() && !own(end));
    let limited = ends.flat_map(|(attribute, cases)| cases(&Limit { attribute, ..*limit }));
    limited.collect()
}

pub(crate) fn min(limit: &Limit<'_>) -> Vec<Case> {
    let value = bound(limit.subject, limit.field, "min").unwrap_or(limit.value);
    let (min, unit) = (thousandths(value), unit(limit));
    let mut cases = vec![
        limit.set("on", number(min), accepted()),
        limit.set("inside", number(min + unit), accepted()),
    ];
    if min >= unit {
        let below = number(min - unit);
        let expected = refused(limit.field, "below_minimum", &[&below, value]);
        cases.push(limit.set("outside", below, expected));
    }
    cases
}

pub(crate) fn max(limit: &Limit<'_>) -> Vec<Case> {
    if limit.field == "count" {
        return count_max(limit);
    }
    let value = bound(limit.subject, limit.field, "max").unwrap_or(limit.value);
    let (max, unit) = (thousandths(value), unit(limit));
    let above = number(max + unit);
    let expected = refused(limit.field, "above_maximum", &[&above, value]);
    vec![
        limit.set("on", number(max), accepted()),
        limit.set("inside", number(max - unit), accepted()),
        limit.set("outside", above, expected),
    ]
}

/// More results than one call gives become several calls, full calls first.
fn count_max(limit: &Limit<'_>) -> Vec<Case> {
    let max = limit.value.as_u64().unwrap_or(1);
    let wire = limit.wires().remove(0);
    let calls = |calls: u64, results: u64| {
        let results = Probe::Wire(wire.clone(), results.into());
        Expected::Accepted(vec![Probe::Calls(calls), results])
    };
    vec![
        limit.set("on", max.into(), calls(1, max)),
        limit.set("inside", (max - 1).into(), calls(1, max - 1)),
        limit.set("outside", (max + 1).into(), calls(2, max)),
    ]
}

pub(crate) fn step(limit: &Limit<'_>) -> Vec<Case> {
    if limit.field == "size" {
        return Vec::new();
    }
    let step = thousandths(limit.value);
    let min = bound(limit.subject, limit.field, "min").map_or(step, thousandths);
    let off = number(min + step / 2);
    let expected = refused(limit.field, "off_step", &[&off, limit.value]);
    vec![
        limit.set("on", number(min + step), accepted()),
        limit.set("inside", number(min + 2 * step), accepted()),
        limit.set("outside", off, expected),
    ]
}

pub(crate) fn values(limit: &Limit<'_>) -> Vec<Case> {
    let values = limit.value.as_array().cloned().unwrap_or_default();
    let mut cases = Vec::new();
    for value in &values {
        cases.push(limit.set(&format!("on-{value}"), value.clone(), accepted()));
        for near in [thousandths(value) - 1000, thousandths(value) + 1000].map(number) {
            if !values.contains(&near) {
                let mentions: Vec<&Value> = values.iter().chain([&near]).collect();
                let expected = refused(limit.field, "not_accepted", &mentions);
                cases.push(limit.set(&format!("outside-{near}"), near.clone(), expected));
            }
        }
    }
    cases
}
