//! Traffic that people already send, audited from outside.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use std::fmt::Write as _;

use serde_json::{Value, json};

use support::{CLIP_URL, check, clip_task, genmux};

/// The calls of the sample that have findings, by number, each with what must be said of it.
const FAULTS: &[(u64, &[&str])] = &[
    (3, &["size is no key of"]),
    (4, &["image is no key of", "num_outputs is no key of"]),
    (5, &["dryRun is no key of", "referenceImages takes a list, not a string"]),
    (6, &["20000 characters", "512x512 is not in the table"]),
    (7, &["no longer offered since 2026-06-23"]),
    (9, &["maxImages 4 has no effect"]),
    (10, &["duration 99 is above 15", "frames.last needs frames.first"]),
    (11, &["duration takes a number of seconds", "resolution beside size"]),
];
/// Those without a fault.
const CLEAN: [u64; 4] = [1, 2, 8, 12];

fn check_sample(report: &Value) {
    let findings = report["findings"].as_array().unwrap();
    let of = |call: u64| findings.iter().filter(move |finding| finding["call"] == call);
    for (call, said) in FAULTS {
        let messages: Vec<&str> = of(*call).map(|it| it["message"].as_str().unwrap()).collect();
        assert_eq!(messages.len(), said.len(), "{call}: {messages:?}");
        for said in *said {
            assert!(messages.iter().any(|message| message.contains(said)), "{call}: {messages:?}");
        }
    }
    for call in CLEAN {
        assert_eq!(of(call).count(), 0, "{call}: {findings:?}");
    }
    let sums = report["sums"].as_object().unwrap().values().filter_map(Value::as_u64);
    assert_eq!(sums.sum::<u64>(), findings.len() as u64);
    assert_eq!(report["calls"], 12);
}

fn sample() -> Vec<Value> {
    let text = std::fs::read_to_string("../../examples/traffic.jsonl").unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_audit_names_every_fault_of_the_sample_and_none_of_the_clean_calls() {
    let run = genmux(&["audit", "examples/traffic.jsonl", "--json"], "");
    assert_eq!(run.code, 1);
    check_sample(&run.json());
}

#[test]
fn the_same_calls_in_a_script_have_the_same_faults() {
    let mut script = "#!/bin/sh\n# calls\nset -e\necho start; date | cat\n".to_owned();
    for call in sample() {
        let body = call["body"].to_string().replace('\'', r"'\''");
        let url = call["url"].as_str().unwrap();
        writeln!(script, "curl -sS \"{url}\" -H \"Authorization: Bearer $KEY\" \\\n  -d '{body}'")
            .unwrap();
    }
    let run = genmux(&["audit", "-", "--json"], &script);
    assert_eq!(run.code, 1, "{}", run.err);
    check_sample(&run.json());
    assert_eq!(run.json()["findings"][0]["line"], 9);
}

#[test]
fn the_same_calls_in_a_har_file_have_the_same_faults() {
    let entry = |call: Value| {
        json!({
            "request": { "method": "POST", "url": call["url"],
                "postData": { "mimeType": "application/json", "text": call["body"].to_string() } },
            "response": { "status": 200, "content": { "text": "x".repeat(100_000) } }
        })
    };
    let mut entries: Vec<Value> = sample().into_iter().map(entry).collect();
    entries.push(json!({ "request": { "method": "GET", "url": "https://example.com" } }));
    entries.push(json!({ "request": { "method": "POST", "url": "https://example.com",
        "postData": { "text": "a=b" } } }));
    entries.push(json!({ "request": { "method": "POST", "url": CLIP_URL, "postData": { "text": "{\"input\":" } } }));
    let har = json!({ "log": { "version": "1.2", "entries": entries } }).to_string();
    let mut report = genmux(&["audit", "-", "--json"], &har).json();
    assert_eq!((&report["calls"], &report["others"]), (&json!(13), &json!(2)));
    assert_eq!(report["not_looked_at"], 0);
    let last = report["findings"].as_array_mut().unwrap().pop().unwrap();
    assert_eq!((&last["rule"], &last["call"]), (&json!("unreadable"), &json!(15)));
    report["sums"]["unreadable"] = json!(0);
    report["calls"] = json!(12);
    check_sample(&report);
}

#[test]
fn what_the_shell_fills_in_is_no_fault_of_the_body() {
    let script = format!("curl '{CLIP_URL}' -d \"{{\\\"input\\\": $INPUT}}\"");
    check(&["audit", "-"], &script, 2, "not looked at: the body is no JSON before the shell fills");
    let body = r#"{\"input\": {\"prompt\": \"$A\", \"image\": \"$B\", \"duration\": 99}}"#;
    let script = format!("curl '{CLIP_URL}' -d \"{body}\"");
    let report = genmux(&["audit", "-", "--json"], &script).json();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["findings"][0]["field"], "duration");
}

