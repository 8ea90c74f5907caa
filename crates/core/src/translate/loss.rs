//! How much of a request was changed.

use serde::Serialize;

use super::{Fate, Settlement};
use crate::leaf::Leaf;

/// How many fields were changed, the worst first: of two losses the greater one is worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Loss {
    /// Prompt, media, sequences, safety and webhooks that were left out, because a policy names
    /// them.
    pub content_dropped: usize,
    /// Other fields that were left out.
    pub controls_dropped: usize,
    /// Sizes, ratios and tiers that moved.
    pub geometry_moved: usize,
    /// Numbers that moved.
    pub numbers_moved: usize,
}

impl Loss {
    pub(super) fn of(settlement: &Settlement) -> Loss {
        let mut loss = Loss::default();
        for leaf in Leaf::ALL {
            let changed = match settlement.fate(*leaf) {
                Fate::Dropped if leaf.is_content() => &mut loss.content_dropped,
                Fate::Dropped => &mut loss.controls_dropped,
                _ if settlement.moved(*leaf).is_none() => continue,
                _ if leaf.is_geometry() => &mut loss.geometry_moved,
                _ => &mut loss.numbers_moved,
            };
            *changed += 1;
        }
        loss
    }
}
