//! What became of one field at one offer, in words.

use genmux::{Leaf, Row, RowOutcome, Violation};
use serde::Serialize;
use serde_json::Value;

use super::difference::{KEPT, REFUSED};
use super::text::{clean, shorten};
use super::values::value_text;

/// What became of one field at one offer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    pub(super) outcome: RowOutcome,
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

    /// What it means for the result: vendors spell the same thing differently.
    pub(super) fn meaning(&self) -> Option<String> {
        match self.outcome {
            RowOutcome::Sent | RowOutcome::Converted | RowOutcome::Implied => Some(KEPT.to_owned()),
            RowOutcome::Skipped => None,
            // Reasons differ with the vendor; that it is refused does not.
            RowOutcome::Rejected => Some(REFUSED.to_owned()),
            RowOutcome::Dropped => Some(self.word()),
            _ => Some(format!("{} {}", self.word(), self.form(usize::MAX))),
        }
    }
}

/// The word that JSON has for an outcome or a kind of violation.
pub(super) fn word(value: impl Serialize) -> String {
    let word = serde_json::to_value(value).ok();
    word.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The cell of a ledger row, and of the violations that name its field.
pub(super) fn cell(row: Option<&Row>, violations: &[&Violation]) -> Cell {
    let notes = row.map(notes_of).unwrap_or_default();
    Cell {
        outcome: row.map_or(RowOutcome::Rejected, |row| row.outcome),
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

/// Whether the cell itself says what the note says: pixels, or what became of a keyless value.
fn is_in_form(row: &Row, note: &str) -> bool {
    is_without_key(row) || note.parse::<genmux::Size>().is_ok()
}

fn is_without_key(row: &Row) -> bool {
    row.outcome == RowOutcome::Converted && row.wire.is_empty() && row.note.is_some()
}

fn parts(row: &Row) -> Vec<Part> {
    let bare = |value: String| vec![Part { key: None, value: Some(value) }];
    let value = || value_text(&row.value);
    match (row.outcome, &row.from, &row.to) {
        (RowOutcome::Adjusted, Some(from), Some(to)) => {
            bare(format!("{} -> {}", value_text(from), value_text(to)))
        }
        // Media keep their own address wherever they go; the note says what happens on the way.
        (RowOutcome::Converted, ..) if is_media(row) => {
            row.wire.iter().map(|key| key_part(key)).collect()
        }
        (RowOutcome::Sent, ..) => row.wire.iter().map(|key| key_part(key)).collect(),
        (RowOutcome::Converted, ..) if is_without_key(row) => {
            bare(row.note.as_deref().map(clean).unwrap_or_default())
        }
        (RowOutcome::Converted | RowOutcome::Added, ..) => written(row),
        (RowOutcome::Defaulted, ..) => bare(value()),
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
        let named = row.outcome == RowOutcome::Added && **key == *row.field;
        Part { key: (!named).then(|| clean(key)), value: value_of(key) }
    });
    parts.collect()
}
