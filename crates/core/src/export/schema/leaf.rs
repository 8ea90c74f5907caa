//! What `strict` takes at one leaf, whatever stands beside it.

use serde_json::{Map, Value, json};

use super::media;
use super::shape::{any_of, at, has, has_any, implies, is};
use crate::check::{NumberLimits, check_number};
use crate::leaf::Leaf;
use crate::number::Number;
use crate::plan::{FieldPlan, Plan};

/// The most steps that are listed one by one.
const LISTED: usize = 1000;

/// The values that the leaf may hold; `None` is none at all. The three leaves of a size aside.
pub(super) fn values(plan: &Plan, leaf: Leaf) -> Option<Value> {
    let written = match leaf {
        Leaf::Count => Some(json!({ "type": "integer", "minimum": 1, "maximum": u64::MAX })),
        _ => plan.field(leaf).and_then(|field| written(leaf, field)),
    };
    let implied = implied(plan, leaf);
    let Some(mut written) = written else {
        return (!implied.is_empty()).then(|| json!({ "enum": implied }));
    };
    // A closed set is one list, whether a value of it is sent or implied.
    if let Some(Value::Array(words)) = written.get_mut("enum") {
        let more: Vec<Value> = implied.into_iter().filter(|value| !words.contains(value)).collect();
        words.extend(more);
        return Some(written);
    }
    let anyway = (!implied.is_empty()).then(|| json!({ "enum": implied }));
    Some(any_of([Some(written), anyway].into_iter().flatten().collect()))
}

/// The values that the offer has anyway: by the meaning of the field, or by its spec.
pub(in crate::export) fn implied(plan: &Plan, leaf: Leaf) -> Vec<Value> {
    let field = plan.field(leaf);
    let stated = field.and_then(|field| field.implied.as_ref());
    let mut values = by_meaning(plan, leaf);
    values.extend(stated.map(|(values, ..)| values.clone()).unwrap_or_default());
    values
}

fn by_meaning(plan: &Plan, leaf: Leaf) -> Vec<Value> {
    match leaf {
        Leaf::SequentialCount if !plan.known.has_sequence_switch => vec![json!(1)],
        Leaf::Safety => vec![json!("off")],
        Leaf::Fps if plan.field(leaf).is_none() => {
            plan.fps.iter().map(|(fps, _)| json!(fps)).collect()
        }
        _ => Vec::new(),
    }
}

/// The condition under which what a leaf holds is what the offer does anyway.
pub(super) fn is_implied(plan: &Plan, leaf: Leaf) -> Value {
    let mut forms = Vec::new();
    let meant = by_meaning(plan, leaf);
    if !meant.is_empty() {
        forms.push(is(leaf, json!({ "enum": meant })));
    }
    if let Some((values, groups, _)) = plan.field(leaf).and_then(|field| field.implied.as_ref()) {
        let mut all = vec![is(leaf, json!({ "enum": values }))];
        all.extend(groups.iter().map(|group| has_any(*group)));
        forms.push(json!({ "allOf": all }));
    }
    any_of(forms)
}

/// A value that is implied only beside others, and that cannot be sent.
pub(super) fn beside(plan: &Plan, leaf: Leaf) -> Option<Value> {
    let field = plan.field(leaf)?;
    let (values, groups, _) = field.implied.as_ref()?;
    if leaf.is_geometry() || groups.is_empty() {
        return None;
    }
    let sent = written(leaf, field).map(|schema| at(leaf, schema));
    let then = any_of([Some(is_implied(plan, leaf)), sent].into_iter().flatten().collect());
    let values = is(leaf, json!({ "enum": values }));
    Some(implies(&values, &then))
}

/// A field without which the vendor refuses a request.
pub(super) fn required(plan: &Plan) -> impl Iterator<Item = Value> {
    let asked = plan.required.iter().filter(|(leaf, _)| *leaf != Leaf::Size);
    asked.map(|(leaf, required)| {
        let said =
            if *leaf == Leaf::Prompt { is(*leaf, json!({ "minLength": 1 })) } else { has(*leaf) };
        let mut forms: Vec<Value> = required.unless.iter().map(has).collect();
        forms.push(said);
        any_of(forms)
    })
}

