//! The models that Runware serves, and what a task of theirs gives back.

use serde_json::{Value, json};

use crate::ids::drawn;
use crate::media::{Format, Label, Spec};
use crate::sizes::{self, Size};

/// Vendor id and slug, from the provider page of 2025-10-27, the model pages, and the keys that
/// Runware's SDK of 2026-10-12 has.
const MODELS: &[(&str, &str)] = &[
    ("bytedance:1@1", "seedance-1.0-lite"),
    ("bytedance:2@1", "seedance-1.0-pro"),
    ("bytedance:2@2", "seedance-1.0-pro-fast"),
    ("bytedance:4@1", "seededit-3.0"),
    ("bytedance:5@0", "seedream-4.0"),
    ("bytedance:5@1", "omnihuman-1"),
    ("bytedance:5@2", "omnihuman-1.5"),
    ("bytedance:seedance@1.5-pro", "seedance-1.5-pro"),
    ("bytedance:seedance@2.0", "seedance-2.0"),
    ("bytedance:seedance@2.0-fast", "seedance-2.0-fast"),
    ("bytedance:seedance@2.0-mini", "seedance-2.0-mini"),
    ("bytedance:seedance@2.5", "seedance-2.5"),
    ("bytedance:seedream@4.5", "seedream-4.5"),
    ("bytedance:seedream@5.0-lite", "seedream-5.0-lite"),
    ("bytedance:seedream@5.0-pro", "seedream-5.0-pro"),
    ("bytedance:seedream@5.0-flash", "seedream-5.0-flash"),
];

/// The most pixels of Seedream 4.5, and of models whose limit no page tells: more than that would
/// take the sandbox long to make.
const MOST: u64 = 16_777_216;

/// Every vendor id and slug.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    MODELS.iter().copied()
}

pub(crate) fn slug(vendor_id: &str) -> Option<&'static str> {
    MODELS.iter().find(|(id, _)| *id == vendor_id).map(|(_, slug)| *slug)
}

/// Whether a model takes so many pixels. Where its sizes are listed, the schema says so already.
pub(crate) fn takes_pixels(slug: &str, width: u64, height: u64) -> bool {
    let limits = match slug {
        "seedream-4.5" => 3_686_400..=MOST,
        "seedream-5.0-pro" => 921_600..=4_624_220,
        _ => 1..=MOST,
    };
    let slim = width.saturating_mul(16) < height || height.saturating_mul(16) < width;
    limits.contains(&width.saturating_mul(height)) && !slim
}

/// One specification a result. `None` for a format that the sandbox cannot make (WEBM).
pub(crate) fn media(task: &Value, sandbox_seed: u64) -> Option<Vec<Spec>> {
    let video = task["taskType"] == "videoInference";
    let format = task["outputFormat"].as_str().unwrap_or(if video { "MP4" } else { "JPG" });
    let format = Format::read(format)?;
    let (width, height) = size(task, video);
    let quality = u8::try_from(task["outputQuality"].as_u64().unwrap_or(95)).unwrap_or(95);
    let seed = task["seed"].as_u64().unwrap_or_else(|| drawn(sandbox_seed, &asked(task)));
    let count = count(task);
    let label = Label::new(task["positivePrompt"].as_str().unwrap_or_default(), count);
    let made = |number: u64| Spec {
        format,
        width,
        height,
        millis: millis(task),
        quality,
        seed: seed.wrapping_add(number),
        label: label.at(number),
    };
    Some((0..count).map(made).collect())
}

/// What the drawn seed depends on: the task without its id.
fn asked(task: &Value) -> String {
    let mut task = task.clone();
    task["taskUUID"] = json!(null);
    task.to_string()
}

/// Results of a task: independent ones times the length of the sequence.
fn count(task: &Value) -> u64 {
    let settings = [&task["settings"], &task["providerSettings"]["bytedance"]];
    let sequence = settings.iter().find_map(|it| it["maxSequentialImages"].as_u64());
    task["numberResults"].as_u64().unwrap_or(1) * sequence.unwrap_or(1)
}

/// Kept to the millisecond; five seconds unless said (or `auto`), the default of Seedance 1.0 Pro's
/// page. A model without a known limit gets half a minute at most, the longest that any has.
fn millis(task: &Value) -> u64 {
    let seconds = task["duration"].as_f64().unwrap_or(5.0).min(30.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 30 s")]
    let millis = (seconds * 1000.0).round() as u64;
    millis
}

/// The asked sides; else the tier's 16:9. What only frames or nothing give is UNCERTAIN: videos
/// then have their model's usual tier, pictures are 2K squares.
fn size(task: &Value, video: bool) -> Size {
    let side = |key: &str| task[key].as_u64().and_then(|it| u32::try_from(it).ok());
    let word = task["resolution"].as_str();
    let model = slug(task["model"].as_str().unwrap_or_default());
    match (side("width"), side("height")) {
        (Some(width), Some(height)) => (width, height),
        _ if video => sizes::video(model.unwrap_or("seedance-1.0-pro"), word, None),
        _ => sizes::square(word),
    }
}

/// US dollars; the sandbox's own price list, near the vendor's.
pub(crate) fn cost<'a>(specs: impl IntoIterator<Item = &'a Spec>) -> f64 {
    let one = |spec: &Spec| {
        let pixels = f64::from(spec.width) * f64::from(spec.height);
        #[expect(clippy::cast_precision_loss, reason = "a price to four digits")]
        let seconds = spec.millis as f64 / 1000.0;
        if spec.format.is_video() { pixels * seconds * 5e-8 } else { 0.03 }
    };
    (specs.into_iter().map(one).sum::<f64>() * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_come_from_sides_or_words() {
        let video = |task: Value| size(&task, true);
        assert_eq!(video(json!({"width": 736, "height": 544})), (736, 544));
        assert_eq!(video(json!({"resolution": "480p"})), (864, 480));
        assert_eq!(size(&json!({}), false), (2048, 2048));
        assert_eq!(size(&json!({"resolution": "1.5K"}), false), (1536, 1536));
        let newer = json!({"model": "bytedance:seedance@2.0", "resolution": "4k"});
        assert_eq!(video(newer), (3840, 2160));
    }

    #[test]
    fn areas_are_limited_where_sizes_are_not_listed() {
        assert!(!takes_pixels("seedream-4.5", 1024, 1024));
        assert!(takes_pixels("seedream-4.5", 2560, 1440));
        assert!(!takes_pixels("seedream-5.0-pro", 4096, 4096));
        assert!(!takes_pixels("seedream-5.0-flash", 1_000_000, 1));
        assert!(!takes_pixels("seedream-5.0-flash", u64::MAX, u64::MAX));
        assert!(takes_pixels("seedream-4.0", 6048, 2592));
    }

    #[test]
    fn results_times_sequence_are_counted_and_seeds_differ() {
        let task = json!({"taskType": "imageInference", "numberResults": 2, "seed": 5,
            "settings": {"maxSequentialImages": 3}});
        let seeds: Vec<u64> = media(&task, 0).unwrap().iter().map(|spec| spec.seed).collect();
        assert_eq!(seeds, [5, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn webm_is_not_pretended() {
        let task = json!({"taskType": "videoInference", "outputFormat": "WEBM"});
        assert_eq!(media(&task, 0), None);
    }
}
