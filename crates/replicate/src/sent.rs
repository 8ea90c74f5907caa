//! The input read out of a prediction: bare, in a body, or in what the vendor answered.

use std::borrow::Cow;

use genmux_core::{Enclosed, LiftError};
use serde_json::{Map, Value};

/// Keys of an answer that say nothing of what was asked for.
const ANSWERED: [&str; 14] = [
    "id",
    "status",
    "urls",
    "created_at",
    "started_at",
    "completed_at",
    "logs",
    "output",
    "error",
    "metrics",
    "data_removed",
    "source",
    "deadline",
    "version",
];

/// Keys of the body that the vendor takes and a request has no place for.
const AROUND: [&str; 3] = ["version", "webhook_events_filter", "stream"];

/// The input of a prediction. The model stands in the address, or as `model` or `version` in the
/// body; a bare input names none.
pub(crate) fn read<'a>(url: Option<&str>, body: &'a Value) -> Result<Vec<Enclosed<'a>>, LiftError> {
    let path = url.map(|url| url.split(['?', '#']).next().unwrap_or_default());
    if path.is_some_and(|path| !path.ends_with("/predictions")) {
        return Ok(Vec::new());
    }
    let Value::Object(object) = body else { return Ok(Vec::new()) };
    let deployed = path.is_some_and(|path| path.contains("/deployments/"));
    let named = path.and_then(in_address).map(|model| Cow::Owned(model.to_owned()));
    match object.get("input") {
        Some(input @ Value::Object(_)) => Ok(vec![prediction(object, input, named, deployed)]),
        Some(_) => Err(LiftError::Body("input of a prediction is a JSON object".to_owned())),
        None if url.is_some() => {
            Err(LiftError::Body("a prediction is {\"input\": {...}}; there is no input".to_owned()))
        }
        None => Ok(vec![Enclosed::bare(body)]),
    }
}

fn prediction<'a>(
    object: &'a Map<String, Value>,
    input: &'a Value,
    named: Option<Cow<'a, str>>,
    deployed: bool,
) -> Enclosed<'a> {
    let answered = object.contains_key("status") && object.contains_key("id");
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    let model = text("model").or_else(|| text("version")).and_then(model);
    let version_names_model = text("model").is_none() && model.is_some();
    let vendor_id = named.or(model.map(Cow::Borrowed));
    let hidden = match vendor_id {
        Some(_) => None,
        None if deployed => Some("a deployment"),
        None => text("version").map(|_| "the id of a version"),
    };
    let sent = Enclosed::bare(input).of(vendor_id).certain(None).hidden(hidden);
    let is_beside = |key: &str| match key {
        "input" | "model" => false,
        "version" if version_names_model => false,
        key => !(answered && ANSWERED.contains(&key)),
    };
    let beside = object.iter().filter(|(key, _)| is_beside(key));
    beside.fold(sent, |sent, (key, value)| {
        if AROUND.contains(&key.as_str()) { sent.amid(key, value) } else { sent.beside(key, value) }
    })
}

/// `https://host/v1/models/{owner}/{name}/predictions`.
fn in_address(path: &str) -> Option<&str> {
    let (_, model) = path.strip_suffix("/predictions")?.split_once("/models/")?;
    (model.matches('/').count() == 1).then_some(model)
}

/// `owner/name`, with or without a version behind it; the id of a version names no model.
fn model(text: &str) -> Option<&str> {
    let name = text.split(':').next().unwrap_or_default();
    name.contains('/').then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const URL: &str = "https://api.replicate.com/v1/models/acme/clip/predictions?x=1";

    fn check(url: Option<&str>, body: &Value, expected: &str) {
        let read = match read(url, body) {
            Ok(sent) => {
                let shown = |sent: &Enclosed<'_>| {
                    let beside = sent.envelope.iter().chain(&sent.around);
                    let beside: Vec<&str> = beside.map(|(key, _)| *key).collect();
                    let hidden = sent.hidden_by.map(|by| format!(" {by}")).unwrap_or_default();
                    format!("{:?} {} {beside:?}{hidden}", sent.vendor_id, sent.payload)
                };
                sent.iter().map(shown).collect::<Vec<_>>().concat()
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(read, expected, "{body}");
    }

    #[test]
    fn inputs_stand_bare_in_bodies_and_in_answers() {
        let bare = json!({ "prompt": "a" });
        check(None, &bare, "None {\"prompt\":\"a\"} []");
        let body = json!({ "input": {}, "webhook": "https://a.b/c" });
        check(None, &body, "None {} [\"webhook\"]");
        check(Some(URL), &body, "Some(\"acme/clip\") {} [\"webhook\"]");
        check(None, &json!({ "model": "acme/clip:5", "input": {} }), "Some(\"acme/clip\") {} []");
        let version = json!({ "version": "acme/clip:5", "input": {} });
        check(None, &version, "Some(\"acme/clip\") {} []");
        check(
            None,
            &json!({ "version": "5c7d", "input": {} }),
            "None {} [\"version\"] the id of a version",
        );
        let answer = json!({ "id": "x", "status": "succeeded", "version": "hidden",
            "model": "acme/clip", "input": {}, "output": "u", "webhook": "w" });
        check(None, &answer, "Some(\"acme/clip\") {} [\"webhook\"]");
    }

    #[test]
    fn other_bodies_are_not_read() {
        check(Some("https://api.replicate.com/v1/files"), &json!({ "input": {} }), "");
        check(None, &json!([{ "input": {} }]), "");
        check(None, &json!({ "input": "a" }), "input of a prediction is a JSON object");
        let lacking = "a prediction is {\"input\": {...}}; there is no input";
        check(Some(URL), &json!({ "prompt": "a" }), lacking);
    }
}
