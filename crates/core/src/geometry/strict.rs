//! Exactly what was asked for, or every reason why not.

use serde_json::{Value, json};

use super::{Asked, Entry, Geometry, Wired};
use crate::check;
use crate::leaf::{Leaf, Leaves};
use crate::request::{AspectRatio, Ratio, Resolution, Size};
use crate::violation::{Violation, ViolationKind};

/// Exact pixels, if the offer takes them.
pub(super) fn size(geometry: &Geometry, size: Size) -> Option<Wired> {
    if !geometry.pixels {
        return size_by_words(geometry, size);
    }
    let accepted = match &geometry.free {
        Some(free) => free.accepts(size),
        None => geometry.table.iter().any(|entry| entry.size == size),
    };
    accepted.then(|| pixels(size))
}

/// Why the offer takes no such pixels.
pub(super) fn why_size(geometry: &Geometry, size: Size) -> Vec<Violation> {
    if !geometry.takes(Leaf::Size) {
        return vec![unsupported(geometry, Leaf::Size)];
    }
    match geometry.free.as_ref().filter(|_| geometry.pixels) {
        Some(free) => free.broken_by(size, Leaf::Size),
        None => vec![refuse_size(geometry, size)],
    }
}

/// The words whose entry is exactly the size.
fn size_by_words(geometry: &Geometry, size: Size) -> Option<Wired> {
    let entry = geometry.table.iter().find(|entry| entry.size == size)?;
    let ratio = geometry.ratio_word(AspectRatio::Fixed(entry.label))?;
    let tier = geometry.tier_word(entry.tier)?;
    Some(Wired { pixels: None, ratio: Some(ratio), tier: Some(tier) })
}

fn refuse_size(geometry: &Geometry, size: Size) -> Violation {
    let sizes: Vec<Value> = geometry.table.iter().map(|entry| json!(entry.size)).collect();
    let (message, accepted) = if sizes.is_empty() {
        let words = geometry.ratio_words.iter().map(|(word, _)| json!(word));
        let words: Vec<Value> =
            words.chain(geometry.tier_words.iter().map(|(word, _)| json!(word))).collect();
        let message = format!(
            "size {size} cannot be named here; accepted are words: {}",
            check::list(&words)
        );
        (message, words)
    } else {
        (format!("size {size} is not in the table; accepted: {}", check::list(&sizes)), sizes)
    };
    stated(
        geometry,
        Violation::new(Leaf::Size, ViolationKind::NotAccepted, message).actual(json!(size)),
    )
    .accepted(accepted.into())
}

/// A ratio, a tier or both, if the offer takes them.
pub(super) fn words(geometry: &Geometry, asked: Asked) -> Option<Wired> {
    if absent(geometry, asked).next().is_some() {
        return None;
    }
    taken_words(geometry, asked)
}

/// Why the offer takes no such words.
pub(super) fn why_words(geometry: &Geometry, asked: Asked) -> Vec<Violation> {
    let absent = absent(geometry, asked).map(|leaf| unsupported(geometry, leaf));
    let mut violations: Vec<Violation> = absent.collect();
    let taken = Asked {
        ratio: asked.ratio.filter(|_| geometry.takes(Leaf::AspectRatio)),
        tier: asked.tier.filter(|_| geometry.takes(Leaf::Resolution)),
    };
    if taken_words(geometry, taken).is_none() {
        violations.extend(why_not_taken(geometry, taken));
    }
    violations
}

/// What is asked for and cannot be told to the offer at all.
fn absent(geometry: &Geometry, asked: Asked) -> impl Iterator<Item = Leaf> {
    let named =
        [(Leaf::AspectRatio, asked.ratio.is_some()), (Leaf::Resolution, asked.tier.is_some())];
    let absent = named.into_iter().filter(|(leaf, named)| *named && !geometry.takes(*leaf));
    absent.map(|(leaf, _)| leaf)
}

fn taken_words(geometry: &Geometry, asked: Asked) -> Option<Wired> {
    if asked.ratio.is_none() && asked.tier.is_none() {
        return Some(Wired::default());
    }
    by_own_words(geometry, asked).or_else(|| {
        if asked.ratio == Some(AspectRatio::Auto) || !geometry.pixels {
            return None;
        }
        match &geometry.free {
            Some(free) => free.words(geometry, asked).map(pixels),
            None => by_table(geometry, asked),
        }
    })
}

fn why_not_taken(geometry: &Geometry, asked: Asked) -> Vec<Violation> {
    if asked.ratio == Some(AspectRatio::Auto) {
        return refuse_auto(geometry, asked);
    }
    match geometry.free.as_ref().filter(|_| geometry.pixels) {
        Some(free) => free.why_words(geometry, asked),
        None => refuse_words(geometry, asked),
    }
}

/// The offer's own words for all that is named.
fn by_own_words(geometry: &Geometry, asked: Asked) -> Option<Wired> {
    let ratio = match asked.ratio {
        Some(ratio) => Some(geometry.ratio_word(ratio)?),
        None => None,
    };
    let tier = match asked.tier {
        Some(tier) => Some(geometry.tier_word(tier)?),
        None => None,
    };
    Some(Wired { pixels: None, ratio, tier })
}

/// The entry of a table.
pub(super) fn find(geometry: &Geometry, label: Ratio, tier: Resolution) -> Option<Entry> {
    geometry.table.iter().find(|entry| entry.tier == tier && entry.label == label).copied()
}

fn by_table(geometry: &Geometry, asked: Asked) -> Option<Wired> {
    let ratio = asked.fixed().or(geometry.default_ratio)?;
    let tier = asked.tier.or(geometry.default_tier)?;
    find(geometry, ratio, tier).map(|entry| pixels(entry.size))
}

