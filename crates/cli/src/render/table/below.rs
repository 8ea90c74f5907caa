//! What stands below either layout: notes, refusals, payloads.

use genmux::Violation;

use super::super::json::pieces;
use super::super::text::{clean, wrap};
use super::super::values::value_text;
use super::super::{Column, Comparison};
use super::style::{BOLD, DIM, of_outcome, of_token, paint};
use super::write_line;

const INDENT: &str = "    ";

pub(super) fn write(out: &mut String, comparison: &Comparison, notes: &[&str], room: usize) {
    for (at, note) in notes.iter().enumerate() {
        out.push_str(if at == 0 { "\n" } else { "" });
        let number = format!("[{}] ", at + 1);
        hanging(out, &format!("{number}{note}"), room, "", INDENT);
    }
    for column in comparison.columns.iter().filter(|column| !column.is_accepted()) {
        refusal(out, column, room);
    }
    for column in &comparison.columns {
        payload(out, column);
    }
}

fn refusal(out: &mut String, column: &Column, room: usize) {
    let style = of_outcome(genmux::RowOutcome::Rejected);
    write_line(
        out,
        &format!("\n{} by {}", paint(style, "refused"), paint(BOLD, clean(&column.offer))),
    );
    let mut violations = column.violations.iter().peekable();
    while let Some(violation) = violations.next() {
        hanging(out, &clean(&violation.message), room, "  ", INDENT);
        let about = about(violation);
        // One page often states several limits; it is named once, below the last.
        if violations.peek().is_none_or(|next| self::about(next) != about) {
            let mut lines = String::new();
            hanging(&mut lines, &about, room, INDENT, INDENT);
            lines.lines().for_each(|line| write_line(out, &paint(DIM, line)));
        }
    }
}

/// What the message does not say.
fn about(violation: &Violation) -> String {
    let mut facts: Vec<String> = Vec::new();
    facts.extend(violation.nearest.iter().map(|value| format!("nearest {}", value_text(value))));
    facts.extend(violation.stage.iter().map(|stage| format!("enforced at {stage}")));
    facts.extend(violation.source.iter().map(|source| format!("source: {}", clean(source))));
    facts.join("; ")
}

/// A text whose first line begins with one indent and whose further lines with another.
fn hanging(out: &mut String, text: &str, room: usize, first: &str, further: &str) {
    for (at, line) in wrap(text, room - further.len()).into_iter().enumerate() {
        write_line(out, &format!("{}{line}", if at == 0 { first } else { further }));
    }
}

fn payload(out: &mut String, column: &Column) {
    let Some(payload) = &column.payload else { return };
    let calls = match column.calls {
        0 | 1 => String::new(),
        calls => format!(", first of {calls} calls"),
    };
    write_line(
        out,
        &format!("\n{} for {}{calls}", paint(BOLD, "payload"), paint(BOLD, clean(&column.offer))),
    );
    for (token, text) in pieces(payload) {
        out.push_str(&paint(of_token(token), text));
    }
    out.push('\n');
}
