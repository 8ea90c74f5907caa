//! Rules over several fields, provider options, and fields that an offer does not take.

use std::collections::BTreeSet;
use std::sync::Arc;

use genmux::Leaf;
use genmux_tests::schema::Subject;
use serde_json::{Value, json};

use crate::case::{Case, Expected, Probe, Refusal, accepted, later, refused};
use crate::limit::{Limit, at, base, leaves, put, rules, sample, sample_item, strings, with};

pub(crate) fn requires(limit: &Limit<'_>) -> Vec<Case> {
    let field = limit.value["field"].as_str().unwrap_or_default();
    let any_of = strings(&limit.value["any_of"]);
    let mut alone = limit.base();
    put(&mut alone, field, sample(limit.subject, field));
    let keeps = |other: &String| {
        let mut request = alone.clone();
        put(&mut request, other, sample(limit.subject, other));
        limit.case(&format!("keeps-{other}"), request, accepted())
    };
    let mut cases: Vec<Case> = any_of.iter().map(keeps).collect();
    let expected = refused(later(field, &any_of[0]), "requires", &any_of);
    cases.push(limit.case("breaks", alone.clone(), expected));
    cases
}

pub(crate) fn excludes(limit: &Limit<'_>) -> Vec<Case> {
    let taken = |list: &Value| {
        let mut fields = leaves(list);
        fields.retain(|field| takes(limit.subject, field));
        fields
    };
    let (ones, others) = (taken(&limit.value["fields"]), taken(&limit.value["with"]));
    let set =
        |field: &str, request| with(limit.subject, request, field, sample(limit.subject, field));
    let mut cases = Vec::new();
    for field in ones.iter().chain(&others) {
        cases.push(limit.case(&format!("keeps-{field}"), set(field, limit.base()), accepted()));
    }
    for one in &ones {
        for other in &others {
            let request = set(other, set(one, limit.base()));
            let violations = exclusions(limit.subject, &request);
            let expected = Refusal { violations, mentions: Vec::new(), ours: false };
            let name = format!("breaks-{one}-{other}");
            cases.push(limit.case(&name, request, Expected::Refused(expected)));
        }
    }
    cases
}

/// Whether the offer has a way to take a field, under its own name or by a size.
fn takes(subject: &Subject, field: &str) -> bool {
    let by_size = matches!(field, "aspect_ratio" | "resolution") && subject.is_wired("size");
    subject.is_wired(field) || by_size
}

/// One conflict for every pair that stands together, on the later field.
fn exclusions(subject: &Subject, request: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for rule in rules(subject, "excludes") {
        for one in leaves(&rule["fields"]) {
            for other in leaves(&rule["with"]) {
                if at(request, one).is_some() && at(request, other).is_some() {
                    found.insert((later(one, other).to_owned(), "conflicts".to_owned()));
                }
            }
        }
    }
    found
}

/// Every other value beside the field is taken; those that are named are not, as sizes neither.
pub(crate) fn excludes_value(limit: &Limit<'_>) -> Vec<Case> {
    let [field, other] = ["field", "with"].map(|key| limit.value[key].as_str().unwrap_or_default());
    let excluded = strings(&limit.value["values"]);
    let mut beside = limit.base();
    put(&mut beside, field, sample(limit.subject, field));
    let words = strings(limit.subject.attribute(other, "words").unwrap_or(&Value::Null));
    let case = |word: &String| {
        let mut request = beside.clone();
        put(&mut request, other, json!(word));
        if !excluded.contains(word) {
            return limit.case(&format!("keeps-{word}"), request, accepted());
        }
        let expected = refused(later(field, other), "conflicts", &[other, word]);
        limit.case(&format!("breaks-{word}"), request, expected)
    };
    words.iter().map(case).collect()
}

