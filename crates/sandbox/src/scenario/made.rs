//! What a job gives back: how many files of which size.

use serde_json::Value;

use crate::ids::drawn;
use crate::media::{Format, Label, Spec};
use crate::sizes::{self, Size};

/// One specification a file; the provider sends JPEG whatever is asked. -1 seconds leaves the
/// length to the model.
pub(crate) fn media(slug: &str, body: &Value, sandbox_seed: u64) -> Vec<Spec> {
    let (width, height) = size(slug, body);
    let seed = body["seed"].as_u64().unwrap_or_else(|| drawn(sandbox_seed, &body.to_string()));
    let count =
        if body["sequentialImageGeneration"] == "auto" { &body["maxImages"] } else { &Value::Null };
    let count = count.as_u64().unwrap_or(1);
    let label = Label::new(body["prompt"].as_str().unwrap_or_default(), count);
    let made = |number: u64| Spec {
        format: if is_video(slug) { Format::Mp4 } else { Format::Jpeg },
        width,
        height,
        millis: if is_video(slug) { millis(body) } else { 0 },
        quality: 90,
        seed: seed.wrapping_add(number),
        label: label.at(number),
    };
    (0..count).map(made).collect()
}

fn is_video(slug: &str) -> bool {
    slug.starts_with("seedance") || slug.starts_with("omnihuman")
}

fn millis(body: &Value) -> u64 {
    let seconds = body["duration"].as_f64().filter(|it| *it > 0.0).unwrap_or(5.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2 to 30 s")]
    let millis = (seconds * 1000.0).round() as u64;
    millis
}

/// Sides as asked, or what size and ratio mean; `auto` without a known reference is the square, and
/// of a video the widest usual one.
fn size(slug: &str, body: &Value) -> Size {
    let side = |key: &str| body[key].as_u64().and_then(|it| u32::try_from(it).ok());
    let ratio = body["aspectRatio"].as_str();
    let given = side("width").zip(side("height"));
    match slug {
        "seedream-4.0" | "seedream-4.5" => {
            let tier = body["size"].as_str().unwrap_or("4K");
            sizes::listed(sizes::SEEDREAM_4, tier, ratio).unwrap_or((4096, 4096))
        }
        "dreamina-3.1" => given.filter(|_| ratio == Some("custom")).unwrap_or_else(|| {
            let tier = if body["resolution"] == "1K" { 1024 } else { 2048 };
            sizes::free(tier, ratio.unwrap_or("4:3")).unwrap_or((tier, tier))
        }),
        _ if is_video(slug) => sizes::video(slug, body["resolution"].as_str(), ratio),
        _ => match (side("width"), side("height"), ratio) {
            (None, None, Some(ratio)) => sizes::free(2048, ratio).unwrap_or((2048, 2048)),
            (width, height, _) => (width.unwrap_or(2048), height.unwrap_or(2048)),
        },
    }
}

/// The vendor's word for how an output was made from its inputs.
pub(crate) fn source(body: &Value, video: bool) -> &'static str {
    let given = |key: &str| match &body[key] {
        Value::Array(items) => !items.is_empty(),
        other => other.is_string(),
    };
    let image = ["referenceImages", "image", "imageUrl"].into_iter().any(given);
    match (video, image) {
        (true, _) if given("referenceVideos") => "video2video",
        (true, true) => "img2video",
        (true, false) => "txt2video",
        (false, true) => "img2img",
        (false, false) => "txt2img",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sizes_come_from_sides_or_words() {
        let asked = |slug, body| size(slug, &body);
        assert_eq!(
            asked("seedream-4.0", json!({"size": "2K", "aspectRatio": "16:9"})),
            (2560, 1440)
        );
        assert_eq!(asked("seedream-4.0", json!({})), (4096, 4096));
        assert_eq!(
            asked("seedream-5.0-lite", json!({"width": 1500, "height": 1200})),
            (1500, 1200)
        );
        let custom = json!({"aspectRatio": "custom", "width": 600, "height": 800});
        assert_eq!(asked("dreamina-3.1", custom), (600, 800));
        assert_eq!(
            asked("dreamina-3.1", json!({"resolution": "1K", "aspectRatio": "1:1"})),
            (1024, 1024)
        );
    }

    #[test]
    fn max_images_acts_only_with_auto() {
        let count = |body: Value| media("seedream-4.0", &body, 0).len();
        assert_eq!(count(json!({"sequentialImageGeneration": "auto", "maxImages": 3})), 3);
        assert_eq!(count(json!({"maxImages": 3})), 1);
    }

    #[test]
    fn videos_have_their_tier_and_length() {
        let asked = |slug, body: Value| {
            let spec = media(slug, &body, 0).remove(0);
            (spec.width, spec.height, spec.millis)
        };
        let wide = json!({"aspectRatio": "21:9", "duration": 12});
        assert_eq!(asked("seedance-1.0-pro", wide), (2176, 928, 12_000));
        let adaptive = json!({"aspectRatio": "adaptive", "duration": -1, "resolution": "4k"});
        assert_eq!(asked("seedance-2.0", adaptive), (3840, 2160, 5000));
        assert_eq!(asked("omnihuman-1.5", json!({})), (1280, 720, 5000));
    }

    #[test]
    fn sources_are_told_by_what_was_given() {
        assert_eq!(source(&json!({"referenceVideos": ["a"]}), true), "video2video");
        assert_eq!(source(&json!({"image": "a", "referenceVideos": []}), true), "img2video");
        assert_eq!(source(&json!({"referenceImages": []}), false), "txt2img");
    }
}
