//! The descriptor of an offer: every field as a closed set, a range, a flag, a text or media.

use serde_json::{Map, Value, json};

use super::schema;
use super::sizes::{Sizes, tiers_and_none};
use super::sources::{source, sources};
use crate::check::{MediaLimits, NumberLimits};
use crate::encoding;
use crate::leaf::{Leaf, Leaves};
use crate::plan::{FieldPlan, Plan};
use crate::rule::Rule;
use crate::spec::{Origin, Span, TagForm};

/// The whole descriptor.
pub(super) fn capability(plan: &Plan) -> Value {
    let fields = Leaf::ALL
        .iter()
        .filter_map(|leaf| Some((leaf.path().to_owned(), field(plan, *leaf)?.into())));
    let fields: Map<String, Value> = fields.collect();
    let takes: Vec<&str> =
        Leaf::ALL.iter().filter(|leaf| takes(plan, **leaf)).map(|leaf| leaf.path()).collect();
    let rules: Vec<Value> =
        plan.rules.iter().map(|(rule, origin)| described(rule, origin)).collect();
    json!({ "takes": takes, "fields": fields, "rules": rules, "price": price(plan) })
}

/// What the vendor says that the offer costs; null where no page says it.
fn price(plan: &Plan) -> Value {
    let Some((price, origin)) = &plan.price else { return Value::Null };
    json!({
        "unit": price.unit,
        "per": price.per,
        "rates": price.rates,
        "sources": [source(origin)],
    })
}

/// Whether a request can choose the field.
pub(super) fn takes(plan: &Plan, leaf: Leaf) -> bool {
    field(plan, leaf).is_some_and(|facts| !facts.contains_key("fixed"))
}

/// What holds for a field; nothing where no value is taken.
pub(super) fn field(plan: &Plan, leaf: Leaf) -> Option<Map<String, Value>> {
    let own = plan.field(leaf);
    let mut facts = match form(plan, leaf, own) {
        Some(Value::Object(form)) => form,
        _ => fixed(plan, leaf)?,
    };
    if let Some((_, required)) = plan.required.iter().find(|(required, _)| *required == leaf) {
        // A size is sent as it is by default where nobody names one.
        let unless = required.unless.is_empty();
        let value = if unless { json!(true) } else { json!({ "unless": names(required.unless) }) };
        facts.insert("required".to_owned(), value);
    }
    if let Some((default, _)) = own.and_then(|field| field.default.as_ref()) {
        facts.insert("default".to_owned(), default.clone());
    }
    if let Some((values, groups, _)) = own.and_then(|field| field.implied.as_ref()) {
        let with: Vec<Value> = groups.iter().map(|group| json!(names(*group))).collect();
        facts.insert("implied".to_owned(), json!({ "values": values, "with": with }));
    }
    if let Some(note) = own.and_then(|field| field.note.as_deref()) {
        facts.insert("note".to_owned(), json!(note));
    }
    facts.insert("sources".to_owned(), sources(plan, leaf));
    Some(facts)
}

/// A field of which the offer has one value anyway.
fn fixed(plan: &Plan, leaf: Leaf) -> Option<Map<String, Value>> {
    let values = schema::implied(plan, leaf);
    // No check of content is no ability of an offer.
    if values.is_empty()
        || leaf.is_geometry()
        || (leaf == Leaf::Safety && plan.field(leaf).is_none())
    {
        return None;
    }
    if leaf == Leaf::SequentialCount && plan.field(leaf).is_none() {
        return None;
    }
    let mut facts = Map::new();
    facts.insert("form".to_owned(), json!("enum"));
    facts.insert("values".to_owned(), values.into());
    facts.insert("fixed".to_owned(), json!(true));
    Some(facts)
}

fn form(plan: &Plan, leaf: Leaf, field: Option<&FieldPlan>) -> Option<Value> {
    match leaf {
        Leaf::Kind => return None,
        Leaf::Size | Leaf::AspectRatio | Leaf::Resolution => return geometry(plan, leaf),
        Leaf::Count => return Some(count(field)),
        _ => {}
    }
    let field = field.filter(|field| !field.wire.is_empty())?;
    Some(match leaf {
        Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost => json!({ "form": "boolean" }),
        Leaf::Prompt => text(plan, field),
        Leaf::WebhookUrl | Leaf::UploadUrl => {
            json!({ "form": "url", "https_only": field.https_only.is_some() })
        }
        _ if leaf.is_media() => media(leaf, field),
        Leaf::Format | Leaf::Safety => {
            json!({ "form": "enum", "values": field.words.as_ref()?.names() })
        }
        _ => number(leaf, field),
    })
}

fn count(field: Option<&FieldPlan>) -> Value {
    let per_call = field.and_then(|field| field.numbers.max.as_ref()?.0.as_whole()).unwrap_or(1);
    json!({ "form": "range", "type": "integer", "min": 1, "unit": "results", "per_call": per_call })
}

fn text(plan: &Plan, field: &FieldPlan) -> Value {
    let mut facts = json!({ "form": "text" });
    if let Some((span, _)) = &field.chars {
        facts["chars"] = bounds(*span);
    }
    if let Some((form, _)) = &field.tags {
        facts["tags"] = tags(plan, *form).into();
    }
    facts
}

