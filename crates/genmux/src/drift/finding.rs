//! One difference between a spec and what the vendor publishes.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::stated::{Place, Stated};

/// One difference between a spec and what the vendor publishes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What happened.
    pub kind: FindingKind,
    /// The canonical field, where there is one.
    pub field: Option<String>,
    /// The wire path, as the vendor has it now where it has one.
    pub wire: String,
    /// The difference in words.
    pub says: String,
    /// What the revision to add says of it.
    #[serde(skip)]
    pub(super) patches: Vec<Patch>,
}

/// What happened to a wire parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// It is gone.
    Removed,
    /// It is gone, and one of equal type and limits is new.
    Renamed,
    /// It is new.
    Added,
    /// The vendor takes less.
    Narrowed,
    /// The vendor takes more.
    Widened,
    /// The vendor takes something else.
    Changed,
    /// The vendor refuses without it from now on.
    Required,
    /// The vendor does without it from now on.
    Optional,
    /// Another value applies while it is not sent.
    Default,
    /// The vendor's document says nothing of what the spec states, so it stays in force.
    Unstated,
}

impl FindingKind {
    /// The word for it, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            FindingKind::Removed => "removed",
            FindingKind::Renamed => "renamed",
            FindingKind::Added => "added",
            FindingKind::Narrowed => "narrowed",
            FindingKind::Widened => "widened",
            FindingKind::Changed => "changed",
            FindingKind::Required => "required",
            FindingKind::Optional => "optional",
            FindingKind::Default => "default",
            FindingKind::Unstated => "unstated",
        }
    }
}

/// One thing that a revision says; without an attribute, of the field as a whole.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Patch {
    pub(super) section: &'static str,
    pub(super) name: String,
    pub(super) attribute: Option<&'static str>,
    pub(super) value: Value,
}

impl Finding {
    /// A finding about something that the spec names.
    pub(super) fn about(stated: &Stated, kind: FindingKind, says: String) -> Finding {
        let field = stated.place.leaf.map(|leaf| leaf.path().to_owned());
        Finding { kind, field, wire: stated.wire.path.clone(), says, patches: Vec::new() }
    }

    /// The same with what the revision says: attributes and their values, `null` to take back.
    pub(super) fn patch(
        mut self,
        place: &Place,
        attributes: Vec<(&'static str, Value)>,
    ) -> Finding {
        let patch = |(attribute, value)| Patch {
            section: place.section(),
            name: place.name.clone(),
            attribute: Some(attribute),
            value,
        };
        self.patches.extend(attributes.into_iter().map(patch));
        self
    }

    /// The same, and the revision takes the whole field back.
    pub(super) fn take_back(mut self, place: &Place) -> Finding {
        let (section, name) = (place.section(), place.name.clone());
        self.patches.push(Patch { section, name, attribute: None, value: Value::Null });
        self
    }
}

impl Place {
    pub(super) const fn section(&self) -> &'static str {
        if self.leaf.is_some() { "fields" } else { "options" }
    }
}

/// The body of a revision: what all findings together say.
pub(super) fn body(findings: &[Finding]) -> Map<String, Value> {
    let mut body = Map::new();
    for Patch { section, name, attribute, value } in findings.iter().flat_map(|it| &it.patches) {
        let section = body.entry(*section).or_insert_with(|| json!({}));
        match attribute {
            None => section[name] = value.clone(),
            // What is taken back as a whole stays so.
            Some(_) if section.get(name).is_some_and(Value::is_null) => {}
            Some(attribute) => {
                let entry = &mut section[name];
                if entry.is_null() {
                    *entry = json!({});
                }
                entry[*attribute] = value.clone();
            }
        }
    }
    body
}
