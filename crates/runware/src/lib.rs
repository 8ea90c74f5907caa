//! Runware's side of the wire.
//!
//! One address, `POST https://api.runware.ai/v1`, takes an array of tasks of any type with a bearer
//! key and answers `{"data": [...], "errors": [...]}`. A task carries its own UUID, so a submission
//! that got lost can be sent again or read back without a second charge. Entries are matched to
//! tasks by that UUID alone: order, HTTP status and unknown keys decide nothing that it can decide.
//!
//! The vendor's pages, as of 2026-11-20: <https://runware.ai/docs> with
//! [errors](https://runware.ai/docs/platform/errors),
//! [task polling](https://runware.ai/docs/platform/task-polling),
//! [task responses](https://runware.ai/docs/utilities/task-responses),
//! [media storage](https://runware.ai/docs/platform/media-storage),
//! [rate limits](https://runware.ai/docs/rate-limits) and
//! [webhooks](https://runware.ai/docs/platform/webhooks).

mod error;
mod request;
mod response;
mod sent;
mod upload;
mod webhook;

use std::time::Duration;

use genmux_core::{
    Adapter, Auth, Cancel, Capability, Enclosed, Hook, HookError, HookEvent, Hooks, HttpRequest,
    JobState, LiftError, Payload, Reply, SubmitResult, Ticket, UploadFile, UploadState, UploadStep,
    VendorError,
};
use serde_json::Value;

/// Runware, by REST.
#[derive(Clone, Copy, Debug, Default)]
pub struct Runware;

/// What Runware can do. A value of which no page speaks is ours and says so.
pub const CAPABILITY: Capability = Capability {
    // Ours: an array may hold any number of tasks (models-api/authentication), and one lost reply
    // should not leave many jobs to be read back.
    tasks_per_submit: 10,
    // Ours, likewise: data URIs of results make answers large.
    jobs_per_poll: 50,
    // Ours: no rate is stated, only that a full queue answers 429 (rate limits). It lets 100,000
    // jobs be asked about every ten seconds.
    polls_per_minute: 15_000,
    // A UUID that was used before is `conflictTaskUUID`, and no second task.
    dedupes_submits: true,
    // Every poll repeats the results so far (platform/task-polling).
    results_trickle: true,
    // No page names a call; an abandoned task is billed.
    cancel: Cancel::None,
    cancel_after: false,
    // A dry run exists (`X-Runware-Dry-Run`), but no page shows its reply.
    price: None,
    upload_max_bytes: Some(upload::MOST_BYTES),
    // `progress` of entries that are still processing.
    lends_assets: false,
    progress: true,
    // `cost` comes with `includeCost` only.
    tells_cost: false,
    // How long results stay is stated nowhere.
    outputs_last: None,
    hooks: Hooks::Unsigned,
    // From 1 to 2 s on, exponentially (platform/task-polling); 10 s is the vendor's own SDK's cap.
    poll_every: (Duration::from_secs(1), Duration::from_secs(10)),
};

