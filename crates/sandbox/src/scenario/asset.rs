//! Assets: outputs of jobs and uploaded pictures, behind addresses that look signed.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{admit, error, inputs, made, poll};
use crate::clock::rfc3339;
use crate::files::File;
use crate::ids::{digest, hex};
use crate::jobs::{Job, Output, Stage};
use crate::media::Spec;
use crate::provider::Provider;
use crate::reply::{either, json};
use crate::sniff;
use crate::state::{App, State as Sandbox};

/// Refuses inputs that are no asset of this account; everything else names one by id.
pub(crate) fn known(app: &App, body: &Value, properties: &Value) -> Result<(), Response> {
    let members = body.as_object().into_iter().flatten();
    let ids = members.flat_map(|(key, value)| match value {
        Value::Array(items) => items.iter().collect(),
        one if inputs::is_file(&properties[key]) => vec![one],
        _ => Vec::new(),
    });
    for id in ids.filter_map(Value::as_str) {
        if find(app, id).is_none() {
            return Err(error::reason(404, &format!("Asset {id} not found")));
        }
    }
    Ok(())
}

/// The asset of an id, wherever it comes from.
fn find(app: &App, id: &str) -> Option<Value> {
    if let Some(mut asset) = store(app).get(id).cloned() {
        let path = asset["path"].take();
        asset["url"] = json!(signed(app, path.as_str().unwrap_or_default()));
        asset.as_object_mut()?.shift_remove("path");
        return Some(asset);
    }
    let now = app.clock.now();
    let jobs = app.jobs.of(Provider::Scenario);
    let done = jobs.iter().filter(|job| job.stage(now) == Stage::Succeeded);
    done.flat_map(|job| job.outputs.iter().map(move |output| (job, output)))
        .find(|(_, output)| output.id == id)
        .map(|(job, made)| output(app, job, made))
}

fn output(app: &App, job: &Job, output: &Output) -> Value {
    let video = output.file.mime.starts_with("video/");
    let kind = made::source(&job.input, video);
    let time = rfc3339(job.ended(app.clock.now()));
    let mut asset = object(&output.id, kind, &output.file.mime, &time);
    if let Some(spec) = output.file.spec() {
        asset["properties"] = properties(spec, output);
    }
    asset["metadata"]["jobId"] = json!(job.id);
    // Text by the SDK's types.
    asset["metadata"]["seed"] = json!(output.seed.to_string());
    asset["metadata"]["referenceImages"] = job.input["referenceImages"].clone();
    asset["url"] = json!(signed(app, &output.path));
    asset
}

fn properties(spec: &Spec, output: &Output) -> Value {
    let size = output.file.bytes().map(|it| it.len()).unwrap_or_default();
    let mut properties = json!({"size": size, "width": spec.width, "height": spec.height});
    if spec.format.is_video() {
        properties["duration"] = json!(std::time::Duration::from_millis(spec.millis).as_secs_f64());
        properties["frameRate"] = json!(24);
    }
    properties
}

fn object(id: &str, source: &str, mime: &str, time: &str) -> Value {
    let kind = match mime.split('/').next() {
        Some("video") => "video",
        Some("audio") => "audio",
        _ => "image",
    };
    json!({
        "id": id, "authorId": "user_sandbox", "ownerId": "proj_sandbox", "collectionIds": [],
        "createdAt": time, "updatedAt": time, "editCapabilities": [], "kind": kind,
        "metadata": {"kind": kind, "type": source}, "mimeType": mime, "privacy": "private",
        "properties": {"size": 0}, "source": source, "status": "success", "tags": [], "url": "",
    })
}

/// Keeps bytes as a new asset and gives its id.
pub(crate) fn keep(app: &App, name: &str, bytes: Bytes) -> String {
    let id = format!("asset_{}", app.ids.text(24));
    let mime = sniff::mime(&bytes);
    let source = match mime.split('/').next() {
        Some("video") => "uploaded-video",
        Some("audio") => "uploaded-audio",
        _ => "uploaded",
    };
    let mut asset = object(&id, source, mime, &rfc3339(app.clock.now()));
    asset["properties"]["size"] = json!(bytes.len());
    asset["metadata"]["name"] = json!(name);
    let path = format!("/outputs/scenario/{id}");
    asset["path"] = json!(path);
    app.files.put(path, File::given(mime, bytes));
    store(app).insert(id.clone(), asset);
    id
}

