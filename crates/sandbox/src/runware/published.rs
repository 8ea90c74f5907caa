//! What the vendor publishes of its models, without a key: `resolve` and `registry.json` of its
//! host of schemas (SDKs of 2026-10).

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::model;
use crate::VendorSchema;
use crate::certain::certain;
use crate::provider::Provider;
use crate::reply::json;
use crate::state::App;

pub(crate) async fn resolve(State(app): State<App>, Path(id): Path<String>) -> Response {
    // A model is known by its vendor id and by a name of the vendor's own; the latter is ours here.
    let by_name = || model::all().find(|(_, slug)| *slug == id).map(|(_, slug)| slug);
    let slug = model::slug(&id).or_else(by_name);
    match slug.and_then(|slug| app.schema(Provider::Runware, slug)) {
        Some(schema) => json(
            200,
            &json!({"requestSchema": task(schema), "responseSchema": null, "documentation": null}),
        ),
        None => json(404, &json!({"error": "not found"})),
    }
}

pub(crate) async fn registry(State(app): State<App>) -> Response {
    let row = |(id, slug): (&str, &str)| {
        let schema = app.schema(Provider::Runware, slug)?;
        let kind = task(schema)["properties"]["taskType"]["const"].clone();
        Some((id.to_owned(), json!({"taskType": kind, "id": slug})))
    };
    let models: Map<String, Value> = model::all().filter_map(row).collect();
    json(200, &json!({"version": app.options.as_of.replace('-', ""), "models": models}))
}

/// The schema of one task, without references, as the vendor gives it.
fn task(schema: &VendorSchema) -> Value {
    let document: Value = serde_json::from_str(schema.json).unwrap_or_default();
    certain(inlined(&document, &document["$defs"]["task"], 8)).unwrap_or_default()
}

/// References replaced by what they lead to; the schemas of this crate have none in circles.
fn inlined(document: &Value, part: &Value, depth: u8) -> Value {
    match part {
        Value::Object(members) => {
            let target = members.get("$ref").and_then(Value::as_str);
            let target = target.and_then(|it| document.pointer(it.strip_prefix('#')?));
            let target = target.filter(|_| depth > 0).map(|it| inlined(document, it, depth - 1));
            let mut whole = target.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
            let rest = members.iter().filter(|(key, _)| *key != "$ref");
            whole.extend(rest.map(|(key, it)| (key.clone(), inlined(document, it, depth))));
            Value::Object(whole)
        }
        Value::Array(items) => items.iter().map(|it| inlined(document, it, depth)).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_published_without_references() {
        for (_, slug) in model::all() {
            let task = task(crate::schema("runware", slug, "9999-12-31").unwrap());
            assert!(
                task["properties"]["positivePrompt"].is_object() || slug.contains("human"),
                "{slug}"
            );
            assert!(!task.to_string().contains("$ref"), "{slug}");
            assert!(!task.to_string().contains("inferred"), "{slug}");
        }
    }

    #[test]
    fn keys_that_are_only_let_through_are_not_published() {
        let task = task(crate::schema("runware", "seedance-2.5", "9999-12-31").unwrap());
        assert_eq!(task["properties"]["settings"], json!({"type": "object"}));
    }
}
