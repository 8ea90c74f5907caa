//! The canonical request: one form for every vendor.

mod duration;
mod hints;
pub(crate) mod media;
pub(crate) mod read;
mod size;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

pub use duration::Duration;
pub(crate) use hints::nearest;
pub use media::{Media, MediaFacts, MediaSource, ParseMediaError};
pub use read::{ReadError, read_json};
pub use size::{AspectRatio, ParseSizeError, Ratio, Resolution, Size};

use crate::leaf::{Leaf, Leaves};
use crate::number::Number;
use hints::unknown_key;
use read::{StrictValue, Whole, as_object};

macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type { $($(#[$variant_doc])* $variant),+ }

        impl $type {
            /// Every value.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// The word in JSON.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $word),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;
            fn from_str(text: &str) -> Result<$type, String> {
                let found = $type::ALL.iter().find(|value| value.name() == text).copied();
                found.ok_or_else(|| {
                    let shown: String = text.chars().take(40).collect();
                    format!("{shown:?} is not accepted here; accepted: {}", [$($word),+].join(", "))
                })
            }
        }

        read::as_string!($type);
    };
}

words! {
    /// What is to be made.
    Kind {
        /// One or more pictures.
        Image = "image",
        /// One or more clips.
        Video = "video",
    }
}

words! {
    /// The file format of the output.
    Format {
        /// JPEG picture.
        Jpg = "jpg",
        /// PNG picture.
        Png = "png",
        /// WebP picture.
        Webp = "webp",
        /// MP4 clip.
        Mp4 = "mp4",
        /// WebM clip.
        Webm = "webm",
        /// QuickTime clip.
        Mov = "mov",
    }
}

words! {
    /// The provider's content check.
    Safety {
        /// No check.
        Off = "off",
        /// Key frames only.
        Fast = "fast",
        /// Every frame.
        Full = "full",
    }
}

impl Format {
    /// What the format holds.
    pub const fn kind(self) -> Kind {
        match self {
            Format::Jpg | Format::Png | Format::Webp => Kind::Image,
            Format::Mp4 | Format::Webm | Format::Mov => Kind::Video,
        }
    }
}

/// A request for generated images or video, in no vendor's words.
///
/// A field that is `None` or empty is unset; every set leaf gets exactly one row in the ledger of
/// a translation. `Debug` shows no prompt, no media and no query of a URL.
#[derive(Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Request {
    /// Image or video; see [`Request::kind`] for what holds when it is unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// What to make, counted in Unicode scalar values; `[Image1]` points into the references.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Exact pixels, beside which neither ratio nor tier may stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Ratio of width to height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<AspectRatio>,
    /// Resolution tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Resolution>,
    /// Playing time of a video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
    /// Pinned frames of a video.
    #[serde(skip_serializing_if = "Frames::is_empty")]
    pub frames: Frames,
    /// Media that guides without being pinned.
    #[serde(skip_serializing_if = "References::is_empty")]
    pub references: References,
    /// Upper bound on one coherent sequence of images, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequential_count: Option<u64>,
    /// Independent results, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Seed of the randomness; 0 is a value, and no policy moves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How closely the model keeps to the prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guidance_scale: Option<f64>,
    /// Whether the camera stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera_fixed: Option<bool>,
    /// Whether the model makes sound too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate_audio: Option<bool>,
    /// File format and quality of the results.
    #[serde(skip_serializing_if = "Output::is_empty")]
    pub output: Output,
    /// Content check by the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety: Option<Safety>,
    /// How results are handed over.
    #[serde(skip_serializing_if = "Delivery::is_empty")]
    pub delivery: Delivery,
    /// Wire parameters by provider, nested like the payload and merged deeply into it.
    #[serde(skip_serializing_if = "ProviderOptions::is_empty")]
    pub provider_options: ProviderOptions,
}

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
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct ProviderOptions(pub indexmap::IndexMap<String, Map<String, Value>>);

impl Frames {
    fn is_empty(&self) -> bool {
        self.first.is_none() && self.last.is_none()
    }
}

