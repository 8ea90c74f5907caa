//! Calls that the sandbox makes itself, to loopback only: webhooks, outputs that are to be put
//! somewhere, inputs that are to be fetched.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::http::header::{CONNECTION, CONTENT_TYPE, HOST};
use axum::http::{Method, Request, Response, Uri, request};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::state::State;

/// Receivers have to answer within about five seconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// The pause after the first failure; it doubles.
const FIRST_PAUSE: u64 = 250;
const ATTEMPTS: u32 = 4;
/// Bytes that are fetched at most.
const LIMIT: usize = 100 * 1024 * 1024;

/// How often a receiver was called, and whether it took the call in the end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) calls: u32,
    pub(crate) taken: bool,
}

/// True for an address that the sandbox would call: `http`, loopback, a number or `localhost`.
pub(crate) fn is_loopback(url: &str) -> bool {
    target(url).is_some()
}

/// Posts JSON until somebody answers 2xx; an address that is not loopback is never called.
///
/// Headers are made for each attempt, since a signature holds its time.
pub(crate) async fn post(
    state: &State,
    url: &str,
    body: &str,
    headers: impl Fn() -> Vec<(&'static str, String)>,
) -> Sent {
    let mut sent = Sent::default();
    while sent.calls < ATTEMPTS && is_loopback(url) {
        let given = headers().into_iter();
        let head = given
            .fold(head(Method::POST, url, "application/json"), |head, (name, value)| {
                head.header(name, value)
            });
        let call = once(url, head, body.to_owned().into());
        sent.calls += 1;
        sent.taken = matches!(timeout(PATIENCE, call).await, Ok(Ok(_)));
        if sent.taken {
            break;
        }
        sleep(state.clock.wall(FIRST_PAUSE << (sent.calls - 1))).await;
    }
    sent
}

/// Puts bytes somewhere, once; whether that works is the receiver's affair.
pub(crate) async fn put(url: &str, mime: &str, bytes: Bytes) {
    let _best_effort = timeout(PATIENCE, once(url, head(Method::PUT, url, mime), bytes)).await;
}

/// The bytes at an address.
pub(crate) async fn get(url: &str) -> io::Result<Bytes> {
    let call = async {
        let response = once(url, head(Method::GET, url, ""), Bytes::new()).await?;
        let body = Limited::new(response.into_body(), LIMIT).collect().await;
        body.map(http_body_util::Collected::to_bytes).map_err(io::Error::other)
    };
    timeout(PATIENCE, call).await?
}

fn target(url: &str) -> Option<(SocketAddr, Uri)> {
    let uri: Uri = url.parse().ok().filter(|it: &Uri| it.scheme_str() == Some("http"))?;
    let host = uri.host()?.trim_matches(['[', ']']);
    let ip: IpAddr = if host == "localhost" { "127.0.0.1" } else { host }.parse().ok()?;
    let addr = SocketAddr::new(ip, uri.port_u16().unwrap_or(80));
    ip.is_loopback().then_some((addr, uri))
}

fn head(method: Method, url: &str, mime: &str) -> request::Builder {
    let uri = target(url).map(|(_, uri)| uri).unwrap_or_default();
    let host = uri.authority().map_or("", |it| it.as_str()).to_owned();
    let path = uri.path_and_query().map_or("/", |it| it.as_str());
    let head = Request::builder().method(method).uri(path).header(HOST, host);
    let head = head.header(CONNECTION, "close");
    if mime.is_empty() { head } else { head.header(CONTENT_TYPE, mime) }
}

/// One request on a connection of its own; anything but 2xx is an error.
async fn once(url: &str, head: request::Builder, body: Bytes) -> io::Result<Response<Incoming>> {
    let (addr, _) = target(url).ok_or_else(|| io::Error::other("only loopback is called"))?;
    let request = head.body(Full::new(body)).map_err(io::Error::other)?;
    let stream = TokioIo::new(TcpStream::connect(addr).await?);
    let (mut sender, connection) = http1::handshake(stream).await.map_err(io::Error::other)?;
    // Ends with the answer, or with whoever waits for it.
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(io::Error::other)?;
    let status = response.status();
    if status.is_success() { Ok(response) } else { Err(io::Error::other(status.to_string())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_called() {
        assert!(is_loopback("http://127.0.0.1:8080/hook?secret=1"));
        assert!(is_loopback("http://localhost:8080"));
        assert!(is_loopback("http://[::1]:80/"));
        assert!(!is_loopback("https://127.0.0.1/"));
        assert!(!is_loopback("http://example.com/"));
        assert!(!is_loopback("http://10.0.0.1/"));
        assert!(!is_loopback("http://127.0.0.1@10.0.0.1/"));
    }
}
