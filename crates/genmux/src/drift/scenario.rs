//! Scenario: the input descriptors of a model (SDK 2.4.0 and live records, 2026-10).

use genmux_core::path_segment;
use genmux_core::spec::JsonType;
use serde_json::Value;

use super::json_schema::number;
use super::published::{Published, PublishedError, PublishedField};

pub(super) fn url(base: &str, vendor_id: &str) -> String {
    format!("{base}/v1/models/{}", path_segment(vendor_id))
}

pub(super) fn read(document: &Value) -> Result<Published, PublishedError> {
    let model = document.get("model").unwrap_or(document);
    let inputs = model.get("inputs").unwrap_or(model).as_array();
    let inputs = inputs.ok_or(PublishedError::Form { expected: "model.inputs" })?;
    Ok(Published { fields: inputs.iter().filter_map(input).collect(), sizes: None })
}

fn input(input: &Value) -> Option<PublishedField> {
    let kind = input["type"].as_str().unwrap_or_default();
    let (json_type, media) = json_type(kind);
    let bound = |key: &str| number(&input[key]);
    let length = |key: &str, of: bool| input[key].as_u64().filter(|_| of);
    let list = json_type == Some(JsonType::Array);
    let values = input["allowedValues"].as_array().filter(|values| !values.is_empty());
    Some(PublishedField {
        path: input["name"].as_str()?.to_owned(),
        json_type,
        media,
        min: bound("min"),
        max: bound("max"),
        step: bound("step"),
        values: values.cloned(),
        default: Some(input["default"].clone()).filter(|default| !default.is_null()),
        // Whatever else it depends on, only this is told without a condition.
        required: input["required"]["always"] == true,
        min_length: length("minLength", !list),
        max_length: length("maxLength", !list),
        min_items: length("minLength", list),
        max_items: length("maxLength", list),
        ..PublishedField::default()
    })
}

fn json_type(kind: &str) -> (Option<JsonType>, bool) {
    match kind {
        "file" => (Some(JsonType::String), true),
        "file_array" => (Some(JsonType::Array), true),
        "string" | "model" => (Some(JsonType::String), false),
        "number" => (Some(JsonType::Number), false),
        "boolean" => (Some(JsonType::Boolean), false),
        _ if kind.ends_with("_array") => (Some(JsonType::Array), false),
        _ => (None, false),
    }
}
