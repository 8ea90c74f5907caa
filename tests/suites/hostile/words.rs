//! Words that would drive a terminal, fill it, or make a line read as another one.

use std::io::Write;

use serde_json::{Value, json};

use crate::cases::{Case, Cases};
use crate::scene::{LONG, Patience};
use crate::vendor::{Asked, Step, answer, whole};

/// Clears the screen, sets a title, makes a link, begins a line of its own, turns the direction.
const NASTY: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]8;;https://evil.example\u{7}click\
    \u{1b}]8;;\u{7}\r\ngenmux: all is well\u{202e}txt.exe\u{2066}\u{9b}31m\0\u{8}\u{7f}";

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::of("Words");
    texts(&mut cases);
    cases.add("describes an output that is gone with escapes of a terminal", |scene| {
        let describes = |asked: &Asked, out: &mut dyn Write| {
            let mut body: Value = serde_json::from_slice(&asked.good).unwrap();
            for key in ["mimeType", "kind", "name"] {
                body["assets"][0][key] = json!(NASTY);
            }
            out.write_all(&whole(body.to_string().as_bytes()))
        };
        scene.wrong(Step::Assets, describes).sends(Step::Output, answer("404 No", b"")).seen()
    });
    cases.only(&["scenario"]);
    cases.add("gives a status line and types with escapes of a terminal", |scene| {
        let gives = |_: &Asked, out: &mut dyn Write| {
            let head = format!("HTTP/1.1 404 {NASTY}\r\nContent-Type: {NASTY}\r\n\r\n{NASTY}");
            out.write_all(head.as_bytes())
        };
        scene.wrong(Step::Submit, gives).seen()
    });
    cases.list
}

fn texts(cases: &mut Cases) {
    for (what, text) in
        [("escapes of a terminal", NASTY.to_owned()), ("100,000 characters", long())]
    {
        let word = text.clone();
        cases.add(format!("refuses a submission with {what} in every word"), move |scene| {
            let word = word.clone();
            let refuses = move |asked: &Asked, out: &mut dyn Write| {
                out.write_all(&answer("422 No", refusal(asked, &word).to_string().as_bytes()))
            };
            scene.wrong(Step::Submit, refuses).seen()
        });
        let word = text.clone();
        cases.add(format!("fails a job with {what} in every word"), move |scene| {
            let word = word.clone();
            let fails = move |asked: &Asked, out: &mut dyn Write| {
                out.write_all(&whole(failure(asked, &word).to_string().as_bytes()))
            };
            scene.wrong(Step::Poll, fails).seen()
        });
        cases.add(format!("has a status of {what}"), move |scene| {
            let word = text.clone();
            let answers = move |asked: &Asked, out: &mut dyn Write| {
                out.write_all(&whole(status(asked, &word).to_string().as_bytes()))
            };
            let soon = Patience { deadline: std::time::Duration::from_secs(2), ..LONG };
            scene.patient(soon).wrong(Step::Poll, answers).seen()
        });
    }
}

fn long() -> String {
    "it did not work ".repeat(6_300)
}

/// A refusal in the form of its vendor.
fn refusal(asked: &Asked, word: &str) -> Value {
    if asked.body.starts_with(b"[") {
        return json!({ "errors": [{ "code": word, "message": word, "parameter": word,
            "allowedValues": [word], "taskType": word }] });
    }
    if asked.path.contains("predictions") {
        let field = json!({ "type": word, "field": word, "description": word });
        return json!({ "title": word, "detail": word, "invalid_fields": [field] });
    }
    json!({ "reason": format!("Input {word} must be at least {word}"), "name": word })
}

fn failure(asked: &Asked, word: &str) -> Value {
    let mut body: Value = serde_json::from_slice(&asked.good).unwrap();
    if let Some(entry) = body["data"].get(0) {
        return json!({ "data": [], "errors": [{ "taskUUID": entry["taskUUID"], "code": word,
            "status": "error", "message": word }] });
    }
    if body["job"].is_object() {
        body["job"]["status"] = json!("failure");
        body["job"]["metadata"] = json!({ "error": word, "hint": word });
        return body;
    }
    json!({ "id": "job_1", "status": "failed", "error": word, "logs": word })
}

fn status(asked: &Asked, word: &str) -> Value {
    let mut body: Value = serde_json::from_slice(&asked.good).unwrap();
    for place in ["/data/0/status", "/job/status", "/status"] {
        if let Some(status) = body.pointer_mut(place) {
            *status = json!(word);
        }
    }
    body
}
