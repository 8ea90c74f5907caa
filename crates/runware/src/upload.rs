//! Bringing media: one task of its own, and how the vendor names and writes media.

use genmux_core::{
    Body, ErrorKind, Reply, UploadFile, UploadState, UploadStep, Uploaded, Uuid, VendorError,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::error::{CONFLICT, code, merged, refusal, text};
use crate::request::post;
use crate::response::Entries;

/// Ours, since no page states one: ten times what the ByteDance pages let a picture have, and
/// little enough that a mistaken file is refused here and not after an hour.
pub(crate) const MOST_BYTES: u64 = 100 * 1024 * 1024;

/// How often a medium is sent under a new UUID when one was used before.
const TRIES: usize = 3;

/// The one task that brings a medium.
///
/// # Errors
/// When it is no picture, clip or sound, is empty, or is too large.
pub(crate) fn upload(base: &str, file: &UploadFile) -> Result<UploadStep, VendorError> {
    let len = file.len();
    // Which types it takes is the model's affair, and stands in its spec.
    let fits = ["image/", "video/", "audio/"].iter().any(|kind| file.mime.starts_with(kind));
    let refusal = match () {
        () if !fits => format!("{} is no picture, clip or sound", file.mime),
        () if len == 0 => "the medium is empty".to_owned(),
        () if len > MOST_BYTES => format!("{len} bytes are above {MOST_BYTES}"),
        () => return Ok(send(base, file, 0)),
    };
    Err(VendorError::new(ErrorKind::Invalid, refusal))
}

/// The medium's UUID.
///
/// # Errors
/// When the medium is refused, or the call failed.
pub(crate) fn read_upload(
    base: &str,
    file: &UploadFile,
    state: &UploadState,
    reply: &Reply,
) -> Result<UploadStep, VendorError> {
    let entries = Entries::read(reply)?;
    if let Some(done) = entries.data.iter().find_map(uploaded) {
        return Ok(UploadStep::Done(done));
    }
    // An upload that got lost left its UUID behind, and its reply cannot be read back. No page
    // prices uploads, so it goes again under another UUID.
    let used = entries.errors.iter().any(|error| code(error) == CONFLICT);
    if used && state.sent < TRIES {
        return Ok(send(base, file, state.sent));
    }
    let errors = entries.errors.iter().map(|error| refusal(error, entries.around));
    let none = || entries.around.bare("the body names no medium");
    Err(merged(errors).unwrap_or_else(none))
}

/// The reply of `mediaStorage`, or of the older `imageUpload`.
fn uploaded(entry: &Value) -> Option<Uploaded> {
    let wire = text(entry, "mediaUUID").or_else(|| text(entry, "imageUUID"))?;
    Some(Uploaded { asset: asset(wire)?, wire: wire.to_owned() })
}

fn send(base: &str, file: &UploadFile, sent: usize) -> UploadStep {
    let id = task_id(file, sent).to_string();
    let body = task(&id, file);
    let state = UploadState { id, sent: sent + 1, ..UploadState::default() };
    UploadStep::Send(post(base, body), state)
}

/// The JSON is cut where the medium stands, so that its base64 is never held.
fn task(id: &str, file: &UploadFile) -> Body {
    let media = format!("data:{};base64,", file.mime);
    let task = json!([{
        "taskType": "mediaStorage", "taskUUID": id, "operation": "upload", "media": media,
    }]);
    let (text, end) = (task.to_string(), "\"}]");
    let mut body = Body::bytes(text.strip_suffix(end).unwrap_or(&text).to_owned());
    body.append(file.body.clone().into_base64());
    body.push(end);
    body
}

/// A UUID v4 without randomness: the same medium is the same task, unless it is sent again.
fn task_id(file: &UploadFile, sent: usize) -> Uuid {
    let facts = json!([file.boundary, file.name, file.mime, file.len(), sent]);
    let hash = Sha256::digest(facts.to_string());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// The canonical string of what the vendor holds; `None` for what no request could name.
pub(crate) fn asset(id: &str) -> Option<String> {
    let fits = id.len() == 36 && Uuid::try_parse(id).is_ok();
    fits.then(|| format!("runware:{id}"))
}

/// The `data:` URI of a picture's base64, with its type by the first bytes.
pub(crate) fn data_uri(base64: &str) -> String {
    let mime = match base64 {
        _ if base64.starts_with("/9j/") => "image/jpeg",
        _ if base64.starts_with("iVBORw0KGgo") => "image/png",
        _ if base64.starts_with("UklGR") && base64.get(12..16) == Some("RUJQ") => "image/webp",
        _ if base64.starts_with("data:") => return base64.to_owned(),
        _ => "application/octet-stream",
    };
    format!("data:{mime};base64,{base64}")
}

#[cfg(test)]
mod tests {
    use genmux_core::Segment;

    use super::*;
    use crate::tests::{A, B, file, reply};

    const BASE: &str = "https://api.runware.test/v1";

    fn picture() -> UploadFile {
        file("image/png", Body::bytes("PNG"))
    }

    fn sent(step: Result<UploadStep, VendorError>) -> (genmux_core::HttpRequest, UploadState) {
        match step.unwrap() {
            UploadStep::Send(http, state) => (http, state),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_medium_is_one_task_whose_base64_is_never_held() {
        let (http, state) = sent(upload(BASE, &picture()));
        assert_eq!((http.method, http.url.as_str()), ("POST", BASE));
        let [Segment::Bytes(head), Segment::Base64(medium), Segment::Bytes(tail)] =
            http.body.segments()
        else {
            panic!("three pieces");
        };
        assert_eq!(medium.as_bytes(), Some(&b"PNG"[..]));
        let text = [&head[..], b"UE5H", tail].concat();
        let body: Value = serde_json::from_slice(&text).unwrap();
        let task = json!([{ "taskType": "mediaStorage", "taskUUID": state.id,
            "operation": "upload", "media": "data:image/png;base64,UE5H" }]);
        assert_eq!((body, http.body.len()), (task, text.len() as u64));
    }

    #[test]
    fn a_type_cannot_leave_its_quotes() {
        let odd = file("image/\"}],é", Body::bytes("PNG"));
        let (http, _) = sent(upload(BASE, &odd));
        let Segment::Bytes(head) = &http.body.segments()[0] else { panic!("bytes come first") };
        let text = [&head[..], b"\"}]"].concat();
        let body: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(body[0]["media"], "data:image/\"}],é;base64,");
    }

    #[test]
    fn the_uuid_is_that_of_the_medium() {
        let id = |file: &UploadFile| task_id(file, 0);
        assert_eq!(id(&picture()).get_version_num(), 4);
        assert_eq!(id(&picture()), id(&picture()));
        assert_ne!(id(&picture()), id(&file("image/jpeg", Body::bytes("PNG"))));
        assert_ne!(id(&picture()), id(&file("image/png", Body::bytes("PNGs"))));
        assert_ne!(id(&picture()), task_id(&picture(), 1));
    }

    #[track_caller]
    fn check_refused(file: &UploadFile, what: &str) {
        let error = upload(BASE, file).unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Invalid, what));
    }

    #[test]
    fn what_cannot_be_brought_is_not_sent() {
        check_refused(
            &file("text/html", Body::bytes("a")),
            "text/html is no picture, clip or sound",
        );
        check_refused(&file("", Body::bytes("a")), "is no picture, clip or sound");
        check_refused(&file("image/png", Body::default()), "the medium is empty");
        let segment = |len| Body::from(Segment::File { path: "a".into(), offset: 0, len });
        let large = file("video/mp4", segment(MOST_BYTES + 1));
        check_refused(&large, "104857601 bytes are above 104857600");
        assert!(upload(BASE, &file("video/mp4", segment(MOST_BYTES))).is_ok());
    }

    /// The id of the medium, or the kind of the error.
    #[track_caller]
    fn check(status: u16, body: &Value, expected: Result<&str, ErrorKind>) {
        let state = UploadState { sent: TRIES, ..UploadState::default() };
        let step = read_upload(BASE, &picture(), &state, &reply(status, &body.to_string()));
        let found = match step {
            Ok(UploadStep::Done(uploaded)) => {
                assert_eq!(uploaded.asset, format!("runware:{}", uploaded.wire));
                Ok(uploaded.wire)
            }
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.kind),
        };
        assert_eq!(found, expected.map(str::to_owned), "{body}");
    }

    #[test]
    fn the_medium_is_named_in_every_form_of_the_reply() {
        let stored = json!({ "taskType": "mediaStorage", "taskUUID": A, "operation": "upload",
            "mediaUUID": B, "mediaURL": "https://im.example/b.png", "unknown": null });
        check(200, &json!({ "data": [stored] }), Ok(B));
        check(200, &json!({ "data": stored }), Ok(B));
        check(200, &json!({ "data": [{ "taskUUID": A, "imageUUID": B, "imageURL": 7 }] }), Ok(B));
    }

    #[test]
    fn a_refused_medium_is_an_error() {
        let failed = json!({ "code": "invalidValueUploadFailed", "parameter": "media" });
        check(400, &json!({ "data": [], "errors": [failed] }), Err(ErrorKind::Invalid));
        let login = json!({ "code": "invalidApiKey" });
        check(401, &json!({ "errors": [login] }), Err(ErrorKind::Auth));
        check(200, &json!({ "data": [{ "taskUUID": A }] }), Err(ErrorKind::Decode));
        check(200, &json!({ "data": [{ "mediaUUID": "../a?b" }] }), Err(ErrorKind::Decode));
        check(200, &json!({ "data": [{ "mediaUUID": null }] }), Err(ErrorKind::Decode));
        check(503, &json!({}), Err(ErrorKind::ProviderFailed));
        check(413, &json!("too large"), Err(ErrorKind::Invalid));
        let conflict = json!({ "errors": [{ "code": "conflictTaskUUID" }] });
        check(400, &conflict, Err(ErrorKind::Invalid));
    }

    #[test]
    fn a_uuid_that_was_used_before_is_replaced_a_few_times() {
        let conflict = reply(400, r#"{"errors":[{"code":"conflictTaskUUID"}]}"#);
        let (_, mut state) = sent(upload(BASE, &picture()));
        let mut ids = vec![state.id.clone()];
        while let Ok(UploadStep::Send(_, next)) = read_upload(BASE, &picture(), &state, &conflict) {
            state = next;
            ids.push(state.id.clone());
        }
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), TRIES);
    }

    #[test]
    fn pictures_are_known_by_their_first_bytes() {
        let check = |base64: &str, mime: &str| {
            assert_eq!(data_uri(base64), format!("data:{mime};base64,{base64}"));
        };
        check("/9j/4AAQ", "image/jpeg");
        check("iVBORw0KGgoAAAAN", "image/png");
        check("UklGRgAAAABXRUJQ", "image/webp");
        check("UklGRgAAAAA", "application/octet-stream");
        check("éééééééé", "application/octet-stream");
        assert_eq!(data_uri("data:image/png;base64,A"), "data:image/png;base64,A");
    }
}
