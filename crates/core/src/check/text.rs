//! Lengths of texts, forms of URLs, tags in prompts.

use serde_json::json;

use super::word::describe;
use crate::leaf::Leaf;
use crate::spec::{Origin, Span};
use crate::violation::{Violation, ViolationKind};

/// Whether a text has an accepted length, in Unicode scalar values.
pub(crate) fn has_accepted_length(text: &str, span: Span) -> bool {
    // Bytes bound characters from above and, by a quarter, from below: most texts need no count.
    let bytes = text.len() as u64;
    let surely = span.min.is_none_or(|min| bytes >= min.saturating_mul(4))
        && span.max.is_none_or(|max| bytes <= max);
    surely || span.contains(text.chars().count() as u64)
}

/// The violation of a text that is too short or too long, in Unicode scalar values.
pub(crate) fn check_chars(
    leaf: Leaf,
    text: &str,
    (span, origin): &(Span, Origin),
) -> Option<Violation> {
    if has_accepted_length(text, *span) {
        return None;
    }
    let length = text.chars().count() as u64;
    let kind = match (span.min, span.max) {
        (Some(min), _) if length < min => ViolationKind::TooShort,
        (_, Some(max)) if length > max => ViolationKind::TooLong,
        _ => return None,
    };
    let characters = if length == 1 { "character" } else { "characters" };
    let message = format!("{leaf} has {length} {characters}; accepted {}", describe(*span));
    let violation = Violation::new(leaf, kind, message).actual(length);
    Some(violation.accepted(json!({ "min": span.min, "max": span.max })).stated_by(origin))
}

/// The violation of a URL that is not `https:` where the vendor calls no other.
pub(crate) fn check_url(leaf: Leaf, url: &str, https_only: Option<&Origin>) -> Option<Violation> {
    let origin = https_only?;
    if is_https(url) {
        return None;
    }
    let message = format!("{leaf} is not an https: URL, and this vendor calls no other");
    let violation = Violation::new(leaf, ViolationKind::NotAccepted, message);
    Some(violation.accepted(json!(["https:"])).stated_by(origin))
}

/// Whether a URL is one of `https:`.
pub(crate) fn is_https(url: &str) -> bool {
    url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"))
}

/// One `[Image1]` of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) leaf: Leaf,
    /// Number of the reference, from 1; 0 where it is none that could exist.
    pub(crate) number: usize,
    /// Byte offsets of the tag, brackets included.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The tags of a prompt in the canonical form, in order.
pub(crate) fn tags_of(prompt: &str) -> impl Iterator<Item = Tag> {
    let brackets = memchr::memchr_iter(b'[', prompt.as_bytes());
    brackets.filter_map(|start| tag_at(prompt, start))
}

fn tag_at(prompt: &str, start: usize) -> Option<Tag> {
    let inner = &prompt.as_bytes()[start + 1..];
    let (leaf, digits) = match inner {
        [b'I', b'm', b'a', b'g', b'e', digits @ ..] => (Leaf::Images, digits),
        [b'V', b'i', b'd', b'e', b'o', digits @ ..] => (Leaf::Videos, digits),
        [b'A', b'u', b'd', b'i', b'o', digits @ ..] => (Leaf::Audios, digits),
        _ => return None,
    };
    let (mut number, mut length) = (Some(0_usize), 0);
    while let Some(digit @ b'0'..=b'9') = digits.get(length) {
        let digit = usize::from(digit - b'0');
        number = number.and_then(|number| number.checked_mul(10)?.checked_add(digit));
        length += 1;
    }
    if length == 0 || digits.get(length) != Some(&b']') {
        return None;
    }
    let end = start + 1 + (inner.len() - digits.len()) + length + 1;
    Some(Tag { leaf, number: number.unwrap_or(0), start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_tags(prompt: &str, expected: &[(Leaf, usize)]) {
        let found: Vec<_> = tags_of(prompt).map(|tag| (tag.leaf, tag.number)).collect();
        assert_eq!(found, expected, "{prompt}");
    }

    #[test]
    fn only_the_canonical_form_is_a_tag() {
        check_tags(
            "[Image1] and [Video2], [Audio10]",
            &[(Leaf::Images, 1), (Leaf::Videos, 2), (Leaf::Audios, 10)],
        );
        check_tags("[image1] [Image] [Image 1] [Imagé1] [Image1", &[]);
        check_tags("[[Image1]]", &[(Leaf::Images, 1)]);
        check_tags("[Image99999999999999999999]", &[(Leaf::Images, 0)]);
    }

    #[test]
    fn characters_are_scalar_values() {
        let origin =
            Origin { page: "p".into(), since: "2026-01-01".parse().unwrap(), at_run: false };
        let span = (Span { min: Some(2), max: Some(3) }, origin);
        let check = |text: &str, expected: Option<ViolationKind>| {
            assert_eq!(check_chars(Leaf::Prompt, text, &span).map(|v| v.kind), expected, "{text}");
        };
        check("é", Some(ViolationKind::TooShort));
        check("🎬🎬", None);
        check("🎬🎬🎬", None);
        check("abcd", Some(ViolationKind::TooLong));
    }
}
