//! The payload as a tree of wire keys.

use serde_json::Value;

use super::Piece;
use crate::leaf::{Leaf, Leaves};

/// One wire key: an object of further keys, or a slot that a field fills.
#[derive(Debug)]
pub(crate) struct Node {
    key: String,
    /// `,"key":`, and a value that is the same in every payload.
    json: Piece,
    /// Leaves one of which is written wherever the key stands; empty where that is not so simple.
    pub(crate) only_with: Leaves,
    pub(crate) what: What,
}

/// What stands behind a wire key.
#[derive(Debug)]
pub(crate) enum What {
    Object(Vec<Node>),
    Slot(Slot),
}

/// What fills a wire key; the forms are implemented under `encoding/`.
#[derive(Debug)]
pub(crate) enum Slot {
    /// The same value in every payload.
    Constant(Value),
    /// The task id of the call.
    TaskId,
    /// A text, a number, a flag or a word of the leaf.
    Plain(Leaf),
    /// One medium.
    Media(Leaf),
    /// A list of media.
    MediaList(Leaf),
    /// An array of pinned frames; the key holds the media within an item.
    Frames { key: String, leaves: Leaves },
    /// Pixels per row.
    Width,
    /// Rows.
    Height,
    /// Stands beside width and height.
    BesidePixels(Value),
    /// The vendor's word for the ratio.
    RatioWord,
    /// The vendor's word for the tier.
    TierWord,
    /// The switch of a sequence.
    SequenceSwitch,
    /// The greatest number of images of a sequence.
    SequenceCount,
    /// Whether the provider checks content.
    CheckContent,
    /// How it checks.
    CheckMode,
    /// Results of this call.
    Results,
}

impl Node {
    fn new(key: &str, what: What) -> Node {
        let mut json = format!(",{}:", Value::from(key));
        if let What::Slot(Slot::Constant(value) | Slot::BesidePixels(value)) = &what {
            json.push_str(&value.to_string());
        }
        Node { key: key.to_owned(), json: json.into(), only_with: Leaves::default(), what }
    }

    /// The key, as it reads.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The key in JSON after a comma and before a colon; behind it a constant, if it holds one.
    pub(crate) const fn json(&self) -> &Piece {
        &self.json
    }

    /// Whether the key holds such a slot.
    pub(crate) fn is(&self, wanted: impl Fn(&Slot) -> bool) -> bool {
        matches!(&self.what, What::Slot(slot) if wanted(slot))
    }

    /// Whether only one of the two ever stands on the wire: a word for the ratio or tier, and what
    /// stands beside pixels in its place.
    const fn takes_turns_with(&self, other: &Slot) -> bool {
        let What::Slot(slot) = &self.what else { return false };
        matches!(
            (slot, other),
            (Slot::RatioWord | Slot::TierWord, Slot::BesidePixels(_))
                | (Slot::BesidePixels(_), Slot::RatioWord | Slot::TierWord)
        )
    }
}

impl Slot {
    /// The leaf of a slot that carries one leaf alone; geometry and media are read otherwise.
    pub(crate) const fn leaf(&self) -> Option<Leaf> {
        match self {
            Slot::Plain(leaf) => Some(*leaf),
            Slot::SequenceSwitch | Slot::SequenceCount => Some(Leaf::SequentialCount),
            Slot::CheckContent | Slot::CheckMode => Some(Leaf::Safety),
            Slot::Results => Some(Leaf::Count),
            _ => None,
        }
    }
}

/// The leaves without which nothing stands behind a key; none where it may stand without any.
fn only_with(what: &What) -> Leaves {
    match what {
        What::Slot(Slot::Plain(leaf) | Slot::Media(leaf) | Slot::MediaList(leaf)) => {
            Leaves::of(*leaf)
        }
        What::Slot(Slot::Frames { leaves, .. }) => *leaves,
        What::Slot(slot) => slot.leaf().map(Leaves::of).unwrap_or_default(),
        What::Object(nodes) => {
            let all = nodes.iter().map(|node| node.only_with);
            let simple = !all.clone().any(Leaves::is_empty);
            if simple { all.fold(Leaves::default(), Leaves::and) } else { Leaves::default() }
        }
    }
}

/// Settles for every key, from the innermost, what it stands with.
pub(crate) fn finished(mut nodes: Vec<Node>) -> Vec<Node> {
    for node in &mut nodes {
        if let What::Object(children) = &mut node.what {
            *children = finished(std::mem::take(children));
        }
        node.only_with = only_with(&node.what);
    }
    nodes
}

/// Whether a slot among the nodes or below them is such.
pub(crate) fn any(nodes: &[Node], wanted: impl Fn(&Slot) -> bool + Copy) -> bool {
    nodes.iter().any(|node| match &node.what {
        What::Slot(slot) => wanted(slot),
        What::Object(children) => any(children, wanted),
    })
}

/// Puts a slot at a dotted path, making objects on the way.
pub(crate) fn insert(nodes: &mut Vec<Node>, path: &str, slot: Slot) -> Result<(), String> {
    let Some((head, rest)) = path.split_once('.') else {
        if nodes.iter().any(|node| node.key == path && !node.takes_turns_with(&slot)) {
            return Err(format!("wire path {path:?} is taken by another field or constant"));
        }
        nodes.push(Node::new(path, What::Slot(slot)));
        return Ok(());
    };
    let at = nodes.iter().position(|node| node.key == head).unwrap_or_else(|| {
        nodes.push(Node::new(head, What::Object(Vec::new())));
        nodes.len() - 1
    });
    match &mut nodes[at].what {
        What::Object(children) => insert(children, rest, slot),
        What::Slot(_) => {
            Err(format!("wire path {path:?} runs through {head:?}, which holds a value"))
        }
    }
}

/// The slot at a dotted path.
pub(crate) fn find<'a>(nodes: &'a mut [Node], path: &str) -> Option<&'a mut Slot> {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let node = nodes.iter_mut().find(|node| node.key == head)?;
    match (&mut node.what, rest) {
        (What::Slot(slot), None) => Some(slot),
        (What::Object(children), Some(rest)) => find(children, rest),
        _ => None,
    }
}