impl Adapter for Runware {
    fn provider(&self) -> &'static str {
        "runware"
    }

    fn capability(&self) -> &'static Capability {
        &CAPABILITY
    }

    fn auth(&self) -> Auth {
        request::AUTH
    }

    /// `cancel_after` is ignored: the vendor stops nothing by itself.
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
        payloads: &[Payload<'_>],
    ) -> Result<Vec<SubmitResult>, VendorError> {
        response::read_submit(reply, &request::tickets(payloads))
    }

    fn poll(&self, base: &str, tickets: &[Ticket]) -> HttpRequest {
        request::poll(base, tickets)
    }

    fn read_status(
        &self,
        reply: &Reply,
        tickets: &[Ticket],
    ) -> Result<Vec<Option<JobState>>, VendorError> {
        response::read_status(reply, tickets)
    }

    fn cancel(&self, _base: &str, _ticket: &Ticket) -> Option<HttpRequest> {
        None
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
        upload::read_upload(base, file, &state, reply)
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
    use genmux_core::{Body, UploadStage};
    use serde_json::json;

    use super::*;

    /// The UUIDs of two tasks.
    pub(crate) const A: &str = "5b1d0c86-3f55-4b7f-8f0a-6a5f7f3f9a01";
    pub(crate) const B: &str = "0b7c9a52-6d0e-4e0b-9f7e-2f6a1f0f3c11";

    pub(crate) fn reply(status: u16, body: &str) -> Reply {
        let mut reply = Reply::new(body.to_owned().into());
        *reply.status_mut() = status.try_into().unwrap();
        reply
    }

    pub(crate) fn tickets(ids: &[&str], results: u64, most: u64) -> Vec<Ticket> {
        ids.iter().map(|id| Ticket { id: (*id).to_owned(), results, most }).collect()
    }

    pub(crate) fn file(mime: &str, body: Body) -> UploadFile {
        UploadFile { name: "a.png".into(), mime: mime.into(), body, boundary: "b0".into() }
    }

    /// One body of every form that the pages and recordings show.
    fn bodies() -> Vec<Value> {
        let ack = json!({ "taskType": "videoInference", "taskUUID": A });
        let processing = json!({ "taskType": "videoInference", "taskUUID": A,
            "status": "processing", "progress": 40.5 });
        let clip = json!({ "taskType": "videoInference", "taskUUID": A, "status": "success",
            "videoUUID": B, "videoURL": "https://vm.example/a.mp4?sig=1", "seed": 7, "cost": 0.1 });
        let picture = json!({ "taskType": "imageInference", "taskUUID": B, "imageUUID": A,
            "imageBase64Data": "UklGRgAAAABXRUJQ", "NSFWContent": false, "seed": 1.0 });
        let refused = json!({ "code": "missingDimensionParameters", "message": "text",
            "parameter": ["width", "height"], "type": "integer|array", "allowedValues": [5, "a"],
            "documentation": "https://a.example", "taskType": "imageInference", "taskUUID": A });
        let failed = json!({ "taskUUID": B, "status": "error", "error": { "code": "taskFailed" } });
        let stored = json!({ "taskType": "mediaStorage", "taskUUID": A, "operation": "upload",
            "mediaUUID": B, "mediaURL": "https://im.example/b.png" });
        vec![
            json!({ "data": [ack, processing], "unknown": {} }),
            json!({ "data": [clip, picture], "errors": [refused] }),
            json!({ "data": [failed, stored] }),
            json!({ "error": refused, "taskUUID": A, "taskType": "imageInference" }),
            json!([refused, clip]),
            clip,
            refused,
        ]
    }

    /// Feeds a reply to everything that reads one.
    fn read_all(body: &[u8]) {
        let file = file("image/png", Body::bytes("PNG"));
        for status in [200, 429] {
            let mut reply = reply(status, "");
            *reply.body_mut() = body.to_vec().into();
            let asked = tickets(&[A, B], 1, 4);
            let _ = response::read_submit(&reply, &asked);
            let _ = Runware.read_status(&reply, &asked);
            let _ = Runware.read_cancel(&reply);
            let state = UploadState { stage: UploadStage::Start, ..UploadState::default() };
            let _ = Runware.read_upload("https://a.example", &file, state, &reply);
            let _ = Runware.read_assets(&reply);
            let _ = Runware.read_price(&reply);
        }
        let headers = &Reply::default().headers().clone();
        let _ = Runware.read_webhook(&Hook { headers, body, secrets: &[], now: 0 });
    }

    #[test]
    fn no_cut_and_no_wrong_byte_panics() {
        for body in bodies() {
            let body = body.to_string().into_bytes();
            for at in 0..body.len() {
                read_all(&body[..at]);
                for byte in *b"\"0\xff" {
                    let mut wrong = body.clone();
                    wrong[at] = byte;
                    read_all(&wrong);
                }
            }
        }
    }

    /// Every value with one of its parts replaced.
    fn changed(value: &Value, other: &Value) -> Vec<Value> {
        let mut all = vec![other.clone()];
        let keys: Vec<Value> = match value {
            Value::Object(map) => map.keys().map(|key| json!(key)).collect(),
            Value::Array(items) => (0..items.len()).map(|at| json!(at)).collect(),
            _ => Vec::new(),
        };
        for key in keys {
            let part = |whole: &mut Value, new: Option<Value>| -> Value {
                let slot = match &key {
                    Value::String(key) => &mut whole[key.as_str()],
                    at => &mut whole[usize::try_from(at.as_u64().unwrap()).unwrap()],
                };
                new.map_or(slot.clone(), |new| std::mem::replace(slot, new))
            };
            let old = part(&mut value.clone(), None);
            all.extend(changed(&old, other).into_iter().map(|new| {
                let mut whole = value.clone();
                part(&mut whole, Some(new));
                whole
            }));
        }
        all
    }

    #[test]
    fn no_value_of_another_type_panics() {
        let others = [
            json!(null),
            json!(-1.5),
            json!(u64::MAX),
            json!("é"),
            json!([[]]),
            json!({ "code": {}, "error": [{}] }),
            json!(true),
        ];
        for body in bodies() {
            for other in &others {
                for body in changed(&body, other) {
                    read_all(body.to_string().as_bytes());
                }
            }
        }
    }

    #[test]
    fn the_map_leads_to_every_part() {
        assert_eq!((Runware.provider(), Runware.capability()), ("runware", &CAPABILITY));
        assert_eq!(Runware.auth(), Auth::Bearer("RUNWARE_API_KEY"));
        let ticket = &tickets(&[A], 1, 1)[0];
        assert!(Runware.cancel("https://a.example", ticket).is_none());
        assert!(Runware.read_cancel(&reply(200, "{}")).is_err());
        assert!(Runware.assets("https://a.example", &[]).is_none());
        assert!(Runware.submit("https://a.example", &[], None).is_ok());
        assert!(Runware.read_submit(&reply(200, "{}"), &[]).is_err());
    }
}
