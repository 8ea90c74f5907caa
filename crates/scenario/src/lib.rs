//! Scenario's side of the wire.
//!
//! One route runs every model: `POST {base}/generate/custom/{modelId}` with basic authentication;
//! the body is flat and files stand in it as asset ids. The reply names a job, which is polled at
//! `GET {base}/jobs/{jobId}`; a job that is done names assets, whose addresses are read at
//! `POST {base}/assets/get-bulk`. The same route with `?dryRun=true` tells the price with HTTP 269.
//!
//! There is no idempotency key and no webhook per request, and a generation cannot be stopped.
//!
//! - Generate: <https://docs.scenario.com/reference/postgeneratecustom>
//! - Keys: <https://docs.scenario.com/docs/api-key-and-authentication>
//! - Files: <https://docs.scenario.com/get-started/content/uploading-assets>
//! - The vendor's SDK for Python, `scenario-sdk` 2.4.0 of 2026-10-22, generated from the vendor's
//!   OpenAPI; where pages and SDK disagree, the SDK holds.
//!
//! All as of 2026-11-20.

mod error;
mod request;
mod response;
mod sent;
mod upload;
mod webhook;

use std::time::Duration;

use genmux_core::{
    Adapter, Auth, Cancel, Capability, Cost, Enclosed, Hook, HookError, HookEvent, Hooks,
    HttpRequest, JobState, LiftError, Payload, Recent, RemoteArtifact, Reply, SubmitResult, Ticket,
    UploadFile, UploadState, UploadStep, VendorError,
};
use serde_json::Value;

/// Scenario, by its one route for every model.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scenario;

/// What Scenario can do.
///
/// Absences are those of the vendor's SDK 2.4.0; addresses of outputs live at least 24 hours by
/// the vendor's page on its CDN; its pages advise to poll every 2 to 3 seconds and its plugin for
/// Blender does so every 2.5.
pub const CAPABILITY: Capability = Capability {
    tasks_per_submit: 1,
    jobs_per_poll: 1,
    // Ours: no rate is stated, and who goes too fast is shut out for minutes (key concepts).
    polls_per_minute: 1_200,
    dedupes_submits: false,
    results_trickle: false,
    // Of all jobs only those of the old type `inference` can be stopped.
    cancel: Cancel::BestEffort,
    cancel_after: false,
    price: Some(genmux_core::Unit::Cu),
    upload_max_bytes: Some(upload::MOST),
    lends_assets: true,
    progress: true,
    tells_cost: true,
    outputs_last: Some(Duration::from_hours(24)),
    hooks: Hooks::Registered,
    poll_every: (Duration::from_millis(2_500), Duration::from_secs(10)),
};

impl Adapter for Scenario {
    fn provider(&self) -> &'static str {
        "scenario"
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
        _cancel_after: Option<Duration>,
    ) -> serde_json::Result<HttpRequest> {
        request::submit(base, payloads)
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

    fn assets(&self, base: &str, ids: &[String]) -> Option<HttpRequest> {
        request::assets(base, ids)
    }

    fn read_assets(&self, reply: &Reply) -> Result<Vec<RemoteArtifact>, VendorError> {
        response::read_assets(reply)
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
        Some(request::cancel(base, &ticket.id))
    }

    fn read_cancel(&self, reply: &Reply) -> Result<bool, VendorError> {
        response::read_cancel(reply)
    }

    fn upload(&self, base: &str, file: &UploadFile) -> Result<UploadStep, VendorError> {
        upload::upload(base, file)
    }

    fn read_upload(
        &self,
        base: &str,
        file: &UploadFile,
        state: UploadState,
        reply: &Reply,
    ) -> Result<UploadStep, VendorError> {
        upload::read_upload(base, file, state, reply)
    }

    fn price(&self, base: &str, payload: &Payload<'_>) -> serde_json::Result<Option<HttpRequest>> {
        request::price(base, payload).map(Some)
    }

    fn read_price(&self, reply: &Reply) -> Result<Cost, VendorError> {
        response::read_price(reply)
    }

    fn read_sent<'a>(
        &self,
        url: Option<&str>,
        body: &'a Value,
    ) -> Result<Vec<Enclosed<'a>>, LiftError> {
        sent::read(url, body)
    }

    fn read_webhook(&self, hook: &Hook<'_>) -> Result<HookEvent, HookError> {
        webhook::read_webhook(hook)
    }
}

#[cfg(test)]
mod tests {
    use genmux_core::{Body, PartUrl, UploadStage};
    use serde_json::json;

    use super::*;

    const BASE: &str = "https://api.example/v1";

