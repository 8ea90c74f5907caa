//! What a spec says of every wire parameter, in the form in which vendors publish.

use genmux_core::spec::{Encoding, Field, JsonType, OptionSpec};
use genmux_core::{Leaf, Number, Offer};
use serde_json::{Map, Value, json};

use super::published::PublishedField;

/// One wire parameter that a spec names.
#[derive(Clone, Debug)]
pub(super) struct Stated {
    /// Where the spec says it.
    pub(super) place: Place,
    /// What it is within its field.
    pub(super) role: Role,
    /// What the spec says, in the vendor's form.
    pub(super) wire: PublishedField,
    /// Wire values that are known beside the closed set: `custom` beside tiers, `-1` for `auto`.
    pub(super) beside: Vec<Value>,
    /// The vendor refuses without it in some cases only.
    pub(super) sometimes_required: bool,
    /// What the vendor needs is written for other words of requests too: a ratio becomes pixels.
    pub(super) otherwise_named: bool,
    /// The field as the spec has it; of an option nothing.
    pub(super) field: Field,
}

/// Where a spec says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The canonical field; none for an option.
    pub(super) leaf: Option<Leaf>,
    /// Its path, or that of the option.
    pub(super) name: String,
    /// Which of its wire paths.
    pub(super) at: usize,
}

/// What a wire parameter is within its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The field's own value.
    Value,
    /// Width or height.
    Side,
    /// `disabled` or `auto`.
    Switch,
    /// The number beside the switch.
    Amount,
    /// Whether content is checked.
    Flag,
    /// How it is checked.
    Mode,
    /// One medium.
    Media,
    /// A list of media.
    List,
    /// A list of pinned frames.
    Frames,
    /// A wire parameter without a canonical field.
    Option,
}

/// Everything that an offer writes or lets through.
pub(super) fn stated(offer: &Offer) -> Vec<Stated> {
    let resolved = offer.resolved();
    let section = |name: &str| resolved[name].as_object().cloned().unwrap_or_default();
    let mut all = Vec::new();
    let fields = section("fields");
    let beside = beside_pixels(&fields);
    for (name, field) in &fields {
        let leaf = Leaf::from_path(name);
        let field: Option<Field> = serde_json::from_value(field.clone()).ok();
        if let Some((leaf, field)) = leaf.zip(field) {
            all.extend(of_field(leaf, &field));
        }
    }
    for one in &mut all {
        let own = beside.iter().filter(|(path, _)| *path == one.wire.path);
        one.beside.extend(own.map(|(_, value)| value.clone()));
        one.otherwise_named = one.role == Role::Side && pixels_of_words(&one.field, &fields);
    }
    all.extend(section("options").into_iter().filter_map(|(path, spec)| of_option(&path, spec)));
    all
}

/// Whether a size is needed unless a ratio or tier stands for it that has no wire form of its own.
fn pixels_of_words(size: &Field, fields: &Map<String, Value>) -> bool {
    let word = |name: &String| matches!(name.as_str(), "aspect_ratio" | "resolution");
    let own = |name: &String| fields.get(name).is_some_and(|field| !field["to"].is_null());
    let names = size.required_unless.as_ref();
    names.is_some_and(|names| names.iter().all(|name| word(name) && !own(name)))
}

/// Wire values that are written beside width and height.
fn beside_pixels(fields: &Map<String, Value>) -> Vec<(String, Value)> {
    let with = fields.get("size").and_then(|size| size["with"].as_object());
    with.into_iter().flatten().map(|(path, value)| (path.clone(), value.clone())).collect()
}

/// Wire paths that genmux writes by itself, which no published parameter is new beside.
pub(super) fn constants(offer: &Offer) -> Vec<String> {
    let resolved = offer.resolved();
    let constants = resolved["constants"].as_object();
    constants.into_iter().flatten().map(|(path, _)| path.clone()).collect()
}

/// The wire parameters of one field; what stands beside the payload is published elsewhere.
pub(super) fn of_field(leaf: Leaf, field: &Field) -> Vec<Stated> {
    let paths = field.to.iter().flat_map(|to| to.0.iter()).enumerate();
    let paths = paths.filter(|_| field.envelope != Some(true));
    let one = |(at, path): (usize, &String)| {
        let role = role(leaf, field, at);
        Stated {
            place: Place { leaf: Some(leaf), name: leaf.path().to_owned(), at },
            role,
            wire: PublishedField { path: path.clone(), ..limits(leaf, field, role, at) },
            beside: special(leaf, field),
            sometimes_required: field.required_unless.is_some(),
            otherwise_named: false,
            field: field.clone(),
        }
    };
    paths.map(one).collect()
}

