//! The three leaves that name a size, together.

use super::{Fate, Settlement, State};
use crate::geometry;
use crate::leaf::{Leaf, Leaves};
use crate::request::AspectRatio;
use crate::violation::{Violation, ViolationKind};

/// The leaves that name a size.
const GEOMETRY: Leaves =
    Leaves::of(Leaf::Size).and(Leaves::of(Leaf::AspectRatio)).and(Leaves::of(Leaf::Resolution));

impl State<'_> {
    pub(super) fn settle_geometry(&mut self) {
        let (plan, request, policy) = (self.plan, self.request, self.policy);
        if !self.set.intersects(GEOMETRY) {
            return;
        }
        let settled = loop {
            let settled = geometry::settle(&plan.geometry, request, self.set, policy);
            match settled.refused.then(|| self.droppable()).flatten() {
                Some(leaf) => self.fate(leaf, Fate::Dropped),
                None => break settled,
            }
        };
        let set = self.set.within(GEOMETRY);
        let Settlement { written, implied, wired, .. } = &mut self.settlement;
        *written = written.and(set.without(settled.implied));
        *implied = implied.and(set.within(settled.implied));
        *wired = settled.wired;
        if !settled.moved.is_empty() {
            self.settlement.moves().words = settled.moved;
        }
        if settled.refused {
            let set = self.set;
            // Forgotten together with the leaf that is left out for its value.
            let named = GEOMETRY.within(set).iter().next().unwrap_or(Leaf::Size);
            self.refuse_for_all(named, || geometry::why(&plan.geometry, request, set, policy));
        }
    }

    /// The geometry leaf that the policy may leave out to cure a refusal.
    fn droppable(&self) -> Option<Leaf> {
        if !GEOMETRY.within(self.set).iter().any(|leaf| self.policy.may_drop(leaf)) {
            return None;
        }
        let why = geometry::why(&self.plan.geometry, self.request, self.set, self.policy);
        why.iter().find_map(|violation| self.cured_without(violation))
    }

    /// The geometry leaf that a policy may leave out to cure a violation: one that the offer does
    /// not have, or an open ratio that it cannot be told.
    fn cured_without(&self, violation: &Violation) -> Option<Leaf> {
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
        if self.set.intersects(GEOMETRY) {
            return;
        }
        self.settlement.wired = geometry::settle_default(&self.plan.geometry);
        self.settlement.default_size = true;
    }
}
