//! The canonical field that a new wire parameter stands for, told by its name and type.

use genmux_core::spec::{Encoding, Field, JsonType};
use genmux_core::{Kind, Leaf};
use serde_json::{Value, json};

use super::published::PublishedField;
use super::renames::name;

/// Wire names as vendors spell them, without spelling; of one field the usual ones first.
const NAMES: &[(&str, Leaf)] = &[
    ("prompt", Leaf::Prompt),
    ("positiveprompt", Leaf::Prompt),
    ("aspectratio", Leaf::AspectRatio),
    ("ratio", Leaf::AspectRatio),
    ("resolution", Leaf::Resolution),
    ("size", Leaf::Resolution),
    ("duration", Leaf::Duration),
    ("fps", Leaf::Fps),
    ("image", Leaf::FirstFrame),
    ("firstframe", Leaf::FirstFrame),
    ("firstframeimage", Leaf::FirstFrame),
    ("frameimages", Leaf::FirstFrame),
    ("lastframe", Leaf::LastFrame),
    ("lastframeimage", Leaf::LastFrame),
    ("endimage", Leaf::LastFrame),
    ("referenceimages", Leaf::Images),
    ("imageinput", Leaf::Images),
    ("inputimages", Leaf::Images),
    ("imageurl", Leaf::Images),
    ("referencevideos", Leaf::Videos),
    ("referenceaudios", Leaf::Audios),
    ("referenceaudio", Leaf::Audios),
    ("inputaudios", Leaf::Audios),
    ("audio", Leaf::Audios),
    ("audiourl", Leaf::Audios),
    ("maxsequentialimages", Leaf::SequentialCount),
    ("maximages", Leaf::SequentialCount),
    ("numberresults", Leaf::Count),
    ("numoutputs", Leaf::Count),
    ("seed", Leaf::Seed),
    ("guidancescale", Leaf::GuidanceScale),
    ("cfgscale", Leaf::GuidanceScale),
    ("camerafixed", Leaf::CameraFixed),
    ("fixedcamera", Leaf::CameraFixed),
    ("generateaudio", Leaf::GenerateAudio),
    ("outputformat", Leaf::Format),
    ("outputquality", Leaf::Quality),
    ("webhookurl", Leaf::WebhookUrl),
    ("uploadendpoint", Leaf::UploadUrl),
    ("ttl", Leaf::TtlSeconds),
    ("includecost", Leaf::IncludeCost),
];

/// The field that a wire name usually stands for.
pub(super) fn usual(path: &str) -> Option<Leaf> {
    let wire = name(path);
    NAMES.iter().find(|(known, _)| *known == wire).map(|(_, leaf)| *leaf)
}

/// The fields that a new parameter stands for, with where and in which form each is written.
pub(super) fn fields(
    new: &PublishedField,
    all: &[PublishedField],
    kind: Kind,
) -> Vec<(Leaf, Field)> {
    let wire = name(&new.path);
    if matches!(wire.as_str(), "width" | "height") {
        return pixels(new, all).into_iter().map(|field| (Leaf::Size, field)).collect();
    }
    let Some((_, leaf)) = NAMES.iter().find(|(known, _)| *known == wire) else { return Vec::new() };
    match (*leaf, new.json_type) {
        (Leaf::Audios, Some(JsonType::Boolean)) => one(Leaf::GenerateAudio, new),
        (Leaf::FirstFrame | Leaf::LastFrame, _) if kind == Kind::Image => media(Leaf::Images, new),
        (Leaf::FirstFrame, Some(JsonType::Array)) => frames(new),
        (leaf, _) if leaf.is_media() => media(leaf, new),
        (Leaf::SequentialCount, _) => sequence(new, all),
        (Leaf::AspectRatio | Leaf::Resolution, _) if new.values.is_none() => Vec::new(),
        (leaf, Some(json_type)) if json_type == type_of(leaf) => one(leaf, new),
        (leaf, Some(JsonType::Integer)) if type_of(leaf) == JsonType::Number => one(leaf, new),
        _ => Vec::new(),
    }
}

