//! Random requests: any at all, and those that an offer mostly takes.
//!
//! Prompts, media and URLs carry a canary, so that a message which repeats them gives itself away.

mod media;
mod tame;

use genmux::{Format, Leaf, Resolution};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

pub use tame::tame;

/// Texts that stand in prompts, media or URLs and nowhere else, in lower case.
pub const CANARIES: [&str; 2] = ["canary", "ca11ab1e"];

/// Any request: every leaf may be set, to a value inside or outside every limit.
pub fn wild() -> BoxedStrategy<Value> {
    let leaf = |leaf: &Leaf| prop::option::weighted(0.3, wild_leaf(*leaf)).boxed();
    let leaves: Vec<_> = Leaf::ALL.iter().map(leaf).collect();
    let options = prop::option::weighted(0.3, options());
    (leaves, options).prop_map(|(leaves, options)| request(leaves, options)).boxed()
}

/// A request of values by leaf, in canonical order.
fn request(leaves: Vec<Option<Value>>, options: Option<Value>) -> Value {
    let mut request = json!({});
    for (leaf, value) in Leaf::ALL.iter().zip(leaves) {
        if let Some(value) = value {
            put(&mut request, leaf.path(), value);
        }
    }
    if let Some(options) = options {
        request["provider_options"] = options;
    }
    request
}

/// Sets a dotted path of an object.
fn put(object: &mut Value, path: &str, value: Value) {
    match path.split_once('.') {
        Some((head, rest)) => put(&mut object[head], rest, value),
        None => object[path] = value,
    }
}

/// Any value that a request can hold at a leaf.
pub fn wild_leaf(leaf: Leaf) -> BoxedStrategy<Value> {
    match leaf {
        Leaf::Kind => words(&["image", "video"]),
        Leaf::Prompt => prompt(),
        Leaf::Size => size(),
        Leaf::AspectRatio => ratio(),
        Leaf::Resolution => select(Resolution::ALL).prop_map(|tier| json!(tier)).boxed(),
        Leaf::Duration => duration(),
        Leaf::FirstFrame | Leaf::LastFrame => media::one("png"),
        Leaf::Images => media::list("png", 0..17),
        Leaf::Videos => media::list("mp4", 0..5),
        Leaf::Audios => media::list("mp3", 0..5),
        Leaf::SequentialCount | Leaf::Count => count(),
        Leaf::Seed | Leaf::TtlSeconds => seed(),
        Leaf::GuidanceScale => {
            (-20i32..200).prop_map(|tenths| json!(f64::from(tenths) / 10.0)).boxed()
        }
        Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost => {
            any::<bool>().prop_map(Value::from).boxed()
        }
        Leaf::Format => select(Format::ALL).prop_map(|format| json!(format)).boxed(),
        Leaf::Fps => select(vec![0u64, 12, 23, 24, 25, 60]).prop_map(Value::from).boxed(),
        Leaf::Quality => (0u64..130).prop_map(Value::from).boxed(),
        Leaf::Safety => words(&["off", "fast", "full"]),
        Leaf::WebhookUrl | Leaf::UploadUrl => words(&[
            "https://app.test/canary?key=canary",
            "http://app.test/canary",
            "HTTPS://app.test/#canary",
        ]),
    }
}

