//! The table: expectations on top, then a row a field.

use genmux::RowOutcome;

use super::super::cell::{Cell, word};
use super::super::cells::{Group, Line};
use super::super::heads::{Tone, facts, tags};
use super::super::text::{pieces, shorten};
use super::super::{Column, Comparison};
use super::markup::{Element, element, nothing};

/// The longest value in a cell.
const VALUE: usize = 80;

pub(super) fn section(comparison: &Comparison, lines: &[Line], changed: bool) -> Element {
    let title = if changed { "Fields that change" } else { "Field by field" };
    let table = element("table").child(heads(comparison)).child(expect(comparison));
    let groups = Group::ALL.into_iter().map(|group| rows(comparison, lines, group));
    // A region that scrolls must be reachable by keyboard.
    let scroll = element("div")
        .class("scroll")
        .attribute("role", "region")
        .attribute("aria-label", title)
        .attribute("tabindex", "0")
        .child(table.all(groups));
    element("section").child(element("h2").text(title)).child(legend(lines)).child(scroll)
}

fn heads(comparison: &Comparison) -> Element {
    let heads = comparison.columns.iter().map(|column| {
        let (provider, model) = column.offer.split_once('/').unwrap_or(("", &column.offer));
        element("th")
            .attribute("scope", "col")
            .class(if column.is_accepted() { "offer" } else { "offer refused" })
            .child(element("span").class("provider").text(&format!("{provider}/")))
            .child(element("span").class("model").text(model))
            .child(
                element("span")
                    .class("about")
                    .text(&format!("{}, revision ", column.title))
                    .child(element("time").text(&column.revision)),
            )
            .child(badges(column))
    });
    let corner = element("td").class("corner");
    element("thead").child(element("tr").child(corner).all(heads))
}

fn badges(column: &Column) -> Element {
    element("span").class("badges").all(tags(column).into_iter().map(|tag| {
        let tone = match tag.tone {
            Tone::Good => "badge good",
            Tone::Changed => "badge changed",
            Tone::Bad => "badge bad",
        };
        element("span").class(tone).text(&tag.text)
    }))
}

/// A heading over all columns; its text stays in sight when the table is scrolled.
fn group_head(comparison: &Comparison, title: &str) -> Element {
    let span = (comparison.columns.len() + 1).to_string();
    let head = element("th").attribute("colspan", &span).attribute("scope", "rowgroup");
    element("tr").class("group").child(head.child(element("span").text(title)))
}

fn expect(comparison: &Comparison) -> Element {
    let facts = facts(comparison);
    if facts.is_empty() {
        return nothing();
    }
    let rows = facts.iter().map(|fact| {
        let name = element("th").attribute("scope", "row").text(fact.label);
        let cells = fact.cells.iter().zip(&fact.differs).map(|(cell, differs)| match cell {
            Some(text) => differing("fact", *differs).child(element("span").text(text)),
            None => absent(),
        });
        element("tr").child(name).all(cells)
    });
    element("tbody").class("expect").child(group_head(comparison, "what to expect back")).all(rows)
}

fn rows(comparison: &Comparison, lines: &[Line], group: Group) -> Element {
    let mut lines = lines.iter().filter(|line| line.group == group).peekable();
    if lines.peek().is_none() {
        return nothing();
    }
    let rows = lines.map(|line| {
        let asked = line.asked.iter().map(|asked| {
            element("span").class("asked").attribute("dir", "auto").text(&shorten(asked, VALUE))
        });
        let name = element("th").attribute("scope", "row").child(breakable(&line.field)).all(asked);
        let cells = comparison.columns.iter().zip(&line.cells).map(|(column, cell)| match cell {
            Some(cell) => filled(column, cell),
            None => absent(),
        });
        element("tr").child(name).all(cells)
    });
    element("tbody").child(group_head(comparison, group.title())).all(rows)
}

/// A name in code that breaks where words begin.
fn breakable(text: &str) -> Element {
    parted(element("code"), text)
}

fn parted(element: Element, text: &str) -> Element {
    pieces(text).fold(element, |code, piece| code.text(piece).child(super::markup::element("wbr")))
}

/// A wire form in code; a key stays with its value if there is room.
fn form_code(form: &str) -> Element {
    let code = element("code").class("form").attribute("dir", "auto");
    form.split(' ')
        .fold(code, |code, part| code.child(parted(element("span").class("part"), part)).text(" "))
}

fn filled(column: &Column, cell: &Cell) -> Element {
    let word = cell.word();
    let refused = if column.is_accepted() { "" } else { " refused" };
    let mut filled = differing(&format!("{word}{refused}"), cell.differs)
        .child(element("span").class("outcome").text(&word));
    let form = cell.form(VALUE);
    if !form.is_empty() {
        filled = filled.child(form_code(&form));
    }
    let reason = cell.reason();
    if !reason.is_empty() {
        filled = filled.child(element("span").class("note").text(&reason));
    }
    filled.all(cell.notes.iter().map(|note| element("span").class("note").text(note)))
}

/// A cell, with a sign and a word for who does not see the sign where it differs from the others.
fn differing(class: &str, differs: bool) -> Element {
    if !differs {
        return element("td").class(class);
    }
    let sign = element("span").class("sign").attribute("title", "differs from the others");
    let sign = sign.child(element("span").attribute("aria-hidden", "true").text("≠"));
    let sign = sign.child(element("span").class("spoken").text("differs "));
    element("td").class(&format!("{class} differs")).child(sign)
}

fn absent() -> Element {
    element("td").class("absent").child(element("span").text("–"))
}

/// What the words mean that the table uses.
fn legend(lines: &[Line]) -> Element {
    let cells = || lines.iter().flat_map(|line| line.cells.iter().flatten());
    let used = MEANINGS.iter().filter(|(outcome, _)| cells().any(|cell| cell.outcome == *outcome));
    let items = used.map(|(outcome, meaning)| {
        let word = word(outcome);
        let label = element("dt").class(&word).child(element("span").class("outcome").text(&word));
        element("div").child(label).child(element("dd").text(meaning))
    });
    let sign = element("dt").child(element("span").class("sign").text("≠"));
    let differs =
        element("div").child(sign).child(element("dd").text("differs from the other offers"));
    let refused = element("dt").text("in a refused column");
    let refused = element("div").child(refused).child(element("dd").text("nothing is sent"));
    element("dl").class("legend").all(items).child(differs).child(refused)
}

const MEANINGS: [(RowOutcome, &str); 9] = [
    (RowOutcome::Sent, "same value under the vendor's name"),
    (RowOutcome::Converted, "same meaning in another form"),
    (RowOutcome::Implied, "the offer always behaves so; nothing is sent"),
    (RowOutcome::Adjusted, "moved to an accepted value"),
    (RowOutcome::Dropped, "left out"),
    (RowOutcome::Skipped, "an option of another provider"),
    (RowOutcome::Rejected, "the offer refuses it"),
    (RowOutcome::Added, "on the wire, asked for by no field"),
    (RowOutcome::Defaulted, "the vendor's default applies"),
];
