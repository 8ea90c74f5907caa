//! Rows and cells, the same for all renderings so that they cannot disagree.

use std::collections::{HashMap, HashSet};

use genmux::{Leaf, Outcome, Row, Violation};
use serde::Serialize;
use serde_json::Value;

use super::difference::{KEPT, REFUSED, marks};
use super::text::{clean, shorten};
use super::values::value_text;
use super::{Column, Comparison};

/// Why a row is there; the order is that of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Group {
    /// The request sets the field, or an offer refuses the request for want of it.
    Field,
    /// On the wire, asked for by no field.
    Added,
    /// Left to a default of the vendor.
    Defaulted,
}

impl Group {
    pub(super) const ALL: [Group; 3] = [Group::Field, Group::Added, Group::Defaulted];

    pub(super) const fn title(self) -> &'static str {
        match self {
            Group::Field => "fields",
            Group::Added => "added, asked for by no field",
            Group::Defaulted => "defaulted: not set, the vendor decides",
        }
    }
}

/// One field over all offers.
pub(super) struct Line {
    pub(super) group: Group,
    pub(super) field: String,
    /// The value that the request asks for.
    pub(super) asked: Option<String>,
    /// A cell an offer, in the order of the columns.
    pub(super) cells: Vec<Option<Cell>>,
}

/// What became of one field at one offer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) outcome: Outcome,
    parts: Vec<Part>,
    /// What a person should know.
    pub(super) notes: Vec<String>,
    /// Why the field is refused.
    messages: Vec<String>,
    /// The same in one or two words each.
    kinds: Vec<String>,
    /// Whether this offer does something else than the others.
    pub(super) differs: bool,
}

/// A wire key, a value, or both.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    key: Option<String>,
    value: Option<String>,
}

impl Cell {
    /// The outcome in one word.
    pub(super) fn word(&self) -> String {
        word(self.outcome)
    }

    /// The wire form, each value in at most `room` columns; keys are never cut.
    pub(super) fn form(&self, room: usize) -> String {
        let parts = self.parts.iter().map(|part| {
            let value = part.value.as_deref().map(|value| shorten(value, room));
            match (&part.key, value) {
                (Some(key), Some(value)) => format!("{key}={value}"),
                (key, value) => key.clone().or(value).unwrap_or_default(),
            }
        });
        parts.collect::<Vec<_>>().join(" ")
    }

    /// Why the field is refused, whole.
    pub(super) fn reason(&self) -> String {
        self.messages.join("; ")
    }

    /// Why the field is refused, in a few words.
    pub(super) fn short_reason(&self) -> String {
        self.kinds.join(", ")
    }
}

/// The word that JSON has for an outcome or a kind of violation.
pub(super) fn word(value: impl Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A row a field in canonical order, then what was added, then defaults.
///
/// With `changed`, only rows in which something other than `sent` sets offers apart, and every
/// loss: what all offers alike adjust, drop or refuse is no less changed.
pub(super) fn lines(comparison: &Comparison, changed: bool) -> Vec<Line> {
    let ledgers: Vec<_> = comparison.columns.iter().map(by_field).collect();
    let mut lines: Vec<Line> = keys(comparison)
        .into_iter()
        .map(|key| line(comparison, &ledgers, key))
        .filter(|line| !changed || is_changed(line))
        .collect();
    lines.iter_mut().for_each(mark);
    lines
}

/// Every note of the rows once, in the order in which they come up.
pub(super) fn notes(lines: &[Line]) -> Vec<&str> {
    let mut seen = HashSet::new();
    let cells = lines.iter().flat_map(|line| line.cells.iter().flatten());
    let notes = cells.flat_map(|cell| cell.notes.iter().map(String::as_str));
    notes.filter(|note| seen.insert(*note)).collect()
}

type Key<'a> = (Group, &'a str);

fn by_field(column: &Column) -> HashMap<Key<'_>, &Row> {
    column.ledger.iter().map(|row| ((group(row.outcome), &*row.field), row)).collect()
}

const fn group(outcome: Outcome) -> Group {
    match outcome {
        Outcome::Added => Group::Added,
        Outcome::Defaulted => Group::Defaulted,
        _ => Group::Field,
    }
}

fn keys(comparison: &Comparison) -> Vec<Key<'_>> {
    let mut seen = HashSet::new();
    let mut keys = Vec::new();
    for column in &comparison.columns {
        let rows = column.ledger.iter().map(|row| (group(row.outcome), &*row.field));
        // A field that is missing has no row in the ledger, and must not go unseen.
        let refused = column.violations.iter().map(|violation| (Group::Field, &*violation.field));
        keys.extend(rows.chain(refused).filter(|key| seen.insert(*key)));
    }
    keys.sort_by_key(|(group, field)| (*group, Leaf::from_path(field).map_or(usize::MAX, rank)));
    keys
}

fn rank(leaf: Leaf) -> usize {
    leaf as usize
}