fn words(words: &[&'static str]) -> BoxedStrategy<Value> {
    select(words.to_vec()).prop_map(Value::from).boxed()
}

/// Prompts of every length and script, with tags, quotes and control characters.
fn prompt() -> BoxedStrategy<Value> {
    let hostile = select(vec![
        "",
        "a",
        "é",
        "\u{0}",
        "\u{202e}",
        "\r\n",
        "\"}],",
        "</script>",
        "$(id) `id` '",
        "🎬",
        "[Image1]",
        "[Image2]",
        "[Video1]",
        "[Audio1]",
        "[Image0]",
        "[Image99999999999999999999]",
        "[[Image1",
    ]);
    let some =
        prop::collection::vec(prop_oneof![hostile.prop_map(str::to_owned), any::<String>()], 0..4);
    let marked = some.prop_map(|parts| format!("canary {}", parts.concat()));
    let long = select(vec![480, 500, 501, 1990, 2000, 2048, 2100, 3000, 3001, 5000]);
    let long = long.prop_map(|length: usize| format!("canary{}", "é".repeat(length - 6)));
    let short = select(vec!["", "c", "é", " ", "ca"]).prop_map(str::to_owned);
    prop_oneof![6 => marked, 1 => long, 1 => short].prop_map(Value::from).boxed()
}

fn size() -> BoxedStrategy<Value> {
    let listed = select(vec![
        "1920x1088",
        "864x480",
        "736x544",
        "1248x704",
        "2560x1440",
        "1024x1024",
        "4096x4096",
        "1280x720",
        "640x480",
        "1x1",
        "4294967295x4294967295",
        "1x4294967295",
        "512x3024",
        "2048x2048",
    ]);
    let free = (1u32..7000, 1u32..7000).prop_map(|(width, height)| format!("{width}x{height}"));
    prop_oneof![listed.prop_map(str::to_owned), free].prop_map(Value::from).boxed()
}

fn ratio() -> BoxedStrategy<Value> {
    let listed = select(vec![
        "auto",
        "16:9",
        "9:16",
        "1:1",
        "4:3",
        "3:4",
        "21:9",
        "9:21",
        "3:2",
        "2:3",
        "7:3",
        "5:4",
        "1999:1000",
        "4294967295:1",
        "1:4294967295",
        "4294967295:4294967294",
        "1920:1088",
    ]);
    let free = (1u32..40, 1u32..40).prop_map(|(width, height)| format!("{width}:{height}"));
    prop_oneof![3 => listed.prop_map(str::to_owned), 1 => free].prop_map(Value::from).boxed()
}

fn duration() -> BoxedStrategy<Value> {
    let fine = (-1000i32..20_000).prop_map(|millis| json!(f64::from(millis) / 1000.0));
    let tenths = (0i32..200).prop_map(|tenths| json!(f64::from(tenths) / 10.0));
    let whole = prop_oneof![0u64..17, Just(9_223_372_036_854_775)].prop_map(Value::from);
    prop_oneof![1 => fine, 2 => tenths, 3 => whole, 1 => Just(json!("auto"))].boxed()
}

fn count() -> BoxedStrategy<Value> {
    let edge = select(vec![0, 1, 2, 4, 5, 15, 16, u64::MAX - 1, u64::MAX]);
    prop_oneof![edge, 0u64..20].prop_map(Value::from).boxed()
}

fn seed() -> BoxedStrategy<Value> {
    let edge = select(vec![
        0,
        1,
        59,
        60,
        61,
        1 << 53,
        (1 << 53) + 1,
        9223372036854775807,
        9223372036854776000,
        9223372036854776001,
        u64::MAX - 1,
        u64::MAX,
    ]);
    prop_oneof![edge, any::<u64>(), 0u64..100].prop_map(Value::from).boxed()
}

/// Options for every provider, declared or not, some in the place of canonical fields.
pub fn options() -> BoxedStrategy<Value> {
    let provider = select(vec!["runware", "replicate", "scenario", "acme"]);
    let key = select(vec![
        "outputType",
        "routing",
        "advancedFeatures",
        "safety",
        "inputs",
        "providerSettings",
        "settings",
        "seed",
        "width",
        "model",
        "taskUUID",
        "aspect_ratio",
        "prompt",
        "x",
        "",
        "a.b",
        "é",
    ]);
    let nested = prop::collection::btree_map(
        select(vec![
            "bytedance",
            "checkContent",
            "mode",
            "frameImages",
            "x",
            "maxSequentialImages",
        ]),
        value(),
        0..3,
    );
    let value = prop_oneof![2 => value(), 1 => nested.prop_map(|nested| json!(nested))];
    let options = prop::collection::btree_map(key, value, 0..4);
    prop::collection::btree_map(provider, options, 0..3).prop_map(|options| json!(options)).boxed()
}

fn value() -> BoxedStrategy<Value> {
    let values = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1.5),
        json!("URL"),
        json!("x"),
        json!([]),
        json!([1]),
        json!({}),
        json!({"a": {"b": 1}}),
        json!({"cameraFixed": true}),
    ];
    select(values).boxed()
}
