//! Closed sets of words, and the canonical word of a wire word.

use genmux_core::{AspectRatio, Format, Leaf, Resolution};
use serde_json::{Map, Value, json};

use super::compare::{is_number, value};
use super::finding::{Finding, FindingKind};
use super::json_schema::number;
use super::published::PublishedField;
use super::stated::{Role, Stated};

pub(super) fn compare(stated: &Stated, published: &PublishedField) -> Vec<Finding> {
    match (&stated.wire.values, &published.values) {
        (Some(were), Some(are)) => sets(stated, were, are),
        (Some(were), None) => {
            let says = format!("{} as the only words is not stated", list(were));
            vec![Finding::about(stated, FindingKind::Unstated, says)]
        }
        (None, Some(are)) if has_words(stated) => {
            let says = format!("takes {} only", list(are));
            let finding = Finding::about(stated, FindingKind::Narrowed, says);
            vec![with_words(finding, stated, are)]
        }
        _ => Vec::new(),
    }
}

/// Ways of checking content that the vendor takes no more; its word for none is the flag's.
pub(super) fn modes(stated: &Stated, published: &PublishedField) -> Vec<Finding> {
    let (Some(words), Some(are)) = (&stated.field.words, &published.values) else {
        return Vec::new();
    };
    let off = |word: &str| word == "off";
    let (kept, gone): (Vec<_>, Vec<_>) =
        words.0.iter().partition(|(word, wire)| off(word) || are.contains(wire));
    if gone.is_empty() {
        return Vec::new();
    }
    let gone: Vec<Value> = gone.into_iter().map(|(_, wire)| wire.clone()).collect();
    let kept: Vec<&String> = kept.into_iter().map(|(word, _)| word).collect();
    let says = format!("takes {} no more", list(&gone));
    let finding = Finding::about(stated, FindingKind::Narrowed, says);
    vec![finding.patch(&stated.place, vec![("words", json!(kept))])]
}

/// Whether a closed set means something for the field.
fn has_words(stated: &Stated) -> bool {
    let leaf = stated.place.leaf;
    stated.role == Role::Option
        || matches!(leaf, Some(Leaf::AspectRatio | Leaf::Resolution | Leaf::Format))
}

fn sets(stated: &Stated, were: &[Value], are: &[Value]) -> Vec<Finding> {
    let known = |value: &&Value| were.contains(value) || stated.beside.contains(value);
    let gone: Vec<Value> = were.iter().filter(|word| !are.contains(word)).cloned().collect();
    let new: Vec<Value> = are.iter().filter(|word| !known(word)).cloned().collect();
    let kept: Vec<Value> =
        are.iter().filter(|word| !stated.beside.contains(word)).cloned().collect();
    let mut findings = Vec::new();
    if !gone.is_empty() {
        let says = format!("takes {} no more", list(&gone));
        findings.push(Finding::about(stated, FindingKind::Narrowed, says));
    }
    if !new.is_empty() {
        let says = format!("takes {} as well{}", list(&new), unsayable(stated, &new));
        findings.push(Finding::about(stated, FindingKind::Widened, says));
    }
    findings.into_iter().map(|finding| with_words(finding, stated, &kept)).collect()
}

/// What of these no request can say.
fn unsayable(stated: &Stated, words: &[Value]) -> String {
    let none: Vec<Value> =
        words.iter().filter(|word| canonical(stated, word).is_none()).cloned().collect();
    if none.is_empty() {
        return String::new();
    }
    format!(" ({} is no word of requests: left out of the revision)", list(&none))
}

/// The revision names all words again, those that requests can say.
fn with_words(finding: Finding, stated: &Stated, words: &[Value]) -> Finding {
    if stated.role == Role::Option {
        return finding.patch(&stated.place, option(stated, words));
    }
    let pairs = words.iter().filter_map(|wire| Some((canonical(stated, wire)?, wire.clone())));
    let pairs = pairs.filter_map(|(word, wire)| Some((word.as_str()?.to_owned(), wire)));
    let map: Map<String, Value> = pairs.collect();
    let plain = map.iter().all(|(word, wire)| wire == word.as_str());
    let words = if plain { json!(map.keys().collect::<Vec<_>>()) } else { Value::Object(map) };
    finding.patch(&stated.place, vec![("words", words)])
}

/// An option is replaced as a whole.
fn option(stated: &Stated, values: &[Value]) -> Vec<(&'static str, Value)> {
    let json_type = stated.wire.json_type.map_or(Value::Null, value);
    vec![("type", json_type), ("values", json!(values))]
}

/// The word of requests for a wire value; the spec's own, else what it can only mean.
pub(super) fn canonical(stated: &Stated, wire: &Value) -> Option<Value> {
    let words = stated.field.words.iter().flat_map(|words| words.0.iter());
    if let Some((word, _)) = words.clone().find(|(_, own)| own == wire) {
        return Some(json!(word));
    }
    let text = wire.as_str();
    match stated.place.leaf {
        Some(Leaf::AspectRatio) => ratio(text?),
        Some(Leaf::Resolution) => text?.parse::<Resolution>().ok().map(value),
        Some(Leaf::Format) => text?.to_ascii_lowercase().parse::<Format>().ok().map(value),
        Some(Leaf::Duration)
            if number(wire).is_some_and(|it| it < genmux_core::Number::default()) =>
        {
            Some(json!("auto"))
        }
        Some(_) if is_number(stated) => wire.is_number().then(|| wire.clone()),
        Some(Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost) => {
            wire.is_boolean().then(|| wire.clone())
        }
        Some(_) => None,
        None => Some(wire.clone()),
    }
}

/// The vendors' words for a ratio that is left open.
const OPEN: [&str; 3] = ["auto", "adaptive", "match_input_image"];

fn ratio(text: &str) -> Option<Value> {
    if OPEN.contains(&text) {
        return Some(json!("auto"));
    }
    text.parse::<AspectRatio>().ok().map(value)
}

/// Whether two values are the same on the wire: 5 and 5.0 are.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (number(one), number(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// A value in words: without quotes, and never longer than a line.
pub(super) fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

pub(super) fn list(values: &[Value]) -> String {
    values.iter().map(shown).collect::<Vec<_>>().join(", ")
}
