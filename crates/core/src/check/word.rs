//! Closed sets of words, and lengths of lists.

use serde_json::json;

use super::list;
use crate::leaf::Leaf;
use crate::plan::WordSet;
use crate::spec::{Origin, Span};
use crate::violation::{Violation, ViolationKind};

/// The violation of a word that is not in a closed set.
pub(crate) fn check_word(leaf: Leaf, word: &str, set: &WordSet) -> Option<Violation> {
    if set.wire(word).is_some() {
        return None;
    }
    let names = set.names();
    let message = format!("{leaf} {word} is not accepted; accepted: {}", list(&names));
    let violation = Violation::new(leaf, ViolationKind::NotAccepted, message);
    Some(violation.actual(word).accepted(names.into()).stated_by(&set.origin))
}

/// The violation of a list that is too short or too long.
pub(crate) fn check_items(
    leaf: Leaf,
    length: usize,
    (span, origin): &(Span, Origin),
) -> Option<Violation> {
    let length = length as u64;
    let kind = match (span.min, span.max) {
        (Some(min), _) if length < min => ViolationKind::TooFew,
        (_, Some(max)) if length > max => ViolationKind::TooMany,
        _ => return None,
    };
    let items = if length == 1 { "item" } else { "items" };
    let message = format!("{leaf} has {length} {items}; accepted {}", describe(*span));
    let violation = Violation::new(leaf, kind, message).actual(length);
    Some(violation.accepted(json!({ "min": span.min, "max": span.max })).stated_by(origin))
}

/// A span for a message.
pub(super) fn describe(span: Span) -> String {
    match (span.min, span.max) {
        (Some(min), Some(max)) if min == max => format!("exactly {min}"),
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("{min} and more"),
        (None, Some(max)) => format!("up to {max}"),
        (None, None) => "any number".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(length: usize, expected: Option<ViolationKind>) {
        let origin =
            Origin { page: "p".into(), since: "2026-01-01".parse().unwrap(), at_run: false };
        let span = (Span { min: Some(2), max: Some(3) }, origin);
        assert_eq!(
            check_items(Leaf::Images, length, &span).map(|violation| violation.kind),
            expected
        );
    }

    #[test]
    fn lengths_are_closed() {
        check(1, Some(ViolationKind::TooFew));
        check(2, None);
        check(3, None);
        check(4, Some(ViolationKind::TooMany));
    }
}
