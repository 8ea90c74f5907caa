//! JSON on many lines, in pieces that a terminal colours and a page marks up.

use serde_json::Value;

use super::text::clean;
use super::values::shorten_strings;

/// What a piece of JSON is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Key,
    Text,
    Number,
    /// `true`, `false`, `null`.
    Word,
    /// Brackets, commas, blanks and line ends.
    Mark,
}

/// A value as indented JSON, long strings shortened; joined, the pieces are JSON again.
pub(super) fn pieces(value: &Value) -> Vec<(Token, String)> {
    let mut out = Vec::new();
    write(&shorten_strings(value), 0, &mut out);
    out
}

/// A value as indented JSON, long strings shortened.
pub(super) fn plain(value: &Value) -> String {
    pieces(value).into_iter().map(|(_, text)| text).collect()
}

fn write(value: &Value, depth: usize, out: &mut Vec<(Token, String)>) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            list(['{', '}'], depth, entries.iter(), out, |(key, value), out| {
                out.push((Token::Key, quoted(&Value::from(key.as_str()))));
                out.push((Token::Mark, ": ".to_owned()));
                write(value, depth + 1, out);
            });
        }
        Value::Array(items) if !items.is_empty() => {
            list(['[', ']'], depth, items.iter(), out, |item, out| write(item, depth + 1, out));
        }
        scalar => out.push((token(scalar), quoted(scalar))),
    }
}

fn list<T>(
    [open, close]: [char; 2],
    depth: usize,
    items: impl Iterator<Item = T>,
    out: &mut Vec<(Token, String)>,
    mut each: impl FnMut(T, &mut Vec<(Token, String)>),
) {
    let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
    for (at, item) in items.enumerate() {
        let before = if at == 0 { open } else { ',' };
        out.push((Token::Mark, format!("{before}{}", line(depth + 1))));
        each(item, out);
    }
    out.push((Token::Mark, format!("{}{close}", line(depth))));
}

fn token(value: &Value) -> Token {
    match value {
        Value::String(_) => Token::Text,
        Value::Number(_) => Token::Number,
        Value::Null | Value::Bool(_) => Token::Word,
        Value::Array(_) | Value::Object(_) => Token::Mark,
    }
}

/// JSON leaves delete, C1 and direction characters raw; their escapes mean the same.
fn quoted(value: &Value) -> String {
    clean(&value.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_pieces_are_the_same_json() {
        let value = json!({"a": "x\n\u{7f}\u{202e}\u{1b}\"\\", "b": [1, 2.5, {"c": {}}], "d": [], "e": null});
        let text = plain(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        assert!(text.starts_with("{\n  \"a\": "));
        assert_eq!(pieces(&json!({"k": 1}))[1], (Token::Key, "\"k\"".to_owned()));
    }
}
