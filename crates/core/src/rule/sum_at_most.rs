//! `sum_at_most`: lengths of lists and values of counts together.

use serde_json::json;

use crate::leaf::Leaf;
use crate::request::Request;
use crate::spec::Origin;
use crate::violation::{Violation, ViolationKind};

/// The violation of a sum above its limit; the last field, a count, may move down.
pub(crate) fn check_sum(
    request: &Request,
    fields: &[Leaf],
    max: u64,
    origin: &Origin,
) -> Option<Violation> {
    let room = room_in_sum(request, fields, max)?;
    let (last, others) = fields.split_last()?;
    let sum = rest(request, others).saturating_add(part(request, *last).unwrap_or(1));
    let names: Vec<String> =
        fields.iter().map(|leaf| format!("{leaf} {}", part(request, *leaf).unwrap_or(1))).collect();
    let message = format!("{} are {sum} together; accepted up to {max}", names.join(" and "));
    let other = others.first().copied().unwrap_or(*last);
    let lowers = room > 0 && request.is_set(*last);
    let violation = if request.is_set(*last) {
        Violation::pair(*last, other, ViolationKind::SumExceeded, message)
    } else {
        Violation::new(other, ViolationKind::SumExceeded, message)
    };
    let violation = violation.actual(sum).accepted(json!({ "max": max })).stated_by(origin);
    Some(violation.nearest(lowers.then(|| json!(room))))
}

/// What a sum that is above its limit leaves for the last field, a count; none where it is not.
pub(crate) fn room_in_sum(request: &Request, fields: &[Leaf], max: u64) -> Option<u64> {
    let (last, others) = fields.split_last()?;
    let rest = rest(request, others);
    // One result is always made, so an unset count adds one.
    let sum = rest.saturating_add(part(request, *last).unwrap_or(1));
    // Alone, the count has limits of its own.
    (sum > max && rest > 0).then(|| max.saturating_sub(rest))
}

fn rest(request: &Request, others: &[Leaf]) -> u64 {
    others.iter().filter_map(|leaf| part(request, *leaf)).fold(0, u64::saturating_add)
}

fn part(request: &Request, leaf: Leaf) -> Option<u64> {
    if leaf.is_media() { Some(request.media(leaf).len() as u64) } else { request.whole(leaf) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{origin, request};
    use super::*;

    fn check(images: usize, count: u64, room: Option<u64>) {
        let images = vec!["\"https://a.b/c.png\""; images].join(",");
        let request = request(&format!(
            r#"{{"references":{{"images":[{images}]}},"sequential_count":{count}}}"#
        ));
        let found = check_sum(&request, &[Leaf::Images, Leaf::SequentialCount], 15, &origin());
        let near =
            found.map(|violation| violation.nearest.map_or(0, |near| near.as_u64().unwrap()));
        assert_eq!(near, room);
    }

    #[test]
    fn the_count_moves_and_references_never() {
        check(5, 10, None);
        check(5, 11, Some(10));
        check(14, 15, Some(1));
        check(15, 1, Some(0));
    }

    #[test]
    fn an_unset_count_is_one() {
        let check = |images: usize, broken: bool| {
            let images = vec!["\"https://a.b/c.png\""; images].join(",");
            let request = request(&format!(r#"{{"references":{{"images":[{images}]}}}}"#));
            let found = check_sum(&request, &[Leaf::Images, Leaf::SequentialCount], 15, &origin());
            assert_eq!(found.is_some(), broken);
        };
        check(14, false);
        check(15, true);
    }
}
