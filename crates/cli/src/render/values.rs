//! Values of any length as text for a cell or a payload.

use serde_json::Value;

use super::text::{clean, shorten};

/// Longest text of a value in a cell, before a column makes it shorter still.
const CELL: usize = 120;
/// Strings of a payload up to this length are shown whole.
const WHOLE: usize = 200;
/// What is shown of a longer one.
const HEAD: usize = 160;

/// A value for a cell: strings bare, lists with commas, objects as JSON.
pub(super) fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => one_line(text, CELL),
        Value::Array(items) => {
            let items = items.iter().take(20).map(value_text);
            shorten(&items.collect::<Vec<_>>().join(", "), CELL)
        }
        other => one_line(&shorten_strings(other).to_string(), CELL),
    }
}

/// A text of any length in at most `room` columns, without control characters.
pub(super) fn one_line(text: &str, room: usize) -> String {
    // A text may hold megabytes; no more is looked at than can be shown.
    shorten(&clean(&text.chars().take(room * 4).collect::<String>()), room)
}

/// The value with long strings, data URIs and queries of URLs shortened.
pub(super) fn shorten_strings(value: &Value) -> Value {
    match value {
        Value::String(text) => shorten_string(text).into(),
        Value::Array(items) => items.iter().map(shorten_strings).collect(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (shorten_string(key), shorten_strings(value)))
            .collect(),
        other => other.clone(),
    }
}

fn shorten_string(text: &str) -> String {
    if starts_with(text, "data:") {
        return counted(head(text, text.find(',').map_or(0, |at| at + 1).min(80)), text);
    }
    // A query may hold a signature, and these pages are made to be passed on.
    if (starts_with(text, "https:") || starts_with(text, "http:"))
        && let Some(at) = text.find(['?', '#'])
        && at < WHOLE
    {
        return format!("{}…", &text[..=at]);
    }
    // Bytes are never fewer than characters, so that most strings are not counted.
    if text.len() <= WHOLE || text.chars().count() <= WHOLE {
        return text.to_owned();
    }
    let end = text.char_indices().nth(HEAD).map_or(text.len(), |(at, _)| at);
    counted(&text[..end], text)
}

fn starts_with(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

fn head(text: &str, most: usize) -> &str {
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    &text[..end]
}

fn counted(head: &str, text: &str) -> String {
    format!("{head}… ({} characters)", text.chars().count())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_strings_are_shortened_with_their_length() {
        let check = |text: String, short: &str| assert_eq!(shorten_string(&text), short);
        check("é".repeat(200), &"é".repeat(200));
        check("é".repeat(201), &format!("{}… (201 characters)", "é".repeat(160)));
        check(
            format!("data:image/png;base64,{}", "A".repeat(9)),
            "data:image/png;base64,… (31 characters)",
        );
        check(format!("DATA:{}", "é".repeat(9)), "… (14 characters)");
        check("https://a.b/c.png?sig=SECRET".to_owned(), "https://a.b/c.png?…");
        check("é".to_owned(), "é");
    }

    #[test]
    fn values_are_one_line_without_control_characters() {
        let check = |value: Value, text: &str| assert_eq!(value_text(&value), text);
        check(json!("a\nb\u{1b}"), "a\\nb\\u001b");
        check(json!(["a", 5]), "a, 5");
        check(json!({"a": [1, null]}), r#"{"a":[1,null]}"#);
        assert!(value_text(&json!("x".repeat(1 << 20))).len() < 200);
    }
}
