//! The three leaves that name a size, settled: strictly first, then as far as the policy allows.

use serde_json::{Value, json};

use super::{Asked, Geometry, Settled, Wired, fit, strict};
use crate::leaf::{Leaf, Leaves};
use crate::policy::Policy;
use crate::request::{AspectRatio, Request, Size};
use crate::violation::{Violation, ViolationKind};

/// Settles the three leaves of a request. `set` is what the request sets, less what was dropped.
pub(crate) fn settle(
    geometry: &Geometry,
    request: &Request,
    set: Leaves,
    policy: &Policy,
) -> Settled {
    if without_side(request, set).is_some() {
        return Settled { refused: true, ..Settled::default() };
    }
    let mut settled = match request.size.filter(|_| set.contains(Leaf::Size)) {
        Some(size) => settle_size(geometry, size, policy),
        None => settle_words(geometry, request, set, policy),
    };
    settled.refused |= set.contains(Leaf::Size) && set.intersects(WORDS);
    settled
}

/// The words that name a size.
const WORDS: Leaves = Leaves::of(Leaf::AspectRatio).and(Leaves::of(Leaf::Resolution));

/// Every reason why an offer cannot be told what is asked for.
pub(crate) fn why(
    geometry: &Geometry,
    request: &Request,
    set: Leaves,
    policy: &Policy,
) -> Vec<Violation> {
    if let Some(leaf) = without_side(request, set) {
        let message = format!("{leaf} has a side of 0; accepted are whole numbers from 1");
        return vec![Violation::new(leaf, ViolationKind::NotAccepted, message)];
    }
    let mut violations = self_conflicts(set);
    match request.size.filter(|_| set.contains(Leaf::Size)) {
        Some(size) if settle_size(geometry, size, policy).refused => {
            violations.extend(why_size(geometry, size));
        }
        None if settle_words(geometry, request, set, policy).refused => {
            violations.extend(why_words(geometry, asked(geometry, request, set).0));
        }
        _ => {}
    }
    violations
}

/// The default that is sent where the vendor requires a size and nobody named one.
pub(crate) fn settle_default(geometry: &Geometry) -> Wired {
    let asked = Asked { ratio: None, tier: geometry.default_tier };
    strict::words(geometry, asked).unwrap_or_default()
}

/// The leaf with a side of 0: JSON cannot say it, but a struct literal can.
fn without_side(request: &Request, set: Leaves) -> Option<Leaf> {
    let size = request.size.filter(|size| size.area() == 0 && set.contains(Leaf::Size));
    let ratio = Asked { ratio: request.aspect_ratio, tier: None }.fixed();
    let ratio = ratio
        .filter(|ratio| (ratio.width == 0 || ratio.height == 0) && set.contains(Leaf::AspectRatio));
    size.map(|_| Leaf::Size).or(ratio.map(|_| Leaf::AspectRatio))
}

fn self_conflicts(set: Leaves) -> Vec<Violation> {
    if !set.contains(Leaf::Size) {
        return Vec::new();
    }
    let beside =
        [Leaf::AspectRatio, Leaf::Resolution].into_iter().filter(|leaf| set.contains(*leaf));
    beside
        .map(|leaf| {
            let message = format!("{leaf} beside size; give the exact size or its words, not both");
            Violation::pair(Leaf::Size, leaf, ViolationKind::Conflicts, message)
        })
        .collect()
}

fn settle_size(geometry: &Geometry, size: Size, policy: &Policy) -> Settled {
    if let Some(wired) = strict::size(geometry, size) {
        return Settled { wired, ..Settled::default() };
    }
    match near_size(geometry, size).filter(|_| policy.may_move(Leaf::Size)) {
        Some((wired, to)) => {
            Settled { wired, moved: vec![(Leaf::Size, json!(to))], ..Settled::default() }
        }
        None => Settled { refused: true, ..Settled::default() },
    }
}

fn why_size(geometry: &Geometry, size: Size) -> Vec<Violation> {
    let nearest = near_size(geometry, size).map(|(_, to)| json!(to));
    let violations = strict::why_size(geometry, size).into_iter();
    violations.map(|violation| violation.nearest(nearest.clone())).collect()
}

fn near_size(geometry: &Geometry, size: Size) -> Option<(Wired, String)> {
    geometry.takes(Leaf::Size).then(|| fit::size(geometry, size)).flatten()
}

/// What is asked for in words, and which of them are as the offer behaves anyway.
fn asked(geometry: &Geometry, request: &Request, set: Leaves) -> (Asked, Leaves) {
    let mut asked = Asked {
        ratio: request.aspect_ratio.filter(|_| set.contains(Leaf::AspectRatio)),
        tier: request.resolution.filter(|_| set.contains(Leaf::Resolution)),
    };
    let mut implied = Leaves::default();
    if asked.ratio == Some(AspectRatio::Auto) && behaves_so(geometry, set) {
        implied.insert(Leaf::AspectRatio);
        asked.ratio = None;
    }
    (asked, implied)
}

fn settle_words(geometry: &Geometry, request: &Request, set: Leaves, policy: &Policy) -> Settled {
    let (asked, implied) = asked(geometry, request, set);
    let settled = Settled { implied, ..Settled::default() };
    if asked.ratio.is_none() && asked.tier.is_none() {
        return settled;
    }
    if let Some(wired) = strict::words(geometry, asked) {
        return Settled { wired, ..settled };
    }
    let permitted =
        |to: &[(Leaf, Value)]| !to.is_empty() && to.iter().all(|(leaf, _)| policy.may_move(*leaf));
    let any = WORDS.iter().any(|leaf| policy.may_move(leaf));
    match any.then(|| fit::words(geometry, asked)).flatten() {
        Some((wired, to)) if permitted(&to) => Settled { wired, moved: to, ..settled },
        _ => Settled { refused: true, ..settled },
    }
}

fn why_words(geometry: &Geometry, asked: Asked) -> Vec<Violation> {
    let near = fit::words(geometry, asked);
    let moved = near.as_ref().map(|(_, moved)| moved.as_slice()).unwrap_or_default();
    let nearest = |violation: &Violation| {
        let found = moved.iter().find(|(leaf, _)| leaf.path() == violation.field);
        found.map(|(_, to)| to.clone())
    };
    let violations = strict::why_words(geometry, asked).into_iter().map(|violation| {
        let near = nearest(&violation);
        violation.nearest(near)
    });
    violations.collect()
}

fn behaves_so(geometry: &Geometry, set: Leaves) -> bool {
    geometry
        .auto_implied
        .as_ref()
        .is_some_and(|groups| groups.iter().all(|group| set.intersects(*group)))
}