impl References {
    fn is_empty(&self) -> bool {
        self.images.is_empty() && self.videos.is_empty() && self.audios.is_empty()
    }
}

impl Output {
    fn is_empty(&self) -> bool {
        *self == Output::default()
    }
}

impl Delivery {
    fn is_empty(&self) -> bool {
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
        let mut read = indexmap::IndexMap::new();
        for (provider, options) in providers {
            match options {
                Value::Null => {}
                Value::Object(options) => {
                    let set = options.into_iter().filter(|(_, value)| !is_unset(value));
                    read.insert(provider, set.collect());
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
as_object!(Delivery, "delivery: an object with webhook_url, upload_url, ttl_seconds and include_cost", unknown_key, {
    "webhook_url" => webhook_url: WebUrl, "upload_url" => upload_url: WebUrl,
    "ttl_seconds" => ttl_seconds: Whole, "include_cost" => include_cost: bool,
});
as_object!(Request, "a request: a JSON object", unknown_key, {
    "kind" => kind: Kind, "prompt" => prompt: String, "size" => size: Size,
    "aspect_ratio" => aspect_ratio: AspectRatio, "resolution" => resolution: Resolution,
    "duration" => duration: Duration, "frames" => frames: Frames, "references" => references: References,
    "sequential_count" => sequential_count: Whole, "count" => count: Whole, "seed" => seed: Whole,
    "guidance_scale" => guidance_scale: f64, "camera_fixed" => camera_fixed: bool,
    "generate_audio" => generate_audio: bool, "output" => output: Output, "safety" => safety: Safety,
    "delivery" => delivery: Delivery, "provider_options" => provider_options: ProviderOptions,
});

/// A URL that a provider can call.
struct WebUrl(String);

impl<'de> Deserialize<'de> for WebUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<WebUrl, D::Error> {
        let text = String::deserialize(deserializer)?;
        if media::is_web_url(&text) {
            return Ok(WebUrl(text));
        }
        Err(serde::de::Error::custom("expected an https: URL with a host and no blanks"))
    }
}

impl From<WebUrl> for Option<String> {
    fn from(url: WebUrl) -> Option<String> {
        Some(url.0)
    }
}

impl Request {
    /// A request for an image.
    pub fn image(prompt: impl Into<String>) -> Request {
        Request { kind: Some(Kind::Image), prompt: Some(prompt.into()), ..Request::default() }
    }

    /// A request for a video.
    pub fn video(prompt: impl Into<String>) -> Request {
        Request { kind: Some(Kind::Video), prompt: Some(prompt.into()), ..Request::default() }
    }

    /// Reads a request from JSON, strictly.
    ///
    /// # Errors
    /// When the text is not JSON, or has a wrong type, an unknown key or a key twice; the error
    /// names path, line and way out.
    ///
    /// ```
    /// let error = genmux_core::Request::from_json(br#"{"prompt": "a boat", "n": 2}"#).unwrap_err();
    /// assert!(error.to_string().contains("genmux calls it count"));
    /// ```
    pub fn from_json(text: &[u8]) -> Result<Request, ReadError> {
        read_json(text)
    }

    /// What is asked for: as stated, else as the fields that only one kind has imply, else open.
    pub fn kind(&self) -> Option<Kind> {
        self.kind.or_else(|| self.implied_kind())
    }

    fn implied_kind(&self) -> Option<Kind> {
        let video = self.duration.is_some()
            || !self.frames.is_empty()
            || self.camera_fixed.is_some()
            || self.generate_audio.is_some()
            || !self.references.videos.is_empty()
            || !self.references.audios.is_empty()
            || self.resolution.is_some_and(Resolution::is_video);
        let image = self.sequential_count.is_some()
            || self.output.format.is_some_and(|format| format.kind() == Kind::Image);
        match (video, image) {
            (true, _) => Some(Kind::Video),
            (false, true) => Some(Kind::Image),
            (false, false) => None,
        }
    }

    /// The set leaves, provider options aside.
    pub fn leaves(&self) -> Leaves {
        Leaf::ALL.iter().copied().filter(|leaf| self.is_set(*leaf)).collect()
    }

    /// Whether a leaf is set.
    pub fn is_set(&self, leaf: Leaf) -> bool {
        match leaf {
            Leaf::Kind => self.kind.is_some(),
            Leaf::Prompt => self.prompt.is_some(),
            Leaf::Size => self.size.is_some(),
            Leaf::AspectRatio => self.aspect_ratio.is_some(),
            Leaf::Resolution => self.resolution.is_some(),
            Leaf::SequentialCount => self.sequential_count.is_some(),
            Leaf::Count => self.count.is_some(),
            Leaf::Seed => self.seed.is_some(),
            Leaf::Duration => self.duration.is_some(),
            Leaf::GuidanceScale => self.guidance_scale.is_some(),
            Leaf::CameraFixed => self.camera_fixed.is_some(),
            Leaf::GenerateAudio => self.generate_audio.is_some(),
            Leaf::Format => self.output.format.is_some(),
            Leaf::Quality => self.output.quality.is_some(),
            Leaf::Safety => self.safety.is_some(),
            Leaf::WebhookUrl => self.delivery.webhook_url.is_some(),
            Leaf::UploadUrl => self.delivery.upload_url.is_some(),
            Leaf::TtlSeconds => self.delivery.ttl_seconds.is_some(),
            Leaf::IncludeCost => self.delivery.include_cost.is_some(),
            Leaf::FirstFrame | Leaf::LastFrame | Leaf::Images | Leaf::Videos | Leaf::Audios => {
                !self.media(leaf).is_empty()
            }
        }
    }

    /// The media of a leaf, one item or a list; empty for other leaves.
    pub fn media(&self, leaf: Leaf) -> &[Media] {
        match leaf {
            Leaf::FirstFrame => self.frames.first.as_slice(),
            Leaf::LastFrame => self.frames.last.as_slice(),
            Leaf::Images => &self.references.images,
            Leaf::Videos => &self.references.videos,
            Leaf::Audios => &self.references.audios,
            _ => &[],
        }
    }

    /// The value of a leaf that holds a number; `auto` is none.
    pub fn number(&self, leaf: Leaf) -> Option<Number> {
        match leaf {
            Leaf::Duration => self.duration?.as_number(),
            Leaf::SequentialCount => self.sequential_count.map(Number::whole),
            Leaf::Count => self.count.map(Number::whole),
            Leaf::Seed => self.seed.map(Number::whole),
            Leaf::Quality => self.output.quality.map(Number::whole),
            Leaf::TtlSeconds => self.delivery.ttl_seconds.map(Number::whole),
            Leaf::GuidanceScale => self.guidance_scale.map(Number::float),
            _ => None,
        }
    }

    /// The value of a leaf that holds true or false.
    pub fn flag(&self, leaf: Leaf) -> Option<bool> {
        match leaf {
            Leaf::CameraFixed => self.camera_fixed,
            Leaf::GenerateAudio => self.generate_audio,
            Leaf::IncludeCost => self.delivery.include_cost,
            _ => None,
        }
    }

    /// The value of a leaf that holds one word of a closed set.
    pub fn word(&self, leaf: Leaf) -> Option<&'static str> {
        match leaf {
            Leaf::Kind => self.kind.map(Kind::name),
            Leaf::Format => self.output.format.map(Format::name),
            Leaf::Safety => self.safety.map(Safety::name),
            Leaf::Duration => matches!(self.duration, Some(Duration::Auto)).then_some("auto"),
            _ => None,
        }
    }

    /// The value of a leaf that holds free text.
    pub fn text(&self, leaf: Leaf) -> Option<&str> {
        match leaf {
            Leaf::Prompt => self.prompt.as_deref(),
            Leaf::WebhookUrl => self.delivery.webhook_url.as_deref(),
            Leaf::UploadUrl => self.delivery.upload_url.as_deref(),
            _ => None,
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<&str> = self.leaves().iter().map(Leaf::path).collect();
        f.debug_struct("Request").field("set", &set).finish_non_exhaustive()
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

#[cfg(test)]
mod tests;
