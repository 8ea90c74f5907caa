//! Lengths of lists, and limits of media by declared facts.

use genmux::Leaf;
use serde_json::{Value, json};

use crate::case::{Case, Expected, Probe, accepted, refused};
use crate::limit::{Limit, sample_item};

pub(crate) fn items(limit: &Limit<'_>) -> Vec<Case> {
    let list = |length: u64| -> Value {
        let item = sample_item(limit.subject, limit.field);
        vec![item; usize::try_from(length).unwrap_or_default()].into()
    };
    let (min, max) = (limit.value[0].as_u64(), limit.value[1].as_u64());
    let mut cases = Vec::new();
    if let Some(min) = min {
        cases.push(limit.set("on-min", list(min), accepted()));
        if max.is_none_or(|max| max > min) {
            cases.push(limit.set("inside-min", list(min + 1), accepted()));
        }
        if min > 1 {
            let expected = refused(limit.field, "too_few", &[min - 1, min]);
            cases.push(limit.set("outside-min", list(min - 1), expected));
        }
    }
    if let Some(max) = max {
        cases.push(limit.set("on-max", list(max), accepted()));
        if max > min.unwrap_or(0) + 1 {
            cases.push(limit.set("inside-max", list(max - 1), accepted()));
        }
        let expected = refused(limit.field, "too_many", &[max + 1, max]);
        cases.push(limit.set("outside-max", list(max + 1), expected));
    }
    cases
}

/// The value of a media field whose first item declares one fact otherwise.
fn declaring(limit: &Limit<'_>, fact: &str, value: Value) -> Value {
    let mut item = sample_item(limit.subject, limit.field);
    item[fact] = value;
    if limit.field.starts_with("frames") { item } else { json!([item]) }
}

pub(crate) fn sides(limit: &Limit<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for side in ["width", "height"] {
        let set = |position: &str, pixels: u64, expected: Expected| {
            let value = declaring(limit, side, pixels.into());
            limit.set(&format!("{side}-{position}"), value, expected)
        };
        if let Some(min) = limit.value[0].as_u64() {
            let expected = refused(limit.field, "below_minimum", &[min - 1, min]);
            cases.push(set("on-min", min, accepted()));
            cases.push(set("inside-min", min + 1, accepted()));
            cases.push(set("outside-min", min - 1, expected));
        }
        if let Some(max) = limit.value[1].as_u64() {
            let expected = refused(limit.field, "above_maximum", &[max + 1, max]);
            cases.push(set("on-max", max, accepted()));
            cases.push(set("inside-max", max - 1, accepted()));
            cases.push(set("outside-max", max + 1, expected));
        }
    }
    cases
}

pub(crate) fn max_bytes(limit: &Limit<'_>) -> Vec<Case> {
    let max = limit.value.as_u64().unwrap_or_default();
    let set = |position: &str, bytes: u64, expected: Expected| {
        limit.set(position, declaring(limit, "bytes", bytes.into()), expected)
    };
    let expected = refused(limit.field, "above_maximum", &[max + 1, max]);
    vec![
        set("on", max, accepted()),
        set("inside", max - 1, accepted()),
        set("outside", max + 1, expected),
    ]
}

pub(crate) fn max_seconds(limit: &Limit<'_>) -> Vec<Case> {
    let max = limit.value.as_f64().unwrap_or_default();
    let set = |position: &str, seconds: f64, expected: Expected| {
        limit.set(position, declaring(limit, "seconds", seconds.into()), expected)
    };
    let expected = refused(limit.field, "above_maximum", &[max + 0.001, max]);
    vec![
        set("on", max, accepted()),
        set("inside", max - 0.001, accepted()),
        set("outside", max + 0.001, expected),
    ]
}

