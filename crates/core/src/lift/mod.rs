//! The way back: a vendor's payload, read into a request.
//!
//! The plan that writes a payload reads it: every slot has a reader beside its writer under
//! `encoding/`. What no field covers stays in the options of the provider, so nothing is lost, and
//! the ledger says of every key where it went.

mod ledger;
mod sent;

use std::fmt;
use std::sync::LazyLock;

use serde::{Serialize, Serializer, ser::SerializeStruct};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use sent::Enclosed;

use crate::check::check_number;
use crate::context::{Context, TaskKey};
use crate::encoding::{Misfit, read, type_of};
use crate::leaf::Leaf;
use crate::plan::{Plan, Slot, What};
use crate::policy::{Mode, Policy};
use crate::request::{ReadError, Request, StrictValue, read_json};
use crate::translate::{Row, ShownOffer, settle};
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
    #[error("{0}")]
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
    let violations = violations(plan, &reading.request, &reading.misfits);
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
    let key = plan.payload.iter().find(|node| node.is(is_model)).map(|node| &node.key);
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
    let keys: String = keys.join(", ").chars().take(120).collect();
    Err(LiftError::NoKeyKnown { offer: plan.name.to_string(), keys })
}

fn task_id(plan: &Plan, payload: &Map<String, Value>) -> Option<Uuid> {
    let node = plan.payload.iter().find(|node| node.is(|slot| matches!(slot, Slot::TaskId)))?;
    payload.get(&node.key)?.as_str()?.parse().ok()
}

fn is_uuid(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<Uuid>().is_ok())
}

/// Limits ask for no task id, and media are looked at by nobody.
static CONTEXT: LazyLock<Context> = LazyLock::new(|| Context::new(TaskKey::derived(b"")));

/// What the request breaks, and what the payload holds that no request can.
fn violations(plan: &Plan, request: &Request, misfits: &[Misfit]) -> Vec<Violation> {
    let policy = Policy::default();
    let settled = settle(plan, request, &policy, &CONTEXT);
    let no_size = settled.default_size && misfits.iter().all(|it| it.leaf != Some(Leaf::Size));
    let mut violations = settled.violations;
    violations.extend(no_size.then(|| missing_size(plan)));
    // Keys that are kept beside the fields are told of by the ledger or as misfits.
    let kept = |violation: &Violation| {
        violation.field.starts_with("provider_options.")
            && matches!(violation.kind, ViolationKind::Conflicts | ViolationKind::UnknownOption)
    };
    let is_there = |violation: &Violation| {
        let named =
            |misfit: &Misfit| misfit.leaf.is_some_and(|leaf| leaf.path() == violation.field);
        violation.kind == ViolationKind::Missing && misfits.iter().any(named)
    };
    violations.retain(|violation| !kept(violation) && !is_there(violation));
    violations.extend(count(plan, request));
    violations.extend(misfits.iter().map(|misfit| misfit.violation(plan)));
    let place = |violation: &Violation| {
        Leaf::from_path(&violation.field).map_or(usize::MAX, |leaf| leaf as usize)
    };
    violations.sort_by_key(place);
    violations
}

/// A request without a size gets one of genmux's; a payload without one is refused.
fn missing_size(plan: &Plan) -> Violation {
    let field = |leaf: Leaf| plan.field(leaf);
    let wires: Vec<String> = [Leaf::Size, Leaf::Resolution, Leaf::AspectRatio]
        .into_iter()
        .filter_map(|leaf| Some(field(leaf)?.wire.join(" and ")).filter(|wire| !wire.is_empty()))
        .collect();
    let message = format!("{} is required", wires.join(", or "));
    let violation = Violation::new(Leaf::Size, ViolationKind::Missing, message);
    let field = field(Leaf::Size).or_else(|| field(Leaf::AspectRatio));
    violation.stated_by(field.and_then(|field| field.stated.as_ref()).unwrap_or(&plan.source))
}

/// One payload is one call: it cannot become several, as a request can.
fn count(plan: &Plan, request: &Request) -> Option<Violation> {
    let (count, field) = (request.number(Leaf::Count)?, plan.field(Leaf::Count)?);
    let (violation, _) = check_number(Leaf::Count, count, &field.numbers)?;
    (violation.kind != ViolationKind::BelowMinimum).then_some(violation)
}

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

    /// Keys that the vendor requires of every call and the payload lacks, and constants whose
    /// value is another; each with what is wrong with it.
    pub fn envelope_faults(&self) -> Vec<(String, String)> {
        let faults = self.plan.payload.iter().filter_map(|node| {
            let given = self.payload.get(&node.key).filter(|value| !value.is_null());
            let key = &node.key;
            let What::Slot(slot) = &node.what else { return None };
            let message = match (slot, given) {
                (Slot::TaskId, None) => format!("{key} is missing; every call carries a UUID"),
                (Slot::TaskId, Some(given)) if !is_uuid(given) => format!("{key} is no UUID"),
                (Slot::Constant(own), None) if *own == *self.plan.vendor_id => {
                    format!("{key} is missing; it is {own}")
                }
                _ => return None,
            };
            Some((key.clone(), message))
        });
        faults.collect()
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
