//! Files: multipart in, an object of the recorded shape out.

use std::sync::{MutexGuard, PoisonError};

use axum::extract::{Multipart, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::{admit, error};
use crate::clock::rfc3339;
use crate::files::File;
use crate::ids::{digest, hex};
use crate::outputs;
use crate::reply::{self, either, json};
use crate::state::App;

/// Bytes that one file may have.
const LIMIT: usize = 100 * 1024 * 1024;
/// Recordings say a day, one example in the OpenAPI an hour.
const KEPT: u64 = 86_400_000;

/// The parts of an upload.
#[derive(Default)]
struct Form {
    name: String,
    mime: String,
    content: Option<Bytes>,
    metadata: Value,
}

pub(crate) async fn create(
    State(app): State<App>,
    headers: HeaderMap,
    form: Multipart,
) -> Response {
    either(stored(&app, &headers, form).await)
}

async fn stored(app: &App, headers: &HeaderMap, form: Multipart) -> Result<Response, Response> {
    admit(app, headers, false)?;
    let form = read_form(form).await.ok_or_else(|| error::plain(400))?;
    let content = form.content.clone().ok_or_else(|| error::plain(400))?;
    if content.len() > LIMIT {
        let detail = "Files must be less than 100MB in size";
        return Err(error::problem(413, &json!({"detail": detail, "status": 413})));
    }
    let object = object(app, &form, &content);
    let path = path(object["id"].as_str().unwrap_or_default());
    app.files.put(path, File::given(form.mime, content));
    files(app).push(object.clone());
    Ok(json(201, &object))
}

/// Name and type are those of the content part; fields of their own are the fallback.
async fn read_form(mut form: Multipart) -> Option<Form> {
    let mut read = Form { metadata: json!({}), ..Form::default() };
    while let Some(part) = form.next_field().await.ok()? {
        let key = part.name().unwrap_or_default().to_owned();
        let (name, mime) =
            (part.file_name().map(str::to_owned), part.content_type().map(str::to_owned));
        let bytes = part.bytes().await.ok()?;
        match key.as_str() {
            "content" => {
                read.name = name.unwrap_or(read.name);
                read.mime = mime.unwrap_or(read.mime);
                read.content = Some(bytes);
            }
            "metadata" => read.metadata = serde_json::from_slice(&bytes).unwrap_or(json!({})),
            "filename" if read.name.is_empty() => read.name = text(&bytes),
            "type" if read.mime.is_empty() => read.mime = text(&bytes),
            _ => (),
        }
    }
    if read.mime.is_empty() {
        "application/octet-stream".clone_into(&mut read.mime);
    }
    Some(read)
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn object(app: &App, form: &Form, content: &Bytes) -> Value {
    let id = STANDARD.encode(app.ids.uuid()).trim_end_matches('=').to_owned();
    let md5 = hex(&Md5::digest(content));
    let now = app.clock.now();
    json!({
        "id": id, "name": form.name, "content_type": form.mime, "size": content.len(), "etag": md5,
        "checksums": {"sha256": hex(&digest(&[content])), "md5": md5},
        "metadata": form.metadata, "created_at": rfc3339(now), "expires_at": rfc3339(now + KEPT),
        "urls": {"get": app.url(&format!("/replicate/v1/files/{id}"))},
    })
}

pub(crate) async fn list(State(app): State<App>, headers: HeaderMap) -> Response {
    let rows: Vec<Value> = files(&app).iter().rev().cloned().collect();
    let page = json!({"next": null, "previous": null, "results": rows});
    either(admit(&app, &headers, false).map(|()| json(200, &page)))
}

pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let found = files(&app).iter().find(|file| file["id"] == id).cloned();
    either(admit(&app, &headers, false).map(|()| match found {
        Some(file) => json(200, &file),
        None => error::file_not_found(),
    }))
}

pub(crate) async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&app, &headers, false) {
        return refusal;
    }
    files(&app).retain(|file| file["id"] != id);
    if app.files.remove(&path(&id)) { reply::empty(204) } else { error::file_not_found() }
}

/// The signature in the query is not looked at: nothing here is worth protecting.
pub(crate) async fn download(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(file) = app.files.find(&path(&id)) else { return error::file_not_found() };
    match file.bytes() {
        Ok(bytes) => outputs::part(&headers, &file.mime, &bytes, true),
        Err(_) => error::plain(500),
    }
}

fn path(id: &str) -> String {
    format!("/outputs/replicate/files/{id}")
}

fn files(app: &App) -> MutexGuard<'_, Vec<Value>> {
    app.replicate.files.lock().unwrap_or_else(PoisonError::into_inner)
}
