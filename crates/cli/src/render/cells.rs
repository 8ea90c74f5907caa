//! Rows of cells, the same for all renderings so that they cannot disagree.

use std::collections::{HashMap, HashSet};

use genmux::{Leaf, Row, RowOutcome, Violation};
use serde_json::Value;

use super::cell::{Cell, cell};
use super::difference::marks;
use super::text::clean;
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
            Group::Field => "fields of the request",
            Group::Added => "added: asked for by no field",
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

const fn group(outcome: RowOutcome) -> Group {
    match outcome {
        RowOutcome::Added => Group::Added,
        RowOutcome::Defaulted => Group::Defaulted,
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
            Some(row) => row.outcome == RowOutcome::Rejected && violation.names(field),
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

fn is_changed(line: &Line) -> bool {
    let cells = || line.cells.iter().flatten();
    let lost = |cell: &Cell| {
        matches!(cell.outcome, RowOutcome::Adjusted | RowOutcome::Dropped | RowOutcome::Rejected)
    };
    let alike = line.cells.len() > 1 && line.cells.windows(2).all(|pair| pair[0] == pair[1]);
    // How a vendor's envelope is made is no change to the request; a size chosen by us is.
    let envelope = line.group == Group::Added && Leaf::from_path(&line.field).is_none();
    let differs = cells().any(|cell| cell.outcome != RowOutcome::Sent) && !alike && !envelope;
    cells().any(lost) || differs
}

fn mark(line: &mut Line) {
    let envelope = line.group == Group::Added && Leaf::from_path(&line.field).is_none();
    if envelope {
        return;
    }
    let meanings: Vec<Option<String>> =
        line.cells.iter().map(|cell| cell.as_ref().and_then(Cell::meaning)).collect();
    let meanings: Vec<Option<&str>> = meanings.iter().map(Option::as_deref).collect();
    let marks = marks(&meanings);
    for (cell, differs) in line.cells.iter_mut().zip(marks) {
        if let Some(cell) = cell {
            cell.differs = differs;
        }
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
        let lost =
            lost.filter(|cell| matches!(cell.outcome, RowOutcome::Dropped | RowOutcome::Rejected));
        assert_eq!(marked("seed"), lost.count());
        assert!(marked("seed") > 0);
    }
}
