//! Media to assets: small pictures in one call, everything else in parts.
//!
//! By the vendor's page on uploading: `POST /assets` takes pictures under 6 MB as base64,
//! `POST /uploads` takes the rest; the parts go to signed addresses, without the credentials.

use genmux_core::{
    Body, ErrorKind, HttpRequest, PartUrl, Reply, UploadFile, UploadStage, UploadState, UploadStep,
    Uploaded, VendorError, path_segment, retry_after,
};
use serde_json::{Value, json};

use crate::error;
use crate::request::{AUTH, get, post};
use crate::response::{canonical, free, text, unreadable};

/// Pictures under this size are taken in one call.
const SMALL: u64 = 6_000_000;

/// The types that are taken in one call.
const PICTURES: [&str; 9] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/svg+xml",
    "image/webp",
    "image/avif",
    "image/tiff",
    "image/heic",
    "image/heif",
];

/// Every part but the last; S3, which takes them, wants 5 MB at least.
const PART: u64 = 8 * 1024 * 1024;

/// S3 takes no more parts of one medium.
const PARTS: u64 = 10_000;

/// S3 takes no greater part, and so no greater medium that cannot be cut.
const UNCUT: u64 = 5_000_000_000;

/// The vendor states no limit of its own: as many of our parts as S3 takes.
pub(crate) const MOST: u64 = PART * PARTS;

pub(crate) fn upload(base: &str, file: &UploadFile) -> Result<UploadStep, VendorError> {
    let kind = kind(file).ok_or_else(|| {
        invalid(&format!("scenario takes pictures, clips and sound, not {}", file.mime))
    })?;
    if file.is_empty() {
        return Err(invalid("the medium is empty"));
    }
    let http = if is_small(file) { at_once(base, file) } else { in_parts(base, file, kind)? };
    Ok(UploadStep::Send(http, UploadState::default()))
}

fn invalid(message: &str) -> VendorError {
    VendorError::new(ErrorKind::Invalid, message)
}

fn kind(file: &UploadFile) -> Option<&'static str> {
    let mime = mime(file);
    ["image", "video", "audio"]
        .into_iter()
        .find(|kind| mime.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/')))
}

