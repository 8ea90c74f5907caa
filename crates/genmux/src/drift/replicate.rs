//! Replicate: the OpenAPI document of a model's version (recordings of 2026-10).

use genmux_core::path_segment;
use serde_json::Value;

use super::json_schema;
use super::published::{Published, PublishedError};

pub(super) fn url(base: &str, vendor_id: &str) -> String {
    let id: Vec<String> = vendor_id.split('/').map(path_segment).collect();
    format!("{base}/v1/models/{}", id.join("/"))
}

pub(super) fn read(document: &Value) -> Result<Published, PublishedError> {
    let expected = "latest_version.openapi_schema, no components.schemas.Input and no properties";
    let version = document.get("latest_version").unwrap_or(document);
    let root = version.get("openapi_schema").unwrap_or(version);
    let input = root.pointer("/components/schemas/Input").unwrap_or(root);
    if !input.get("properties").is_some_and(Value::is_object) {
        return Err(PublishedError::Form { expected });
    }
    Ok(Published { fields: json_schema::fields(root, input), sizes: None })
}
