//! Where a field goes, whether it must be there, and what holds when it is not.

use serde_json::{Value, json};

use crate::case::{Case, Expected, Probe, accepted, refused};
use crate::limit::{Limit, leaves, put, sample, strings, with, words_of};

fn only(probe: Probe) -> Expected {
    Expected::Accepted(vec![probe])
}

pub(crate) fn to(limit: &Limit<'_>) -> Vec<Case> {
    let envelope = limit.beside("envelope") == Some(&Value::Bool(true));
    let probe = |path| if envelope { Probe::InEnvelope(path) } else { Probe::OnWire(path) };
    let probes = limit.wires().into_iter().map(probe).collect();
    let value = sample(limit.subject, limit.field);
    vec![limit.set("on", value, Expected::Accepted(probes))]
}

pub(crate) fn encoding(limit: &Limit<'_>) -> Vec<Case> {
    let wires = limit.wires();
    let sent = |index: usize, value: Value| Probe::Wire(wires[index].clone(), value);
    match limit.value.as_str() {
        Some("single") => {
            let list = sample(limit.subject, limit.field);
            let src = list[0]["src"].clone();
            vec![limit.set("one", list, only(sent(0, src)))]
        }
        Some("frames") => {
            let key = limit.beside("key").and_then(Value::as_str).unwrap_or_default();
            let frame = limit.field.trim_start_matches("frames.");
            let item = sample(limit.subject, limit.field);
            let wire = json!([{ key: item["src"], "frame": frame }]);
            vec![limit.set("alone", item, only(sent(0, wire)))]
        }
        Some("sequence") => vec![
            limit.set(
                "one",
                json!(1),
                Expected::Accepted(vec![
                    sent(0, json!("disabled")),
                    Probe::NotOnWire(wires[1].clone()),
                ]),
            ),
            limit.set(
                "more",
                json!(2),
                Expected::Accepted(vec![sent(0, json!("auto")), sent(1, json!(2))]),
            ),
        ],
        Some("content_check") => content_check(limit),
        other => panic!("{}: no case for the encoding {other:?}", limit.field),
    }
}

fn content_check(limit: &Limit<'_>) -> Vec<Case> {
    let wires = limit.wires();
    let words = limit.beside("words").map(words_of).unwrap_or_default();
    let case = |(word, _): (String, Value)| {
        let mut probes = vec![Probe::Row(limit.field.to_owned(), "implied")];
        if word == "off" {
            probes.extend(wires.iter().cloned().map(Probe::NotOnWire));
        } else {
            probes = vec![Probe::Wire(wires[0].clone(), json!(true))];
            probes.extend(wires.get(1).map(|mode| Probe::Wire(mode.clone(), json!(word))));
        }
        limit.set(&word, json!(word), Expected::Accepted(probes))
    };
    words.into_iter().map(case).collect()
}

pub(crate) fn key(limit: &Limit<'_>) -> Vec<Case> {
    let value = sample(limit.subject, limit.field);
    let key = limit.value.as_str().unwrap_or_default();
    let path = format!("{}.0.{key}", limit.wires().remove(0));
    let src = value["src"].clone();
    vec![limit.set("on", value, only(Probe::Wire(path, src)))]
}

pub(crate) fn envelope(limit: &Limit<'_>) -> Vec<Case> {
    if limit.value == &Value::Bool(true) { to(limit) } else { Vec::new() }
}

pub(crate) fn required(limit: &Limit<'_>) -> Vec<Case> {
    if limit.value != &Value::Bool(true) {
        return Vec::new();
    }
    let missing = || refused::<&str>(limit.field, "missing", &[]);
    let mut cases = vec![
        limit.case("on", limit.base(), accepted()),
        limit.set("outside", Value::Null, missing()),
    ];
    if limit.field == "prompt" {
        cases.push(limit.set("outside-empty", json!(""), missing()));
    } else {
        cases.push(limit.set("outside-empty", json!([]), missing()));
    }
    cases
}

pub(crate) fn required_unless(limit: &Limit<'_>) -> Vec<Case> {
    let without = {
        let mut request = limit.base();
        put(&mut request, limit.field, Value::Null);
        request
    };
    let case = |field: &&str| {
        let request = with(limit.subject, without.clone(), field, sample(limit.subject, field));
        let wires = limit.wires().into_iter().map(Probe::NotOnWire).collect();
        limit.case(&format!("unless-{field}"), request, Expected::Accepted(wires))
    };
    let taken = leaves(limit.value);
    let taken: Vec<&str> =
        taken.into_iter().filter(|field| limit.subject.is_wired(field)).collect();
    let mut cases: Vec<Case> = taken.iter().map(case).collect();
    cases.extend(taken.first().and_then(|field| empty(limit, field)));
    cases.push(limit.set("on", sample(limit.subject, limit.field), accepted()));
    let expected = match limit.field {
        "size" => only(Probe::Row(default_size_row(limit).to_owned(), "added")),
        field => refused::<&str>(field, "missing", &[]),
    };
    cases.push(limit.case("outside", without.clone(), expected));
    cases
}

