//! One case: a request at an offer on a date, what is expected, and the check of both.

use std::collections::BTreeSet;
use std::sync::Arc;

use genmux::{Leaf, Policy, Rejection, Request, Translation, Violation, context};
use genmux_tests::schema::{Subject, bodies};
use libtest_mimic::Failed;
use serde_json::{Value, json};

/// A request at an offer on a date.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) subject: Arc<Subject>,
    pub(crate) request: Value,
    pub(crate) expected: Expected,
}

/// What should become of a case.
pub(crate) enum Expected {
    /// Strictly accepted, valid under the vendor's schema, and all of these hold.
    Accepted(Vec<Probe>),
    /// Refused for exactly these reasons.
    Refused(Refusal),
}

/// The violations of a case, as field and kind, and what their messages must name.
#[derive(Default)]
pub(crate) struct Refusal {
    pub(crate) violations: BTreeSet<(String, String)>,
    pub(crate) mentions: Vec<String>,
    /// A rule of genmux's own, which no vendor's page states.
    pub(crate) ours: bool,
}

/// What must hold of an accepted case.
pub(crate) enum Probe {
    /// The value at a dotted path of the payload.
    Wire(String, Value),
    /// Something stands at a dotted path of the payload.
    OnWire(String),
    /// Nothing stands there.
    NotOnWire(String),
    /// Something stands at a dotted path of the body around the payload.
    InEnvelope(String),
    /// The outcome of a field's row.
    Row(String, &'static str),
    /// The value of a field's row.
    Value(String, Value),
    /// The note of a field's row contains a text.
    Note(String, String),
    /// The number of calls.
    Calls(u64),
    /// The number of media to upload before the payload is sent.
    Uploads(usize),
    /// A key of what to expect back.
    Expect(&'static str, Value),
}

/// A refusal for one reason, whose message must name some numbers or words.
pub(crate) fn refused<T: ToString>(field: &str, kind: &str, mentions: &[T]) -> Expected {
    let violations = [(field.to_owned(), kind.to_owned())].into();
    let mentions = mentions.iter().map(ToString::to_string).collect();
    Expected::Refused(Refusal { violations, mentions, ours: false })
}

pub(crate) fn accepted() -> Expected {
    Expected::Accepted(Vec::new())
}

pub(crate) fn check(case: &Case) -> Result<(), Failed> {
    judge(case).map_err(|problem| format!("{problem}\n  request {}", short(&case.request)).into())
}

fn judge(case: &Case) -> Result<(), String> {
    let text = case.request.to_string();
    let request = Request::from_json(text.as_bytes()).map_err(|error| error.to_string())?;
    let context = context(&request);
    let offer = &case.subject.offer;
    match (offer.translate(&request, &Policy::default(), &context), &case.expected) {
        (Ok(translation), Expected::Accepted(probes)) => {
            check_schema(case, &translation)?;
            probes.iter().try_for_each(|probe| check_probe(case, &translation, probe))
        }
        (Err(rejection), Expected::Refused(refusal)) => check_refusal(case, &rejection, refusal),
        (Err(rejection), Expected::Accepted(_)) => Err(format!("expected accepted: {rejection}")),
        (Ok(translation), Expected::Refused(refusal)) => {
            let payload = json!(translation.payload(0));
            Err(format!("expected {:?}, got {}", refusal.violations, short(&payload)))
        }
    }
}

fn check_schema(case: &Case, translation: &Translation<'_>) -> Result<(), String> {
    for body in bodies(&case.subject.offer, translation) {
        let refusals = case.subject.refusals(&body);
        if !refusals.is_empty() {
            let body = String::from_utf8_lossy(&body).into_owned();
            return Err(format!(
                "the vendor's schema refuses {body}:\n  {}",
                refusals.join("\n  ")
            ));
        }
    }
    Ok(())
}

fn check_refusal(case: &Case, rejection: &Rejection, expected: &Refusal) -> Result<(), String> {
    let got = rejection.violations();
    let pairs: Vec<(String, String)> = got.iter().map(pair).collect();
    if pairs.iter().cloned().collect::<BTreeSet<_>>() != expected.violations {
        return Err(format!("expected {:?}, got {pairs:?}: {rejection}", expected.violations));
    }
    // Two sides of one size break one limit each; but no sentence stands twice.
    let sentences: BTreeSet<&str> = got.iter().map(|one| one.message.as_str()).collect();
    if sentences.len() != got.len() {
        return Err(format!("a reason stands twice: {rejection}"));
    }
    let messages = rejection.to_string();
    for mention in &expected.mentions {
        if !messages.contains(mention) {
            return Err(format!("{mention} is not in the message: {messages}"));
        }
    }
    got.iter().try_for_each(|violation| check_wording(case, violation, expected.ours))
}

fn pair(violation: &Violation) -> (String, String) {
    (violation.field.clone(), json!(violation.kind).as_str().unwrap_or_default().to_owned())
}

fn check_wording(case: &Case, violation: &Violation, ours: bool) -> Result<(), String> {
    let Violation { field, message, source, .. } = violation;
    // A wire key keeps the vendor's own case.
    let capital = message.starts_with(char::is_uppercase) && !field.starts_with("provider_options");
    if capital || message.ends_with('.') || message.is_empty() {
        return Err(format!("the message is no sentence in lower case: {message}"));
    }
    let Some(source) = source.as_deref() else {
        return if ours { Ok(()) } else { Err(format!("no source states: {message}")) };
    };
    let dated = source.rsplit_once(", ").filter(|(page, _)| !page.is_empty());
    let known =
        dated.is_some_and(|(_, date)| date.len() == 10 && date <= case.subject.date.as_str());
    if known { Ok(()) } else { Err(format!("source {source:?} is no page and date in force")) }
}

fn check_probe(case: &Case, translation: &Translation<'_>, probe: &Probe) -> Result<(), String> {
    let payload = json!(translation.payload(0));
    let wire = |path: &str| payload.pointer(&pointer(path));
    let rows = translation.ledger();
    let row = |field: &str| rows.iter().find(|row| row.field == field).map(|row| json!(row));
    let holds = match probe {
        Probe::Wire(path, value) => wire(path) == Some(value),
        Probe::OnWire(path) => wire(path).is_some(),
        Probe::NotOnWire(path) => wire(path).is_none(),
        Probe::InEnvelope(path) => wire(path).is_none() && in_envelope(case, translation, path),
        Probe::Row(field, outcome) => row(field).is_some_and(|row| row["outcome"] == **outcome),
        Probe::Value(field, value) => row(field).is_some_and(|row| row["value"] == *value),
        Probe::Note(field, note) => row(field)
            .is_some_and(|row| row["note"].as_str().is_some_and(|text| text.contains(note))),
        Probe::Calls(calls) => translation.calls() == *calls,
        Probe::Uploads(uploads) => translation.uploads().len() == *uploads,
        Probe::Expect(key, value) => json!(translation.expect())[key] == *value,
    };
    if holds { Ok(()) } else { Err(explain(probe, translation)) }
}

fn in_envelope(case: &Case, translation: &Translation<'_>, path: &str) -> bool {
    let body = bodies(&case.subject.offer, translation).remove(0);
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    body.pointer(&pointer(path)).is_some()
}

fn explain(probe: &Probe, translation: &Translation<'_>) -> String {
    let expected = match probe {
        Probe::Wire(path, value) => format!("{path}: {value} on the wire"),
        Probe::OnWire(path) => format!("{path} on the wire"),
        Probe::NotOnWire(path) => format!("no {path} on the wire"),
        Probe::InEnvelope(path) => format!("{path} beside the payload"),
        Probe::Row(field, outcome) => format!("row {field} {outcome}"),
        Probe::Value(field, value) => format!("row {field} with value {value}"),
        Probe::Note(field, note) => format!("row {field} with note {note:?}"),
        Probe::Calls(calls) => format!("{calls} calls"),
        Probe::Uploads(uploads) => format!("{uploads} uploads"),
        Probe::Expect(key, value) => format!("expect {key}: {value}"),
    };
    let (payload, rows) = (json!(translation.payload(0)), json!(translation.ledger()));
    let (expect, calls) = (json!(translation.expect()), translation.calls());
    let (payload, rows) = (short(&payload), short(&rows));
    format!("expected {expected}, got {calls} calls of {payload}\n  expect {expect}\n  rows {rows}")
}

fn pointer(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(1500) {
        Some((at, _)) => format!("{}… ({} bytes)", &text[..at], text.len()),
        None => text,
    }
}

/// The later of two fields in canonical order.
pub(crate) fn later<'a>(a: &'a str, b: &'a str) -> &'a str {
    if Leaf::from_path(a) > Leaf::from_path(b) { a } else { b }
}
