//! Commands that read what people send: payloads, curl commands with their keys, HAR files.

use serde_json::{Value, json};

use crate::Story;
use crate::desk::Desk;
use crate::marks::Mark::{self, Media, Prompt, Signed};
use crate::marks::{HOOK_URL, KEYS, PICTURE_URL, PROMPT, picture_uri};

const URL: &str = "https://api.runware.ai/v1";

/// What people send to Runware, its key in a task of its own.
fn tasks() -> Value {
    json!([
        { "taskType": "authentication", "apiKey": KEYS[0].1 },
        {
            "taskType": "imageInference", "taskUUID": "24cd5dff-cb81-4db5-8506-b72a9425f9d1",
            "model": "bytedance:5@0", "positivePrompt": PROMPT, "width": 512, "height": 512,
            "inputs": { "referenceImages": [PICTURE_URL, picture_uri()] }, "webhookURL": HOOK_URL,
        },
    ])
}

/// The same as a curl command with keys in its headers, its address and its user.
fn curl() -> String {
    let [runware, replicate, key, secret] = KEYS.map(|(_, key)| key);
    format!(
        "curl '{URL}?apiKey={runware}' -H 'Authorization: Bearer {runware}' -H 'X-Token: {replicate}' \
         -b 'session={replicate}' -u '{key}:{secret}' -d '{}'",
        tasks()
    )
}

fn har() -> String {
    let body = tasks().to_string();
    let headers = json!([
        { "name": "Authorization", "value": format!("Bearer {}", KEYS[0].1) },
        { "name": "Cookie", "value": KEYS[1].1 },
    ]);
    let request = json!({
        "method": "POST", "url": format!("{URL}?key={}", KEYS[1].1), "headers": headers,
        "cookies": [{ "name": "session", "value": KEYS[1].1 }],
        "postData": { "mimeType": "application/json", "text": body },
    });
    let answer = json!({ "status": 401, "headers": headers, "content": { "text": KEYS[0].1 } });
    json!({ "log": { "entries": [{ "request": request, "response": answer }] } }).to_string()
}

pub(crate) fn stories() -> Vec<Story> {
    vec![
        Story::new("lift", "body", || lifts(&["lift", "-"], &tasks().to_string())),
        Story::new("lift", "curl", || lifts(&["lift", "-"], &curl())),
        Story::new("lift", "request_only", || lifts(&["lift", "-", "--request-only"], &curl())),
        Story::new("lift", "unreadable", unreadable),
        Story::new("convert", "curl", || {
            lifts(
                &["convert", "-", "--to", "runware/seedream-5.0-pro", "--policy", "drop"],
                &curl(),
            );
        }),
        Story::new("compare", "from_curl", || {
            lifts(&["compare", "-", "--from", "runware", "--format", "json"], &curl());
        }),
        Story::new("audit", "har", || audits(&har())),
        Story::new("audit", "script", || audits(&format!("#!/bin/sh\nset -e\n{}\n", curl()))),
        Story::new("audit", "lines", || {
            let line = json!({ "url": format!("{URL}?k={}", KEYS[0].1), "body": tasks() });
            audits(&format!("{line}\n{}\n", tasks()));
        }),
    ]
}

#[track_caller]
fn lifts(args: &[&str], payload: &str) {
    let all: &[Mark] = &[Prompt, Signed, Media];
    Desk::offline().run(args, payload, all);
}

/// Findings name the field and the numbers.
fn audits(sent: &str) {
    for format in ["text", "json", "sarif"] {
        let run = Desk::offline().run(&["audit", "-", "--format", format], sent, &[]);
        assert!(run.out.contains("512x512"), "{} {}", run.out, run.err);
    }
}

/// Payloads that are none: what is wrong is named, and nothing of them is.
fn unreadable() {
    let [runware, ..] = KEYS.map(|(_, key)| key);
    let desk = Desk::offline();
    let whole = curl();
    for sent in [
        format!("Authorization: Bearer {runware}"),
        format!("curl '{URL}' -H 'Authorization: Bearer {runware}' --unknown-{runware}"),
        format!("curl 'ftp://{runware}@host/{PROMPT}' -d '{{}}'"),
        json!({ "apiKey": runware, "prompt": PROMPT }).to_string(),
        json!([{ "taskType": runware, "positivePrompt": PROMPT }]).to_string(),
        json!(PROMPT).to_string(),
        tasks().to_string().replace(']', ""),
        whole[..whole.len() / 2].to_owned(),
    ] {
        let run = desk.run(&["lift", "-"], &sent, &[]);
        assert_eq!(run.code, 2, "{sent}: {} {}", run.out, run.err);
    }
}
