//! Payloads read back: lift, convert, compare --from and audit from outside.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use serde_json::{Value, json};

use support::genmux;

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
    lift(&"[".repeat(200_000), "…: recursion limit exceeded");
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
    assert_eq!(shown["translations"][0]["own"], true);
    assert_eq!(shown["translations"][1]["ledger"][0]["field"], "model");
    assert_eq!(shown["lifted"]["violations"], json!([]));
}

#[test]
fn what_could_not_be_read_is_not_silently_left_out() {
    let mut tasks = task();
    tasks[0]["duration"] = json!("10");
    tasks[0]["seed"] = json!("5");
    let to = ["convert", "-", "--to", "replicate/seedance-1.0-pro", "--policy", "drop"];
    let run = genmux(&to, &tasks.to_string());
    assert_eq!(run.code, 1, "{}", run.out);
    let shown = run.json();
    assert_eq!(shown["accepted"], false);
    let rows = shown["ledger"].as_array().unwrap();
    for key in ["duration", "seed"] {
        let field = format!("provider_options.runware.{key}");
        let row = rows.iter().find(|row| row["field"] == *field).unwrap();
        assert_eq!(row["outcome"], "rejected", "{row}");
        let violations = shown["violations"].as_array().unwrap();
        assert!(violations.iter().any(|it| it["field"] == key), "{violations:?}");
    }
    let only = [&to[..], &["--payload-only"]].concat();
    check(&only, &tasks.to_string(), 1, "duration takes a number of seconds, not a string");
    let compared = ["compare", "-", "--from", "runware", "--format", "json"];
    check(&compared, &tasks.to_string(), 1, "duration takes a number of seconds, not a string");
}

#[test]
fn defaults_of_the_vendor_are_told_and_those_that_change() {
    let bare = r#"{"prompt":"a boat"}"#;
    let from = "replicate/seedance-2.0-fast";
    let lifted = genmux(&["lift", "-", "--from", from], bare).json();
    let row = |shown: &Value, field: &str| {
        let rows = shown["ledger"].as_array().unwrap();
        rows.iter().find(|row| row["field"] == field).cloned().unwrap()
    };
    let audio = row(&lifted, "generate_audio");
    assert_eq!((&audio["outcome"], &audio["value"]), (&json!("defaulted"), &json!(true)));
    let to = ["--to", "replicate/seedance-1.0-pro"];
    let shown = genmux(&[&["convert", "-", "--from", from], &to[..]].concat(), bare).json();
    let audio = row(&shown, "generate_audio");
    assert_eq!((&audio["outcome"], &audio["from"]), (&json!("defaulted"), &json!(true)));
    assert_eq!(audio["value"], Value::Null);
}

#[test]
fn what_stands_around_the_input_never_gets_into_it() {
    let body = json!({ "version": "bytedance/seedance-1-pro".to_owned() + ":" + &"0".repeat(64),
        "input": { "prompt": "a boat" }, "webhook_events_filter": ["completed"], "stream": true,
        "mood": "calm" });
    let lifted = genmux(&["lift", "-"], &body.to_string()).json();
    assert_eq!(lifted["request"].get("provider_options"), None, "{lifted}");
    let outcome = |field: &str| {
        let rows = lifted["ledger"].as_array().unwrap();
        rows.iter().find(|row| row["field"] == field).map(|row| row["outcome"].clone())
    };
    assert_eq!(outcome("webhook_events_filter"), Some(json!("dropped")));
    assert_eq!(outcome("stream"), Some(json!("dropped")));
    assert_eq!(outcome("mood"), Some(json!("unknown")));
    let args = ["convert", "-", "--to", "replicate/seedance-1.0-pro", "--allow-unlisted"];
    let run = genmux(&[&args[..], &["--payload-only"]].concat(), &body.to_string());
    assert_eq!(run.json(), json!({ "prompt": "a boat" }));
}

#[test]
fn what_address_and_headers_say_is_told_as_lost() {
    let curl = "curl -H 'Prefer: wait' -H 'Authorization: Basic eA==' \
        'https://api.cloud.scenario.com/v1/generate/custom/model_bytedance-seedance-1-pro?dryRun=true' \
        -d '{\"prompt\":\"a boat\"}'";
    let args = ["convert", "-", "--to", "replicate/seedance-1.0-pro"];
    check(&args, curl, 0, "the query of the address is not carried over: dryRun");
    check(&args, curl, 0, "headers are not carried over: prefer");
    check(&args, curl, 0, "\"field\": \"query.dryRun\"");
}

#[test]
fn a_key_of_the_wrong_type_names_the_revision_that_knows_it() {
    let mut tasks = task();
    tasks[0]["frameImages"] = json!("abc");
    let run = genmux(&["lift", "-"], &tasks.to_string());
    assert_eq!(run.code, 1);
    assert_eq!(run.json()["offer"]["revision"], "2025-10-27");
    let violations = run.json()["violations"].to_string();
    assert!(violations.contains("frameImages takes a list, not a string"), "{violations}");
}
