//! What should come back, read once by comparison, output check and manifest.

use serde::{Deserialize, Serialize};

use super::estimate::estimate;
use super::{Call, Estimate, Fate};
use crate::leaf::Leaf;
use crate::number::Number;
use crate::plan::Plan;
use crate::request::{AspectRatio, Format, Kind, Size};

/// What should come back for the whole request; `None` is unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Expect {
    /// Exact pixels of every result.
    pub size: Option<Size>,
    /// File format of every result.
    pub format: Option<Format>,
    /// Seconds that a video plays.
    pub duration: Option<Number>,
    /// Frames per second of a video.
    pub fps: Option<u32>,
    /// Whether a video has sound.
    pub audio: Option<bool>,
    /// Images over all calls; none where the offer makes video.
    pub images: Option<Range>,
    /// Videos over all calls; none where the offer makes images.
    pub videos: Option<Range>,
    /// What all calls cost by the prices in the spec.
    pub price: Option<Estimate>,
}

/// Fewest and most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Fewest.
    pub min: u64,
    /// Most.
    pub max: u64,
}

pub(super) fn expect(call: Call<'_>) -> Expect {
    let Call { plan, request, settlement, .. } = call;
    let count = match settlement.fate(Leaf::Count) {
        Fate::Written => request.count.unwrap_or(1),
        _ => 1,
    };
    let sequence =
        call.writes(Leaf::SequentialCount).then(|| call.number(Leaf::SequentialCount)?.as_whole());
    let images = Range { min: count, max: count.saturating_mul(sequence.flatten().unwrap_or(1)) };
    let video = plan.kind == Kind::Video;
    let mut expect = Expect {
        size: plan.geometry.expected(&settlement.wired).or_else(|| default_size(call)),
        format: format(call),
        duration: video.then(|| duration(call)).flatten(),
        fps: plan.fps.as_ref().filter(|_| video).map(|(fps, _)| *fps),
        audio: video.then(|| audio(call)).flatten(),
        images: (!video).then_some(images),
        videos: video.then_some(Range { min: count, max: count }),
        price: None,
    };
    expect.price = estimate(call, &expect);
    expect
}

fn format(call: Call<'_>) -> Option<Format> {
    if call.writes(Leaf::Format) {
        return call.request.output.format;
    }
    call.plan.field(Leaf::Format)?.default.as_ref()?.0.as_str()?.parse().ok()
}

fn duration(call: Call<'_>) -> Option<Number> {
    if call.writes(Leaf::Duration) {
        return call.number(Leaf::Duration);
    }
    let (default, _) = call.plan.field(Leaf::Duration)?.default.as_ref()?;
    serde_json::from_value(default.clone()).ok()
}

fn audio(call: Call<'_>) -> Option<bool> {
    let asked = call.request.flag(Leaf::GenerateAudio).filter(|_| call.writes(Leaf::GenerateAudio));
    asked.or_else(|| call.plan.field(Leaf::GenerateAudio)?.default.as_ref()?.0.as_bool())
}

/// The size that follows from the vendor's defaults for what the request leaves open.
fn default_size(call: Call<'_>) -> Option<Size> {
    let Plan { geometry, .. } = call.plan;
    let default = |leaf: Leaf| call.plan.field(leaf)?.default.as_ref()?.0.as_str();
    let wired = &call.settlement.wired;
    let from_frames = call.request.is_set(Leaf::FirstFrame) || call.request.is_set(Leaf::LastFrame);
    let open = wired.ratio.is_none() && wired.tier.is_none();
    if open && let Some(size) = default(Leaf::Size) {
        return (!from_frames && default(Leaf::AspectRatio).is_none())
            .then(|| size.parse().ok())
            .flatten();
    }
    let ratio = wired
        .ratio
        .map(|at| geometry.ratio_words[usize::from(at)].0)
        // Beside a pinned frame the default ratio says nothing of the result's.
        .or_else(|| default(Leaf::AspectRatio).filter(|_| !from_frames)?.parse().ok());
    let tier = wired
        .tier
        .map(|at| geometry.tier_words[usize::from(at)].0)
        .or_else(|| default(Leaf::Resolution)?.parse().ok());
    let (AspectRatio::Fixed(label), tier) = ratio.zip(tier)? else { return None };
    geometry
        .table
        .iter()
        .find(|entry| entry.label == label && entry.tier == tier)
        .map(|entry| entry.size)
}
