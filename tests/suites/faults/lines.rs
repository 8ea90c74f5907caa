//! Lines to a vendor that do what no vendor does.

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use genmux::{
    Body, HttpTransport, ResponseBody, Sent, Transport, TransportError, TransportErrorKind,
};
use http::{Request, Response};

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wrong {
    /// It fails before anything is sent.
    Unsent(TransportErrorKind),
    /// It is taken for sent, and never arrives.
    Lost(TransportErrorKind),
    /// It arrives, and its answer does not.
    Unanswered(TransportErrorKind),
    /// 429 with a `Retry-After` of that text, from whoever stands before the vendor.
    Throttled(&'static str),
    /// Whatever stands behind the address of an output is announced as more than anybody takes.
    Endless,
}

/// A line on which the first requests go wrong.
#[derive(Debug)]
pub(crate) struct Line {
    left: AtomicU32,
    wrong: Wrong,
    through: HttpTransport,
}

impl Line {
    pub(crate) fn new(requests: u32, wrong: Wrong) -> Line {
        Line { left: requests.into(), wrong, through: HttpTransport::default() }
    }

    /// Whether something goes wrong with one more request.
    fn takes(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
    }
}

#[async_trait]
impl Transport for Line {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let output = request.uri().path().contains("/outputs/");
        if output != matches!(self.wrong, Wrong::Endless) || !self.takes() {
            return self.through.send(request).await;
        }
        match self.wrong {
            Wrong::Unsent(kind) => Err(TransportError::new(kind, Sent::No)),
            Wrong::Lost(kind) => Err(TransportError::new(kind, Sent::Maybe)),
            Wrong::Unanswered(kind) => {
                self.through.send(request).await?;
                Err(TransportError::new(kind, Sent::Maybe))
            }
            Wrong::Throttled(wait) => Ok(throttled(wait)),
            Wrong::Endless => Ok(endless()),
        }
    }
}

fn throttled(wait: &str) -> Response<ResponseBody> {
    let reply = Response::builder().status(429).header("retry-after", wait);
    reply.body(ResponseBody::from(Bytes::new())).unwrap()
}

fn endless() -> Response<ResponseBody> {
    let reply = Response::builder().header("content-type", "video/mp4");
    let reply = reply.header("content-length", u64::MAX.to_string());
    let bytes = [Ok(Bytes::from_static(b"\0\0\0\x20ftypisom"))];
    reply.body(ResponseBody::from_stream(futures_util::stream::iter(bytes))).unwrap()
}
