//! Media strings, in the order in which they are told apart.

use std::borrow::Cow;
use std::str::FromStr;

use super::{Media, MediaFacts, MediaSource};

/// A media string that is none of the accepted forms; it is not repeated, because it may be a
/// prompt, bytes or a signed URL.
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
        "the text is not media; accepted: an https: URL, a data: URI, runware:<uuid>, \
         replicate:<file id>, scenario:asset_..., file: or a path"
    )]
    Unknown,
    /// The URL cannot be fetched.
    #[error("the text is not a URL that can be fetched: it needs a host and no blanks")]
    BadUrl,
    /// The id behind the provider's name is not of its form.
    #[error("what follows {0}: does not name an asset: expected {1}")]
    BadAsset(&'static str, &'static str),
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
            Ok(MediaSource::Url(lower_scheme(text).into()))
        } else {
            Err(ParseMediaError::BadUrl)
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
    if is_asset_id(text) {
        return Err(ParseMediaError::BareAsset(text.chars().take(60).collect()));
    }
    if is_path(text) { Ok(MediaSource::File(text.into())) } else { Err(ParseMediaError::Unknown) }
}

/// Provider, what its ids look like, and whether a text is one.
type AssetForm = (&'static str, &'static str, fn(&str) -> bool);

const ASSET_FORMS: [AssetForm; 3] = [
    ("runware", "runware:<uuid>", is_uuid),
    ("replicate", "replicate:<file id>", is_word),
    ("scenario", "scenario:asset_<id>", is_asset_id),
];

fn is_asset_id(id: &str) -> bool {
    id.strip_prefix("asset_").is_some_and(is_word)
}

/// The one copy of a provider's name that the assets of requests point to, if it has any.
pub(crate) fn holder(provider: &str) -> Option<&'static str> {
    ASSET_FORMS.iter().map(|(name, ..)| *name).find(|name| *name == provider)
}

impl Media {
    /// The asset of a provider by the provider's own id, if it has the form of one.
    pub(crate) fn asset(provider: &str, id: &str) -> Option<Media> {
        let (provider, _, _) =
            ASSET_FORMS.into_iter().find(|(name, _, fits)| *name == provider && fits(id))?;
        let source = MediaSource::Asset { provider, id: id.into() };
        Some(Media { source, declared: MediaFacts::default() })
    }
}

fn parse_asset(text: &str) -> Result<Option<MediaSource>, ParseMediaError> {
    for (provider, expected, fits) in ASSET_FORMS {
        let Some(id) = text.strip_prefix(provider).and_then(|rest| rest.strip_prefix(':')) else {
            continue;
        };
        if !fits(id) {
            return Err(ParseMediaError::BadAsset(provider, expected));
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
    host.is_some_and(|host| !host.is_empty() && !host.starts_with(':')) && !has_blank(text)
}

/// Whether something in a text ends a URL early.
fn has_blank(text: &str) -> bool {
    if text.is_ascii() {
        // All bytes are looked at, so that many can be at once.
        let ends = |b: u8| matches!(b, 0..=b' ' | 0x7f | b'\\');
        return text.bytes().filter(|b| ends(*b)).count() > 0;
    }
    text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\')
}

/// The URL with its scheme in lower case, which is its normal form.
pub(crate) fn lower_scheme(url: &str) -> Cow<'_, str> {
    match url.split_once(':') {
        Some((scheme, rest)) if scheme.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            Cow::Owned(format!("{}:{rest}", scheme.to_ascii_lowercase()))
        }
        _ => Cow::Borrowed(url),
    }
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
