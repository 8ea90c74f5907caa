//! What an application would write for one model each: a serde struct and the checks it needs.

use genmux::{Duration, Media, MediaSource, Request};
use serde::{Deserialize, Serialize};

pub(crate) const SEEDANCE_REQUEST: &str = r#"{
    "prompt": "A courier in a mustard coat weaves through a flooded arcade, low tracking shot",
    "size": "1920x1088", "duration": 8, "seed": 55583, "camera_fixed": false,
    "frames": {"first": "https://images.example.com/first.jpg", "last": "https://images.example.com/last.jpg"},
    "output": {"format": "mp4", "quality": 95}, "delivery": {"ttl_seconds": 3600, "include_cost": true}
}"#;

pub(crate) const REPLICATE_REQUEST: &str = r#"{
    "prompt": "The dancer of [Image1] turns to the beat of [Audio1] in the hall of [Image2]",
    "aspect_ratio": "16:9", "resolution": "720p", "duration": 8, "seed": 7, "generate_audio": true,
    "references": {"images": ["https://images.example.com/a.png", "https://images.example.com/b.png"],
                   "audios": ["https://images.example.com/c.mp3"]}
}"#;

pub(crate) const SCENARIO_REQUEST: &str = r#"{
    "prompt": "Four panels of a fox that carries a lantern home, watercolour",
    "aspect_ratio": "16:9", "resolution": "2K", "sequential_count": 4,
    "references": {"images": ["scenario:asset_fox", "scenario:asset_wood"]}
}"#;

/// A request as an application would read it: texts borrowed, nothing checked.
#[derive(Deserialize)]
#[allow(dead_code)] // Reading is what is measured.
pub(crate) struct Document<'a> {
    prompt: &'a str,
    size: Option<&'a str>,
    aspect_ratio: Option<&'a str>,
    resolution: Option<&'a str>,
    duration: Option<f64>,
    seed: Option<u64>,
    camera_fixed: Option<bool>,
    generate_audio: Option<bool>,
    sequential_count: Option<u64>,
    #[serde(borrow, default)]
    frames: DocumentFrames<'a>,
    #[serde(borrow, default)]
    references: DocumentReferences<'a>,
    #[serde(borrow, default)]
    output: DocumentOutput<'a>,
    #[serde(default)]
    delivery: DocumentDelivery,
}

#[derive(Default, Deserialize)]
#[allow(dead_code)] // Reading is what is measured.
struct DocumentFrames<'a> {
    first: Option<&'a str>,
    last: Option<&'a str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
#[allow(dead_code)] // Reading is what is measured.
struct DocumentReferences<'a> {
    #[serde(borrow)]
    images: Vec<&'a str>,
    #[serde(borrow)]
    audios: Vec<&'a str>,
}

#[derive(Default, Deserialize)]
#[allow(dead_code)] // Reading is what is measured.
struct DocumentOutput<'a> {
    format: Option<&'a str>,
    quality: Option<u64>,
}

#[derive(Default, Deserialize)]
#[allow(dead_code)] // Reading is what is measured.
struct DocumentDelivery {
    ttl_seconds: Option<u64>,
    include_cost: Option<bool>,
}

fn url(media: &Media) -> &str {
    match media.source() {
        MediaSource::Url(url) => url,
        MediaSource::Asset { id, .. } => id,
        _ => "",
    }
}

fn chars(prompt: &str, min: usize, max: usize) {
    let length = prompt.chars().count();
    assert!((min..=max).contains(&length));
}

fn seconds(duration: Option<Duration>) -> Option<i64> {
    match duration {
        Some(Duration::Millis(millis)) => Some(millis / 1000),
        _ => None,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Seedance<'a> {
    task_type: &'a str,
    delivery_method: &'a str,
    #[serde(rename = "taskUUID")]
    task_uuid: &'a str,
    model: &'a str,
    positive_prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<i64>,
    inputs: Inputs<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    provider_settings: Settings,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_format: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_quality: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_cost: Option<bool>,
}

#[derive(Serialize)]
struct Inputs<'a> {
    #[serde(rename = "frameImages")]
    frame_images: [Frame<'a>; 2],
}

#[derive(Serialize)]
struct Frame<'a> {
    image: &'a str,
    frame: &'a str,
}

