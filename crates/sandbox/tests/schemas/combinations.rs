//! Rules over several values, tried in all their combinations.

use std::collections::BTreeSet;

use genmux_sandbox::{VendorSchema, schemas};
use serde_json::{Value, json};

use crate::OPEN;
use crate::support::{accepted, base, merge, name, parsed, refused_by, validator, words, wrapped};

#[test]
fn a_runware_body_is_an_array_of_one_or_more_tasks() {
    for it in schemas().iter().filter(|it| it.provider == "runware") {
        let validator = validator(it);
        let task = base(it);
        let mut wrong = task.clone();
        merge(&mut wrong, json!({"numberResults": 9}));
        let cases = [
            (json!([task]), ""),
            (json!([task, task]), ""),
            (json!([]), "minItems"),
            (json!([task, wrong]), "maximum"),
            (json!([[task]]), "type"),
            (task, "type"),
        ];
        for (body, keywords) in cases {
            assert_eq!(refused_by(&validator, &body), words(keywords), "{}", name(it));
        }
    }
}

/// The step is exact although 0.1 is not: every tenth passes, everything between does not.
#[test]
fn pro_fast_takes_every_tenth_of_a_second_and_nothing_between() {
    let offer =
        |it: &&VendorSchema| (it.provider, it.model) == ("runware", "seedance-1.0-pro-fast");
    for it in schemas().iter().filter(offer) {
        let validator = validator(it);
        for hundredths in 120..=1200 {
            let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
            let mut task = base(it);
            merge(&mut task, json!({"duration": text.parse::<f64>().expect("a number")}));
            let on_step = hundredths % 10 == 0;
            assert_eq!(validator.is_valid(&json!([task])), on_step, "{} {text}", name(it));
        }
    }
}

#[test]
fn a_body_of_the_others_is_an_object() {
    for it in schemas().iter().filter(|it| it.provider != "runware") {
        let validator = validator(it);
        assert_eq!(refused_by(&validator, &json!([base(it)])), words("type"), "{}", name(it));
        // Seedance 2.0 and later at Scenario need nothing, not even a prompt.
        let needed = if parsed(it)["required"].is_null() { "" } else { "required" };
        assert_eq!(refused_by(&validator, &json!({})), words(needed), "{}", name(it));
    }
}

/// Of all widths and heights that occur in a table, only the listed pairs pass.
#[test]
fn a_size_table_takes_its_pairs_and_no_others() {
    for it in schemas().iter().filter(|it| !parsed(it)["$defs"]["size"].is_null()) {
        let validator = validator(it);
        let pair = |body: &Value| Some((body["width"].as_u64()?, body["height"].as_u64()?));
        let listed: BTreeSet<_> = accepted(it).iter().filter_map(pair).collect();
        assert!(listed.len() >= 10, "{}", name(it));
        for (width, _) in &listed {
            for (_, height) in &listed {
                let mut task = base(it);
                merge(&mut task, json!({"width": width, "height": height, "resolution": null}));
                let expected = listed.contains(&(*width, *height));
                let found = validator.is_valid(&json!([task]));
                assert_eq!(found, expected, "{}: {width}x{height}", name(it));
            }
        }
    }
}

#[test]
fn references_and_images_of_a_sequence_are_at_most_15_together() {
    for it in schemas().iter().filter(|it| !parsed(it)["$defs"]["sequence"].is_null()) {
        let validator = validator(it);
        let ten = [("scenario", "seedream-4.5"), ("replicate", "seedream-4.0")];
        let most = if ten.contains(&(it.provider, it.model)) { 10 } else { 14 };
        for (references, images) in (1..=15).flat_map(|r| (1..=16).map(move |i| (r, i))) {
            let mut body = base(it);
            merge(&mut body, sequence(it, references, images));
            let found = validator.is_valid(&wrapped(it, body));
            let expected = references <= most && references + images <= 15;
            assert_eq!(found, expected, "{}: {references} and {images}", name(it));
        }
    }
}

fn sequence(it: &VendorSchema, references: usize, images: usize) -> Value {
    let media = vec!["asset"; references];
    match (it.provider, it.since) {
        ("scenario", _) => json!({
            "referenceImages": media, "sequentialImageGeneration": "auto", "maxImages": images,
        }),
        ("replicate", _) => json!({"input": {
            "image_input": media, "sequential_image_generation": "auto", "max_images": images,
        }}),
        (_, "2025-10-27") => json!({
            "referenceImages": media,
            "providerSettings": {"bytedance": {"maxSequentialImages": images}},
        }),
        _ => json!({
            "inputs": {"referenceImages": media}, "settings": {"maxSequentialImages": images},
        }),
    }
}

/// Whatever stands anywhere in an accepted body, another type in its place is refused.
#[test]
fn every_value_has_its_type() {
    for it in schemas() {
        let validator = validator(it);
        for body in accepted(it) {
            for pointer in pointers(&body, "") {
                let mut wrong = body.clone();
                let value = wrong.pointer_mut(&pointer).expect("a pointer into it");
                *value = if value.is_number() { json!("7") } else { json!(7.5) };
                let found = validator.is_valid(&wrapped(it, wrong));
                assert!(!found, "{}: {pointer} of {body}", name(it));
            }
        }
    }
}

/// Pointers to all values below, except into objects that are open.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (key, value) in below {
        let pointer = format!("{at}/{key}");
        if !OPEN.contains(&key.as_str()) {
            all.extend(pointers(value, &pointer));
        }
        all.push(pointer);
    }
    all
}
