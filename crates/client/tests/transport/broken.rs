//! What an error says of a request that got no reply.

use std::io::{self, Cursor, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use genmux_client::{
    HttpOptions, HttpTransport, Reach, ResponseBody, Sent, Transport, TransportError,
    TransportErrorKind as Kind,
};
use genmux_core::{Body, Segment, Source};
use http::Request;

use super::send::{noise, post, send};
use crate::server::Server;

#[track_caller]
fn check(error: &TransportError, kind: Kind, sent: Sent) {
    assert_eq!((error.kind(), error.was_sent()), (kind, sent), "{error} {error:?}");
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("secret") && !text.contains("http://"), "{text}");
    }
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let request = post(&format!("http://{address}/secret?secret"), Body::bytes("x"));
    let error = send(request).await.unwrap_err();
    check(&error, Kind::Connect, Sent::No);
    assert_eq!(error.to_string(), "no connection to 127.0.0.1: connection refused");
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_name_without_address_sent_nothing() {
    // A label of more than 63 characters: no name server is asked.
    let url = format!("http://{}.invalid/secret", "a".repeat(64));
    let mut request = post(&url, Body::default());
    request.extensions_mut().insert(Reach::Loopback);
    check(&send(request).await.unwrap_err(), Kind::Dns, Sent::No);
}

#[tokio::test]
async fn a_handshake_that_breaks_off_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/secret", listener.local_addr().unwrap());
    std::thread::spawn(move || drop(listener.accept().unwrap()));
    check(&send(post(&url, Body::bytes("x"))).await.unwrap_err(), Kind::Connect, Sent::No);
}

#[tokio::test]
async fn a_peer_that_speaks_no_tls_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/secret", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let error = send(post(&url, Body::bytes("x"))).await.unwrap_err();
    check(&error, Kind::Tls, Sent::No);
}

#[tokio::test]
async fn a_connection_that_breaks_may_have_sent_it() {
    for reply in ["", "HTTP/1.1 200", "no HTTP at all\r\n\r\n"] {
        let server = Server::saying(reply);
        let error = send(post(&server.url("/secret"), Body::bytes("x"))).await.unwrap_err();
        check(&error, Kind::Broken, Sent::Maybe);
        assert_eq!(server.asked().len(), 1, "nothing is repeated");
    }
}

#[tokio::test]
async fn a_reply_that_breaks_off_is_no_reply() {
    for reply in [
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ] {
        let server = Server::saying(reply);
        let reply = send(post(&server.url("/secret"), Body::bytes("x"))).await.unwrap();
        let error = reply.into_body().collect(100).await.unwrap_err();
        check(&error, Kind::Broken, Sent::Maybe);
        assert!(error.to_string().contains("127.0.0.1"), "{error}");
    }
}

fn options(idle: Duration) -> HttpOptions {
    let mut options = HttpOptions::default();
    options.idle_timeout = idle;
    options
}

/// Answers with these bytes and then neither speaks nor closes.
fn silent_after(reply: &'static str) -> Server {
    Server::start(move |_, _, stream| {
        stream.write_all(reply.as_bytes()).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

#[tokio::test]
async fn a_silent_server_is_left_alone_after_a_while() {
    let server = silent_after("");
    let transport = HttpTransport::new(options(Duration::from_millis(50)));
    let error = transport.send(post(&server.url("/secret"), Body::bytes("x"))).await.unwrap_err();
    check(&error, Kind::Timeout, Sent::Maybe);
    let transport = HttpTransport::new(options(Duration::from_secs(1)));
    let server = silent_after("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    let reply = transport.send(post(&server.url("/secret"), Body::default())).await.unwrap();
    let error = reply.into_body().collect(9).await.unwrap_err();
    check(&error, Kind::Timeout, Sent::Maybe);
}

#[tokio::test]
async fn an_endless_reply_is_cut_by_the_cap() {
    let server = Server::start(|_, _, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        while stream.write_all(&[b' '; 4096]).is_ok() {}
    });
    let reply = send(post(&server.url("/secret"), Body::default())).await.unwrap();
    check(&reply.into_body().collect(100_000).await.unwrap_err(), Kind::TooLarge, Sent::Maybe);
    let server = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n");
    let reply = send(post(&server.url("/secret"), Body::default())).await.unwrap();
    check(&reply.into_body().collect(100_000).await.unwrap_err(), Kind::TooLarge, Sent::Maybe);
}

#[tokio::test]
async fn a_file_that_is_gone_sends_nothing() {
    let server = Server::saying("HTTP/1.1 200 OK\r\n\r\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("short.png");
    std::fs::write(&path, "abc").unwrap();
    for (path, len) in [(path, 4), (folder.path().join("none.png"), 1)] {
        // Known before the head of the body is sent.
        let mut body = Body::bytes(noise(200_000));
        body.append(Body::from(Segment::File { path, offset: 0, len }));
        let error = send(post(&server.url("/secret"), body)).await.unwrap_err();
        check(&error, Kind::Body, Sent::No);
        assert!(error.to_string().contains(".png"), "{error}");
    }
    assert_eq!(server.asked().len(), 0);
}

/// Announces more than it has.
struct Short;

impl Source for Short {
    fn len(&self) -> u64 {
        300_000
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(vec![0; 200_000])))
    }
}

#[tokio::test]
async fn a_source_that_breaks_off_breaks_the_request() {
    let server = Server::saying("HTTP/1.1 200 OK\r\n\r\n");
    let body = Body::from(Segment::Source(Arc::new(Short)));
    let error = send(post(&server.url("/secret"), body)).await.unwrap_err();
    check(&error, Kind::Body, Sent::Maybe);
    assert!(error.to_string().contains("ended 100000 bytes too early"), "{error}");
    assert_eq!(server.asked().len(), 0, "no whole request arrived");
}

#[tokio::test]
async fn a_slow_upload_is_no_silence() {
    /// Takes far longer than the time-out, though never as long without a byte.
    struct Slow(usize);

    impl Read for Slow {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Ok(0);
            }
            if self.0.is_multiple_of(65_536) {
                std::thread::sleep(Duration::from_millis(450));
            }
            let count = out.len().min(self.0).min(65_536);
            self.0 -= count;
            Ok(count)
        }
    }

    struct SlowSource;

    impl Source for SlowSource {
        fn len(&self) -> u64 {
            5 * 65_536
        }

        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(Slow(5 * 65_536)))
        }
    }

    let server = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let transport = HttpTransport::new(options(Duration::from_secs(2)));
    let body = Body::from(Segment::Source(Arc::new(SlowSource)));
    transport.send(post(&server.url("/"), body)).await.unwrap();
    assert_eq!(server.asked()[0].body.len(), 5 * 65_536);
}

#[tokio::test]
async fn connections_are_used_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut seen = 0;
        while seen < 3 {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n.").unwrap();
            seen += 1;
        }
    });
    let transport = HttpTransport::default();
    for _ in 0..3 {
        let request = Request::get(&url).body(Body::default()).unwrap();
        let reply = transport.send(request).await.unwrap();
        assert_eq!(reply.into_body().collect(1).await.unwrap(), Bytes::from("."));
    }
    served.join().unwrap();
}

#[test]
fn nothing_of_a_request_is_in_debug() {
    let shown =
        format!("{:?} {:?}", HttpTransport::default(), ResponseBody::from(Bytes::from("x")));
    assert!(shown.starts_with("HttpTransport") && shown.contains("1 bytes"), "{shown}");
}