fn of_option(path: &str, spec: Value) -> Option<Stated> {
    let spec: OptionSpec = serde_json::from_value(spec).ok()?;
    let path = path.to_owned();
    Some(Stated {
        place: Place { leaf: None, name: path.clone(), at: 0 },
        role: Role::Option,
        wire: PublishedField {
            path,
            json_type: Some(spec.json_type),
            values: spec.values,
            ..PublishedField::default()
        },
        beside: Vec::new(),
        sometimes_required: false,
        otherwise_named: false,
        field: Field::default(),
    })
}

fn role(leaf: Leaf, field: &Field, at: usize) -> Role {
    match (field.encoding.unwrap_or(Encoding::Plain), leaf) {
        (Encoding::Frames, _) => Role::Frames,
        (Encoding::Sequence, _) if at == 0 => Role::Switch,
        (Encoding::Sequence, _) => Role::Amount,
        (Encoding::ContentCheck, _) if at == 0 => Role::Flag,
        (Encoding::ContentCheck, _) => Role::Mode,
        (Encoding::Single, _) | (_, Leaf::FirstFrame | Leaf::LastFrame) => Role::Media,
        (Encoding::Plain, Leaf::Size) => Role::Side,
        (Encoding::Plain, leaf) if leaf.is_media() => Role::List,
        (Encoding::Plain, _) => Role::Value,
    }
}

/// What the field says of the wire path at `at`.
fn limits(leaf: Leaf, field: &Field, role: Role, at: usize) -> PublishedField {
    let empty = PublishedField {
        json_type: Some(type_of(leaf, role)),
        required: field.required == Some(true),
        ..PublishedField::default()
    };
    match role {
        Role::Side => {
            let span = if at == 0 { field.width } else { field.height };
            let (min, max) = span.map_or((None, None), |span| (span.min, span.max));
            let (min, max) = (min.map(Number::whole), max.map(Number::whole));
            PublishedField { min, max, step: field.step, ..empty }
        }
        Role::Value | Role::Amount => PublishedField {
            min: field.min,
            max: field.max,
            step: field.step,
            values: closed_set(leaf, field),
            default: wire_default(field),
            min_length: field.chars.and_then(|chars| chars.min),
            max_length: field.chars.and_then(|chars| chars.max),
            ..empty
        },
        Role::List => PublishedField {
            min_items: field.items.and_then(|items| items.min),
            max_items: field.items.and_then(|items| items.max),
            media: true,
            ..empty
        },
        Role::Media | Role::Frames => PublishedField { media: true, ..empty },
        Role::Switch => {
            PublishedField { values: Some(vec![json!("disabled"), json!("auto")]), ..empty }
        }
        Role::Flag | Role::Mode | Role::Option => empty,
    }
}

const fn type_of(leaf: Leaf, role: Role) -> JsonType {
    match (role, leaf) {
        (Role::List | Role::Frames, _) => JsonType::Array,
        (Role::Media | Role::Switch | Role::Mode, _) => JsonType::String,
        (Role::Side | Role::Amount, _) => JsonType::Number,
        (Role::Flag, _) | (_, Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost) => {
            JsonType::Boolean
        }
        (
            _,
            Leaf::Duration
            | Leaf::Fps
            | Leaf::SequentialCount
            | Leaf::Count
            | Leaf::Seed
            | Leaf::GuidanceScale
            | Leaf::Quality
            | Leaf::TtlSeconds,
        ) => JsonType::Number,
        _ => JsonType::String,
    }
}

/// Numbers of a closed set, or wire words; the words of a number are special values of it.
fn closed_set(leaf: Leaf, field: &Field) -> Option<Vec<Value>> {
    if type_of(leaf, Role::Value) == JsonType::Number {
        let values = field.values.as_ref()?;
        return Some(values.iter().filter_map(|it| serde_json::to_value(it).ok()).collect());
    }
    let words = field.words.as_ref()?;
    Some(words.0.iter().map(|(_, wire)| wire.clone()).collect())
}

/// Words of a number, such as `-1` for `auto`.
fn special(leaf: Leaf, field: &Field) -> Vec<Value> {
    let number = type_of(leaf, Role::Value) == JsonType::Number;
    let words = field.words.iter().filter(|_| number).flat_map(|words| words.0.iter());
    words.map(|(_, wire)| wire.clone()).collect()
}

/// The default as it would stand on the wire.
fn wire_default(field: &Field) -> Option<Value> {
    let default = field.default.as_ref()?;
    let words = field.words.iter().flat_map(|words| words.0.iter());
    let mut spelled = words.filter(|(word, _)| default == word.as_str());
    Some(spelled.next().map_or_else(|| default.clone(), |(_, wire)| wire.clone()))
}
