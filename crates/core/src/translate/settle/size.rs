//! The three leaves that name a size, together.

use super::{Fate, State};
use crate::geometry;
use crate::leaf::Leaf;
use crate::request::AspectRatio;
use crate::violation::{Violation, ViolationKind};

impl State<'_> {
    pub(super) fn settle_geometry(&mut self) {
        let settled = loop {
            let settled =
                geometry::settle(&self.plan.geometry, self.request, self.set, self.policy);
            match settled.violations.iter().find_map(|violation| self.droppable(violation)) {
                Some(leaf) => self.fate(leaf, Fate::Dropped),
                None => break settled,
            }
        };
        for leaf in self.set.iter().filter(|leaf| leaf.is_geometry()) {
            let implied = settled.implied.contains(leaf);
            self.fate(leaf, if implied { Fate::Implied } else { Fate::Written });
        }
        self.settlement.wired = settled.wired;
        self.settlement.words = settled.moved;
        self.settlement.violations.extend(settled.violations);
    }

    /// The geometry leaf that a policy may leave out to cure a violation: one that the offer does
    /// not have, or an open ratio that it cannot be told.
    fn droppable(&self, violation: &Violation) -> Option<Leaf> {
        let leaf = Leaf::from_path(&violation.field).filter(|leaf| self.policy.may_drop(*leaf))?;
        let open = self.request.aspect_ratio == Some(AspectRatio::Auto);
        let no_choice =
            open || self.plan.geometry.ratios().is_empty() && !self.plan.geometry.pixels;
        let cures = match violation.kind {
            ViolationKind::Unsupported => true,
            ViolationKind::NotAccepted => leaf == Leaf::AspectRatio && no_choice,
            _ => false,
        };
        (cures && self.set.contains(leaf)).then_some(leaf)
    }

    /// Nothing named: nothing sent, unless the vendor requires it.
    pub(super) fn settle_default_size(&mut self) {
        if self.set.iter().any(Leaf::is_geometry) {
            return;
        }
        self.settlement.wired = geometry::settle_default(&self.plan.geometry);
        self.settlement.default_size = true;
    }
}
