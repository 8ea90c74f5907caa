//! The first recipe of CONTRIBUTING, followed to the letter: a new model takes one spec file, the
//! lab's file of the model if it is not there yet, and one golden file. Nothing in Rust is touched.

#![allow(clippy::unwrap_used)] // Each step is a test of its own.

use std::fs;
use std::path::{Path, PathBuf};

use genmux::{Catalog, Mode, Policy, Request, context};
use genmux_tests::golden::{self, Case};
use serde_json::json;

/// What the lab says of its model, wherever it is served: `models/acme/newmodel-1.json`.
const MODEL: &str = r#"{
  "name": "New Model 1",
  "kind": "image",
  "workflows": ["text-to-image", "image-to-image"],
  "source": "https://acme.example/newmodel",
  "since": "2026-11-01",
  "dated_by": "page",
  "default_tier": "1K",
  "default_ratio": "1:1",
  "sizes": [{ "tier": "1K", "entries": {"1:1": "1024x1024", "16:9": "1344x768"} }]
}"#;

/// How the provider spells and limits it: `runware/newmodel-1.json`.
const OFFER: &str = r#"{
  "lab": "acme",
  "vendor_id": "acme:1@1",
  "revisions": [
    {
      "since": "2026-11-01",
      "dated_by": "page",
      "source": "https://runware.example/acme-newmodel-1",
      "fields": {
        "prompt": { "to": "positivePrompt", "required": true, "chars": [1, 800] },
        "size": { "to": ["width", "height"], "table": true },
        "references.images": { "to": "inputs.referenceImages", "items": [null, 3] },
        "guidance_scale": { "to": "CFGScale", "min": 1, "max": 20, "default": 7 }
      }
    },
    {
      "since": "2026-11-15",
      "dated_by": "page",
      "source": "https://runware.example/acme-newmodel-1",
      "fields": { "guidance_scale": {"max": 10} }
    }
  ]
}"#;

/// Requests written by a person; what becomes of them is recorded in the same file.
const GOLDEN: &str = r#"[
  {
    "case": "every field",
    "request": {
      "prompt": "a fox",
      "aspect_ratio": "16:9",
      "references": {"images": ["https://a.example/fox.png"]},
      "seed": 7,
      "guidance_scale": 9.5
    },
    "policy": "strict",
    "as_of": "2026-11-20"
  },
  { "case": "too much guidance", "request": {"prompt": "a fox", "guidance_scale": 11}, "policy": "strict", "as_of": "2026-11-20" }
]"#;

const NAME: &str = "runware/newmodel-1";

