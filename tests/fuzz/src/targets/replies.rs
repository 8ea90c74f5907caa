//! A vendor's reply: `provider status step`, then headers, then the body.

use std::sync::LazyLock;

use bytes::Bytes;
use genmux::{
    Adapter, Body, Charged, Cost, ErrorKind, JobState, Offer, Policy, Reply, Request, Submitted,
    TaskKey, Ticket, UploadFile, UploadStage, UploadState, UploadStep, VendorError, adapter,
};

use crate::offers::CATALOG;
use crate::promise::{check_kept, check_message};
use crate::split::Input;

/// The ids of the tasks that replies are about; seeds name them.
pub(crate) const TASKS: [&str; 2] =
    ["a4c1d2e3-0000-4000-8000-0000000000aa", "a4c1d2e3-0000-4000-8000-0000000000bb"];

const BASE: &str = "https://api.vendor.test/v1";

const STAGES: [(&str, UploadStage); 4] = [
    ("start", UploadStage::Start),
    ("parts", UploadStage::Parts),
    ("complete", UploadStage::Complete),
    ("import", UploadStage::Import),
];

/// Every step reads every reply: into what it asked for, or into an error that can be shown and
/// kept; ids stay within their place in the addresses of the next calls.
pub fn run(data: &[u8]) {
    let input = Input::with_headers(data);
    let named = ["runware", "replicate", "scenario"].map(|name| (name, name));
    let adapter = adapter(input.one_of(&named)).unwrap();
    let status = input.read(|word| word.parse::<http::StatusCode>().ok()).unwrap_or_default();
    let mut reply = Reply::new(Bytes::copy_from_slice(input.body));
    *reply.status_mut() = status;
    reply.headers_mut().clone_from(&input.headers);
    check_submit(adapter, &reply);
    check_status(adapter, &reply);
    check_lists(adapter, &reply);
    check_upload(adapter, &reply, input.one_of(&STAGES));
    if let Some(price) = told(adapter.read_price(&reply)) {
        check_cost(price);
    }
    told(adapter.read_cancel(&reply));
}

