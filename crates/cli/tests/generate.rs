//! `genmux generate`, `resume` and `demo` against the sandbox.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use std::fs;
use std::path::Path;

use imagesize::ImageType;
use serde_json::Value;
use support::{Run, SEEDREAM, Sandbox, genmux, genmux_with};
use tempfile::TempDir;

const PICTURE: &str = r#"{"kind":"image","prompt":"a paper boat","size":"1024x1024"}"#;
const CLIP: &str = r#"{"prompt":"a paper boat","duration":5,"resolution":"480p"}"#;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Runs a request on the embedded sandbox, with arguments beside those that every run has.
fn sandboxed(request: &str, offer: &str, out: &Path, more: &[&str]) -> Run {
    let out = out.to_str().unwrap();
    let args = ["generate", "-", "--to", offer, "--sandbox", "--out", out];
    genmux(&[&args[..], more].concat(), request)
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn is_manifest(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "json")
}

/// Checks that a run ends with a code, says why, and leaves nothing behind.
fn check_refused(run: &Run, code: i32, said: &str, out: &Path) {
    assert_eq!(run.code, code, "{} {}", run.out, run.err);
    assert!(run.err.contains(said), "{said:?} is not in {}", run.err);
    assert!(run.out.is_empty(), "{}", run.out);
    assert_eq!(files(out), [""; 0], "nothing is left behind");
}

#[test]
fn the_storyboard_becomes_four_pictures_and_a_manifest() {
    let out = folder();
    let path = out.path().to_str().unwrap();
    let args =
        ["generate", "examples/storyboard.json", "--to", SEEDREAM, "--sandbox", "--out", path];
    let run = genmux(&args, "");
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.out.lines().count(), 4);
    for line in run.out.lines() {
        assert_eq!(imagesize::image_type(&fs::read(line).unwrap()).unwrap(), ImageType::Png);
        let size = imagesize::size(line).unwrap();
        assert_eq!((size.width, size.height), (2560, 1440));
    }
    let names = files(out.path());
    assert_eq!(names.len(), 5);
    let manifest = names.iter().find(|name| is_manifest(name)).unwrap();
    let text = fs::read_to_string(out.path().join(manifest)).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(manifest["offer"], SEEDREAM);
    assert_eq!(manifest["outcome"]["artifacts"].as_array().unwrap().len(), 4);
    assert_eq!(manifest["request"]["seed"], 77579);
    for key in ["revision", "catalogue", "ledger", "expect", "job"] {
        assert!(!manifest[key].is_null(), "{key}");
    }
}

