//! Vendors that repeat what they were told: every error has key, prompt, addresses and media in it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::Story;
use crate::desk::Desk;
use crate::marks::Mark::Made;
use crate::marks::{HOOK_URL, KEYS, PICTURE_URL, PROMPT, picture_uri};
use crate::online::{REPLICATE, RUNWARE, SCENARIO, Work};

/// All that a vendor knows of a call, in one sentence: what it was sent, and its own keys.
pub(crate) fn echo(work: Work) -> String {
    let provider = work.offer.split('/').next().unwrap().to_uppercase();
    let own = KEYS.iter().filter(|(name, _)| name.starts_with(&provider)).map(|(_, key)| *key);
    let mut own: Vec<String> = own.map(str::to_owned).collect();
    if let [key, secret] = &own[..] {
        own.push(format!("{key}:{secret}"));
    }
    let mut said = format!("refused: '{PROMPT}' ({}…)", &PROMPT[..20]);
    let sent = (work.request)().to_string();
    said.extend(
        [HOOK_URL, PICTURE_URL]
            .iter()
            .filter(|url| sent.contains(**url))
            .map(|url| format!(" {url}")),
    );
    for key in own {
        let coded = BASE64_STANDARD.encode(&key);
        let percent = key.replace('_', "%5F");
        said = format!("{said} {key} {}… {coded} {percent}", &key[..10]);
    }
    said + " " + &picture_uri()
}

/// An error in a vendor's own form, with the echo wherever there is a text.
fn error(work: Work) -> Value {
    let said = echo(work);
    match work.offer.split('/').next().unwrap() {
        "runware" => json!({ "errors": [{ "code": "invalidApiKey", "message": said,
            "parameter": "positivePrompt", "type": "string", "documentation": said,
            "allowedValues": [said], "taskType": said }] }),
        "replicate" => json!({ "title": said, "detail": said, "status": 401, "type": said,
            "invalid_fields": [{ "type": said, "field": "prompt", "description": said }] }),
        _ => json!({ "reason": said, "message": said, "error": said, "code": said }),
    }
}

pub(crate) fn stories() -> Vec<Story> {
    let mut stories = Vec::new();
    let works = [("runware", RUNWARE), ("replicate", REPLICATE), ("scenario", SCENARIO)];
    for (name, work) in works {
        let named = |step: &str| -> &'static str { format!("{name}_repeats_at_{step}").leak() };
        stories.push(Story::new("generate", named("submit"), move || refuses_submit(work)));
        stories.push(Story::new("generate", named("poll"), move || refuses_polls(work)));
        stories.push(Story::new("generate", named("end"), move || fails_jobs(work)));
        stories.push(Story::new("generate", named("download"), move || refuses_downloads(work)));
        stories.push(Story::new("resume", named("lost"), move || loses_submits(work)));
    }
    stories.push(Story::new("generate", "scenario_repeats_at_upload", refuses_uploads));
    stories.push(Story::new("generate", "scenario_repeats_at_price", || {
        let desk = Desk::online();
        let body = error(SCENARIO).to_string();
        desk.fault("submit", 0, &json!({ "kind": "status", "status": 400, "body": body }));
        let args = ["generate", "-", "--to", SCENARIO.offer, "--dry-run"];
        let run = desk.run(&args, &(SCENARIO.request)().to_string(), &[]);
        assert_ne!(run.code, 0, "{}", run.err);
    }));
    stories.push(Story::new("generate", "a_chain_says_why", chain));
    stories.push(Story::new("generate", "a_base_url_with_a_key", base_url));
    stories
}

fn refuses_submit(work: Work) {
    for status in [400, 401, 402, 403, 404, 422, 500] {
        let desk = Desk::online();
        let fault = json!({ "kind": "status", "status": status, "body": error(work).to_string() });
        desk.fault("submit", 0, &fault);
        let run = work.generate(&desk, &["--idempotency-key", "k"]);
        assert_ne!(run.code, 0, "{status}: {}", run.err);
        assert!(run.err.contains("[…]"), "the vendor's words are told, but for these: {}", run.err);
        let json = work.generate(&desk, &["--json", "--idempotency-key", "k"]);
        assert!(json.json()["error"]["message"].is_string(), "{}", json.out);
        desk.run(&["jobs"], "", &[]);
        desk.run(&["jobs", "--json"], "", &[]);
    }
}

