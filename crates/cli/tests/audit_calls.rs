//! Single calls, audited from outside: what is a fault of each, and what is none.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use serde_json::{Value, json};

use support::{CLIP_URL, check, clip_task, genmux};

/// One call to an address: the messages of its findings.
fn messages(url: &str, body: &Value) -> Vec<String> {
    let call = json!({ "url": url, "body": body }).to_string();
    let report = genmux(&["audit", "-", "--json"], &call).json();
    let findings = report["findings"].as_array().unwrap();
    let shown = |it: &Value| {
        format!("{}: {}", it["rule"].as_str().unwrap(), it["message"].as_str().unwrap())
    };
    findings.iter().map(shown).collect()
}

/// Exactly the findings that are listed, in any order.
#[track_caller]
fn check_call(url: &str, body: &Value, expected: &[&str]) {
    let found = messages(url, body);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for part in expected {
        assert!(found.iter().any(|message| message.contains(part)), "{part}: {found:#?}");
    }
}

const TASKS: &str = "https://api.runware.ai/v1";

#[test]
fn keys_that_the_vendor_takes_beside_the_input_are_no_fault() {
    let body = json!({ "input": { "prompt": "a" }, "webhook_events_filter": ["completed"],
        "stream": false, "webhook": "https://a.b/c" });
    check_call(CLIP_URL, &body, &[]);
    let body = json!({ "version": "bytedance/seedance-2.0-fast", "input": { "prompt": "a" } });
    check_call("https://api.replicate.com/v1/predictions", &body, &[]);
    let body = json!({ "input": { "prompt": "a" }, "mood": "calm" });
    check_call(CLIP_URL, &body, &["refused_key: mood is no key of the body around the input"]);
}

#[test]
fn the_id_of_a_version_tells_no_model() {
    let body = json!({ "version": "0".repeat(64), "input": { "prompt": "a" } });
    let call = json!({ "url": "https://api.replicate.com/v1/predictions", "body": body });
    check(&["audit", "-"], &call.to_string(), 2, "the id of a version does not say which model");
    check(&["lift", "-"], &body.to_string(), 2, "name the offer to read it by with --from");
    let from = ["lift", "-", "--from", "replicate/seedream-4.0"];
    check(&from, &body.to_string(), 0, "\"outcome\": \"dropped\"");
}

#[test]
fn the_text_of_a_body_is_read_as_the_body() {
    let mut tasks = clip_task();
    tasks[0]["duration"] = json!(99);
    check_call(TASKS, &json!(tasks.to_string()), &["duration 99 is above 12"]);
    check_call(TASKS, &json!("[{"), &["unreadable: the text of body"]);
}

#[test]
fn tasks_of_several_kinds_are_looked_at_one_by_one() {
    let mut tasks = clip_task();
    tasks[0]["duration"] = json!(99);
    let rest = [
        json!({ "taskType": "authentication", "apiKey": "k" }),
        json!({ "taskType": "upscale", "taskUUID": "x" }),
        json!({ "taskType": "imageInference", "model": "bytedance:5@0", "positivePrompt": "a b",
            "taskUUID": "24cd5dff-cb81-4db5-8506-b72a9425f9d2", "width": 512, "height": 512 }),
    ];
    tasks.as_array_mut().unwrap().extend(rest);
    check_call(TASKS, &tasks, &["duration 99 is above 12", "512x512"]);
}

#[test]
fn what_every_task_needs_is_missed() {
    check_call(TASKS, &clip_task()[0], &["unreadable: the body is a bare object"]);
    let without = |keys: &[&str]| {
        let mut tasks = clip_task();
        let object = tasks[0].as_object_mut().unwrap();
        object.retain(|key, _| !keys.contains(&key.as_str()));
        tasks
    };
    check_call(TASKS, &without(&["taskUUID"]), &["taskUUID is missing"]);
    check_call(TASKS, &without(&["positivePrompt"]), &["positivePrompt: prompt is required"]);
    check_call(TASKS, &without(&["width", "height"]), &["width and height, or resolution is requ"]);
    let mut tasks = clip_task();
    tasks[0]["taskUUID"] = json!("one");
    tasks[0]["deliveryMethod"] = json!("sync");
    let faults = ["taskUUID is no UUID", "deliveryMethod takes one of async"];
    check_call(TASKS, &tasks, &faults);
    let from = ["audit", "-", "--from", "runware/seedance-1.0-pro"];
    check(&from, &without(&["model"]).to_string(), 1, "model is missing; it is \"bytedance:2@1\"");
}

#[test]
fn what_a_vendor_does_with_a_strange_key_is_told() {
    let mut tasks = clip_task();
    tasks[0]["mood"] = json!("calm");
    check_call(TASKS, &tasks, &["refused_key: mood is no key of bytedance:2@1"]);
    let url =
        "https://api.cloud.scenario.com/v1/generate/custom/model_bytedance-seedream-4-editing";
    let body = json!({ "prompt": "a boat", "dryRun": true });
    check_call(url, &body, &["is ignored in the body and a paid job starts; it belongs in the q"]);
}

#[test]
fn pixels_that_the_vendor_does_not_use_break_no_limit() {
    let url = "https://api.replicate.com/v1/models/bytedance/seedream-4/predictions";
    let input = json!({ "prompt": "x boat", "size": "2K", "width": 2048, "height": 2048,
        "aspect_ratio": "4:3" });
    let faults = ["no_effect: width has no effect", "no_effect: height has no effect"];
    check_call(url, &json!({ "input": input }), &faults);
    let to = ["--to", "scenario/seedream-4.0", "--payload-only"];
    let args = [&["convert", "-", "--from", "replicate/seedream-4.0"], &to[..]].concat();
    check(&args, &input.to_string(), 1, "width has no effect unless size is");
    check(&[&args[..], &["--policy", "drop"]].concat(), &input.to_string(), 0, "\"4:3\"");
}

#[test]
fn calls_whose_output_a_script_keeps_are_seen() {
    let body = json!({ "input": { "prompt": "a) boat", "duration": 99 } });
    let curl = format!("curl -s -X POST {CLIP_URL} -d '{body}'");
    let audit = |script: &str, line: u64| {
        let report = genmux(&["audit", "-", "--json"], script).json();
        assert_eq!(report["findings"][0]["field"], "duration", "{script}: {report}");
        assert_eq!(report["findings"][0]["line"], line, "{script}");
    };
    audit(&format!("set -e\nID=$({curl} | jq -r '.id')\necho $ID"), 2);
    audit(&format!("OUT=\"$(\n {curl})\"; echo \"$OUT\""), 2);
    audit(&format!("\nOUT=`{curl}`"), 2);
    audit(&format!("X=$(echo $({curl}))"), 1);
    check(&["lift", "-"], &format!("ID=$({curl} | jq -r '.id')"), 1, "seedance-2.0-fast");
}
