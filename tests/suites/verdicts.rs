//! Single questions to an offer on a day, each a trial of its own.

use std::path::Path;

use genmux::{Catalog, CatalogError, Request, context};
use genmux_tests::golden::{self, Answer, Result, trial};
use libtest_mimic::Trial;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A question and what must be true of its answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdict {
    case: String,
    offer: String,
    as_of: String,
    #[serde(default = "strict")]
    policy: String,
    request: Option<Value>,
    /// Payload values of the first call by dotted path; null = not there.
    sends: Option<Map<String, Value>>,
    /// The same for every call, and how many there are.
    calls: Option<Vec<Map<String, Value>>>,
    /// Exactly these violations: field, kind, and the other field of a pair.
    refuses: Option<Vec<Vec<String>>>,
    /// The nearest accepted value of the first violation.
    nearest: Option<Value>,
    /// Outcomes of ledger rows; null = no row.
    rows: Option<Map<String, Value>>,
    /// `live`, `retired`, or `absent` where there is no such offer on the day.
    status: Option<String>,
}

fn strict() -> String {
    "strict".to_owned()
}

/// The trials of one file of verdicts.
pub(crate) fn trials(catalog: &Catalog, topic: &str, path: &Path) -> Result<Vec<Trial>> {
    let text = std::fs::read_to_string(path)?;
    let verdicts: Vec<Verdict> =
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let trials = verdicts.into_iter().map(|verdict| {
        let catalog = catalog.clone();
        let name = format!("{topic}/{}/{}", verdict.offer, verdict.case);
        trial(name, move || check(&catalog, &verdict))
    });
    Ok(trials.collect())
}

fn check(catalog: &Catalog, verdict: &Verdict) -> Result<()> {
    if let Some(expected) = &verdict.status {
        let found = status(catalog, &verdict.offer, &verdict.as_of)?;
        return expect(found == *expected, || format!("{found}, not {expected}"));
    }
    let request = verdict.request.as_ref().ok_or("the verdict has no request")?;
    let answer = golden::ask(catalog, &verdict.offer, &verdict.as_of, &verdict.policy, request)?;
    if let Some(refuses) = &verdict.refuses {
        return check_refusal(refuses, verdict.nearest.as_ref(), &answer);
    }
    expect(answer.violations.is_none(), || format!("refused: {:?}", answer.violations))?;
    check_calls(verdict, &answer)?;
    check_rows(verdict, &answer)
}

fn status(catalog: &Catalog, offer: &str, as_of: &str) -> Result<String> {
    match catalog.as_of(as_of.parse()?).offer(offer) {
        Ok(offer) => Ok(serde_json::from_value(json!(offer.status()))?),
        Err(CatalogError::TooEarly { .. }) => Ok("absent".to_owned()),
        Err(error) => Err(error.into()),
    }
}

fn check_refusal(expected: &[Vec<String>], nearest: Option<&Value>, answer: &Answer) -> Result<()> {
    let violations = answer.violations.as_ref().ok_or("it was accepted")?;
    let violations = violations.as_array().ok_or("no list of violations")?;
    let named = |violation: &Value, count: usize| -> Vec<String> {
        let parts = ["field", "kind", "with"].iter().take(count);
        parts.filter_map(|part| violation[*part].as_str()).map(str::to_owned).collect()
    };
    // A verdict that names no other field does not ask for it.
    let found: Vec<Vec<String>> = violations
        .iter()
        .enumerate()
        .map(|(at, violation)| named(violation, expected.get(at).map_or(3, Vec::len)))
        .collect();
    expect(found == expected, || format!("found {found:?}, expected {expected:?}"))?;
    let Some(nearest) = nearest else { return Ok(()) };
    let found = &violations[0]["nearest"];
    expect(found == nearest, || format!("nearest is {found}, not {nearest}"))
}

fn check_calls(verdict: &Verdict, answer: &Answer) -> Result<()> {
    if let Some(sends) = &verdict.sends {
        check_payload(sends, &answer.payloads[0])?;
    }
    let Some(calls) = &verdict.calls else { return Ok(()) };
    let (expected, found) = (calls.len(), answer.payloads.len());
    expect(expected == found, || format!("{found} calls, not {expected}"))?;
    calls.iter().zip(&answer.payloads).try_for_each(|(call, payload)| check_payload(call, payload))
}

fn check_payload(sends: &Map<String, Value>, payload: &Value) -> Result<()> {
    for (path, expected) in sends {
        let found = golden::at(payload, path).cloned().unwrap_or_default();
        expect(found == *expected, || format!("{path} is {found}, not {expected}: {payload}"))?;
    }
    Ok(())
}

fn check_rows(verdict: &Verdict, answer: &Answer) -> Result<()> {
    let found = golden::outcomes(&answer.ledger);
    for (field, expected) in verdict.rows.iter().flatten() {
        let found = found.get(field).cloned().unwrap_or_default();
        expect(found == *expected, || format!("row {field} is {found}, not {expected}"))?;
    }
    Ok(())
}

fn expect(holds: bool, message: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(message().into()) }
}

/// Replicate's pages disagree on how large a data URI may be; 256 kB is safe.
pub(crate) fn large_data_uri() -> Result<()> {
    let catalog = Catalog::embedded();
    let offer = catalog.offer("replicate/seedance-2.0-fast")?;
    for (bytes, uploads) in [(255_000, 0), (258_000, 1)] {
        // Four characters of base64 are three bytes.
        let uri = format!("data:application/octet-stream;base64,{}", "AAAA".repeat(bytes / 3));
        let request = json!({ "prompt": "to this sound", "references": {
            "images": ["https://assets.example.com/a.png"], "audios": [uri] } });
        let request = Request::from_json(request.to_string().as_bytes())?;
        let context = context(&request);
        let translation = offer.translate(&request, &"strict".parse()?, &context)?;
        let found = translation.uploads();
        expect(found.len() == uploads, || format!("{bytes} bytes: {} uploads", found.len()))?;
        let note = translation.ledger().into_iter().find(|row| row.field == "references.audios");
        let noted = note.and_then(|row| row.note).as_deref() == Some("uploaded when run");
        expect(noted == (uploads == 1), || format!("{bytes} bytes: noted is {noted}"))?;
    }
    Ok(())
}

/// What the spec does not declare goes out only with leave, and says so.
pub(crate) fn unlisted_options() -> Result<()> {
    let catalog = Catalog::embedded();
    let offer = catalog.offer("runware/seedream-4.0")?;
    let request = json!({ "prompt": "a", "sequential_count": 3,
        "provider_options": { "runware": { "steps": 20, "settings": { "x": 1 } } } });
    let request = Request::from_json(request.to_string().as_bytes())?;
    let mut context = context(&request);
    let refused = offer.translate(&request, &"strict".parse()?, &context);
    expect(refused.is_err(), || "it was sent without leave".to_owned())?;
    context.allow_unlisted = true;
    let translation = offer.translate(&request, &"strict".parse()?, &context)?;
    let payload = serde_json::to_value(translation.payload(0))?;
    let sends = json!({ "steps": 20, "settings": { "maxSequentialImages": 3, "x": 1 } });
    let (steps, settings) = (&payload["steps"], &payload["settings"]);
    expect(*steps == sends["steps"] && *settings == sends["settings"], || payload.to_string())?;
    let rows = translation.ledger();
    let mut rows = rows.iter().filter(|row| row.field.starts_with("provider_options."));
    let noted = rows.all(|row| row.note.as_deref() == Some("unlisted"));
    expect(noted, || "a row does not say unlisted".to_owned())
}
