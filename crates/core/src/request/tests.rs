//! Reading and writing of whole requests.

use super::*;

fn read(json: &str) -> Result<Request, ReadError> {
    Request::from_json(json.as_bytes())
}

fn check_error(json: &str, expected: &[&str]) {
    let error = read(json).unwrap_err().to_string();
    for part in expected {
        assert!(error.contains(part), "{json}: {error}");
    }
}

#[test]
fn every_leaf_round_trips() {
    let json = r#"{"kind":"video","prompt":"a","size":"1920x1088","aspect_ratio":"16:9","resolution":"1080p","duration":1.2,"fps":24,"frames":{"first":"https://a.b/1.png","last":"https://a.b/2.png"},"references":{"images":["https://a.b/3.png"],"videos":["https://a.b/4.mp4"],"audios":["https://a.b/5.mp3"]},"sequential_count":4,"count":2,"seed":0,"guidance_scale":5.5,"camera_fixed":true,"generate_audio":false,"output":{"format":"mp4","quality":95},"safety":"fast","delivery":{"webhook_url":"https://a.b/h","upload_url":"https://a.b/u","ttl_seconds":60,"include_cost":true},"provider_options":{"runware":{"a":{"b":1}}}}"#;
    let request = read(json).unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), json);
    assert_eq!(request.leaves().iter().count(), Leaf::ALL.len());
}

#[test]
fn null_and_empty_mean_unset() {
    let request = read(
        r#"{"prompt":null,"frames":{},"references":{"images":[]},"output":null,"provider_options":{"runware":{"a":null,"b":{},"c":[]}}}"#,
    );
    assert_eq!(serde_json::to_string(&request.unwrap()).unwrap(), "{}");
}

#[test]
fn errors_name_path_line_and_way_out() {
    check_error("{\n \"n\": 2}", &["line 2", "genmux calls it count"]);
    check_error(r#"{"frames":{"first":5}}"#, &["frames.first", "media"]);
    check_error(
        r#"{"references":{"images":["asset_1"]}}"#,
        &["references.images[0]", "scenario:asset_1"],
    );
    check_error(r#"{"seed":18446744073709551616}"#, &["seed", "18446744073709551615"]);
    check_error(r#"{"seed":-1}"#, &["seed", "whole number"]);
    check_error(r#"{"prompt":5}"#, &["prompt", "string"]);
    check_error(r#"{"size":"0x10"}"#, &["size", "1920x1088"]);
    check_error(r#"{"aspect_ratio":"0:0"}"#, &["aspect_ratio", "16:9"]);
    check_error(r#"{"prompt":"a","prompt":"b"}"#, &["duplicate field `prompt`"]);
    check_error(r#"{"provider_options":{"runware":{"a":1,"a":2}}}"#, &["stands twice"]);
    check_error("", &["the document is empty"]);
    check_error("[1]", &["a request"]);
    check_error("{\"prompt\":", &["line 1"]);
    check_error("{\"guidance_scale\":NaN}", &["line 1"]);
    check_error("{\"guidance_scale\":1e999}", &["out of range"]);
    check_error(
        &format!("{{\"provider_options\":{}", "{\"a\":".repeat(100_000)),
        &["recursion limit"],
    );
}

#[test]
fn whole_numbers_are_read_by_value() {
    let request = read(r#"{"seed":-0.0,"count":2.0}"#).unwrap();
    assert_eq!((request.seed, request.count), (Some(0), Some(2)));
    assert!(read(r#"{"count":2.5}"#).is_err());
}

#[test]
fn kind_follows_from_fields_that_only_one_kind_has() {
    let check =
        |json: &str, kind: Option<Kind>| assert_eq!(read(json).unwrap().kind(), kind, "{json}");
    check(r#"{"prompt":"a"}"#, None);
    check(r#"{"duration":5}"#, Some(Kind::Video));
    check(r#"{"resolution":"720p"}"#, Some(Kind::Video));
    check(r#"{"resolution":"2K"}"#, None);
    check(r#"{"sequential_count":1}"#, Some(Kind::Image));
    check(r#"{"output":{"format":"png"}}"#, Some(Kind::Image));
    check(r#"{"output":{"format":"mp4"}}"#, None);
    check(r#"{"kind":"image","duration":5}"#, Some(Kind::Image));
}

#[test]
fn debug_shows_no_prompt() {
    let debug = format!("{:?}", Request::image("SECRET"));
    assert!(!debug.contains("SECRET"), "{debug}");
}

#[test]
fn a_message_is_one_line_whatever_the_document_says() {
    let key = format!("{{\"provider_options\":{{\"a\\r\\n\\u001b[2J\\u202e\":{}", "[".repeat(200));
    let long = format!("{{\"provider_options\":{{\"{0}\":1,\"{0}\":2}}}}", "k".repeat(5000));
    for text in [key, long] {
        let message = read(&text).unwrap_err().to_string();
        assert!(message.len() < 1500 && !message.chars().any(char::is_control), "{message}");
        assert!(!message.contains('\u{202e}'), "{message}");
    }
}