/// What is asked of each provider.
static ASKED: LazyLock<(Vec<Offer>, Request)> = LazyLock::new(|| {
    let names = ["runware/seedream-4.0", "replicate/seedream-4.0", "scenario/seedream-4.0"];
    let offers = names.map(|name| CATALOG.offer(name).unwrap()).to_vec();
    (offers, Request::from_json(br#"{"prompt": "a boat", "size": "2048x2048"}"#).unwrap())
});

fn check_submit(adapter: &dyn Adapter, reply: &Reply) {
    let (offers, request) = &*ASKED;
    let offer = offers.iter().find(|offer| offer.provider() == adapter.provider()).unwrap();
    let contexts = TASKS.map(|id| genmux::Context::new(TaskKey::given(id.parse().unwrap())));
    let policy = Policy::default();
    let asked = contexts.iter().map(|context| offer.translate(request, &policy, context).unwrap());
    let asked: Vec<_> = asked.take(adapter.capability().tasks_per_submit).collect();
    let payloads: Vec<_> = asked.iter().map(|translation| translation.payload(0)).collect();
    match adapter.read_submit(reply, &payloads) {
        Ok(results) => {
            assert_eq!(results.len(), payloads.len(), "an answer for each payload");
            for Submitted { id, state } in results.into_iter().filter_map(told) {
                check_id(adapter, &id);
                check_state(&state);
            }
        }
        Err(error) => {
            check_error(&error);
            // Nobody knows what became of it.
            let unclear = reply.status().is_success() && error.kind == ErrorKind::Decode;
            assert!(!unclear || error.charged != Charged::No, "{error} is said to cost nothing");
        }
    }
}

/// An id stands for itself in the addresses of the calls that follow.
fn check_id(adapter: &dyn Adapter, id: &str) {
    let ticket = |id: &str| Ticket { id: id.to_owned(), results: 1, most: 1 };
    let shape = |url: &str| url.matches(['/', '?', '#', '&']).count();
    let urls = |id: &str| {
        let calls = [Some(adapter.poll(BASE, &[ticket(id)])), adapter.cancel(BASE, &ticket(id))];
        calls.into_iter().flatten().map(|call| call.url).collect::<Vec<_>>()
    };
    for (url, plain) in urls(id).iter().zip(urls("plain")) {
        assert_eq!(shape(url), shape(&plain), "{id:?} becomes {url}");
        assert!(url.chars().all(|c| c.is_ascii_graphic()), "{url:?}");
        assert!(!url.split('/').any(|part| part == "." || part == ".."), "{url}");
    }
}

fn check_status(adapter: &dyn Adapter, reply: &Reply) {
    let ticket = |id: &&str| Ticket { id: (*id).to_owned(), results: 1, most: 4 };
    let tickets: Vec<_> =
        TASKS.iter().take(adapter.capability().jobs_per_poll).map(ticket).collect();
    if let Some(states) = told(adapter.read_status(reply, &tickets)) {
        assert_eq!(states.len(), tickets.len(), "a state for each ticket");
        states.iter().flatten().for_each(check_state);
    }
}

fn check_lists(adapter: &dyn Adapter, reply: &Reply) {
    for artifact in told(adapter.read_assets(reply)).unwrap_or_default() {
        check_kept(&artifact);
    }
    let Some(recent) = told(adapter.read_recent(reply)) else { return };
    for job in &recent.jobs {
        assert!(format!("{job:?}").len() < 2000, "a job is shown shortly");
    }
    let next = adapter.recent(BASE, 0, "model", recent.next.as_deref());
    let url = next.map(|call| call.url).unwrap_or_default();
    let is_there = url.is_empty() || url.starts_with(BASE) || url.starts_with("https://");
    assert!(is_there && url.chars().all(|c| c.is_ascii_graphic()), "{url:?}");
}

fn check_upload(adapter: &dyn Adapter, reply: &Reply, awaited: UploadStage) {
    let file = UploadFile {
        name: "image.png".to_owned(),
        mime: "image/png".to_owned(),
        body: Body::bytes("PNG"),
        boundary: "b0".to_owned(),
    };
    let Ok(UploadStep::Send(_, first)) = adapter.upload(BASE, &file) else {
        panic!("a picture can be uploaded")
    };
    let state = UploadState { stage: awaited, ..first };
    match told(adapter.read_upload(BASE, &file, state, reply)) {
        Some(UploadStep::Done(file)) => {
            assert!(!file.wire.is_empty() && !file.asset.is_empty());
        }
        Some(UploadStep::Send(next, state) | UploadStep::Wait(next, state)) => {
            assert!(format!("{next:?} {state:?}").len() < 4000, "a step is shown shortly");
        }
        None => {}
    }
}

pub(crate) fn check_state(state: &JobState) {
    assert!(state.progress.is_none_or(|percent| percent <= 100));
    if let Some(word) = state.vendor_status.as_ref().filter(|word| !word.is_empty()) {
        check_message(word);
    }
    state.failures.iter().for_each(check_error);
    state.artifacts.iter().for_each(check_kept);
    state.cost.into_iter().for_each(check_cost);
    assert!(format!("{state:?}").len() < 4000 * (1 + state.artifacts.len() + state.failures.len()));
}

fn check_cost(cost: Cost) {
    assert!(cost.amount >= genmux::Number::default(), "{cost}");
    check_message(&cost.to_string());
}

/// What was read; an error is checked.
fn told<T>(read: Result<T, VendorError>) -> Option<T> {
    read.inspect_err(check_error).ok()
}

/// An error can be shown on a line and kept as it is.
fn check_error(error: &VendorError) {
    check_message(&error.to_string());
    assert!(error.message.chars().count() <= 500, "{error}");
    for problem in &error.problems {
        assert!(problem.wire.chars().count() <= 500, "{problem:?}");
        check_message(&problem.message);
    }
    check_kept(error);
}
