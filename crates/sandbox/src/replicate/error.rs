//! Problem bodies, as recorded: `title`, `detail`, `status` and a newline at the end.

use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::Response;
use serde_json::{Value, json};

use super::check::Invalid;
use crate::keys::Refused;
use crate::reply::typed;

pub(crate) fn problem(status: u16, body: &Value) -> Response {
    typed(status, "application/problem+json", format!("{body}\n"))
}

pub(crate) fn refused_key(refused: Refused) -> Response {
    match refused {
        Refused::Missing | Refused::Invalid => unauthenticated(),
        Refused::NoCredit => no_credit(),
        Refused::NoPlan => plain(403),
        Refused::Throttled => throttled(Some(9)),
    }
}

fn unauthenticated() -> Response {
    problem(
        401,
        &json!({
            "title": "Unauthenticated",
            "detail": "You did not pass a valid authentication token",
            "status": 401,
        }),
    )
}

fn no_credit() -> Response {
    problem(
        402,
        &json!({
            "title": "Insufficient credit",
            "detail": "You have insufficient credit to run this model. Go to \
                https://replicate.com/account/billing#billing to purchase credit. Once you \
                purchase credit, please wait a few minutes before trying again.",
            "status": 402,
        }),
    )
}

pub(crate) fn not_found() -> Response {
    plain(404)
}

pub(crate) fn file_not_found() -> Response {
    problem(404, &json!({"detail": "File not found", "status": 404}))
}

pub(crate) fn bad_version() -> Response {
    problem(
        422,
        &json!({
            "title": "Invalid version or not permitted",
            "detail": "The specified version does not exist (or perhaps you don't have \
                permission to use it?)",
            "status": 422,
        }),
    )
}

/// The vendor's own words for it are not known.
pub(crate) fn bad_deadline() -> Response {
    let detail = "Cancel-After must be a duration of at least 5 seconds";
    problem(422, &json!({"title": "Invalid header", "detail": detail, "status": 422}))
}

/// The exact text that the service builds from its findings.
pub(crate) fn invalid(found: &[Invalid]) -> Response {
    let detail: String = found.iter().map(Invalid::line).collect();
    let fields: Vec<Value> = found
        .iter()
        .map(|it| json!({"type": it.kind, "field": it.field, "description": it.description}))
        .collect();
    problem(
        422,
        &json!({
            "detail": detail, "status": 422, "title": "Input validation failed",
            "invalid_fields": fields,
        }),
    )
}

/// With a wait: the form for accounts of little credit, which is the only one that names it.
pub(crate) fn throttled(seconds: Option<u64>) -> Response {
    let Some(seconds) = seconds else {
        let detail = "Request was throttled. Expected available in 1 second.";
        return problem(429, &json!({"detail": detail, "status": 429}));
    };
    let detail = format!(
        "Request was throttled. Your rate limit for creating predictions is reduced to 6 requests \
         per minute with a burst of 1 requests while you have less than $5.0 in credit. Your rate \
         limit resets in ~{seconds}s."
    );
    let body = json!({"detail": detail, "status": 429, "retry_after": seconds});
    let mut response = problem(429, &body);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// An error with nothing more to say.
pub(crate) fn plain(status: u16) -> Response {
    let detail = match status {
        401 => return unauthenticated(),
        402 => return no_credit(),
        404 => "The requested resource could not be found.",
        429 => return throttled(None),
        _ => "The request could not be served.",
    };
    problem(status, &json!({"detail": detail, "status": status}))
}
