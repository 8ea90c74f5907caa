//! What is refused: the exit code, and the way out that stderr or the violations name.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use serde_json::{Value, json};

use support::{SEEDREAM, genmux};

/// Checks code and what stderr says of one request to one offer.
fn check_refused(request: &str, said: &str) {
    let run = genmux(&["translate", "-", "--to", SEEDREAM], request);
    assert_eq!(run.code, 2, "{request}: {}", run.err);
    assert!(run.err.contains(said), "{request}: {}", run.err);
    assert!(run.out.is_empty(), "{request}: {}", run.out);
}

#[test]
fn unreadable_requests_end_with_2_and_a_way_out() {
    check_refused(r#"{"prompt":"a","n":2}"#, "genmux calls it count");
    check_refused(r#"{"prompt":3}"#, "prompt: invalid type");
    check_refused(r#"{"prompt":"#, "line 1");
    check_refused("", "the document is empty");
    check_refused(r#"{"guidance_scale":NaN}"#, "guidance_scale");
    check_refused(r#"{"guidance_scale":-Infinity}"#, "line 1");
    check_refused(r#"{"seed":18446744073709551616}"#, "18446744073709551615");
    check_refused(r#"{"size":"0x0"}"#, "1920x1088");
    check_refused(r#"{"aspect_ratio":"0:0"}"#, "16:9");
    check_refused(r#"{"aspect_ratio":"1:0"}"#, "16:9");
    check_refused("{\"prompt\":\"raw \u{1} control\"}", "control character");
    check_refused(r#"{"references":{"images":["asset_1"]}}"#, "scenario:asset_1");
    check_refused(&"[".repeat(100_000), "line 1");
    check_refused(
        &format!("{{\"provider_options\":{}", "{\"a\":".repeat(100_000)),
        "recursion limit",
    );
}

fn check_violation(request: &str, field: &str, kind: &str) {
    let run = genmux(&["translate", "-", "--to", SEEDREAM], request);
    assert_eq!(run.code, 1, "{request}: {}", run.err);
    let shown = run.json();
    assert_eq!((&shown["accepted"], &shown["payload"]), (&json!(false), &Value::Null));
    let violations = shown["violations"].as_array().unwrap();
    let found = violations.iter().any(|v| v["field"] == field && v["kind"] == kind);
    assert!(found, "{request}: {violations:?}");
}

#[test]
fn rejected_requests_end_with_1_and_json_still_stands_on_stdout() {
    check_violation(r#"{"prompt":""}"#, "prompt", "missing");
    check_violation(r#"{"prompt":"a","size":"1280x720"}"#, "size", "not_accepted");
    check_violation(r#"{"prompt":"a","count":0}"#, "count", "below_minimum");
    for image in [
        "data:image/png;base64,@@@",
        "data:text/plain;base64,aGVsbG8=",
        "data:image/jpeg;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAYAAAC56t6B",
        "no/such/picture.png",
        "scenario:asset_1",
    ] {
        let request = json!({ "prompt": "a", "references": { "images": [image] } });
        check_violation(&request.to_string(), "references.images", "wrong_media");
    }
}

#[test]
fn odd_numbers_and_characters_are_kept_and_noted() {
    let request = r#"{"prompt":"a\u0000\u001b[31m","seed":9007199254740993}"#;
    let run = genmux(&["translate", "-", "--to", SEEDREAM], request);
    assert_eq!(run.code, 0, "{}", run.err);
    let ledger = run.json()["ledger"].clone();
    assert!(ledger[0]["note"].as_str().unwrap().contains("control"), "{ledger}");
    assert!(ledger[1]["note"].as_str().unwrap().contains("2^53"), "{ledger}");
    let zero = genmux(&["translate", "-", "--to", SEEDREAM], r#"{"prompt":"a","seed":-0}"#);
    assert_eq!(zero.json()["payload"]["seed"], 0);
}

#[test]
fn wrong_usage_ends_with_2() {
    let check = |args: &[&str], said: &str| {
        let run = genmux(args, r#"{"prompt":"a"}"#);
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
        assert!(run.err.contains(said), "{args:?}: {}", run.err);
    };
    check(&["translate", "-", "--to", "runware/seedrem-4.0"], "did you mean runware/seedream-4.0");
    check(&["translate", "-", "--to", "replicate/bytedance:5@0"], "vendor's name of runware/seed");
    check(&["translate", "-", "--to", SEEDREAM, "--policy", "lax"], "strict, fit, drop");
    check(&["translate", "-", "--to", SEEDREAM, "--as-of", "2026-02-30"], "2026-03-13");
    check(&["translate", "-", "--to", SEEDREAM, "--as-of", "2020-01-01"], "first revision");
    check(&["translate", "-", "--to", SEEDREAM, "--max-bytes", "5"], "larger than 5 bytes");
    check(&["translate", "no-such-file.json", "--to", SEEDREAM], "no-such-file.json");
    check(&["translate", "crates", "--to", SEEDREAM], "folder");
    check(&["compare", "-"], "set kind, or name offers");
    check(&["models", "--provider", "acme"], "runware");
    check(&["models", "--specs", "no/such/folder"], "no/such/folder");
}

#[test]
fn nothing_is_dropped_for_a_slip_of_the_pen() {
    let request = r#"{"prompt":"a","provider_options":{"Runware":{"outputType":"URL"}}}"#;
    let run = genmux(&["translate", "-", "--to", SEEDREAM], request);
    assert_eq!(run.code, 1);
    let violation = &run.json()["violations"][0];
    assert_eq!(violation["field"], "provider_options.Runware.outputType");
    assert!(violation["message"].as_str().unwrap().contains("did you mean runware"));
}

#[test]
fn a_value_of_a_wrong_type_is_not_repeated() {
    let uri = format!("data:image/png;base64,{}", "A".repeat(40_000));
    for request in [json!({ "references": { "images": uri } }), json!({ "seed": uri }), json!(uri)]
    {
        let run = genmux(&["translate", "-", "--to", SEEDREAM], &request.to_string());
        assert_eq!(run.code, 2);
        assert!(run.err.len() < 300, "{}", run.err.len());
    }
}