fn refuses_polls(work: Work) {
    let desk = Desk::online();
    let fault = json!({ "kind": "status", "status": 401, "body": error(work).to_string() });
    desk.fault("poll", 0, &fault);
    let run = work.generate(&desk, &["--deadline", "60s"]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.err.contains("no longer answers"), "{}", run.err);
    work.search(&desk, &[]);
    desk.run(&["jobs", "--json"], "", &[]);
    desk.fault("poll", 0, &json!({ "kind": "html" }));
    let run = desk.run(&["resume", "--deadline", "1s"], "", &[]);
    assert_eq!(run.code, 4, "{}", run.err);
}

fn fails_jobs(work: Work) {
    let desk = Desk::online();
    let fault = json!({ "kind": "fail_job", "code": echo(work), "message": echo(work) });
    desk.fault("submit", 0, &fault);
    let run = work.generate(&desk, &["--idempotency-key", "k"]);
    assert_eq!(run.code, 3, "{}", run.err);
    for more in [&[][..], &["--json"][..]] {
        desk.run(&[&["jobs"][..], more].concat(), "", &[]);
        desk.run(&[&["resume", "k"][..], more].concat(), "", &[]);
    }
}

fn refuses_downloads(work: Work) {
    let desk = Desk::online();
    let fault = json!({ "kind": "status", "status": 403, "body": echo(work) });
    desk.fault("download", 0, &fault);
    let run = work.generate(&desk, &["--json"]);
    assert_eq!(run.code, 3, "{}", run.err);
    desk.fault(
        "download",
        0,
        &json!({ "kind": "redirect",
        "to": format!("http://169.254.169.254/{}?t={}", KEYS[0].1, KEYS[1].1) }),
    );
    let run = work.generate(&desk, &[]);
    assert_eq!(run.code, 3, "{}", run.err);
    let made: &[_] = if work.offer == SCENARIO.offer { &[Made] } else { &[] };
    work.search(&desk, made);
}

/// A submission of which nobody knows, and everything that is asked about it then.
fn loses_submits(work: Work) {
    let desk = Desk::online();
    desk.fault(
        "submit",
        0,
        &json!({ "kind": "status", "status": 503, "body": error(work).to_string() }),
    );
    let run = work.generate(&desk, &["--idempotency-key", "k"]);
    assert_eq!(run.code, 3, "{}", run.err);
    let fault = json!({ "kind": "status", "status": 403, "body": error(work).to_string() });
    for step in ["poll", "other", "submit"] {
        desk.fault(step, 0, &fault);
        for more in [&[][..], &["--adopt", "some-job"], &["--allow-duplicate", "--deadline", "1s"]]
        {
            desk.run(&[&["resume", "k"][..], more].concat(), "", &[]);
        }
    }
    work.search_some(&desk);
}

fn refuses_uploads() {
    let desk = Desk::online();
    let body = error(SCENARIO).to_string();
    desk.fault("upload", 0, &json!({ "kind": "status", "status": 400, "body": body }));
    let run = SCENARIO.generate(&desk, &[]);
    assert_eq!(run.code, 3, "{}", run.err);
}

/// Every offer of a chain refuses, and why the next one is asked is told.
fn chain() {
    let desk = Desk::online();
    let said = json!({ "detail": echo(REPLICATE),
        "errors": [{ "code": "invalidPositivePrompt", "message": echo(RUNWARE) }] });
    desk.fault("submit", 0, &json!({ "kind": "status", "status": 401, "body": said.to_string() }));
    let out = desk.out();
    let to = "runware/seedream-4.0,replicate/seedream-4.0";
    let args = ["generate", "-", "--to", to, "--out", out.as_str()];
    let run = desk.run(&args, &(RUNWARE.request)().to_string(), &[]);
    assert!(run.code == 3 && run.err.contains("gives way"), "{}", run.err);
}

/// Base URLs with keys in them are refused, and not repeated.
fn base_url() {
    let desk = Desk::offline();
    let mut variables = desk.variables();
    for url in ["https://KEY@api.test/v1", "https://a:KEY@api.test", "https://api.test/?key=KEY"] {
        let url = url.replace("KEY", KEYS[0].1);
        variables.push(("RUNWARE_BASE_URL".to_owned(), url));
        let all: Vec<_> = variables.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let args = ["generate", "-", "--to", RUNWARE.offer];
        let run = crate::support::genmux_with(&all, &args, &(RUNWARE.request)().to_string());
        assert_eq!(run.code, 2, "{}", run.err);
        crate::desk::holds("standard error", &args, run.err.as_bytes(), &[]);
        assert!(run.err.contains("RUNWARE_BASE_URL"), "{}", run.err);
    }
}
