//! Uploads: in parts, which the sandbox takes where the vendor names a bucket, and by address.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Upload, admit, asset, error};
use crate::clock::rfc3339;
use crate::hook;
use crate::reply::{self, either, json};
use crate::state::App;

/// How long part addresses are said to live.
const KEPT: u64 = 3_600_000;

pub(crate) async fn create(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Response {
    either(created(&app, &headers, &body))
}

fn created(app: &App, headers: &HeaderMap, body: &Bytes) -> Result<Response, Response> {
    admit(app, headers, false)?;
    let asked: Value =
        serde_json::from_slice(body).map_err(|_| error::reason(400, "Invalid JSON"))?;
    if asked["url"].is_string() {
        return by_address(app, &asked);
    }
    if asked["contentType"].is_null() {
        let text = "Missing required mimeType parameter for asset kind";
        return Err(error::reason(400, text));
    }
    let mut object = object(app, &asked);
    let count = asked["parts"].as_u64().unwrap_or(1);
    let parts: Vec<Value> = (1..=count).map(|number| part_of(app, &object, number)).collect();
    object["status"] = json!("pending");
    object["source"] = json!("multipart");
    object["partsCount"] = json!(count);
    object["parts"] = json!(parts);
    Ok(keep(app, &object))
}

/// Fetched from loopback, or read from a data URL; the sandbox calls nobody else.
fn by_address(app: &App, asked: &Value) -> Result<Response, Response> {
    let url = asked["url"].as_str().unwrap_or_default().to_owned();
    if !asked["kind"].is_string() {
        return Err(error::reason(400, "Input kind is required with url"));
    }
    if !hook::is_loopback(&url) && !url.contains(";base64,") {
        return Err(error::reason(400, "The sandbox fetches from loopback and data URLs only"));
    }
    let mut object = object(app, asked);
    object["status"] = json!("validating");
    object["source"] = json!("url");
    object["fileName"] = json!(url.rsplit('/').next());
    let answer = keep(app, &object);
    tokio::spawn(fetch(Arc::clone(app), object, url));
    Ok(answer)
}

async fn fetch(app: App, mut object: Value, url: String) {
    let fetched = match url.split_once(";base64,") {
        Some((_, coded)) => STANDARD.decode(coded).map(Bytes::from).map_err(io::Error::other),
        None => hook::get(&url).await,
    };
    match fetched {
        Ok(bytes) => import(&app, &mut object, bytes),
        Err(error) => fail(&mut object, &error.to_string()),
    }
    keep(&app, &object);
}

/// Remembers an upload as it now is, and answers it.
fn keep(app: &App, object: &Value) -> Response {
    let id = object["id"].as_str().unwrap_or_default().to_owned();
    uploads(app).insert(id, Upload { object: object.clone(), parts: HashMap::new() });
    json(200, &json!({"upload": object}))
}

/// The bytes become an asset.
fn import(app: &App, object: &mut Value, bytes: Bytes) {
    let name = object["fileName"].as_str().unwrap_or_default().to_owned();
    object["fileSize"] = json!(bytes.len());
    object["entityId"] = json!(asset::keep(app, &name, bytes));
    object["status"] = json!("imported");
}

fn fail(object: &mut Value, why: &str) {
    object["status"] = json!("failed");
    object["errorMessage"] = json!(why);
}

/// What both ways of uploading have.
fn object(app: &App, asked: &Value) -> Value {
    let now = rfc3339(app.clock.now());
    json!({
        "id": format!("upload_{}", app.ids.text(24)), "authorId": "user_sandbox",
        "ownerId": "proj_sandbox", "createdAt": now, "updatedAt": now,
        "fileName": asked["fileName"], "kind": asked["kind"], "contentType": asked["contentType"],
        "fileSize": asked["fileSize"], "assetOptions": asked["assetOptions"],
        "url": asked["url"], "jobId": format!("job_{}", app.ids.text(24)),
    })
}

fn part_of(app: &App, object: &Value, number: u64) -> Value {
    let id = object["id"].as_str().unwrap_or_default();
    let url = app.url(&format!("/scenario/v1/uploads/{id}/parts/{number}"));
    json!({"number": number, "url": url, "expires": rfc3339(app.clock.now() + KEPT)})
}

/// No key: the address is what grants it.
pub(crate) async fn part(
    State(app): State<App>,
    Path((id, number)): Path<(String, u64)>,
    body: Bytes,
) -> Response {
    match uploads(&app).get_mut(&id) {
        Some(upload) => {
            upload.parts.insert(number, body);
            reply::empty(200)
        }
        None => reply::typed(404, "application/xml", "<Error><Code>NoSuchUpload</Code></Error>"),
    }
}

pub(crate) async fn action(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    either(admit(&app, &headers, false).and_then(|()| complete(&app, &id, &asked)))
}

/// The parts become an asset; this reply says that they are being looked at.
fn complete(app: &App, id: &str, asked: &Value) -> Result<Response, Response> {
    if asked["action"] != "complete" {
        return Err(error::reason(400, "Unknown action"));
    }
    let unknown = || error::reason(404, &format!("Upload {id} not found"));
    let mut upload = uploads(app).get(id).cloned().ok_or_else(unknown)?;
    let count = upload.object["parts"].as_array().map_or(0, Vec::len) as u64;
    let missing = (1..=count).any(|number| !upload.parts.contains_key(&number));
    let mut now = upload.object.clone();
    now["status"] = json!("validating");
    if missing {
        fail(&mut upload.object, "a part is missing");
    } else {
        let bytes: Vec<u8> =
            (1..=count).flat_map(|number| upload.parts[&number].to_vec()).collect();
        import(app, &mut upload.object, bytes.into());
        upload.parts.clear();
    }
    uploads(app).insert(id.to_owned(), upload);
    Ok(json(200, &json!({"upload": now})))
}

pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = uploads(&app).get(&id).map(|upload| upload.object.clone());
    either(admit(&app, &headers, false).map(|()| match found {
        Some(upload) => json(200, &json!({"upload": upload})),
        None => error::reason(404, &format!("Upload {id} not found")),
    }))
}

/// The job of an upload, by which it can be followed too.
pub(crate) fn job(app: &App, id: &str) -> Option<Value> {
    let uploads = uploads(app);
    let upload = &uploads.values().find(|it| it.object["jobId"] == id)?.object;
    let (status, progress) = match upload["status"].as_str() {
        Some("imported") => ("success", 1),
        Some("failed") => ("failure", 1),
        _ => ("queued", 0),
    };
    Some(json!({
        "jobId": id, "jobType": "upload", "status": status, "progress": progress,
        "statusHistory": [], "createdAt": upload["createdAt"], "updatedAt": upload["updatedAt"],
        "metadata": {"output": {"entityId": upload["entityId"]}, "error": upload["errorMessage"]},
    }))
}

fn uploads(app: &App) -> MutexGuard<'_, HashMap<String, Upload>> {
    app.scenario.uploads.lock().unwrap_or_else(PoisonError::into_inner)
}
