//! JSON that people read, and what differs between two texts, line by line.

use std::fmt::Write;

use serde_json::Value;

/// No line of [`pretty`] is longer if it can be helped.
const WIDTH: usize = 120;

/// JSON in which every value that fits stands on one line.
pub fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value, 0, 0);
    text.push('\n');
    text
}

/// Writes a value that begins at `column` within a block indented by `indent`.
fn write_value(text: &mut String, value: &Value, indent: usize, column: usize) {
    let line = on_one_line(value);
    let parts: Vec<(String, &Value)> = match value {
        _ if column + line.chars().count() < WIDTH => Vec::new(),
        Value::Array(items) => items.iter().map(|item| (String::new(), item)).collect(),
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| (format!("{}: ", quoted(key)), value)).collect()
        }
        _ => Vec::new(),
    };
    if parts.is_empty() {
        text.push_str(&line);
        return;
    }
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    text.push(open);
    for (at, (key, part)) in parts.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\n{:width$}{key}", "", width = indent + 2);
        write_value(text, part, indent + 2, indent + 2 + key.chars().count());
    }
    let _ = write!(text, "\n{:indent$}{close}", "");
}

fn on_one_line(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(on_one_line).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Object(entries) => {
            let entries = entries.iter();
            let entries: Vec<String> = entries
                .map(|(key, value)| format!("{}: {}", quoted(key), on_one_line(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        _ => value.to_string(),
    }
}

fn quoted(key: &str) -> String {
    Value::from(key).to_string()
}

/// The lines that only one of two texts has, with the place of each run of them.
pub fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let common = common_lengths(&old, &new);
    let (mut i, mut j, mut text) = (0, 0, String::new());
    let mut inside = false;
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j, inside) = (i + 1, j + 1, false);
            continue;
        }
        if !inside {
            let _ = writeln!(text, "@ line {}", i + 1);
            inside = true;
        }
        let gone = j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]);
        let (sign, line) = if gone { ('-', old[i]) } else { ('+', new[j]) };
        let _ = writeln!(text, "{sign} {line}");
        if gone { i += 1 } else { j += 1 }
    }
    text
}

/// Length of the longest common sequence of the lines from `i` and `j` on.
fn common_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<usize>> {
    let mut lengths = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            lengths[i][j] = if old[i] == new[j] {
                lengths[i + 1][j + 1] + 1
            } else {
                lengths[i + 1][j].max(lengths[i][j + 1])
            };
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_stands_on_one_line() {
        assert_eq!(pretty(&json!({ "a": [1, 2], "b": {} })), "{ \"a\": [1, 2], \"b\": {} }\n");
        let long = "x".repeat(60);
        let expected = format!("[\n  {{ \"a\": {long:?} }},\n  [{long:?}]\n]\n");
        assert_eq!(pretty(&json!([{ "a": long }, [long]])), expected);
    }

    #[test]
    fn it_reads_back() {
        let value = json!({ "a\"": "x".repeat(99), "b": [{ "c": null }, "y".repeat(99)] });
        assert_eq!(serde_json::from_str::<Value>(&pretty(&value)).unwrap(), value);
    }

    #[test]
    fn only_what_differs_is_shown() {
        assert_eq!(difference("a\nb\nc\n", "a\nb\nc\n"), "");
        assert_eq!(difference("a\nb\nc\n", "a\nx\nc\nd\n"), "@ line 2\n- b\n+ x\n@ line 4\n+ d\n");
    }
}
