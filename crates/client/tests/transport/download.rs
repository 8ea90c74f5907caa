//! Files come whole or not at all.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use genmux_client::{
    Download, DownloadError, HttpTransport, Reach, Saved, Target, TransportErrorKind, download,
    fetch,
};

use super::resume::cut;
use crate::server::Server;

pub(super) const GIF: &[u8] = b"GIF89a\x40\x01\xf0\0\0\0\0;";

pub(super) fn reply(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n").as_bytes(), body].concat()
}

pub(super) fn whole(body: &[u8]) -> Vec<u8> {
    reply(&format!("200 OK\r\nContent-Length: {}", body.len()), body)
}

/// Answers each request with the next of these, and with the last one for ever.
pub(super) fn script(replies: impl IntoIterator<Item = Vec<u8>>) -> Server {
    let replies: Vec<Vec<u8>> = replies.into_iter().collect();
    Server::start(move |before, _, stream| {
        let reply = replies.get(before).or(replies.last()).unwrap();
        // The client may have heard enough.
        let _ = stream.write_all(reply);
    })
}

pub(super) fn from(url: &str) -> Download<'_> {
    let mut from = Download::new(url, Reach::Loopback);
    from.pause = Duration::from_millis(1);
    from
}

pub(super) async fn get(server: &Server) -> Result<Bytes, DownloadError> {
    fetch(&HttpTransport::default(), &from(&server.url("/a?signature"))).await
}

pub(super) async fn save(url: &str, folder: &Path) -> Result<Saved, DownloadError> {
    download(&HttpTransport::default(), &from(url), &Target::new(folder, "job-0")).await
}

