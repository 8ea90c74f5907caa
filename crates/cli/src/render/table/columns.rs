//! The wide layout: a row a field, a column an offer.

use anstyle::Style;

use super::super::cell::Cell;
use super::super::cells::{Group, Line, notes};
use super::super::heads::{facts, tags};
use super::super::text::{clean, pad, shorten, width, wrap};
use super::super::{Column, Comparison};
use super::style::{BOLD, DIM, PLAIN, of_outcome, of_tone, paint};
use super::{cell_text, of_group, write_line};

/// Columns narrower than this break every other word.
const NARROWEST: usize = 18;
/// Longer model names are broken.
const NAME: usize = 24;
/// A column wider than this leaves its neighbours no room.
const WIDEST: usize = 48;
/// The column of field names.
const FIELD: usize = 22;
const GAP: usize = 2;
/// A reason that takes more lines than this stands below the table only.
const REASON_LINES: usize = 3;

/// Widths of the columns: of the field, then of the offers.
pub(super) struct Layout {
    field: usize,
    offers: Vec<usize>,
}

impl Layout {
    /// A layout within `room`, if there is one.
    pub(super) fn fit(comparison: &Comparison, lines: &[Line], room: usize) -> Option<Layout> {
        let field = lines.iter().map(|line| width(&line.field)).max().unwrap_or(0).clamp(8, FIELD);
        let notes = notes(lines);
        let mut offers: Vec<usize> = (0..comparison.columns.len())
            .map(|at| natural(&comparison.columns[at], lines, &notes, at))
            .collect();
        let room = room.checked_sub(field + GAP * offers.len())?;
        let names = comparison.columns.iter().map(|column| narrowest(&column.offer));
        let narrowest: Vec<usize> = names.collect();
        if narrowest.iter().sum::<usize>() > room {
            return None;
        }
        while offers.iter().sum::<usize>() > room {
            let spare =
                offers.iter_mut().zip(&narrowest).filter(|(width, least)| **width > **least);
            *spare.max()?.0 -= 1;
        }
        Some(Layout { field, offers })
    }
}

/// Room for the model's name in one piece, and for every outcome.
fn narrowest(offer: &str) -> usize {
    name(offer, 0).iter().map(|part| width(part)).max().unwrap_or(0).clamp(NARROWEST, NAME)
}

/// The name in one line if it fits, else provider and model below each other.
fn name(offer: &str, room: usize) -> Vec<String> {
    let offer = clean(offer);
    if width(&offer) <= room {
        return vec![offer];
    }
    offer.split_inclusive('/').map(str::to_owned).collect()
}

/// The width at which every cell of a column is one line.
fn natural(column: &Column, lines: &[Line], notes: &[&str], at: usize) -> usize {
    let cells = lines.iter().filter_map(|line| line.cells[at].as_ref());
    let cells = cells.map(|cell| width(&cell_text(cell, notes, WIDEST, 1)));
    cells.chain([width(&column.offer)]).max().unwrap_or(0).clamp(NARROWEST, WIDEST)
}

pub(super) fn write(out: &mut String, comparison: &Comparison, lines: &[Line], layout: &Layout) {
    heads(out, comparison, layout);
    expect(out, comparison, layout);
    let notes = notes(lines);
    for group in Group::ALL {
        if of_group(lines, group).next().is_some() {
            title(out, group.title());
        }
        for line in of_group(lines, group) {
            let cells = line.cells.iter().zip(&layout.offers);
            let cells = cells.map(|(cell, room)| block(cell.as_ref(), &notes, *room));
            let first = field(line, layout.field);
            row(out, layout, &std::iter::once(first).chain(cells).collect::<Vec<_>>());
        }
    }
}

/// A cell in lines, each with its style at the front: what is styled, how, and the rest.
type Block = Vec<(Style, String, String)>;

fn heads(out: &mut String, comparison: &Comparison, layout: &Layout) {
    head_row(out, comparison, layout, |column, room| {
        let parts = name(&column.offer, room).into_iter();
        let lines = parts.flat_map(|part| wrap(&part, room));
        lines.map(|line| styled(BOLD, line)).collect()
    });
    head_row(out, comparison, layout, |column, _| vec![styled(DIM, clean(&column.revision))]);
    head_row(out, comparison, layout, |column, room| {
        let lines = tags(column).into_iter().flat_map(|tag| {
            let lines = wrap(&clean(&tag.text), room).into_iter();
            lines.map(move |line| styled(of_tone(tag.tone), line))
        });
        lines.collect()
    });
}

fn head_row(
    out: &mut String,
    comparison: &Comparison,
    layout: &Layout,
    block: impl Fn(&Column, usize) -> Block,
) {
    let columns = comparison.columns.iter().zip(&layout.offers);
    let blocks = columns.map(|(column, room)| block(column, *room));
    row(out, layout, &std::iter::once(Block::new()).chain(blocks).collect::<Vec<_>>());
}

fn expect(out: &mut String, comparison: &Comparison, layout: &Layout) {
    let facts = facts(comparison);
    if !facts.is_empty() {
        title(out, "expect");
    }
    for fact in facts {
        let cells =
            fact.cells.into_iter().map(|cell| vec![styled(PLAIN, cell.unwrap_or("-".into()))]);
        let first = vec![styled(PLAIN, fact.label.to_owned())];
        row(out, layout, &std::iter::once(first).chain(cells).collect::<Vec<_>>());
    }
}

fn title(out: &mut String, text: &str) {
    write_line(out, &format!("\n{}", paint(BOLD, text)));
}

fn field(line: &Line, room: usize) -> Block {
    let name = wrap(&line.field, room).into_iter().map(|line| styled(PLAIN, line));
    let asked = line.asked.iter().map(|asked| styled(DIM, shorten(asked, room)));
    name.chain(asked).collect()
}

fn block(cell: Option<&Cell>, notes: &[&str], room: usize) -> Block {
    let Some(cell) = cell else { return vec![styled(DIM, "-".to_owned())] };
    let mut lines = wrap(&cell_text(cell, notes, room, REASON_LINES), room).into_iter();
    // No outcome is as long as the narrowest column, so that it is never broken.
    let word = cell.word();
    let first = lines.next().unwrap_or_default();
    let rest = first.strip_prefix(&word).unwrap_or_default().to_owned();
    let mut block = vec![(of_outcome(cell.outcome), word, rest)];
    block.extend(lines.map(|line| styled(PLAIN, line)));
    block
}

fn styled(style: Style, text: String) -> (Style, String, String) {
    (style, text, String::new())
}

/// Writes blocks side by side.
fn row(out: &mut String, layout: &Layout, blocks: &[Block]) {
    let height = blocks.iter().map(Vec::len).max().unwrap_or(0);
    let rooms: Vec<usize> = std::iter::once(layout.field).chain(layout.offers.clone()).collect();
    for at in 0..height {
        let mut line = String::new();
        let mut due = 0;
        for (block, room) in blocks.iter().zip(&rooms) {
            if let Some((style, word, rest)) = block.get(at) {
                line.push_str(&pad("", due));
                line.push_str(&paint(*style, word));
                line.push_str(rest);
                due = room.saturating_sub(width(word) + width(rest)) + GAP;
            } else {
                due += room + GAP;
            }
        }
        write_line(out, &line);
    }
}