/// An empty text is no text that the vendor takes, also where it may be left out.
fn empty(limit: &Limit<'_>, unless: &str) -> Option<Case> {
    let min = limit.beside("chars")?[0].as_u64()?;
    let request = with(limit.subject, limit.base(), unless, sample(limit.subject, unless));
    let request = with(limit.subject, request, limit.field, "".into());
    let expected = refused(limit.field, "too_short", &[0, min]);
    Some(limit.case("outside-empty", request, expected))
}

/// Where the vendor wants a size and nobody names one, the lab's default tier is sent.
fn default_size_row(limit: &Limit<'_>) -> &'static str {
    let words = limit.subject.attribute("resolution", "words").map(words_of).unwrap_or_default();
    let tier = &limit.subject.model["default_tier"];
    if words.iter().any(|(word, _)| word == tier) { "resolution" } else { "size" }
}

/// A request in which the implied value holds, less one group of what it needs beside it.
fn implying(limit: &Limit<'_>, value: &Value, less: Option<&str>) -> Value {
    let groups = limit.beside("implied_with").map(strings).unwrap_or_default();
    let mut request = with(limit.subject, limit.base(), limit.field, value.clone());
    for group in groups.iter().filter(|group| Some(group.as_str()) != less) {
        let field = leaves(&json!([group]))[0];
        request = with(limit.subject, request, field, sample(limit.subject, field));
    }
    request
}

pub(crate) fn implied(limit: &Limit<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for value in limit.value.as_array().into_iter().flatten() {
        let expected = only(Probe::Row(limit.field.to_owned(), "implied"));
        let request = implying(limit, value, None);
        cases.push(limit.case(&format!("on-{value}"), request, expected));
        if let Some(flag) = value.as_bool().filter(|_| !limit.subject.is_wired(limit.field)) {
            let expected = refused(limit.field, "not_accepted", &[flag]);
            cases.push(limit.set(&format!("outside-{}", !flag), json!(!flag), expected));
        }
    }
    let nothing_else = !limit.subject.is_wired("size") && !limit.subject.is_wired(limit.field);
    if limit.field == "aspect_ratio" && nothing_else {
        let expected = refused(limit.field, "not_accepted", &["1:1", "auto"]);
        cases.push(limit.set("outside-1:1", json!("1:1"), expected));
    }
    cases
}

/// The implied value needs all of its groups.
pub(crate) fn implied_with(limit: &Limit<'_>) -> Vec<Case> {
    let value = limit.beside("implied").and_then(|values| values.get(0)).cloned();
    let value = value.unwrap_or_default();
    let words = limit.beside("words").map(words_of).unwrap_or_default();
    let wire = words.into_iter().find(|(word, _)| value == **word).map(|(_, wire)| wire);
    let case = |group: &String| {
        // What is not implied has a word of its own at some offers.
        let expected = match &wire {
            Some(wire) => only(Probe::Wire(limit.wires().remove(0), wire.clone())),
            None => refused(limit.field, "not_accepted", &[value.as_str().unwrap_or_default()]),
        };
        let request = implying(limit, &value, Some(group));
        limit.case(&format!("outside-no-{group}"), request, expected)
    };
    strings(limit.value).iter().map(case).collect()
}

pub(crate) fn default(limit: &Limit<'_>) -> Vec<Case> {
    let field = limit.field.to_owned();
    let mut probes =
        vec![Probe::Row(field.clone(), "defaulted"), Probe::Value(field, limit.value.clone())];
    probes.extend(limit.wires().into_iter().map(Probe::NotOnWire));
    vec![limit.case("unset", limit.base(), Expected::Accepted(probes))]
}

pub(crate) fn note(limit: &Limit<'_>) -> Vec<Case> {
    let note = limit.value.as_str().unwrap_or_default().to_owned();
    let probe = Probe::Note(limit.field.to_owned(), note);
    let implied = limit.beside("implied").and_then(|values| values.get(0));
    let request = match implied {
        Some(value) => implying(limit, value, None),
        None => with(limit.subject, limit.base(), limit.field, sample(limit.subject, limit.field)),
    };
    vec![limit.case("set", request, only(probe))]
}

pub(crate) fn split_with(limit: &Limit<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for field in leaves(limit.value) {
        for (number, calls) in [(1, 1), (2, 2)] {
            let mut request = with(limit.subject, limit.base(), field, json!(number));
            put(&mut request, limit.field, json!(2));
            let name = format!("{field}-{number}");
            cases.push(limit.case(&name, request, only(Probe::Calls(calls))));
        }
    }
    cases
}

pub(crate) fn beside(limit: &Limit<'_>) -> Vec<Case> {
    let keys = limit.value.as_object().into_iter().flatten();
    let probes = keys.map(|(path, value)| Probe::Wire(path.clone(), value.clone())).collect();
    let value = sample(limit.subject, limit.field);
    vec![limit.set("on", value, Expected::Accepted(probes))]
}

/// Attributes that only say where the others stand; merging takes them out.
pub(crate) fn nothing(_: &Limit<'_>) -> Vec<Case> {
    Vec::new()
}
