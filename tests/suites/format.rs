//! What the spec format can say and no embedded spec says yet, on a made-up model.

#![allow(clippy::unwrap_used)] // A made-up spec that cannot be read should stop the test.

use std::borrow::Cow;

use genmux::{Mode, Policy, Request, context};
use serde_json::{Value, json};

const MODEL: &str = r#"{
  "name": "Format 1", "kind": "video", "workflows": ["text-to-video"],
  "source": "https://lab.example/format", "since": "2026-01-01", "dated_by": "page",
  "default_ratio": "16:9",
  "limits": {
    "duration": { "min": 4, "source": "https://lab.example/floor", "since": "2026-06-01",
                  "dated_by": "page", "stage": "run" },
    "size": { "min": 921600, "source": "https://lab.example/floor", "since": "2026-06-01",
              "dated_by": "page", "stage": "run" }
  }
}"#;

const OFFER: &str = r#"{
  "lab": "acme", "vendor_id": "acme:format@1",
  "revisions": [{
    "since": "2026-01-01", "dated_by": "page", "source": "https://vendor.example/format",
    "fields": {
      "prompt": { "to": "positivePrompt", "required": true, "tags": "at" },
      "size": { "to": ["width", "height"], "width": [256, 2048], "height": [256, 2048],
                "tiers": ["480p", "720p", "1080p"] },
      "duration": { "to": "duration", "min": 1, "max": 15 },
      "frames.first": { "to": "image" },
      "references.images": { "to": "referenceImages" },
      "references.videos": { "to": "referenceVideos" }
    },
    "rules": {
      "ratio_of_the_frame": { "rule": "no_effect", "field": "aspect_ratio", "with": ["frames"] }
    }
  }]
}"#;

fn catalog(day: &str) -> genmux_core::Catalog {
    let provider = genmux_specs::files().iter().find(|(path, _)| *path == "runware/provider.json");
    let files = [
        ("runware/provider.json", provider.map_or("", |(_, text)| text)),
        ("models/acme/format-1.json", MODEL),
        ("runware/format-1.json", OFFER),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), Cow::Owned(text.to_owned())));
    genmux_core::Catalog::new(files).as_of(day.parse().unwrap())
}

/// The payload, or the violations, of a request on a day under a policy.
fn answer(day: &str, mode: Mode, request: &Value) -> Result<Value, Vec<Value>> {
    let catalog = catalog(day);
    let offer = catalog.offer("runware/format-1").unwrap();
    let request = Request::from_json(request.to_string().as_bytes()).unwrap();
    let context = context(&request);
    match offer.translate(&request, &Policy::from(mode), &context) {
        Ok(translation) => Ok(json!(translation.payload(0))),
        Err(rejection) => Err(rejection.violations().iter().map(|v| json!(v)).collect()),
    }
}

fn check_refused(day: &str, request: &Value, field: &str, kind: &str, stage: Option<&str>) {
    let violations = answer(day, Mode::Strict, request).unwrap_err();
    assert_eq!(violations.len(), 1, "{violations:?}");
    let found = (&violations[0]["field"], &violations[0]["kind"], &violations[0]["stage"]);
    assert_eq!(found, (&json!(field), &json!(kind), &json!(stage)), "{violations:?}");
}

#[test]
fn the_made_up_spec_has_no_mistake() {
    assert_eq!(catalog("2026-07-01").check(), []);
}

#[test]
fn an_upstream_floor_narrows_from_its_day_on_and_says_when_it_is_enforced() {
    let short = json!({ "prompt": "a boat", "duration": 2 });
    assert!(answer("2026-05-31", Mode::Strict, &short).is_ok());
    check_refused("2026-06-01", &short, "duration", "below_minimum", Some("run"));
    assert_eq!(answer("2026-06-01", Mode::Fit, &short).unwrap()["duration"], 4);
    let long = json!({ "prompt": "a boat", "duration": 16 });
    check_refused("2026-06-01", &long, "duration", "above_maximum", None);
}

#[test]
fn an_upstream_area_narrows_free_sides() {
    let small = json!({ "kind": "video", "prompt": "a boat", "size": "640x360" });
    assert!(answer("2026-05-31", Mode::Strict, &small).is_ok());
    check_refused("2026-06-01", &small, "size", "below_minimum", Some("run"));
    let fitted = answer("2026-06-01", Mode::Fit, &small).unwrap();
    assert_eq!((&fitted["width"], &fitted["height"]), (&json!(1280), &json!(720)));
}

#[test]
fn what_the_vendor_ignores_is_never_sent() {
    let request = json!({
        "prompt": "a boat", "aspect_ratio": "1:1", "resolution": "720p",
        "frames": { "first": "https://a.example/boat.png" }
    });
    check_refused("2026-05-31", &request, "aspect_ratio", "no_effect", None);
    let dropped = answer("2026-05-31", Mode::Drop, &request).unwrap();
    assert_eq!((&dropped["width"], &dropped["height"]), (&json!(1280), &json!(720)));
}

#[test]
fn tags_are_written_in_the_form_of_the_offer() {
    let request = json!({
        "prompt": "[Image1] sails past [Video1], not [Image 1]",
        "references": { "images": ["https://a.example/b.png"], "videos": ["https://a.example/c.mp4"] }
    });
    let payload = answer("2026-05-31", Mode::Strict, &request).unwrap();
    assert_eq!(payload["positivePrompt"], "@image1 sails past @video1, not [Image 1]");
    let dangling = json!({ "kind": "video", "prompt": "[Audio1] hums" });
    let violations = answer("2026-05-31", Mode::Strict, &dangling).unwrap_err();
    assert_eq!(violations[0]["kind"], "requires");
}
