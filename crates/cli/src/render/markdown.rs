//! A comparison as GitHub-flavoured markdown, for an issue or a chat.
//!
//! Values stand in code, where nothing is read as markup, a mention or a link.

use std::fmt::Write as _;

use genmux::{RowOutcome, Violation};
use serde_json::Value;

use super::cell::{Cell, word};
use super::cells::{Group, Line, lines, notes};
use super::heads::{facts, summary, tags};
use super::text::{clean, shorten};
use super::values::value_text;
use super::{Column, Comparison, json};

/// The longest value in a cell.
const VALUE: usize = 60;

pub(crate) fn markdown(comparison: &Comparison, changed: bool) -> String {
    let lines = lines(comparison, changed);
    let notes = notes(&lines);
    let mut blocks =
        vec![format!("**{}**", summary(comparison)), table(comparison, &lines, &notes)];
    if !notes.is_empty() {
        blocks.push(list(notes.iter().enumerate().map(|(at, note)| noted(at, note))));
    }
    for column in comparison.columns.iter().filter(|column| !column.is_accepted()) {
        blocks.push(format!("**{} refuses:**", code(&column.offer)));
        blocks.push(list(column.violations.iter().map(refusal)));
    }
    blocks.push(details("Request", &comparison.request));
    let payloads = comparison.columns.iter();
    blocks.extend(
        payloads
            .filter_map(|column| Some(details(&payload_title(column), column.payload.as_ref()?))),
    );
    blocks.join("\n\n") + "\n"
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")
}

fn noted(at: usize, note: &str) -> String {
    format!("{} {}", number(at), text(note))
}

/// The number of a note; unescaped, its brackets could make a link.
fn number(at: usize) -> String {
    format!("\\[{}\\]", at + 1)
}

fn payload_title(column: &Column) -> String {
    match column.calls {
        0 | 1 => format!("Payload for {}", column.offer),
        calls => format!("Payload for {}, first of {calls} calls", column.offer),
    }
}

fn table(comparison: &Comparison, lines: &[Line], notes: &[&str]) -> String {
    let columns = || comparison.columns.iter();
    let mut rows = vec![
        row("", columns().map(|column| code(&column.offer))),
        row("---", columns().map(|_| "---".to_owned())),
        row("revision", columns().map(|column| text(&column.revision))),
        row("verdict", columns().map(verdict)),
    ];
    rows.extend(facts(comparison).iter().map(|fact| {
        let cells = fact.cells.iter().map(|cell| text(cell.as_deref().unwrap_or("-")));
        row(&format!("expect {}", fact.label), cells)
    }));
    rows.extend(lines.iter().map(|line| field(line, notes)));
    rows.join("\n")
}

fn row(first: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = std::iter::once(first.to_owned()).chain(cells).collect();
    format!("| {} |", cells.join(" | "))
}

fn verdict(column: &Column) -> String {
    let tags = tags(column).into_iter().map(|tag| match tag.text.as_str() {
        "accepted" => tag.text,
        other => format!("**{}**", text(other)),
    });
    tags.collect::<Vec<_>>().join(", ")
}

fn field(line: &Line, notes: &[&str]) -> String {
    let asked = line.asked.iter().map(|asked| format!(" {}", code(&shorten(asked, VALUE))));
    let group = match line.group {
        Group::Field => "",
        Group::Added => "added ",
        Group::Defaulted => "defaulted ",
    };
    let name = format!("{group}**{}**{}", text(&line.field), asked.collect::<String>());
    let cells = line.cells.iter().map(|cell| match cell {
        Some(cell) => cell_text(cell, notes),
        None => "-".to_owned(),
    });
    row(&name, cells)
}

fn cell_text(cell: &Cell, notes: &[&str]) -> String {
    let lost =
        matches!(cell.outcome, RowOutcome::Adjusted | RowOutcome::Dropped | RowOutcome::Rejected);
    let mut out = if lost { format!("**{}**", cell.word()) } else { cell.word() };
    let (form, reason) = (cell.form(VALUE), cell.short_reason());
    if !form.is_empty() {
        out = format!("{out} {}", code(&form));
    } else if !reason.is_empty() {
        out = format!("{out}: {}", text(&reason));
    }
    for (at, note) in notes.iter().enumerate() {
        if cell.notes.iter().any(|own| own == note) {
            out = format!("{out} {}", number(at));
        }
    }
    out
}

