//! Vendors that take media badly. Uploads are free: whatever happens, nothing is submitted.

use std::time::Duration;

use genmux::Media;
use serde_json::json;

use crate::cases::{Case, Cases};
use crate::lines::drip;
use crate::scene::{Patience, Scene};
use crate::vendor::{Step, png, whole};

/// The deadline passes within the second try, however slow the machine is.
const BRIEF: Patience = Patience {
    idle: Duration::from_secs(3),
    reply: Duration::from_secs(3),
    deadline: Duration::from_secs(4),
};

/// A picture that no vendor takes within the payload.
const LONG: usize = 3_000_000;
/// A picture that Scenario takes in parts.
const IN_PARTS: usize = 7_000_000;

/// Who takes media by themselves; Runware takes them within the payload.
const TAKERS: [&str; 2] = ["replicate", "scenario"];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Cases::of("Uploads");
    cases.add("answers an upload with headers that drip for ever", |scene| {
        let scene = scene.patient(BRIEF);
        free(scene.wrong(Step::Upload, |_, out| drip(out, b"HTTP/1.1 200 OK\r\nX-A: ")), LONG)
    });
    cases.only(&TAKERS);
    cases.add("answers an upload with a body that drips for ever", |scene| {
        let scene = scene.patient(BRIEF);
        free(scene.wrong(Step::Upload, |_, out| drip(out, b"HTTP/1.1 200 OK\r\n\r\n ")), LONG)
    });
    cases.only(&TAKERS);
    cases.add("never reads what is uploaded", |mut scene| {
        scene.role.deaf = true;
        free(scene.patient(BRIEF), LONG)
    });
    cases.only(&TAKERS);
    in_parts(&mut cases);
    cases.list
}

fn in_parts(cases: &mut Cases) {
    cases.add("has the parts of an upload sent to a metadata service", |scene| {
        let url = "https://169.254.169.254/latest";
        free(scene.sends(Step::Upload, whole(&parts(&[url]))), IN_PARTS)
    });
    cases.only(&["scenario"]);
    cases.add("has the parts of an upload sent to a private network", |scene| {
        free(scene.sends(Step::Upload, whole(&parts(&["http://10.0.0.1/a"]))), IN_PARTS)
    });
    cases.only(&["scenario"]);
    cases.add("names 100,000 places for the one part of an upload", |scene| {
        let urls = vec!["https://a.example/"; 100_000];
        free(scene.sends(Step::Upload, whole(&parts(&urls))), IN_PARTS)
    });
    cases.only(&["scenario"]);
    cases.add("looks at an upload for ever", |scene| {
        let never = json!({ "upload": { "id": "u/../1", "status": "validating" } });
        let never = never.to_string().into_bytes();
        let scene = scene.patient(BRIEF).sends(Step::Poll, whole(&never));
        let scene = scene.wrong(Step::Upload, move |asked, out| {
            let place = format!("http://127.0.0.1:{}/v1/part", port(&asked.headers));
            let first = asked.path == "/v1/uploads";
            let body = if first { parts(&[&place]) } else { never.clone() };
            out.write_all(&whole(&body))
        });
        free(scene, IN_PARTS)
    });
    cases.only(&["scenario"]);
}

fn port(headers: &[String]) -> &str {
    let host = headers.iter().find_map(|line| line.strip_prefix("host: ")).unwrap();
    host.rsplit(':').next().unwrap()
}

fn parts(urls: &[&str]) -> Vec<u8> {
    let parts = urls.iter().enumerate().map(|(at, url)| json!({ "number": at + 1, "url": url }));
    let upload = json!({ "id": "u/../1", "parts": parts.collect::<Vec<_>>() });
    json!({ "upload": upload }).to_string().into_bytes()
}

/// Plays a request with a picture, and sees to it that nothing is submitted.
async fn free(mut scene: Scene, len: usize) -> String {
    let mut bytes = png(1024, 1024);
    bytes.resize(len, 7);
    scene.request = scene.subject.reference.request();
    scene.request.references.images = vec![Media::bytes(bytes, "image/png")];
    let played = scene.play().await;
    played.judge();
    assert_eq!(played.vendor.charges(), 0, "nothing is submitted");
    assert!(!played.error().may_have_been_charged(), "{}", played.error());
    played.seen()
}
