//! A vendor's payload: `[offer or provider] [url]`, then the body.

use std::sync::LazyLock;

use genmux::{Hints, Lifted, Offer, Policy, Recognizer, Request, read_payload};
use serde_json::{Value, json};

use crate::offers::{CATALOG, check_rows, check_violations, same_call};
use crate::promise::{check_kept, check_message};
use crate::split::Input;

static RECOGNIZER: LazyLock<Recognizer> = LazyLock::new(|| Recognizer::new(&CATALOG));

/// What is lifted is a request, no key of the payload is lost, and what is written of it becomes
/// what it was when it is lifted once more.
pub fn run(data: &[u8]) {
    let input = Input::with_words(data);
    let body = match read_payload(input.body) {
        Ok(body) => body,
        Err(error) => return check_message(&error.to_string()),
    };
    let url = input.read(|word| word.contains("://").then_some(word));
    let from = input.read(|word| (!word.contains("://")).then_some(word));
    let mut hints = Hints::default();
    (hints.from, hints.url) = (from, url);
    let found = match RECOGNIZER.recognize(&body, &hints) {
        Ok(found) => found,
        Err(error) => return check_message(&error.to_string()),
    };
    for found in &found {
        match (found.offer(), found.lift()) {
            (Ok(offer), Ok(lifted)) => check(offer, &lifted, found.sent.payload),
            (_, Err(error)) => check_message(&error.to_string()),
            (Err(_), Ok(_)) => unreachable!("it was lifted by an offer"),
        }
    }
}

fn check(offer: &Offer, lifted: &Lifted<'_>, payload: &Value) {
    let ledger = lifted.ledger();
    // An empty object among the options says nothing, so that it is not read.
    let text = serde_json::to_vec(&lifted.request).unwrap();
    let again = Request::from_json(&text).expect("a lifted request can be read");
    check_kept(&again);
    check_rows(&lifted.request, &ledger, &[]);
    check_violations(&lifted.violations, false);
    for (key, _) in payload.as_object().into_iter().flatten().filter(|(_, value)| !is_empty(value))
    {
        let is_below = |path: &str| path == key || path.starts_with(&format!("{key}."));
        let told = ledger.iter().any(|row| row.wire.iter().any(|path| is_below(path)));
        assert!(told, "{key} of {payload} is in no row");
    }
    check_again(offer, lifted);
}

/// A normal form stays what it is.
fn check_again(offer: &Offer, lifted: &Lifted<'_>) {
    let context = same_call(lifted);
    match offer.translate(&lifted.request, &Policy::default(), &context) {
        Err(rejection) => check_violations(rejection.violations(), false),
        Ok(translation) if translation.calls() == 1 => {
            let normal = json!(translation.payload(0));
            let again = offer.lift(&normal).expect("what was written can be lifted");
            let context = same_call(&again);
            let twice = offer.translate(&again.request, &Policy::default(), &context);
            let twice = twice.expect("what was written is accepted when it is lifted");
            assert_eq!(json!(twice.payload(0)), normal, "a normal form became another");
        }
        Ok(_) => {}
    }
}

/// Nothing but `null`, empty lists and empty objects.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
        _ => false,
    }
}
