//! A request in JSON: `[offer] [policy]`, then the request.

use genmux::calls::Call;
use genmux::{Offer, Policy, Request, Translation, context, http};
use serde_json::Value;

use crate::offers::{check_rows, check_violations, offer_of};
use crate::promise::{MARK, check_kept, check_length, check_message, check_silent};
use crate::split::Input;

/// What is read is written and read as it was; an offer takes it or says why not; nothing that is
/// said repeats prompt or media.
pub fn run(data: &[u8]) {
    let input = Input::with_words(data);
    let marks_belong = marks_belong(input.body);
    let request = match Request::from_json(input.body) {
        Ok(request) => request,
        Err(error) => {
            check_message(&error.to_string());
            if marks_belong {
                check_silent(&error.to_string());
            }
            return;
        }
    };
    check_kept(&request);
    check_length(serde_json::to_vec(&request).unwrap().len(), input.body.len());
    if marks_belong {
        check_silent(&format!("{request:?}"));
    }
    let policy = input.read(|word| word.parse().ok()).unwrap_or_default();
    translate(&request, offer_of(&input), &policy, marks_belong);
}

fn translate(request: &Request, offer: &Offer, policy: &Policy, marks_belong: bool) {
    let context = context(request);
    match offer.translate(request, policy, &context) {
        Ok(translation) => {
            check_rows(request, &translation.ledger(), &[]);
            serde_json::to_string(&translation.expect()).unwrap();
            for call in [0, translation.calls() - 1] {
                check_call(offer, &translation, call, request);
            }
        }
        Err(rejection) => {
            let violations = rejection.violations();
            assert!(!violations.is_empty(), "a rejection without a reason");
            check_violations(violations, marks_belong);
            check_rows(request, &rejection.ledger(request, &context), violations);
        }
    }
}

/// The call is what its curl command sends.
fn check_call(offer: &Offer, translation: &Translation<'_>, call: u64, request: &Request) {
    let payload = translation.payload(call);
    let sent = http(offer, &payload).unwrap();
    let body: Value = serde_json::from_slice(sent.body.as_bytes().unwrap()).unwrap();
    check_length(body.to_string().len(), serde_json::to_vec(request).unwrap().len());
    let read = Call::read(sent.curl().as_bytes()).expect("our own curl command");
    assert!(read.body == body, "the command sends another body than the call");
    sent.shown().unwrap();
}

/// Whether marks stand as the prompt or within media and URLs alone, so that none may be repeated.
fn marks_belong(text: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<Value>(text) else { return false };
    let text = String::from_utf8_lossy(text);
    let places = ["/prompt", "/frames", "/references", "/delivery"];
    let belonging = places.iter().filter_map(|place| value.pointer(place)).map(marks_in);
    text.matches(MARK).count() == belonging.sum::<usize>()
}

fn marks_in(value: &Value) -> usize {
    match value {
        Value::String(text) => text.matches(MARK).count(),
        Value::Array(items) => items.iter().map(marks_in).sum(),
        Value::Object(media) => {
            media.get("src").map_or(0, marks_in)
                + ["first", "last", "images", "videos", "audios", "webhook_url", "upload_url"]
                    .iter()
                    .filter_map(|key| media.get(*key))
                    .map(marks_in)
                    .sum::<usize>()
        }
        _ => 0,
    }
}
