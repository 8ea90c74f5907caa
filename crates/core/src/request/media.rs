//! Media of a request: where it is and what is declared about it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::hints::unknown_key;
use super::read::{Whole, as_object};

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

/// The URL up to its query, which may hold a signature.
pub(crate) fn shorten_url(url: &str) -> String {
    match url.find(['?', '#']) {
        Some(at) => format!("{}…", &url[..=at]),
        None => url.to_owned(),
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

/// A media string that is none of the accepted forms.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseMediaError {
    /// A bare UUID says not whose it is.
    #[error("a bare UUID says not whose asset it is; write \"runware:{0}\"")]
    BareUuid(String),
    /// A bare asset id says not whose it is.
    #[error("a bare asset id says not whose it is; write \"scenario:{0}\"")]
    BareAsset(String),
    /// The form is none of the accepted ones.
    #[error(
        "{0:?} is not media; accepted: an https: URL, a data: URI, runware:<uuid>, \
         replicate:<file id>, scenario:asset_..., file: or a path"
    )]
    Unknown(String),
    /// The URL cannot be fetched.
    #[error("{0:?} is not a URL that can be fetched: it needs a host and no blanks")]
    BadUrl(String),
    /// The id behind the provider's name is not of its form.
    #[error("{0:?} does not name an asset: expected {1}")]
    BadAsset(String, &'static str),
}

impl FromStr for Media {
    type Err = ParseMediaError;
    fn from_str(text: &str) -> Result<Media, ParseMediaError> {
        let source = parse_source(text)?;
        Ok(Media { source, declared: MediaFacts::default() })
    }
}

fn parse_source(text: &str) -> Result<MediaSource, ParseMediaError> {
    if has_scheme(text, "https:") || has_scheme(text, "http:") {
        let fine = is_web_url(text);
        return if fine {
            Ok(MediaSource::Url(text.into()))
        } else {
            Err(ParseMediaError::BadUrl(shown(text)))
        };
    }
    if has_scheme(text, "data:") {
        return Ok(MediaSource::Data(text.into()));
    }
    if let Some(asset) = parse_asset(text)? {
        return Ok(asset);
    }
    if has_scheme(text, "file:") {
        return Ok(MediaSource::File(text.into()));
    }
    if is_uuid(text) {
        return Err(ParseMediaError::BareUuid(text.to_owned()));
    }
    if text.strip_prefix("asset_").is_some_and(is_word) {
        return Err(ParseMediaError::BareAsset(text.to_owned()));
    }
    if is_path(text) {
        Ok(MediaSource::File(text.into()))
    } else {
        Err(ParseMediaError::Unknown(shown(text)))
    }
}

fn parse_asset(text: &str) -> Result<Option<MediaSource>, ParseMediaError> {
    let forms: [(&str, &str, fn(&str) -> bool); 3] = [
        ("runware", "runware:<uuid>", is_uuid),
        ("replicate", "replicate:<file id>", is_word),
        ("scenario", "scenario:asset_<id>", |id| id.strip_prefix("asset_").is_some_and(is_word)),
    ];
    for (provider, expected, fits) in forms {
        let Some(id) = text.strip_prefix(provider).and_then(|rest| rest.strip_prefix(':')) else {
            continue;
        };
        if !fits(id) {
            return Err(ParseMediaError::BadAsset(shown(text), expected));
        }
        return Ok(Some(MediaSource::Asset { provider, id: id.into() }));
    }
    Ok(None)
}

fn has_scheme(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

/// Whether the text is an http or https URL with a host and nothing that ends it early.
pub(crate) fn is_web_url(text: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find(|scheme| has_scheme(text, scheme))
        .map(|s| &text[s.len()..]);
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or(""));
    host.is_some_and(|host| !host.is_empty() && !host.starts_with(':'))
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\')
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'=' | b'.'))
}

