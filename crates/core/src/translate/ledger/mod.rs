//! What became of every field: one row for every set leaf, then what no field asked for.

mod notes;
mod wire;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::settle::canonical;
use super::{Call, Fate, options};
use crate::leaf::Leaf;
use crate::plan::{Node, Slot, What};
use crate::request::{Media, MediaSource, Request};
use crate::rule::is_ignored;
use crate::violation::violated;
use notes::{is_handed_over, note, unchecked};
use wire::{geometry_on_wire, is_namesake, on_wire};

/// What became of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RowOutcome {
    /// Same value under the vendor's name.
    Sent,
    /// Same meaning in another form.
    Converted,
    /// The offer always behaves so; nothing is sent.
    Implied,
    /// Moved to an accepted value, as the policy allows.
    Adjusted,
    /// Left out, as the policy allows.
    Dropped,
    /// Options of another provider.
    Skipped,
    /// A violation names it.
    Rejected,
    /// On the wire, asked for by no field.
    Added,
    /// Not set, not sent: the vendor's documented default will apply.
    Defaulted,
    /// Of a payload that is lifted: a key that the spec does not know.
    Unknown,
}

/// One row of the ledger.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// Dotted path of the leaf; of an added row, the wire key.
    pub field: Cow<'static, str>,
    /// What became of it.
    pub outcome: RowOutcome,
    /// Dotted wire paths that carry it.
    pub wire: Vec<Arc<str>>,
    /// The value on the wire; where nothing is sent, the value asked for. Media are shortened.
    pub value: Value,
    /// Of an adjusted row, the value asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// Of an adjusted row, the value that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
    /// What a person should know.
    pub note: Option<Cow<'static, str>>,
    /// Facts about media that limits ask for and nobody looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unchecked: Vec<&'static str>,
}

/// Its values may be the prompt.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({} {:?} {:?})", self.field, self.outcome, self.wire)
    }
}

impl Row {
    pub(crate) fn new(
        field: impl Into<Cow<'static, str>>,
        outcome: RowOutcome,
        value: Value,
    ) -> Row {
        Row {
            field: field.into(),
            outcome,
            wire: Vec::new(),
            value,
            from: None,
            to: None,
            note: None,
            unchecked: Vec::new(),
        }
    }
}

pub(super) fn rows(call: Call<'_>) -> Vec<Row> {
    let mut rows: Vec<Row> =
        call.request.leaves().iter().map(|leaf| leaf_row(call, leaf)).collect();
    option_rows(call, &mut rows);
    if call.violations.is_empty() {
        added_rows(call, &call.plan.payload, "", &mut rows);
        default_size_row(call, &mut rows);
        rows.extend(defaulted_rows(call));
    }
    rows
}

/// The vendor's defaults that apply to what is not set.
pub(crate) fn defaulted_rows(call: Call<'_>) -> impl Iterator<Item = Row> {
    Leaf::ALL.iter().filter_map(move |leaf| defaulted_row(call, *leaf))
}

fn leaf_row(call: Call<'_>, leaf: Leaf) -> Row {
    if call.violations.iter().any(|violation| violation.names(leaf.path())) {
        return Row::new(leaf.path(), RowOutcome::Rejected, asked(call, leaf));
    }
    let mut row = match call.settlement.fate(leaf) {
        Fate::Written => written_row(call, leaf),
        Fate::Implied => Row::new(leaf.path(), RowOutcome::Implied, asked(call, leaf)),
        Fate::Dropped => dropped_row(call, leaf),
        // Only a leaf that a violation names stays unsettled, and those have returned above.
        Fate::Unset => Row::new(leaf.path(), RowOutcome::Rejected, asked(call, leaf)),
    };
    let one = leaf == Leaf::SequentialCount && call.request.sequential_count <= Some(1);
    // What is said of a ratio that is left open is not true of one that is given.
    let given = leaf.is_geometry() && call.settlement.fate(leaf) == Fate::Written;
    if row.note.is_none() && !one && !given {
        row.note = spec_note(call, leaf);
    }
    row
}

