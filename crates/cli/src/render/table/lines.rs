//! The narrow layout: below each field a line an offer.

use super::super::cell::Cell;
use super::super::cells::{Group, Line, notes};
use super::super::heads::{facts, tags};
use super::super::text::{clean, pad, shorten, width, wrap};
use super::super::{Column, Comparison};
use super::style::{BOLD, DIM, of_outcome, of_tone, paint};
use super::{cell_text, names_width, of_group, write_line};

/// Names longer than this are broken.
const NAME: usize = 30;
/// A reason that takes more lines than this stands below only.
const REASON_LINES: usize = 1;
/// The longest value.
const VALUE: usize = 40;

/// Where the columns of a line begin.
struct Frame {
    name: usize,
    text: usize,
}

pub(super) fn write(out: &mut String, comparison: &Comparison, lines: &[Line], room: usize) {
    let name = names_width(comparison).min(NAME).min(room / 3);
    // Two blanks before the name and two after it.
    let frame = Frame { name, text: room - name - 4 };
    heads(out, comparison, &frame);
    let notes = notes(lines);
    for line in of_group(lines, Group::Field) {
        field(out, comparison, line, &notes, &frame);
    }
    for group in [Group::Added, Group::Defaulted] {
        let lines: Vec<&Line> = of_group(lines, group).collect();
        together(out, comparison, group, &lines, &frame);
    }
}

/// What should come back, and whether the offer takes the request.
fn heads(out: &mut String, comparison: &Comparison, frame: &Frame) {
    let facts = facts(comparison);
    write_line(out, &paint(BOLD, "offers, and what to expect"));
    for (at, column) in comparison.columns.iter().enumerate() {
        let known = facts.iter().filter_map(|fact| {
            fact.cells[at].as_deref().map(|text| format!("{} {text}", fact.label))
        });
        let known = known.collect::<Vec<_>>().join(", ");
        let mut lines = wrap(&known, frame.text);
        lines.retain(|line| !line.is_empty());
        lines.insert(0, verdict(column, frame.text));
        entry(out, &column.offer, &lines, frame);
    }
}

/// The tags that fit on one line; there are few and they are short.
fn verdict(column: &Column, room: usize) -> String {
    let mut taken = 0;
    let mut out = String::new();
    let revision = (DIM, format!("revision {}", clean(&column.revision)));
    let tags = tags(column).into_iter().map(|tag| (of_tone(tag.tone), clean(&tag.text)));
    for (style, text) in tags.chain([revision]) {
        let gap = if taken == 0 { "" } else { ", " };
        if taken + gap.len() + width(&text) > room {
            break;
        }
        taken += gap.len() + width(&text);
        out.push_str(gap);
        out.push_str(&paint(style, text));
    }
    out
}

fn field(out: &mut String, comparison: &Comparison, line: &Line, notes: &[&str], frame: &Frame) {
    let room = frame.name + frame.text + 4;
    let name = shorten(&line.field, room);
    let left = room.saturating_sub(width(&name) + 2);
    let asked = line.asked.as_deref().map(|asked| shorten(asked, left)).unwrap_or_default();
    write_line(out, &format!("\n{}  {}", paint(BOLD, name), paint(DIM, asked)));
    for (column, cell) in comparison.columns.iter().zip(&line.cells) {
        let lines = match cell {
            Some(cell) => block(cell, notes, frame.text),
            None => vec![paint(DIM, "-")],
        };
        entry(out, &column.offer, &lines, frame);
    }
}

fn block(cell: &Cell, notes: &[&str], room: usize) -> Vec<String> {
    let text = cell_text(cell, notes, room, REASON_LINES);
    let mut lines = wrap(&text, room);
    let word = cell.word();
    if let Some(first) = lines.first_mut() {
        let rest = first.strip_prefix(&word).unwrap_or_default();
        *first = format!("{}{rest}", paint(of_outcome(cell.outcome), word));
    }
    lines
}

/// What no field asked for: all of an offer together.
fn together(
    out: &mut String,
    comparison: &Comparison,
    group: Group,
    lines: &[&Line],
    frame: &Frame,
) {
    if !lines.is_empty() {
        write_line(out, &format!("\n{}", paint(BOLD, group.title())));
    }
    for (at, column) in comparison.columns.iter().enumerate() {
        let cells = lines.iter().filter_map(|line| Some((line, line.cells[at].as_ref()?)));
        let texts = cells.map(|(line, cell)| {
            let form = cell.form(VALUE);
            let named = form.contains('=') || form.is_empty();
            if named { format!("{} {form}", line.field) } else { format!("{}={form}", line.field) }
        });
        let text = texts.collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            entry(out, &column.offer, &wrap(&text, frame.text), frame);
        }
    }
}

/// An offer's name and lines beside it.
fn entry(out: &mut String, offer: &str, lines: &[String], frame: &Frame) {
    let names = wrap(&clean(offer), frame.name);
    for at in 0..names.len().max(lines.len()) {
        let name = names.get(at).map_or("", String::as_str);
        let text = lines.get(at).map_or("", String::as_str);
        write_line(out, &format!("  {}  {text}", pad(name, frame.name)));
    }
}
