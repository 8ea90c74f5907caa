//! Facts about the media of a request, found out once for all offers.

use std::fs::File;
use std::path::{Path, PathBuf};

use genmux_core::{Adapter, Context, Leaf, Media, MediaFacts, MediaSource, Request, TaskKey};
use genmux_media::{DataUri, Facts};
use sha2::{Digest, Sha256};

use crate::providers::adapters;

/// A context for a request: task ids derived from it, and facts about its data URIs and bytes.
///
/// Every medium is scanned once, however many offers the request goes to. Local paths stay refused.
pub fn context(request: &Request) -> Context {
    build(request, None)
}

/// Which local files a request may name.
#[derive(Clone, Copy, Debug)]
pub enum FileAccess<'a> {
    /// Files below this directory, links followed; relative paths are taken from it.
    Within(&'a Path),
    /// Any file that the process can read; relative paths are taken from the current directory.
    Anywhere,
}

/// As [`context`], with local paths allowed as far as `files` says.
pub fn context_with_files(request: &Request, files: FileAccess<'_>) -> Context {
    build(request, Some(files))
}

fn build(request: &Request, files: Option<FileAccess<'_>>) -> Context {
    let mut context = Context::new(TaskKey::derived(&digest(request)));
    context.allow_paths = files.is_some();
    let lenders = adapters().filter(|adapter| adapter.capability().lends_assets);
    context.lenders = lenders.map(Adapter::provider).collect();
    for leaf in Leaf::ALL.iter().copied().filter(|leaf| leaf.is_media()) {
        for (index, media) in request.media(leaf).iter().enumerate() {
            if let Some(found) = inspect(media, files) {
                context.media.insert(leaf, index, found.and_then(|facts| agreed(media, facts)));
            }
        }
    }
    context
}

/// What the bytes at hand say; `None` where none are at hand.
fn inspect(media: &Media, files: Option<FileAccess<'_>>) -> Option<Result<MediaFacts, String>> {
    match media.source() {
        MediaSource::Data(uri) => Some(inspect_data(uri)),
        MediaSource::Bytes { bytes, mime } => {
            Some(Ok(with_mime(genmux_media::inspect_bytes(bytes), mime)))
        }
        MediaSource::File(path) => files.map(|access| inspect_file(path, access)),
        MediaSource::Url(_) | MediaSource::Asset { .. } => None,
    }
}

fn inspect_data(uri: &str) -> Result<MediaFacts, String> {
    let parsed = DataUri::parse(uri).map_err(|error| error.to_string())?;
    let facts = parsed.scan().map_err(|error| error.to_string())?;
    let declared = parsed.mime().split(';').next().unwrap_or_default().to_ascii_lowercase();
    Ok(with_mime(facts, &declared))
}

fn inspect_file(text: &str, access: FileAccess<'_>) -> Result<MediaFacts, String> {
    let path = &allowed_path(text, access)?;
    let failed = |error| unreadable(path, &error);
    let kind = std::fs::metadata(path).map_err(failed)?;
    if kind.is_dir() {
        return Err("the path is a folder; give a file".to_owned());
    }
    // Opening a pipe would wait for whoever writes into it.
    if !kind.is_file() {
        return Err("the path is no regular file".to_owned());
    }
    let file = File::open(path).map_err(failed)?;
    let facts = genmux_media::inspect(file).map_err(failed)?;
    if facts.mime.is_none() && facts.bytes != Some(0) {
        return Err("its bytes are those of no picture, clip or sound that is known".to_owned());
    }
    Ok(with_mime(facts, ""))
}

/// The file that a `file:` URL or a path means, if it may be read.
pub(crate) fn allowed_path(text: &str, access: FileAccess<'_>) -> Result<PathBuf, String> {
    let path = local_path(text, access);
    if let FileAccess::Within(directory) = access {
        let real = |path: &Path| path.canonicalize().map_err(|error| unreadable(path, &error));
        if !real(&path)?.starts_with(real(directory)?) {
            return Err(
                "the path leads out of the directory that the application allows".to_owned()
            );
        }
    }
    Ok(path)
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("file {name:?} cannot be read: {error}")
}

/// The path of a `file:` URL or plain path.
fn local_path(text: &str, access: FileAccess<'_>) -> PathBuf {
    let directory = match access {
        FileAccess::Within(directory) => directory,
        FileAccess::Anywhere => Path::new(""),
    };
    let path = text
        .get(..5)
        .filter(|scheme| scheme.eq_ignore_ascii_case("file:"))
        .map_or(text, |_| &text[5..]);
    let Some(rest) = path.strip_prefix("//localhost").or_else(|| path.strip_prefix("//")) else {
        return directory.join(path);
    };
    // A file URL is percent-encoded, a plain path is not.
    directory.join(&*percent_encoding::percent_decode_str(rest).decode_utf8_lossy())
}

fn with_mime(facts: Facts, declared: &str) -> MediaFacts {
    let mime = facts.mime.or_else(|| Some(declared).filter(|declared| !declared.is_empty()));
    MediaFacts {
        mime: mime.map(Into::into),
        width: facts.width,
        height: facts.height,
        bytes: facts.bytes,
        millis: facts.millis,
    }
}

