//! What breaks off is gone on with, and nothing is put together that does not fit.

use std::fs;
use std::io::Write;

use genmux_client::DownloadError;

use super::download::{get, long, names, reply, save, script, whole};
use crate::server::Server;

/// Serves `bytes` with ranges, each time broken off after `most` bytes.
fn ranges(bytes: Vec<u8>, most: usize) -> Server {
    Server::start(move |_, asked, stream| {
        let start = asked.header("range").map_or(0, |range| {
            assert_eq!(asked.header("if-range"), Some("\"v1\""));
            range.strip_prefix("bytes=").unwrap().strip_suffix('-').unwrap().parse().unwrap()
        });
        let (rest, total) = (&bytes[start..], bytes.len());
        let status = match start {
            0 => "200 OK".to_owned(),
            _ => format!("206 Part\r\nContent-Range: bytes {start}-{}/{total}", total - 1),
        };
        let head = format!("{status}\r\nETag: \"v1\"\r\nContent-Length: {}", rest.len());
        stream.write_all(&reply(&head, &rest[..rest.len().min(most)])).unwrap();
    })
}

#[tokio::test]
async fn what_breaks_off_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let server = ranges(long(), 1_000_000);
    let saved = save(&server.url("/"), folder.path()).await.unwrap();
    assert!(fs::read(saved.path).unwrap() == long());
    let asked = server.asked();
    // What arrives before a connection breaks is the network's to say.
    assert!(asked.len() >= 3 && asked[0].header("range").is_none());
    assert!(asked[1..].iter().all(|asked| asked.header("range").is_some()));
    let (server, folder) = (script([whole(&long())]), tempfile::tempdir().unwrap());
    let direct = save(&server.url("/"), folder.path()).await.unwrap();
    assert_eq!(saved.sha256, direct.sha256);
}

pub(super) fn cut(etag: &str, body: &[u8], total: usize) -> Vec<u8> {
    reply(&format!("200 OK\r\nETag: {etag}\r\nContent-Length: {total}"), body)
}

fn part(etag: &str, range: &str, body: &[u8]) -> Vec<u8> {
    let len = body.len();
    let head =
        format!("206 Part\r\nETag: {etag}\r\nContent-Range: {range}\r\nContent-Length: {len}");
    reply(&head, body)
}

async fn ends_well(replies: impl IntoIterator<Item = Vec<u8>>, body: &str, ranges: &[&str]) {
    let server = script(replies);
    assert_eq!(get(&server).await.unwrap(), body);
    let asked = server.asked();
    let asked: Vec<&str> =
        asked.iter().map(|asked| asked.header("range").unwrap_or_default()).collect();
    assert_eq!(asked, ranges);
}

#[tokio::test]
async fn parts_are_put_together() {
    let head = cut("\"1\"", b"abc", 9);
    let replies =
        [head, part("\"1\"", "bytes 3-5/9", b"def"), part("\"1\"", "bytes 6-8/9", b"ghi")];
    ends_well(replies, "abcdefghi", &["", "bytes=3-", "bytes=6-"]).await;
}

#[tokio::test]
async fn a_changed_file_is_begun_again() {
    let head = cut("\"1\"", b"abc", 9);
    // The server honours `If-Range`, and sends the new file whole.
    let replies = [head.clone(), cut("\"2\"", b"123456", 6)];
    ends_well(replies, "123456", &["", "bytes=3-"]).await;
    // The server does not, and sends a part of the new file.
    let replies = [head, part("\"2\"", "bytes 3-8/9", b"456789"), cut("\"2\"", b"123456789", 9)];
    ends_well(replies, "123456789", &["", "bytes=3-", ""]).await;
}

#[tokio::test]
async fn a_server_without_ranges_sends_it_again() {
    let replies = [cut("\"1\"", b"abc", 6), cut("\"1\"", b"abcde", 6), cut("\"1\"", b"abcdef", 6)];
    ends_well(replies, "abcdef", &["", "bytes=3-", "bytes=5-"]).await;
    let replies = [cut("W/\"1\"", b"abc", 6), cut("W/\"1\"", b"abcdef", 6)];
    ends_well(replies, "abcdef", &["", ""]).await;
}

#[tokio::test]
async fn a_range_that_does_not_fit_is_not_used() {
    let again = cut("\"1\"", b"abcdef", 6);
    for range in ["bytes 2-5/6", "bytes 4-5/6", "bytes 3-5/7", "bytes x", "none"] {
        let replies = [cut("\"1\"", b"abc", 6), part("\"1\"", range, b"def"), again.clone()];
        ends_well(replies, "abcdef", &["", "bytes=3-", ""]).await;
    }
    let too_long = part("\"1\"", "bytes 3-5/6", b"defghi");
    ends_well([cut("\"1\"", b"abc", 6), too_long, again.clone()], "abcdef", &["", "bytes=3-", ""])
        .await;
    let none = reply("416 No\r\nContent-Range: bytes */2", b"");
    ends_well([cut("\"1\"", b"abc", 6), none, again], "abcdef", &["", "bytes=3-", ""]).await;
}

#[tokio::test]
async fn failures_that_pass_are_waited_for() {
    let replies =
        [reply("503 Busy\r\nRetry-After: 0", b""), vec![], reply("429 No", b""), whole(b"a")];
    ends_well(replies, "a", &["", "", "", ""]).await;
}

pub(super) async fn ends_badly(
    replies: impl IntoIterator<Item = Vec<u8>>,
    tries: usize,
) -> DownloadError {
    let folder = tempfile::tempdir().unwrap();
    let server = script(replies);
    let error = save(&server.url("/a?signature"), folder.path()).await.unwrap_err();
    assert_eq!(names(folder.path()), [""; 0], "no file is left");
    assert_eq!(server.asked().len(), tries, "{error}");
    assert!(!format!("{error} {error:?}").contains("signature"), "{error:?}");
    error
}

#[tokio::test]
async fn what_never_ends_well_leaves_no_file() {
    let error = ends_badly([cut("\"1\"", b"abc", 9)], 5).await;
    assert!(matches!(error, DownloadError::Transport(_)) && error.is_transient(), "{error:?}");
    let error = ends_badly([reply("503 Busy", b"")], 5).await;
    assert!(matches!(error, DownloadError::Status { status: 503, .. }));
    for status in ["403 No", "404 No", "410 Gone", "204 Nothing", "300 Choose", "206 Part"] {
        let error = ends_badly([reply(status, b"")], 1).await;
        let expected = format!("127.0.0.1 answered with HTTP status {}", &status[..3]);
        assert_eq!(error.to_string(), expected);
        assert!(!error.is_transient());
    }
    let packed = reply("200 OK\r\nContent-Encoding: gzip", b"x");
    assert!(matches!(ends_badly([packed], 5).await, DownloadError::Inconsistent { .. }));
}
