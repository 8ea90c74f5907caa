//! The models that Replicate serves, and what a prediction of theirs gives back.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::{admit, error};
use crate::ids::drawn;
use crate::jobs::Failure;
use crate::media::{Format, Label, Spec};
use crate::provider::Provider;
use crate::reply::{either, json};
use crate::sizes;
use crate::state::App;

/// Slug (owner `bytedance`), a version that has a page, and the input schema as the service has it.
const MODELS: &[(&str, &str, &str)] = &[(
    "seedance-2.0-fast",
    "90388a62748fab7edda739f1df78e8cbc66cc9275cfe232888ce53dea3d5e7b5",
    include_str!("input/seedance-2.0-fast.json"),
)];

/// The slug of `owner/name`, if there is such a model.
pub(crate) fn slug(owner: &str, name: &str) -> Option<&'static str> {
    let row = MODELS.iter().find(|(slug, ..)| owner == "bytedance" && *slug == name);
    row.map(|(slug, ..)| *slug)
}

pub(crate) fn input_schema(slug: &str) -> Option<Value> {
    let (.., schema) = MODELS.iter().find(|(name, ..)| *name == slug)?;
    serde_json::from_str(schema).ok()
}

/// One video. Sizes are those of Seedance 1.5 and 2.0; -1 seconds leaves the length to the model.
pub(crate) fn media(input: &Value, sandbox_seed: u64) -> Vec<Spec> {
    let tier = input["resolution"].as_str().unwrap_or("720p");
    let ratio = input["aspect_ratio"].as_str();
    let (width, height) = sizes::listed(sizes::SEEDANCE_2, tier, ratio).unwrap_or((1280, 720));
    let seconds = input["duration"].as_f64().filter(|it| *it > 0.0).unwrap_or(5.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 15 s")]
    let millis = (seconds * 1000.0) as u64;
    let seed = input["seed"].as_u64().unwrap_or_else(|| drawn(sandbox_seed, &input.to_string()));
    let label = Label::new(input["prompt"].as_str().unwrap_or_default(), 1);
    vec![Spec { format: Format::Mp4, width, height, millis, quality: 95, seed, label }]
}

/// What passes the input schema and fails when run: counts, exclusions and 4 to 15 seconds stand in
/// descriptions only. The texts of such failures are not known; these are the sandbox's.
pub(crate) fn fails_later(app: &App, slug: &str, input: &Value) -> Option<Failure> {
    let seconds = input["duration"].as_i64();
    if seconds.is_some_and(|it| (0..4).contains(&it)) {
        return Some(failure("duration must be -1 or from 4 to 15"));
    }
    let schema = app.schema(Provider::Replicate, slug)?;
    let body = json!({"input": known(input, &input_schema(slug)?)});
    let broken = app.validators.check(schema, &body, |error| error.instance_path().to_string());
    broken.first().map(|place| failure(&format!("the values at {place:?} do not go together")))
}

fn failure(message: &str) -> Failure {
    Failure { code: "E006".to_owned(), message: format!("{message} (E006)") }
}

/// Only the keys that the model has: the others are ignored.
fn known(input: &Value, schema: &Value) -> Value {
    let members = input.as_object().into_iter().flatten();
    let known = members.filter(|(key, _)| schema["properties"].get(key).is_some());
    Value::Object(known.map(|(key, value)| (key.clone(), value.clone())).collect())
}

pub(crate) async fn list(State(app): State<App>, headers: HeaderMap) -> Response {
    let rows: Vec<Value> = MODELS.iter().map(|(slug, ..)| object(&app, slug)).collect();
    let page = json!({"next": null, "previous": null, "results": rows});
    either(admit(&app, &headers, false).map(|()| json(200, &page)))
}

pub(crate) async fn read(
    State(app): State<App>,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    either(admit(&app, &headers, false).map(|()| match slug(&owner, &name) {
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
    either(admit(&app, &headers, false).map(|()| match slug(&owner, &name) {
        Some(_) => json(200, &none),
        None => error::not_found(),
    }))
}

pub(crate) async fn version(
    State(app): State<App>,
    Path((owner, name, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let known = slug(&owner, &name).and_then(version_object).filter(|it| it["id"] == id);
    either(admit(&app, &headers, false).map(|()| match known {
        Some(version) => json(200, &version),
        None => error::not_found(),
    }))
}

fn object(app: &App, slug: &str) -> Value {
    json!({
        "url": format!("https://replicate.com/bytedance/{slug}"),
        "owner": "bytedance", "name": slug, "description": "Played by a sandbox",
        "visibility": "public", "is_official": true, "github_url": null, "paper_url": null,
        "license_url": null, "cover_image_url": null, "default_example": null,
        "run_count": app.jobs.of(Provider::Replicate).len(),
        "latest_version": version_object(slug),
    })
}

fn version_object(slug: &str) -> Option<Value> {
    let (_, id, _) = MODELS.iter().find(|(name, ..)| *name == slug)?;
    let output = json!({"type": "string", "format": "uri", "title": "Output"});
    let schemas = json!({"Input": input_schema(slug)?, "Output": output});
    Some(json!({
        "id": id, "created_at": "2026-03-13T00:00:00.000000Z", "cog_version": "0.14.0",
        "openapi_schema": {
            "openapi": "3.0.2", "info": {"title": "Cog", "version": "0.1.0"}, "paths": {},
            "components": {"schemas": schemas},
        },
    }))
}
