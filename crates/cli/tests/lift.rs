//! Payloads read back: lift, convert, compare --from and audit from outside.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use std::fmt::Write as _;

use serde_json::{Value, json};

use support::genmux;

const CLIP: &str = "https://api.replicate.com/v1/models/bytedance/seedance-2.0-fast/predictions";

fn task() -> Value {
    json!([{
        "taskType": "videoInference", "taskUUID": "24cd5dff-cb81-4db5-8506-b72a9425f9d1",
        "model": "bytedance:2@1", "positivePrompt": "a paper boat", "width": 1920, "height": 1088,
        "duration": 1.2, "providerSettings": { "bytedance": { "cameraFixed": false } }
    }])
}

#[track_caller]
fn check(args: &[&str], input: &str, code: i32, expected: &str) {
    let run = genmux(args, input);
    assert_eq!(run.code, code, "{} {}", run.out, run.err);
    assert!(run.err.contains(expected) || run.out.contains(expected), "{} {}", run.out, run.err);
}

#[test]
fn a_task_is_lifted_by_itself_or_by_a_name() {
    for from in
        [None, Some("runware"), Some("runware/seedance-1.0-pro"), Some("runware/bytedance:2@1")]
    {
        let args: Vec<&str> =
            ["lift", "-"].into_iter().chain(from.map(|_| "--from")).chain(from).collect();
        let run = genmux(&args, &task().to_string());
        assert_eq!(run.code, 0, "{}", run.err);
        let lifted = run.json();
        assert_eq!(lifted["offer"]["model"], "seedance-1.0-pro");
        assert_eq!(lifted["request"]["size"], "1920x1088");
        assert_eq!(lifted["request"]["camera_fixed"], false);
        assert_eq!(lifted["violations"], json!([]));
    }
}

#[test]
fn what_translate_prints_as_curl_lift_reads() {
    let request =
        r#"{"prompt":"it's \"a\" boat\n","duration":5,"delivery":{"webhook_url":"https://a.b/c"}}"#;
    let args = ["translate", "-", "--to", "replicate/seedance-2.0-fast", "--format", "curl"];
    let curl = genmux(&args, request).out;
    let run = genmux(&["lift", "-", "--request-only"], &curl);
    let mut expected: Value = serde_json::from_str(request).unwrap();
    expected["kind"] = "video".into();
    assert_eq!(run.json(), expected, "{curl}");
}

#[test]
fn a_limit_that_is_broken_stands_beside_the_request() {
    let body = json!({ "input": { "prompt": "a", "duration": 99, "size": "1280x720" } });
    let args = ["lift", "-", "--from", "replicate/seedance-2.0-fast"];
    let run = genmux(&args, &body.to_string());
    assert_eq!(run.code, 1);
    let lifted = run.json();
    assert_eq!(lifted["request"]["duration"], 99);
    assert_eq!(lifted["violations"][0]["kind"], "above_maximum");
    assert_eq!(lifted["request"]["provider_options"]["replicate"]["size"], "1280x720");
    let rows = lifted["ledger"].as_array().unwrap();
    let row = rows.iter().find(|row| row["field"] == "provider_options.replicate.size");
    assert_eq!(row.unwrap()["outcome"], "unknown");
}

#[test]
fn several_tasks_of_one_kind_are_lifted_in_their_order() {
    let mut two = task();
    let mut second = two[0].clone();
    second["duration"] = json!(5);
    two.as_array_mut().unwrap().push(second);
    let lifted = genmux(&["lift", "-"], &two.to_string()).json();
    assert_eq!(
        (&lifted[0]["request"]["duration"], &lifted[1]["request"]["duration"]),
        (&json!(1.2), &json!(5))
    );
}

