//! Where requests are not let go.

use std::io::{Read, Write};

use genmux_client::{HttpTransport, Reach, Sent, Transport, TransportError, TransportErrorKind};
use genmux_core::Body;
use http::Request;

use crate::server::Server;

async fn status(url: &str, reach: Reach) -> Result<u16, TransportError> {
    let request = Request::get(url).extension(reach).body(Body::default()).unwrap();
    HttpTransport::default().send(request).await.map(|reply| reply.status().as_u16())
}

async fn refused(url: &str, reach: Reach) -> String {
    let error = status(url, reach).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Guarded, "{url}: {error:?}");
    assert_eq!(error.was_sent(), Sent::No);
    error.to_string()
}

fn server() -> Server {
    Server::saying("HTTP/1.1 204 No\r\n\r\n")
}

#[tokio::test]
async fn names_and_literals_of_this_machine_are_for_those_who_may() {
    let server = server();
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "0x7f.1", "2130706433", "[::ffff:7f00:1]"] {
        let url = server.url("/").replace("127.0.0.1", host);
        // IPv4 in the form of IPv6 reaches what listens on IPv4.
        for reach in [Reach::Provider, Reach::Loopback] {
            assert_eq!(status(&url, reach).await.unwrap(), 204, "{url} {reach:?}");
        }
        refused(&url, Reach::Public).await;
    }
    let before = server.asked().len();
    for host in ["127.0.0.1", "localhost"] {
        let url = server.url("/").replace("127.0.0.1", host).replace("http:", "https:");
        let message = refused(&url, Reach::Public).await;
        assert!(message.contains("is no public address"), "{message}");
    }
    assert_eq!(server.asked().len(), before, "refused before anything was sent");
}

#[tokio::test]
async fn networks_are_out_of_reach_of_vendors() {
    for host in ["10.0.0.1", "169.254.169.254", "[fd00:ec2::254]", "[64:ff9b::7f00:1]"] {
        let message = refused(&format!("https://{host}/latest?token"), Reach::Public).await;
        assert!(message.contains("is no public address") && !message.contains("token"));
        refused(&format!("https://{host}/"), Reach::Loopback).await;
        refused(&format!("http://{host}/"), Reach::Loopback).await;
    }
    refused("http://vendor.test/", Reach::Public).await;
    refused("https://user:word@vendor.test/", Reach::Public).await;
}

/// A pooled connection to loopback is not lent to a request that may not go there.
#[tokio::test]
async fn a_connection_of_one_reach_serves_no_other() {
    let server = Server::start(|_, _, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        // Stays open for the next request, which must not come.
        assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap_or_default(), 0);
    });
    let transport = HttpTransport::default();
    let url = server.url("/").replace("127.0.0.1", "localhost");
    let ask = async |reach: Reach| {
        let request = Request::get(&url).extension(reach).body(Body::default()).unwrap();
        transport.send(request).await?.into_body().collect(0).await
    };
    ask(Reach::Provider).await.unwrap();
    let error = ask(Reach::Public).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Guarded);
}