fn refusal(violation: &Violation) -> String {
    let kind = word(violation.kind).replace('_', " ");
    let mut out = format!("{} {kind}: {}", code(&violation.field), text(&violation.message));
    if let Some(nearest) = &violation.nearest {
        out = format!("{out}; nearest {}", code(&value_text(nearest)));
    }
    if let Some(stage) = violation.stage {
        out = format!("{out}; enforced at {stage}");
    }
    if let Some(source) = &violation.source {
        out = format!("{out} (source: {})", text(source));
    }
    out
}

fn details(title: &str, value: &Value) -> String {
    let body = json::plain(value);
    let fence = "`".repeat(longest_run(&body, '`').max(2) + 1);
    let title = entities(title);
    format!("<details>\n<summary>{title}</summary>\n\n{fence}json\n{body}\n{fence}\n\n</details>")
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}

/// A value as code. What breaks a code span or a table cell goes as an element instead.
fn code(value: &str) -> String {
    let value = clean(value);
    let plain = !value.contains(['`', '|', '\\']) && value.trim() == value && !value.is_empty();
    if plain { format!("`{value}`") } else { format!("<code>{}</code>", entities(&value)) }
}

/// Every sign of ASCII as an entity: no sign can be markup.
fn entities(value: &str) -> String {
    let mut out = String::new();
    for c in clean(value).chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '-' | '/' | '=') {
            // Writing into a string cannot fail.
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Our own words, in which names from the request may stand.
fn text(value: &str) -> String {
    let value = clean(value);
    // An escape does not keep a mention from being one, code does.
    if value.contains('@') {
        return code(&value);
    }
    let mut out = String::new();
    for c in value.chars() {
        if matches!(c, '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '&' | '!' | '$')
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    /// Cells of a table line, as a reader of GitHub's dialect splits them.
    fn cells(line: &str) -> usize {
        line.replace("\\|", "").matches('|').count()
    }

    #[test]
    fn every_line_of_the_table_has_all_cells_whatever_the_values() {
        for comparison in [samples::storyboard(), samples::video(), samples::hostile()] {
            let text = markdown(&comparison, false);
            let table: Vec<&str> = text.lines().filter(|line| line.starts_with("| ")).collect();
            assert!(table.len() > 5);
            for line in table {
                assert_eq!(cells(line), comparison.columns.len() + 2, "{line}");
            }
        }
    }

    #[test]
    fn hostile_values_stay_values() {
        let text = markdown(&samples::hostile(), false);
        assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'));
        // In table and lists no code span holds a backtick, so that every other part is code.
        let outside = text.lines().filter(|line| line.starts_with(['|', '-']));
        let outside: Vec<&str> = outside.flat_map(|line| line.split('`').step_by(2)).collect();
        let outside =
            outside.join("").replace("\\<", "").replace("<code>", "").replace("</code>", "");
        assert!(!outside.contains('<') && !outside.contains('@'), "{outside}");
    }

    #[test]
    fn a_fence_is_longer_than_any_within() {
        let out = details("a<b>", &Value::from("x ```` y"));
        assert!(out.contains("\n`````json\n") && out.contains("\n`````\n"), "{out}");
        assert!(out.contains("<summary>a&#60;b&#62;</summary>"));
    }

    #[test]
    fn code_survives_what_ends_a_code_span() {
        assert_eq!(code("a=b"), "`a=b`");
        assert_eq!(code("a|b`"), "<code>a&#124;b&#96;</code>");
        assert_eq!(code(""), "<code></code>");
        assert_eq!(text("<b> aspect_ratio"), "\\<b\\> aspect_ratio");
        assert_eq!(text("@team"), "`@team`");
    }

    #[test]
    fn what_matters_is_there() {
        let text = markdown(&samples::storyboard(), false);
        for part in [
            "**retired 20",
            "expect images",
            "refuses:**",
            "<details>",
            "```json",
            "converted `width=2560 height=1440`",
        ] {
            assert!(text.contains(part), "{part}");
        }
        assert!(!text.contains("SECRET"));
    }
}
