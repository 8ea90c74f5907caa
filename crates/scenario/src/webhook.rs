//! Deliveries of webhooks, which are registered for a project and not named in a request.
//!
//! Header and algorithm of the signature and the form of the payload are not documented
//! (`scenario-sdk` 2.4.0), so that a delivery only says which job is to be read back.

use genmux_core::{Hook, HookError, HookEvent};
use serde_json::Value;

use crate::response::text;

/// Where the id of a job may stand.
const PLACES: [&str; 6] = [
    "/payload/job/jobId",
    "/job/jobId",
    "/payload/jobId",
    "/jobId",
    "/data/job/jobId",
    "/data/jobId",
];

pub(crate) fn read_webhook(hook: &Hook<'_>) -> Result<HookEvent, HookError> {
    let body: Value =
        serde_json::from_slice(hook.body).map_err(|error| HookError::Body(error.to_string()))?;
    let job = PLACES.iter().find_map(|place| text(body.pointer(place)?));
    let job = job.ok_or_else(|| HookError::Body("it names no job".to_owned()))?;
    Ok(HookEvent { job: job.to_owned(), state: None, signed: false })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &[u8]) -> Result<HookEvent, HookError> {
        let headers = http::HeaderMap::new();
        read_webhook(&Hook { headers: &headers, body, secrets: &["secret"], now: 0 })
    }

    #[track_caller]
    fn check(body: &Value, job: &str) {
        let event = HookEvent { job: job.to_owned(), state: None, signed: false };
        assert_eq!(read(body.to_string().as_bytes()), Ok(event));
    }

    #[track_caller]
    fn check_ignored(body: &[u8]) {
        assert!(matches!(read(body), Err(HookError::Body(_))), "{:?}", read(body));
    }

    #[test]
    fn the_record_of_an_event_names_a_job() {
        let event = json!({
            "id": "event_1", "endpointId": "webhook_1", "type": "generation.completed",
            "status": "created", "attempts": [],
            "payload": {"job": {"jobId": "job_1", "status": "success"}},
        });
        check(&event, "job_1");
    }

    #[test]
    fn a_job_is_found_wherever_it_may_stand() {
        check(&json!({"job": {"jobId": "job_1"}}), "job_1");
        check(&json!({"payload": {"jobId": "job_1", "extra": null}}), "job_1");
        check(&json!({"jobId": "job_1"}), "job_1");
        check(&json!({"data": {"job": {"jobId": "job_1"}}}), "job_1");
        check(&json!({"data": {"jobId": "job_1"}}), "job_1");
    }

    #[test]
    fn an_empty_place_is_passed_over() {
        check(&json!({"payload": {"job": null}, "jobId": "job_1"}), "job_1");
        check(&json!({"payload": {"jobId": ""}, "data": {"jobId": "a/../b?c"}}), "a/../b?c");
    }

    #[test]
    fn a_state_is_never_believed() {
        let forged = json!({"job": {"jobId": "job_1", "status": "success", "signed": true}});
        check(&forged, "job_1");
    }

    #[test]
    fn everything_else_is_ignored() {
        for body in ["", "{}", "[]", "null", "<html>", "{\"jobId\":\"job", r#"{"jobId":7}"#] {
            check_ignored(body.as_bytes());
        }
        check_ignored(br#"{"type":"asset.download.completed","payload":{"assetId":"asset_1"}}"#);
        check_ignored(&[0xff, 0x00, b'{']);
    }

    #[test]
    fn a_message_repeats_nothing_of_the_body() {
        let error = read(br#"{"prompt":"secret boat"}"#).unwrap_err();
        assert!(!error.to_string().contains("boat"), "{error}");
        let error = read(br#"{"prompt":secret}"#).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
