//! Rules over several leaves.

use serde_json::{Value, json};

use super::leaf::is_implied;
use super::shape::{any_of, at, has, has_any, implies, is, not};
use crate::leaf::{Leaf, Leaves};
use crate::plan::Plan;
use crate::request::{Format, Kind, Resolution};
use crate::rule::Rule;

/// Everything that must hold between leaves, sizes aside.
pub(super) fn rules(plan: &Plan) -> Vec<Value> {
    let mut all: Vec<Value> = plan.rules.iter().flat_map(|(rule, _)| schemas(plan, rule)).collect();
    all.push(kind(plan));
    all
}

fn schemas(plan: &Plan, rule: &Rule) -> Vec<Value> {
    match rule {
        Rule::Requires { any_of, .. } if any_of.is_empty() => Vec::new(),
        Rule::Requires { field, any_of } => vec![implies(&has(*field), &has_any(*any_of))],
        Rule::Excludes { fields, with } => vec![not(&both(&has_any(*fields), &has_any(*with)))],
        Rule::ExcludesValue { field, with, values } => {
            vec![not(&both(&has(*field), &says(plan, *with, values)))]
        }
        Rule::NoEffect { field, with } => {
            vec![implies(&both(&has(*field), &has_any(*with)), &is_implied(plan, *field))]
        }
        Rule::SumAtMost { fields, max } => sum(plan, fields, *max),
    }
}

/// The leaf has one of the values; a tier is named by the sizes that stand for it, too.
fn says(plan: &Plan, leaf: Leaf, values: &[String]) -> Value {
    if leaf != Leaf::Resolution {
        return is(leaf, json!({ "enum": values }));
    }
    let named = |tier: &Resolution| values.iter().any(|value| value == tier.name());
    let tiers = Resolution::ALL.iter().copied().filter(named);
    let spelled: Vec<String> = tiers.flat_map(super::geometry::spellings).collect();
    let sizes = plan.geometry.table.iter().filter(|entry| named(&entry.tier));
    let sizes = sizes.map(|entry| format!("0*{}x0*{}", entry.size.width, entry.size.height));
    let sizes = format!("^(?:{})$", sizes.collect::<Vec<_>>().join("|"));
    let by_size = is(Leaf::Size, json!({ "type": "string", "pattern": sizes }));
    any_of(vec![is(leaf, json!({ "enum": spelled })), by_size])
}

fn both(one: &Value, other: &Value) -> Value {
    json!({ "allOf": [one, other] })
}

/// A sum has no keyword of its own: for every number of items, what is left for the count.
fn sum(plan: &Plan, fields: &[Leaf], max: u64) -> Vec<Value> {
    let Some((count, others)) = fields.split_last() else { return Vec::new() };
    let mut combinations: Vec<(u64, Vec<Value>)> = vec![(0, Vec::new())];
    for leaf in others {
        let most = plan.field(*leaf).and_then(|field| field.items.as_ref()?.0.max).unwrap_or(max);
        combinations = with_list(&combinations, *leaf, most.min(max));
    }
    let some = combinations.into_iter().filter(|(taken, _)| *taken > 0 && *taken <= max);
    some.map(|(taken, conditions)| {
        let room = max - taken;
        let left = at(*count, json!({ "maximum": room }));
        // An unset count is one.
        let then = if room == 0 { is(*count, json!({ "maximum": 0 })) } else { left };
        implies(&json!({ "allOf": conditions }), &then)
    })
    .collect()
}

type Combinations = Vec<(u64, Vec<Value>)>;

/// The combinations so far, each with every length of one list more.
fn with_list(combinations: &Combinations, leaf: Leaf, most: u64) -> Combinations {
    let mut longer = combinations.clone();
    for (taken, conditions) in combinations {
        for length in 1..=most {
            let mut conditions = conditions.clone();
            conditions.push(is(leaf, json!({ "minItems": length })));
            longer.push((taken + length, conditions));
        }
    }
    longer
}

/// A kind that is not stated is read off the fields that only one kind has.
fn kind(plan: &Plan) -> Value {
    let unset = not(&has(Leaf::Kind));
    let (video, image) = (video(), image());
    let wrong = match plan.kind {
        Kind::Image => video,
        Kind::Video => both(&image, &not(&video)),
    };
    implies(&unset, &not(&wrong))
}

fn video() -> Value {
    let leaves: Leaves = [
        Leaf::Duration,
        Leaf::Fps,
        Leaf::FirstFrame,
        Leaf::LastFrame,
        Leaf::CameraFixed,
        Leaf::GenerateAudio,
        Leaf::Videos,
        Leaf::Audios,
    ]
    .into_iter()
    .collect();
    let tiers = Resolution::ALL.iter().filter(|tier| tier.is_video());
    let spelled: Vec<String> = tiers.flat_map(|tier| super::geometry::spellings(*tier)).collect();
    any_of(vec![has_any(leaves), is(Leaf::Resolution, json!({ "enum": spelled }))])
}

fn image() -> Value {
    let formats = Format::ALL.iter().filter(|format| format.kind() == Kind::Image);
    let formats: Vec<&str> = formats.map(|format| format.name()).collect();
    any_of(vec![has(Leaf::SequentialCount), is(Leaf::Format, json!({ "enum": formats }))])
}
