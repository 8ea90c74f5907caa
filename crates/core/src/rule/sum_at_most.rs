//! `sum_at_most`: lengths of lists and values of counts together.

use serde_json::json;

use super::Broken;
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
) -> Option<Broken> {
    let (last, others) = fields.split_last()?;
    // One result is always made, so an unset count adds one.
    let count = part(request, *last).unwrap_or(1);
    let rest = others.iter().filter_map(|leaf| part(request, *leaf)).fold(0, u64::saturating_add);
    let sum = rest.saturating_add(count);
    // Alone, the count has limits of its own.
    if sum <= max || rest == 0 {
        return None;
    }
    let names: Vec<String> =
        fields.iter().map(|leaf| format!("{leaf} {}", part(request, *leaf).unwrap_or(1))).collect();
    let room = max.saturating_sub(rest);
    let message = format!("{} are {sum} together; accepted up to {max}", names.join(" and "));
    let other = others.first().copied().unwrap_or(*last);
    let lowers = room > 0 && request.is_set(*last);
    let violation = if request.is_set(*last) {
        Violation::pair(*last, other, ViolationKind::SumExceeded, message)
    } else {
        Violation::new(other, ViolationKind::SumExceeded, message)
    };
    let violation = violation.actual(sum).accepted(json!({ "max": max })).stated_by(origin);
    let violation = Box::new(violation.nearest(lowers.then(|| json!(room))));
    Some(if lowers { Broken::Lower(*last, room, violation) } else { Broken::Stays(violation) })
}

fn part(request: &Request, leaf: Leaf) -> Option<u64> {
    if leaf.is_media() {
        Some(request.media(leaf).len() as u64)
    } else {
        request.number(leaf)?.as_whole()
    }
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
        let found = found.map(|broken| match broken {
            Broken::Lower(Leaf::SequentialCount, room, _) => room,
            _ => 0,
        });
        assert_eq!(found, room);
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
