//! How long a vendor asks to wait: headers of a reply.

use std::time::Duration;

use bytes::Bytes;
use genmux::{Reply, VendorError, read_reply, retry_after};
use serde_json::Value;

use crate::promise::check_kept;
use crate::split::Input;

/// Seconds are the seconds that were written; a date behind the reply's own is no wait; an error
/// carries what the headers say.
pub fn run(data: &[u8]) {
    let input = Input::with_headers(data);
    let mut reply = Reply::new(Bytes::new());
    *reply.headers_mut() = input.headers;
    *reply.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
    let wait = retry_after(&reply);
    let first = |name: &str| reply.headers().get(name)?.to_str().ok();
    if first("retry-after-ms").is_none() {
        let whole = first("retry-after").and_then(|text| text.trim().parse::<u32>().ok());
        if let Some(seconds) = whole {
            assert_eq!(wait, Some(Duration::from_secs(seconds.into())));
        }
    }
    let error: VendorError = read_reply::<Value>(&reply).unwrap_err();
    assert_eq!(error.retry_after, wait);
    check_kept(&error);
}
