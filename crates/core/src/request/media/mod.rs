//! Media of a request: where it is and what is declared about it.

mod json;
mod parse;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

pub use parse::ParseMediaError;
pub(crate) use parse::{holder, is_web_url, lower_scheme};

/// One picture, clip or sound of a request.
///
/// Cloning shares the text or bytes: a 10 MB data URI is held once, however many offers it goes to.
#[derive(Clone, PartialEq)]
pub struct Media {
    source: MediaSource,
    /// Facts that the caller declares; checked where the bytes are not at hand.
    pub declared: MediaFacts,
}

/// Where media is.
#[derive(Clone, PartialEq)]
pub enum MediaSource {
    /// An `http` or `https` URL.
    Url(Arc<str>),
    /// A whole `data:` URI.
    Data(Arc<str>),
    /// An asset that a provider holds: provider and the provider's own id.
    Asset {
        /// `runware`, `replicate` or `scenario`.
        provider: &'static str,
        /// The id without its prefix.
        id: Arc<str>,
    },
    /// A local path, with or without `file:`; the canonical text as it was given.
    File(Arc<str>),
    /// Bytes in memory.
    Bytes {
        /// The whole medium.
        bytes: Bytes,
        /// Its type, such as `image/png`.
        mime: Arc<str>,
    },
}

/// Facts about media; every one may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaFacts {
    /// Type, such as `image/png`.
    pub mime: Option<Arc<str>>,
    /// Pixels per row.
    pub width: Option<u32>,
    /// Rows.
    pub height: Option<u32>,
    /// Size of the medium itself, not of its base64.
    pub bytes: Option<u64>,
    /// Playing time in milliseconds.
    pub millis: Option<u64>,
}

impl MediaFacts {
    /// Whether anything is known.
    pub const fn is_known(&self) -> bool {
        let MediaFacts { mime, width, height, bytes, millis } = self;
        mime.is_some() || width.is_some() || height.is_some() || bytes.is_some() || millis.is_some()
    }
}

impl Media {
    /// Media of bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>, mime: impl Into<Arc<str>>) -> Media {
        let source = MediaSource::Bytes { bytes: bytes.into(), mime: mime.into() };
        Media { source, declared: MediaFacts::default() }
    }

    /// Where the media is.
    pub const fn source(&self) -> &MediaSource {
        &self.source
    }

    /// A short form that is safe to show: no media bytes, no query of a URL.
    pub fn shortened(&self) -> String {
        match &self.source {
            MediaSource::Url(url) => shorten_url(url),
            MediaSource::Data(uri) => shorten_data(uri),
            MediaSource::Asset { provider, id } => format!("{provider}:{id}"),
            MediaSource::File(path) => path.to_string(),
            MediaSource::Bytes { bytes, mime } => format!("{mime}, {} bytes", bytes.len()),
        }
    }
}

/// The URL without its user and up to its query: one may hold a password, the other a signature.
pub(crate) fn shorten_url(url: &str) -> String {
    let shown = match url.find(['?', '#']) {
        Some(at) => format!("{}…", &url[..=at]),
        None => url.to_owned(),
    };
    let host = shown.find("://").map_or(0, |at| at + 3);
    let end = shown[host..].find('/').map_or(shown.len(), |at| host + at);
    match shown[host..end].rfind('@') {
        Some(at) => format!("{}…{}", &shown[..host], &shown[host + at..]),
        None => shown,
    }
}

fn shorten_data(uri: &str) -> String {
    let head = uri.find(',').map_or(0, |at| at.min(80));
    let head = (0..=head).rev().find(|at| uri.is_char_boundary(*at)).unwrap_or(0);
    format!("{},… ({} characters)", &uri[..head], uri.len())
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Media({})", self.shortened())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let read = match text.parse::<Media>() {
            Ok(media) => match media.source() {
                MediaSource::Url(_) => "url".to_owned(),
                MediaSource::Data(_) => "data".to_owned(),
                MediaSource::Asset { provider, id } => format!("{provider} {id}"),
                MediaSource::File(_) => "file".to_owned(),
                MediaSource::Bytes { .. } => "bytes".to_owned(),
            },
            Err(error) => error.to_string(),
        };
        assert!(read.contains(expected), "{text}: {read}");
    }

    #[test]
    fn strings_are_read_in_the_documented_order() {
        check("https://example.com/a.png", "url");
        check("HTTP://example.com", "url");
        check("data:image/png;base64,AAAA", "data");
        check("runware:c64351d5-4c59-42f7-95e1-eace013eddab", "runware c64351d5");
        check("replicate:gm3qorzdhgbfurvjtvhg6dckhu", "replicate gm3q");
        check("scenario:asset_abc123", "scenario asset_abc123");
        check("file:///home/a.png", "file");
        check("./a", "file");
        check("a.png", "file");
        check("C:\\pictures\\a", "file");
    }

    #[test]
    fn bare_ids_are_refused_and_the_prefixed_form_is_named() {
        check("c64351d5-4c59-42f7-95e1-eace013eddab", "write \"runware:c64351d5");
        check("asset_abc123", "write \"scenario:asset_abc123");
    }

    #[test]
    fn other_strings_are_refused() {
        for text in ["", "picture", "ftp://host/a.png", "s3:bucket/a.png", "javascript:alert"] {
            check(text, "is not media");
        }
        check("https://", "needs a host");
        check("https://a b", "needs a host");
        check("runware:nope", "does not name an asset");
        check("scenario:nope", "does not name an asset");
    }

    #[test]
    fn what_is_refused_is_not_repeated() {
        let id = format!("asset_{}", "a".repeat(500));
        for text in ["a secret boat", "https://secret host", "runware:secret", "scenario:secret"] {
            let error = text.parse::<Media>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
        assert!(id.parse::<Media>().unwrap_err().to_string().len() < 200);
    }

    #[test]
    fn debug_shows_neither_bytes_nor_queries() {
        let data: Media = "data:image/png;base64,SECRETSECRET".parse().unwrap();
        let signed: Media = "https://example.com/a.png?sig=SECRET".parse().unwrap();
        let bytes = Media::bytes(&b"SECRET"[..], "image/png");
        for media in [data, signed, bytes] {
            assert!(!format!("{media:?}").contains("SECRET"));
        }
    }

    #[test]
    fn declared_facts_survive_a_round_trip() {
        let json = r#"{"src":"https://a.b/c.mp4","mime":"video/mp4","width":640,"seconds":1.5}"#;
        let media: Media = serde_json::from_str(json).unwrap();
        assert_eq!(media.declared.millis, Some(1500));
        assert_eq!(serde_json::to_string(&media).unwrap(), json);
    }
}
