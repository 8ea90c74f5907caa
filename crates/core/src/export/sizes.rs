//! Which ratios, tiers and sizes an offer takes: asked of the very code that settles them.

use crate::geometry::{Geometry, settle};
use crate::policy::Policy;
use crate::request::{AspectRatio, Ratio, Request, Resolution, Size};

/// Ratios that are tried where sizes are worked out, beside those that the spec names.
const COMMON: [(u32, u32); 11] =
    [(1, 1), (16, 9), (9, 16), (4, 3), (3, 4), (3, 2), (2, 3), (21, 9), (9, 21), (5, 4), (4, 5)];

/// How an offer takes the three leaves of a size.
pub(super) struct Sizes<'a> {
    pub(super) geometry: &'a Geometry,
    /// Every ratio that is tried.
    pub(super) known: Vec<Ratio>,
}

impl<'a> Sizes<'a> {
    pub(super) fn of(geometry: &'a Geometry) -> Sizes<'a> {
        let mut known = geometry.ratios();
        let common = COMMON.map(|(width, height)| Ratio { width, height });
        for ratio in common.into_iter().filter(|_| works_out(geometry)) {
            if !known.contains(&ratio) {
                known.push(ratio);
            }
        }
        Sizes { geometry, known }
    }

    /// Whether `strict` takes the words; `beside` is whether what makes `auto` implied is set.
    pub(super) fn accepts(
        &self,
        ratio: Option<AspectRatio>,
        tier: Option<Resolution>,
        beside: bool,
    ) -> bool {
        let request = Request { aspect_ratio: ratio, resolution: tier, ..Request::default() };
        let mut set = request.leaves();
        let groups = self.geometry.auto_implied.iter().flatten().filter(|_| beside);
        groups.flat_map(|group| group.iter()).for_each(|leaf| set.insert(leaf));
        !settle(self.geometry, &request, set, &Policy::default()).refused
    }

    /// Whether the ratio is taken beside the tier.
    pub(super) fn fixed(&self, ratio: Ratio, tier: Option<Resolution>) -> bool {
        self.accepts(Some(AspectRatio::Fixed(ratio)), tier, false)
    }

    /// Whether `auto` is taken beside the tier: where what implies it is set, and where it is not.
    pub(super) fn auto(&self, tier: Option<Resolution>) -> [bool; 2] {
        [true, false].map(|beside| self.accepts(Some(AspectRatio::Auto), tier, beside))
    }

    /// Whether a ratio that nobody lists may be taken beside the tier: its size is worked out.
    pub(super) fn other(&self, tier: Option<Resolution>) -> bool {
        let free = self.geometry.free.as_ref().filter(|_| works_out(self.geometry));
        free.is_some_and(|free| {
            tier.is_none_or(|tier| free.tiers.contains(&tier) && free.may_reach(tier))
        })
    }

    /// The known ratios that are taken alone or beside any tier.
    pub(super) fn ratios(&self) -> Vec<Ratio> {
        let taken = |ratio: &&Ratio| tiers_and_none().any(|tier| self.fixed(**ratio, tier));
        self.known.iter().filter(taken).copied().collect()
    }

    /// Whether `auto` is taken anywhere.
    pub(super) fn takes_auto(&self) -> bool {
        tiers_and_none().any(|tier| self.auto(tier).contains(&true))
    }

    /// The tiers that are taken alone or beside a ratio that people use.
    pub(super) fn reached(&self) -> Vec<Resolution> {
        let taken = |tier: &&Resolution| {
            let tier = Some(**tier);
            self.accepts(None, tier, false)
                || self.auto(tier).contains(&true)
                || self.known.iter().any(|ratio| self.fixed(*ratio, tier))
        };
        Resolution::ALL.iter().filter(taken).copied().collect()
    }

    /// The tiers that are taken alone or beside any ratio at all.
    pub(super) fn tiers(&self) -> Vec<Resolution> {
        let reached = self.reached();
        let taken = |tier: &&Resolution| reached.contains(tier) || self.other(Some(**tier));
        Resolution::ALL.iter().filter(taken).copied().collect()
    }

    /// The exact sizes that are taken, where they can be listed.
    pub(super) fn listed(&self) -> Vec<Size> {
        let mut sizes = Vec::new();
        for size in self.geometry.table.iter().map(|entry| entry.size) {
            let request = Request { size: Some(size), ..Request::default() };
            let settled = settle(self.geometry, &request, request.leaves(), &Policy::default());
            if !settled.refused && !sizes.contains(&size) {
                sizes.push(size);
            }
        }
        sizes
    }
}

/// No tier, and every tier.
pub(super) fn tiers_and_none() -> impl Iterator<Item = Option<Resolution>> {
    std::iter::once(None).chain(Resolution::ALL.iter().copied().map(Some))
}

fn works_out(geometry: &Geometry) -> bool {
    geometry.pixels && geometry.free.is_some()
}
