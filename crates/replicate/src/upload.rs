//! Files: one multipart call, and the URL of what it made.

use genmux_core::{
    ErrorKind, HttpRequest, Reply, UploadFile, UploadState, UploadStep, Uploaded, VendorError,
    path_segment,
};
use serde_json::Value;

use crate::error::read_body;
use crate::request::AUTH;

/// "100MB" a file (OpenAPI, 2026-03), which is 100 MB at least.
pub(crate) const MOST_BYTES: u64 = 100_000_000;

/// The one call that there is.
///
/// # Errors
/// When the file is above what the vendor takes; nothing is sent.
pub(crate) fn start(base: &str, file: &UploadFile) -> Result<UploadStep, VendorError> {
    if file.len() > MOST_BYTES {
        let text = format!(
            "the medium has {} bytes; accepted up to {MOST_BYTES}; give a greater one as https URL",
            file.len()
        );
        return Err(VendorError::new(ErrorKind::Invalid, text));
    }
    let http = HttpRequest::post_file(format!("{base}/files"), AUTH, "content", file);
    Ok(UploadStep::Send(http, UploadState::default()))
}

/// The file as it can be used: its URL is the input, and expires with it.
///
/// # Errors
/// When it was refused, or the reply cannot be read.
pub(crate) fn read(base: &str, reply: &Reply) -> Result<UploadStep, VendorError> {
    let object = read_body(reply)?;
    read_file(base, &object).map(UploadStep::Done).ok_or_else(|| {
        VendorError::unreadable(reply.status().as_u16(), "it names neither id nor URL of the file")
    })
}

/// Either of id and URL tells the other.
fn read_file(base: &str, object: &Value) -> Option<Uploaded> {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (id, url) = (text(&object["id"]), text(&object["urls"]["get"]));
    let id = id.or_else(|| id_in(url.as_deref()?))?;
    let wire = url.unwrap_or_else(|| format!("{base}/files/{}", path_segment(&id)));
    Some(Uploaded { wire, asset: format!("replicate:{id}") })
}

