//! The commands from outside: what stands on stdout and stderr, and the exit code.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// How a run ended.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

/// Runs genmux with a request on standard input, at the root of the project.
fn genmux(args: &[&str], input: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_genmux"));
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).args(args);
    command.env_remove("GENMUX_SPECS").env("COLUMNS", "120");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A command that reads no input closes it early.
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

const SEEDREAM: &str = "runware/seedream-4.0";

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
    check(&["translate", "-", "--to", "replicate/bytedance:5@0"], "is the name of runware/seed");
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
fn several_offers_give_an_array_in_their_order() {
    let args = ["translate", "-", "--to", "scenario/seedream-3.0", "--to", "runware/bytedance:5@0"];
    let run = genmux(&args, r#"{"kind":"image","prompt":"a boat"}"#);
    let shown = run.json();
    assert_eq!(shown[0]["offer"]["model"], "seedream-3.0");
    assert_eq!(shown[1]["offer"]["vendor_id"], "bytedance:5@0");
    assert_eq!(shown[1]["http"]["body"][0], shown[1]["payload"]);
    assert_eq!(shown[1]["http"]["headers"]["Authorization"], "Bearer $RUNWARE_API_KEY");
}

#[test]
fn the_bodies_are_those_of_each_vendor() {
    let body = |offer: &str, request: &str| {
        let run = genmux(&["translate", "-", "--to", offer], request);
        assert_eq!(run.code, 0, "{}", run.out);
        let shown = run.json();
        (shown["http"]["url"].as_str().unwrap().to_owned(), shown)
    };
    let request = r#"{"prompt":"a boat","delivery":{"webhook_url":"https://a.b/c"}}"#;
    let (url, shown) = body("replicate/seedance-2.0-fast", request);
    let path = "https://api.replicate.com/v1/models/bytedance/seedance-2.0-fast/predictions";
    assert_eq!(url, path);
    assert_eq!(shown["http"]["body"]["input"], shown["payload"]);
    assert_eq!(shown["http"]["body"]["webhook"], "https://a.b/c");
    let (url, shown) = body("scenario/seedream-3.0", r#"{"prompt":"a boat"}"#);
    let path = "https://api.cloud.scenario.com/v1/generate/custom/model_bytedance-seedream-3";
    assert_eq!(url, path);
    assert_eq!(shown["http"]["body"], shown["payload"]);
}

#[test]
fn lines_are_answered_in_their_place() {
    let input = "{\"prompt\":\"a\"}\n\nnonsense\r\n{\"prompt\":\"b\",\"n\":1}\n{\"prompt\":\"c\"}";
    let args = ["translate", "--requests", "-", "--to", SEEDREAM, "--to", "scenario/seedream-3.0"];
    let run = genmux(&args, input);
    assert_eq!(run.code, 0, "{}", run.err);
    let lines: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let numbers: Vec<_> = lines.iter().map(|line| line["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 1, 3, 4, 5, 5]);
    assert!(lines[2]["error"].is_string() && lines[3]["error"].is_string());
    assert_eq!(lines[5]["offer"]["provider"], "scenario");
}

#[test]
fn only_the_payload_is_null_where_it_is_rejected() {
    let args = ["translate", "-", "--to", SEEDREAM, "--payload-only"];
    let accepted = genmux(&args, r#"{"prompt":"a"}"#);
    assert_eq!(accepted.json()["positivePrompt"], "a");
    let rejected = genmux(&args, "{}");
    assert_eq!((rejected.code, rejected.out.trim()), (1, "null"));
    assert!(rejected.err.contains("prompt is required"), "{}", rejected.err);
}

#[test]
fn task_ids_are_derived_given_or_fresh() {
    let id = |more: &[&str]| {
        let args = [&["translate", "-", "--to", SEEDREAM], more].concat();
        genmux(&args, r#"{"prompt":"a"}"#).json()["payload"]["taskUUID"].clone()
    };
    assert_eq!(id(&[]), id(&[]));
    let given = "3f0e1c52-6a41-4c7e-9d1b-0a2b3c4d5e6f";
    assert_eq!(id(&["--task-id", given]), given);
    let curl = || {
        let args = ["translate", "-", "--to", SEEDREAM, "--format", "curl"];
        genmux(&args, r#"{"prompt":"it's $HOME"}"#).out
    };
    let (first, second) = (curl(), curl());
    assert_ne!(first, second);
    assert!(first.contains("$RUNWARE_API_KEY") && first.contains(r"it'\''s $HOME"), "{first}");
}

#[test]
fn a_comparison_has_every_offer_of_the_kind() {
    let args = ["compare", "examples/storyboard.json", "--format", "json"];
    let run = genmux(&args, "");
    assert_eq!(run.code, 0, "{}", run.err);
    let shown = run.json();
    assert_eq!(shown["request"]["sequential_count"], 4);
    let translations = shown["translations"].as_array().unwrap();
    assert_eq!(translations.len(), 7);
    let policies: Vec<_> = translations.iter().map(|t| t["policy"].as_str().unwrap()).collect();
    assert_eq!(policies, ["strict", "strict", "strict", "strict", "drop", "drop", "drop"]);
    for format in ["table", "markdown", "html"] {
        let run = genmux(&["compare", "examples/storyboard.json", "--format", format], "");
        assert_eq!(run.code, 0);
        assert!(run.out.contains("scenario/") && run.out.contains("retired"), "{format}");
    }
}

#[test]
fn models_list_what_was_in_force() {
    let listed = |args: &[&str]| genmux(&[&["models", "--json"], args].concat(), "").json();
    assert_eq!(listed(&[]).as_array().unwrap().len(), 12);
    assert_eq!(listed(&["--as-of", "2025-10-27"]).as_array().unwrap().len(), 6);
    let lite = listed(&["runware/bytedance:1@1"]);
    assert_eq!(
        (&lite[0]["status"], &lite[0]["retired_on"]),
        (&json!("retired"), &json!("2026-06-23"))
    );
    let keys = ["provider", "model", "vendor_id", "kind", "revision", "status", "limits", "source"];
    assert!(keys.iter().all(|key| !lite[0][key].is_null()), "{lite}");
    assert!(genmux(&["models"], "").out.contains("scenario/dreamina-3.1"));
    assert!(genmux(&["models", SEEDREAM], "").out.contains("2560x1440"));
}

#[test]
fn specs_are_checked_and_resolved() {
    assert_eq!(genmux(&["spec", "check"], "").code, 0);
    let resolved = genmux(&["spec", "resolve", SEEDREAM, "--as-of", "2026-03-13"], "").json();
    assert_eq!(resolved["revision"], "2025-10-27");
    assert_eq!(resolved["fields"]["references.images"]["to"], "referenceImages");
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/broken-specs/runware");
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(format!("{folder}/one.json"), "{\"lab\": 1}").unwrap();
    std::fs::write(format!("{folder}/two.json"), "{\"vendor_id\": []}").unwrap();
    let root = folder.trim_end_matches("/runware");
    let run = genmux(&["spec", "check", root], "");
    assert_eq!(run.code, 2);
    assert!(
        run.out.contains("runware/one.json: lab") && run.out.contains("runware/two.json"),
        "{}",
        run.out
    );
    assert_eq!(genmux(&["spec", "check", root, "--json"], "").json().as_array().unwrap().len(), 2);
}

#[test]
fn completions_and_man_page_are_derived() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(genmux(&["completions", shell], "").out.contains("payload-only"), "{shell}");
    }
    let man = genmux(&["man"], "").out;
    assert!(man.contains(".TH genmux") && man.contains("GENMUX SPEC RESOLVE"), "{man}");
}