#[test]
fn what_cannot_be_read_ends_with_2_and_says_why() {
    let lift = |input: &str, expected: &str| check(&["lift", "-"], input, 2, expected);
    lift("{\"input\":{\"prompt\":\"a\",\"prompt\":\"b\"}}", "\"prompt\" stands twice");
    lift("curl https://a.b -d '{\"input\":", "line 1: the quote ' that opens here is never closed");
    lift("curl -d", "-d has no value; the command is cut off");
    lift("curl https://api.runware.ai/v1", "holds no curl command that sends a body");
    lift("curl https://a.b -d \"{\\\"input\\\": $BODY}\"", "before the shell fills in $BODY");
    lift("curl -d '{}' https://a.b\ncurl -d '{}' https://a.b", "audit reads them all");
    lift("{}", "this could be a payload of");
    lift("[]", "no payload of any vendor");
    lift("", "the document is empty");
    lift("{\"mood\":1}", "no payload of any vendor");
    lift(&"[".repeat(200_000), "[0]…: recursion limit exceeded");
    lift(&format!("[{}1]", "1,".repeat(1_000_000)), "holds a million values or more");
    check(
        &["lift", "-", "--from", "scenario"],
        &task().to_string(),
        2,
        "it has the form of runware/seedance-1.0-pro",
    );
    check(&["lift", "-", "--from", "acme"], "{}", 2, "no offer is named \"acme\"");
    check(
        &["lift", "-", "--from", "runware/seedream-4.0"],
        &task().to_string(),
        2,
        "names the model \"bytedance:2@1\"",
    );
}

#[test]
fn a_conversion_shows_every_change_and_gives_a_body() {
    let args = [
        "convert",
        "-",
        "--from",
        "runware",
        "--to",
        "replicate/seedance-2.0-fast",
        "--policy",
        "drop",
    ];
    let run = genmux(&args, &task().to_string());
    assert_eq!(run.code, 0, "{}", run.out);
    let shown = run.json();
    let row = |field: &str| {
        let rows = shown["ledger"].as_array().unwrap();
        let row = rows.iter().find(|row| row["field"] == field).unwrap();
        (row["outcome"].as_str().unwrap().to_owned(), row["from"].clone(), row["to"].clone())
    };
    let adjusted = |from: Value, to: Value| ("adjusted".to_owned(), from, to);
    assert_eq!(row("model"), adjusted("seedance-1.0-pro".into(), "seedance-2.0-fast".into()));
    assert_eq!(row("size"), adjusted("1920x1088".into(), "16:9 720p".into()));
    assert_eq!(row("duration"), adjusted(json!(1.2), json!(4)));
    assert_eq!(row("camera_fixed").0, "dropped");
    let input = json!({ "prompt": "a paper boat", "aspect_ratio": "16:9", "resolution": "720p", "duration": 4 });
    assert_eq!(shown["http"]["body"], json!({ "input": input }));
    assert_eq!(shown["lifted"]["request"]["size"], "1920x1088");
    check(&args[..6], &task().to_string(), 1, "camera_fixed is not supported here");
}

#[test]
fn another_vendors_asset_is_a_violation_with_the_way_out() {
    let mut task = task();
    let id = "c64351d5-4c59-42f7-95e1-eace013eddab";
    task[0]["inputs"] = json!({ "frameImages": [id] });
    let args = ["convert", "-", "--to", "replicate/seedance-2.0-fast", "--policy", "drop"];
    check(&args, &task.to_string(), 1, "copy it to replicate first");
    check(&["convert", "-", "--to", "runware/seedance-1.0-pro"], &task.to_string(), 0, id);
}

#[test]
fn an_asset_that_its_holder_gives_out_is_copied_where_it_is_allowed() {
    let payload = json!({ "prompt": "a boat", "referenceImages": ["asset_abc"] }).to_string();
    let to = ["--from", "scenario/seedream-4.0", "--to", "runware/seedream-4.0", "--policy=drop"];
    let args = [&["convert", "-"], &to[..]].concat();
    check(&args, &payload, 1, "let it be copied to runware when run (--copy-assets)");
    let run = genmux(&[&args[..], &["--copy-assets"]].concat(), &payload);
    assert_eq!(run.code, 0, "{}", run.out);
    let shown = run.json();
    let rows = shown["ledger"].as_array().unwrap();
    let row = rows.iter().find(|row| row["field"] == "references.images").unwrap();
    assert_eq!((&row["outcome"], &row["note"]), (&json!("converted"), &json!("copied when run")));
    assert_eq!(shown["uploads"][0]["src"], "scenario:asset_abc");
}

