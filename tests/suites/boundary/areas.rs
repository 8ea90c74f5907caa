//! Areas that the lab accepts, and the steps of sides within them.

use serde_json::Value;

use crate::case::{Case, Expected, refused};
use crate::geometry::pixels;
use crate::limit::{Limit, bound, exact_step};

/// The smallest and the greatest area in force.
pub(crate) struct Areas {
    pub(crate) least: u64,
    pub(crate) most: u64,
}

impl Areas {
    pub(crate) fn of(limit: &Limit<'_>) -> Areas {
        let end = |end: &str| bound(limit.subject, "size", end).and_then(Value::as_u64);
        Areas { least: end("min").unwrap_or(1), most: end("max").unwrap_or(u64::MAX) }
    }
}

/// The lab's smallest and greatest area, by squares just inside and just outside.
pub(crate) fn squares(limit: &Limit<'_>) -> Vec<Case> {
    // A table lists what is accepted; areas narrow free sides.
    if limit.beside("width").is_none() {
        return Vec::new();
    }
    let step = exact_step(limit.subject);
    let square = |side: u64| format!("{side}x{side}");
    let area = |end: &str| limit.value[end].as_u64();
    let mut positions = Vec::new();
    if let Some(min) = area("min") {
        let side = (min - 1).isqrt() / step * step + step;
        let below = refused("size", "below_minimum", &[min]);
        positions.extend([("inside-min", side, None), ("outside-min", side - step, Some(below))]);
    }
    if let Some(max) = area("max") {
        let side = max.isqrt() / step * step;
        let above = refused("size", "above_maximum", &[max]);
        positions.extend([("inside-max", side, None), ("outside-max", side + step, Some(above))]);
    }
    let case = |(position, side, refused): (&str, u64, Option<Expected>)| {
        let expected = refused.unwrap_or_else(|| pixels(limit, &square(side)));
        limit.set(position, square(side).into(), expected)
    };
    positions.into_iter().map(case).collect()
}

/// The smallest size of a ratio with both sides multiples of the offer's step, 8 unless stated.
pub(crate) fn unit(limit: &Limit<'_>, (width, height): (u64, u64)) -> (u64, u64) {
    let step = limit.subject.attribute("size", "step").and_then(Value::as_u64).unwrap_or(8);
    let fits = |times: &u64| [width, height].iter().all(|side| (side * times).is_multiple_of(step));
    let times = (1..=step).find(fits).unwrap_or(step);
    (width * times, height * times)
}
