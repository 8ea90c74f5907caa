//! A limit of a spec, and requests around it: a valid base, valid values of every field.

use std::sync::Arc;

use genmux::Leaf;
use genmux_tests::schema::Subject;
use serde_json::{Map, Value, json};

use crate::case::{Case, Expected};

/// One attribute of one field of a spec.
pub(crate) struct Limit<'a> {
    pub(crate) subject: &'a Arc<Subject>,
    pub(crate) field: &'a str,
    pub(crate) attribute: &'a str,
    pub(crate) value: &'a Value,
}

impl Limit<'_> {
    /// A case that sets the field to a value in an otherwise valid request.
    pub(crate) fn set(&self, position: &str, value: Value, mut expected: Expected) -> Case {
        let request = with(self.subject, self.base(), self.field, value);
        if let Expected::Refused(refusal) = &mut expected {
            refusal.violations.extend(broken_sums(self.subject, &request));
        }
        self.case(position, request, expected)
    }

    /// A case of a whole request.
    pub(crate) fn case(&self, position: &str, request: Value, expected: Expected) -> Case {
        let Limit { subject, field, attribute, .. } = self;
        let name = format!("{subject}/{field}/{attribute}/{position}");
        Case { name, subject: (*subject).clone(), request, expected }
    }

    /// A valid request with nothing more than the offer requires.
    pub(crate) fn base(&self) -> Value {
        base(self.subject)
    }

    /// Another attribute of the same field.
    pub(crate) fn beside(&self, attribute: &str) -> Option<&Value> {
        self.subject.attribute(self.field, attribute)
    }

    /// The wire paths of the field.
    pub(crate) fn wires(&self) -> Vec<String> {
        wires(self.subject, self.field)
    }
}

/// The wire paths of a field.
pub(crate) fn wires(subject: &Subject, field: &str) -> Vec<String> {
    let path = |path: &Value| path.as_str().unwrap_or_default().to_owned();
    match subject.attribute(field, "to") {
        Some(Value::Array(paths)) => paths.iter().map(path).collect(),
        Some(one) => vec![path(one)],
        None => Vec::new(),
    }
}

/// A valid request with nothing more than the offer requires.
pub(crate) fn base(subject: &Subject) -> Value {
    let mut request = json!({ "kind": subject.spec["kind"] });
    for (field, spec) in subject.spec["fields"].as_object().into_iter().flatten() {
        let prompt = field == "prompt" && spec.get("to").is_some();
        if prompt || spec.get("required") == Some(&Value::Bool(true)) {
            put(&mut request, field, sample(subject, field));
        }
    }
    request
}

/// A request with one field more, and whatever the rules want beside it.
pub(crate) fn with(subject: &Subject, mut request: Value, field: &str, value: Value) -> Value {
    put(&mut request, field, value);
    for rule in rules(subject, "requires") {
        let any_of = strings(&rule["any_of"]);
        if rule["field"] == field && !any_of.iter().any(|other| at(&request, other).is_some()) {
            let companion = sample(subject, &any_of[0]);
            put(&mut request, &any_of[0], companion);
        }
    }
    request
}

/// The lab's limits that are in force on the day, of fields that the offer takes.
pub(crate) fn upstream(subject: &Subject) -> impl Iterator<Item = (&String, &Value)> {
    let limits = subject.model["limits"].as_object().into_iter().flatten();
    limits.filter(|(field, limit)| {
        limit["since"].as_str() <= Some(&subject.date) && subject.is_wired(field)
    })
}

/// The end of a range that holds: the offer's own or the lab's, whichever is narrower.
pub(crate) fn bound<'a>(subject: &'a Subject, field: &str, end: &str) -> Option<&'a Value> {
    let lab = upstream(subject).find(|(limited, _)| *limited == field);
    let lab = lab.and_then(|(_, limit)| limit.get(end));
    let both = [subject.attribute(field, end), lab];
    let number = |value: &&Value| value.as_f64().unwrap_or_default();
    let ends = both.into_iter().flatten();
    match end {
        "min" => ends.max_by(|a, b| number(a).total_cmp(&number(b))),
        _ => ends.min_by(|a, b| number(a).total_cmp(&number(b))),
    }
}

/// The rules of one kind.
pub(crate) fn rules<'a>(subject: &'a Subject, kind: &str) -> Vec<&'a Value> {
    let rules = subject.spec["rules"].as_object().into_iter().flatten();
    rules.map(|(_, rule)| rule).filter(|rule| rule["rule"] == kind).collect()
}

/// The sums that a request breaks, as field and kind.
pub(crate) fn broken_sums(subject: &Subject, request: &Value) -> Vec<(String, String)> {
    let part = |field: &String| match at(request, field) {
        Some(Value::Array(items)) => items.len() as u64,
        Some(number) => number.as_u64().unwrap_or(0),
        // One image is always made, so an unset count is one.
        None => u64::from(field == "sequential_count"),
    };
    let mut broken = Vec::new();
    for rule in rules(subject, "sum_at_most") {
        let fields = strings(&rule["fields"]);
        let set = fields.iter().rfind(|field| at(request, field).is_some());
        // Alone, a count has limits of its own.
        let together = fields.iter().any(|field| at(request, field).is_some_and(Value::is_array));
        // Without a count, a list that is too long by itself is told once.
        let limits = subject.offer.limits();
        let most = |field: &String| limits[field.as_str()]["items"][1].as_u64();
        let alone = fields.iter().any(|field| most(field).is_some_and(|most| part(field) > most))
            && fields.last().is_some_and(|count| at(request, count).is_none());
        if together
            && !alone
            && fields.iter().map(part).sum::<u64>() > rule["max"].as_u64().unwrap_or(0)
        {
            broken.extend(set.map(|field| (field.clone(), "sum_exceeded".to_owned())));
        }
    }
    broken
}

