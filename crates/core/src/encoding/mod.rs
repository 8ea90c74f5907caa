//! Forms on the wire: each is one file that writes its form and tests it.

mod base64;
mod content_check;
mod frames;
mod media;
mod plain;
mod read;
mod sequence;
mod tags;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

pub use media::Handover;
pub(crate) use media::{MediaValue, handover};
pub(crate) use plain::{exact, whole};
pub(crate) use read::{Misfit, Reading, find, join, read, type_of};
pub(crate) use tags::tag;

use crate::leaf::Leaf;
use crate::plan::{Node, Slot, What};
use crate::translate::Call;

/// A level of the payload: its keys in order, and what provider options add to it.
pub(crate) struct Object<'a> {
    pub(crate) call: Call<'a>,
    pub(crate) nodes: &'a [Node],
    pub(crate) options: Option<&'a Map<String, Value>>,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map)?;
        map.end()
    }
}

impl Object<'_> {
    /// Writes the keys of this level into an object that is already open.
    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        for node in self.nodes {
            match &node.what {
                What::Slot(slot) if is_present(slot, self.call) => {
                    write_slot(slot, &node.key, map, self.call)?;
                }
                What::Object(nodes) if has_present(nodes, self.call) => {
                    let options =
                        self.options.and_then(|options| options.get(&node.key)?.as_object());
                    map.serialize_entry(&node.key, &Object { call: self.call, nodes, options })?;
                }
                What::Slot(_) | What::Object(_) => {}
            }
        }
        for (key, value) in self.options.into_iter().flatten() {
            if !self.writes(key) {
                map.serialize_entry(key, value)?;
            }
        }
        Ok(())
    }

    /// Whether the level writes a key by itself, merged with the options where it is an object.
    fn writes(&self, key: &str) -> bool {
        self.nodes.iter().filter(|node| node.key == key).any(|node| match &node.what {
            What::Slot(slot) => is_present(slot, self.call),
            What::Object(nodes) => has_present(nodes, self.call),
        })
    }
}

/// The value that a slot puts on the wire, if it puts any.
pub(crate) fn slot_value(slot: &Slot, key: &str, call: Call<'_>) -> Option<Value> {
    if !is_present(slot, call) {
        return None;
    }
    let mut map = serde_json::value::Serializer.serialize_map(Some(1)).ok()?;
    write_slot(slot, key, &mut map, call).ok()?;
    match SerializeMap::end(map).ok()? {
        Value::Object(mut object) => object.shift_remove(key),
        _ => None,
    }
}

fn has_present(nodes: &[Node], call: Call<'_>) -> bool {
    nodes.iter().any(|node| match &node.what {
        What::Slot(slot) => is_present(slot, call),
        What::Object(nodes) => has_present(nodes, call),
    })
}

/// Whether a slot has anything to write.
fn is_present(slot: &Slot, call: Call<'_>) -> bool {
    let wired = &call.settlement.wired;
    match slot {
        Slot::Constant(_) | Slot::TaskId => true,
        // A sequence of one is what the vendor makes anyway, also where a policy lowered it to one.
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

fn write_slot<M: SerializeMap>(
    slot: &Slot,
    key: &str,
    map: &mut M,
    call: Call<'_>,
) -> Result<(), M::Error> {
    let wired = &call.settlement.wired;
    let geometry = &call.plan.geometry;
    match slot {
        Slot::Constant(value) | Slot::BesidePixels(value) => map.serialize_entry(key, value),
        Slot::TaskId => map.serialize_entry(key, &plain::TaskId(call)),
        Slot::Plain(leaf) => map.serialize_entry(key, &plain::Plain { leaf: *leaf, call }),
        Slot::Media(leaf) => map.serialize_entry(key, &media::Single { leaf: *leaf, call }),
        Slot::MediaList(leaf) => map.serialize_entry(key, &media::List { leaf: *leaf, call }),
        Slot::Frames { key: item, leaves } => {
            map.serialize_entry(key, &frames::Frames { key: item, leaves: *leaves, call })
        }
        Slot::Width => map.serialize_entry(key, &wired.pixels.map(|size| size.width)),
        Slot::Height => map.serialize_entry(key, &wired.pixels.map(|size| size.height)),
        Slot::RatioWord => {
            map.serialize_entry(key, &wired.ratio.map(|at| &geometry.ratio_words[at].1))
        }
        Slot::TierWord => {
            map.serialize_entry(key, &wired.tier.map(|at| &geometry.tier_words[at].1))
        }
        Slot::SequenceSwitch => map.serialize_entry(key, &sequence::switch(call)),
        Slot::SequenceCount => map.serialize_entry(key, &sequence::count(call)),
        Slot::CheckContent => map.serialize_entry(key, &true),
        Slot::CheckMode => map.serialize_entry(key, &content_check::mode(call)),
        Slot::Results => map.serialize_entry(key, &call.results()),
    }
}
