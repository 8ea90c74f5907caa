//! Carries faults out: one small function for each, before the call or after it.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::Uri;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Frame;
use tokio::time::sleep;

use crate::faults::Fault;
use crate::provider::Provider;
use crate::reply::{self, typed};

/// The connection is to be closed without an answer.
#[derive(Debug)]
pub(crate) struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dropped, as a fault rule asks")
    }
}

impl std::error::Error for Dropped {}

/// What happens instead of the call, if anything.
pub(crate) async fn before(
    fault: &Fault,
    provider: Provider,
    asked: &Uri,
) -> Result<Option<Response>, Dropped> {
    match fault {
        Fault::Delay { ms } => wait(*ms).await,
        Fault::ResetBefore => return Err(Dropped),
        Fault::Status { status, body } => {
            return Ok(Some(status_of(provider, *status, body.as_ref())));
        }
        Fault::Throttle { seconds, header, body } => {
            return Ok(Some(throttle(provider, *seconds, *header, *body)));
        }
        Fault::Redirect { to } if to.is_empty() => {
            return Ok(Some(redirect(&format!("/_sandbox/elsewhere{asked}"))));
        }
        Fault::Redirect { to } => return Ok(Some(redirect(to))),
        _ => (),
    }
    Ok(None)
}

/// What becomes of the answer of a call that was carried out.
pub(crate) async fn after(fault: &Fault, response: Response) -> Result<Response, Dropped> {
    Ok(match fault {
        Fault::DelayAfter { ms } => {
            wait(*ms).await;
            response
        }
        Fault::ResetAfter => return Err(Dropped),
        Fault::Truncate => truncate(response).await,
        Fault::Html => typed(200, "text/html", "<html><body>Bad gateway</body></html>"),
        Fault::Empty => reply::empty(200),
        Fault::NoId => typed(200, "application/json", "{}"),
        Fault::ContentType { mime } => content_type(response, mime),
        Fault::Drip { ms, bytes } => drip(response, *ms, *bytes).await,
        Fault::Replace { from, to } => replace(response, from, to).await,
        _ => response,
    })
}

async fn wait(ms: u64) {
    sleep(Duration::from_millis(ms)).await;
}

fn status_of(provider: Provider, status: u16, body: Option<&String>) -> Response {
    match body {
        Some(body) => typed(status, "application/json", body.clone()),
        None => plain(provider, status),
    }
}

/// The vendor's own form of an error that has nothing more to say.
pub(crate) fn plain(provider: Provider, status: u16) -> Response {
    match provider {
        Provider::Runware => crate::runware::error::plain(status),
        Provider::Replicate => crate::replicate::error::plain(status),
        Provider::Scenario => crate::scenario::error::plain(status),
    }
}

fn throttle(provider: Provider, seconds: u64, header: bool, body: bool) -> Response {
    let named = body.then_some(seconds);
    let mut response = match provider {
        Provider::Runware => crate::runware::error::throttled(named),
        Provider::Replicate => crate::replicate::error::throttled(named),
        Provider::Scenario => crate::scenario::error::throttled(named),
    };
    if header {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    } else {
        response.headers_mut().remove(RETRY_AFTER);
    }
    response
}

fn redirect(to: &str) -> Response {
    let mut response = reply::empty(302);
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

/// The first half, under a `Content-Length` of the whole.
async fn truncate(response: Response) -> Response {
    let (mut parts, bytes) = whole(response).await;
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let half = bytes.slice(..bytes.len() / 2);
    let broken = || Err(io::Error::from(io::ErrorKind::ConnectionReset));
    Response::from_parts(parts, stream(vec![Ok(half), broken()], 0))
}

fn content_type(mut response: Response, mime: &str) -> Response {
    if let Ok(mime) = HeaderValue::from_str(mime) {
        response.headers_mut().insert(CONTENT_TYPE, mime);
    }
    response
}

async fn drip(response: Response, ms: u64, size: usize) -> Response {
    let (mut parts, bytes) = whole(response).await;
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    let pieces = bytes.chunks(size.max(1)).map(|piece| Ok(Bytes::copy_from_slice(piece)));
    Response::from_parts(parts, stream(pieces.collect(), ms))
}

async fn replace(response: Response, from: &str, to: &str) -> Response {
    let (mut parts, bytes) = whole(response).await;
    parts.headers.remove(CONTENT_LENGTH);
    let text = String::from_utf8_lossy(&bytes).replace(from, to);
    Response::from_parts(parts, Body::from(text))
}

async fn whole(response: Response) -> (axum::http::response::Parts, Bytes) {
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.map(http_body_util::Collected::to_bytes);
    (parts, bytes.unwrap_or_default())
}

/// A body of pieces, with a pause before each.
fn stream(pieces: Vec<Result<Bytes, io::Error>>, ms: u64) -> Body {
    let (mut sender, body) = http_body_util::channel::Channel::<Bytes, io::Error>::new(1);
    tokio::spawn(async move {
        for piece in pieces {
            wait(ms).await;
            match piece {
                Ok(bytes) => {
                    if sender.send(Frame::data(bytes)).await.is_err() {
                        return;
                    }
                }
                Err(error) => return sender.abort(error),
            }
        }
    });
    Body::new(body)
}
