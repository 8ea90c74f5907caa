//! Input descriptors: a schema's properties in the vendor's own words.

use serde_json::{Map, Value, json};

use crate::VendorSchema;
use crate::certain::certain;

/// Defaults by the vendor's pages; absent where they print none.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("dreamina-3.1", "aspectRatio", "\"4:3\""),
    ("dreamina-3.1", "resolution", "\"2K\""),
    ("dreamina-3.1", "width", "1328"),
    ("dreamina-3.1", "height", "1328"),
    ("seedream-3.0", "width", "2048"),
    ("seedream-3.0", "height", "2048"),
    ("seedream-4.0", "size", "\"4K\""),
    ("seedream-4.0", "aspectRatio", "\"auto\""),
    ("seedream-4.5", "size", "\"4K\""),
    ("seedream-4.5", "aspectRatio", "\"auto\""),
    ("seedream-5.0", "width", "2048"),
    ("seedream-5.0", "height", "2048"),
    ("seedance-1.0", "duration", "5"),
    ("seedance-1.0", "resolution", "\"1080p\""),
    ("seedance-1.0", "aspectRatio", "\"16:9\""),
    ("seedance-1", "cameraFixed", "false"),
    ("seedance-1.5", "duration", "5"),
    ("seedance-1.5", "resolution", "\"720p\""),
    ("seedance-1.5", "aspectRatio", "\"16:9\""),
    ("seedance-1.5", "generateAudio", "true"),
    ("seedance-2", "generateAudio", "true"),
    ("seedance-2.0", "duration", "-1"),
    ("seedance-2.0", "resolution", "\"720p\""),
    ("seedance-2.0", "aspectRatio", "\"adaptive\""),
];

pub(crate) fn all(slug: &str, schema: &VendorSchema) -> Vec<Value> {
    let parsed: Value = serde_json::from_str(schema.json).unwrap_or_default();
    let required = parsed["required"].as_array().cloned().unwrap_or_default();
    let published = certain(parsed["properties"].clone()).unwrap_or_default();
    let members = published.as_object().into_iter().flatten();
    members.map(|(name, rule)| input(slug, name, rule, required.contains(&json!(name)))).collect()
}

fn input(slug: &str, name: &str, rule: &Value, required: bool) -> Value {
    let kind = kind(rule);
    let pairs = [
        ("allowedValues", "enum"),
        ("min", "minimum"),
        ("max", "maximum"),
        ("step", "multipleOf"),
        ("minLength", "minItems"),
        ("maxLength", "maxItems"),
        ("maxLength", "maxLength"),
    ];
    let known = pairs.iter().filter_map(|(ours, theirs)| Some((*ours, rule.get(*theirs)?.clone())));
    let mut row: Map<String, Value> = known.map(|(key, value)| (key.to_owned(), value)).collect();
    row.insert("name".into(), json!(name));
    row.insert("type".into(), json!(kind));
    row.insert("costImpact".into(), json!(false));
    if kind.starts_with("file") {
        row.insert("kind".into(), json!(media(name)));
    }
    let default = DEFAULTS.iter().find(|(line, key, _)| slug.starts_with(line) && *key == name);
    if let Some(value) = default.and_then(|(.., text)| serde_json::from_str::<Value>(text).ok()) {
        row.insert("default".into(), value);
    }
    if required {
        row.insert("required".into(), json!({"always": true}));
    } else if slug.starts_with("seedance-2.0") && name == "image" {
        // Mini's record has the rule too, although it has no last frame any more.
        let rule = json!({"message": "A last frame needs a first frame"});
        row.insert("required".into(), json!({"ifDefined": {"lastFrameImage": rule}}));
    }
    Value::Object(row)
}

fn kind(rule: &Value) -> &'static str {
    let words = rule["enum"].as_array();
    match rule["type"].as_str() {
        Some("array") => "file_array",
        Some("integer" | "number") => "number",
        Some("boolean") => "boolean",
        _ if is_file(rule) => "file",
        _ if rule["oneOf"].is_array() => "number",
        _ if words.is_some_and(|it| it.iter().all(Value::is_number)) => "number",
        _ => "string",
    }
}

/// Whether an input is one asset; lists of them are arrays.
pub(crate) fn is_file(rule: &Value) -> bool {
    rule["$ref"] == "#/$defs/media"
}

fn media(name: &str) -> &'static str {
    if name.contains("Video") {
        "video"
    } else if name.to_lowercase().contains("audio") {
        "audio"
    } else {
        "image"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(slug: &str, as_of: &str, name: &str) -> Value {
        let rows = all(slug, crate::schema("scenario", slug, as_of).unwrap());
        rows.into_iter().find(|it| it["name"] == name).unwrap()
    }

    #[test]
    fn files_and_numbers_are_told_from_words() {
        let now = "9999-12-31";
        let audio = row("omnihuman-1.5", now, "audioUrl");
        assert_eq!((&audio["type"], &audio["kind"]), (&json!("file"), &json!("audio")));
        let videos = row("seedance-2.0", now, "referenceVideos");
        assert_eq!((&videos["type"], &videos["kind"]), (&json!("file_array"), &json!("video")));
        let seconds = row("seedance-2.0-mini", now, "duration");
        assert_eq!((&seconds["type"], &seconds["default"]), (&json!("number"), &json!(-1)));
        assert_eq!(row("seedream-5.0-pro", now, "width")["step"], 16);
    }

    #[test]
    fn a_last_frame_asks_for_a_first_one_even_where_it_is_gone() {
        let image = row("seedance-2.0-mini", "2026-11-20", "image");
        assert!(image["required"]["ifDefined"]["lastFrameImage"].is_object(), "{image}");
    }
}