/// What the spec says that a person should know of a field.
fn spec_note(call: Call<'_>, leaf: Leaf) -> Option<Cow<'static, str>> {
    let note = call.plan.field(leaf)?.note.as_deref()?;
    Some(note.to_owned().into())
}

/// The value that the request asks for; media are shortened.
fn asked(call: Call<'_>, leaf: Leaf) -> Value {
    asked_of(call.request, leaf)
}

/// The value that a request asks for; media are shortened.
pub(crate) fn asked_of(request: &Request, leaf: Leaf) -> Value {
    let media = request.media(leaf);
    match leaf {
        Leaf::WebhookUrl | Leaf::UploadUrl => {
            let url = request.text(leaf).unwrap_or_default();
            crate::request::media::shorten_url(url).into()
        }
        Leaf::FirstFrame | Leaf::LastFrame => media.first().map(Media::shortened).into(),
        _ if leaf.is_media() => media.iter().map(Media::shortened).collect::<Vec<_>>().into(),
        _ => canonical(request, leaf),
    }
}

fn dropped_row(call: Call<'_>, leaf: Leaf) -> Row {
    let mut row = Row::new(leaf.path(), RowOutcome::Dropped, asked(call, leaf));
    let default = call.plan.field(leaf).and_then(|field| field.default.as_ref());
    let default = default.filter(|_| !has_no_effect(call, leaf));
    row.note =
        default.map(|(default, _)| format!("the vendor's default applies: {default}").into());
    row
}

fn written_row(call: Call<'_>, leaf: Leaf) -> Row {
    let from = asked(call, leaf);
    let (wire, value) = on_wire(call, leaf);
    if let Some(to) = call.settlement.moved(leaf) {
        let value = if wire.is_empty() { to.clone() } else { value };
        let mut row = Row { wire, ..Row::new(leaf.path(), RowOutcome::Adjusted, value) };
        (row.from, row.to) = (Some(from), Some(to));
        return row;
    }
    let split = call.settlement.calls > 1 && matches!(leaf, Leaf::Count | Leaf::Seed);
    let other_form = split
        || has_other_form(call, leaf)
        || is_handed_over(call, leaf)
        || becomes_pixels(call, leaf);
    let same = value == from && !other_form;
    let outcome = if same { RowOutcome::Sent } else { RowOutcome::Converted };
    let mut row = Row { wire, ..Row::new(leaf.path(), outcome, value) };
    row.note = note(call, leaf);
    row.unchecked = unchecked(call, leaf);
    row
}

/// A word that stands as pixels, also where another leaf's violation keeps them off the wire.
fn becomes_pixels(call: Call<'_>, leaf: Leaf) -> bool {
    let geometry = &call.plan.geometry;
    match leaf {
        Leaf::AspectRatio => geometry.pixels && geometry.ratio_words.is_empty(),
        Leaf::Resolution => geometry.pixels && geometry.tier_words.is_empty(),
        _ => false,
    }
}

/// Media whose wire form is not the string of the request.
fn has_other_form(call: Call<'_>, leaf: Leaf) -> bool {
    call.request.media(leaf).iter().any(|media| {
        let provider = &*call.plan.provider;
        let own =
            matches!(media.source(), MediaSource::Asset { provider: by, .. } if *by == provider);
        own || matches!(media.source(), MediaSource::Bytes { .. })
    })
}

fn option_rows(call: Call<'_>, rows: &mut Vec<Row>) {
    let violated = violated(call.violations);
    for (provider, options) in &call.request.provider_options.0 {
        let own = **provider == *call.plan.provider;
        for (key, value) in options {
            let field = format!("provider_options.{provider}.{key}");
            let outcome = match (own, violated.contains(field.as_str())) {
                (_, true) => RowOutcome::Rejected,
                (false, false) => RowOutcome::Skipped,
                (true, false) => RowOutcome::Sent,
            };
            let mut row = Row::new(field, outcome, value.clone());
            if outcome == RowOutcome::Sent {
                row.wire = vec![key.as_str().into()];
                row.note = (!options::is_listed(call.plan, key, value)).then(|| "unlisted".into());
            }
            rows.push(row);
        }
    }
}

/// Constants, the task id, the model, and what goes with pixels.
fn added_rows(call: Call<'_>, nodes: &[Node], prefix: &str, rows: &mut Vec<Row>) {
    for node in nodes {
        let path = if prefix.is_empty() {
            node.key().to_owned()
        } else {
            format!("{prefix}.{}", node.key())
        };
        match &node.what {
            What::Object(children) => added_rows(call, children, &path, rows),
            What::Slot(slot) if is_namesake(slot, &path) => {}
            What::Slot(slot @ (Slot::Constant(_) | Slot::TaskId | Slot::BesidePixels(_))) => {
                let value = crate::encoding::slot_value(slot, node, &call);
                let wire = vec![path.as_str().into()];
                let row =
                    value.map(|value| Row { wire, ..Row::new(path, RowOutcome::Added, value) });
                rows.extend(row);
            }
            What::Slot(_) => {}
        }
    }
}

/// The size that the vendor requires and nobody named.
fn default_size_row(call: Call<'_>, rows: &mut Vec<Row>) {
    if !call.settlement.default_size {
        return;
    }
    let leaf = match &call.settlement.wired {
        wired if wired.pixels.is_some() => Leaf::Size,
        wired if wired.ratio.is_some() => Leaf::AspectRatio,
        _ => Leaf::Resolution,
    };
    let (wire, value) = geometry_on_wire(call, leaf);
    let mut row = Row { wire, ..Row::new(leaf.path(), RowOutcome::Added, value) };
    row.note = Some("the vendor requires a size and none was named: genmux's default".into());
    rows.push(row);
}

fn defaulted_row(call: Call<'_>, leaf: Leaf) -> Option<Row> {
    let (default, _) = call.plan.field(leaf)?.default.as_ref()?;
    if call.request.is_set(leaf) || (leaf.is_geometry() && is_named(call, leaf)) {
        return None;
    }
    let mut row = Row::new(leaf.path(), RowOutcome::Defaulted, default.clone());
    row.note = spec_note(call, leaf);
    Some(row).filter(|_| !has_no_effect(call, leaf))
}

/// Whether the vendor ignores the leaf beside what is sent, its default included.
fn has_no_effect(call: Call<'_>, leaf: Leaf) -> bool {
    call.plan.rules.iter().any(|(rule, _)| is_ignored(rule, leaf, |with| call.writes(with)))
}

/// Whether what is on the wire already decides what a geometry leaf stands for.
fn is_named(call: Call<'_>, leaf: Leaf) -> bool {
    let wired = &call.settlement.wired;
    wired.pixels.is_some()
        || match leaf {
            Leaf::AspectRatio => wired.ratio.is_some(),
            Leaf::Resolution => wired.tier.is_some(),
            _ => wired.ratio.is_some() || wired.tier.is_some(),
        }
}