/// Pixels on the wire.
pub(super) fn pixels(size: Size) -> Wired {
    Wired { pixels: Some(size), ..Wired::default() }
}

/// Every word that is not accepted, or the pair of two that do not go together.
fn refuse_words(geometry: &Geometry, asked: Asked) -> Vec<Violation> {
    let mut violations = Vec::new();
    let ratios = geometry.ratios();
    if let Some(ratio) = asked.fixed().filter(|ratio| !ratios.contains(ratio)) {
        let accepted = if ratios.is_empty() { json!(["auto"]) } else { json!(ratios) };
        violations.push(refuse_word(geometry, Leaf::AspectRatio, &json!(ratio), &accepted));
    }
    let tiers = geometry.tiers();
    if let Some(tier) = asked.tier.filter(|tier| !tiers.contains(tier)) {
        violations.push(refuse_word(geometry, Leaf::Resolution, &json!(tier), &json!(tiers)));
    }
    if violations.is_empty() {
        violations.push(refuse_pair(geometry, asked));
    }
    violations
}

/// One word that is not accepted.
pub(super) fn refuse_word(
    geometry: &Geometry,
    leaf: Leaf,
    word: &Value,
    accepted: &Value,
) -> Violation {
    let list = check::list(accepted.as_array().map(Vec::as_slice).unwrap_or_default());
    let given = word.as_str().unwrap_or_default();
    let message = format!("{leaf} {given} is not accepted; accepted: {list}");
    let violation = Violation::new(leaf, ViolationKind::NotAccepted, message);
    stated(geometry, violation.actual(word.clone()).accepted(accepted.clone()))
}

fn refuse_pair(geometry: &Geometry, asked: Asked) -> Violation {
    let leaf = if asked.tier.is_some() { Leaf::Resolution } else { Leaf::AspectRatio };
    let label = asked.fixed().or(geometry.default_ratio);
    let of_ratio = geometry.table.iter().filter(|entry| Some(entry.label) == label);
    let tiers: Vec<Value> = of_ratio.map(|entry| json!(entry.tier)).collect();
    let ratio = label.map_or_else(String::new, |label| format!(" at {label}"));
    let tier = asked.tier.map_or_else(String::new, |tier| format!(" {tier}"));
    let message =
        format!("{leaf}{tier} has no size{ratio}; accepted tiers: {}", check::list(&tiers));
    let mut violation =
        Violation::new(leaf, ViolationKind::NotAccepted, message).accepted(tiers.into());
    if asked.tier.is_some() && asked.ratio.is_some() {
        violation.other = Some(Leaf::AspectRatio.path().to_owned());
    }
    stated(geometry, violation)
}

fn refuse_auto(geometry: &Geometry, asked: Asked) -> Vec<Violation> {
    let auto_alone = geometry.ratio_word(AspectRatio::Auto).is_some();
    if let (Some(tier), true) = (asked.tier, auto_alone) {
        if !geometry.pixels {
            return vec![refuse_word(
                geometry,
                Leaf::Resolution,
                &json!(tier),
                &json!(geometry.tiers()),
            )];
        }
        let message = format!(
            "resolution {tier} becomes a width and a height here, which leaves no ratio open; \
             give a ratio, or aspect_ratio auto alone"
        );
        let pair =
            Violation::pair(Leaf::AspectRatio, Leaf::Resolution, ViolationKind::Conflicts, message);
        return vec![stated(geometry, pair)];
    }
    let mut violations = vec![refuse_open_ratio(geometry)];
    let tiers = geometry.tiers();
    if let Some(tier) = asked.tier.filter(|tier| !tiers.contains(tier)) {
        violations.push(refuse_word(geometry, Leaf::Resolution, &json!(tier), &json!(tiers)));
    }
    violations
}

/// No ratio can be left open, or only beside other fields.
fn refuse_open_ratio(geometry: &Geometry) -> Violation {
    let ratios = json!(geometry.ratios());
    if let Some(groups) = &geometry.auto_implied {
        let group =
            |leaves: &Leaves| leaves.iter().map(Leaf::path).collect::<Vec<_>>().join(" or ");
        let beside = groups.iter().map(group).collect::<Vec<_>>().join(" together with ");
        let message =
            format!("aspect_ratio auto is accepted only beside {beside}; add it or give a ratio");
        let violation = Violation::new(Leaf::AspectRatio, ViolationKind::NotAccepted, message);
        return stated(geometry, violation.actual("auto").accepted(ratios));
    }
    if geometry.free.is_some() {
        let message =
            "aspect_ratio auto is not accepted; accepted: a ratio in numbers, such as 16:9";
        let violation = Violation::new(Leaf::AspectRatio, ViolationKind::NotAccepted, message);
        return stated(geometry, violation.actual("auto").accepted(json!(["W:H"])));
    }
    refuse_word(geometry, Leaf::AspectRatio, &json!("auto"), &ratios)
}

/// The offer has no way to take the leaf.
fn unsupported(geometry: &Geometry, leaf: Leaf) -> Violation {
    let message = format!("{leaf} cannot be chosen here; leave it out or choose another offer");
    stated(geometry, Violation::new(leaf, ViolationKind::Unsupported, message))
}

/// Adds the pages that state how the offer names sizes.
pub(super) fn stated(geometry: &Geometry, violation: Violation) -> Violation {
    let leaf = Leaf::from_path(&violation.field).filter(|leaf| leaf.is_geometry());
    let pages = leaf.map(|leaf| geometry.origins(leaf)).unwrap_or_default();
    violation.stated_by_all(&pages)
}