/// Runs a clip at an offer and reads it back by another reader of MP4.
fn check_clip(offer: &str) {
    let out = folder();
    let run = sandboxed(CLIP, offer, out.path(), &["--json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let outcome = run.json();
    assert_eq!(outcome["differences"], serde_json::json!([]), "{offer}");
    let artifact = &outcome["artifacts"][0];
    let bytes = fs::read(artifact["path"].as_str().unwrap()).unwrap();
    let mp4 = re_mp4::Mp4::read_bytes(&bytes).unwrap();
    let track = mp4.tracks().values().next().unwrap();
    let seconds = f64::from(u32::try_from(track.duration).unwrap())
        / f64::from(u32::try_from(track.timescale).unwrap());
    assert!((seconds - 5.0).abs() < 0.1, "{offer}: {seconds} s");
    assert_eq!(artifact["width"], u64::from(track.width));
    assert_eq!(artifact["height"], u64::from(track.height));
}

#[test]
fn a_clip_has_its_size_and_duration() {
    check_clip("runware/seedance-1.0-pro");
    check_clip("replicate/seedance-2.0-fast");
}

#[test]
fn several_requests_run_side_by_side() {
    let out = folder();
    let path = out.path().to_str().unwrap();
    let requests = ["examples/sequence.json", "examples/product-shot.json"];
    let args = ["generate", requests[0], requests[1], "--to", SEEDREAM, "--sandbox", "--json"];
    let run = genmux(&[&args[..], &["--out", path]].concat(), "");
    assert_eq!(run.code, 0, "{}", run.err);
    let json = run.json();
    let made = |at: usize| json[at]["artifacts"].as_array().unwrap().len();
    assert_eq!((made(0), made(1)), (4, 2));
}

#[test]
fn a_rejected_request_is_explained_and_leaves_nothing() {
    let out = folder();
    let run = sandboxed(CLIP, SEEDREAM, out.path(), &[]);
    check_refused(&run, 1, "this offer makes image", out.path());
    let run = sandboxed(CLIP, SEEDREAM, out.path(), &["--json"]);
    assert_eq!((run.code, run.json()["accepted"].clone()), (1, Value::Bool(false)));
    let missing = r#"{"prompt":"a","references":{"images":["no/such.png"]}}"#;
    let run = sandboxed(missing, SEEDREAM, out.path(), &[]);
    check_refused(&run, 1, "such.png", out.path());
}

#[test]
fn nothing_of_several_is_sent_where_one_is_rejected() {
    let out = folder();
    let path = out.path().join("new");
    let both = ["generate", "examples/clip.json", "examples/product-shot.json"];
    let to = ["--to", "runware/seedance-1.0-pro", "--sandbox", "--out", path.to_str().unwrap()];
    let run = genmux(&[&both[..], &to[..]].concat(), "");
    check_refused(&run, 1, "product-shot: ", out.path());
}

#[test]
fn a_file_that_is_no_medium_stays_here() {
    let out = folder();
    let text = out.path().join("text.png");
    fs::write(&text, "hello").unwrap();
    let request = format!(r#"{{"kind":"video","prompt":"a","frames":{{"first":{text:?}}}}}"#);
    let run = sandboxed(&request, "replicate/seedance-2.0-fast", &out.path().join("new"), &[]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.err.contains("no picture, clip or sound"), "{}", run.err);
}

/// Ctrl-C while a submission is on its way, after so many milliseconds.
#[cfg(unix)]
#[test]
fn an_interrupted_submission_says_how_to_go_on() {
    let (sandbox, out) = (Sandbox::start(), folder());
    let fault = r#"[{"step":"submit","times":0,"fault":{"kind":"delay_after","ms":3000}}]"#;
    sandbox.fault(fault);
    let variables = [("RUNWARE_BASE_URL", sandbox.urls[0].as_str()), ("RUNWARE_API_KEY", "key")];
    let args = ["generate", "-", "--to", SEEDREAM, "--out", out.path().to_str().unwrap()];
    let run = support::interrupted(&variables, &args, PICTURE, out.path());
    assert_eq!(run.code, 130, "{}", run.err);
    assert!(run.err.contains("may have been accepted and charged"), "{}", run.err);
    sandbox.fault("[]");
    let manifest = out.path().join(&files(out.path())[0]);
    let resumed = genmux_with(&variables, &["resume", manifest.to_str().unwrap()], "");
    assert_eq!(resumed.code, 0, "{}", resumed.err);
}

#[test]
fn a_rejected_offer_gives_way_to_the_next() {
    let out = folder();
    let run = sandboxed(CLIP, "runware/seedream-4.0,replicate/seedance-2.0-fast", out.path(), &[]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("gives way to replicate/seedance-2.0-fast"), "{}", run.err);
}

#[test]
fn wrong_usage_ends_with_2_before_anything_is_sent() {
    let out = folder();
    let path = out.path();
    let text = path.to_str().unwrap();
    let run = |variables: &[(&str, &str)], more: &[&str]| {
        let args = ["generate", "-", "--to", SEEDREAM, "--out", text];
        genmux_with(variables, &[&args[..], more].concat(), PICTURE)
    };
    let key = ("RUNWARE_API_KEY", "key");
    check_refused(&run(&[], &[]), 2, "set RUNWARE_API_KEY", path);
    let request = r#"{"prompt":"a boat","resolution":"2K"}"#;
    let scenario = genmux(&["generate", "-", "--to", "scenario/seedream-4.0"], request);
    assert!(scenario.err.contains("SCENARIO_SDK_API_KEY and SCENARIO_SDK_API_SECRET"));
    let no_scheme = [key, ("RUNWARE_BASE_URL", "api.runware.ai/v1")];
    check_refused(&run(&no_scheme, &[]), 2, "has no scheme", path);
    check_refused(&run(&[key], &["--deadline", "0s"]), 2, "leaves no time to wait", path);
    check_refused(&run(&[key], &["--deadline", "soon"]), 2, "accepted: 90s", path);
    check_refused(&run(&[key], &["--as-of", "2025-11-01"]), 2, "no longer serves", path);
    let retired = genmux_with(
        &[key],
        &["generate", "-", "--to", "runware/seededit-3.0", "--out", text],
        r#"{"prompt":"a boat","references":{"images":["https://a.b/c.png"]}}"#,
    );
    check_refused(&retired, 2, "retired", path);
    let unknown = genmux(&["generate", "-", "--to", "runware/nope"], PICTURE);
    assert_eq!(unknown.code, 2);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_refused_before_anything_is_sent() {
    let out = folder();
    let file = out.path().join("file");
    fs::write(&file, "").unwrap();
    let run = sandboxed(PICTURE, SEEDREAM, &file.join("below"), &[]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("cannot write to the folder"), "{}", run.err);
}

#[test]
fn outputs_are_never_written_over_unless_forced() {
    let out = folder();
    let again = |more: &[&str]| {
        sandboxed(PICTURE, SEEDREAM, out.path(), &[&["--idempotency-key", "k"], more].concat())
    };
    assert_eq!(again(&[]).code, 0);
    let before = files(out.path());
    let refused = again(&[]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("exists already"), "{}", refused.err);
    assert_eq!(files(out.path()), before);
    assert_eq!(again(&["--force"]).code, 0);
}

/// What the vendor's refusal of a key is told as.
fn check_key(key: &str, said: &str) {
    let (sandbox, out) = (Sandbox::start(), folder());
    let variables = [("RUNWARE_BASE_URL", sandbox.urls[0].as_str()), ("RUNWARE_API_KEY", key)];
    let args = ["generate", "-", "--to", SEEDREAM, "--out", out.path().to_str().unwrap()];
    let run = genmux_with(&variables, &args, PICTURE);
    check_refused(&run, 3, said, out.path());
    assert!(!run.err.contains(key), "{}", run.err);
}

#[test]
fn a_vendor_that_refuses_ends_with_3() {
    check_key("invalid-key", "auth");
    check_key("no-credit", "quota");
    check_key("throttled", "rate_limited");
}

#[test]
fn a_vendor_that_is_not_there_ends_with_3() {
    let out = folder();
    let variables = [("RUNWARE_BASE_URL", "http://127.0.0.1:1"), ("RUNWARE_API_KEY", "key")];
    let args = ["generate", "-", "--to", SEEDREAM, "--out", out.path().to_str().unwrap()];
    let run = genmux_with(&variables, &args, PICTURE);
    check_refused(&run, 3, "transport", out.path());
}

#[test]
fn what_was_not_done_by_the_deadline_can_be_resumed() {
    let (sandbox, out) = (Sandbox::start(), folder());
    let variables =
        [("REPLICATE_BASE_URL", sandbox.urls[1].as_str()), ("REPLICATE_API_TOKEN", "k")];
    let path = out.path().to_str().unwrap();
    let to = ["generate", "-", "--to", "replicate/seedance-2.0-fast", "--out", path];
    let run = genmux_with(&variables, &[&to[..], &["--deadline", "1ms"]].concat(), CLIP);
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(run.err.contains("genmux resume "), "{}", run.err);
    let manifest = out.path().join(&files(out.path())[0]);
    let resumed = genmux_with(&variables, &["resume", manifest.to_str().unwrap()], "");
    assert_eq!(resumed.code, 0, "{}", resumed.err);
    assert_eq!(files(out.path()).len(), 2);
    let again = genmux_with(&variables, &["resume", manifest.to_str().unwrap()], "");
    assert_eq!((again.code, &again.out), (0, &resumed.out), "{}", again.err);
    fs::write(resumed.out.trim_end(), "mine").unwrap();
    let mine = genmux_with(&variables, &["resume", manifest.to_str().unwrap()], "");
    assert!(mine.code == 2 && mine.err.contains("--force"), "{}", mine.err);
    fs::remove_file(resumed.out.trim_end()).unwrap();
    let elsewhere = [("REPLICATE_BASE_URL", "http://127.0.0.1:1"), ("REPLICATE_API_TOKEN", "k")];
    let refused = genmux_with(&elsewhere, &["resume", manifest.to_str().unwrap()], "");
    assert_eq!(refused.code, 2, "a handle's address is never sent to: {}", refused.err);
}

#[test]
fn the_demo_ends_with_the_path_of_its_page() {
    let out = folder();
    let run = genmux(&["demo", "--out", out.path().to_str().unwrap()], "");
    assert_eq!(run.code, 0, "{}", run.err);
    let page = fs::read_to_string(run.out.lines().last().unwrap()).unwrap();
    let shown = |what: &str| page.matches(what).count();
    assert_eq!((shown("<img "), shown("<video ")), (8, 2));
    for name in files(out.path()).iter().filter(|name| !is_manifest(name)) {
        assert!(name == "index.html" || page.contains(name.as_str()), "{name}");
    }
}
