//! Replicate's side of the wire.
//!
//! REST with a bearer token: `POST https://api.replicate.com/v1/models/{owner}/{name}/predictions`
//! makes a *prediction*, `GET /predictions/{id}` reads it, `POST /predictions/{id}/cancel` stops
//! it. The first route serves official models, whose version stays hidden. A blocking answer may
//! hold outputs before the prediction is final, so only a final word ends a job.
//!
//! The vendor's pages, as of 2026-11: [HTTP API](https://replicate.com/docs/reference/http) and its
//! [OpenAPI description](https://api.replicate.com/openapi.json) (2026-03), and under
//! <https://replicate.com/docs> the pages
//! [create a prediction](https://replicate.com/docs/topics/predictions/create-a-prediction),
//! [prediction lifecycle](https://replicate.com/docs/topics/predictions/lifecycle),
//! [data retention](https://replicate.com/docs/topics/predictions/data-retention),
//! [input files](https://replicate.com/docs/topics/predictions/input-files),
//! [rate limits](https://replicate.com/docs/topics/predictions/rate-limits),
//! [error codes](https://replicate.com/docs/reference/error-codes) and
//! [verifying webhooks](https://replicate.com/docs/topics/webhooks/verify-webhook).

mod error;
mod request;
mod response;
mod sent;
mod upload;
mod webhook;

use std::time::Duration;

use genmux_core::{
    Adapter, Auth, Cancel, Capability, Enclosed, Hook, HookError, HookEvent, Hooks, HttpRequest,
    JobState, LiftError, Payload, Recent, Reply, SubmitResult, Ticket, UploadFile, UploadState,
    UploadStep, VendorError,
};
use serde_json::Value;

/// Replicate, by its route for official models.
#[derive(Clone, Copy, Debug, Default)]
pub struct Replicate;

/// What Replicate can do.
pub const CAPABILITY: Capability = Capability {
    // One `input` object a prediction, one prediction a read (OpenAPI).
    tasks_per_submit: 1,
    jobs_per_poll: 1,
    // Of 3000 calls that are no submissions; uploads and cancels are such calls too (rate limits).
    polls_per_minute: 2_400,
    // No key of a request says that it was sent before.
    dedupes_submits: false,
    // Outputs of official models come all at once.
    results_trickle: false,
    cancel: Cancel::Stops,
    // The header `Cancel-After` (OpenAPI; changelog of 2025-10-16).
    cancel_after: true,
    price: None,
    upload_max_bytes: Some(upload::MOST_BYTES),
    lends_assets: false,
    progress: false,
    // `metrics` counts what is billed and names no amount.
    tells_cost: false,
    // Outputs of predictions made by API are removed after an hour (data retention).
    outputs_last: Some(Duration::from_hours(1)),
    // Named as `webhook` in the request, signed with the account's secret (verifying webhooks).
    hooks: Hooks::Signed,
    // Half a second is the wait of all the vendor's clients. At 5 s, 200 jobs stay within the
    // polls of a minute.
    poll_every: (Duration::from_millis(500), Duration::from_secs(5)),
};

