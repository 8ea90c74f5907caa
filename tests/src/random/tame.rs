//! Requests that an offer mostly takes, made from its own limits.

use genmux::Leaf;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{media, put, request, wild_leaf, words};
use crate::schema::Subject;

/// Requests that an offer mostly takes; one leaf in them may be anything.
pub fn tame(subject: &Subject) -> BoxedStrategy<Value> {
    let leaves: Vec<_> = Leaf::ALL.iter().map(|leaf| maybe(subject, *leaf)).collect();
    let wild = select(Leaf::ALL).prop_flat_map(|leaf| (Just(leaf), wild_leaf(leaf)));
    let wild = prop::option::weighted(0.3, wild);
    let (size, spec) = (geometry(subject), subject.spec.clone());
    (leaves, size, own_options(subject), wild, prop::bool::weighted(0.8))
        .prop_map(move |(leaves, size, options, wild, tidy)| {
            let mut made = request(leaves, options);
            for (field, value) in size {
                put(&mut made, field, value);
            }
            if tidy {
                keep_rules(&spec, &mut made);
            }
            if let Some((leaf, value)) = wild {
                put(&mut made, leaf.path(), value);
            }
            made
        })
        .boxed()
}

/// A leaf that the offer takes: always if it must be there, else now and then.
fn maybe(subject: &Subject, leaf: Leaf) -> BoxedStrategy<Option<Value>> {
    let field = subject.field(leaf.path());
    let needed = field.is_some_and(|field| field.get("required") == Some(&Value::Bool(true)));
    let weight = match leaf {
        Leaf::Kind => 0.7,
        Leaf::Size | Leaf::AspectRatio | Leaf::Resolution => 0.0,
        Leaf::Prompt if field.is_some() => 0.95,
        _ if needed => 0.97,
        Leaf::Count => 0.2,
        _ if field.is_some() => 0.3,
        _ => 0.0,
    };
    if weight == 0.0 {
        return Just(None).boxed();
    }
    prop::option::weighted(weight, value(subject, leaf)).boxed()
}

/// A value of a leaf inside the offer's limits.
fn value(subject: &Subject, leaf: Leaf) -> BoxedStrategy<Value> {
    let attribute = |name: &str| subject.attribute(leaf.path(), name);
    if let Some(Value::Array(values)) = attribute("values") {
        return select(values.clone()).boxed();
    }
    let most = attribute("items").and_then(|items| items[1].as_u64()).unwrap_or(14);
    let list = |extension| {
        let length = 1..=usize::try_from(most).unwrap_or(14);
        prop::collection::vec(media::usable(extension), length).prop_map(Value::from).boxed()
    };
    match leaf {
        Leaf::Kind => Just(subject.spec["kind"].clone()).boxed(),
        Leaf::Prompt => "canary [a-z é🎬]{0,40}".prop_map(Value::from).boxed(),
        Leaf::FirstFrame | Leaf::LastFrame => media::usable("png"),
        Leaf::Images => list("png"),
        Leaf::Videos => list("mp4"),
        Leaf::Audios => list("mp3"),
        Leaf::Count => (1u64..6).prop_map(Value::from).boxed(),
        Leaf::WebhookUrl | Leaf::UploadUrl => words(&["https://app.test/canary?key=canary"]),
        _ => match attribute("words") {
            Some(words) => select(word_list(words)).boxed(),
            None => range(subject, leaf),
        },
    }
}

fn word_list(words: &Value) -> Vec<Value> {
    match words {
        Value::Object(words) => words.keys().map(|word| json!(word)).collect(),
        list => list.as_array().cloned().unwrap_or_default(),
    }
}

/// A number of a range on its steps; any value of a leaf that has none.
fn range(subject: &Subject, leaf: Leaf) -> BoxedStrategy<Value> {
    let number = |name: &str| subject.attribute(leaf.path(), name).and_then(Value::as_f64);
    let fine = matches!(leaf, Leaf::Duration | Leaf::GuidanceScale);
    let Some(min) = number("min") else { return wild_leaf(leaf) };
    let most = number("max").unwrap_or(min + 1000.0).min(min + 1e9);
    if !fine {
        let whole = min..=most;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        return whole.prop_map(|number| json!(number as u64)).boxed();
    }
    let step = number("step").unwrap_or(0.1);
    #[allow(clippy::cast_possible_truncation)]
    let steps = (min / step).ceil() as i32..=(most / step) as i32;
    let rounded = move |steps: i32| (f64::from(steps) * step * 1000.0).round() / 1000.0;
    steps.prop_map(move |steps| json!(rounded(steps))).boxed()
}

