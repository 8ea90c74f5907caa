//! What goes out, what comes back, and what an error says of it.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use base64_of::encode;
use genmux_client::{HttpTransport, ResponseBody, Transport, TransportError};
use genmux_core::{Body, Segment, Source};
use http::{Request, Response};

use crate::server::{Asked, Server};

/// A second opinion on base64.
mod base64_of {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    pub(super) fn encode(bytes: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        for group in bytes.chunks(3) {
            let at = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
            let bits = at(0) << 16 | at(1) << 8 | at(2);
            let digit = |at: usize| ALPHABET[(bits >> (18 - 6 * at) & 63) as usize];
            text.extend((0..4).map(|at| if at <= group.len() { digit(at) } else { b'=' }));
        }
        text
    }
}

/// Bytes without a period that a buffer could hide.
pub(super) fn noise(len: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        state.to_be_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

pub(super) struct Made(pub(super) Vec<u8>);

impl Source for Made {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.0.clone())))
    }
}

pub(super) fn post(url: &str, body: Body) -> Request<Body> {
    Request::post(url).body(body).unwrap()
}

pub(super) async fn send(request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
    HttpTransport::default().send(request).await
}

async fn arrives(body: Body, expected: &[u8]) -> Asked {
    let server = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    let reply = send(post(&server.url("/a"), body)).await.unwrap();
    assert_eq!(reply.into_body().collect(2).await.unwrap(), "ok");
    let asked = server.asked().remove(0);
    assert_eq!(asked.header("content-length"), Some(expected.len().to_string().as_str()));
    assert_eq!(asked.header("transfer-encoding"), None);
    assert!(asked.body == expected, "{} bytes arrived otherwise", expected.len());
    asked
}

#[tokio::test]
async fn bodies_in_memory_arrive() {
    arrives(Body::default(), b"").await;
    arrives(Body::bytes(""), b"").await;
    let asked = arrives(Body::bytes("{}"), b"{}").await;
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/a"));
    let agent = concat!("genmux/", env!("CARGO_PKG_VERSION"));
    assert_eq!(asked.header("user-agent"), Some(agent));
    assert_eq!(asked.header("accept-encoding"), None);
    let long = noise(300_000);
    arrives(Body::bytes(long.clone()), &long).await;
}

#[tokio::test]
async fn every_kind_of_segment_arrives_in_its_place() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let bytes = noise(200_000);
    std::fs::write(file.path(), &bytes).unwrap();
    let part = |offset, len| Segment::File { path: file.path().into(), offset, len };
    let mut body = Body::bytes("{\"a\":\"");
    body.append(Body::from(part(100, 150_000)));
    body.push(noise(70_000));
    body.append(Body::from(part(0, 0)));
    body.append(Body::from(Segment::Source(Arc::new(Made(noise(65_537))))));
    body.append(Body::from(part(0, 100_000)).into_base64());
    body.push("\"}");
    let expected: Vec<u8> = [
        b"{\"a\":\"".to_vec(),
        bytes[100..150_100].to_vec(),
        noise(70_000),
        noise(65_537),
        encode(&bytes[..100_000]),
        b"\"}".to_vec(),
    ]
    .concat();
    arrives(body.clone(), &expected).await;
    // A body describes its bytes, so that it can be sent again.
    arrives(body, &expected).await;
}

#[tokio::test]
async fn base64_of_every_remainder_arrives() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), noise(200)).unwrap();
    for len in 0..=200 {
        let mut body = Body::bytes("<");
        let segment = Segment::File { path: file.path().into(), offset: 0, len };
        body.append(Body::from(segment).into_base64());
        body.push(">");
        let text = encode(&noise(usize::try_from(len).unwrap()));
        arrives(body, &[b"<".to_vec(), text, b">".to_vec()].concat()).await;
    }
}

#[tokio::test]
async fn a_false_length_is_not_passed_on() {
    let server = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let request = Request::post(server.url("/")).header("content-length", "9");
    let request = request.header("transfer-encoding", "chunked").body(Body::bytes("abc")).unwrap();
    send(request).await.unwrap();
    let asked = server.asked().remove(0);
    assert_eq!(asked.header("content-length"), Some("3"));
    assert_eq!(asked.header("transfer-encoding"), None);
    assert_eq!(asked.body, b"abc");
}

#[tokio::test]
async fn replies_come_whatever_their_status() {
    let server = Server::saying("HTTP/1.1 503 Busy\r\nRetry-After: 9\r\n\r\nlater");
    let reply = send(post(&server.url("/"), Body::default())).await.unwrap();
    assert_eq!(reply.status(), 503);
    assert_eq!(reply.headers()["retry-after"], "9");
    assert_eq!(reply.into_body().collect(10).await.unwrap(), "later");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let server = Server::saying("HTTP/1.1 307 Go\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
    let reply = send(post(&server.url("/a"), Body::bytes("x"))).await.unwrap();
    assert_eq!(
        (reply.status().as_u16(), &reply.headers()["location"]),
        (307, &"/b".parse().unwrap())
    );
    assert_eq!(server.asked().len(), 1);
}