    /// A body of every form that is read.
    fn bodies() -> Vec<Value> {
        vec![
            json!({
                "job": {
                    "jobId": "job_1", "jobType": "custom", "status": "success", "progress": 1,
                    "statusHistory": [{"date": "2026-01-01T00:00:00.000Z", "status": "queued"}],
                    "metadata": {"input": {"prompt": "a boat"}, "assetIds": ["asset_1", "asset_2"]},
                    "billing": {"cuCost": 7.25, "cuDiscount": 0, "cuCostDetails": {"a": 0.5}},
                },
                "creativeUnitsCost": 7.25, "creativeUnitsDiscount": 0, "costDetails": {"a": 7.25},
            }),
            json!({"job": {
                "jobId": "job_1", "status": "failure", "billing": {"cuCost": 1},
                "metadata": {"error": "moderation of the output", "hint": "change it"},
            }}),
            json!({"assets": [{
                "id": "asset_1", "kind": "video", "mimeType": "video/mp4", "status": "success",
                "properties": {"size": 9, "width": 640, "height": 480, "duration": 5.04},
                "metadata": {"seed": "42"}, "nsfw": [], "url": "https://a.example/b?Signature=s",
            }]}),
            json!({"asset": {"id": "asset_1"}}),
            json!({"upload": {
                "id": "upload_1", "status": "imported", "entityId": "asset_1", "errorMessage": "e",
                "parts": [{"number": 1, "url": "https://a.example/1"}],
            }}),
            json!({"reason": "Input width must be at least 672, Input size must be one of 2K, 4K"}),
            json!({"reason": "w", "remainingSeconds": 900, "details": {"actionLimit": 5}}),
            json!({"name": "ModelAccessRestrictedError", "requiredPlan": "p", "trace_id": "t"}),
            json!({"type": "generation.completed", "payload": {"job": {"jobId": "job_1"}}}),
        ]
    }

    /// The same body with one value after the other replaced.
    fn replaced(body: &Value) -> Vec<Value> {
        let odd = [json!(null), json!([]), json!({}), json!(""), json!("é/../?"), json!(-1)];
        let mut all: Vec<Value> = odd.into_iter().chain([json!(1e300), json!(true)]).collect();
        match body {
            Value::Object(members) => all.extend(members.iter().flat_map(|(key, value)| {
                replaced(value).into_iter().map(move |value| {
                    let mut members = members.clone();
                    members.insert(key.clone(), value);
                    Value::Object(members)
                })
            })),
            Value::Array(items) => all.extend(items.iter().enumerate().flat_map(|(at, value)| {
                replaced(value).into_iter().map(move |value| {
                    let mut items = items.clone();
                    items[at] = value;
                    Value::Array(items)
                })
            })),
            _ => {}
        }
        all
    }

    fn reply(status: u16, body: &[u8]) -> Reply {
        let body = bytes::Bytes::copy_from_slice(body);
        http::Response::builder().status(status).body(body).unwrap()
    }

    /// Feeds a body to everything that reads.
    fn feed(body: &[u8]) {
        let headers = http::HeaderMap::new();
        let _ = Scenario.read_webhook(&Hook { headers: &headers, body, secrets: &[], now: 0 });
        for status in [200, 269, 400, 403, 429] {
            let reply = reply(status, body);
            let _ = Scenario.read_submit(&reply, &[]);
            let _ = Scenario.read_status(&reply, &[]);
            let _ = Scenario.read_assets(&reply);
            let _ = Scenario.read_cancel(&reply);
            let _ = Scenario.read_recent(&reply);
            let _ = Scenario.read_price(&reply);
            feed_upload(&reply);
        }
    }

    fn feed_upload(reply: &Reply) {
        use UploadStage::{Complete, Import, Parts, Start};
        let (name, boundary) = ("a.mp4".to_owned(), "b0".to_owned());
        let (mime, body) = ("video/mp4".to_owned(), Body::bytes("clip"));
        let file = UploadFile { name, mime, body, boundary };
        for stage in [Start, Parts, Complete, Import] {
            for sent in [0, usize::MAX] {
                let parts = vec![PartUrl("https://a.example/1".to_owned()); 2];
                let state = UploadState { id: "upload_1".to_owned(), stage, parts, sent };
                let _ = Scenario.read_upload(BASE, &file, state, reply);
            }
        }
    }

    #[test]
    fn no_value_in_a_reply_panics() {
        for body in bodies().iter().flat_map(replaced) {
            feed(body.to_string().as_bytes());
        }
    }

    #[test]
    fn no_cut_and_no_changed_byte_panics() {
        for body in bodies() {
            let text = body.to_string().into_bytes();
            for at in 0..text.len() {
                feed(&text[..at]);
                for byte in [b'"', 0xff] {
                    let mut changed = text.clone();
                    changed[at] = byte;
                    feed(&changed);
                }
            }
        }
    }

    #[test]
    fn what_it_can_do_is_told_by_its_name() {
        assert_eq!((Scenario.provider(), Scenario.capability()), ("scenario", &CAPABILITY));
        assert_eq!(Scenario.auth(), request::AUTH);
        assert_eq!(CAPABILITY.upload_max_bytes, Some(83_886_080_000));
    }
}