fn line(comparison: &Comparison, ledgers: &[HashMap<Key<'_>, &Row>], key: Key<'_>) -> Line {
    let (group, field) = key;
    let rows = || ledgers.iter().map(|ledger| ledger.get(&key).copied());
    let cells = comparison.columns.iter().zip(rows()).map(|(column, row)| {
        let named = |violation: &&Violation| match row {
            Some(row) => row.outcome == Outcome::Rejected && violation.names(field),
            None => group == Group::Field && violation.field == field,
        };
        let violations: Vec<&Violation> = column.violations.iter().filter(named).collect();
        (row.is_some() || !violations.is_empty()).then(|| cell(row, &violations))
    });
    let asked = match group {
        Group::Field => asked(&comparison.request, field, rows().flatten().next()),
        _ => None,
    };
    Line { group, field: clean(field), asked, cells: cells.collect() }
}

/// The value in the request; of media and URLs the ledger has the form that is safe to show.
fn asked(request: &Value, field: &str, row: Option<&Row>) -> Option<String> {
    let leaf = Leaf::from_path(field);
    let guarded =
        |leaf: Leaf| leaf.is_media() || matches!(leaf, Leaf::WebhookUrl | Leaf::UploadUrl);
    if leaf.is_some_and(guarded) {
        return row.map(|row| value_text(&row.value));
    }
    // The last part of an option's path is a key of the application and may hold dots.
    let mut path = field.splitn(if leaf.is_some() { usize::MAX } else { 3 }, '.');
    let found = path.try_fold(request, |value, key| value.get(key))?;
    Some(value_text(found))
}

fn cell(row: Option<&Row>, violations: &[&Violation]) -> Cell {
    let notes = row.map(notes_of).unwrap_or_default();
    Cell {
        outcome: row.map_or(Outcome::Rejected, |row| row.outcome),
        parts: row.map(parts).unwrap_or_default(),
        notes,
        messages: violations.iter().map(|violation| clean(&violation.message)).collect(),
        kinds: violations.iter().map(|violation| word(violation.kind).replace('_', " ")).collect(),
        differs: false,
    }
}

fn notes_of(row: &Row) -> Vec<String> {
    let mut notes: Vec<String> =
        row.note.iter().filter(|note| !is_in_form(row, note)).map(|note| clean(note)).collect();
    if !row.unchecked.is_empty() {
        notes.push(format!("not checked: {}", row.unchecked.join(", ")));
    }
    notes
}

/// Whether the cell itself says what the note says: pixels, or what became of a value without a key.
fn is_in_form(row: &Row, note: &str) -> bool {
    is_without_key(row) || note.parse::<genmux::Size>().is_ok()
}

fn is_without_key(row: &Row) -> bool {
    row.outcome == Outcome::Converted && row.wire.is_empty() && row.note.is_some()
}

fn parts(row: &Row) -> Vec<Part> {
    let bare = |value: String| vec![Part { key: None, value: Some(value) }];
    let value = || value_text(&row.value);
    match (row.outcome, &row.from, &row.to) {
        (Outcome::Adjusted, Some(from), Some(to)) => {
            bare(format!("{} -> {}", value_text(from), value_text(to)))
        }
        // Media keep their own address wherever they go; the note says what happens on the way.
        (Outcome::Converted, ..) if is_media(row) => {
            row.wire.iter().map(|key| key_part(key)).collect()
        }
        (Outcome::Sent, ..) => row.wire.iter().map(|key| key_part(key)).collect(),
        (Outcome::Converted, ..) if is_without_key(row) => {
            bare(row.note.as_deref().map(clean).unwrap_or_default())
        }
        (Outcome::Converted | Outcome::Added, ..) => written(row),
        (Outcome::Defaulted, ..) => bare(value()),
        _ => Vec::new(),
    }
}

fn is_media(row: &Row) -> bool {
    Leaf::from_path(&row.field).is_some_and(Leaf::is_media)
}

fn key_part(key: &str) -> Part {
    Part { key: Some(clean(key)), value: None }
}

/// Keys with the values that they carry.
fn written(row: &Row) -> Vec<Part> {
    let value_of = |key: &str| match &row.value {
        Value::Object(values) if row.wire.len() > 1 || values.contains_key(key) => {
            values.get(key).map(value_text)
        }
        value => Some(value_text(value)),
    };
    let parts = row.wire.iter().map(|key| {
        // The row of an added key already has its name.
        let named = row.outcome == Outcome::Added && **key == *row.field;
        Part { key: (!named).then(|| clean(key)), value: value_of(key) }
    });
    parts.collect()
}

fn is_changed(line: &Line) -> bool {
    let cells = || line.cells.iter().flatten();
    let lost = |cell: &Cell| {
        matches!(cell.outcome, Outcome::Adjusted | Outcome::Dropped | Outcome::Rejected)
    };
    let alike = line.cells.len() > 1 && line.cells.windows(2).all(|pair| pair[0] == pair[1]);
    // How a vendor's envelope is made is no change to the request; a size chosen by us is.
    let envelope = line.group == Group::Added && Leaf::from_path(&line.field).is_none();
    let differs = cells().any(|cell| cell.outcome != Outcome::Sent) && !alike && !envelope;
    cells().any(lost) || differs
}

fn mark(line: &mut Line) {
    let envelope = line.group == Group::Added && Leaf::from_path(&line.field).is_none();
    if envelope {
        return;
    }
    let meanings: Vec<Option<String>> =
        line.cells.iter().map(|cell| cell.as_ref().and_then(meaning)).collect();
    let meanings: Vec<Option<&str>> = meanings.iter().map(Option::as_deref).collect();
    let marks = marks(&meanings);
    for (cell, differs) in line.cells.iter_mut().zip(marks) {
        if let Some(cell) = cell {
            cell.differs = differs;
        }
    }
}

/// What a cell means for the result: vendors spell the same thing differently.
fn meaning(cell: &Cell) -> Option<String> {
    match cell.outcome {
        Outcome::Sent | Outcome::Converted | Outcome::Implied => Some(KEPT.to_owned()),
        Outcome::Skipped => None,
        // Reasons differ with the vendor; that it is refused does not.
        Outcome::Rejected => Some(REFUSED.to_owned()),
        Outcome::Dropped => Some(cell.word()),
        _ => Some(format!("{} {}", cell.word(), cell.form(usize::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn texts(line: &Line) -> Vec<String> {
        let text = |cell: &Cell| format!("{} {}", cell.word(), cell.form(40)).trim().to_owned();
        line.cells.iter().map(|cell| cell.as_ref().map_or("none".to_owned(), text)).collect()
    }

    fn find<'a>(lines: &'a [Line], field: &str) -> &'a Line {
        lines.iter().find(|line| line.field == field).unwrap()
    }

    #[test]
    fn fields_stand_in_canonical_order_before_what_was_added_and_defaulted() {
        let lines = lines(&samples::storyboard(), false);
        let fields: Vec<&str> = lines.iter().map(|line| line.field.as_str()).collect();
        let at = |field: &str| fields.iter().position(|other| *other == field).unwrap();
        assert!(at("prompt") < at("aspect_ratio") && at("aspect_ratio") < at("seed"));
        assert!(lines.windows(2).all(|pair| pair[0].group <= pair[1].group));
        assert!(at("seed") < at("taskType"));
    }

    #[test]
    fn cells_show_outcome_and_wire_form() {
        let comparison = samples::column_of("runware/seedance-1.0-pro", samples::VIDEO);
        let lines = lines(&comparison, false);
        let check = |field: &str, text: &str| assert_eq!(texts(find(&lines, field)), [text]);
        check("prompt", "sent positivePrompt");
        check("size", "adjusted 640x480 -> 736x544");
        check("generate_audio", "dropped");
        check("taskType", "added videoInference");
        check("output.format", "defaulted mp4");
        let comparison = samples::column_of("runware/seedream-4.0", samples::STORYBOARD);
        let lines = super::lines(&comparison, false);
        assert_eq!(texts(find(&lines, "aspect_ratio")), ["converted width=2560 height=1440"]);
    }

    #[test]
    fn a_missing_field_is_seen_although_no_ledger_has_it() {
        let comparison = samples::column_of("runware/seededit-3.0", r#"{"prompt":"hello"}"#);
        let lines = lines(&comparison, false);
        let line = find(&lines, "references.images");
        assert_eq!(texts(line), ["rejected"]);
        let cell = line.cells[0].as_ref().unwrap();
        assert_eq!(cell.short_reason(), "missing");
        assert!(cell.reason().contains("references.images"));
    }

    #[test]
    fn changed_leaves_out_what_is_sent_or_alike() {
        let comparison = samples::storyboard();
        let changed = lines(&comparison, true);
        let has = |field: &str| changed.iter().any(|line| line.field == field);
        assert!(has("aspect_ratio") && has("references.images") && has("seed"));
        assert!(!has("prompt") && !has("taskType") && !has("taskUUID"));
        assert!(changed.len() < lines(&comparison, false).len());
    }

    #[test]
    fn changed_keeps_what_all_refuse_alike() {
        let mut comparison =
            samples::column_of("scenario/seedream-4.0", r#"{"prompt":"a","seed":1}"#);
        let refused =
            samples::column_with("scenario/seedream-4.0", r#"{"prompt":"a","seed":1}"#, "strict");
        let again =
            samples::column_with("scenario/seedream-4.5", r#"{"prompt":"a","seed":1}"#, "strict");
        comparison.columns = vec![refused, again];
        assert_eq!(lines(&comparison, true)[0].field, "seed");
    }

    #[test]
    fn what_an_offer_does_unlike_the_others_is_marked() {
        let lines = lines(&samples::storyboard(), false);
        let marked = |field: &str| {
            find(&lines, field).cells.iter().flatten().filter(|cell| cell.differs).count()
        };
        assert_eq!(marked("prompt"), 0);
        assert_eq!(marked("taskUUID"), 0);
        let lost = find(&lines, "seed").cells.iter().flatten();
        let lost = lost.filter(|cell| matches!(cell.outcome, Outcome::Dropped | Outcome::Rejected));
        assert_eq!(marked("seed"), lost.count());
        assert!(marked("seed") > 0);
    }
}
