//! Payloads in forms that genmux does not write.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// A change of a payload to another form of the same meaning, by number; some do nothing to some
/// payloads.
pub(crate) const FORMS: usize = 9;

/// The payload in another form of the same meaning.
pub(crate) fn other_form(form: usize, payload: &mut Value) {
    let Some(object) = payload.as_object_mut() else { return };
    match form {
        0 => drop(object.shift_remove("deliveryMethod")),
        1 => *object = object.clone().into_iter().rev().collect(),
        2 => with_points(object),
        3 => frames(object, &|item| positioned(item, &json!(0), &json!(-1))),
        4 => frames(object, &|item| bare(item)),
        5 if object.contains_key("taskType") => explicit(object, "numberResults", json!(1)),
        6 if object.contains_key("taskType") => {
            explicit(object, "safety", json!({ "checkContent": false }));
        }
        7 => drop(object.shift_remove("taskType")),
        _ => fast(object),
    }
}

fn explicit(object: &mut Map<String, Value>, key: &str, value: Value) {
    object.entry(key).or_insert(value);
}

/// Whole numbers with a point, where a float can hold them.
fn with_points(object: &mut Map<String, Value>) {
    for value in object.values_mut() {
        if let Some(whole) = value.as_u64().and_then(|whole| u32::try_from(whole).ok()) {
            *value = json!(f64::from(whole));
        }
    }
}

/// A check of content whose mode goes without saying.
fn fast(object: &mut Map<String, Value>) {
    let safety = object.get_mut("safety").and_then(Value::as_object_mut);
    if let Some(safety) = safety.filter(|safety| safety.get("mode") == Some(&json!("fast"))) {
        safety.shift_remove("mode");
    }
}

fn frames(object: &mut Map<String, Value>, change: &dyn Fn(&Value) -> Value) {
    let lists = [("frameImages", None), ("inputs", Some("frameImages"))];
    for (key, below) in lists {
        let list = object.get_mut(key);
        let list = match below {
            Some(below) => list.and_then(|list| list.get_mut(below)),
            None => list,
        };
        if let Some(Value::Array(items)) = list {
            // A last frame alone must say that it is the last.
            let lone = items.len() == 1 && (items[0]["frame"] == "last" || items[0]["frame"] == -1);
            let changed = items.iter().map(|item| if lone { item.clone() } else { change(item) });
            *items = changed.collect();
        }
    }
}

fn positioned(item: &Value, first: &Value, last: &Value) -> Value {
    let mut item = item.clone();
    if !item.is_object() {
        return item;
    }
    match item["frame"].as_str() {
        Some("first") => item["frame"] = first.clone(),
        Some(_) => item["frame"] = last.clone(),
        None => {}
    }
    item
}

/// The medium alone; its place in the list says which frame it is.
fn bare(item: &Value) -> Value {
    ["image", "inputImage"].iter().find_map(|key| item.get(*key)).unwrap_or(item).clone()
}

/// Keys and values that belong into a payload, or do not.
pub(crate) fn strange() -> impl Strategy<Value = Vec<(String, Value)>> {
    let keys = select(vec![
        "duration",
        "width",
        "height",
        "aspect_ratio",
        "aspectRatio",
        "resolution",
        "size",
        "seed",
        "image",
        "reference_images",
        "referenceImages",
        "inputs",
        "frameImages",
        "safety",
        "sequentialImageGeneration",
        "maxImages",
        "numberResults",
        "outputFormat",
        "providerSettings",
        "positivePrompt",
        "prompt",
        "webhookURL",
        "deliveryMethod",
        "taskUUID",
        "outputType",
        "num_outputs",
        "a.b",
        "",
    ]);
    prop::collection::vec((keys.prop_map(str::to_owned), value()), 1..5)
}

fn value() -> impl Strategy<Value = Value> {
    let odd = select(vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(5.0),
        json!(1920),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("auto"),
        json!("adaptive"),
        json!("disabled"),
        json!("custom"),
        json!("16:9"),
        json!("7:3"),
        json!("2k"),
        json!("1080p"),
        json!("https://a.b/c"),
        json!("iVBORw0KGgoAAAANSUhEUgAA"),
        json!([]),
        json!(["https://a.b/c", 5]),
        json!([[]]),
        json!({}),
        json!({ "frameImages": ["https://a.b/c", { "image": "x" }] }),
        json!({ "checkContent": true, "mode": "none" }),
        json!({ "mode": "full" }),
        json!({ "bytedance": { "cameraFixed": "yes", "x": 1 } }),
        json!({ "bytedance": 5 }),
    ]);
    prop_oneof![4 => odd, 1 => any::<String>().prop_map(Value::from)]
}
