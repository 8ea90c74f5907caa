//! Lengths of texts, closed sets of words, forms of URLs, tags.

use genmux::{Format, Safety};
use serde_json::{Value, json};

use crate::case::{Case, Expected, Probe, Refusal, accepted, refused};
use crate::limit::{Limit, sample_item, words_of};

pub(crate) fn chars(limit: &Limit<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    // Two bytes and four bytes a character: lengths count Unicode scalar values.
    for (script, letter) in [("latin", "é"), ("emoji", "🎬")] {
        let text = |length: u64| -> Value {
            letter.repeat(usize::try_from(length).unwrap_or_default()).into()
        };
        let mut add = |position: &str, length: u64, expected: Expected| {
            cases.push(limit.set(&format!("{script}-{position}"), text(length), expected));
        };
        if let Some(min) = limit.value[0].as_u64() {
            add("on-min", min, accepted());
            add("inside-min", min + 1, accepted());
            // A required text of no characters is missing, whatever its shortest length is.
            let expected = match min {
                0 | 1 => refused::<u64>(limit.field, "missing", &[]),
                _ => refused(limit.field, "too_short", &[min - 1, min]),
            };
            if min > 0 {
                add("outside-min", min - 1, expected);
            }
        }
        if let Some(max) = limit.value[1].as_u64() {
            add("on-max", max, accepted());
            add("inside-max", max - 1, accepted());
            add("outside-max", max + 1, refused(limit.field, "too_long", &[max + 1, max]));
        }
    }
    cases
}

/// Words of a format, a check or a length; those of sizes stand under geometry.
pub(crate) fn words(limit: &Limit<'_>) -> Vec<Case> {
    let taken = words_of(limit.value);
    let all: Vec<&str> = match limit.field {
        "output.format" => Format::ALL.iter().map(|format| format.name()).collect(),
        "safety" => Safety::ALL.iter().map(|safety| safety.name()).collect(),
        "duration" => vec!["auto"],
        _ => return crate::geometry::words(limit),
    };
    let mut cases = Vec::new();
    for (word, wire) in &taken {
        let plain = limit.beside("as").is_none();
        let probe = plain.then(|| Probe::Wire(limit.wires().remove(0), wire.clone()));
        let expected = Expected::Accepted(probe.into_iter().collect());
        cases.push(limit.set(&format!("on-{word}"), json!(word), expected));
    }
    for word in all.iter().filter(|word| !taken.iter().any(|(taken, _)| taken == *word)) {
        let mut mentions: Vec<&str> = taken.iter().map(|(word, _)| word.as_str()).collect();
        mentions.push(word);
        let expected = refused(limit.field, "not_accepted", &mentions);
        cases.push(limit.set(&format!("outside-{word}"), json!(word), expected));
    }
    cases
}

pub(crate) fn forms(limit: &Limit<'_>) -> Vec<Case> {
    let expected = refused(limit.field, "not_accepted", &["https:"]);
    vec![
        limit.set("on", json!("https://app.test/hook?a=b"), accepted()),
        limit.set("inside", json!("https://app.test"), accepted()),
        limit.set("outside", json!("http://app.test/hook"), expected),
    ]
}

/// `[Image1]` and its like point to references that are there.
pub(crate) fn tags(limit: &Limit<'_>) -> Vec<Case> {
    let kinds = [("Image", "references.images"), ("Video", "references.videos")]
        .into_iter()
        .filter(|(_, field)| limit.subject.is_wired(field));
    let mut cases = Vec::new();
    for (tag, field) in kinds {
        let prompt = |number: u32| format!("a boat like [{tag}{number}] in the rain");
        let written = match limit.value.as_str() {
            Some("at") => {
                prompt(1).replace(&format!("[{tag}1]"), &format!("@{}1", tag.to_lowercase()))
            }
            _ => prompt(1),
        };
        let request = |number: u32| {
            let items = json!([sample_item(limit.subject, field)]);
            let mut request = limit.base();
            crate::limit::put(&mut request, field, items);
            crate::limit::put(&mut request, "prompt", prompt(number).into());
            request
        };
        let sent = vec![Probe::Wire(limit.wires().remove(0), written.into())];
        cases.push(limit.case(&format!("on-{tag}1"), request(1), Expected::Accepted(sent)));
        for number in [0, 2] {
            let violations = [(field.to_owned(), "requires".to_owned())].into();
            let mentions = vec![number.to_string()];
            let expected = Expected::Refused(Refusal { violations, mentions, ours: true });
            cases.push(limit.case(&format!("outside-{tag}{number}"), request(number), expected));
        }
    }
    cases
}