#[derive(Serialize)]
struct Settings {
    bytedance: Bytedance,
}

#[derive(Serialize)]
struct Bytedance {
    #[serde(rename = "cameraFixed")]
    camera_fixed: bool,
}

const SIZES: [(u32, u32); 14] = [
    (864, 480),
    (736, 544),
    (640, 640),
    (544, 736),
    (480, 864),
    (416, 960),
    (960, 416),
    (1920, 1088),
    (1664, 1248),
    (1440, 1440),
    (1248, 1664),
    (1088, 1920),
    (928, 2176),
    (2176, 928),
];

pub(crate) fn seedance(request: &Request, task_id: &str, out: &mut Vec<u8>) {
    let prompt = request.prompt.as_deref().unwrap();
    chars(prompt, 2, 3000);
    let size = request.size.map(|size| (size.width, size.height));
    assert!(size.is_none_or(|size| SIZES.contains(&size)));
    assert!(matches!(request.duration, Some(Duration::Millis(1200..=12000))));
    assert!(request.output.quality.is_none_or(|quality| (20..=99).contains(&quality)));
    assert!(request.delivery.ttl_seconds.is_none_or(|ttl| ttl >= 60));
    let first = url(request.frames.first.as_ref().unwrap());
    let last = url(request.frames.last.as_ref().unwrap());
    let body = Seedance {
        task_type: "videoInference",
        delivery_method: "async",
        task_uuid: task_id,
        model: "bytedance:2@1",
        positive_prompt: prompt,
        width: size.map(|size| size.0),
        height: size.map(|size| size.1),
        duration: seconds(request.duration),
        inputs: Inputs {
            frame_images: [
                Frame { image: first, frame: "first" },
                Frame { image: last, frame: "last" },
            ],
        },
        seed: request.seed,
        provider_settings: Settings {
            bytedance: Bytedance { camera_fixed: request.camera_fixed.unwrap() },
        },
        output_format: request.output.format.map(|_| "MP4"),
        output_quality: request.output.quality,
        ttl: request.delivery.ttl_seconds,
        include_cost: request.delivery.include_cost,
    };
    serde_json::to_writer(out, &body).unwrap();
}

#[derive(Serialize)]
struct Prediction<'a> {
    prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect_ratio: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reference_images: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reference_audios: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generate_audio: Option<bool>,
}

pub(crate) fn replicate(request: &Request, _: &str, out: &mut Vec<u8>) {
    let images: Vec<&str> = request.references.images.iter().map(url).collect();
    let audios: Vec<&str> = request.references.audios.iter().map(url).collect();
    assert!(images.len() <= 9 && audios.len() <= 3 && (audios.is_empty() || !images.is_empty()));
    assert!(matches!(request.duration, Some(Duration::Millis(1000..=15000))));
    let body = Prediction {
        prompt: request.prompt.as_deref().unwrap(),
        aspect_ratio: request.aspect_ratio.map(|_| "16:9"),
        resolution: request.resolution.map(|_| "720p"),
        duration: seconds(request.duration),
        reference_images: images,
        reference_audios: audios,
        seed: request.seed,
        generate_audio: request.generate_audio,
    };
    serde_json::to_writer(out, &body).unwrap();
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_field_names)] // The vendor's names.
struct Generation<'a> {
    prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aspect_ratio: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reference_images: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequential_image_generation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_images: Option<u64>,
}

pub(crate) fn scenario(request: &Request, _: &str, out: &mut Vec<u8>) {
    let images: Vec<&str> = request.references.images.iter().map(url).collect();
    let count = request.sequential_count.unwrap_or(1);
    assert!((1..=15).contains(&count) && images.len() <= 14 && images.len() as u64 + count <= 15);
    let body = Generation {
        prompt: request.prompt.as_deref().unwrap(),
        aspect_ratio: request.aspect_ratio.map(|_| "16:9"),
        size: request.resolution.map(|_| "2K"),
        reference_images: images,
        sequential_image_generation: (count > 1).then_some("auto"),
        max_images: (count > 1).then_some(count),
    };
    serde_json::to_writer(out, &body).unwrap();
}