pub(crate) fn no_effect(limit: &Limit<'_>) -> Vec<Case> {
    let field = limit.value["field"].as_str().unwrap_or_default();
    let mut alone = limit.base();
    put(&mut alone, field, sample(limit.subject, field));
    // Where only `fit` makes words of a size, strict refuses it in any company.
    let is_taken = field != "size" || limit.subject.attribute(field, "table").is_some();
    let breaks = |other: &&str| {
        let request = with(limit.subject, alone.clone(), other, sample(limit.subject, other));
        let mut expected = refused(field, "no_effect", &[*other]);
        if let (Expected::Refused(refusal), false) = (&mut expected, is_taken) {
            refusal.violations.insert((field.to_owned(), "not_accepted".to_owned()));
        }
        limit.case(&format!("breaks-{other}"), request, expected)
    };
    let others = leaves(&limit.value["with"]);
    let mut cases: Vec<Case> = others.iter().map(breaks).collect();
    let alone = is_taken.then(|| limit.case("keeps", alone.clone(), accepted()));
    cases.extend(alone);
    cases
}

/// References and a count of images together, at every length that the list may have.
pub(crate) fn sum_at_most(limit: &Limit<'_>) -> Vec<Case> {
    let fields = strings(&limit.value["fields"]);
    let (list, count) = (&fields[0], &fields[1]);
    let max = limit.value["max"].as_u64().unwrap_or_default();
    let most = limit.subject.attribute(list, "items").and_then(|items| items[1].as_u64());
    let request = |items: u64, images: Option<u64>| {
        let item = sample_item(limit.subject, list);
        let list_value = vec![item; usize::try_from(items).unwrap_or_default()];
        let mut request = limit.base();
        put(&mut request, list, list_value.into());
        put(&mut request, count, images.map_or(Value::Null, Value::from));
        request
    };
    let mut cases = Vec::new();
    for items in 1..=most.unwrap_or(max - 1).min(max - 1) {
        let room = max - items;
        let name = |position: &str| format!("{position}-{items}");
        cases.push(limit.case(&name("on"), request(items, Some(room)), accepted()));
        if room > 1 {
            let inside = request(items, Some(room - 1));
            cases.push(limit.case(&name("inside"), inside, accepted()));
        }
        let expected = refused(count, "sum_exceeded", &[max + 1, max]);
        cases.push(limit.case(&name("outside"), request(items, Some(room + 1)), expected));
    }
    if most.is_none_or(|most| most >= max) {
        let expected = refused(list, "sum_exceeded", &[max + 1, max]);
        cases.push(limit.case("outside-unset", request(max, None), expected));
    }
    cases
}

/// A provider option, by its type and its closed set of values.
pub(crate) fn option(limit: &Limit<'_>) -> Vec<Case> {
    let values = [json!("x"), json!(1.5), json!(3), json!(true), json!({"a": 1}), json!([1])];
    let kind = limit.value["type"].as_str().unwrap_or_default();
    let fits = |value: &&Value| match kind {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        _ => value.is_array(),
    };
    let closed = limit.value["values"].as_array();
    let field = format!("provider_options.{}", limit.subject.offer.provider());
    let top = limit.field.split('.').next().unwrap_or_default();
    let row = format!("{field}.{top}");
    let case = |value: &Value, expected| {
        let mut request = limit.base();
        put(&mut request, &format!("{field}.{}", limit.field), value.clone());
        limit.case(&format!("{value}"), request, expected)
    };
    let sent = |value: &Value| {
        let wire = Probe::Wire(limit.field.to_owned(), value.clone());
        Expected::Accepted(vec![wire, Probe::Row(row.clone(), "sent")])
    };
    let refuse = || refused::<&str>(&row, "not_accepted", &[]);
    let mut cases = Vec::new();
    cases.extend(closed.into_iter().flatten().map(|value| case(value, sent(value))));
    for value in &values {
        let expected = if fits(&value) && closed.is_none() { sent(value) } else { refuse() };
        cases.push(case(value, expected));
    }
    cases
}

