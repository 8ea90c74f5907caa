//! The canonical request: one form for every vendor.

mod duration;
mod hints;
mod leaves;
pub(crate) mod media;
mod parts;
pub(crate) mod read;
mod size;
mod strict;
mod words;

use std::fmt;

use serde::Serialize;

pub use duration::Duration;
pub(crate) use hints::nearest;
pub use media::{Media, MediaFacts, MediaSource, ParseMediaError};
pub use parts::{Delivery, Frames, Output, ProviderOptions, References};
pub(crate) use read::is_unsafe;
pub use read::{ReadError, one_line, read_json};
pub use size::{AspectRatio, ParseSizeError, Ratio, Resolution, Size};
pub(crate) use strict::StrictValue;
pub use words::{Format, Kind, Safety};

use crate::leaf::Leaf;
use hints::unknown_key;
use read::{Whole, as_object};

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
    /// Frames per second of a video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fps: Option<u64>,
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

as_object!(Request, "a request: a JSON object", unknown_key, {
    "kind" => kind: Kind, "prompt" => prompt: String, "size" => size: Size,
    "aspect_ratio" => aspect_ratio: AspectRatio, "resolution" => resolution: Resolution,
    "duration" => duration: Duration, "fps" => fps: Whole, "frames" => frames: Frames,
    "references" => references: References,
    "sequential_count" => sequential_count: Whole, "count" => count: Whole, "seed" => seed: Whole,
    "guidance_scale" => guidance_scale: f64, "camera_fixed" => camera_fixed: bool,
    "generate_audio" => generate_audio: bool, "output" => output: Output,
    "safety" => safety: Safety,
    "delivery" => delivery: Delivery, "provider_options" => provider_options: ProviderOptions,
});

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
            || self.fps.is_some()
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
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<&str> = self.leaves().iter().map(Leaf::path).collect();
        f.debug_struct("Request").field("set", &set).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