#[test]
fn a_payload_stands_first_in_its_comparison() {
    let args = ["compare", "-", "--from", "runware", "--format", "json"];
    let run = genmux(&args, &task().to_string());
    assert_eq!(run.code, 0, "{}", run.err);
    let shown = run.json();
    assert_eq!(shown["translations"][0]["offer"]["model"], "seedance-1.0-pro");
    assert!(shown["translations"].as_array().unwrap().len() > 3);
    assert_eq!(shown["request"]["prompt"], "a paper boat");
}

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
    entries.push(json!({ "request": { "method": "POST", "url": CLIP, "postData": { "text": "{\"input\":" } } }));
    let har = json!({ "log": { "version": "1.2", "entries": entries } }).to_string();
    let mut report = genmux(&["audit", "-", "--json"], &har).json();
    assert_eq!((&report["calls"], &report["others"]), (&json!(13), &json!(2)));
    let last = report["findings"].as_array_mut().unwrap().pop().unwrap();
    assert_eq!((&last["rule"], &last["call"]), (&json!("unreadable"), &json!(15)));
    report["sums"]["unreadable"] = json!(0);
    report["calls"] = json!(12);
    check_sample(&report);
}

#[test]
fn what_the_shell_fills_in_is_no_fault_of_the_body() {
    let script = format!("curl '{CLIP}' -d \"{{\\\"input\\\": $INPUT}}\"");
    check(&["audit", "-"], &script, 0, "not looked at: the body is no JSON before the shell fills");
    let body = r#"{\"input\": {\"prompt\": \"$A\", \"image\": \"$B\", \"duration\": 99}}"#;
    let script = format!("curl '{CLIP}' -d \"{body}\"");
    let report = genmux(&["audit", "-", "--json"], &script).json();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["findings"][0]["field"], "duration");
}

#[test]
fn files_are_told_apart_also_by_unusual_beginnings() {
    let body = json!({ "input": { "prompt": "a", "size": "1x1" } });
    let request = json!({ "url": CLIP, "postData": { "text": body.to_string() } });
    let har = json!({ "made_by": 1, "log": { "entries": [{ "request": request }] } });
    let audit = |text: &str| check(&["audit", "-"], text, 1, "1 calls, 0 others: ignored_key 1");
    audit(&har.to_string());
    audit(&serde_json::to_string_pretty(&har).unwrap());
    audit(&format!("\u{feff}{}", json!({ "log": har["log"] })));
    audit(&format!("\u{feff}curl '{CLIP}' -d '{body}'"));
    let curl = format!("\u{feff}curl '{CLIP}' -d '{}'", json!({ "input": { "prompt": "a" } }));
    check(&["lift", "-"], &curl, 0, "seedance-2.0-fast");
}

#[test]
fn findings_beyond_ten_thousand_are_counted_and_not_listed() {
    let mut input: serde_json::Map<String, Value> =
        (0..1_001).map(|at| (format!("key{at}"), json!(1))).collect();
    input.insert("prompt".to_owned(), json!("a boat"));
    let call = json!({ "url": CLIP, "body": { "input": input } });
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
    let clean = json!({ "url": CLIP, "body": { "input": { "prompt": "a boat" } } }).to_string();
    check(&["audit", "-"], &clean, 0, "1 calls, 0 others: no findings");
    check(&["audit", "-"], "", 0, "0 calls");
    check(&["audit", "-"], "echo hello", 0, "0 calls");
    let pretty = serde_json::to_string_pretty(&task()).unwrap();
    check(&["audit", "-"], &pretty, 0, "1 calls, 0 others: no findings");
    let bare = json!({ "prompt": "a" }).to_string();
    check(&["audit", "-", "--from", "scenario/seedream-3.0"], &bare, 1, "retired_model");
    check(
        &["audit", "-", "--from", "scenario"],
        &bare,
        0,
        "not looked at: this could be a payload of",
    );
}

#[test]
fn broken_files_end_with_2_and_broken_lines_do_not() {
    let audit = |input: &str, expected: &str| check(&["audit", "-"], input, 2, expected);
    audit("{\"log\": {\"entries\": [", "is no HAR file");
    audit("{\"log\": {}}", "missing field `entries`");
    audit("curl -d '{", "the quote ' that opens here is never closed");
    check(&["audit", "-"], "{\"a\":1}\n{\"a\":\n", 0, "-:2: not looked at: column 5");
    let long = format!(
        "{{\"url\":\"{CLIP}\",\"body\":{{\"input\":{{\"prompt\":\"{}\"}}}}}}",
        "a".repeat(5000)
    );
    check(&["audit", "-", "--max-bytes", "1000"], &long, 0, "longer than 1000 bytes");
}