/// The id in `.../v1/files/<id>`.
fn id_in(url: &str) -> Option<String> {
    let (_, rest) = url.rsplit_once("/files/")?;
    let id = rest.split(['/', '?', '#']).next()?;
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)] // A step that is not there should stop the test.

    use genmux_core::{Body, Charged, Segment};

    use super::*;
    use crate::error::tests::reply;

    const BASE: &str = "https://api.replicate.com/v1";
    /// The object of 2024, which has more keys than the OpenAPI states.
    const MADE: &str = r#"{"id":"NzU0YzU5ZDAtNDU2Ny00","name":"image.png","content_type":"image/png","size":3,"etag":"5eb63bbbe01eeed0","checksums":{"sha256":"ab","md5":"cd"},"metadata":{},"created_at":"2024-08-23T07:00:00.1Z","expires_at":"2024-08-24T07:00:00.1Z","urls":{"get":"https://api.replicate.com/v1/files/NzU0YzU5ZDAtNDU2Ny00"}}"#;
    /// The object of the OpenAPI (2026-03).
    const STATED: &str = r#"{"id":"cneqzikepnug6xezperrr4z55o","content_type":"image/png","size":3,"checksums":{"sha256":"ab"},"metadata":{"a":1},"created_at":"2026-01-01T00:00:00Z","expires_at":"2026-01-01T01:00:00Z","urls":{"get":"https://api.replicate.com/v1/files/cneqzikepnug6xezperrr4z55o"}}"#;

    /// Every body above.
    pub(crate) const RECORDED: &[&str] = &[MADE, STATED];

    pub(crate) fn picture(body: Body) -> UploadFile {
        let (name, mime) = ("image.png".into(), "image/png".into());
        UploadFile { name, mime, body, boundary: "b0".into() }
    }

    fn sized(len: u64) -> UploadFile {
        picture(Body::from(Segment::File { path: "image.png".into(), offset: 0, len }))
    }

    #[track_caller]
    fn check(body: &str, wire: &str, asset: &str) {
        let UploadStep::Done(file) = read(BASE, &reply(201, body)).unwrap() else {
            panic!("there is one step")
        };
        assert_eq!((file.wire.as_str(), file.asset.as_str()), (wire, asset), "{body}");
    }

    #[test]
    fn the_file_is_one_part_of_a_form() {
        let file = picture(Body::bytes("PNG"));
        let UploadStep::Send(http, state) = start(BASE, &file).unwrap() else {
            panic!("nothing was sent yet")
        };
        assert_eq!((http.method, http.auth), ("POST", Some(AUTH)));
        assert_eq!(http.url, "https://api.replicate.com/v1/files");
        assert_eq!(http.content_type.as_deref(), Some("multipart/form-data; boundary=b0"));
        assert_eq!((state.id.as_str(), state.sent), ("", 0));
        let Segment::Bytes(head) = &http.body.segments()[0] else { panic!("text comes first") };
        let head = std::str::from_utf8(head).unwrap();
        assert!(head.contains(r#"name="content"; filename="image.png""#), "{head}");
        assert!(head.contains("Content-Type: image/png\r\n"), "{head}");
    }

    #[test]
    fn a_file_is_taken_up_to_the_limit() {
        assert!(start(BASE, &sized(MOST_BYTES)).is_ok());
        assert!(start(BASE, &sized(0)).is_ok());
    }

    #[test]
    fn a_file_above_the_limit_is_not_sent() {
        let error = start(BASE, &sized(MOST_BYTES + 1)).unwrap_err();
        assert_eq!((error.kind, error.charged), (ErrorKind::Invalid, Charged::No));
        assert!(error.message.contains("100000001 bytes; accepted up to 100000000"), "{error}");
    }

    #[test]
    fn the_recorded_object() {
        let id = "NzU0YzU5ZDAtNDU2Ny00";
        check(MADE, &format!("{BASE}/files/{id}"), &format!("replicate:{id}"));
    }

    #[test]
    fn the_object_of_the_openapi() {
        let id = "cneqzikepnug6xezperrr4z55o";
        check(STATED, &format!("{BASE}/files/{id}"), &format!("replicate:{id}"));
    }

    #[test]
    fn the_url_tells_the_id() {
        let body = r#"{"id":null,"urls":{"get":"https://x.example/v1/files/ab%20c?a=b"}}"#;
        check(body, "https://x.example/v1/files/ab%20c?a=b", "replicate:ab%20c");
    }

    #[test]
    fn the_id_tells_the_url() {
        check(r#"{"id":"a/../b?"}"#, &format!("{BASE}/files/a%2F..%2Fb%3F"), "replicate:a/../b?");
        check(r#"{"id":"a","urls":{"get":7}}"#, &format!("{BASE}/files/a"), "replicate:a");
        check(r#"{"id":"a","urls":null}"#, &format!("{BASE}/files/a"), "replicate:a");
    }

    #[test]
    fn objects_that_name_no_file() {
        let urls = r#"{"urls":{"get":"https://x.example/v1/files/"}}"#;
        let truncated = &MADE[..60];
        for body in ["{}", "[]", "null", "", "<html>", truncated, r#"{"id":""}"#, urls] {
            let error = read(BASE, &reply(201, body)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Decode, "{body}");
        }
    }

    #[test]
    fn a_file_that_the_vendor_refuses() {
        let body = r#"{"detail":"Files must be less than 100MB in size"}"#;
        let error = read(BASE, &reply(413, body)).unwrap_err();
        assert_eq!((error.kind, error.status), (ErrorKind::Invalid, Some(413)));
        assert_eq!(error.message, "Files must be less than 100MB in size");
        let error = read(BASE, &reply(413, "<html>")).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
    }

    #[test]
    fn an_upload_that_failed() {
        assert_eq!(read(BASE, &reply(401, "{}")).unwrap_err().kind, ErrorKind::Auth);
        assert_eq!(read(BASE, &reply(502, "")).unwrap_err().kind, ErrorKind::ProviderFailed);
    }
}