pub(crate) async fn create(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    either(created(&app, &headers, &body))
}

/// Bare base64 and data URLs are both taken.
fn created(app: &App, headers: &HeaderMap, body: &Bytes) -> Result<Response, Response> {
    admit(app, headers, false)?;
    let body: Value =
        serde_json::from_slice(body).map_err(|_| error::reason(400, "Invalid JSON"))?;
    let image = body["image"]
        .as_str()
        .ok_or_else(|| error::reason(400, "Either 'image' or 'canvas' must be provided"))?;
    let coded = image.split_once(";base64,").map_or(image, |(_, coded)| coded);
    let bytes = STANDARD.decode(coded).unwrap_or_default();
    if !sniff::mime(&bytes).starts_with("image/") {
        return Err(error::reason(400, "Unhandled image format"));
    }
    let id = keep(app, body["name"].as_str().unwrap_or_default(), bytes.into());
    Ok(json(200, &json!({"asset": find(app, &id)})))
}

pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&app, &headers, false) {
        return refusal;
    }
    match several(&app, vec![id.clone()]).await.pop() {
        Some(asset) => json(200, &json!({"asset": asset})),
        None => error::reason(404, &format!("Asset {id} not found")),
    }
}

/// Ids that are unknown are left out.
pub(crate) async fn bulk(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    if let Err(refusal) = admit(&app, &headers, false) {
        return refusal;
    }
    json(200, &json!({"assets": several(&app, ids(&body)).await}))
}

/// The assets of ids, off the threads that serve: an asset tells the size of its file, which may
/// have to be made for that.
async fn several(app: &App, ids: Vec<String>) -> Vec<Value> {
    let app = Arc::clone(app);
    let read = move || ids.iter().filter_map(|id| find(&app, id)).collect();
    tokio::task::spawn_blocking(read).await.unwrap_or_default()
}

pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&app, &headers, false) {
        return refusal;
    }
    let mut page = poll::page("assets", &all(&app), &query);
    let shown = page["assets"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let shown = shown.map(str::to_owned).collect();
    page["assets"] = json!(several(&app, shown).await);
    json(200, &page)
}

/// The ids of what was uploaded, then of what was made.
fn all(app: &App) -> Vec<Value> {
    let mut ids: Vec<String> = store(app).keys().cloned().collect();
    ids.sort();
    let now = app.clock.now();
    let jobs = app.jobs.of(Provider::Scenario);
    let done = jobs.iter().filter(|job| job.stage(now) == Stage::Succeeded);
    ids.extend(done.flat_map(|job| &job.outputs).map(|output| output.id.clone()));
    ids.into_iter().map(Value::from).collect()
}

pub(crate) async fn delete(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    either(admit(&app, &headers, false).map(|()| {
        for id in ids(&body) {
            if let Some(asset) = store(&app).remove(&id) {
                app.files.remove(asset["path"].as_str().unwrap_or_default());
            }
        }
        json(200, &json!({}))
    }))
}

fn ids(body: &Bytes) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let ids = body["assetIds"].as_array().into_iter().flatten().filter_map(Value::as_str);
    ids.map(str::to_owned).collect()
}

fn store(app: &App) -> MutexGuard<'_, HashMap<String, Value>> {
    app.scenario.assets.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the bytes of an asset are kept.
pub(super) fn path(app: &App, id: &str) -> Option<String> {
    if let Some(asset) = store(app).get(id) {
        return asset["path"].as_str().map(str::to_owned);
    }
    let jobs = app.jobs.of(Provider::Scenario);
    let mut outputs = jobs.iter().flat_map(|job| &job.outputs);
    outputs.find(|output| output.id == id).map(|output| output.path.clone())
}

/// An address with the three parts of a `CloudFront` signature.
pub(super) fn signed(app: &App, path: &str) -> String {
    let signature = signature(app, path);
    app.url(&format!("{path}?Policy=sandbox&Key-Pair-Id=KSANDBOX&Signature={signature}"))
}

fn signature(sandbox: &Sandbox, path: &str) -> String {
    let bytes = digest(&[&sandbox.options.seed.to_le_bytes(), path.as_bytes()]);
    hex(&bytes[..12])
}

/// Whether an address still has the signature that it was given with.
pub(crate) fn is_signed(app: &App, path: &str, query: &str) -> bool {
    query.split('&').any(|pair| pair == format!("Signature={}", signature(app, path)))
}