#[test]
fn files_are_told_apart_also_by_unusual_beginnings() {
    let body = json!({ "input": { "prompt": "a", "size": "1x1" } });
    let request = json!({ "url": CLIP_URL, "postData": { "text": body.to_string() } });
    let har = json!({ "made_by": 1, "log": { "entries": [{ "request": request }] } });
    let audit = |text: &str| check(&["audit", "-"], text, 1, "picture or clip: ignored_key 1");
    audit(&har.to_string());
    audit(&serde_json::to_string_pretty(&har).unwrap());
    audit(&format!("\u{feff}{}", json!({ "log": har["log"] })));
    audit(&format!("\u{feff}curl '{CLIP_URL}' -d '{body}'"));
    let curl = format!("\u{feff}curl '{CLIP_URL}' -d '{}'", json!({ "input": { "prompt": "a" } }));
    check(&["lift", "-"], &curl, 0, "seedance-2.0-fast");
}

#[test]
fn findings_beyond_ten_thousand_are_counted_and_not_listed() {
    let mut input: serde_json::Map<String, Value> =
        (0..1_001).map(|at| (format!("key{at}"), json!(1))).collect();
    input.insert("prompt".to_owned(), json!("a boat"));
    let call = json!({ "url": CLIP_URL, "body": { "input": input } });
    let report = genmux(&["audit", "-", "--json"], &format!("{call}\n").repeat(10)).json();
    assert_eq!(report["findings"].as_array().unwrap().len(), 10_000);
    assert_eq!((&report["left_off"], &report["sums"]["ignored_key"]), (&json!(10), &json!(10_010)));
}

#[test]
fn findings_are_told_to_code_review_tools() {
    let run = genmux(&["audit", "examples/traffic.jsonl", "--format", "sarif"], "");
    assert_eq!(run.code, 1);
    let sarif = run.json();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&sarif["version"], &result["ruleId"]), (&json!("2.1.0"), &json!("ignored_key")));
    let location = &result["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "examples/traffic.jsonl");
    assert_eq!(location["region"]["startLine"], 3);
    check(
        &["audit", "examples/traffic.jsonl"],
        "",
        1,
        "examples/traffic.jsonl:3: replicate/seedance-2.0-fast: ignored_key",
    );
}

#[test]
fn what_has_no_findings_ends_with_0() {
    let clean = json!({ "url": CLIP_URL, "body": { "input": { "prompt": "a boat" } } }).to_string();
    check(&["audit", "-"], &clean, 0, ": no findings");
    let pretty = serde_json::to_string_pretty(&clip_task()).unwrap();
    check(&["audit", "-"], &pretty, 0, ": no findings");
    let bare = json!({ "prompt": "a" }).to_string();
    check(&["audit", "-", "--from", "scenario/seedream-3.0"], &bare, 1, "retired_model");
    check(
        &["audit", "-", "--from", "scenario"],
        &bare,
        2,
        "not looked at: this could be a payload of",
    );
}

#[test]
fn broken_files_and_those_of_which_nothing_can_be_read_end_with_2() {
    let audit = |input: &str, expected: &str| check(&["audit", "-"], input, 2, expected);
    audit("{\"log\": {\"entries\": [", "is no HAR file");
    audit("{\"log\": {}}", "missing field `entries`");
    audit("curl -d '{", "the quote ' that opens here is never closed");
    check(&["audit", "-"], "{\"a\":1}\n{\"a\":\n", 2, "-:2: not looked at: column 5");
    for nothing in ["", "hello world", "echo hello", "{\"foo\":1}"] {
        audit(nothing, "no call found that could be looked at");
    }
    let long = format!(
        "{{\"url\":\"{CLIP_URL}\",\"body\":{{\"input\":{{\"prompt\":\"{}\"}}}}}}",
        "a".repeat(5000)
    );
    check(&["audit", "-", "--max-bytes", "1000"], &long, 2, "longer than 1000 bytes");
    let clean = json!({ "url": CLIP_URL, "body": { "input": { "prompt": "a boat" } } });
    check(&["audit", "-"], &format!("{clean}\n{{\n"), 0, "2 calls (1 not looked at)");
}

#[test]
fn keys_of_a_file_steer_no_terminal() {
    let body = "{\"input\":{\"prompt\":\"a\",\"x\\u001b[2J\\r\\ny\":1}}";
    let call = format!("{{\"url\":\"{CLIP_URL}\",\"body\":{body}}}");
    check(&["audit", "-"], &call, 1, "x\\u{1b}[2J\\r\\ny is no key of");
}