/// Steps one and two: the lab's file and the provider's file, in a directory of their own.
fn written(test: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recipe").join(test);
    write(&root, "specs/models/acme/newmodel-1.json", MODEL);
    write(&root, "specs/runware/newmodel-1.json", OFFER);
    root
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Laid over the embedded files, as `--specs DIR` does.
fn catalog(root: &Path) -> Catalog {
    let catalog = Catalog::with_directory(&root.join("specs")).unwrap();
    assert_eq!(catalog.check(), []);
    catalog
}

fn request(json: &serde_json::Value) -> Request {
    Request::from_json(json.to_string().as_bytes()).unwrap()
}

#[test]
fn the_new_model_is_translated() {
    let offer = catalog(&written("translated")).offer(NAME).unwrap();
    let request = request(&json!({
        "prompt": "a fox", "aspect_ratio": "16:9", "guidance_scale": 9.5, "seed": 7,
        "references": { "images": ["https://a.example/fox.png"] }
    }));
    let context = context(&request);
    let translation = offer.translate(&request, &Policy::from(Mode::Strict), &context).unwrap();
    let mut payload = serde_json::to_value(translation.payload(0)).unwrap();
    payload.as_object_mut().unwrap().shift_remove("taskUUID").unwrap();
    let expected = json!({
        "taskType": "imageInference", "deliveryMethod": "async", "model": "acme:1@1",
        "positivePrompt": "a fox", "width": 1344, "height": 768, "CFGScale": 9.5, "seed": 7,
        "inputs": { "referenceImages": ["https://a.example/fox.png"] }
    });
    assert_eq!(payload, expected);
    assert_eq!(translation.expect().size, "1344x768".parse().ok());
}

#[test]
fn it_is_found_by_both_names_and_listed_among_the_others() {
    let catalog = catalog(&written("listed"));
    assert_eq!(catalog.offer("runware/acme:1@1").unwrap().name(), NAME);
    let offers = catalog.offers().unwrap();
    assert!(offers.iter().any(|offer| offer.name() == NAME && offer.lab() == "acme"));
    assert_eq!(offers.len(), Catalog::embedded().offers().unwrap().len() + 1);
    assert_ne!(catalog.digest(), Catalog::embedded().digest());
}

#[test]
fn it_is_compared_with_the_others() {
    let catalog = catalog(&written("compared"));
    let request = request(&json!({ "kind": "image", "prompt": "a fox", "guidance_scale": 9.5 }));
    let context = context(&request);
    let takes = |name: &str, mode: Mode| {
        let offer = catalog.offer(name).unwrap();
        offer.translate(&request, &Policy::from(mode), &context).is_ok()
    };
    assert!(takes(NAME, Mode::Strict));
    for other in ["runware/seedream-4.0", "scenario/seedream-4.5"] {
        assert!(!takes(other, Mode::Strict) && takes(other, Mode::Drop), "{other}");
    }
}

#[test]
fn its_limits_are_dated_like_all_others() {
    let catalog = catalog(&written("dated"));
    let guidance = |as_of: &str, value: u64| {
        let request = json!({ "prompt": "a fox", "guidance_scale": value });
        golden::ask(&catalog, NAME, as_of, "strict", &request).unwrap().violations.is_none()
    };
    assert!(guidance("2026-11-14", 20) && !guidance("2026-11-14", 21));
    assert!(guidance("2026-11-15", 10) && !guidance("2026-11-15", 11));
    assert!(catalog.as_of("2026-10-31".parse().unwrap()).offer(NAME).is_err());
}

#[test]
fn its_golden_file_is_recorded_and_checked() {
    let root = written("golden");
    let catalog = catalog(&root);
    // Step three: the golden file with its requests; UPDATE_GOLDEN=1 does what `record` does.
    write(&root, "golden/runware/newmodel-1.json", GOLDEN);
    let file = golden::file_of(&root.join("golden"), NAME);
    golden::record(&catalog, NAME, &file).unwrap();
    let cases = golden::read(&file).unwrap();
    assert_eq!(cases.len(), 2);
    for case in &cases {
        golden::check(&catalog, NAME, case).unwrap();
    }
    assert_eq!(cases[0].payload.as_ref().unwrap()["width"], 1344);
    let violation = &cases[1].violations.as_ref().unwrap()[0];
    assert_eq!(violation["message"], "guidance_scale 11 is above 10; accepted 1 to 10");

    // A golden is a claim: when the limit changes, the check fails and shows the line.
    write(&root, "specs/runware/newmodel-1.json", &OFFER.replace("\"max\": 10", "\"max\": 9"));
    let catalog = Catalog::with_directory(&root.join("specs")).unwrap();
    let failure = golden::check(&catalog, NAME, &cases[0]).unwrap_err().to_string();
    assert!(failure.contains("runware/newmodel-1, every field"), "{failure}");
    assert!(failure.contains("+ ") && failure.contains("above_maximum"), "{failure}");
}

#[test]
fn a_case_that_was_never_recorded_fails() {
    let catalog = catalog(&written("unrecorded"));
    let cases: Vec<Case> = serde_json::from_str(GOLDEN).unwrap();
    assert!(golden::check(&catalog, NAME, &cases[0]).is_err());
}

#[test]
fn laying_a_file_over_an_embedded_one_changes_its_limit() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recipe").join("overlaid");
    let path = "runware/seedance-1.0-pro-fast.json";
    let embedded = Catalog::embedded();
    let text = embedded.file(path).unwrap();
    write(&root, &format!("specs/{path}"), &text.replace("\"max\": 12,", "\"max\": 11,"));
    let overlaid = catalog(&root);
    let takes = |catalog: &Catalog, seconds: u64| {
        let request = json!({ "prompt": "a fox", "duration": seconds });
        let name = path.trim_end_matches(".json");
        golden::ask(catalog, name, "2026-03-13", "strict", &request).unwrap().violations.is_none()
    };
    assert!(takes(&embedded, 12) && !takes(&overlaid, 12) && takes(&overlaid, 11));
    assert_eq!(overlaid.names().count(), embedded.names().count());
}
