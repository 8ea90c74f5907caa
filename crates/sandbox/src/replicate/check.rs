//! Request bodies, checked as the service does: the body first, then `input` against the model's
//! input schema, with the words of the Go library that it uses (xeipuuv/gojsonschema).

use serde_json::{Map, Value};

/// One entry of `invalid_fields`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invalid {
    pub(crate) kind: &'static str,
    pub(crate) field: String,
    pub(crate) description: String,
}

impl Invalid {
    fn new(kind: &'static str, field: &str, description: impl Into<String>) -> Self {
        Self { kind, field: field.to_owned(), description: description.into() }
    }

    /// `- input.seed: Invalid type. …` and a newline; at the root no name stands before the text.
    pub(crate) fn line(&self) -> String {
        let name = if self.field.is_empty() { String::new() } else { format!("{}: ", self.field) };
        format!("- {name}{}\n", self.description)
    }
}

/// Keys of a request body beside `input`.
const KEYS: [&str; 3] = ["webhook", "webhook_events_filter", "stream"];

/// The body around `input`: required keys first, then keys that do not belong there.
pub(crate) fn body(body: &Map<String, Value>, by_version: bool) -> Vec<Invalid> {
    let required: &[&str] = if by_version { &["version", "input"] } else { &["input"] };
    let missing = required.iter().filter(|key| !body.contains_key(**key));
    let mut found: Vec<Invalid> =
        missing.map(|key| Invalid::new("required", "", format!("{key} is required"))).collect();
    let known = |key: &str| KEYS.contains(&key) || required.contains(&key);
    found.extend(body.keys().filter(|key| !known(key)).map(|key| {
        let text = format!("Additional property {key} is not allowed");
        Invalid::new("additional_property_not_allowed", "", text)
    }));
    if body.get("input").is_some_and(|input| !input.is_object()) {
        found.push(wrong_type("input", "object", &body["input"]));
    }
    found.extend(webhook(body));
    found
}

/// HTTPS, as the service asks; loopback is the sandbox's own exception.
fn webhook(body: &Map<String, Value>) -> Option<Invalid> {
    let url = body.get("webhook")?;
    let Some(text) = url.as_str() else { return Some(wrong_type("webhook", "string", url)) };
    let taken = text.starts_with("https://") || crate::hook::is_loopback(text);
    (!taken).then(|| Invalid::new("format", "webhook", "Does not match format 'uri'"))
}

/// `input` against an input schema; keys that it does not know are ignored, as the service does.
pub(crate) fn input(input: &Value, schema: &Value) -> Vec<Invalid> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut found: Vec<Invalid> = required
        .filter(|key| input.get(*key).is_none())
        .map(|key| Invalid::new("required", "input", format!("{key} is required")))
        .collect();
    for (name, value) in input.as_object().into_iter().flatten() {
        if let Some(rule) = schema["properties"].get(name) {
            property(&format!("input.{name}"), value, rule, &mut found);
        }
    }
    found
}

fn property(field: &str, value: &Value, rule: &Value, found: &mut Vec<Invalid>) {
    let expected = rule["type"].as_str().unwrap_or_default();
    if !is_of(value, expected) {
        return found.push(wrong_type(field, expected, value));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        property(&format!("{field}.{index}"), item, &rule["items"], found);
    }
    found.extend(one_of(field, value, rule));
    found.extend(range(field, value, rule));
    found.extend(format(field, value, rule));
}

fn wrong_type(field: &str, expected: &str, value: &Value) -> Invalid {
    let text = format!("Invalid type. Expected: {expected}, given: {}", name_of(value));
    Invalid::new("invalid_type", field, text)
}

/// `5.0` counts as an integer.
fn is_of(value: &Value, expected: &str) -> bool {
    let given = name_of(value);
    given == expected || (expected == "number" && given == "integer")
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(it) if it.as_f64().is_some_and(|it| it.fract() == 0.0) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn one_of(field: &str, value: &Value, rule: &Value) -> Option<Invalid> {
    let accepted = rule["enum"].as_array().filter(|words| !words.contains(value))?;
    let words: Vec<String> = accepted.iter().map(Value::to_string).collect();
    let name = field.trim_start_matches("input.");
    let text = format!("{name} must be one of the following: {}", words.join(", "));
    Some(Invalid::new("enum", field, text))
}

fn range(field: &str, value: &Value, rule: &Value) -> Option<Invalid> {
    let (number, low, high) = (value.as_f64()?, &rule["minimum"], &rule["maximum"]);
    if low.as_f64().is_some_and(|low| number < low) {
        let text = format!("Must be greater than or equal to {low}");
        return Some(Invalid::new("number_gte", field, text));
    }
    let above = high.as_f64().is_some_and(|high| number > high);
    let text = || format!("Must be less than or equal to {high}");
    above.then(|| Invalid::new("number_lte", field, text()))
}

/// A URL needs a scheme and no backslash; `data:` and `http:` pass.
fn format(field: &str, value: &Value, rule: &Value) -> Option<Invalid> {
    let text = value.as_str().filter(|_| rule["format"] == "uri")?;
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme);
    let valid = scheme.starts_with(|it: char| it.is_ascii_alphabetic())
        && scheme.chars().all(|it| it.is_ascii_alphanumeric() || "+-.".contains(it))
        && !text.contains('\\');
    (!valid).then(|| Invalid::new("format", field, "Does not match format 'uri'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(value: &Value) -> Vec<String> {
        let schema = super::super::catalog::input_schema("seedance-2.0-fast").unwrap();
        input(value, &schema).iter().map(Invalid::line).collect()
    }

    #[test]
    fn texts_are_those_of_the_service() {
        assert_eq!(found(&json!({})), ["- input: prompt is required\n"]);
        assert_eq!(
            found(&json!({"prompt": "a", "resolution": "1080p"})),
            ["- input.resolution: resolution must be one of the following: \"480p\", \"720p\"\n"]
        );
        assert_eq!(
            found(&json!({"prompt": "a", "duration": 99})),
            ["- input.duration: Must be less than or equal to 15\n"]
        );
        assert_eq!(
            found(&json!({"prompt": "a", "duration": "5"})),
            ["- input.duration: Invalid type. Expected: integer, given: string\n"]
        );
        assert_eq!(
            found(&json!({"prompt": "a", "reference_images": ["https://a/b.png", "b.png"]})),
            ["- input.reference_images.1: Does not match format 'uri'\n"]
        );
    }

    #[test]
    fn unknown_inputs_and_whole_floats_pass() {
        assert_eq!(found(&json!({"prompt": "a", "size": "1280x720", "duration": 5.0})), [""; 0]);
    }

    #[test]
    fn unknown_keys_beside_input_are_refused() {
        let found = body(json!({"model": "a/b", "input": {}}).as_object().unwrap(), true);
        let lines: String = found.iter().map(Invalid::line).collect();
        assert_eq!(lines, "- version is required\n- Additional property model is not allowed\n");
    }
}
