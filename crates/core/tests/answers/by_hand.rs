//! What a struct literal can say and JSON cannot.

use genmux_core::{Context, Leaf, Media, Mode, Policy, Request, RowOutcome, TaskKey, Violation};
use serde_json::{Map, Value, json};

use super::group::made;

/// What a made-up offer answers: the outcome of one row, or the violations.
fn answer(fields: &Value, request: &Request, leaf: Leaf) -> Result<RowOutcome, Vec<Violation>> {
    let offer = json!({ "fields": fields }).as_object().cloned().unwrap();
    let offer = made(&Map::new(), &Map::new(), &offer);
    let context = Context::new(TaskKey::derived(b"request"));
    match offer.translate(request, &Policy::from(Mode::Strict), &context) {
        Ok(translation) => {
            let rows = translation.ledger();
            Ok(rows.iter().find(|row| row.field == leaf.path()).unwrap().outcome)
        }
        Err(rejection) => Err(rejection.violations().to_vec()),
    }
}

#[test]
fn a_scale_that_is_no_number_is_refused() {
    let fields = json!({ "prompt": { "to": "text" }, "guidance_scale": { "to": "scale" } });
    for (scale, accepted) in [(7.5, true), (f64::NAN, false), (f64::INFINITY, false)] {
        let mut request = Request::video("a");
        request.guidance_scale = Some(scale);
        let told = answer(&fields, &request, Leaf::GuidanceScale);
        assert_eq!(told.is_ok(), accepted, "{scale}: {told:?}");
    }
}

#[test]
fn bytes_in_memory_take_another_form() {
    let mut request = Request::video("a");
    request.references.images = vec![Media::bytes(vec![1, 2, 3], "image/png")];
    let fields = json!({ "prompt": { "to": "text" }, "references.images": { "to": "images" } });
    assert_eq!(answer(&fields, &request, Leaf::Images), Ok(RowOutcome::Converted));
}

#[test]
fn what_is_not_safe_to_show_is_not_even_null() {
    let mut request = Request::video("a");
    request.references.images = vec![Media::bytes(vec![1], "image/png")];
    request.delivery.webhook_url = Some("https://a.example/hook".to_owned());
    let told = answer(&json!({ "seed": { "to": "seed", "required": true } }), &request, Leaf::Seed);
    let told = told.unwrap_err();
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told.iter().all(|violation| violation.actual.is_none()), "{told:?}");
}
