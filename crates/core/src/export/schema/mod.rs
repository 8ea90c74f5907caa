//! The rules of `strict` at one offer as a JSON Schema over the canonical request.

mod digits;
mod geometry;
mod leaf;
mod media;
mod options;
mod rules;
mod shape;

use serde_json::{Map, Value, json};

pub(super) use leaf::{bounds, implied, json_type};

use super::capability;
use super::sizes::Sizes;
use super::words;
use crate::leaf::Leaf;
use crate::plan::Plan;

/// What `strict` checks and a schema over JSON cannot: a name, and what it stands for.
pub const UNCHECKED: &[(&str, &str)] = &[
    ("media_bytes", "facts read from the bytes of a data URI or file: type, sides, size, seconds"),
    ("paths", "whether the application allows local paths, and whether the file can be read"),
    ("total_seconds", "playing time of all clips or sounds of a list together"),
    ("prompt_tags", "[Image1] in a prompt without the reference that it points to"),
    ("areas", "pixels in all of an exact size"),
    (
        "worked_out_sizes",
        "sides and pixels in all of a size worked out from a ratio that is not listed, such as 10:1",
    ),
    ("ratios_in_large_numbers", "a ratio with a number above 99, such as 1920:1080"),
    ("seeds_of_calls", "the seed of the last call, where count needs several calls"),
    ("parts_of_numbers", "seconds finer than a thousandth, numbers beyond 64 bits, a key twice"),
];

/// The schema of an offer.
pub(super) fn schema(plan: &Plan) -> Value {
    let sizes = Sizes::of(&plan.geometry);
    let leaves = properties(plan, &sizes);
    let mut all: Vec<Value> = leaf::required(plan).collect();
    all.extend(Leaf::ALL.iter().filter_map(|leaf| leaf::beside(plan, *leaf)));
    all.extend(geometry::rules(&sizes));
    all.extend(rules::rules(plan));
    let unchecked: Map<String, Value> =
        UNCHECKED.iter().map(|(name, what)| ((*name).to_owned(), json!(what))).collect();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("{} as of {}", plan.name, plan.revision),
        "description": "Requests that the offer takes exactly as they are; null, {} and [] are unset.",
        "$comment": "Not checked here is what x-unchecked lists.",
        "x-unchecked": unchecked,
        "type": "object",
        "properties": leaves,
        "required": always(plan),
        "additionalProperties": false,
        "allOf": all,
    });
    let used = used(&schema, plan, &sizes);
    schema["$defs"] = used.into();
    schema
}

/// The fields without which nothing goes, for forms that look no deeper.
fn always(plan: &Plan) -> Vec<&'static str> {
    let always = plan.required.iter().filter(|(_, required)| required.unless.is_empty());
    let fields = always.map(|(leaf, _)| leaf.path()).filter(|path| !path.contains('.'));
    fields.filter(|path| *path != Leaf::Size.path()).collect()
}

/// The properties of a request, nested as they stand in it.
fn properties(plan: &Plan, sizes: &Sizes<'_>) -> Map<String, Value> {
    let mut root = Map::new();
    let geometry = geometry::leaves(sizes);
    for leaf in Leaf::ALL.iter().copied() {
        let named = geometry.iter().find(|(named, _)| *named == leaf);
        let schema = match named {
            Some((_, schema)) => schema.clone(),
            None if leaf == Leaf::Kind => Some(json!({ "enum": [plan.kind] })),
            None => leaf::values(plan, leaf),
        };
        let schema = annotated(plan, leaf, optional(leaf, schema));
        insert(&mut root, leaf.path(), schema);
    }
    root.insert("provider_options".to_owned(), options::options(plan));
    root
}

/// `null` means unset everywhere, and so does an empty list.
fn optional(leaf: Leaf, schema: Option<Value>) -> Value {
    let list = matches!(leaf, Leaf::Images | Leaf::Videos | Leaf::Audios);
    match schema {
        Some(schema) if leaf == Leaf::FirstFrame || leaf == Leaf::LastFrame => {
            json!({ "anyOf": [schema, { "type": "null" }] })
        }
        Some(Value::Object(mut keys)) if list && keys.contains_key("anyOf") => {
            keys.insert("type".to_owned(), json!(["array", "null"]));
            keys.into()
        }
        Some(schema) => shape::nullable(schema),
        None if list => json!({ "type": ["array", "null"], "maxItems": 0 }),
        None => json!({ "type": "null" }),
    }
}

/// With what a person should know, and the vendor's default.
fn annotated(plan: &Plan, leaf: Leaf, mut schema: Value) -> Value {
    let facts = capability::field(plan, leaf);
    if let (Some(facts), Value::Object(keys)) = (facts, &mut schema) {
        let facts = Value::Object(facts);
        keys.insert("description".to_owned(), json!(words::says(&facts)));
        if let Some(default) = facts.get("default") {
            keys.insert("default".to_owned(), default.clone());
        }
    }
    schema
}

fn insert(root: &mut Map<String, Value>, path: &str, schema: Value) {
    let Some((group, leaf)) = path.split_once('.') else {
        root.insert(path.to_owned(), schema);
        return;
    };
    let empty =
        json!({ "type": ["object", "null"], "properties": {}, "additionalProperties": false });
    root.entry(group).or_insert(empty)["properties"][leaf] = schema;
}

/// The definitions that something refers to.
fn used(schema: &Value, plan: &Plan, sizes: &Sizes<'_>) -> Map<String, Value> {
    let all =
        shape::definitions().chain(media::definitions(plan)).chain(geometry::definitions(sizes));
    let all: Vec<(String, Value)> = all.collect();
    let mut text = schema.to_string();
    // Media refer to media texts; nothing refers any deeper.
    let referred = |text: &str, name: &str| text.contains(&format!("\"#/$defs/{name}\""));
    for (name, definition) in &all {
        if referred(&text, name) {
            text.push_str(&definition.to_string());
        }
    }
    all.into_iter().filter(|(name, _)| referred(&text, name)).collect()
}
