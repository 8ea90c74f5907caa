//! `genmux which` and `generate --max-cost` from outside.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use serde_json::{Value, json};
use support::{Run, genmux, genmux_with};

const CLIP: &str = r#"{"prompt":"a paper boat","duration":5,"resolution":"480p"}"#;
const PICTURE: &str = r#"{"kind":"image","prompt":"a paper boat","size":"1024x1024"}"#;
const FAST: &str = "replicate/seedance-2.0-fast";

fn which(request: &str, more: &[&str]) -> (Run, Vec<Value>) {
    let run = genmux(&[&["which", "-", "--json"], more].concat(), request);
    let choices = run.json().as_array().unwrap().clone();
    (run, choices)
}

#[test]
fn offers_are_ranked_with_price_changes_and_reasons() {
    let (run, choices) = which(CLIP, &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    let first = &choices[0];
    assert_eq!((&first["offer"], &first["policy"]), (&json!(FAST), &json!("strict")));
    assert_eq!(first["price"]["amount"], json!(0.35));
    assert_eq!((&first["price"]["unit"], &first["changes"]), (&json!("USD"), &json!([])));
    let none = json!({ "content_dropped": 0, "controls_dropped": 0,
        "geometry_moved": 0, "numbers_moved": 0 });
    assert_eq!(first["loss"], none);
    assert_eq!(first["reason"], "no key; set REPLICATE_API_TOKEN");
    let last = choices.iter().rfind(|choice| choice["accepted"] == json!(true)).unwrap();
    assert_eq!(last["status"], "retired");
}

#[test]
fn a_key_in_the_environment_brings_its_offers_to_the_top() {
    let args = ["which", "-", "--json"];
    let run = genmux_with(&[("RUNWARE_API_KEY", "secret-key")], &args, CLIP);
    let first = run.json()[0].clone();
    assert_eq!(first["offer"].as_str().unwrap().split('/').next(), Some("runware"));
    assert_eq!((&first["status"], &first["reason"]), (&json!("ready"), &Value::Null));
    assert!(!run.out.contains("secret-key"));
}

#[test]
fn missing_keys_are_said_once_for_each_provider() {
    let run = genmux(&["which", "-"], CLIP);
    for (provider, key) in [("replicate", "REPLICATE_API_TOKEN"), ("runware", "RUNWARE_API_KEY")] {
        let said = format!("{provider}: no key; set {key}\n");
        assert_eq!(run.out.matches(&said).count(), 1, "{}", run.out);
        assert_eq!(run.out.matches(key).count(), 1, "{}", run.out);
    }
}

#[test]
fn what_refuses_stands_last_with_the_reason_alone_and_wrapped() {
    let run = genmux_with(&[("COLUMNS", "100")], &["which", "-"], CLIP);
    assert!(run.out.lines().all(|line| line.chars().count() <= 100), "{}", run.out);
    assert!(!run.out.contains("choose another offer"), "{}", run.out);
    let (_, choices) = which(CLIP, &[]);
    let accepted: Vec<bool> = choices.iter().map(|it| it["accepted"] == json!(true)).collect();
    assert!(accepted.is_sorted_by(|a, b| a >= b), "{accepted:?}");
}

#[test]
fn a_model_that_a_provider_does_not_have_is_said_to_be_missing() {
    let args = ["which", "-", "--model", "seedance-1.0-pro-fast", "--provider", "scenario"];
    let run = genmux(&args, CLIP);
    let has = run.out.contains("scenario/seedance-1.0-pro-fast");
    let said = run.err.contains("scenario has no offer of seedance-1.0-pro-fast");
    assert!(run.code == 0 && has != said, "{}{}", run.out, run.err);
    let run = genmux(&["which", "-", "-m", "seedream-3.0", "-p", "replicate"], PICTURE);
    let has = run.out.contains("replicate/seedream-3.0");
    assert!(has != run.err.contains("replicate has no offer of seedream-3.0"), "{}", run.err);
}

#[test]
fn an_open_kind_is_asked_for() {
    let run = genmux(&["which", "-"], r#"{"prompt":"a"}"#);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("set kind"), "{}", run.err);
    let run = genmux(&["which", "-", "--model", "seedream-4.0"], r#"{"prompt":"a"}"#);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.lines().nth(1).unwrap().contains("/seedream-4.0"), "{}", run.out);
}

#[test]
fn where_none_takes_it_the_exit_code_is_one() {
    let request = r#"{"kind":"video","prompt":"a","sequential_count":3}"#;
    let (run, choices) = which(request, &["--provider", "replicate"]);
    assert_eq!(run.code, 1);
    let refused = |choice: &Value| !choice["violations"].as_array().unwrap().is_empty();
    assert!(choices.iter().all(refused));
    let (run, _) = which(CLIP, &["--provider", "replicate", "--max-cost", "1"]);
    assert_eq!(run.code, 0);
}

#[test]
fn an_unknown_price_is_called_unknown_and_never_zero() {
    let run = genmux(&["which", "-"], PICTURE);
    let line = run.out.lines().find(|line| line.contains("runware/seedream-4.5")).unwrap();
    assert!(line.contains("unknown") && !line.contains(" 0 "), "{line}");
    let line = run.out.lines().find(|line| line.contains("runware/seedream-4.0")).unwrap();
    assert!(line.contains("0.03 USD"), "{line}");
}

/// Runs a request on the embedded sandbox and tells exit code, messages and JSON.
fn generate(request: &str, offer: &str, more: &[&str]) -> (i32, String, Value) {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("new");
    let args = ["generate", "-", "--to", offer, "--sandbox", "--json"];
    let to = ["--out", folder.to_str().unwrap()];
    let run = genmux(&[&args[..], &to[..], more].concat(), request);
    if run.code == 1 {
        assert!(!folder.exists(), "nothing is left behind");
    }
    let json = if run.out.is_empty() { Value::Null } else { run.json() };
    (run.code, run.err, json)
}

fn check_refused(request: &str, offer: &str, more: &[&str], said: &str) {
    let (code, err, json) = generate(request, offer, more);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains(said) && err.contains("nothing was sent"), "{err}");
    assert_eq!(
        (&json["accepted"], &json["violations"][0]["field"]),
        (&json!(false), &json!("max_cost"))
    );
}

fn check_made(request: &str, offer: &str, more: &[&str]) -> Value {
    let (code, err, json) = generate(request, offer, more);
    assert_eq!(code, 0, "{err}");
    json
}

#[test]
fn what_costs_more_than_the_maximum_is_not_sent() {
    check_refused(CLIP, FAST, &["--max-cost", "0.34"], "costs up to 0.35 USD, which is above 0.34");
    check_made(CLIP, FAST, &["--max-cost", "0.35USD"]);
}

#[test]
fn an_unknown_price_is_refused_unless_it_is_allowed() {
    let offer = "runware/seedream-4.5";
    let large = r#"{"kind":"image","prompt":"a paper boat","size":"2048x2048"}"#;
    check_refused(large, offer, &["--max-cost", "100"], "the price is unknown");
    check_made(large, offer, &["--max-cost", "100", "--allow-unknown-cost"]);
    check_refused(CLIP, FAST, &["--max-cost", "100CU"], "cannot be compared");
}

#[test]
fn every_offer_of_a_chain_is_held_to_the_maximum() {
    let chain = "replicate/seedance-2.0,replicate/seedance-2.0-fast";
    let outcome = check_made(CLIP, chain, &["--max-cost", "0.36"]);
    assert_eq!(outcome["offer"], FAST);
    check_refused(CLIP, chain, &["--max-cost", "0.1"], "above 0.10 USD");
}

#[test]
fn scenario_is_asked_for_its_price() {
    let offer = "scenario/seedream-4.0";
    let picture = r#"{"kind":"image","prompt":"a paper boat"}"#;
    let outcome = check_made(picture, offer, &["--max-cost", "1000CU"]);
    assert_eq!(outcome["cost"]["unit"], "CU");
    check_refused(picture, offer, &["--max-cost", "0.01CU"], "above 0.01 CU");
    check_refused(picture, offer, &["--max-cost", "1000"], "cannot be compared");
}

#[test]
fn media_that_were_uploaded_before_the_price_was_known_are_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.png");
    // 1024 by 1024: no more than its header is read.
    let header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x04\0\x08\x02\0\0\0\0\0\0\0";
    std::fs::write(&file, header).unwrap();
    let request =
        json!({ "kind": "image", "prompt": "a boat", "references": { "images": [file] } });
    let offer = "scenario/seedream-4.0";
    let (code, err, _) = generate(&request.to_string(), offer, &["--max-cost", "1"]);
    assert!(code == 1 && err.contains("cannot be compared"), "{err}");
    assert!(err.contains("nothing was sent") && !err.contains("uploading"), "{err}");
    let (code, err, _) = generate(&request.to_string(), offer, &["--max-cost", "0.01CU"]);
    assert!(code == 1 && err.contains("uploading"), "{err}");
    assert!(err.contains("media were uploaded, nothing was submitted"), "{err}");
    assert!(!err.contains("nothing was sent"), "{err}");
}

#[test]
fn what_no_vendor_reports_is_reckoned() {
    let outcome = check_made(CLIP, FAST, &[]);
    let cost = json!({ "amount": 0.35, "unit": "USD", "basis": "estimated" });
    assert_eq!(outcome["cost"], cost);
}

#[test]
fn an_amount_that_is_none_is_wrong_usage() {
    let run = genmux(&["generate", "-", "--to", FAST, "--max-cost", "1EUR"], CLIP);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("USD or CU"), "{}", run.err);
}