const fn type_of(leaf: Leaf) -> JsonType {
    match leaf {
        Leaf::Duration
        | Leaf::Fps
        | Leaf::Count
        | Leaf::Seed
        | Leaf::GuidanceScale
        | Leaf::Quality
        | Leaf::TtlSeconds => JsonType::Number,
        Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost => JsonType::Boolean,
        _ => JsonType::String,
    }
}

fn field(attributes: Value) -> Field {
    serde_json::from_value(attributes).unwrap_or_default()
}

fn one(leaf: Leaf, new: &PublishedField) -> Vec<(Leaf, Field)> {
    vec![(leaf, field(json!({ "to": new.path })))]
}

fn media(leaf: Leaf, new: &PublishedField) -> Vec<(Leaf, Field)> {
    let list = new.json_type == Some(JsonType::Array);
    let single = json!({ "to": new.path, "as": "single", "items": [null, 1] });
    match (leaf, new.json_type) {
        (Leaf::FirstFrame | Leaf::LastFrame, Some(JsonType::String)) => one(leaf, new),
        (Leaf::Images | Leaf::Videos | Leaf::Audios, _) if list => one(leaf, new),
        (Leaf::Images | Leaf::Videos | Leaf::Audios, Some(JsonType::String)) => {
            vec![(leaf, field(single))]
        }
        _ => Vec::new(),
    }
}

/// A list of frames that name their place.
fn frames(new: &PublishedField) -> Vec<(Leaf, Field)> {
    let media = |key: &&String| key.to_ascii_lowercase().ends_with("image");
    let Some(key) = new.item_keys.iter().find(media) else { return Vec::new() };
    let field = field(json!({ "to": new.path, "as": "frames", "key": key }));
    let both = new.max_items.is_none_or(|most| most > 1);
    let last = both.then(|| (Leaf::LastFrame, field.clone()));
    std::iter::once((Leaf::FirstFrame, field)).chain(last).collect()
}

/// A number of images, beside the switch that some vendors have.
fn sequence(new: &PublishedField, all: &[PublishedField]) -> Vec<(Leaf, Field)> {
    let switch = all.iter().find(|it| name(&it.path) == "sequentialimagegeneration");
    // A switch that cannot be turned on leads nowhere.
    let off = |it: &PublishedField| it.values.iter().flatten().all(|word| word != "auto");
    if switch.is_some_and(|switch| switch.values.is_some() && off(switch)) {
        return Vec::new();
    }
    let attributes = switch.map_or_else(
        || json!({ "to": new.path }),
        |switch| json!({ "to": [switch.path, new.path], "as": "sequence" }),
    );
    vec![(Leaf::SequentialCount, field(attributes))]
}

/// Both sides, where both are free within their own limits.
fn pixels(new: &PublishedField, all: &[PublishedField]) -> Option<Field> {
    let side = |wanted: &str| all.iter().find(|it| name(&it.path) == wanted);
    let (width, height) = side("width").zip(side("height"))?;
    let free = |side: &PublishedField| side.min.is_some() && side.max.is_some();
    // Some vendors take free sides only beside a word that says so.
    let custom = |it: &&PublishedField| it.values.iter().flatten().any(|word| word == "custom");
    let word = all.iter().find(custom).map(|it| json!({ it.path.clone(): "custom" }));
    let field = field(json!({ "to": [width.path, height.path], "with": word }));
    (new.path == width.path && free(width) && free(height)).then_some(field)
}

/// The attributes that say where and in which form a field is written.
pub(super) fn form(field: &Field) -> Vec<(&'static str, Value)> {
    let to = field.to.iter().map(|to| match to.0.as_slice() {
        [one] => ("to", json!(one)),
        several => ("to", json!(several)),
    });
    let encoding = field.encoding.map(|encoding| match encoding {
        Encoding::Plain => "plain",
        Encoding::Single => "single",
        Encoding::Frames => "frames",
        Encoding::Sequence => "sequence",
        Encoding::ContentCheck => "content_check",
    });
    let items = field.items.map(|items| ("items", json!([items.min, items.max])));
    let key = field.key.as_ref().map(|key| ("key", json!(key)));
    let with = field.with.as_ref().map(|with| ("with", json!(with)));
    let encoding = encoding.map(|word| ("as", json!(word)));
    to.chain(encoding).chain(key).chain(items).chain(with).collect()
}
