//! Where a leaf stands on the wire, and with which value: read off the payload, so that the ledger
//! cannot differ from it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::settle::canonical;
use super::{Call, asked};
use crate::leaf::Leaf;
use crate::plan::{Node, Slot, What};

/// The wire paths of a leaf and the value that they carry.
pub(super) fn on_wire(call: Call<'_>, leaf: Leaf) -> (Vec<Arc<str>>, Value) {
    let field_wire = || call.plan.field(leaf).map(|field| field.wire.clone()).unwrap_or_default();
    if leaf.is_geometry() {
        return geometry_on_wire(call, leaf);
    }
    if leaf.is_media() || matches!(leaf, Leaf::WebhookUrl | Leaf::UploadUrl) {
        return (field_wire(), asked(call, leaf));
    }
    let mut found = Vec::new();
    for nodes in [&call.plan.payload, &call.plan.envelope] {
        collect(call, nodes, "", leaf, &mut found);
    }
    match found.len() {
        0 => (Vec::new(), canonical(call.request, leaf)),
        1 => found.pop().map(|(path, value)| (vec![path], value)).unwrap_or_default(),
        _ => {
            let paths = found.iter().map(|(path, _)| path.clone()).collect();
            let values: Map<String, Value> =
                found.into_iter().map(|(path, value)| (path.to_string(), value)).collect();
            (paths, values.into())
        }
    }
}

/// The wire values that come from a leaf, read off the payload itself so that they cannot differ.
fn collect(
    call: Call<'_>,
    nodes: &[Node],
    prefix: &str,
    leaf: Leaf,
    found: &mut Vec<(Arc<str>, Value)>,
) {
    for node in nodes {
        let path = if prefix.is_empty() {
            node.key().to_owned()
        } else {
            format!("{prefix}.{}", node.key())
        };
        match &node.what {
            What::Object(children) => collect(call, children, &path, leaf, found),
            What::Slot(slot) if slot.leaf() == Some(leaf) => {
                if let Some(value) = crate::encoding::slot_value(slot, node, &call) {
                    found.push((path.into(), value));
                }
            }
            What::Slot(_) => {}
        }
    }
}

/// What goes with pixels under a canonical field's own name, such as Replicate's `size: "custom"`:
/// as an added row it would look like that field a second time.
fn namesakes(call: Call<'_>) -> impl Iterator<Item = (Arc<str>, Value)> {
    call.plan.payload.iter().filter_map(move |node| match &node.what {
        What::Slot(slot) if is_namesake(slot, node.key()) => {
            Some((node.key().into(), crate::encoding::slot_value(slot, node, &call)?))
        }
        _ => None,
    })
}

/// Whether a wire key beside pixels is called as a canonical field is.
pub(super) fn is_namesake(slot: &Slot, path: &str) -> bool {
    matches!(slot, Slot::BesidePixels(_)) && Leaf::from_path(path).is_some()
}

pub(super) fn geometry_on_wire(call: Call<'_>, leaf: Leaf) -> (Vec<Arc<str>>, Value) {
    let (plan, wired) = (call.plan, &call.settlement.wired);
    let wire_of = |leaf: Leaf| plan.field(leaf).map(|field| field.wire.clone()).unwrap_or_default();
    if let Some(size) = wired.pixels {
        let sides = wire_of(Leaf::Size).into_iter();
        let sides = sides.zip([size.width, size.height].map(Value::from));
        let whole: Vec<(Arc<str>, Value)> = sides.chain(namesakes(call)).collect();
        let value: Map<String, Value> =
            whole.iter().map(|(path, value)| (path.to_string(), value.clone())).collect();
        return (whole.into_iter().map(|(path, _)| path).collect(), value.into());
    }
    let ratio = wired.ratio.map(|at| {
        (wire_of(Leaf::AspectRatio), Value::clone(&plan.geometry.ratio_words[usize::from(at)].1))
    });
    let tier = wired.tier.map(|at| {
        (wire_of(Leaf::Resolution), Value::clone(&plan.geometry.tier_words[usize::from(at)].1))
    });
    match (leaf, ratio, tier) {
        (Leaf::AspectRatio, Some(word), _) | (Leaf::Resolution, _, Some(word)) => word,
        (Leaf::Size, ratio, tier) => {
            let words: Vec<_> = ratio.into_iter().chain(tier).collect();
            let paths = words.iter().flat_map(|(wire, _)| wire.clone()).collect();
            let values = words.into_iter().flat_map(|(wire, value)| {
                wire.into_iter().map(move |path| (path.to_string(), value.clone()))
            });
            (paths, values.collect::<Map<_, _>>().into())
        }
        // In a rejection another leaf kept the words off the wire.
        (leaf, ..) => (wire_of(leaf), canonical(call.request, leaf)),
    }
}