/// The type without parameters.
fn mime(file: &UploadFile) -> String {
    file.mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_small(file: &UploadFile) -> bool {
    file.len() < SMALL && PICTURES.contains(&mime(file).as_str())
}

/// The base64 is made while it is sent.
fn at_once(base: &str, file: &UploadFile) -> HttpRequest {
    let mut body = Body::bytes(format!(r#"{{"name":{},"image":""#, json!(file.name)));
    body.append(file.body.clone().into_base64());
    body.push(r#""}"#);
    HttpRequest::post(format!("{base}/assets"), AUTH, body)
}

fn in_parts(base: &str, file: &UploadFile, kind: &str) -> Result<HttpRequest, VendorError> {
    let parts = parts(file)?;
    let body = json!({
        "kind": kind, "fileName": file.name, "contentType": mime(file),
        "fileSize": file.len(), "parts": parts,
    });
    Ok(post(format!("{base}/uploads"), &body))
}

/// Into how many parts a medium goes; one, where its bytes are made while they are read.
fn parts(file: &UploadFile) -> Result<u64, VendorError> {
    let count = file.len().div_ceil(PART);
    if count > PARTS {
        return Err(too_large(file, MOST));
    }
    if (0..count).all(|at| part(file, count, at).is_some()) {
        return Ok(count);
    }
    if file.len() > UNCUT { Err(too_large(file, UNCUT)) } else { Ok(1) }
}

fn too_large(file: &UploadFile, most: u64) -> VendorError {
    invalid(&format!("the medium has {} bytes; accepted at most {most}", file.len()))
}

fn part(file: &UploadFile, count: u64, at: u64) -> Option<Body> {
    if count == 1 {
        return Some(file.body.clone());
    }
    let offset = at.checked_mul(PART)?;
    file.body.range(offset, PART.min(file.len().checked_sub(offset)?))
}

pub(crate) fn read_upload(
    base: &str,
    file: &UploadFile,
    state: UploadState,
    reply: &Reply,
) -> Result<UploadStep, VendorError> {
    let step = match state.stage {
        UploadStage::Start => started(base, file, reply),
        UploadStage::Parts => part_taken(base, file, state, reply),
        UploadStage::Complete | UploadStage::Import => looked_at(base, state, reply),
    };
    step.map_err(free)
}

/// An asset where the medium came along, else places for its parts.
fn started(base: &str, file: &UploadFile, reply: &Reply) -> Result<UploadStep, VendorError> {
    let body = error::read_body(reply)?;
    if let Some(id) = text(&body["asset"]["id"]) {
        return Ok(done(id));
    }
    let upload = &body["upload"];
    let id = text(&upload["id"]).ok_or_else(|| unreadable(reply, "it names no asset"))?;
    let (places, asked) = (places(upload), parts(file)?);
    if places.len() as u64 != asked {
        let what = format!("it has places for {} parts instead of {asked}", places.len());
        return Err(unreadable(reply, &what));
    }
    let state = UploadState { id: id.to_owned(), parts: places, ..UploadState::default() };
    next(base, file, state)
}

/// By their numbers, which count from 1.
fn places(upload: &Value) -> Vec<PartUrl> {
    let parts = upload["parts"].as_array().into_iter().flatten();
    let mut places: Vec<_> = parts
        .filter_map(|part| Some((part["number"].as_u64(), PartUrl(text(&part["url"])?.into()))))
        .collect();
    places.sort_by_key(|(number, _)| *number);
    places.into_iter().map(|(_, place)| place).collect()
}

/// The next part; after the last one, the word that all are there.
fn next(base: &str, file: &UploadFile, mut state: UploadState) -> Result<UploadStep, VendorError> {
    let Some(PartUrl(url)) = state.parts.get(state.sent) else {
        state.stage = UploadStage::Complete;
        return Ok(UploadStep::Send(complete(base, &state), state));
    };
    let body = part(file, state.parts.len() as u64, state.sent as u64)
        .ok_or_else(|| invalid("the medium is not the one that the upload began with"))?;
    let http = HttpRequest::put_signed(url.clone(), body);
    state.stage = UploadStage::Parts;
    Ok(UploadStep::Send(http, state))
}

/// `complete` by the SDK's type; one of its comments says `upload-complete`, which is wrong.
fn complete(base: &str, state: &UploadState) -> HttpRequest {
    post(format!("{}/action", place(base, state)), &json!({"action": "complete"}))
}

fn place(base: &str, state: &UploadState) -> String {
    format!("{base}/uploads/{}", path_segment(&state.id))
}

fn part_taken(
    base: &str,
    file: &UploadFile,
    mut state: UploadState,
    reply: &Reply,
) -> Result<UploadStep, VendorError> {
    if !reply.status().is_success() {
        return Err(refused_part(&state, reply));
    }
    state.sent = state.sent.saturating_add(1);
    next(base, file, state)
}

/// S3 answers in XML, and 403 when the signature of the address has run out.
fn refused_part(state: &UploadState, reply: &Reply) -> VendorError {
    let (status, count) = (reply.status().as_u16(), state.parts.len());
    let part = state.sent.saturating_add(1);
    let message = format!("the storage refused part {part} of {count} (HTTP {status})");
    let mut error = VendorError::of_status(status, message);
    if status == 401 || status == 403 {
        error.kind = ErrorKind::ProviderFailed;
    }
    error.retry_after = retry_after(reply);
    let body = String::from_utf8_lossy(reply.body());
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    error.with_code(code.map_or("", |(code, _)| code))
}

/// Only two words end it: `imported` and `failed`.
fn looked_at(base: &str, mut state: UploadState, reply: &Reply) -> Result<UploadStep, VendorError> {
    let body = error::read_body(reply)?;
    let upload = &body["upload"];
    match text(&upload["status"]) {
        _ if !upload.is_object() => Err(unreadable(reply, "it holds no upload")),
        Some("imported") => text(&upload["entityId"])
            .map(done)
            .ok_or_else(|| unreadable(reply, "the upload is imported and names no asset")),
        Some("failed") => Err(refused(upload)),
        _ => {
            state.stage = UploadStage::Import;
            Ok(UploadStep::Wait(get(place(base, &state)), state))
        }
    }
}

fn refused(upload: &Value) -> VendorError {
    let why = error::words(&upload["errorMessage"]).unwrap_or("the vendor does not say why");
    invalid(&format!("the medium was refused: {why}"))
}

fn done(id: &str) -> UploadStep {
    UploadStep::Done(Uploaded { wire: id.to_owned(), asset: canonical(id) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::needless_pass_by_value)] // Cases are easier to read so.

    use std::io;
    use std::sync::Arc;

    use genmux_core::{Charged, Segment, Source};

    use super::*;

    const BASE: &str = "https://api.example/v1";

    /// Bytes that are made while they are read.
    struct Made(u64);

    impl Source for Made {
        fn len(&self) -> u64 {
            self.0
        }

        fn open(&self) -> io::Result<Box<dyn io::Read + Send>> {
            Ok(Box::new(io::empty()))
        }
    }

    fn file(mime: &str, body: Body) -> UploadFile {
        let (name, boundary) = ("a \"b\".bin".to_owned(), "b0".to_owned());
        UploadFile { name, mime: mime.to_owned(), body, boundary }
    }

    fn stored(mime: &str, len: u64) -> UploadFile {
        file(mime, Body::from(Segment::File { path: "a.bin".into(), offset: 0, len }))
    }

    fn made(mime: &str, len: u64) -> UploadFile {
        file(mime, Body::from(Segment::Source(Arc::new(Made(len)))))
    }

    fn reply(status: u16, body: impl ToString) -> Reply {
        http::Response::builder().status(status).body(body.to_string().into()).unwrap()
    }

    fn sent(step: Result<UploadStep, VendorError>) -> (HttpRequest, UploadState) {
        match step.unwrap() {
            UploadStep::Send(http, state) => (http, state),
            other => panic!("{other:?}"),
        }
    }

    fn json_of(http: &HttpRequest) -> Value {
        serde_json::from_slice(http.body.as_bytes().unwrap()).unwrap()
    }

    /// The first request: which call, and into how many parts.
    #[track_caller]
    fn check(file: &UploadFile, call: &str, parts: Option<u64>) {
        let (http, state) = sent(upload(BASE, file));
        assert_eq!(format!("{} {}", http.method, http.url), format!("POST {BASE}{call}"));
        assert_eq!((http.auth, state.stage), (Some(AUTH), UploadStage::Start));
        assert_eq!(http.content_type.as_deref(), Some("application/json"));
        let told = http.body.as_bytes().map(|_| json_of(&http)["parts"].as_u64());
        assert_eq!(told.flatten(), parts);
    }

    #[track_caller]
    fn check_refused(result: Result<UploadStep, VendorError>, kind: ErrorKind, message: &str) {
        let error = result.unwrap_err();
        assert_eq!((error.kind, error.charged), (kind, Charged::No), "{error}");
        assert!(error.message.contains(message), "{error}");
    }

    #[test]
    fn a_small_picture_goes_in_one_call() {
        for mime in PICTURES {
            check(&stored(mime, SMALL - 1), "/assets", None);
        }
        check(&stored("IMAGE/PNG; q=1", 1), "/assets", None);
        check(&made("image/png", 9), "/assets", None);
    }

    #[test]
    fn everything_else_goes_in_parts() {
        check(&stored("image/png", SMALL), "/uploads", Some(1));
        check(&stored("image/bmp", 9), "/uploads", Some(1));
        check(&stored("video/mp4", 9), "/uploads", Some(1));
        check(&stored("audio/mpeg", PART), "/uploads", Some(1));
        check(&stored("video/mp4", PART + 1), "/uploads", Some(2));
        check(&stored("video/mp4", MOST), "/uploads", Some(PARTS));
    }

    #[test]
    fn what_cannot_be_cut_goes_in_one_part() {
        check(&made("video/mp4", UNCUT), "/uploads", Some(1));
        check_refused(upload(BASE, &made("video/mp4", UNCUT + 1)), ErrorKind::Invalid, "at most");
    }

    #[test]
    fn some_media_are_never_sent() {
        for mime in ["text/plain", "model/gltf-binary", "", "imagex/png", "video"] {
            check_refused(upload(BASE, &stored(mime, 9)), ErrorKind::Invalid, "clips and sound");
        }
        check_refused(upload(BASE, &stored("image/png", 0)), ErrorKind::Invalid, "empty");
        let huge = stored("video/mp4", MOST + 1);
        check_refused(upload(BASE, &huge), ErrorKind::Invalid, "83886080001 bytes");
        check_refused(upload(BASE, &stored("video/mp4", u64::MAX)), ErrorKind::Invalid, "at most");
    }

    #[test]
    fn a_small_picture_stands_in_the_json_as_base64() {
        let (http, _) = sent(upload(BASE, &file("image/png", Body::bytes("PNG"))));
        let [Segment::Bytes(head), Segment::Base64(body), Segment::Bytes(tail)] =
            http.body.segments()
        else {
            panic!("three segments");
        };
        assert_eq!(body.as_bytes(), Some(&b"PNG"[..]));
        let text = [&head[..], b"UE5H", &tail[..]].concat();
        let body: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(body, json!({"name": "a \"b\".bin", "image": "UE5H"}));
        assert_eq!(http.body.len(), text.len() as u64);
    }

    #[test]
    fn parts_are_asked_for() {
        let (http, _) = sent(upload(BASE, &stored("VIDEO/mp4; codecs=x", PART + 1)));
        let expected = json!({
            "kind": "video", "fileName": "a \"b\".bin", "contentType": "video/mp4",
            "fileSize": PART + 1, "parts": 2,
        });
        assert_eq!(json_of(&http), expected);
    }

    fn start(file: &UploadFile, body: impl ToString) -> Result<UploadStep, VendorError> {
        read_upload(BASE, file, UploadState::default(), &reply(200, body))
    }

    #[track_caller]
    fn check_done(step: Result<UploadStep, VendorError>, id: &str) {
        let Ok(UploadStep::Done(uploaded)) = step else { panic!("{step:?}") };
        assert_eq!((uploaded.wire.as_str(), uploaded.asset), (id, format!("scenario:{id}")));
    }

    #[test]
    fn an_asset_is_there_at_once() {
        let picture = stored("image/png", 9);
        let body = json!({"asset": {"id": "asset_1", "kind": "image", "x": null}, "job": {}});
        check_done(start(&picture, body), "asset_1");
    }

    #[test]
    fn a_start_that_cannot_be_read() {
        let picture = stored("image/png", 9);
        for body in ["", "{}", "null", "<html>", r#"{"asset":{"id":null}}"#, "{\"asset\":{\"id"] {
            check_refused(start(&picture, body), ErrorKind::Decode, "HTTP 200");
        }
        for parts in [json!(null), json!([]), json!([{"number": 1}]), json!([{"url": ""}])] {
            let body = json!({"upload": {"id": "u", "parts": parts}});
            check_refused(start(&picture, body), ErrorKind::Decode, "0 parts instead of 1");
        }
    }

    #[test]
    fn a_refused_start_costs_nothing() {
        let start = |status: u16, body: &str| {
            let state = UploadState::default();
            read_upload(BASE, &stored("image/png", 9), state, &reply(status, body))
        };
        let body = r#"{"reason":"Unhandled image format"}"#;
        check_refused(start(400, body), ErrorKind::Invalid, "Unhandled image format");
        check_refused(start(502, "<html>"), ErrorKind::ProviderFailed, "HTTP 502");
        check_refused(start(403, "{}"), ErrorKind::Plan, "HTTP 403");
    }

    fn two_parts() -> Value {
        json!({"upload": {
            "id": "up/../1", "status": "pending", "jobId": "job_1", "later": {},
            "parts": [
                {"number": 2, "url": "https://s3.example/2?sig=B", "expires": "2026-01-01"},
                {"number": 1, "url": "https://s3.example/1?sig=A"},
            ],
        }})
    }

    #[test]
    fn parts_go_one_after_the_other_to_their_places() {
        let clip = stored("video/mp4", PART + 5);
        let (first, state) = sent(start(&clip, two_parts()));
        assert_eq!((first.method, first.url.as_str()), ("PUT", "https://s3.example/1?sig=A"));
        assert_eq!((first.auth, first.content_type, first.body.len()), (None, None, PART));
        assert!(!format!("{state:?}").contains("sig=A"));

        let (second, state) = sent(read_upload(BASE, &clip, state, &reply(200, "")));
        assert_eq!((second.url.as_str(), second.body.len()), ("https://s3.example/2?sig=B", 5));
        let [Segment::File { offset, .. }] = second.body.segments() else { panic!("one piece") };
        assert_eq!(*offset, PART);

        let (complete, state) = sent(read_upload(BASE, &clip, state, &reply(204, "")));
        assert_eq!(complete.url, format!("{BASE}/uploads/up%2F..%2F1/action"));
        assert_eq!(json_of(&complete), json!({"action": "complete"}));
        assert_eq!((complete.auth, state.stage), (Some(AUTH), UploadStage::Complete));
    }

    #[test]
    fn places_for_other_parts_than_asked_for_are_refused() {
        let clip = stored("video/mp4", 9);
        check_refused(start(&clip, two_parts()), ErrorKind::Decode, "2 parts instead of 1");
    }

    #[test]
    fn another_medium_under_the_same_upload_is_refused() {
        let (_, state) = sent(start(&stored("video/mp4", PART + 5), two_parts()));
        let step = read_upload(BASE, &stored("video/mp4", 5), state, &reply(200, ""));
        check_refused(step, ErrorKind::Invalid, "not the one");
    }

    #[track_caller]
    fn check_part(status: u16, body: &str, kind: ErrorKind, code: Option<&str>) {
        let parts = vec![PartUrl("https://s3.example/1?sig=A".to_owned())];
        let state = UploadState { id: "u".into(), stage: UploadStage::Parts, parts, sent: 0 };
        let step = read_upload(BASE, &stored("video/mp4", 9), state, &reply(status, body));
        let error = step.unwrap_err();
        assert_eq!((error.kind, error.code.as_deref()), (kind, code));
        assert_eq!((error.charged, error.status), (Charged::No, Some(status)));
        assert!(error.message.contains("part 1 of 1") && !error.message.contains("sig"));
    }

    #[test]
    fn a_part_may_be_refused_by_the_storage() {
        let xml = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>";
        check_part(403, xml, ErrorKind::ProviderFailed, Some("AccessDenied"));
        check_part(
            503,
            "<Error><Code>SlowDown</Code>",
            ErrorKind::ProviderFailed,
            Some("SlowDown"),
        );
        check_part(404, "<Error><Code>NoSuchUpload", ErrorKind::NotFound, None);
        check_part(400, "", ErrorKind::Invalid, None);
    }

    fn look(stage: UploadStage, body: impl ToString) -> Result<UploadStep, VendorError> {
        let upload = UploadState { id: "u?1".into(), stage, ..UploadState::default() };
        read_upload(BASE, &stored("video/mp4", 9), upload, &reply(200, body))
    }

    #[track_caller]
    fn check_waits(stage: UploadStage, upload: Value) {
        let Ok(UploadStep::Wait(http, next)) = look(stage, json!({"upload": upload})) else {
            panic!("it waits");
        };
        assert_eq!((http.method, http.url), ("GET", format!("{BASE}/uploads/u%3F1")));
        assert_eq!((http.auth, next.stage), (Some(AUTH), UploadStage::Import));
    }

    #[test]
    fn it_waits_until_the_medium_is_imported() {
        for word in ["pending", "validating", "validated", "complete", "a word never seen"] {
            check_waits(UploadStage::Complete, json!({"status": word, "entityId": "asset_1"}));
            check_waits(UploadStage::Import, json!({"status": word}));
        }
        check_waits(UploadStage::Import, json!({"status": null}));
        check_waits(UploadStage::Complete, json!({}));
    }

    #[test]
    fn an_imported_medium_is_an_asset() {
        let body = json!({"upload": {"status": "imported", "entityId": "asset_1", "kind": 3}});
        check_done(look(UploadStage::Import, &body), "asset_1");
        check_done(look(UploadStage::Complete, &body), "asset_1");
        let nameless = json!({"upload": {"status": "imported", "entityId": null}});
        check_refused(look(UploadStage::Import, nameless), ErrorKind::Decode, "names no asset");
    }

    #[test]
    fn a_medium_that_is_refused_says_why() {
        let body = json!({"upload": {"status": "failed", "errorMessage": "codec of a kind"}});
        check_refused(look(UploadStage::Import, body), ErrorKind::Invalid, "codec of a kind");
        let silent = json!({"upload": {"status": "failed", "errorMessage": null}});
        check_refused(look(UploadStage::Complete, silent), ErrorKind::Invalid, "does not say why");
    }

    #[test]
    fn a_look_that_cannot_be_read() {
        for body in ["", "{}", "<html>", r#"{"upload":null}"#, "{\"upload\":{"] {
            check_refused(look(UploadStage::Import, body), ErrorKind::Decode, "HTTP 200");
        }
    }
}