/// Two media that are too long only together.
pub(crate) fn total_seconds(limit: &Limit<'_>) -> Vec<Case> {
    let max = limit.value.as_f64().unwrap_or_default();
    let set = |position: &str, total: f64, expected: Expected| {
        let mut pair =
            [2.0, total - 2.0].map(|seconds| declaring(limit, "seconds", seconds.into())[0].take());
        let value = Value::from(pair.iter_mut().map(Value::take).collect::<Vec<_>>());
        limit.set(position, value, expected)
    };
    let expected = refused(limit.field, "sum_exceeded", &[max + 0.001, max]);
    vec![
        set("on", max, accepted()),
        set("inside", max - 0.001, accepted()),
        set("outside", max + 0.001, expected),
    ]
}

/// Every form in which a medium may stand: as it is, uploaded when run, or refused.
pub(crate) fn source_forms(limit: &Limit<'_>) -> Vec<Case> {
    const UUID: &str = "c64351d5-4c59-42f7-95e1-eace013eddab";
    let own = limit.subject.offer.provider();
    let forms = crate::limit::strings(&limit.subject.provider["media"]);
    let takes = |form: &str| forms.iter().any(|taken| taken == form);
    let value = |src: &str| {
        let mut item = sample_item(limit.subject, limit.field);
        item["src"] = src.into();
        if limit.field.starts_with("frames") { item } else { json!([item]) }
    };
    let mut cases = Vec::new();
    // What must stand beside the field is on the web.
    let mut beside = crate::limit::with(limit.subject, limit.base(), limit.field, json!(1));
    crate::limit::put(&mut beside, limit.field, Value::Null);
    let others = if takes("https") { 0 } else { beside.to_string().matches("\"src\"").count() };
    let uploads = |count: usize| Expected::Accepted(vec![Probe::Uploads(count + others)]);
    let https = uploads(usize::from(!takes("https")));
    cases.push(limit.set("https", value("https://media.test/a"), https));
    let http = if takes("http") {
        uploads(0)
    } else {
        ours(refused(limit.field, "wrong_media", &["https:"]))
    };
    cases.push(limit.set("http", value("http://media.test/a"), http));
    for (provider, id) in [("runware", UUID), ("replicate", "file-1"), ("scenario", "asset_a1")] {
        let expected = if provider == own {
            uploads(0)
        } else {
            ours(refused(limit.field, "wrong_media", &[provider]))
        };
        let src = format!("{provider}:{id}");
        cases.push(limit.set(&format!("{provider}-asset"), value(&src), expected));
    }
    let path = ours(refused::<&str>(limit.field, "wrong_media", &[]));
    cases.push(limit.set("path", value("./a.png"), path));
    cases
}

fn ours(mut expected: Expected) -> Expected {
    if let Expected::Refused(refusal) = &mut expected {
        refusal.ours = true;
    }
    expected
}

/// The greatest data URI that stands in a payload; a greater one is uploaded when run.
pub(crate) fn inline(limit: &Limit<'_>) -> Vec<Case> {
    let pictures = Leaf::from_path(limit.field).and_then(Leaf::media_kind) == Some("image");
    let max = limit.subject.provider["inline_max_bytes"].as_u64();
    let Some(max) = max.filter(|_| pictures) else { return Vec::new() };
    let set = |position: &str, bytes: u64, uploads: usize| {
        let data = json!(picture(usize::try_from(bytes).unwrap_or_default()));
        let value = if limit.field.starts_with("frames") { data } else { json!([data]) };
        limit.set(position, value, Expected::Accepted(vec![Probe::Uploads(uploads)]))
    };
    vec![
        set("inline-on", max, 0),
        set("inline-inside", max - 1, 0),
        set("inline-outside", max + 1, 1),
    ]
}

/// A data URI of a PNG header with zeros behind it.
fn picture(bytes: usize) -> String {
    // 24 bytes: signature, length and name of the first chunk, 1000 x 1000.
    const HEAD: &str = "iVBORw0KGgoAAAANSUhEUgAAA+gAAAPo";
    let (triples, rest) = ((bytes - 24) / 3, (bytes - 24) % 3);
    let tail = ["", "AA==", "AAA="][rest];
    format!("data:image/png;base64,{HEAD}{}{tail}", "AAAA".repeat(triples))
}
