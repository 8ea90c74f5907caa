//! The way back: a vendor's payload, read into a request.
//!
//! The plan that writes a payload reads it: every slot has a reader beside its writer under
//! `encoding/`. What no field covers stays in the options of the provider, so nothing is lost, and
//! the ledger says of every key where it went.

mod faults;
mod ledger;
mod sent;

use std::fmt;
use std::sync::LazyLock;

use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use sent::Enclosed;

use crate::context::{Context, TaskKey};
use crate::encoding::{Misfit, read, type_of};
use crate::leaf::Leaf;
use crate::plan::{Node, Plan, Slot};
use crate::policy::{Mode, Policy};
use crate::request::{ReadError, Request, StrictValue, one_line, read_json};
use crate::translate::{Row, ShownOffer};
use crate::violation::{Violation, ViolationKind};

/// A payload, read.
///
/// Serializes as `{"offer", "request", "ledger", "violations"}`.
#[non_exhaustive]
pub struct Lifted<'a> {
    /// What the payload asks for. Values that break a limit stand here as they are.
    pub request: Request,
    /// Every limit that the payload breaks, with what the vendor takes and ignores.
    pub violations: Vec<Violation>,
    /// The id that the task carries, where the provider takes one from the caller.
    pub task_id: Option<Uuid>,
    plan: &'a Plan,
    payload: &'a Map<String, Value>,
    misfits: Vec<Misfit>,
    unknown: Vec<String>,
    beside: Beside<'a>,
}

/// What stands around a payload.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside<'a> {
    pub(crate) envelope: &'a [(&'a str, &'a Value)],
    pub(crate) around: &'a [(&'a str, &'a Value)],
    pub(crate) query: &'a [String],
}

/// A payload that is not one of the offer's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LiftError {
    /// A payload is an object.
    #[error("a payload is a JSON object, not {0}")]
    NotAnObject(&'static str),
    /// The payload names another model.
    #[error("the payload names the model {given:?}; {offer} is {expected:?}")]
    OtherModel {
        /// The offer that was to read it.
        offer: String,
        /// The vendor's name of the offer's model.
        expected: String,
        /// The name in the payload.
        given: String,
    },
    /// The body around the payloads is none that the provider takes.
    #[error("{}", one_line(.0, 500))]
    Body(String),
    /// No key of the payload is one that the offer knows.
    #[error("{offer} knows none of the payload's keys: {keys}")]
    NoKeyKnown {
        /// The offer that was to read it.
        offer: String,
        /// The first of the payload's keys.
        keys: String,
    },
}

/// Commas and brackets in a text that is read; a payload has a few dozen, a long prompt hundreds.
const MOST_VALUES: usize = 1_000_000;

/// Reads JSON in which no object names a key twice: the second would silently replace the first.
///
/// # Errors
/// When the text is no JSON, has a key twice, or holds a million values, which take a hundred times
/// the memory of their text; the error names path and line.
pub fn read_payload(text: &[u8]) -> Result<Value, ReadError> {
    let begins = text.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if begins > MOST_VALUES {
        let message = "holds a million values or more, and a payload a few dozen".to_owned();
        return Err(ReadError { path: String::new(), line: 1, column: 1, message });
    }
    read_json::<StrictValue>(text).map(|value| value.0)
}

/// Reads a payload by the plan that would write it; `beside` stands in the body around it.
pub(crate) fn lift<'a>(
    plan: &'a Plan,
    vendor_id: Option<&str>,
    payload: &'a Value,
    beside: Beside<'a>,
) -> Result<Lifted<'a>, LiftError> {
    let Value::Object(payload) = payload else {
        return Err(LiftError::NotAnObject(type_of(payload)));
    };
    other_model(plan, vendor_id, payload)?;
    let mut reading = read(plan, payload, beside.envelope);
    nothing_known(plan, payload, &reading.unknown)?;
    let rest = std::mem::take(&mut reading.rest);
    if !rest.is_empty() {
        reading.request.provider_options.0.insert(plan.provider.to_string(), rest);
    }
    let violations = faults::violations(plan, &reading.request, &reading.misfits);
    Ok(Lifted {
        violations,
        task_id: task_id(plan, payload),
        plan,
        payload,
        request: reading.request,
        misfits: reading.misfits,
        unknown: reading.unknown,
        beside,
    })
}

