//! Random media of every form, with facts inside and outside every limit.

use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// A PNG header of 1000 x 1000 pixels and a canary behind it.
const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAA+gAAAPoCANARYCANARY";

/// One medium: a string, or an object with declared facts.
pub(super) fn one(extension: &'static str) -> BoxedStrategy<Value> {
    let plain = source(extension).prop_map(Value::from);
    let declared = (source(extension), facts()).prop_map(|(src, mut facts)| {
        facts["src"] = src.into();
        facts
    });
    prop_oneof![plain, declared].boxed()
}

/// A list of media.
pub(super) fn list(extension: &'static str, length: Range<usize>) -> BoxedStrategy<Value> {
    prop::collection::vec(one(extension), length).prop_map(Value::from).boxed()
}

/// One medium on the web that most offers take.
pub(super) fn usable(extension: &'static str) -> BoxedStrategy<Value> {
    let facts = (300u32..3000, 300u32..3000, 1u64..1_000_000, 1u32..3000);
    facts
        .prop_map(move |(width, height, bytes, millis)| {
            let src = format!("https://media.test/canary.{extension}?key=canary");
            match extension {
                "png" => json!({ "src": src, "width": width, "height": height, "bytes": bytes }),
                _ => json!({ "src": src, "bytes": bytes, "seconds": f64::from(millis) / 1000.0 }),
            }
        })
        .boxed()
}

fn source(extension: &'static str) -> BoxedStrategy<String> {
    let web = format!("https://media.test/canary.{extension}");
    let signed = format!("{web}?key=canary");
    let others = vec![
        "http://media.test/canary",
        "HTTPS://media.test/canary#canary",
        PICTURE,
        "data:image/png;base64,%%canary%%",
        "data:image/jpeg;base64,CANARYCANARY",
        "data:,canary",
        "data:canary",
        "data:audio/mpeg;base64,SUQzBAAAAAAAAAcanary",
        "runware:ca11ab1e-cafe-4bad-8bad-feedfacecafe",
        "replicate:canary1",
        "scenario:asset_canary1",
        "file:///canary/a.png",
        "./canary",
        "canary.png",
        "C:\\canary\\a.png",
    ];
    let others = select(others).prop_map(str::to_owned);
    prop_oneof![3 => Just(web), 3 => Just(signed), 2 => others].boxed()
}

fn facts() -> BoxedStrategy<Value> {
    let side = || select(vec![1u32, 299, 300, 301, 1000, 6000, 6001, u32::MAX]);
    let bytes = select(vec![0u64, 1, 10_000_000, 10_000_001, u64::MAX]);
    let seconds = select(vec![0.0, 0.001, 5.0, 15.0, 15.001, 30.0, 30.001, 1e12]);
    let mime = select(vec!["image/png", "video/mp4", "audio/mpeg", "application/ogg", "", "x"]);
    let some = |value: BoxedStrategy<Value>| prop::option::weighted(0.5, value);
    let facts = (
        some(side().prop_map(Value::from).boxed()),
        some(side().prop_map(Value::from).boxed()),
        some(bytes.prop_map(Value::from).boxed()),
        some(seconds.prop_map(Value::from).boxed()),
        prop::option::weighted(0.2, mime.prop_map(Value::from)),
    );
    facts
        .prop_map(|(width, height, bytes, seconds, mime)| {
            json!({ "width": width, "height": height, "bytes": bytes, "seconds": seconds, "mime": mime })
        })
        .boxed()
}
