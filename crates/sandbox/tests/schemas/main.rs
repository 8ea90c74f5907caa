//! Every schema against the examples of the vendors' pages, and against what is just inside and
//! just outside of its rules.
//!
//! `tests/pages` holds the requests that the pages print, word for word, and `tests/cases` a file
//! a schema; [`cases`] says how one reads.
#![allow(clippy::expect_used, reason = "helpers of tests")]

mod cases;
mod combinations;
mod pages;
mod support;

use genmux_sandbox::schemas;
use serde_json::Value;

use crate::support::{name, parsed};

/// Objects that a vendor declares without naming a key.
const OPEN: [&str; 2] = ["advancedFeatures", "routing"];

#[test]
fn every_schema_is_a_valid_and_closed_schema_with_a_source() {
    for it in schemas() {
        let json = parsed(it);
        jsonschema::draft202012::meta::validate(&json).expect(it.json);
        assert_eq!(json["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(json["$id"], format!("urn:genmux:sandbox:{}", name(it)));
        assert!(json["description"].as_str().is_some_and(|text| text.contains("Source: ")));
        assert_closed(&json, &name(it));
    }
}

/// Every object below `schema` refuses keys that it does not name, unless no page names them.
fn assert_closed(schema: &Value, at: &str) {
    let comment = schema["$comment"].as_str().unwrap_or_default();
    if schema["type"] == "object" && !comment.starts_with("An object whose keys no page names") {
        assert_eq!(schema["additionalProperties"], false, "{at}");
    }
    for group in ["properties", "$defs"] {
        for (key, below) in schema[group].as_object().into_iter().flatten() {
            assert_closed(below, &format!("{at}/{key}"));
        }
    }
    for below in schema["oneOf"].as_array().into_iter().flatten().chain(schema.get("items")) {
        assert_closed(below, at);
    }
}
