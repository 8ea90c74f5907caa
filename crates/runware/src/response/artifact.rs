//! One result of a task: its file and what the vendor says of it.

use genmux_core::{Kind, RemoteArtifact};
use serde_json::Value;

use crate::error::text;
use crate::upload::{asset, data_uri};

/// The vendor's id of a result.
pub(super) fn uuid(item: &Value) -> Option<&str> {
    ["imageUUID", "videoUUID", "audioUUID"].iter().find_map(|key| text(item, key))
}

const BASE64: &str = "imageBase64Data";

/// The key and the text of a result's file; a clip goes before a picture beside it.
pub(super) fn place(item: &Value) -> Option<(&'static str, &str)> {
    let keys = ["videoURL", "imageURL", "audioURL", "imageDataURI", BASE64];
    keys.into_iter().find_map(|key| Some((key, text(item, key)?)))
}

pub(super) fn artifact(item: &Value) -> Option<RemoteArtifact> {
    let (key, place) = place(item)?;
    let url = if key == BASE64 { data_uri(place) } else { place.to_owned() };
    let mut artifact = RemoteArtifact::at(url);
    artifact.kind = match key {
        "videoURL" => Some(Kind::Video),
        "audioURL" => None,
        _ => Some(Kind::Image),
    };
    artifact.asset = uuid(item).and_then(asset);
    artifact.seed = item.get("seed").and_then(seed);
    artifact.flagged = item.get("NSFWContent").and_then(Value::as_bool);
    Some(artifact)
}

/// The vendor's maximum, 9223372036854776000, is beyond `i64`, and some print it as a float.
fn seed(value: &Value) -> Option<u64> {
    let float = |value: f64| format!("{value:.0}").parse().ok().filter(|_| value.fract() == 0.0);
    value.as_u64().or_else(|| float(value.as_f64()?))
}