type Sizes = Vec<(&'static str, Value)>;

/// One of the ways of naming a size, or none.
fn geometry(subject: &Subject) -> BoxedStrategy<Sizes> {
    let listed = |field: &str| -> Vec<Value> {
        subject.attribute(field, "words").map(word_list).unwrap_or_default()
    };
    let (mut ratios, mut tiers, mut sizes) =
        (listed("aspect_ratio"), listed("resolution"), Vec::new());
    for (tier, entries) in subject.spec["sizes"].as_object().into_iter().flatten() {
        tiers.push(json!(tier));
        for (ratio, size) in entries.as_object().into_iter().flatten() {
            ratios.push(json!(ratio));
            sizes.push(size.clone());
        }
    }
    tiers.extend(subject.attribute("size", "tiers").map(word_list).unwrap_or_default());
    if let (Some(width), Some(height)) = (span(subject, "width"), span(subject, "height")) {
        sizes.extend(
            [width, height]
                .iter()
                .map(|span| json!(format!("{}x{}", span.0.max(height.0), height.1))),
        );
        ratios.extend(["1:1", "16:9", "auto"].map(Value::from));
    }
    let named = |field: &'static str, values: Vec<Value>| -> BoxedStrategy<Sizes> {
        if values.is_empty() {
            return Just(Vec::new()).boxed();
        }
        select(values).prop_map(move |value| vec![(field, value)]).boxed()
    };
    let (size, ratio) = (named("size", sizes), named("aspect_ratio", ratios));
    let tier = named("resolution", tiers);
    let both = (ratio.clone(), tier.clone()).prop_map(|(ratio, tier)| [ratio, tier].concat());
    prop_oneof![Just(Vec::new()), size, ratio, tier, both].boxed()
}

fn span(subject: &Subject, side: &str) -> Option<(u64, u64)> {
    let span = subject.attribute("size", side)?;
    Some((span[0].as_u64()?, span[1].as_u64()?))
}

fn own_options(subject: &Subject) -> BoxedStrategy<Option<Value>> {
    let options = subject.spec["options"].as_object().into_iter().flatten();
    let mut known = Vec::new();
    for (path, option) in options {
        let values = option["values"].as_array().cloned();
        for value in values.unwrap_or_else(|| vec![json!({ "a": 1 })]) {
            let mut own = json!({});
            put(&mut own, path, value);
            known.push(json!({ subject.offer.provider(): own }));
        }
    }
    if known.is_empty() {
        return Just(None).boxed();
    }
    prop::option::weighted(0.2, select(known)).boxed()
}

/// Takes out what the rules forbid.
fn keep_rules(spec: &Value, request: &mut Value) {
    for (_, rule) in spec["rules"].as_object().into_iter().flatten() {
        let any = |list: &Value| group(list).iter().any(|leaf| is_set(request, *leaf));
        let forbidden = match rule["rule"].as_str() {
            Some("excludes") if any(&rule["fields"]) => group(&rule["with"]),
            Some("excludes_value") if says(request, rule) => group(&json!([rule["field"]])),
            Some("requires") if !any(&rule["any_of"]) => group(&json!([rule["field"]])),
            Some("sum_at_most") if sum(request) > rule["max"].as_u64() => {
                vec![Leaf::SequentialCount]
            }
            _ => Vec::new(),
        };
        for leaf in forbidden {
            unset(request, leaf);
        }
    }
}

/// Whether a field has one of the values of a rule, or a size may stand for one.
fn says(request: &Value, rule: &Value) -> bool {
    let with = rule["with"].as_str().and_then(Leaf::from_path);
    let value = with.and_then(|leaf| request.pointer(&pointer(leaf)));
    let values = rule["values"].as_array().into_iter().flatten();
    let by_size = with == Some(Leaf::Resolution) && is_set(request, Leaf::Size);
    by_size || values.into_iter().any(|it| Some(it) == value)
}

/// The leaves that fields and groups stand for.
fn group(list: &Value) -> Vec<Leaf> {
    let names = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    names.flat_map(Leaf::group).collect()
}

/// Reference images and images of a sequence together.
fn sum(request: &Value) -> Option<u64> {
    let references = request["references"]["images"].as_array().map_or(0, Vec::len) as u64;
    Some(references + request["sequential_count"].as_u64()?)
}

fn pointer(leaf: Leaf) -> String {
    format!("/{}", leaf.path().replace('.', "/"))
}

fn is_set(request: &Value, leaf: Leaf) -> bool {
    request.pointer(&pointer(leaf)).is_some_and(|value| !value.is_null())
}

fn unset(request: &mut Value, leaf: Leaf) {
    if let Some(value) = request.pointer_mut(&pointer(leaf)) {
        value.take();
    }
}
