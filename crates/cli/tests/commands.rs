//! The commands from outside: what stands on stdout, and the exit code.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use support::{SEEDREAM, genmux};

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
    let listed = genmux(&["models", "--json"], "").json();
    let images = listed.as_array().unwrap().iter().filter(|offer| offer["kind"] == "image");
    assert_eq!(translations.len(), images.count());
    let policy = |offer: &str| {
        let (provider, model) = offer.split_once('/').unwrap();
        let is = |t: &&Value| t["offer"]["provider"] == provider && t["offer"]["model"] == model;
        translations.iter().find(is).unwrap()["policy"].as_str().unwrap()
    };
    assert_eq!((policy(SEEDREAM), policy("scenario/seedream-4.0")), ("strict", "drop"));
    for format in ["table", "markdown", "html"] {
        let run = genmux(&["compare", "examples/storyboard.json", "--format", format], "");
        assert_eq!(run.code, 0);
        assert!(run.out.contains("scenario/") && run.out.contains("retired"), "{format}");
    }
}

#[test]
fn models_list_what_was_in_force() {
    let listed = |args: &[&str]| genmux(&[&["models", "--json"], args].concat(), "").json();
    assert!(listed(&[]).as_array().unwrap().len() >= 35);
    assert_eq!(listed(&["--as-of", "2025-10-27"]).as_array().unwrap().len(), 6);
    let lite = listed(&["runware/bytedance:1@1"]);
    assert_eq!(
        (&lite[0]["status"], &lite[0]["retired_on"]),
        (&json!("retired"), &json!("2026-06-23"))
    );
    let keys = ["provider", "model", "vendor_id", "kind", "revision", "status", "limits", "source"];
    assert!(keys.iter().all(|key| !lite[0][key].is_null()), "{lite}");
    assert!(genmux(&["models"], "").out.contains("dreamina-3.1"));
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

#[test]
fn lines_are_answered_while_the_writer_waits() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_genmux"));
    command.args(["translate", "--requests", "-", "--to", SEEDREAM]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut answers = std::io::BufReader::new(child.stdout.take().unwrap());
    for prompt in ["a", "b"] {
        writeln!(stdin, "{{\"prompt\":\"{prompt}\"}}").unwrap();
        let mut answer = String::new();
        std::io::BufRead::read_line(&mut answers, &mut answer).unwrap();
        assert!(answer.contains("\"accepted\":true"), "{answer}");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_command_whose_output_nobody_reads_keeps_its_verdict() {
    let ends_with = |args: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_genmux"));
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).args(args);
        command.stdout(writer).stderr(std::process::Stdio::null());
        command.status().unwrap().code().unwrap()
    };
    let request = format!("{}/closed.json", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&request, r#"{"kind":"image","prompt":"a","duration":5}"#).unwrap();
    assert_eq!(ends_with(&["translate", &request, "--to", "runware/seedream-4.0"]), 1);
    assert_eq!(ends_with(&["models"]), 0);
}
