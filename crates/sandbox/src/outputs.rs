//! Serves files, whole or in part.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, HeaderValue, RANGE,
};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;

use crate::files;
use crate::reply::{self, header, typed};
use crate::scenario;
use crate::state::App;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/{*path}", get(serve))
}

/// GET and HEAD; no key is asked for, as with the vendors' own delivery hosts.
async fn serve(State(app): State<App>, request: Request) -> Response {
    let path = format!("/outputs{}", request.uri().path());
    let query = request.uri().query().unwrap_or_default();
    if path.starts_with("/outputs/scenario/") && !scenario::is_signed(&app, &path, query) {
        return typed(403, "application/xml", "<Error><Code>AccessDenied</Code></Error>");
    }
    let Some(file) = app.files.find(&path) else {
        return typed(404, "text/plain", "no such output");
    };
    let mime = file.mime.clone();
    let Ok(bytes) = files::load(file).await else { return reply::empty(500) };
    let body = *request.method() != Method::HEAD;
    part(request.headers(), &mime, &bytes, body)
}

/// The whole, the range that was asked for (206), or 416.
pub(crate) fn part(headers: &HeaderMap, mime: &str, bytes: &Bytes, with_body: bool) -> Response {
    let total = bytes.len();
    let (status, slice, range) =
        match header(headers, RANGE.as_str()).and_then(|it| it.strip_prefix("bytes=")) {
            None => (200, bytes.clone(), None),
            Some(asked) => match bounds(asked, total) {
                Some((from, to)) => {
                    (206, bytes.slice(from..=to), Some(format!("bytes {from}-{to}/{total}")))
                }
                None => (416, Bytes::new(), Some(format!("bytes */{total}"))),
            },
        };
    let length = slice.len();
    let mut response = typed(status, mime, if with_body { slice } else { Bytes::new() });
    let fields = response.headers_mut();
    fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
    fields.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("public,max-age=3600"));
    if let Some(Ok(range)) = range.map(|it| HeaderValue::from_str(&it)) {
        fields.insert(CONTENT_RANGE, range);
    }
    response
}

/// First and last byte of `0-99`, `100-` or `-50`; `None` if there is no such part.
fn bounds(asked: &str, total: usize) -> Option<(usize, usize)> {
    let (from, to) = asked.split_once('-')?;
    let last = total.checked_sub(1)?;
    let bounds = match (from.parse().ok(), to.parse::<usize>().ok()) {
        (Some(from), to) => (from, to.unwrap_or(last).min(last)),
        (None, Some(length)) => (total.saturating_sub(length), last),
        (None, None) => return None,
    };
    (bounds.0 <= bounds.1).then_some(bounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_all_three_forms() {
        assert_eq!(bounds("0-9", 100), Some((0, 9)));
        assert_eq!(bounds("90-", 100), Some((90, 99)));
        assert_eq!(bounds("-10", 100), Some((90, 99)));
        assert_eq!(bounds("50-500", 100), Some((50, 99)));
        assert_eq!(bounds("100-", 100), None);
        assert_eq!(bounds("0-", 0), None);
    }
}
