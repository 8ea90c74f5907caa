//! Handles of jobs that nobody submitted, as many as are wanted.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // A panic is a failed test.

use std::collections::BTreeMap;

use genmux::{Call, Client, Job, Mode, Provider as _, Request, RunOptions, Ticket};

/// What a submission to an offer gives, without its calls.
pub fn handle(client: &Client, offer: &str, base_url: &str) -> Job {
    let vendor = client.vendor(offer).unwrap();
    let mut request = Request::default();
    request.prompt = Some("a paper boat".into());
    request.aspect_ratio = "16:9".parse().ok();
    let options = RunOptions { policy: Mode::Drop.into(), ..RunOptions::default() };
    Job {
        version: 1,
        id: String::new(),
        offer: offer.to_owned(),
        revision: vendor.offer().revision(),
        catalogue: vendor.offer().catalogue().to_owned(),
        base_url: base_url.to_owned(),
        kind: vendor.offer().kind(),
        expect: vendor.translate(&request, &options).unwrap().expect,
        calls: Vec::new(),
        tags: BTreeMap::new(),
    }
}

/// A handle with one call, under an id of its own.
pub fn numbered(alike: &Job, at: usize) -> Job {
    let id = format!("{at:08x}-3f55-4b7f-8f0a-{at:012x}");
    let call = Call::Accepted(Ticket { id: id.clone(), results: 1, most: 1 });
    Job { id, calls: vec![call], ..alike.clone() }
}
