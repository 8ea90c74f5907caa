//! The models that Scenario serves, and their pages.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{admit, error, inputs};
use crate::VendorSchema;
use crate::media::Spec;
use crate::provider::Provider;
use crate::reply::{either, json};
use crate::state::App;

/// Vendor id and slug, from the vendor's pages of 2026-03-13 and later.
const MODELS: &[(&str, &str)] = &[
    ("model_bytedance-dreamina-3-1", "dreamina-3.1"),
    ("model_bytedance-seedream-3", "seedream-3.0"),
    ("model_bytedance-seedream-4-editing", "seedream-4.0"),
    ("model_bytedance-seedream-4-5-editing", "seedream-4.5"),
    ("model_bytedance-seedream-5-0-lite", "seedream-5.0-lite"),
    ("model_bytedance-seedream-5-0-pro", "seedream-5.0-pro"),
    ("model_bytedance-omni-human-1-5", "omnihuman-1.5"),
    ("model_bytedance-seedance-1-pro", "seedance-1.0-pro"),
    ("model_bytedance-seedance-1-pro-fast", "seedance-1.0-pro-fast"),
    ("model_bytedance-seedance-1-5-pro", "seedance-1.5-pro"),
    ("model_bytedance-seedance-2-0", "seedance-2.0"),
    ("model_bytedance-seedance-2-0-fast", "seedance-2.0-fast"),
    ("model_bytedance-seedance-2-0-mini", "seedance-2.0-mini"),
    ("model_bytedance-seedance-2-5", "seedance-2.5"),
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

/// Compute units; the sandbox's own price list.
pub(crate) fn cost<'a>(specs: impl IntoIterator<Item = &'a Spec>) -> f64 {
    let one = |spec: &Spec| {
        let large = u64::from(spec.width) * u64::from(spec.height) > 2048 * 2048;
        match (spec.format.is_video(), large) {
            (true, _) => 30.0,
            (false, true) => 7.25,
            (false, false) => 5.0,
        }
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
            model["inputs"] = json!(inputs::all(slug, schema));
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

/// What a model makes, and of what.
fn capabilities(slug: &str) -> &'static [&'static str] {
    match slug {
        "dreamina-3.1" | "seedream-3.0" => &["txt2img"],
        "omnihuman-1.5" => &["img2video"],
        _ if slug.starts_with("seedance-1") => &["txt2video", "img2video"],
        _ if slug.starts_with("seedance") => &["txt2video", "img2video", "video2video"],
        _ => &["txt2img", "img2img"],
    }
}

fn summary(id: &str) -> Value {
    let time = "2026-01-01T00:00:00.000Z";
    let slug = MODELS.iter().find(|(vendor_id, _)| *vendor_id == id).map_or("", |row| row.1);
    json!({
        "id": id, "name": id, "capabilities": capabilities(slug), "collectionIds": [],
        "createdAt": time, "updatedAt": time, "custom": true, "exampleAssetIds": [],
        "privacy": "public", "source": "other", "status": "trained", "tags": [],
        "trainingImagesNumber": 0, "type": "custom", "accessRestrictions": 0,
    })
}