/// How the prompt points to the first of each list that the offer takes.
fn tags(plan: &Plan, form: TagForm) -> Map<String, Value> {
    let lists = [Leaf::Images, Leaf::Videos, Leaf::Audios].into_iter();
    let taken = lists.filter(|leaf| takes(plan, *leaf));
    taken.map(|leaf| (leaf.path().to_owned(), json!(encoding::tag(leaf, 1, form)))).collect()
}

fn number(leaf: Leaf, field: &FieldPlan) -> Value {
    let NumberLimits { values, step, .. } = &field.numbers;
    let (min, max) = schema::bounds(&field.numbers);
    let mut facts = match values {
        Some((values, _)) => json!({ "form": "enum", "values": values }),
        None => json!({ "form": "range", "type": schema::json_type(leaf), "min": min, "max": max }),
    };
    if let Some((step, _)) = step {
        facts["step"] = json!(step);
    }
    if let Some(unit) = unit(leaf) {
        facts["unit"] = json!(unit);
    }
    if let Some(words) = &field.words {
        facts["words"] = words.names().into();
    }
    facts
}

const fn unit(leaf: Leaf) -> Option<&'static str> {
    match leaf {
        Leaf::Duration | Leaf::TtlSeconds => Some("seconds"),
        Leaf::Fps => Some("frames per second"),
        Leaf::SequentialCount => Some("images"),
        _ => None,
    }
}

fn media(leaf: Leaf, field: &FieldPlan) -> Value {
    let MediaLimits { sides, max_bytes, max_seconds, total_seconds } = &field.media;
    let mut facts = json!({ "form": "media", "media": leaf.media_kind() });
    if !matches!(leaf, Leaf::FirstFrame | Leaf::LastFrame) {
        let items = field.items.as_ref().map_or(Span { min: None, max: None }, |(span, _)| *span);
        facts["items"] = bounds(items);
    }
    if let Some((span, _)) = sides {
        facts["sides"] = bounds(*span);
    }
    if let Some((max, _)) = max_bytes {
        facts["max_bytes"] = json!(max);
    }
    for (key, limit) in [("max_seconds", max_seconds), ("total_seconds", total_seconds)] {
        if let Some((limit, _)) = limit {
            facts[key] = json!(limit);
        }
    }
    facts
}

/// How the three leaves of a size are taken.
fn geometry(plan: &Plan, leaf: Leaf) -> Option<Value> {
    let sizes = Sizes::of(&plan.geometry);
    match leaf {
        Leaf::Size => size(&sizes),
        Leaf::Resolution => {
            let tiers = sizes.reached();
            (!tiers.is_empty()).then(|| json!({ "form": "enum", "values": tiers }))
        }
        _ => {
            let mut words: Vec<Value> = sizes.ratios().iter().map(|ratio| json!(ratio)).collect();
            words.extend(sizes.takes_auto().then(|| json!("auto")));
            let open = tiers_and_none().any(|tier| sizes.other(tier));
            let form = json!({ "form": "enum", "values": words, "others": open });
            (!words.is_empty()).then_some(form)
        }
    }
}

fn size(sizes: &Sizes<'_>) -> Option<Value> {
    let free = sizes.geometry.free.as_ref().filter(|_| sizes.geometry.pixels);
    let Some(free) = free else {
        let listed = sizes.listed();
        return (!listed.is_empty())
            .then(|| json!({ "form": "enum", "values": listed, "table": true }));
    };
    let side = |(min, max): (u32, u32)| json!({ "min": (min > 1).then_some(min), "max": (max < u32::MAX).then_some(max) });
    let step = if free.step_origin.is_some() { free.step } else { 1 };
    let mut facts = json!({
        "form": "range", "width": side(free.width), "height": side(free.height), "step": step,
        "unit": "pixels",
    });
    if let Some((span, _)) = free.areas.first() {
        facts["area"] = bounds(*span);
    }
    Some(facts)
}

fn bounds(span: Span) -> Value {
    json!({ "min": span.min, "max": span.max })
}

fn names(leaves: Leaves) -> Vec<&'static str> {
    leaves.iter().map(Leaf::path).collect()
}

fn described(rule: &Rule, origin: &Origin) -> Value {
    let mut facts = match rule {
        Rule::Requires { field, any_of } => {
            json!({ "rule": "requires", "field": field.path(), "any_of": names(*any_of) })
        }
        Rule::Excludes { fields, with } => {
            json!({ "rule": "excludes", "fields": names(*fields), "with": names(*with) })
        }
        Rule::ExcludesValue { field, with, values } => json!({ "rule": "excludes_value",
            "field": field.path(), "with": with.path(), "values": values }),
        Rule::NoEffect { field, with } => {
            json!({ "rule": "no_effect", "field": field.path(), "with": names(*with) })
        }
        Rule::SumAtMost { fields, max } => {
            let fields: Vec<&str> = fields.iter().map(|leaf| leaf.path()).collect();
            json!({ "rule": "sum_at_most", "fields": fields, "max": max })
        }
    };
    facts["sources"] = json!([source(origin)]);
    facts
}
