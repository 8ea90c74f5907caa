//! The leaves of a request: which are set, and with what.

use super::{Duration, Format, Kind, Media, Request, Safety};
use crate::leaf::{Leaf, Leaves};
use crate::number::Number;

impl Request {
    /// The set leaves, provider options aside.
    pub fn leaves(&self) -> Leaves {
        let Request { frames, references, output, delivery, .. } = self;
        [
            (Leaf::Kind, self.kind.is_some()),
            (Leaf::Prompt, self.prompt.is_some()),
            (Leaf::Size, self.size.is_some()),
            (Leaf::AspectRatio, self.aspect_ratio.is_some()),
            (Leaf::Resolution, self.resolution.is_some()),
            (Leaf::Duration, self.duration.is_some()),
            (Leaf::Fps, self.fps.is_some()),
            (Leaf::FirstFrame, frames.first.is_some()),
            (Leaf::LastFrame, frames.last.is_some()),
            (Leaf::Images, !references.images.is_empty()),
            (Leaf::Videos, !references.videos.is_empty()),
            (Leaf::Audios, !references.audios.is_empty()),
            (Leaf::SequentialCount, self.sequential_count.is_some()),
            (Leaf::Count, self.count.is_some()),
            (Leaf::Seed, self.seed.is_some()),
            (Leaf::GuidanceScale, self.guidance_scale.is_some()),
            (Leaf::CameraFixed, self.camera_fixed.is_some()),
            (Leaf::GenerateAudio, self.generate_audio.is_some()),
            (Leaf::Format, output.format.is_some()),
            (Leaf::Quality, output.quality.is_some()),
            (Leaf::Safety, self.safety.is_some()),
            (Leaf::WebhookUrl, delivery.webhook_url.is_some()),
            (Leaf::UploadUrl, delivery.upload_url.is_some()),
            (Leaf::TtlSeconds, delivery.ttl_seconds.is_some()),
            (Leaf::IncludeCost, delivery.include_cost.is_some()),
        ]
        .into_iter()
        .fold(Leaves::default(), |set, (leaf, is_set)| set.with_if(leaf, is_set))
    }

    /// Whether a leaf is set.
    pub fn is_set(&self, leaf: Leaf) -> bool {
        self.leaves().contains(leaf)
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
            Leaf::Fps => self.fps.map(Number::whole),
            Leaf::SequentialCount => self.sequential_count.map(Number::whole),
            Leaf::Count => self.count.map(Number::whole),
            Leaf::Seed => self.seed.map(Number::whole),
            Leaf::Quality => self.output.quality.map(Number::whole),
            Leaf::TtlSeconds => self.delivery.ttl_seconds.map(Number::whole),
            Leaf::GuidanceScale => self.guidance_scale.map(Number::float),
            _ => None,
        }
    }

    /// The number of a leaf that holds a whole one, without the cost of a decimal.
    pub(crate) fn whole(&self, leaf: Leaf) -> Option<u64> {
        match leaf {
            Leaf::Fps => self.fps,
            Leaf::Seed => self.seed,
            Leaf::SequentialCount => self.sequential_count,
            Leaf::Count => self.count,
            Leaf::Quality => self.output.quality,
            Leaf::TtlSeconds => self.delivery.ttl_seconds,
            Leaf::Duration => match self.duration? {
                Duration::Millis(millis) if millis % 1000 == 0 => u64::try_from(millis / 1000).ok(),
                _ => None,
            },
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
