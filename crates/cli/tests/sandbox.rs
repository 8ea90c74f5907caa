//! `genmux sandbox` takes what `genmux translate` writes.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use support::{SEEDREAM, Sandbox, genmux};

/// Posts JSON over plain HTTP and reads the whole answer.
fn post(url: &str, path: &str, authorization: &str, body: &str) -> String {
    let (host, base) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "POST /{base}{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Translates a request, sends its body to the sandbox and checks what the answer says.
fn check(
    sandbox: &Sandbox,
    (provider, offer, path): (usize, &str, &str),
    request: &str,
    said: &str,
) {
    let run = genmux(&["translate", "-", "--to", offer], request);
    assert_eq!(run.code, 0, "{}", run.out);
    let body: Value = run.json()["http"]["body"].clone();
    // Any key is taken: this one is `key:secret` where the vendor wants both.
    let authorization = if provider == 2 { "Basic a2V5OnNlY3JldA==" } else { "Bearer key" };
    let answer = post(&sandbox.urls[provider], path, authorization, &body.to_string());
    assert!(answer.contains(said), "{offer}: {answer}");
}

#[test]
fn each_vendor_takes_what_is_translated_for_it() {
    let sandbox = Sandbox::start();
    let runware = (0, SEEDREAM, "");
    check(&sandbox, runware, r#"{"prompt":"a boat","aspect_ratio":"16:9"}"#, "taskUUID");
    let path = "/models/bytedance/seedance-2.0-fast/predictions";
    let replicate = (1, "replicate/seedance-2.0-fast", path);
    check(&sandbox, replicate, r#"{"prompt":"a boat","duration":5}"#, "\"starting\"");
    let path = "/generate/custom/model_bytedance-seedream-4-editing";
    let scenario = (2, "scenario/seedream-4.0", path);
    check(&sandbox, scenario, r#"{"prompt":"a boat","resolution":"2K"}"#, "\"jobId\"");
}

#[test]
fn only_loopback_is_served() {
    let run = genmux(&["sandbox", "--addr", "192.0.2.1:0"], "");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("192.0.2.1"), "{}", run.err);
}
