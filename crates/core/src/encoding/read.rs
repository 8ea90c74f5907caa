//! The payload read back: one function for every slot, beside the one that writes it.

use serde_json::{Map, Value};

use super::{content_check, frames, media, plain, sequence};
use crate::geometry;
use crate::leaf::Leaf;
use crate::plan::{Node, Plan, Slot, What};
use crate::request::Request;
use crate::violation::{Violation, ViolationKind};

/// What has been read of a payload so far.
pub(crate) struct Reading<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) payload: &'a Map<String, Value>,
    pub(crate) request: Request,
    /// Values that no field can hold; they stay among the options.
    pub(crate) misfits: Vec<Misfit>,
    /// Dotted paths of keys that the spec does not know.
    pub(crate) unknown: Vec<String>,
    /// What no canonical field covers, nested like the payload.
    pub(crate) rest: Map<String, Value>,
}

/// A value under a known key that the key does not take.
#[derive(Clone, Debug)]
pub(crate) struct Misfit {
    pub(crate) path: String,
    pub(crate) leaf: Option<Leaf>,
    pub(crate) kind: ViolationKind,
    pub(crate) message: String,
}

impl Misfit {
    /// The violation of a leaf, or of the option that keeps the value.
    pub(crate) fn violation(&self, plan: &Plan) -> Violation {
        let top = self.path.split('.').next().unwrap_or_default();
        let field = self.leaf.map_or_else(
            || format!("provider_options.{}.{top}", plan.provider),
            |leaf| leaf.path().to_owned(),
        );
        let violation = Violation::named(field, self.kind, self.message.clone());
        violation.stated_by(&plan.source)
    }
}

/// Reads a payload, and the keys that stand beside it in the body around it.
pub(crate) fn read<'a>(
    plan: &'a Plan,
    payload: &'a Map<String, Value>,
    envelope: &'a [(&'a str, &'a Value)],
) -> Reading<'a> {
    let mut reading = Reading {
        plan,
        payload,
        request: Request { kind: Some(plan.kind), ..Request::default() },
        misfits: Vec::new(),
        unknown: Vec::new(),
        rest: Map::new(),
    };
    reading.rest = reading.level(&plan.payload, payload.iter(), "");
    let beside = envelope.iter().map(|(key, value)| (*key, *value));
    for (key, value) in beside.filter(|(_, value)| !value.is_null()) {
        reading.beside(key, value);
    }
    reading.together();
    reading.keep_misfits();
    reading
}

impl<'a> Reading<'a> {
    /// Reads one level of the payload and returns what no field covers.
    fn level(
        &mut self,
        nodes: &'a [Node],
        object: impl Iterator<Item = (&'a String, &'a Value)>,
        prefix: &str,
    ) -> Map<String, Value> {
        let (mut rest, mut next) = (Map::new(), 0);
        // `null` means unset here as everywhere.
        for (key, value) in object.filter(|(_, value)| !value.is_null()) {
            // Most payloads have their keys in the order in which they are written here.
            let (before, after) = nodes.split_at(next);
            let node = after.iter().chain(before).position(|node| node.key() == *key);
            let at = node.map(|node| (next + node) % nodes.len());
            next = at.map_or(next, |at| at + 1);
            match at.map(|at| &nodes[at].what) {
                Some(What::Slot(slot)) => self.slot(slot, key, value, prefix),
                Some(What::Object(nodes)) => {
                    let kept = self.object(nodes, &join(prefix, key), value);
                    rest.extend(kept.map(|kept| (key.clone(), kept)));
                }
                None => {
                    self.stranger(&join(prefix, key), value);
                    rest.insert(key.clone(), value.clone());
                }
            }
        }
        rest
    }

    fn object(&mut self, nodes: &'a [Node], path: &str, value: &'a Value) -> Option<Value> {
        let Value::Object(object) = value else {
            let message = format!("{path} takes an object, not {}", type_of(value));
            self.misfit(path.to_owned(), None, (ViolationKind::NotAccepted, message));
            return None;
        };
        let rest = self.level(nodes, object.iter(), path);
        (!rest.is_empty()).then(|| rest.into())
    }

