//! The models that Scenario serves, their input descriptors, and what a job of theirs gives back.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{admit, error};
use crate::VendorSchema;
use crate::ids::drawn;
use crate::media::{Format, Label, Spec};
use crate::provider::Provider;
use crate::reply::{either, json};
use crate::sizes::{self, Size};
use crate::state::App;

/// Vendor id and slug, from the vendor's page of 2026-03-13.
const MODELS: &[(&str, &str)] = &[
    ("model_bytedance-dreamina-3-1", "dreamina-3.1"),
    ("model_bytedance-seedream-3", "seedream-3.0"),
    ("model_bytedance-seedream-4-editing", "seedream-4.0"),
    ("model_bytedance-seedream-4-5-editing", "seedream-4.5"),
    ("model_bytedance-seedream-5-0-lite", "seedream-5.0-lite"),
];

/// Defaults by the same page; absent where it prints none.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("dreamina-3.1", "aspectRatio", "\"4:3\""),
    ("dreamina-3.1", "resolution", "\"2K\""),
    ("dreamina-3.1", "width", "1328"),
    ("dreamina-3.1", "height", "1328"),
    ("seedream-3.0", "width", "2048"),
    ("seedream-3.0", "height", "2048"),
    ("seedream-4.0", "size", "\"4K\""),
    ("seedream-4.0", "aspectRatio", "\"auto\""),
    ("seedream-4.5", "size", "\"4K\""),
    ("seedream-4.5", "aspectRatio", "\"auto\""),
    ("seedream-5.0-lite", "width", "2048"),
    ("seedream-5.0-lite", "height", "2048"),
];

/// The slug and schema that are in force for a vendor id.
pub(crate) fn find(app: &App, id: &str) -> Option<(&'static str, &'static VendorSchema)> {
    let (_, slug) = MODELS.iter().find(|(vendor_id, _)| *vendor_id == id)?;
    Some((slug, app.schema(Provider::Scenario, slug)?))
}

pub(crate) fn properties(schema: &VendorSchema) -> Value {
    serde_json::from_str::<Value>(schema.json)
        .map(|it| it["properties"].clone())
        .unwrap_or_default()
}

/// One specification an image; the provider sends JPEG whatever is asked.
pub(crate) fn media(slug: &str, body: &Value, sandbox_seed: u64) -> Vec<Spec> {
    let (width, height) = size(slug, body);
    let seed = body["seed"].as_u64().unwrap_or_else(|| drawn(sandbox_seed, &body.to_string()));
    let count =
        if body["sequentialImageGeneration"] == "auto" { &body["maxImages"] } else { &Value::Null };
    let count = count.as_u64().unwrap_or(1);
    let label = Label::new(body["prompt"].as_str().unwrap_or_default(), count);
    let made = |number: u64| Spec {
        format: Format::Jpeg,
        width,
        height,
        millis: 0,
        quality: 90,
        seed: seed.wrapping_add(number),
        label: label.at(number),
    };
    (0..count).map(made).collect()
}

/// Sides as asked, or what size and ratio mean; `auto` without a known reference is the square.
fn size(slug: &str, body: &Value) -> Size {
    let side = |key: &str| body[key].as_u64().and_then(|it| u32::try_from(it).ok());
    let ratio = body["aspectRatio"].as_str();
    let given = side("width").zip(side("height"));
    match slug {
        "seedream-4.0" | "seedream-4.5" => {
            let tier = body["size"].as_str().unwrap_or("4K");
            sizes::listed(sizes::SEEDREAM_4, tier, ratio).unwrap_or((4096, 4096))
        }
        "dreamina-3.1" => given.filter(|_| ratio == Some("custom")).unwrap_or_else(|| {
            let tier = if body["resolution"] == "1K" { 1024 } else { 2048 };
            sizes::free(tier, ratio.unwrap_or("4:3")).unwrap_or((tier, tier))
        }),
        _ => match (side("width"), side("height"), ratio) {
            (None, None, Some(ratio)) => sizes::free(2048, ratio).unwrap_or((2048, 2048)),
            (width, height, _) => (width.unwrap_or(2048), height.unwrap_or(2048)),
        },
    }
}

/// Compute units; the sandbox's own price list.
pub(crate) fn cost<'a>(specs: impl IntoIterator<Item = &'a Spec>) -> f64 {
    let one = |spec: &Spec| {
        if u64::from(spec.width) * u64::from(spec.height) > 2048 * 2048 { 7.25 } else { 5.0 }
    };
    specs.into_iter().map(one).sum()
}

pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    either(admit(&app, &headers, false).map(|()| match find(&app, &id) {
        Some((slug, schema)) => {
            let mut model = summary(&id);
            model["inputs"] = json!(inputs(slug, schema));
            model["uiConfig"] = json!({});
            json(200, &json!({"model": model}))
        }
        None => error::reason(404, &format!("Model {id} not found")),
    }))
}

/// Private models only, unless asked for public ones: a plain call finds nothing.
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let public = query.get("privacy").is_some_and(|it| it == "public");
    let shown = MODELS.iter().filter(|(id, _)| public && find(&app, id).is_some());
    let rows: Vec<Value> = shown.map(|(id, _)| summary(id)).collect();
    either(admit(&app, &headers, false).map(|()| json(200, &json!({"models": rows}))))
}

pub(crate) async fn bulk(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let ids = asked["modelIds"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let rows: Vec<Value> = ids.filter(|id| find(&app, id).is_some()).map(summary).collect();
    either(admit(&app, &headers, false).map(|()| json(200, &json!({"models": rows}))))
}

fn summary(id: &str) -> Value {
    let time = "2026-01-01T00:00:00.000Z";
    json!({
        "id": id, "name": id, "capabilities": ["txt2img"], "collectionIds": [],
        "createdAt": time, "updatedAt": time, "custom": true, "exampleAssetIds": [],
        "privacy": "public", "source": "other", "status": "trained", "tags": [],
        "trainingImagesNumber": 0, "type": "custom", "accessRestrictions": 0,
    })
}

/// The schema's properties in the vendor's own words.
fn inputs(slug: &str, schema: &VendorSchema) -> Vec<Value> {
    let parsed: Value = serde_json::from_str(schema.json).unwrap_or_default();
    let required = parsed["required"].as_array().cloned().unwrap_or_default();
    let members = parsed["properties"].as_object().into_iter().flatten();
    members.map(|(name, rule)| input(slug, name, rule, required.contains(&json!(name)))).collect()
}

fn input(slug: &str, name: &str, rule: &Value, required: bool) -> Value {
    let kind = match rule["type"].as_str() {
        Some("array") => "file_array",
        Some("integer" | "number") => "number",
        Some("boolean") => "boolean",
        _ => "string",
    };
    let pairs = [
        ("allowedValues", "enum"),
        ("min", "minimum"),
        ("max", "maximum"),
        ("minLength", "minItems"),
        ("maxLength", "maxItems"),
        ("maxLength", "maxLength"),
    ];
    let known = pairs.iter().filter_map(|(ours, theirs)| Some((*ours, rule.get(*theirs)?.clone())));
    let mut row: Map<String, Value> = known.map(|(key, value)| (key.to_owned(), value)).collect();
    row.insert("name".into(), json!(name));
    row.insert("type".into(), json!(kind));
    row.insert("costImpact".into(), json!(false));
    if kind == "file_array" {
        row.insert("kind".into(), json!("image"));
    }
    let default = DEFAULTS.iter().find(|(model, input, _)| *model == slug && *input == name);
    if let Some(value) = default.and_then(|(.., text)| serde_json::from_str::<Value>(text).ok()) {
        row.insert("default".into(), value);
    }
    if required {
        row.insert("required".into(), json!({"always": true}));
    }
    Value::Object(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_come_from_sides_or_words() {
        let asked = |slug, body| size(slug, &body);
        assert_eq!(
            asked("seedream-4.0", json!({"size": "2K", "aspectRatio": "16:9"})),
            (2560, 1440)
        );
        assert_eq!(asked("seedream-4.0", json!({})), (4096, 4096));
        assert_eq!(
            asked("seedream-5.0-lite", json!({"width": 1500, "height": 1200})),
            (1500, 1200)
        );
        let custom = json!({"aspectRatio": "custom", "width": 600, "height": 800});
        assert_eq!(asked("dreamina-3.1", custom), (600, 800));
        assert_eq!(
            asked("dreamina-3.1", json!({"resolution": "1K", "aspectRatio": "1:1"})),
            (1024, 1024)
        );
    }

    #[test]
    fn max_images_acts_only_with_auto() {
        let count = |body: Value| media("seedream-4.0", &body, 0).len();
        assert_eq!(count(json!({"sequentialImageGeneration": "auto", "maxImages": 3})), 3);
        assert_eq!(count(json!({"maxImages": 3})), 1);
    }
}
