//! Error bodies: `reason`, and the members that clients know.

use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::Response;
use serde_json::json;

use crate::keys::Refused;
use crate::reply::json;

pub(crate) fn reason(status: u16, text: &str) -> Response {
    json(status, &json!({"reason": text}))
}

pub(crate) fn refused_key(refused: Refused) -> Response {
    match refused {
        Refused::Missing | Refused::Invalid => plain(401),
        Refused::NoCredit => plain(402),
        Refused::NoPlan => plan(""),
        Refused::Throttled => throttled(Some(1)),
    }
}

/// The model is beyond the plan; dry runs are told so too.
pub(crate) fn plan(model: &str) -> Response {
    let body = json!({
        "name": "ModelAccessRestrictedError", "reason": "This model requires a higher plan",
        "modelId": model, "requiredPlan": "cu-pro-q3-25",
    });
    json(403, &body)
}

/// Too many jobs at once: nothing was accepted.
pub(crate) fn concurrency(limit: usize) -> Response {
    let body = json!({
        "reason": "Too many parallel jobs",
        "details": {"actionName": "parallelCustomJobs", "actionLimit": limit},
    });
    json(429, &body)
}

/// The cooldown of a team, with its rest in the body; without one, the limit on parallel jobs.
pub(crate) fn throttled(seconds: Option<u64>) -> Response {
    let Some(seconds) = seconds else { return concurrency(5) };
    let body = json!({"reason": "Please wait before trying again", "remainingSeconds": seconds});
    let mut response = json(429, &body);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// An error with nothing more to say.
pub(crate) fn plain(status: u16) -> Response {
    let text = match status {
        401 => "Unauthorized",
        402 => "Not enough compute units",
        403 => return plan(""),
        404 => "Not found",
        429 => return throttled(None),
        _ => "Internal error",
    };
    reason(status, text)
}
