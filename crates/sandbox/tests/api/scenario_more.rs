//! Scenario: webhook endpoints, downloads in other formats, uploads by address.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use genmux_sandbox::{Fault, Provider, Rule, Step};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::scenario::{LITE, generate, job, upload};
use crate::support::{Lab, lab, pause, send};

const HOOKS: &str = "/projects/proj_sandbox/webhook-endpoints";

/// Registers a receiver of some events and gives the endpoint as it was answered.
async fn register(lab: &Lab, listener: &TcpListener, events: Value) -> Value {
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let body = json!({"url": url, "enabledEvents": events, "description": "mine"});
    let (status, mut body) = send(lab.scenario("POST", HOOKS).json(&body)).await;
    assert_eq!(status, 200, "{body}");
    body["webhookEndpoint"].take()
}

/// The body of the next call.
async fn receive(listener: &TcpListener) -> Value {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut text = Vec::new();
    loop {
        stream.read_buf(&mut text).await.unwrap();
        let given = String::from_utf8_lossy(&text).into_owned();
        let body = given.split("\r\n\r\n").nth(1).and_then(|it| serde_json::from_str(it).ok());
        if let Some(body) = body {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
            return body;
        }
    }
}

async fn hooks(lab: &Lab) -> Value {
    send(lab.scenario("GET", HOOKS)).await.1["webhookEndpoints"].take()
}

#[tokio::test]
async fn registered_receivers_hear_of_the_end_of_jobs() {
    let lab = lab().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let events = json!(["generation.completed", "generation.failed"]);
    let hook = register(&lab, &listener, events).await;
    assert!(hook["secret"].is_string() && hook["ownerId"] == "proj_sandbox", "{hook}");
    let (_, made) = generate(&lab, LITE, json!({"prompt": "a boat"})).await;
    let event = receive(&listener).await;
    assert_eq!(event["type"], "generation.completed");
    assert_eq!(event["payload"]["job"], job(&lab, &made["job"]["jobId"]).await);
    let fault = Fault::FailJob { code: "moderation".into(), message: "no".into() };
    lab.sandbox.set_faults(vec![Rule::new(Provider::Scenario, Step::Submit, fault)]);
    generate(&lab, LITE, json!({"prompt": "a boat"})).await;
    let event = receive(&listener).await;
    assert_eq!(event["type"], "generation.failed");
    assert_eq!(event["payload"]["job"]["metadata"]["error"], "no");
    pause().await;
    let listed = hooks(&lab).await;
    assert_eq!((&listed[0]["nbTotalCalls"], &listed[0]["nbFailedCalls"]), (&json!(2), &json!(0)));
    assert!(listed[0].get("secret").is_none(), "the secret is told once");
}

#[tokio::test]
async fn all_events_are_a_star() {
    let lab = lab().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    register(&lab, &listener, json!(["*"])).await;
    generate(&lab, LITE, json!({"prompt": "a boat"})).await;
    assert_eq!(receive(&listener).await["type"], "generation.created");
    assert_eq!(receive(&listener).await["type"], "generation.completed");
}

#[tokio::test]
async fn receivers_are_changed_and_removed() {
    let lab = lab().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hook = register(&lab, &listener, json!(["generation.completed"])).await;
    let path = format!("{HOOKS}/{}", hook["id"].as_str().unwrap());
    let change = lab.scenario("PUT", &path).json(&json!({"enabled": false}));
    let (status, body) = send(change).await;
    assert_eq!((status, &body["webhookEndpoint"]["enabled"]), (200, &json!(false)));
    assert_eq!(body["webhookEndpoint"]["description"], "mine");
    generate(&lab, LITE, json!({"prompt": "a boat"})).await;
    pause().await;
    pause().await;
    assert_eq!(hooks(&lab).await[0]["nbTotalCalls"], 0);
    assert_eq!(send(lab.scenario("DELETE", &path)).await.0, 200);
    assert_eq!(hooks(&lab).await, json!([]));
    assert_eq!(send(lab.scenario("DELETE", &path)).await.0, 404);
    assert_eq!(send(lab.scenario("PUT", &path).json(&json!({}))).await.0, 404);
}

#[tokio::test]
async fn receivers_need_an_address_and_known_events() {
    let lab = lab().await;
    for body in [
        json!({"url": "http://127.0.0.1:1/"}),
        json!({"url": "http://127.0.0.1:1/", "enabledEvents": []}),
        json!({"url": "http://127.0.0.1:1/", "enabledEvents": ["generation.postponed"]}),
        json!({"url": "/hook", "enabledEvents": ["*"]}),
        json!({"enabledEvents": ["*"]}),
    ] {
        let (status, answer) = send(lab.scenario("POST", HOOKS).json(&body)).await;
        assert!(status == 400 && answer["reason"].is_string(), "{body}: {answer}");
    }
    let (_, body) = send(lab.scenario("GET", HOOKS)).await;
    assert_eq!(body["webhookEndpoints"], json!([]));
}

/// The id of a made picture, which is a JPEG.
async fn made(lab: &Lab) -> String {
    let (_, made) = generate(lab, LITE, json!({"prompt": "a boat"})).await;
    pause().await;
    let job = job(lab, &made["job"]["jobId"]).await;
    job["metadata"]["assetIds"][0].as_str().unwrap().to_owned()
}

