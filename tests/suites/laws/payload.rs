//! What is accepted is right by the vendor's own schema, and the same however it is asked for.

use genmux::{Mode, Policy, Request, RowOutcome, Translation, shown};
use genmux_tests::schema::bodies;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::case::{Read, check};

#[test]
fn accepted_bodies_satisfy_the_vendors_schema() {
    check(6000, |read| {
        let Ok(translation) = read.translate() else { return Ok(()) };
        for body in bodies(&read.case.subject.offer, &translation) {
            let refusals = read.case.subject.refusals(&body);
            let body = String::from_utf8_lossy(&body);
            prop_assert!(refusals.is_empty(), "{refusals:?} in {body}");
        }
        Ok(())
    });
}

#[test]
fn what_is_written_is_what_any_serializer_gets() {
    check(6000, |read| {
        let Ok(translation) = read.translate() else { return Ok(()) };
        for call in [0, translation.calls() - 1] {
            let payload = translation.payload(call);
            let (mut written, serialized) = (Vec::new(), serde_json::to_string(&payload).unwrap());
            payload.write(&mut written).unwrap();
            prop_assert_eq!(String::from_utf8(written).unwrap(), serialized);
        }
        Ok(())
    });
}

fn payloads(translation: &Translation<'_>) -> Vec<serde_json::Value> {
    [0, translation.calls() - 1].map(|call| json!(translation.payload(call))).into()
}

fn has_losses(translation: &Translation<'_>) -> bool {
    let lost = |outcome| matches!(outcome, RowOutcome::Adjusted | RowOutcome::Dropped);
    translation.ledger().iter().any(|row| lost(row.outcome))
}

#[test]
fn what_strict_takes_fit_and_drop_take_unchanged() {
    check(3000, |read| {
        let Ok(strict) = read.translate_by(Mode::Strict.into()) else { return Ok(()) };
        prop_assert!(!has_losses(&strict) && strict.is_exact(), "{:?}", strict.ledger());
        for mode in [Mode::Fit, Mode::Drop] {
            let freer = read.translate_by(Policy::from(mode)).map_err(|error| {
                TestCaseError::fail(format!("{} refuses: {error}", mode.name()))
            })?;
            prop_assert_eq!(payloads(&strict), payloads(&freer));
            prop_assert!(!has_losses(&freer), "{:?}", freer.ledger());
        }
        Ok(())
    });
}

#[test]
fn what_fit_takes_drop_takes_unchanged() {
    check(2000, |read| {
        let Ok(fit) = read.translate_by(Mode::Fit.into()) else { return Ok(()) };
        let drop = read.translate_by(Mode::Drop.into());
        let drop = drop.map_err(|error| TestCaseError::fail(format!("drop refuses: {error}")))?;
        prop_assert_eq!(payloads(&fit), payloads(&drop));
        Ok(())
    });
}

#[test]
fn exactness_is_what_the_ledger_says() {
    check(2000, |read| {
        let Ok(translation) = read.translate() else { return Ok(()) };
        prop_assert_eq!(translation.is_exact(), !has_losses(&translation));
        Ok(())
    });
}

#[test]
fn the_same_request_gives_the_same_answer() {
    check(2000, |read| {
        let again = read.case.read();
        let answer = |read: &Read<'_>| {
            let result = read.translate();
            let offer = &read.case.subject.offer;
            serde_json::to_string(&shown(offer, &read.request, &read.context, &result).unwrap())
        };
        prop_assert_eq!(answer(read).unwrap(), answer(&again).unwrap());
        Ok(())
    });
}

#[test]
fn a_wish_for_several_results_is_met_by_the_calls_together() {
    check(2000, |read| {
        let Ok(translation) = read.translate() else { return Ok(()) };
        let asked = read.case.json["count"].as_u64().unwrap_or(1);
        if asked > 1000 || read.case.names_to_drop(genmux::Leaf::Count) {
            return Ok(());
        }
        let results = |call| {
            let payload = json!(translation.payload(call));
            payload["numberResults"].as_u64().unwrap_or(1)
        };
        prop_assert_eq!((0..translation.calls()).map(results).sum::<u64>(), asked);
        Ok(())
    });
}

/// The request as `fit` understood it: every moved leaf at the value that it moved to.
fn moved(json: &Value, translation: &Translation<'_>) -> Value {
    let mut moved = json.clone();
    for row in translation.ledger().iter().filter(|row| row.outcome == RowOutcome::Adjusted) {
        let to = row.to.clone().unwrap_or_default();
        let text = to.as_str().unwrap_or_default();
        match &*row.field {
            // Words that stand for the pixels, and pixels that stand for the words.
            "size" if !text.contains('x') => {
                take(&mut moved, &["size"]);
                for word in text.split_whitespace() {
                    let field = if word.contains(':') { "aspect_ratio" } else { "resolution" };
                    moved[field] = word.into();
                }
            }
            "resolution" if text.contains('x') => {
                take(&mut moved, &["aspect_ratio", "resolution"]);
                moved["size"] = to;
            }
            "aspect_ratio" if moved["size"] != Value::Null => {}
            "output.quality" => moved["output"]["quality"] = to,
            "delivery.ttl_seconds" => moved["delivery"]["ttl_seconds"] = to,
            field => moved[field] = to,
        }
    }
    moved
}

fn take(json: &mut Value, fields: &[&str]) {
    for field in fields {
        json.as_object_mut().map(|json| json.shift_remove(*field));
    }
}

#[test]
fn what_fit_made_of_a_request_passes_strict() {
    check(3000, |read| {
        let Ok(fit) = read.translate_by(Mode::Fit.into()) else { return Ok(()) };
        let json = moved(&read.case.json, &fit);
        let request = Request::from_json(json.to_string().as_bytes());
        let request = request.map_err(|error| TestCaseError::fail(format!("{json}: {error}")))?;
        let offer = &read.case.subject.offer;
        let strict = offer.translate(&request, &Policy::default(), &read.context);
        let strict = strict.map_err(|error| TestCaseError::fail(format!("{json}: {error}")))?;
        prop_assert_eq!(payloads(&strict), payloads(&fit), "of {}", json);
        Ok(())
    });
}
