//! A comparison on a terminal.
//!
//! A column an offer where the columns fit; else the offers stand below each field, a line each.
//! No line above the payloads is wider than asked for; payloads are never broken to a width, so
//! that they can be copied.

mod below;
mod columns;
mod lines;
mod style;

use super::Comparison;
use super::cells::{Cell, Line, lines as all_lines, notes};
use super::heads::summary;
use super::text::{clean, width};
use style::{BOLD, paint};

/// Narrower than this nothing can be laid out; lines are then wider than the terminal.
const NARROWEST: usize = 50;

pub(crate) fn table(comparison: &Comparison, room: usize, changed: bool) -> String {
    let room = room.max(NARROWEST);
    let lines = all_lines(comparison, changed);
    let mut out = format!("{}\n\n", paint(BOLD, &summary(comparison)));
    match columns::Layout::fit(comparison, &lines, room) {
        Some(layout) => columns::write(&mut out, comparison, &lines, &layout),
        None => self::lines::write(&mut out, comparison, &lines, room),
    }
    below::write(&mut out, comparison, &notes(&lines), room);
    out
}

/// A cell as one text: the outcome first, values and reasons as they fit.
fn cell_text(cell: &Cell, notes: &[&str], room: usize, most_lines: usize) -> String {
    let mut text = cell.word();
    let form = cell.form(room);
    let reason = cell.reason();
    if !form.is_empty() {
        text = format!("{text} {form}");
    } else if !reason.is_empty() {
        let whole = format!("{text}: {reason}");
        let fits = super::text::wrap(&whole, room).len() <= most_lines;
        text = if fits { whole } else { format!("{text}: {}", cell.short_reason()) };
    }
    let numbers =
        notes.iter().enumerate().filter(|(_, note)| cell.notes.iter().any(|n| n == *note));
    for (at, _) in numbers {
        text = format!("{text} [{}]", at + 1);
    }
    text
}

fn write_line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

/// The widest offer name.
fn names_width(comparison: &Comparison) -> usize {
    comparison.columns.iter().map(|column| width(&clean(&column.offer))).max().unwrap_or(0)
}

/// The rows of one group.
fn of_group(lines: &[Line], group: super::cells::Group) -> impl Iterator<Item = &Line> {
    lines.iter().filter(move |line| line.group == group)
}