impl Adapter for Replicate {
    fn provider(&self) -> &'static str {
        "replicate"
    }

    fn capability(&self) -> &'static Capability {
        &CAPABILITY
    }

    fn auth(&self) -> Auth {
        request::AUTH
    }

    fn submit(
        &self,
        base: &str,
        payloads: &[Payload<'_>],
        cancel_after: Option<Duration>,
    ) -> serde_json::Result<HttpRequest> {
        request::submit(base, payloads, cancel_after)
    }

    fn read_submit(
        &self,
        reply: &Reply,
        _payloads: &[Payload<'_>],
    ) -> Result<Vec<SubmitResult>, VendorError> {
        response::read_submit(reply)
    }

    fn poll(&self, base: &str, tickets: &[Ticket]) -> HttpRequest {
        request::poll(base, tickets)
    }

    fn read_status(
        &self,
        reply: &Reply,
        _tickets: &[Ticket],
    ) -> Result<Vec<Option<JobState>>, VendorError> {
        response::read_status(reply)
    }

    fn recent(
        &self,
        base: &str,
        since: i64,
        _vendor_id: &str,
        page: Option<&str>,
    ) -> Option<HttpRequest> {
        Some(request::recent(base, since, page))
    }

    fn read_recent(&self, reply: &Reply) -> Result<Recent, VendorError> {
        response::read_recent(reply)
    }

    fn cancel(&self, base: &str, ticket: &Ticket) -> Option<HttpRequest> {
        Some(request::cancel(base, ticket))
    }

    fn read_cancel(&self, reply: &Reply) -> Result<bool, VendorError> {
        response::read_cancel(reply)
    }

    fn upload(&self, base: &str, file: &UploadFile) -> Result<UploadStep, VendorError> {
        upload::start(base, file)
    }

    fn read_upload(
        &self,
        base: &str,
        _file: &UploadFile,
        _state: UploadState,
        reply: &Reply,
    ) -> Result<UploadStep, VendorError> {
        upload::read(base, reply)
    }

    fn read_sent<'a>(
        &self,
        url: Option<&str>,
        body: &'a Value,
    ) -> Result<Vec<Enclosed<'a>>, LiftError> {
        sent::read(url, body)
    }

    fn read_webhook(&self, hook: &Hook<'_>) -> Result<HookEvent, HookError> {
        webhook::read(hook)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // A recorded body that is no JSON should stop the test.

    use genmux_core::Body;
    use serde_json::json;

    use super::*;

    fn recorded() -> impl Iterator<Item = &'static str> {
        let predictions = response::tests::RECORDED.iter().chain(upload::tests::RECORDED);
        predictions.copied().chain(error::tests::RECORDED.iter().map(|(_, body)| *body))
    }

    /// Reads a body as a reply to everything; what comes of it is the readers' own tests' affair.
    fn check(status: u16, body: &[u8]) {
        let mut reply = error::tests::reply(status, body);
        reply.headers_mut().insert("retry-after", "1e309".parse().unwrap());
        let ticket = Ticket { id: "..".into(), results: 1, most: 1 };
        let file = upload::tests::picture(Body::default());
        let submitted = Replicate.read_submit(&reply, &[]);
        assert!(submitted.is_err() || submitted.is_ok_and(|results| results.len() == 1));
        let polled = Replicate.read_status(&reply, &[ticket]);
        assert!(polled.is_err() || polled.is_ok_and(|jobs| jobs.len() == 1));
        let _ = Replicate.read_cancel(&reply);
        let _ = Replicate.read_recent(&reply);
        let _ = Replicate.read_upload("", &file, UploadState::default(), &reply);
        let _ = Replicate.read_assets(&reply);
        assert!(Replicate.read_price(&reply).is_err());
    }

    #[test]
    fn bodies_that_were_cut_off_anywhere_are_read() {
        for body in recorded() {
            for end in 0..=body.len() {
                check(200, &body.as_bytes()[..end]);
                check(422, &body.as_bytes()[..end]);
            }
        }
    }

    #[test]
    fn bodies_with_any_byte_changed_are_read() {
        for body in recorded() {
            for at in 0..body.len() {
                for byte in [0, b'"', b'9'] {
                    let mut body = body.as_bytes().to_vec();
                    body[at] = byte;
                    check(if byte == 0 { 429 } else { 201 }, &body);
                }
            }
        }
    }

    /// The value with each of its parts in turn replaced by `part`.
    fn swapped(value: &Value, part: &Value) -> Vec<Value> {
        let mut all = vec![part.clone()];
        for (key, member) in value.as_object().into_iter().flatten() {
            let put = |it| {
                let mut value = value.clone();
                value[key] = it;
                value
            };
            all.extend(swapped(member, part).into_iter().map(put));
        }
        for (at, item) in value.as_array().into_iter().flatten().enumerate() {
            let put = |it| {
                let mut value = value.clone();
                value[at] = it;
                value
            };
            all.extend(swapped(item, part).into_iter().map(put));
        }
        all
    }

    #[test]
    fn bodies_with_any_value_of_another_type_are_read() {
        let parts = [
            json!(null),
            json!(true),
            json!(-1e300),
            json!(u64::MAX),
            json!("ü (E"),
            json!("- : "),
            json!([[[{ "loc": [{}] }]]]),
            json!({ "": { "uri": "data:" } }),
        ];
        for value in recorded().filter_map(|body| serde_json::from_str::<Value>(body).ok()) {
            for body in parts.iter().flat_map(|part| swapped(&value, part)) {
                for status in [100, 201, 302, 404, 422, 429, 500, 999] {
                    check(status, body.to_string().as_bytes());
                }
            }
        }
    }

    #[test]
    fn bodies_without_one_of_their_keys_are_read() {
        for value in recorded().filter_map(|body| serde_json::from_str::<Value>(body).ok()) {
            let keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
            for key in keys {
                let mut value = value.clone();
                value.as_object_mut().unwrap().remove(&key);
                check(200, value.to_string().as_bytes());
                check(422, value.to_string().as_bytes());
            }
        }
    }

    #[test]
    fn bodies_of_endless_depth_are_read() {
        for open in ["[", r#"{"output":"#, r#"{"detail":["#] {
            check(200, open.repeat(100_000).as_bytes());
            check(422, open.repeat(100_000).as_bytes());
        }
        let deep = format!(r#"{{"id":"a","output":{}{}}}"#, "[".repeat(120), "]".repeat(120));
        check(200, deep.as_bytes());
    }

    #[test]
    fn deliveries_of_any_body_are_read() {
        for body in recorded() {
            for end in (0..=body.len()).step_by(7) {
                let _ = webhook::tests::read_signed(&body.as_bytes()[..end]);
            }
        }
    }

    #[test]
    fn what_it_cannot_do_it_does_not_offer() {
        let capability = Replicate.capability();
        assert_eq!((capability.tasks_per_submit, capability.jobs_per_poll), (1, 1));
        assert!(capability.price.is_none() && Replicate.assets("", &[]).is_none());
        assert!(capability.poll_every.0 < capability.poll_every.1);
        let ticket = Ticket { id: "a".into(), results: 1, most: 1 };
        assert_eq!(capability.cancel, Cancel::Stops);
        assert!(Replicate.cancel("", &ticket).is_some());
    }

    #[test]
    fn it_can_be_held_as_an_adapter() {
        let adapter: &dyn Adapter = &Replicate;
        assert_eq!(adapter.provider(), "replicate");
        assert_eq!(adapter.auth(), Auth::Bearer("REPLICATE_API_TOKEN"));
        assert_eq!(adapter.capability(), &CAPABILITY);
    }
}