pub(super) fn names(folder: &Path) -> Vec<String> {
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

pub(super) fn long() -> Vec<u8> {
    (0..3_000_000u32).map(|at| at.to_be_bytes()[at as usize % 2 + 2]).collect()
}

#[tokio::test]
async fn a_file_is_named_by_its_true_type() {
    let folder = tempfile::tempdir().unwrap();
    let head = format!("200 OK\r\nContent-Type: image/png\r\nContent-Length: {}", GIF.len());
    let server = script([reply(&head, GIF)]);
    let saved = save(&server.url("/x.jpg"), folder.path()).await.unwrap();
    assert_eq!(saved.path, folder.path().join("job-0.gif"));
    assert_eq!((saved.bytes, saved.mime.as_deref()), (14, Some("image/gif")));
    assert_eq!((saved.facts.width, saved.facts.height), (Some(320), Some(240)));
    assert_eq!(fs::read(&saved.path).unwrap(), GIF);
    assert_eq!(names(folder.path()), ["job-0.gif"]);
}

#[tokio::test]
async fn an_unknown_type_is_taken_at_its_word() {
    for (mime, name) in [("Video/MP4; codecs=x", "job-0.mp4"), ("text/html", "job-0.bin")] {
        let folder = tempfile::tempdir().unwrap();
        let server = script([reply(&format!("200 OK\r\nContent-Type: {mime}"), b"hello")]);
        let saved = save(&server.url("/"), folder.path()).await.unwrap();
        assert_eq!(names(folder.path()), [name]);
        assert_eq!(
            saved.sha256,
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_has_the_rights_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    fs::write(&other, "").unwrap();
    let saved = save(&script([whole(GIF)]).url("/"), folder.path()).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&saved.path), mode(&other));
}

#[tokio::test]
async fn data_uris_need_no_network() {
    let folder = tempfile::tempdir().unwrap();
    let saved = save("data:image/png;base64,R0lGODlhQAHwAAAAADs=", folder.path()).await.unwrap();
    assert_eq!(saved.path, folder.path().join("job-0.gif"));
    assert_eq!(fs::read(&saved.path).unwrap(), GIF);
    let transport = HttpTransport::default();
    let read = async |url: &str| fetch(&transport, &from(url)).await;
    assert_eq!(read("DATA:;base64,R0lGODlhQAHwAAAAADs").await.unwrap(), GIF);
    assert_eq!(read("data:,h%C3%A9").await.unwrap(), "hé");
    let text = "A".repeat(400_000);
    assert_eq!(read(&format!("data:;base64,{text}")).await.unwrap(), vec![0; 300_000]);
    assert_eq!(read(&format!("data:,{text}")).await.unwrap(), text);
    for broken in ["data:image/png", "data:;base64,a*bc", &format!("data:;base64,AA=={text}")] {
        assert!(matches!(read(broken).await, Err(DownloadError::Url(_))), "{broken:.20}");
    }
    let long = format!("data:;base64,{text}");
    let mut capped = from(&long);
    capped.most_bytes = 299_999;
    let error = fetch(&transport, &capped).await.unwrap_err();
    assert!(matches!(error, DownloadError::TooLarge { most: 299_999 }));
}

#[tokio::test]
async fn a_cap_is_kept() {
    let endless = Server::start(|_, _, stream| {
        stream.write_all(&reply("200 OK", b"")).unwrap();
        while stream.write_all(&[0; 4096]).is_ok() {}
    });
    for server in [endless, script([reply("200 OK\r\nContent-Length: 100001", b"")])] {
        let (url, folder) = (server.url("/"), tempfile::tempdir().unwrap());
        let mut from = from(&url);
        from.most_bytes = 100_000;
        let to = Target::new(folder.path(), "a");
        let error = download(&HttpTransport::default(), &from, &to).await.unwrap_err();
        assert_eq!(error.to_string(), "the file has more than 100000 bytes");
        assert_eq!(names(folder.path()), [""; 0]);
        assert_eq!(server.asked().len(), 1);
    }
}

/// Sends the head of a file and then neither speaks nor closes.
pub(super) fn silent() -> Server {
    Server::start(|_, _, stream| {
        stream.write_all(&cut("\"1\"", b"abc", 9)).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

#[tokio::test]
async fn silence_and_deadlines_end_a_download() {
    let (server, folder) = (silent(), tempfile::tempdir().unwrap());
    let url = server.url("/");
    let to = Target::new(folder.path(), "a");
    let mut idle = from(&url);
    (idle.idle, idle.attempts) = (Duration::from_millis(50), 2);
    let error = download(&HttpTransport::default(), &idle, &to).await.unwrap_err();
    let DownloadError::Transport(error) = error else { panic!("{error:?}") };
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    let mut late = from(&url);
    late.deadline = Some(tokio::time::Instant::now() + Duration::from_millis(50));
    let error = download(&HttpTransport::default(), &late, &to).await.unwrap_err();
    assert!(matches!(error, DownloadError::Deadline));
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_dropped_download_leaves_no_file() {
    let (server, folder) = (silent(), tempfile::tempdir().unwrap());
    let path = folder.path().to_owned();
    let url = server.url("/");
    let task = tokio::spawn(async move { save(&url, &path).await });
    while names(folder.path()).is_empty() || server.asked().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let name = names(folder.path()).remove(0);
    assert!(name.starts_with(".job-0."), "{name}");
    assert_eq!(Path::new(&name).extension().unwrap(), "part");
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(names(folder.path()), [""; 0]);
}

#[tokio::test]
async fn no_file_is_overwritten_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("job-0.gif");
    fs::write(&path, "mine").unwrap();
    let server = script([whole(GIF)]);
    let error = save(&server.url("/"), folder.path()).await.unwrap_err();
    assert!(matches!(&error, DownloadError::Exists { path: there } if *there == path));
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    assert_eq!(names(folder.path()), ["job-0.gif"]);
    let mut to = Target::new(folder.path(), "job-0");
    to.overwrite = true;
    download(&HttpTransport::default(), &from(&server.url("/")), &to).await.unwrap();
    assert_eq!(fs::read(&path).unwrap(), GIF);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (none, file) = (folder.path().join("none"), folder.path().join("file"));
    fs::write(&file, "").unwrap();
    let server = script([whole(GIF)]);
    for folder in [none, file] {
        let error = save(&server.url("/"), &folder).await.unwrap_err();
        assert!(matches!(&error, DownloadError::Disk { path, .. } if *path == folder), "{error:?}");
    }
    assert_eq!(server.asked().len(), 0, "known before anything is asked for");
}

#[tokio::test]
async fn a_vendors_name_does_not_leave_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (inner, url) = (folder.path().join("in"), script([whole(GIF)]).url("/"));
    fs::create_dir(&inner).unwrap();
    let to = Target::new(&inner, "../../../x/y");
    let saved = download(&HttpTransport::default(), &from(&url), &to).await.unwrap();
    assert_eq!(saved.path.parent(), Some(inner.as_path()));
    assert_eq!((names(&inner).len(), names(folder.path()).len()), (1, 1));
}
