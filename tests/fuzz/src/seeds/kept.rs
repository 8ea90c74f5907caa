//! What genmux itself keeps.

use genmux::journal::{Intent, Lease, Record, State, VendorJob};
use genmux::{Call, ErrorKind, Job, Request, Ticket, VendorError, context};
use serde_json::{Value, json};

use crate::offers::CATALOG;
use crate::promise::MARK;

pub(crate) fn journal() -> Vec<Vec<u8>> {
    let job = json!(job());
    let begun = json!({ "job": job, "answered": 1, "payloads": [{ "prompt": "a" }], "at": 17,
        "adopts": "id" });
    let mut record = record();
    record.begun = Some(begun.clone());
    let mut seeds = vec![job.clone(), begun, outcome(), manifest(&job), json!(record)];
    for state in State::ALL {
        record.state = state;
        (record.lease, record.begun) = (None, None);
        (record.job, record.outcome) = (Some(job.clone()), Some(outcome()));
        seeds.push(json!(record));
    }
    seeds.iter().map(|seed| seed.to_string().into_bytes()).collect()
}

fn record() -> Record {
    let intent = Intent {
        key: "order-17".to_owned(),
        digest: "00ff".to_owned(),
        offer: "runware/seedream-4.0".to_owned(),
        account: "runware:label".to_owned(),
        request: json!({ "prompt": format!("a boat {MARK}") }),
        options: json!({ "policy": "strict" }),
        tags: [("order".to_owned(), "17".to_owned())].into(),
        save_to: Some("pictures".to_owned()),
        created_at: 1_700_000_000_000,
    };
    let mut record = Record::new(intent, Some(Lease::new("worker", 17, 60_000)));
    record.vendor_jobs = vec![VendorJob { call: 0, id: "job-1".to_owned() }];
    record.error = Some("rate_limited: wait".to_owned());
    record
}

fn job() -> Job {
    let offer = CATALOG.offer("runware/seedream-4.0").unwrap();
    let request = Request::image("a boat");
    let context = context(&request);
    let translation = offer.translate(&request, &genmux::Policy::default(), &context).unwrap();
    let accepted = Ticket { id: "job-1".to_owned(), results: 1, most: 1 };
    let refused = VendorError::new(ErrorKind::RateLimited, "wait").with_code("slow");
    Job {
        version: 1,
        id: "job-1".to_owned(),
        offer: offer.name().to_owned(),
        revision: offer.revision(),
        catalogue: offer.catalogue().to_owned(),
        base_url: "https://api.runware.ai/v1".to_owned(),
        kind: offer.kind(),
        expect: translation.expect(),
        calls: vec![Call::Accepted(accepted), Call::Refused(refused)],
        tags: [("order".to_owned(), "17".to_owned())].into(),
    }
}

fn outcome() -> Value {
    json!({
        "version": 1, "status": "succeeded", "offer": "runware/seedream-4.0", "job": "job-1",
        "artifacts": [{ "kind": "image", "url": "https://im.example/a.jpg?sig=1", "path": "a.jpg",
            "mime": "image/jpeg", "width": 1024, "height": 1024, "seconds": 1.5, "bytes": 3,
            "sha256": "00", "seed": 7, "flagged": false, "asset": "runware:a" }],
        "failures": [{ "kind": "provider_failed", "message": "x", "charged": "unknown",
            "retry_after": { "secs": 1, "nanos": 5 } }, { "kind": { "moderation": "input" },
            "message": "no", "charged": "no" }],
        "shortfall": { "asked": 2, "got": 1 },
        "differences": [{ "field": "size", "asked": "1x1", "got": "2x2" }],
        "cost": { "amount": "0.03", "unit": "USD", "basis": "reported" },
    })
}

fn manifest(job: &Value) -> Value {
    json!({
        "version": 1, "request": { "prompt": "a boat" }, "offer": "runware/seedream-4.0",
        "revision": "2026-03-13", "catalogue": "00", "ledger": [], "expect": job["expect"],
        "job": job, "outcome": outcome(),
    })
}
