//! A string that stands for a medium, mostly a data URI.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use genmux::{Leaf, Media, Request, context};
use genmux_media::{DataUri, DataUriError, inspect_bytes};

use crate::promise::{check_kept, check_message};

/// What is found through base64 is what is found in the bytes, and only what another reader of
/// base64 takes is taken.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(uri) = DataUri::parse(&text) {
        assert!(format!("{uri:?}").len() < 1000, "a data URI is shown shortly");
        check_uri(&uri, &text);
    }
    match text.parse::<Media>() {
        Ok(media) => check_medium(media),
        Err(error) => check_message(&error.to_string()),
    }
}

fn check_uri(uri: &DataUri<'_>, text: &str) {
    let (_, written) = text.split_once(',').unwrap();
    let decoded = STANDARD.decode(written);
    match uri.scan() {
        Ok(facts) if uri.is_base64() => {
            let bytes = decoded.expect("base64 that was accepted");
            assert_eq!(facts, inspect_bytes(&bytes));
        }
        Ok(facts) => assert!(facts.bytes.unwrap() <= written.len() as u64),
        Err(error) => {
            check_message(&error.to_string());
            let is_broken = matches!(error, DataUriError::BadBase64 { .. });
            assert!(!is_broken || decoded.is_err(), "good base64 is refused: {error}");
            if let DataUriError::BadBase64 { at } | DataUriError::BadPercent { at } = error {
                assert!(at <= text.len());
            }
        }
    }
}

/// Within a request it is kept, and what is found out about it is told shortly.
fn check_medium(media: Media) {
    check_kept(&media);
    let mut request = Request::image("a boat");
    request.references.images = vec![media];
    let context = context(&request);
    if let Some(Err(problem)) = context.media.found(Leaf::Images, 0) {
        check_message(problem);
    }
}