/// The strings of a list.
pub(crate) fn strings(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The leaves that fields and groups stand for.
pub(crate) fn leaves(list: &Value) -> Vec<&'static str> {
    strings(list).iter().flat_map(|group| Leaf::group(group)).map(Leaf::path).collect()
}

/// Sets a dotted path of an object; `null` takes it away.
pub(crate) fn put(object: &mut Value, path: &str, value: Value) {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    if !object.is_object() {
        *object = Value::Object(Map::new());
    }
    match rest {
        Some(rest) => put(&mut object[head], rest, value),
        None if value.is_null() => {
            object.as_object_mut().and_then(|object| object.shift_remove(head));
        }
        None => object[head] = value,
    }
}

/// What stands at a dotted path.
pub(crate) fn at<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    object.pointer(&format!("/{}", path.replace('.', "/")))
}

/// A value of a field that the offer takes, as far as it takes the field at all.
pub(crate) fn sample(subject: &Subject, field: &str) -> Value {
    let attribute = |name: &str| subject.attribute(field, name);
    let leaf = Leaf::from_path(field);
    if leaf.is_some_and(Leaf::is_media) {
        return sample_media(subject, field);
    }
    let first = |list: &Value| list.as_array().and_then(|list| list.first().cloned());
    if let Some(value) = attribute("values").and_then(first) {
        return value;
    }
    if let Some(word) = attribute("words").and_then(|words| words_of(words).pop()) {
        return word.0.into();
    }
    match field {
        "prompt" => "a paper boat in the rain".into(),
        "size" => sample_size(subject),
        "aspect_ratio" => "1:1".into(),
        "resolution" => subject.model["default_tier"].as_str().unwrap_or("2K").into(),
        "sequential_count" | "count" => 2.into(),
        "output.format" => "png".into(),
        "safety" => "fast".into(),
        "delivery.webhook_url" => "https://app.test/hook".into(),
        "delivery.upload_url" => "https://app.test/put".into(),
        "camera_fixed" | "generate_audio" | "delivery.include_cost" => true.into(),
        _ => bound(subject, field, "min").cloned().unwrap_or_else(|| 7.into()),
    }
}

fn sample_size(subject: &Subject) -> Value {
    let tiers = subject.spec["sizes"].as_object();
    let listed = tiers.and_then(|tiers| tiers.values().next()?.as_object()?.values().next());
    let width = subject.attribute("size", "width").map_or(1024, |span| around(span).0);
    let free = || {
        let width = width - width % exact_step(subject);
        format!("{width}x{}", other_side(subject, "height", width)).into()
    };
    listed.cloned().unwrap_or_else(free)
}

/// The step of exact sides, as the vendor states it.
pub(crate) fn exact_step(subject: &Subject) -> u64 {
    subject.attribute("size", "step").and_then(Value::as_u64).unwrap_or(1)
}

/// A side well inside its own range that goes with another within the lab's areas.
pub(crate) fn other_side(subject: &Subject, name: &str, side: u64) -> u64 {
    let (inside, step) =
        (subject.attribute("size", name).map_or(1024, |span| around(span).0), exact_step(subject));
    let area = |end: &str| bound(subject, "size", end).and_then(Value::as_u64);
    let least = area("min").map_or(1, |area| area.div_ceil(side)).div_ceil(step) * step;
    let most = area("max").map_or(u64::MAX, |area| area / side);
    (inside.min(most) / step * step).max(least)
}

/// A value well inside a span, and the span; open ends are far.
pub(crate) fn around(span: &Value) -> (u64, u64, u64) {
    let (min, max) = (span[0].as_u64().unwrap_or(1), span[1].as_u64().unwrap_or(1 << 31));
    (min.midpoint(max).min(min + 1000), min, max)
}

fn sample_media(subject: &Subject, field: &str) -> Value {
    let item = sample_item(subject, field);
    if field.starts_with("frames") {
        return item;
    }
    let least = subject.attribute(field, "items").and_then(|items| items[0].as_u64()).unwrap_or(1);
    vec![item; usize::try_from(least).unwrap_or(1)].into()
}

/// One medium on the web, with every fact declared.
pub(crate) fn sample_item(subject: &Subject, field: &str) -> Value {
    let side = subject.attribute(field, "sides").map_or(1000, |sides| around(sides).0);
    let bytes = subject.attribute(field, "max_bytes").and_then(Value::as_u64).unwrap_or(2000) / 2;
    match field {
        "references.videos" => json!({ "src": "https://media.test/a.mp4", "width": side,
            "height": side, "bytes": bytes, "seconds": 1 }),
        "references.audios" => {
            json!({ "src": "https://media.test/a.mp3", "bytes": bytes, "seconds": 1 })
        }
        _ => json!({ "src": "https://media.test/a.png", "width": side, "height": side,
            "bytes": bytes }),
    }
}

/// Words with their wire forms.
pub(crate) fn words_of(words: &Value) -> Vec<(String, Value)> {
    match words {
        Value::Object(words) => {
            words.iter().map(|(word, wire)| (word.clone(), wire.clone())).collect()
        }
        list => strings(list).into_iter().map(|word| (word.clone(), word.into())).collect(),
    }
}