async fn download(lab: &Lab, id: &str, body: Value) -> (u16, Value) {
    send(lab.scenario("POST", &format!("/assets/{id}/download")).json(&body)).await
}

#[tokio::test]
async fn assets_are_downloaded_as_they_are_or_in_another_format() {
    let lab = lab().await;
    let id = made(&lab).await;
    for (asked, mime, magic) in [
        (json!({}), "image/jpeg", &b"\xFF\xD8\xFF"[..]),
        (json!({"targetFormat": "jpg"}), "image/jpeg", b"\xFF\xD8\xFF"),
        (json!({"targetFormat": "png"}), "image/png", b"\x89PNG"),
        (json!({"targetFormat": "webp"}), "image/webp", b"RIFF"),
    ] {
        let (status, body) = download(&lab, &id, asked).await;
        assert_eq!((status, &body["mimeType"]), (200, &json!(mime)));
        let file = lab.client.get(body["url"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(file.headers()["content-type"], mime);
        assert!(file.bytes().await.unwrap().starts_with(magic));
    }
}

#[tokio::test]
async fn formats_that_cannot_be_made_are_refused() {
    let lab = lab().await;
    let (made, given) = (made(&lab).await, upload(&lab).await);
    for (id, format) in [(&made, "mp4"), (&made, "bmp"), (&given, "webp")] {
        let (status, body) = download(&lab, id, json!({"targetFormat": format})).await;
        assert_eq!((status, body), (400, json!({"reason": "Invalid target format"})));
    }
    assert_eq!(download(&lab, &given, json!({"targetFormat": "png"})).await.0, 200);
    assert_eq!(download(&lab, "asset_none", json!({})).await.0, 404);
    let poor = Lab { key: "invalid-key", ..lab };
    assert_eq!(download(&poor, &given, json!({})).await.0, 401);
}

/// An upload by address, when it has come to its end.
async fn fetched(lab: &Lab, url: &str) -> Value {
    let body = json!({"kind": "image", "url": url});
    let (status, made) = send(lab.scenario("POST", "/uploads").json(&body)).await;
    assert_eq!((status, &made["upload"]["source"]), (200, &json!("url")), "{made}");
    let path = format!("/uploads/{}", made["upload"]["id"].as_str().unwrap());
    for _ in 0..100 {
        let (_, mut body) = send(lab.scenario("GET", &path)).await;
        if body["upload"]["status"] != "validating" {
            return body["upload"].take();
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("the upload does not end");
}

#[tokio::test]
async fn uploads_are_fetched_from_loopback_and_data_urls() {
    let lab = lab().await;
    let id = made(&lab).await;
    let (_, there) = download(&lab, &id, json!({})).await;
    let data = format!("data:image/png;base64,{}", STANDARD.encode(b"\x89PNG\r\n\x1a\n"));
    for (url, mime) in [(there["url"].as_str().unwrap(), "image/jpeg"), (&data, "image/png")] {
        let upload = fetched(&lab, url).await;
        assert_eq!(upload["status"], "imported", "{upload}");
        let path = format!("/assets/{}", upload["entityId"].as_str().unwrap());
        assert_eq!(send(lab.scenario("GET", &path)).await.1["asset"]["mimeType"], mime);
        assert_eq!(job(&lab, &upload["jobId"]).await["status"], "success");
    }
}

#[tokio::test]
async fn what_cannot_be_fetched_fails_and_what_may_not_is_refused() {
    let lab = lab().await;
    let nobody = format!("http://{}/outputs/nothing.png", lab.sandbox.addr());
    let upload = fetched(&lab, &nobody).await;
    assert_eq!(upload["status"], "failed");
    assert!(upload["errorMessage"].is_string());
    for body in [
        json!({"kind": "image", "url": "https://example.com/a.png"}),
        json!({"kind": "image", "url": "data:,text"}),
        json!({"url": nobody}),
        json!({"kind": "image"}),
    ] {
        let (status, answer) = send(lab.scenario("POST", "/uploads").json(&body)).await;
        assert!(status == 400 && answer["reason"].is_string(), "{body}: {answer}");
    }
}

/// On one thread, as the command line runs it.
#[tokio::test(flavor = "current_thread")]
#[expect(clippy::disallowed_methods, reason = "measures a delay")]
async fn reading_large_assets_holds_nobody_up() {
    let lab = lab().await;
    let body = json!({"prompt": "a boat", "width": 4096, "height": 4096,
        "sequentialImageGeneration": "auto", "maxImages": 2});
    let (_, made) = generate(&lab, LITE, body).await;
    pause().await;
    let ids = job(&lab, &made["job"]["jobId"]).await["metadata"]["assetIds"].take();
    let bulk = lab.scenario("POST", "/assets/get-bulk").json(&json!({"assetIds": ids}));
    let reading = tokio::spawn(send(bulk));
    let (mut longest, mut answered) = (Duration::ZERO, 0);
    while !reading.is_finished() {
        let started = Instant::now();
        lab.admin("faults").await;
        longest = longest.max(started.elapsed());
        answered += 1;
    }
    let (_, body) = reading.await.unwrap();
    assert_eq!(body["assets"].as_array().unwrap().len(), 2);
    assert!(answered > 4, "{answered} answers while two pictures were made; {longest:?}");
}
