//! `POST /assets/{id}/download`: a link to an asset, in the format that is asked for.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{admit, asset, error};
use crate::files::File;
use crate::media::{Format, Spec};
use crate::reply::{either, json};
use crate::state::App;

pub(crate) async fn request(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    either(admit(&app, &headers, false).and_then(|()| link(&app, &id, &asked)))
}

fn link(app: &App, id: &str, asked: &Value) -> Result<Response, Response> {
    let unknown = || error::reason(404, &format!("Asset {id} not found"));
    let path = asset::path(app, id).ok_or_else(unknown)?;
    let file = app.files.find(&path).ok_or_else(unknown)?;
    let (path, mime) = match asked["targetFormat"].as_str() {
        None => (path, file.mime.clone()),
        Some(word) => converted(app, path, &file, word)
            .ok_or_else(|| error::reason(400, "Invalid target format"))?,
    };
    Ok(json(200, &json!({"url": asset::signed(app, &path), "mimeType": mime})))
}

/// The stored file if that is the format, else the same picture made anew; the sandbox does not
/// decode, so that uploads stay as they are.
fn converted(app: &App, path: String, file: &File, word: &str) -> Option<(String, String)> {
    let format = Format::read(word)?;
    if format.mime() == file.mime {
        return Some((path, file.mime.clone()));
    }
    let spec = file.spec().filter(|it| !it.format.is_video() && !format.is_video())?;
    let path = format!("{path}.{}", format.extension());
    app.files.put(path.clone(), File::made(Spec { format, ..spec.clone() }));
    Some((path, format.mime().to_owned()))
}
