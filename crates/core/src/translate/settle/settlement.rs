//! What became of a request at an offer.

use serde_json::{Value, json};

use crate::geometry::Wired;
use crate::leaf::{Leaf, Leaves};
use crate::number::Number;

/// What became of a leaf, before the ledger words it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Not set by the request.
    #[default]
    Unset,
    /// On the wire, moved or not.
    Written,
    /// The offer behaves so anyway.
    Implied,
    /// Left out.
    Dropped,
}

/// What became of a request at an offer.
#[derive(Clone, Debug)]
pub(crate) struct Settlement {
    pub(super) written: Leaves,
    pub(super) implied: Leaves,
    dropped: Leaves,
    pub(crate) wired: Wired,
    /// What moved; most requests are sent as they are.
    moves: Option<Box<Moves>>,
    /// The vendor requires a size and nobody named one.
    pub(crate) default_size: bool,
    /// Results that a full call gives.
    pub(crate) per_call: u64,
    pub(crate) calls: u64,
}

/// Leaves that moved, and where to.
#[derive(Clone, Debug, Default)]
pub(super) struct Moves {
    pub(super) numbers: Vec<(Leaf, Number)>,
    pub(super) words: Vec<(Leaf, Value)>,
}

/// One call of which nothing is settled yet.
impl Default for Settlement {
    fn default() -> Settlement {
        Settlement {
            written: Leaves::default(),
            implied: Leaves::default(),
            dropped: Leaves::default(),
            wired: Wired::default(),
            moves: None,
            default_size: false,
            per_call: 1,
            calls: 1,
        }
    }
}

impl Settlement {
    pub(super) fn set(&mut self, leaf: Leaf, fate: Fate) {
        let Settlement { written, implied, dropped, .. } = self;
        let sets = [(written, Fate::Written), (implied, Fate::Implied), (dropped, Fate::Dropped)];
        for (set, of) in sets {
            *set = if fate == of { set.with_if(leaf, true) } else { set.without(Leaves::of(leaf)) };
        }
    }

    pub(crate) fn fate(&self, leaf: Leaf) -> Fate {
        match leaf {
            leaf if self.written.contains(leaf) => Fate::Written,
            leaf if self.implied.contains(leaf) => Fate::Implied,
            leaf if self.dropped.contains(leaf) => Fate::Dropped,
            _ => Fate::Unset,
        }
    }

    /// Whether the leaf stands on the wire.
    pub(crate) fn writes(&self, leaf: Leaf) -> bool {
        self.written.contains(leaf)
    }

    /// Whether one of the leaves stands on the wire.
    pub(crate) const fn writes_any(&self, leaves: Leaves) -> bool {
        self.written.intersects(leaves)
    }

    /// The number that a leaf moved to.
    pub(crate) fn number(&self, leaf: Leaf) -> Option<Number> {
        let numbers = &self.moves.as_ref()?.numbers;
        numbers.iter().rev().find(|(moved, _)| *moved == leaf).map(|(_, number)| *number)
    }

    /// The value that a leaf moved to.
    pub(crate) fn moved(&self, leaf: Leaf) -> Option<Value> {
        let words = &self.moves.as_ref()?.words;
        let word = words.iter().find(|(moved, _)| *moved == leaf).map(|(_, value)| value.clone());
        word.or_else(|| self.number(leaf).map(|number| json!(number)))
    }

    pub(crate) fn has_losses(&self) -> bool {
        self.moves.is_some() || !self.dropped.is_empty()
    }

    pub(super) fn moves(&mut self) -> &mut Moves {
        self.moves.get_or_insert_default()
    }
}