fn is_path(text: &str) -> bool {
    let bytes = text.as_bytes();
    let drive = bytes.len() > 1 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':';
    let scheme = !drive && text.split(['/', '\\']).next().is_some_and(|head| head.contains(':'));
    let extension = text.rsplit_once('.').is_some_and(|(stem, end)| {
        !stem.is_empty()
            && (1..=5).contains(&end.len())
            && end.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    !scheme && !text.contains('\0') && (drive || extension || text.contains(['/', '\\']))
}

/// The start of a text, for a message that must not repeat media.
fn shown(text: &str) -> String {
    let short: String = shorten_url(text).chars().take(60).collect();
    if short.len() < text.len() && !short.ends_with('…') { format!("{short}…") } else { short }
}

/// The object form of media.
#[derive(Default)]
struct MediaObject {
    src: Option<String>,
    mime: Option<String>,
    width: Option<u64>,
    height: Option<u64>,
    bytes: Option<u64>,
    seconds: Option<f64>,
}

as_object!(MediaObject, "media: a string or an object with src", unknown_key, {
    "src" => src: String, "mime" => mime: String, "width" => width: Whole, "height" => height: Whole,
    "bytes" => bytes: Whole, "seconds" => seconds: f64,
});

impl MediaObject {
    fn into_media(self) -> Result<Media, String> {
        let src = self.src.ok_or("media needs src: a URL, data URI, asset or path")?;
        let mut media: Media = src.parse().map_err(|error: ParseMediaError| error.to_string())?;
        let side = |name: &str, side: Option<u64>| match side.map(u32::try_from) {
            None => Ok(None),
            Some(Ok(side)) if side > 0 => Ok(Some(side)),
            Some(_) => Err(format!("{name} is not a number of pixels: accepted 1 to {}", u32::MAX)),
        };
        media.declared = MediaFacts {
            mime: self.mime.map(Into::into),
            width: side("width", self.width)?,
            height: side("height", self.height)?,
            bytes: self.bytes,
            millis: self.seconds.map(millis).transpose()?,
        };
        Ok(media)
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn millis(seconds: f64) -> Result<u64, String> {
    if (0.0..=1e12).contains(&seconds) {
        Ok((seconds * 1000.0).round() as u64)
    } else {
        Err(format!("seconds {seconds} is not a playing time"))
    }
}

impl<'de> Deserialize<'de> for Media {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Media, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Media;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("media: a string or an object with src")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Media, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Media, A::Error> {
                let object = MediaObject::deserialize(de::value::MapAccessDeserializer::new(map))?;
                object.into_media().map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The canonical string.
impl Serialize for MediaSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            MediaSource::Url(text) | MediaSource::Data(text) | MediaSource::File(text) => {
                serializer.serialize_str(text)
            }
            MediaSource::Asset { provider, id } => {
                serializer.collect_str(&format_args!("{provider}:{id}"))
            }
            MediaSource::Bytes { bytes, mime } => {
                let encoded =
                    base64::display::Base64Display::new(bytes, &base64::prelude::BASE64_STANDARD);
                serializer.collect_str(&format_args!("data:{mime};base64,{encoded}"))
            }
        }
    }
}

impl Serialize for Media {
    #[allow(clippy::cast_precision_loss)]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.declared == MediaFacts::default() {
            return self.source.serialize(serializer);
        }
        let MediaFacts { mime, width, height, bytes, millis } = &self.declared;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("src", &self.source)?;
        if let Some(mime) = mime {
            map.serialize_entry("mime", mime)?;
        }
        for (key, value) in [("width", width), ("height", height)] {
            if let Some(value) = value {
                map.serialize_entry(key, value)?;
            }
        }
        if let Some(bytes) = bytes {
            map.serialize_entry("bytes", bytes)?;
        }
        if let Some(millis) = millis {
            map.serialize_entry("seconds", &(*millis as f64 / 1000.0))?;
        }
        map.end()
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
