//! The way back: what was written is read as what was asked for, and written again as it was.

use std::error::Error;

use genmux::{Leaf, Lifted, Offer, Policy, Row, RowOutcome, ViolationKind, adapter, read_payload};
use genmux_tests::lift::{check_rows, same_call};
use genmux_tests::schema::bodies;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::case::{Case, Read, any_case, check, is_unset, run};
use crate::forms::{FORMS, other_form, strange};

fn fail(error: impl Into<Box<dyn Error>>) -> TestCaseError {
    TestCaseError::fail(error.into().to_string())
}

/// The payload that a lifted one gives at its own offer.
fn again(offer: &Offer, lifted: &Lifted<'_>) -> Result<Value, TestCaseError> {
    let context = same_call(lifted);
    let translation = offer.translate(&lifted.request, &Policy::default(), &context);
    let translation = translation.map_err(|rejection| fail(format!("refused: {rejection}")))?;
    Ok(json!(translation.payload(0)))
}

fn lift<'a>(offer: &'a Offer, payload: &'a Value) -> Result<Lifted<'a>, TestCaseError> {
    let lifted = offer.lift(payload).map_err(fail)?;
    check_rows(&lifted).map_err(fail)?;
    Ok(lifted)
}

#[test]
fn what_was_written_is_lifted_and_written_again_as_it_was() {
    check(4000, |read| {
        let Ok(translation) = read.translate() else { return Ok(()) };
        let offer = &read.case.subject.offer;
        for call in [0, translation.calls() - 1] {
            let payload = json!(translation.payload(call));
            let lifted = lift(offer, &payload)?;
            prop_assert_eq!(again(offer, &lifted)?, payload);
        }
        Ok(())
    });
}

#[test]
fn what_was_asked_for_comes_back_but_for_the_way_of_naming_a_size() {
    check(3000, |read| {
        let Ok(translation) = read.translate() else { return Ok(()) };
        if translation.calls() > 1 {
            return Ok(());
        }
        let offer = &read.case.subject.offer;
        let body = bodies(offer, &translation).swap_remove(0);
        let body = read_payload(&body).map_err(fail)?;
        let adapter = adapter(offer.provider()).ok_or_else(|| fail("no adapter"))?;
        let sent = adapter.read_sent(None, &body).map_err(fail)?;
        let lifted = offer.lift_sent(&sent[0]).map_err(fail)?;
        check_rows(&lifted).map_err(fail)?;
        let asked = arrived(read, &translation.ledger());
        prop_assert_eq!(without_size(json!(lifted.request)), asked);
        Ok(())
    });
}

/// The request as it arrived: moved leaves at the value that they moved to, others left out.
fn arrived(read: &Read<'_>, ledger: &[Row]) -> Value {
    let mut asked = json!(read.request);
    for row in ledger {
        let pointer = format!("/{}", row.field.replace('.', "/"));
        let Some(leaf) = Leaf::from_path(&row.field) else { continue };
        let Some(value) = asked.pointer_mut(&pointer) else { continue };
        match (row.outcome, &row.to) {
            (RowOutcome::Adjusted, Some(to)) => *value = to.clone(),
            (RowOutcome::Sent | RowOutcome::Converted, _) if leaf.is_media() => undeclared(value),
            (RowOutcome::Sent | RowOutcome::Converted, _) => {}
            _ => *value = Value::Null,
        }
    }
    let provider = read.case.subject.offer.provider();
    if let Some(options) = asked["provider_options"].as_object_mut() {
        options.retain(|name, _| name == provider);
    }
    let one = asked["sequential_count"] == 1 && !has_switch(read);
    if one {
        asked["sequential_count"] = Value::Null;
    }
    asked["kind"] = json!(read.case.subject.offer.kind());
    without_size(asked)
}

/// Whether a sequence of one has a form of its own.
fn has_switch(read: &Read<'_>) -> bool {
    read.case.subject.attribute("sequential_count", "as").is_some()
}

/// Nothing on the wire carries what was declared of a medium.
fn undeclared(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(undeclared),
        Value::Object(object) => *value = object["src"].clone(),
        _ => {}
    }
}

/// The request without the leaves that name a size, and without what is unset.
fn without_size(mut request: Value) -> Value {
    for leaf in ["size", "aspect_ratio", "resolution"] {
        request.as_object_mut().map(|request| request.shift_remove(leaf));
    }
    if let Some(scale) = request["guidance_scale"].as_f64() {
        request["guidance_scale"] = json!(scale);
    }
    prune(&mut request);
    request
}

fn prune(value: &mut Value) {
    if let Value::Object(object) = value {
        object.values_mut().for_each(prune);
        object.retain(|_, value| !is_unset(value));
    }
}

fn in_other_forms() -> impl Strategy<Value = (Case, Vec<usize>)> {
    (any_case(), prop::collection::vec(select((0..FORMS).collect::<Vec<_>>()), 1..4))
}

#[test]
fn every_form_that_the_vendor_takes_becomes_the_normal_form() {
    run(4000, &in_other_forms(), |(case, forms): (Case, Vec<usize>)| {
        let read = case.read();
        let Ok(translation) = read.translate() else { return Ok(()) };
        let normal = json!(translation.payload(0));
        let mut payload = normal.clone();
        for form in forms {
            other_form(form, &mut payload);
        }
        let lifted = lift(&case.subject.offer, &payload)?;
        if takes(&case, &payload) {
            // A schema takes any text for a medium.
            let mut broken =
                lifted.violations.iter().filter(|it| it.kind != ViolationKind::WrongMedia);
            prop_assert!(broken.next().is_none(), "{payload}: {:?}", lifted.violations);
        }
        prop_assert_eq!(again(&case.subject.offer, &lifted)?, normal, "of {}", payload);
        Ok(())
    });
}

/// Whether the vendor's own schema takes a payload.
fn takes(case: &Case, payload: &Value) -> bool {
    let body = match case.subject.offer.provider() {
        "runware" => json!([payload]),
        "replicate" => json!({ "input": payload }),
        _ => payload.clone(),
    };
    case.subject.refusals(body.to_string().as_bytes()).is_empty()
}

fn with_strangers() -> impl Strategy<Value = (Case, Vec<(String, Value)>)> {
    (any_case(), strange())
}

#[test]
fn no_key_of_any_payload_is_lost() {
    run(5000, &with_strangers(), |(case, strangers): (Case, Vec<(String, Value)>)| {
        let read = case.read();
        let Ok(translation) = read.translate() else { return Ok(()) };
        let mut payload = json!(translation.payload(0));
        // A payload without any key of the offer's is not read as its own.
        prop_assume!(!is_empty(&payload));
        let strangers: Map<String, Value> = strangers.into_iter().collect();
        payload.as_object_mut().into_iter().for_each(|payload| payload.extend(strangers.clone()));
        let lifted = lift(&case.subject.offer, &payload)?;
        let ledger = lifted.ledger();
        let kept = payload.as_object().into_iter().flatten();
        for (key, _) in kept.filter(|(_, value)| !is_empty(value)) {
            let is_below = |path: &str| path == key || path.starts_with(&format!("{key}."));
            let told = ledger.iter().any(|row| row.wire.iter().any(|path| is_below(path)));
            prop_assert!(told, "{key} of {payload} is in no row: {ledger:?}");
        }
        Ok(())
    });
}

/// Nothing but `null`, empty lists and empty objects.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.values().all(is_empty),
        value => is_unset(value),
    }
}
