//! How an HTTP connection becomes a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE,
};
use axum::http::{Method, Request};
use axum::response::Response;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::reply::{self, header};

/// Where the socket is: the address of REST, with the version or, for the careless, without.
const PATHS: [&str; 2] = ["/runware/v1", "/runware"];

/// Whether a connection is to become a socket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked(Arc<AtomicBool>);

impl Asked {
    pub(crate) fn is_granted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The answer to a handshake; `None` for every other request.
    pub(crate) fn grant<B>(&self, request: &Request<B>) -> Option<Response> {
        let asks = header(request.headers(), UPGRADE.as_str())
            .is_some_and(|it| it.eq_ignore_ascii_case("websocket"));
        let path = request.uri().path().trim_end_matches('/');
        if request.method() != Method::GET || !asks || !PATHS.contains(&path) {
            return None;
        }
        let Some(key) = request.headers().get(SEC_WEBSOCKET_KEY) else {
            return Some(reply::empty(400));
        };
        self.0.store(true, Ordering::Relaxed);
        Some(switched(&derive_accept_key(key.as_bytes())))
    }
}

fn switched(accept: &str) -> Response {
    let mut response = reply::empty(101);
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(accept) {
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    response
}