    /// A key that no field writes: an option of the spec, or one that it does not know.
    fn stranger(&mut self, path: &str, value: &Value) {
        let options = &self.plan.options;
        let below =
            |whole: &str| whole.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        if options.iter().any(|option| option.path == path) {
            return;
        }
        match value {
            Value::Object(children) if options.iter().any(|option| below(&option.path)) => {
                for (key, child) in children {
                    self.stranger(&join(path, key), child);
                }
            }
            _ => self.unknown.push(path.to_owned()),
        }
    }

    /// A key of the body around the payload; the ledger tells of what no field covers, and nothing
    /// of it may get into the payload.
    fn beside(&mut self, key: &str, value: &'a Value) {
        let node = self.plan.envelope.iter().find(|node| node.key() == key);
        if let Some(What::Slot(slot)) = node.map(|node| &node.what) {
            return self.slot(slot, key, value, "");
        }
        self.unknown.push(key.to_owned());
    }

    fn slot(&mut self, slot: &Slot, key: &str, value: &Value, prefix: &str) {
        let (leaf, read) = match slot {
            Slot::Plain(leaf) => (*leaf, plain::read(self, *leaf, value)),
            Slot::Results => (Leaf::Count, plain::read(self, Leaf::Count, value)),
            Slot::Media(leaf) => (*leaf, media::read_one(self, *leaf, value)),
            Slot::MediaList(leaf) => (*leaf, media::read_list(self, *leaf, value)),
            Slot::Frames { key, .. } => (Leaf::FirstFrame, frames::read(self, key, value)),
            // Read together once everything was seen, or asked for by no field.
            Slot::Width
            | Slot::Height
            | Slot::BesidePixels(_)
            | Slot::RatioWord
            | Slot::TierWord
            | Slot::SequenceSwitch
            | Slot::SequenceCount
            | Slot::CheckContent
            | Slot::CheckMode
            | Slot::Constant(_)
            | Slot::TaskId => return,
        };
        if let Err(problem) = read {
            let path = join(prefix, key);
            let message = format!("{path} {problem}");
            self.misfit(path, Some(leaf), (ViolationKind::NotAccepted, message));
        }
    }

    /// Leaves that several wire keys carry together.
    fn together(&mut self) {
        geometry::read(self);
        sequence::read(self);
        content_check::read(self);
    }

    /// Notes a value that no field can hold.
    pub(crate) fn misfit(
        &mut self,
        path: String,
        leaf: Option<Leaf>,
        (kind, message): (ViolationKind, String),
    ) {
        self.misfits.push(Misfit { path, leaf, kind, message });
    }

    /// The value of the wire path at a place among those of a leaf.
    pub(crate) fn wired(&self, leaf: Leaf, place: usize) -> Option<(&'a str, &'a Value)> {
        let path = self.plan.field(leaf)?.wire.get(place)?;
        Some((path, find(self.payload, path)?))
    }

    fn keep_misfits(&mut self) {
        for misfit in &self.misfits {
            if let Some(value) = find(self.payload, &misfit.path) {
                keep(&mut self.rest, &misfit.path, value.clone());
            }
        }
    }
}

/// The value at a dotted path; `null` is none.
pub(crate) fn find<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let found = match path.split_once('.') {
        Some((head, rest)) => find(member(object, head)?.as_object()?, rest),
        None => member(object, path),
    };
    found.filter(|value| !value.is_null())
}

/// Hashing a key takes longer than looking through the dozen keys of most payloads.
fn member<'a>(object: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    if object.len() > 16 {
        return object.get(key);
    }
    object.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
}

/// Puts a value at a dotted path, making objects on the way.
fn keep(object: &mut Map<String, Value>, path: &str, value: Value) {
    let Some((head, rest)) = path.split_once('.') else {
        object.insert(path.to_owned(), value);
        return;
    };
    let below = object.entry(head).or_insert_with(|| Map::new().into());
    if let Value::Object(below) = below {
        keep(below, rest, value);
    }
}

pub(crate) fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

/// The JSON type of a value, for a message that does not repeat it.
pub(crate) const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
