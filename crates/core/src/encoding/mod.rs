//! Forms on the wire: each is one file that writes its form and tests it.

mod base64;
mod content_check;
mod entries;
mod frames;
mod media;
mod plain;
mod read;
mod sequence;
mod tags;
mod text;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

pub(crate) use entries::{Entries, Level, Serde};
pub use media::Handover;
pub(crate) use media::handover;
pub(crate) use plain::{exact, whole};
pub(crate) use read::{Misfit, Reading, find, join, read, type_of};
pub(crate) use tags::tag;
use text::Fixed;
pub(crate) use text::{Json, JsonText, Mark};

use crate::leaf::Leaf;
use crate::plan::{Node, Slot, What};
use crate::translate::Call;

/// A level of the payload: its keys in order, and what provider options add to it.
pub(crate) struct Object<'a> {
    pub(crate) call: &'a Call<'a>,
    pub(crate) nodes: &'a [Node],
    pub(crate) options: Option<&'a Map<String, Value>>,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut Serde(&mut map))?;
        map.end()
    }
}

impl Json for Object<'_> {
    fn write_json(&self, text: &mut JsonText<'_>) -> serde_json::Result<()> {
        text.raw(b"{");
        self.write(&mut Level::first(text))?;
        text.raw(b"}");
        Ok(())
    }
}

impl Object<'_> {
    /// Writes the keys of this level into an object that is already open.
    pub(crate) fn write<E: Entries>(&self, entries: &mut E) -> Result<(), E::Error> {
        for node in self.nodes.iter().filter(|node| may_be_present(node, self.call)) {
            match &node.what {
                What::Slot(slot) => write_slot(slot, node, entries, self.call)?,
                What::Object(nodes) if has_present(nodes, self.call) => {
                    let options =
                        self.options.and_then(|options| options.get(node.key())?.as_object());
                    entries.object(node, &Object { call: self.call, nodes, options })?;
                }
                What::Object(_) => {}
            }
        }
        for (key, value) in self.options.into_iter().flatten() {
            if !self.writes(key) {
                entries.option(key, value)?;
            }
        }
        Ok(())
    }

    /// Whether the level writes a key by itself, merged with the options where it is an object.
    fn writes(&self, key: &str) -> bool {
        self.nodes.iter().filter(|node| node.key() == key).any(|node| match &node.what {
            What::Slot(slot) => is_present(slot, self.call),
            What::Object(nodes) => has_present(nodes, self.call),
        })
    }
}

/// The value that a slot puts on the wire, if it puts any.
pub(crate) fn slot_value(slot: &Slot, node: &Node, call: &Call<'_>) -> Option<Value> {
    if !may_be_present(node, call) {
        return None;
    }
    let mut map = serde_json::value::Serializer.serialize_map(Some(1)).ok()?;
    write_slot(slot, node, &mut Serde(&mut map), call).ok()?;
    match SerializeMap::end(map).ok()? {
        Value::Object(mut object) => object.shift_remove(node.key()),
        _ => None,
    }
}

/// Whether a leaf is written without which the key does not stand.
fn may_be_present(node: &Node, call: &Call<'_>) -> bool {
    node.only_with.is_empty() || call.settlement.writes_any(node.only_with)
}

fn has_present(nodes: &[Node], call: &Call<'_>) -> bool {
    nodes.iter().filter(|node| may_be_present(node, call)).any(|node| match &node.what {
        What::Slot(slot) => is_present(slot, call),
        What::Object(nodes) => has_present(nodes, call),
    })
}

/// Whether a slot has anything to write, of which a leaf that it needs is written.
fn is_present(slot: &Slot, call: &Call<'_>) -> bool {
    let wired = &call.settlement.wired;
    match slot {
        Slot::Constant(_) | Slot::TaskId => true,
        Slot::Plain(Leaf::SequentialCount) | Slot::SequenceCount => sequence::count(call).is_some(),
        Slot::Plain(leaf) | Slot::Media(leaf) | Slot::MediaList(leaf) => call.writes(*leaf),
        Slot::Frames { leaves, .. } => leaves.iter().any(|leaf| call.writes(leaf)),
        Slot::Width | Slot::Height | Slot::BesidePixels(_) => wired.pixels.is_some(),
        Slot::RatioWord => wired.ratio.is_some(),
        Slot::TierWord => wired.tier.is_some(),
        Slot::SequenceSwitch => sequence::switch(call).is_some(),
        Slot::CheckContent | Slot::CheckMode => content_check::mode(call).is_some(),
        Slot::Results => call.results() > 1,
    }
}

/// Writes what a slot puts on the wire: nothing, where there is nothing to say.
fn write_slot<E: Entries>(
    slot: &Slot,
    node: &Node,
    entries: &mut E,
    call: &Call<'_>,
) -> Result<(), E::Error> {
    let wired = &call.settlement.wired;
    let geometry = &call.plan.geometry;
    match slot {
        Slot::Constant(value) => entries.constant(node, value),
        Slot::BesidePixels(value) if wired.pixels.is_some() => entries.constant(node, value),
        Slot::BesidePixels(_) => Ok(()),
        Slot::TaskId => entries.entry(node, &plain::TaskId(call)),
        // A sequence of one is what the vendor makes anyway, also where a policy lowered it to one.
        Slot::Plain(Leaf::SequentialCount) | Slot::SequenceCount => {
            entries.some(node, sequence::count(call))
        }
        Slot::Plain(leaf) => entries.entry(node, &plain::plain(*leaf, call)),
        Slot::Media(leaf) => entries.entry(node, &media::Single { leaf: *leaf, call }),
        Slot::MediaList(leaf) => entries.entry(node, &media::List { leaf: *leaf, call }),
        Slot::Frames { key, leaves } => {
            entries.entry(node, &frames::Frames { key, leaves: *leaves, call })
        }
        Slot::Width => entries.some(node, wired.pixels.map(|size| size.width)),
        Slot::Height => entries.some(node, wired.pixels.map(|size| size.height)),
        Slot::RatioWord => {
            entries.some(node, wired.ratio.map(|at| &geometry.ratio_words[usize::from(at)].1))
        }
        Slot::TierWord => {
            entries.some(node, wired.tier.map(|at| &geometry.tier_words[usize::from(at)].1))
        }
        Slot::SequenceSwitch => entries.some(node, sequence::switch(call).map(Fixed)),
        Slot::CheckContent => entries.some(node, content_check::mode(call).map(|_| true)),
        Slot::CheckMode => entries.some(node, content_check::mode(call).map(Fixed)),
        Slot::Results => entries.some(node, Some(call.results()).filter(|results| *results > 1)),
    }
}
