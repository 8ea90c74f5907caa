//! Hints for keys that other APIs use for what the canonical request calls otherwise.

/// Other APIs' names beside the canonical way of saying it.
const ALIASES: &[(&str, &str)] = &[
    ("n", "count"),
    ("num_outputs", "count"),
    ("numberResults", "count"),
    ("number_of_images", "count"),
    ("num_images", "count"),
    ("seconds", "duration"),
    ("length", "duration"),
    ("frame_rate", "fps"),
    ("frameRate", "fps"),
    ("framerate", "fps"),
    ("frames_per_second", "fps"),
    ("width", "size, such as \"1920x1088\""),
    ("height", "size, such as \"1920x1088\""),
    ("dimensions", "size, such as \"1920x1088\""),
    ("ratio", "aspect_ratio"),
    ("aspectRatio", "aspect_ratio"),
    ("quality", "output.quality, or resolution for a tier"),
    ("image", "frames.first for a pinned first frame, or references.images for guidance"),
    ("image_url", "frames.first for a pinned first frame, or references.images for guidance"),
    ("images", "references.images"),
    ("first_frame", "frames.first"),
    ("first_frame_image", "frames.first"),
    ("start_image", "frames.first"),
    ("last_frame", "frames.last"),
    ("last_frame_image", "frames.last"),
    ("lastFrameImage", "frames.last"),
    ("end_image", "frames.last"),
    ("tail_image", "frames.last"),
    ("frame_images", "frames"),
    ("frameImages", "frames"),
    ("input_references", "references.images"),
    ("inputReferences", "references.images"),
    ("reference_images", "references.images"),
    ("referenceImages", "references.images"),
    ("reference_videos", "references.videos"),
    ("referenceVideos", "references.videos"),
    ("reference_audios", "references.audios"),
    ("inputAudios", "references.audios"),
    ("video", "references.videos"),
    ("videos", "references.videos"),
    ("audios", "references.audios"),
    ("audio", "generate_audio for sound in the output, or references.audios for input"),
    ("with_audio", "generate_audio"),
    ("generateAudio", "generate_audio"),
    ("max_images", "sequential_count"),
    ("maxImages", "sequential_count"),
    ("maxSequentialImages", "sequential_count"),
    ("sequential_image_generation", "sequential_count"),
    ("sequentialImageGeneration", "sequential_count"),
    ("cfg_scale", "guidance_scale"),
    ("cfg", "guidance_scale"),
    ("CFGScale", "guidance_scale"),
    ("guidance", "guidance_scale"),
    ("cameraFixed", "camera_fixed"),
    ("camerafixed", "camera_fixed"),
    ("positivePrompt", "prompt"),
    ("text", "prompt"),
    ("format", "output.format"),
    ("output_format", "output.format"),
    ("outputFormat", "output.format"),
    ("response_format", "output.format"),
    ("output_quality", "output.quality"),
    ("outputQuality", "output.quality"),
    ("webhook", "delivery.webhook_url"),
    ("webhook_url", "delivery.webhook_url"),
    ("webhookURL", "delivery.webhook_url"),
    ("upload_url", "delivery.upload_url"),
    ("uploadEndpoint", "delivery.upload_url"),
    ("ttl", "delivery.ttl_seconds"),
    ("include_cost", "delivery.include_cost"),
    ("includeCost", "delivery.include_cost"),
    ("moderation", "safety"),
    ("checkNSFW", "safety"),
    ("providerOptions", "provider_options"),
    ("extra_body", "provider_options"),
    ("model", "the offer: it is named beside the request, not in it"),
    ("first", "frames.first"),
    ("last", "frames.last"),
    ("url", "src"),
    ("uri", "src"),
    ("mime_type", "mime"),
    ("size_bytes", "bytes"),
    ("duration", "seconds"),
];

/// Names that are kept for offers to come.
const RESERVED: &[&str] = &[
    "negative_prompt",
    "watermark",
    "enhance_prompt",
    "draft",
    "mask",
    "strength",
    "steps",
    "user",
];

/// The message for an unknown key among the keys of one object.
pub(crate) fn unknown_key(key: &str, known: &[&str]) -> String {
    let shown: String = key.chars().take(60).collect();
    if let Some((_, canonical)) = ALIASES.iter().find(|(alias, _)| *alias == key) {
        return format!("unknown field {shown:?}; genmux calls it {canonical}");
    }
    if RESERVED.contains(&key) {
        return format!(
            "field {shown:?} is reserved and no offer takes it yet; \
             a vendor's own parameter goes into provider_options"
        );
    }
    match nearest(key, known.iter().copied()) {
        Some(name) => format!("unknown field {shown:?}; did you mean {name:?}?"),
        None => format!(
            "unknown field {shown:?}; accepted: {}; a vendor's own parameter goes into provider_options",
            known.join(", ")
        ),
    }
}

/// The known name that a mistyped one most likely stands for.
pub(crate) fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody mistypes a name into a text, and comparing takes time by the length of both.
    if given.len() > 200 {
        return None;
    }
    let scored = known.map(|name| (strsim::jaro_winkler(given, name), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.85).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, expected: &str) {
        let message = unknown_key(key, &["prompt", "size", "seed"]);
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn names_of_other_apis_lead_to_the_canonical_one() {
        check("n", "calls it count");
        check("seconds", "calls it duration");
        check("cfg_scale", "calls it guidance_scale");
    }

    #[test]
    fn a_slip_of_the_finger_gets_a_suggestion() {
        check("promt", "did you mean \"prompt\"");
    }

    #[test]
    fn a_text_is_no_slip_of_the_finger() {
        assert_eq!(nearest("promt", ["prompt"].into_iter()), Some("prompt"));
        assert_eq!(nearest(&"prompt".repeat(40), ["prompt"].into_iter()), None);
    }

    #[test]
    fn reserved_names_and_strangers_are_told_apart() {
        check("negative_prompt", "reserved");
        check("zzz", "accepted: prompt, size, seed");
    }
}
