//! Pages of the models that Replicate serves.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::{admit, catalog, error};
use crate::provider::Provider;
use crate::reply::{either, json};
use crate::state::App;

pub(crate) async fn list(State(app): State<App>, headers: HeaderMap) -> Response {
    let rows: Vec<Value> = catalog::slugs().map(|slug| object(&app, slug)).collect();
    let page = json!({"next": null, "previous": null, "results": rows});
    either(admit(&app, &headers, false).map(|()| json(200, &page)))
}

pub(crate) async fn read(
    State(app): State<App>,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    either(admit(&app, &headers, false).map(|()| match catalog::slug(&owner, &name) {
        Some(slug) => json(200, &object(&app, slug)),
        None => error::not_found(),
    }))
}

/// Official models hide their versions.
pub(crate) async fn versions(
    State(app): State<App>,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let none = json!({"next": null, "previous": null, "results": []});
    either(admit(&app, &headers, false).map(|()| match catalog::slug(&owner, &name) {
        Some(_) => json(200, &none),
        None => error::not_found(),
    }))
}

pub(crate) async fn version(
    State(app): State<App>,
    Path((owner, name, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let known = catalog::slug(&owner, &name).and_then(version_object).filter(|it| it["id"] == id);
    either(admit(&app, &headers, false).map(|()| match known {
        Some(version) => json(200, &version),
        None => error::not_found(),
    }))
}

fn object(app: &App, slug: &str) -> Value {
    let name = catalog::name(slug);
    json!({
        "url": format!("https://replicate.com/bytedance/{name}"),
        "owner": "bytedance", "name": name, "description": "Played by a sandbox",
        "visibility": "public", "is_official": true, "github_url": null, "paper_url": null,
        "license_url": null, "cover_image_url": null, "default_example": null,
        "run_count": app.jobs.of(Provider::Replicate).len(),
        "latest_version": version_object(slug),
    })
}

fn version_object(slug: &str) -> Option<Value> {
    let one = json!({"type": "string", "format": "uri"});
    let mut output = if catalog::gives_lists(catalog::name(slug)) {
        json!({"type": "array", "items": one})
    } else {
        one
    };
    output["title"] = json!("Output");
    let schemas = json!({"Input": catalog::input_schema(slug)?, "Output": output});
    Some(json!({
        "id": catalog::version(slug), "created_at": "2026-03-13T00:00:00.000000Z",
        "cog_version": "0.14.0",
        "openapi_schema": {
            "openapi": "3.0.2", "info": {"title": "Cog", "version": "0.1.0"}, "paths": {},
            "components": {"schemas": schemas},
        },
    }))
}
