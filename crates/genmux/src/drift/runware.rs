//! Runware: a JSON Schema for every model (schemas.runware.ai and model pages, 2026-11).

use genmux_core::path_segment;
use serde_json::Value;

use super::json_schema;
use super::published::{Published, PublishedError};

/// What genmux writes into every task by itself.
const OWN: &[&str] = &["taskType", "taskUUID", "model", "deliveryMethod"];

/// The vendor's host of schemas belongs to its own API; whoever plays the API has them beside it.
pub(super) fn url(base: &str, vendor_id: &str) -> String {
    let id = path_segment(vendor_id);
    match base {
        "https://api.runware.ai" => format!("https://schemas.runware.ai/resolve/{id}"),
        _ => format!("{base}/schemas/resolve/{id}"),
    }
}

pub(super) fn read(document: &Value) -> Result<Published, PublishedError> {
    let expected = "requestSchema, no OpenAPI request body and no properties of a task";
    let task = task(document, 8).ok_or(PublishedError::Form { expected })?;
    // References lead from the root of what was published, which an envelope may stand around.
    let root = document.get("requestSchema").filter(|it| it.is_object()).unwrap_or(document);
    let mut fields = json_schema::fields(root, task);
    fields.retain(|field| !OWN.contains(&field.path.as_str()));
    Ok(Published { fields, sizes: json_schema::sizes(root, task) })
}

/// The schema of one task; the body is a list of them.
fn task(document: &Value, depth: usize) -> Option<&Value> {
    let below = depth.checked_sub(1)?;
    if let Some(schema) = document.get("requestSchema") {
        return task_in(schema, schema, below);
    }
    let body = document.get("paths").and_then(Value::as_object).and_then(|paths| {
        paths
            .values()
            .find_map(|path| path.pointer("/post/requestBody/content/application~1json/schema"))
    });
    task_in(document, body.unwrap_or(document), below)
}

/// Follows references and lists down to what has members.
fn task_in<'a>(root: &'a Value, schema: &'a Value, depth: usize) -> Option<&'a Value> {
    let below = depth.checked_sub(1)?;
    let members = |schema: &Value| schema.get("properties").is_some_and(Value::is_object);
    if members(schema) || schema.get("allOf").is_some_and(Value::is_array) {
        return Some(schema);
    }
    let reference = schema.get("$ref").and_then(Value::as_str);
    let target = reference.and_then(|pointer| root.pointer(pointer.strip_prefix('#')?));
    task_in(root, target.or_else(|| schema.get("items"))?, below)
}
