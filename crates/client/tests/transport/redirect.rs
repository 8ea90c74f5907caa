//! Where a redirect may lead, and what it takes along.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use genmux_client::{
    Download, DownloadError, HttpTransport, Reach, ResponseBody, Transport, TransportError,
    TransportErrorKind, fetch,
};
use genmux_core::Body;
use http::{HeaderValue, Request, Response};
use url::Url;

use super::download::{from, get, reply, script, whole};
use crate::server::Server;

/// Redirects `/0` to `/1` and so on, up to `last`.
fn chain(last: usize, status: &'static str) -> Server {
    Server::start(move |_, asked, stream| {
        let at: usize = asked.path[1..].parse().unwrap();
        let next = format!("{status}\r\nLocation: {}\r\nContent-Length: 0", at + 1);
        let reply = if at == last { whole(b"end") } else { reply(&next, b"") };
        stream.write_all(&reply).unwrap();
    })
}

#[tokio::test]
async fn at_most_five_redirects_are_followed() {
    let transport = HttpTransport::default();
    for status in ["301 Go", "302 Go", "303 Go", "307 Go", "308 Go"] {
        let url = chain(5, status).url("/0");
        assert_eq!(fetch(&transport, &from(&url)).await.unwrap(), "end");
    }
    let server = chain(6, "302 Go");
    let error = fetch(&transport, &from(&server.url("/0"))).await.unwrap_err();
    assert_eq!(error.to_string(), "127.0.0.1 redirects more than 5 times");
    assert_eq!(server.asked().len(), 6, "that is final");
    for location in ["", "Location: http://\r\n", "Location: \u{ff}://\r\n"] {
        let server = script([reply(&format!("302 Go\r\n{location}Content-Length: 0"), b"")]);
        let error = get(&server).await.unwrap_err();
        assert!(matches!(error, DownloadError::Redirect { .. } | DownloadError::Status { .. }));
    }
}

#[tokio::test]
async fn a_redirect_leads_nowhere_that_a_url_may_not() {
    for to in [
        "http://10.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "http://[fd00:ec2::254]/",
        "https://user:word@example.test/",
        "file:///etc/passwd",
        "data:,x",
        "//0xa000001/",
    ] {
        let server = script([reply(&format!("302 Go\r\nLocation: {to}"), b"")]);
        for reach in [Reach::Provider, Reach::Loopback] {
            let url = server.url("/");
            let mut from = from(&url);
            from.reach = reach;
            let error = fetch(&HttpTransport::default(), &from).await.unwrap_err();
            let DownloadError::Transport(error) = error else { panic!("{to}: {error:?}") };
            assert_eq!(error.kind(), TransportErrorKind::Guarded, "{to}: {error:?}");
        }
        assert_eq!(server.asked().len(), 2, "that is final");
    }
}

/// Plays a public server, which no test can reach.
#[derive(Debug)]
struct Played {
    replies: Mutex<VecDeque<Response<&'static str>>>,
    asked: Mutex<Vec<(String, Option<HeaderValue>)>>,
}

impl Played {
    fn new(locations: &[&'static str]) -> Played {
        let redirect = |to: &&'static str| {
            Response::builder().status(302).header("location", *to).body("").unwrap()
        };
        let replies = locations.iter().map(redirect).chain([Response::new("end")]);
        Played { replies: Mutex::new(replies.collect()), asked: Mutex::default() }
    }
}

#[async_trait]
impl Transport for Played {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        assert_eq!(request.extensions().get(), Some(&Reach::Public));
        let authorization = request.headers().get("authorization").cloned();
        self.asked.lock().unwrap().push((request.uri().to_string(), authorization));
        let reply = self.replies.lock().unwrap().pop_front().unwrap();
        Ok(reply.map(|body| Bytes::from(body).into()))
    }
}

#[tokio::test]
async fn https_stays_https() {
    for to in ["http://a.test/b", "http://127.0.0.1/", "https://127.0.0.1/", "https://10.0.0.1/"] {
        let played = Played::new(&[to]);
        let error = fetch(&played, &Download::new("https://a.test/", Reach::Public)).await;
        let DownloadError::Transport(error) = error.unwrap_err() else { panic!("{to}") };
        assert_eq!(error.kind(), TransportErrorKind::Guarded, "{to}");
        assert_eq!(played.asked.lock().unwrap().len(), 1);
    }
    let plain = Download::new("http://a.test/", Reach::Public);
    assert!(fetch(&Played::new(&[]), &plain).await.is_err());
}

#[tokio::test]
async fn credentials_go_to_their_own_origin_alone() {
    let played = Played::new(&["/b", "https://cdn.test/c", "https://a.test:444/d"]);
    let origin = Url::parse("https://a.test/v1").unwrap().origin();
    let mut from = Download::new("https://a.test/a", Reach::Public);
    from.authorize = Some((origin, HeaderValue::from_static("Bearer canary")));
    assert!(!format!("{from:?}").contains("canary"));
    assert_eq!(fetch(&played, &from).await.unwrap(), "end");
    let asked = played.asked.lock().unwrap();
    let told: Vec<(&str, bool)> =
        asked.iter().map(|(url, header)| (url.as_str(), header.is_some())).collect();
    let expected = [
        ("https://a.test/a", true),
        ("https://a.test/b", true),
        ("https://cdn.test/c", false),
        ("https://a.test:444/d", false),
    ];
    assert_eq!(told, expected);
    assert!(asked[0].1.as_ref().unwrap().is_sensitive());
}

#[tokio::test]
async fn the_url_stays_out_of_debug() {
    for url in ["https://a.test/secret?secret", "data:text/plain,secret", "secret"] {
        let shown = format!("{:?}", Download::new(url, Reach::Public));
        assert!(shown.contains("Public") && !shown.contains("secret"), "{shown}");
    }
    let error = get_nothing("secret").await;
    assert_eq!(error.to_string(), "the URL cannot be read: it is no URL");
}

async fn get_nothing(url: &str) -> DownloadError {
    fetch(&HttpTransport::default(), &from(url)).await.unwrap_err()
}