/// What the vendor can be sent.
fn written(leaf: Leaf, field: &FieldPlan) -> Option<Value> {
    if field.wire.is_empty() {
        return None;
    }
    let schema = match leaf {
        Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost => json!({ "type": "boolean" }),
        Leaf::Prompt => prompt(field),
        Leaf::WebhookUrl | Leaf::UploadUrl => {
            json!({ "type": "string", "pattern": media::web_url(field.https_only.is_some()) })
        }
        _ if leaf.is_media() => media::leaf(leaf, field),
        Leaf::Format | Leaf::Safety => words(field)?,
        Leaf::Duration => duration(field),
        _ => numbers(leaf, &field.numbers),
    };
    Some(schema)
}

fn prompt(field: &FieldPlan) -> Value {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("string"));
    let span = field.chars.as_ref().map(|(span, _)| *span);
    let bounds = [
        ("minLength", span.and_then(|span| span.min)),
        ("maxLength", span.and_then(|span| span.max)),
    ];
    for (key, bound) in bounds {
        if let Some(bound) = bound {
            schema.insert(key.to_owned(), json!(bound));
        }
    }
    schema.into()
}

fn words(field: &FieldPlan) -> Option<Value> {
    Some(json!({ "type": "string", "enum": field.words.as_ref()?.names() }))
}

fn duration(field: &FieldPlan) -> Value {
    let number = numbers(Leaf::Duration, &field.numbers);
    let words = field.words.as_ref().and_then(|words| words.wire("auto"));
    match words {
        Some(_) => any_of(vec![number, json!({ "const": "auto" })]),
        None => number,
    }
}

/// A range, or a closed set. Steps that are no whole numbers are listed: many validators divide
/// floats, in which 8.3 is no multiple of 0.1.
fn numbers(leaf: Leaf, limits: &NumberLimits) -> Value {
    let within = |number: &Number| check_number(leaf, *number, limits).is_none();
    if let Some((values, _)) = &limits.values {
        let values: Vec<&Number> = values.iter().filter(|number| within(number)).collect();
        return json!({ "type": json_type(leaf), "enum": values });
    }
    let (min, max) = bounds(limits);
    let step = limits.step.as_ref().map(|(step, _)| *step);
    if let (Some(step), Some(min), Some(max)) =
        (step.filter(|step| step.as_whole().is_none()), min, max)
    {
        let steps =
            std::iter::successors(Some(min.round_down(step)), |number| Some(number.plus(step)));
        let steps: Vec<Number> =
            steps.take_while(|number| *number <= max).take(LISTED + 1).filter(within).collect();
        if steps.len() <= LISTED {
            return json!({ "type": "number", "enum": steps });
        }
    }
    range(leaf, min, max, step)
}

fn range(leaf: Leaf, min: Option<Number>, max: Option<Number>, step: Option<Number>) -> Value {
    let whole = !is_fine(leaf);
    let open = |most: u64| whole.then(|| Number::whole(most));
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!(json_type(leaf)));
    let bounds =
        [("minimum", min.or(open(0))), ("maximum", max.or(open(u64::MAX))), ("multipleOf", step)];
    for (key, bound) in bounds {
        if let Some(bound) = bound {
            schema.insert(key.to_owned(), json!(bound));
        }
    }
    schema.into()
}

/// The JSON type of a number.
pub(in crate::export) const fn json_type(leaf: Leaf) -> &'static str {
    if is_fine(leaf) { "number" } else { "integer" }
}

/// Whether the field is kept in parts of a whole number.
const fn is_fine(leaf: Leaf) -> bool {
    matches!(leaf, Leaf::Duration | Leaf::GuidanceScale)
}

/// The narrowest bounds: the offer's and the lab's.
pub(in crate::export) fn bounds(limits: &NumberLimits) -> (Option<Number>, Option<Number>) {
    let all = || std::iter::once(limits).chain(&limits.upstream);
    let min = all().filter_map(|limits| limits.min.as_ref().map(|(min, _)| *min)).max();
    let max = all().filter_map(|limits| limits.max.as_ref().map(|(max, _)| *max)).min();
    (min, max)
}
