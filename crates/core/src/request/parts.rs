//! The groups of fields within a request.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::hints::unknown_key;
use super::read::{Text, Whole, as_object};
use super::strict::StrictValue;
use super::{Format, Media, media};

/// Pinned frames of a video.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Frames {
    /// The picture with which the video begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Media>,
    /// The picture with which it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Media>,
}

/// Media that guides without being pinned.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct References {
    /// Pictures; `[Image1]` in a prompt is the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Media>,
    /// Clips; `[Video1]` in a prompt is the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub videos: Vec<Media>,
    /// Sounds; `[Audio1]` in a prompt is the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub audios: Vec<Media>,
}

/// File format and quality of the results.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Output {
    /// File format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Compression quality, higher is better; the offer says the range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<u64>,
}

/// How results are handed over.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct Delivery {
    /// Where the provider reports a finished job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_url: Option<String>,
    /// Where the provider puts the result by HTTP PUT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_url: Option<String>,
    /// How long the provider keeps the result, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_seconds: Option<u64>,
    /// Whether the reply names the cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_cost: Option<bool>,
}

/// Wire parameters by provider.
#[derive(Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ProviderOptions(pub IndexMap<String, Map<String, Value>>);

impl Frames {
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none() && self.last.is_none()
    }
}

impl References {
    pub(super) fn is_empty(&self) -> bool {
        self.images.is_empty() && self.videos.is_empty() && self.audios.is_empty()
    }
}

impl Output {
    pub(super) fn is_empty(&self) -> bool {
        *self == Output::default()
    }
}

impl Delivery {
    pub(super) fn is_empty(&self) -> bool {
        *self == Delivery::default()
    }
}

impl ProviderOptions {
    /// Whether no parameter is set for any provider.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(Map::is_empty)
    }

    /// The parameters for one provider.
    pub fn of(&self, provider: &str) -> Option<&Map<String, Value>> {
        self.0.get(provider).filter(|options| !options.is_empty())
    }
}

impl<'de> Deserialize<'de> for ProviderOptions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ProviderOptions, D::Error> {
        use serde::de::Error;
        const HINT: &str =
            "provider_options holds one object per provider, such as {\"runware\": {\"key\": 1}}";
        let Value::Object(providers) = StrictValue::deserialize(deserializer)?.0 else {
            return Err(D::Error::custom(HINT));
        };
        let mut read = IndexMap::new();
        for (provider, options) in providers {
            match options {
                Value::Null => {}
                Value::Object(options) => {
                    let set = options.into_iter().filter(|(_, value)| !is_unset(value));
                    let set: Map<String, Value> = set.collect();
                    if !set.is_empty() {
                        read.insert(provider, set);
                    }
                }
                _ => return Err(D::Error::custom(HINT)),
            }
        }
        Ok(ProviderOptions(read))
    }
}

/// `null`, `{}` and `[]` mean unset.
fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(object) => object.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

as_object!(Frames, "frames: an object with first and last", unknown_key, {
    "first" => first: Media, "last" => last: Media,
});
as_object!(References, "references: an object with images, videos and audios", unknown_key, {
    "images" => images: Vec<Media>, "videos" => videos: Vec<Media>, "audios" => audios: Vec<Media>,
});
as_object!(Output, "output: an object with format and quality", unknown_key, {
    "format" => format: Format, "quality" => quality: Whole,
});
as_object!(Delivery, "delivery: an object of URLs, ttl_seconds and include_cost", unknown_key, {
    "webhook_url" => webhook_url: WebUrl, "upload_url" => upload_url: WebUrl,
    "ttl_seconds" => ttl_seconds: Whole, "include_cost" => include_cost: bool,
});

/// A URL that a provider can call.
struct WebUrl(String);

impl<'de> Deserialize<'de> for WebUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WebUrl, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        if media::is_web_url(&text) {
            return Ok(WebUrl(media::lower_scheme(&text).into_owned()));
        }
        Err(serde::de::Error::custom("expected an https: URL with a host and no blanks"))
    }
}

impl From<WebUrl> for Option<String> {
    fn from(url: WebUrl) -> Option<String> {
        Some(url.0)
    }
}

/// Keys only: a value may be a secret.
impl fmt::Debug for ProviderOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = |options: &Map<String, Value>| options.keys().cloned().collect::<Vec<_>>();
        f.debug_map().entries(self.0.iter().map(|(name, options)| (name, keys(options)))).finish()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |url: &Option<String>| url.as_deref().map(media::shorten_url);
        f.debug_struct("Delivery")
            .field("webhook_url", &short(&self.webhook_url))
            .field("upload_url", &short(&self.upload_url))
            .field("ttl_seconds", &self.ttl_seconds)
            .field("include_cost", &self.include_cost)
            .finish()
    }
}