/// Declared facts must not contradict the bytes; what the bytes do not say stays as declared.
fn agreed(media: &Media, found: MediaFacts) -> Result<MediaFacts, String> {
    let declared = &media.declared;
    if found.bytes == Some(0) {
        return Err("it is empty".to_owned());
    }
    if let (Some(said), Some(is)) = (&declared.mime, &found.mime)
        && !same_type(said, is)
    {
        return Err(format!("mime is declared as {said:?} and its data is {is}; declare {is}"));
    }
    let sides = [("width", declared.width, found.width), ("height", declared.height, found.height)];
    for (name, said, is) in sides {
        if let (Some(said), Some(is)) = (said, is)
            && said != is
        {
            return Err(format!(
                "{name} is declared as {said} and its header says {is}; leave the declaration out"
            ));
        }
    }
    if let (Some(said), Some(is)) = (declared.bytes, found.bytes)
        && said != is
    {
        return Err(format!(
            "bytes are declared as {said} and it has {is}; leave the declaration out"
        ));
    }
    Ok(MediaFacts {
        mime: found.mime.or_else(|| declared.mime.clone()),
        width: found.width.or(declared.width),
        height: found.height.or(declared.height),
        bytes: found.bytes.or(declared.bytes),
        millis: found.millis.or(declared.millis),
    })
}

/// Whether two names mean one type, or types that share a container.
fn same_type(said: &str, is: &str) -> bool {
    let family = |mime: &str| match genmux_media::extension(mime) {
        Some("mov" | "m4a" | "m4v" | "3gp") => Some("mp4"),
        other => other,
    };
    said.eq_ignore_ascii_case(is) || (family(said).is_some() && family(said) == family(is))
}

/// A digest of the request as JSON, media included, without building that JSON.
fn digest(request: &Request) -> [u8; 32] {
    struct Hash(Sha256);
    impl std::io::Write for Hash {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hash = Hash(Sha256::new());
    // Hashing cannot fail, and a request serializes whatever it holds.
    let _ = serde_json::to_writer(&mut hash, request);
    hash.0.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(image: &str) -> Request {
        let json = format!(r#"{{"references":{{"images":[{image}]}}}}"#);
        Request::from_json(json.as_bytes()).unwrap()
    }

    fn found(image: &str) -> Option<Result<MediaFacts, String>> {
        context(&request(image)).media.found(Leaf::Images, 0).cloned()
    }

    /// The first 24 bytes of a PNG of 2 x 3 pixels and the rest of its header.
    const PNG: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAYAAAC56t6B";

    #[test]
    fn data_uris_tell_their_size() {
        let facts = found(&format!("{PNG:?}")).unwrap().unwrap();
        assert_eq!((facts.width, facts.height, facts.bytes), (Some(2), Some(3), Some(33)));
    }

    #[test]
    fn what_contradicts_its_header_cannot_be_used() {
        let mime = format!(r#"{{"src":{PNG:?},"mime":"image/jpeg"}}"#);
        assert!(found(&mime).unwrap().unwrap_err().contains("declare image/png"));
        assert!(found("\"data:,\"").unwrap().unwrap_err().contains("empty"));
        let lying = format!(r#"{{"src":{PNG:?},"width":100}}"#);
        assert!(found(&lying).unwrap().unwrap_err().contains("its header says 2"));
        assert!(found(&format!("{:?}", PNG.replace("image/png", "image/jpeg"))).unwrap().is_err());
        assert!(found("\"data:image/png;base64,%%%\"").unwrap().is_err());
    }

    #[test]
    fn urls_are_not_looked_at() {
        assert!(found("\"https://a.b/c.png\"").is_none());
    }

    #[test]
    fn paths_need_permission_and_a_file() {
        let missing = request("\"no/such.png\"");
        assert!(!context(&missing).allow_paths);
        let context = context_with_files(&missing, FileAccess::Anywhere);
        assert!(
            context
                .media
                .found(Leaf::Images, 0)
                .unwrap()
                .as_ref()
                .unwrap_err()
                .contains("such.png")
        );
    }

    #[test]
    fn paths_stay_within_the_directory_allowed() {
        let within = |path: &str| {
            let source = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
            let context = context_with_files(&request(path), FileAccess::Within(source));
            context.media.found(Leaf::Images, 0).cloned().unwrap()
        };
        assert!(within("\"lib.rs\"").unwrap_err().contains("no picture"), "it was read");
        for path in
            ["\"../Cargo.toml\"", "\"file:///etc/hostname\"", "\"file://%2e%2e/Cargo.toml\""]
        {
            let refused = within(path).unwrap_err();
            assert!(
                refused.contains("leads out") || refused.contains("cannot be read"),
                "{refused}"
            );
        }
    }

    #[test]
    fn the_same_request_gives_the_same_task_ids() {
        let id = |json: &str| {
            context(&Request::from_json(json.as_bytes()).unwrap()).task.task_id("a/b", 0)
        };
        assert_eq!(id(r#"{"prompt":"a","seed":1}"#), id(r#"{"seed":1,"prompt":"a"}"#));
        assert_ne!(id(r#"{"prompt":"a"}"#), id(r#"{"prompt":"b"}"#));
    }
}
