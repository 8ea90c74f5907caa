//! Answers, in few words.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// JSON with a status; 500 for a number that is no status.
pub(crate) fn json(status: u16, body: &Value) -> Response {
    typed(status, "application/json", body.to_string())
}

/// Text of a given content type.
pub(crate) fn typed(status: u16, mime: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = code(status);
    if let Ok(mime) = HeaderValue::from_str(mime) {
        response.headers_mut().insert(CONTENT_TYPE, mime);
    }
    response
}

/// No body.
pub(crate) fn empty(status: u16) -> Response {
    code(status).into_response()
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A header as text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The answer, or the refusal that came before it: handlers end early with `?`.
pub(crate) fn either(result: Result<Response, Response>) -> Response {
    result.unwrap_or_else(|refusal| refusal)
}