fn other_model(
    plan: &Plan,
    named: Option<&str>,
    payload: &Map<String, Value>,
) -> Result<(), LiftError> {
    let is_model = |slot: &Slot| matches!(slot, Slot::Constant(id) if *id == *plan.vendor_id);
    let key = plan.payload.iter().find(|node| node.is(is_model)).map(Node::key);
    let inside = key.and_then(|key| payload.get(key));
    if named.is_none_or(|named| *named == *plan.vendor_id)
        && inside.is_none_or(|inside| *inside == *plan.vendor_id)
    {
        return Ok(());
    }
    let inside = inside.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    let given = named.map(str::to_owned).into_iter().chain(inside);
    match given.into_iter().find(|given| *given != *plan.vendor_id) {
        None => Ok(()),
        Some(given) => Err(LiftError::OtherModel {
            offer: plan.name.to_string(),
            expected: plan.vendor_id.to_string(),
            given: given.chars().take(80).collect(),
        }),
    }
}

fn nothing_known(
    plan: &Plan,
    payload: &Map<String, Value>,
    unknown: &[String],
) -> Result<(), LiftError> {
    let top = |key: &str| unknown.iter().any(|path| path == key);
    if payload.is_empty() || payload.keys().any(|key| !top(key)) {
        return Ok(());
    }
    let keys: Vec<&str> = payload.keys().take(8).map(String::as_str).collect();
    let keys = one_line(&keys.join(", "), 120);
    Err(LiftError::NoKeyKnown { offer: plan.name.to_string(), keys })
}

fn task_id(plan: &Plan, payload: &Map<String, Value>) -> Option<Uuid> {
    let node = plan.payload.iter().find(|node| node.is(|slot| matches!(slot, Slot::TaskId)))?;
    payload.get(node.key())?.as_str()?.parse().ok()
}

/// Limits ask for no task id, and media are looked at by nobody.
static CONTEXT: LazyLock<Context> = LazyLock::new(|| Context::new(TaskKey::derived(b"")));

impl Lifted<'_> {
    /// One row for every field that the request sets, then what genmux writes by itself.
    pub fn ledger(&self) -> Vec<Row> {
        ledger::rows(self)
    }

    /// Dotted paths of the keys that the spec does not know, kept in the options.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Dotted paths of the keys that the offer takes, those that genmux writes itself aside.
    pub fn known(&self) -> Vec<&str> {
        let wired = self.plan.wires.iter().filter(|(_, leaf)| leaf.is_some());
        let options = self.plan.options.iter().map(|option| option.path.as_str());
        let mut known: Vec<&str> = Vec::new();
        for path in wired.map(|(path, _)| path.as_str()).chain(options) {
            // Two fields may take turns under one key.
            if !known.contains(&path) {
                known.push(path);
            }
        }
        known
    }

    /// Values that the request cannot hold, as violations: those that could not be read, and where
    /// the policy does not drop their field those that the vendor ignores.
    pub fn unread(&self, policy: &Policy) -> Vec<Violation> {
        let drops = |leaf: Leaf| policy.mode(leaf) == Mode::Drop;
        let kept = self.misfits.iter().filter(|misfit| {
            misfit.kind != ViolationKind::NoEffect || !misfit.leaf.is_some_and(drops)
        });
        kept.map(|misfit| misfit.violation(self.plan)).collect()
    }

    /// The wire key of a field, as the payload has it.
    pub fn wire_key(&self, field: &str) -> Option<String> {
        let rows = self.ledger();
        let there = rows.into_iter().find(|row| row.field == field).map(|row| row.wire);
        let known = || Some(self.plan.field(Leaf::from_path(field)?)?.wire.clone());
        let wire = there.filter(|wire| !wire.is_empty()).or_else(known)?;
        Some(wire.join(", ")).filter(|wire| !wire.is_empty())
    }

    /// How many keys of the payload have a name that the form does not know.
    pub fn strange_names(&self) -> usize {
        self.unknown.len()
    }

    /// How many keys of the payload the form of the offer does not cover; 0 fits whole.
    pub fn strangers(&self) -> usize {
        self.unknown.len() + self.misfits.len()
    }
}

impl Serialize for Lifted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Lifted", 4)?;
        object.serialize_field("offer", &ShownOffer::from(self.plan))?;
        object.serialize_field("request", &self.request)?;
        object.serialize_field("ledger", &self.ledger())?;
        object.serialize_field("violations", &self.violations)?;
        object.end()
    }
}

impl fmt::Debug for Lifted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifted")
            .field("offer", &self.plan.name)
            .field("request", &self.request)
            .field("violations", &self.violations)
            .finish_non_exhaustive()
    }
}
