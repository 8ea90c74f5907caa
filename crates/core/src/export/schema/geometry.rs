//! The three leaves that name a size: which values, and which of them together.

use serde_json::{Value, json};

use super::digits::between;
use super::shape::{any_of, at, defined, has, has_any, implies, is, not};
use crate::export::sizes::{Sizes, tiers_and_none};
use crate::geometry::Free;
use crate::leaf::Leaf;
use crate::request::{Ratio, Resolution};

/// Equal ratios are listed up to this number: 16:9 up to 96:54.
const LISTED: u32 = 99;

const SIDES: u64 = u32::MAX as u64;

/// The schemas of the three leaves; `None` is no value at all.
pub(super) fn leaves(sizes: &Sizes<'_>) -> [(Leaf, Option<Value>); 3] {
    let tiers: Vec<String> = sizes.tiers().into_iter().flat_map(spellings).collect();
    let tier = (!tiers.is_empty()).then(|| json!({ "type": "string", "enum": tiers }));
    [(Leaf::Size, size(sizes)), (Leaf::AspectRatio, ratio(sizes)), (Leaf::Resolution, tier)]
}

/// A tier in every form that is read: without regard to case.
pub(super) fn spellings(tier: Resolution) -> Vec<String> {
    let name = tier.name();
    let mut all = vec![name.to_owned(), name.to_lowercase(), name.to_uppercase()];
    all.sort();
    all.dedup();
    all.sort_by_key(|spelling| spelling != name);
    all
}

fn size(sizes: &Sizes<'_>) -> Option<Value> {
    let geometry = sizes.geometry;
    if let Some(free) = geometry.free.as_ref().filter(|_| geometry.pixels) {
        let [width, height] = [free.width, free.height].map(|side| sides(free, side));
        return Some(json!({ "type": "string", "pattern": format!("^{width}x{height}$") }));
    }
    let listed = sizes.listed();
    let padded = listed.iter().map(|size| format!("0*{}x0*{}", size.width, size.height));
    let padded = format!("^(?:{})$", padded.collect::<Vec<_>>().join("|"));
    let forms = json!({ "anyOf": [{ "enum": listed }, { "type": "string", "pattern": padded }] });
    (!listed.is_empty()).then_some(forms)
}

fn sides(free: &Free, (min, max): (u32, u32)) -> String {
    let Some(step) = free.step_origin.as_ref().map(|_| free.step.max(1)) else {
        return between(u64::from(min), u64::from(max));
    };
    let first = min.div_ceil(step) * step;
    let steps: Vec<String> =
        (first..=max).step_by(step as usize).take(10_000).map(|side| side.to_string()).collect();
    format!("0*(?:{})", steps.join("|"))
}

fn ratio(sizes: &Sizes<'_>) -> Option<Value> {
    let ratios = sizes.ratios();
    let mut words: Vec<String> = ratios.iter().map(Ratio::to_string).collect();
    words.extend(sizes.takes_auto().then(|| "auto".to_owned()));
    if words.is_empty() {
        return None;
    }
    let mut forms = vec![json!({ "enum": words })];
    if tiers_and_none().any(|tier| sizes.other(tier)) {
        forms.push(defined("ratio"));
    } else {
        forms.extend(same(&ratios));
    }
    Some(json!({ "anyOf": forms }))
}

/// Ratios in other numbers, `7:3` for `21:9`.
fn same(ratios: &[Ratio]) -> Vec<Value> {
    let mut forms: Vec<Value> = ratios.iter().map(|ratio| defined(&name(*ratio))).collect();
    if !forms.is_empty() {
        forms.push(defined("ratio_in_large_numbers"));
    }
    forms
}

fn name(ratio: Ratio) -> String {
    format!("ratio_{}_{}", ratio.width, ratio.height)
}

/// The definitions of ratios.
pub(super) fn definitions(sizes: &Sizes<'_>) -> Vec<(String, Value)> {
    let (any, large) = (between(1, SIDES), between(u64::from(LISTED) + 1, SIDES));
    let text = |pattern: String| json!({ "type": "string", "pattern": pattern });
    let mut all = vec![
        ("ratio".to_owned(), text(format!("^{any}:{any}$"))),
        ("ratio_in_large_numbers".to_owned(), text(format!("^(?:{large}:{any}|{any}:{large})$"))),
    ];
    all.extend(sizes.known.iter().map(|ratio| (name(*ratio), text(equals(*ratio)))));
    all
}

fn equals(ratio: Ratio) -> String {
    let Ratio { width, height } = ratio.reduced();
    let times = (1..=LISTED).take_while(|times| width.max(height) * times <= LISTED);
    let forms: Vec<String> =
        times.map(|times| format!("0*{}:0*{}", width * times, height * times)).collect();
    format!("^(?:{})$", forms.join("|"))
}

/// What must hold between the three leaves, and between `auto` and what implies it.
pub(super) fn rules(sizes: &Sizes<'_>) -> Vec<Value> {
    let words = any_of(vec![has(Leaf::AspectRatio), has(Leaf::Resolution)]);
    let mut all = vec![implies(&has(Leaf::Size), &not(&words))];
    let tiers = sizes.tiers();
    for tier in tiers_and_none().filter(|tier| tier.is_none_or(|tier| tiers.contains(&tier))) {
        let condition = match tier {
            Some(tier) => is(Leaf::Resolution, json!({ "enum": spellings(tier) })),
            None => not(&has(Leaf::Resolution)),
        };
        let then = [lone(sizes, tier), beside(sizes, tier), auto(sizes, tier)];
        let then: Vec<Value> = then.into_iter().flatten().collect();
        if !then.is_empty() {
            all.push(implies(&condition, &json!({ "allOf": then })));
        }
    }
    all
}

/// A tier that needs a ratio beside it.
fn lone(sizes: &Sizes<'_>, tier: Option<Resolution>) -> Option<Value> {
    (!sizes.accepts(None, tier, false)).then(|| has(Leaf::AspectRatio))
}

/// The ratios that go with a tier.
fn beside(sizes: &Sizes<'_>, tier: Option<Resolution>) -> Option<Value> {
    let open = tiers_and_none().any(|tier| sizes.other(tier));
    let all = if open { sizes.known.clone() } else { sizes.ratios() };
    let (taken, refused): (Vec<Ratio>, Vec<Ratio>) =
        all.into_iter().partition(|ratio| sizes.fixed(*ratio, tier));
    if sizes.other(tier) {
        let refused: Vec<Value> = refused.iter().map(|ratio| defined(&name(*ratio))).collect();
        return (!refused.is_empty()).then(|| at(Leaf::AspectRatio, not(&any_of(refused))));
    }
    if refused.is_empty() && !open {
        return None;
    }
    let mut forms = vec![defined("ratio_in_large_numbers"), json!({ "enum": ["auto", null] })];
    forms.extend(taken.iter().map(|ratio| defined(&name(*ratio))));
    Some(at(Leaf::AspectRatio, any_of(forms)))
}

/// Whether `auto` goes with a tier, alone or only beside what implies it.
fn auto(sizes: &Sizes<'_>, tier: Option<Resolution>) -> Option<Value> {
    if !sizes.takes_auto() {
        return None;
    }
    let groups = sizes.geometry.auto_implied.iter().flatten();
    let groups = json!({ "allOf": groups.map(|group| has_any(*group)).collect::<Vec<_>>() });
    let then = match sizes.auto(tier) {
        [true, true] => return None,
        [true, false] => groups,
        [false, true] => not(&groups),
        [false, false] => Value::Bool(false),
    };
    Some(implies(&is(Leaf::AspectRatio, json!({ "const": "auto" })), &then))
}