/// Options that the spec does not declare, and options that genmux writes itself.
pub(crate) fn options_of(subject: &Arc<Subject>) -> Vec<Case> {
    let provider = subject.offer.provider();
    let value = Value::Null;
    let limit = Limit { subject, field: "provider_options", attribute: "key", value: &value };
    let case = |path: &str, kind: &str, ours: bool| {
        let mut request = limit.base();
        put(&mut request, &format!("provider_options.{provider}.{path}"), json!("x"));
        let top = path.split('.').next().unwrap_or_default();
        let mut expected = refused(&format!("provider_options.{provider}.{top}"), kind, &[path]);
        if let Expected::Refused(refusal) = &mut expected {
            refusal.ours = ours;
        }
        limit.case(path, request, expected)
    };
    let mut cases = vec![case("no_such_option", "unknown_option", false)];
    // Both frames share one key.
    let mut owned = BTreeSet::new();
    for (field, spec) in subject.spec["fields"].as_object().into_iter().flatten() {
        if spec.get("envelope") != Some(&Value::Bool(true)) {
            owned.extend(crate::limit::wires(subject, field));
        }
    }
    cases.extend(owned.iter().map(|path| case(path, "conflicts", true)));
    cases
}

/// Every field that the offer does not take, and the values that it takes by their meaning.
pub(crate) fn absent_of(subject: &Arc<Subject>) -> Vec<Case> {
    let mut cases = Vec::new();
    for field in Leaf::ALL.iter().map(|leaf| leaf.path()) {
        let value = Value::Null;
        let limit = Limit { subject, field, attribute: "absent", value: &value };
        let unsupported = || refused::<&str>(field, "unsupported", &[]);
        let implied = || Expected::Accepted(vec![Probe::Row(field.to_owned(), "implied")]);
        if field == "kind" {
            cases.extend(kinds(&limit));
        } else if subject.field(field).is_some() || is_reached(subject, field) {
            // Taken, in words of its own or by a table.
        } else if field == "count" {
            cases.push(limit.set("one", json!(1), implied()));
            let calls = Expected::Accepted(vec![Probe::Calls(3)]);
            cases.push(limit.set("several", json!(3), calls));
        } else {
            cases.push(limit.set("any", sample(subject, field), unsupported()));
            let neutral = match field {
                "fps" if subject.model["fps"].is_u64() => subject.model["fps"].clone(),
                "sequential_count" => json!(1),
                "safety" => json!("off"),
                _ => continue,
            };
            cases.push(limit.set("by-meaning", neutral, implied()));
        }
    }
    cases
}

/// Whether one way of naming a size leads to another that the offer takes.
fn is_reached(subject: &Subject, field: &str) -> bool {
    let words = subject.is_wired("aspect_ratio") || subject.is_wired("resolution");
    match field {
        "size" => words,
        "aspect_ratio" | "resolution" => subject.is_wired("size"),
        _ => false,
    }
}

fn kinds(limit: &Limit<'_>) -> Vec<Case> {
    let (own, other) = match limit.subject.spec["kind"].as_str() {
        Some("image") => ("image", "video"),
        _ => ("video", "image"),
    };
    let implied = Expected::Accepted(vec![Probe::Row("kind".to_owned(), "implied")]);
    vec![
        limit.set("on", json!(own), implied),
        limit.set("outside", json!(other), refused("kind", "wrong_kind", &[own, other])),
    ]
}

/// Constants stand in every payload, whatever the request says.
pub(crate) fn constants_of(subject: &Arc<Subject>) -> Vec<Case> {
    let constants = subject.spec["constants"].as_object().into_iter().flatten();
    let mut probes: Vec<Probe> =
        constants.map(|(path, value)| Probe::Wire(path.clone(), value.clone())).collect();
    let provider = |key: &str| subject.provider[key].as_str().map(str::to_owned);
    probes
        .extend(provider("model").map(|path| Probe::Wire(path, json!(subject.offer.vendor_id()))));
    probes.extend(provider("task_id").map(Probe::OnWire));
    if let Some(fps) = subject.model["fps"].as_u64() {
        probes.push(Probe::Expect("fps", fps.into()));
    }
    let value = Value::Null;
    let limit = Limit { subject, field: "constants", attribute: "all", value: &value };
    vec![limit.case("on", base(subject), Expected::Accepted(probes))]
}
