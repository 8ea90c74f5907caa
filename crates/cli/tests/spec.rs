//! `genmux spec diff`, `new` and `impact`.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::{Run, Sandbox, genmux, genmux_with};

const SCHEMA: &str = r#"{"required": ["prompt"], "properties": {
    "prompt": {"type": "string"}, "image": {"type": "string", "format": "uri"},
    "end_frame": {"type": "string", "format": "uri"},
    "duration": {"type": "integer", "minimum": 2, "maximum": 10, "default": 5},
    "resolution": {"enum": ["480p", "720p", "1080p"], "default": "1080p"},
    "aspect_ratio": {"enum": ["16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "9:21"], "default": "16:9"},
    "fps": {"enum": [24], "default": 24}, "seed": {"type": "integer"}}}"#;

fn diff(args: &[&str], schema: &str) -> Run {
    let whole =
        ["spec", "diff", "replicate/seedance-1.0-pro", "--schema", "-", "--since", "2027-01-01"];
    genmux(&[&whole, args].concat(), schema)
}

#[test]
fn a_removed_a_renamed_and_a_narrowed_field_are_named() {
    let run = diff(&[], SCHEMA);
    assert_eq!(run.code, 1);
    let lines: Vec<&str> = run.out.lines().take(4).collect();
    assert_eq!(
        lines,
        [
            "narrowed duration: at most 12 is now at most 10",
            "renamed frames.last (end_frame): last_frame_image is gone and end_frame, of equal type and limits, is new: perhaps renamed",
            "removed camera_fixed: is in the vendor's schema no more",
            "",
        ]
    );
    let add: Value = serde_json::from_str(&run.out[run.out.find('{').unwrap()..]).unwrap();
    assert_eq!(
        add,
        json!({"since": "2027-01-01", "dated_by": "schema",
            "source": "https://api.replicate.com/v1/models/bytedance/seedance-1-pro",
            "fields": {"duration": {"max": 10}, "frames.last": {"to": "end_frame"}, "camera_fixed": null}})
    );
    assert_eq!(run.err, "3 differences; 0 facts of the spec are not stated\n");
}

#[test]
fn differences_are_json_for_programs_and_the_revision_ends_them() {
    let run = diff(&["--json"], SCHEMA);
    let answer = run.json();
    assert_eq!((run.code, answer["differences"].as_array().unwrap().len()), (1, 3));
    assert_eq!(answer["differences"][0]["kind"], "narrowed");
    let folder = tempfile::tempdir().unwrap();
    let path = "replicate/seedance-1.0-pro.json";
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../provider-specs").join(path);
    let mut file: Value = serde_json::from_str(&fs::read_to_string(own).unwrap()).unwrap();
    file["revisions"].as_array_mut().unwrap().push(answer["add"].clone());
    fs::create_dir(folder.path().join("replicate")).unwrap();
    fs::write(folder.path().join(path), file.to_string()).unwrap();
    let specs = folder.path().to_str().unwrap();
    assert_eq!(genmux(&["spec", "check", specs], "").code, 0);
    let healed = diff(&["--specs", specs], SCHEMA);
    assert_eq!((healed.code, healed.out.as_str()), (0, ""), "{}", healed.err);
}

#[test]
fn what_is_not_stated_is_counted_and_listed_when_asked_for() {
    let schema = SCHEMA.replace(r#""maximum": 10, "default": 5"#, r#""default": 5"#);
    assert!(diff(&[], &schema).err.contains("1 fact of the spec is not stated (--all lists them)"));
    let all = diff(&["--all"], &schema);
    assert!(all.out.contains("unstated duration: at most 12 is not stated\n"), "{}", all.out);
}

#[test]
fn a_revision_of_the_newest_ones_day_is_told() {
    let run = diff(&["--as-of", "2026-11-20"], SCHEMA);
    assert!(!run.err.contains("newest revision"), "{}", run.err);
    let args =
        ["spec", "diff", "replicate/seedance-1.0-pro", "--schema", "-", "--since", "2026-11-20"];
    let run = genmux(&args, SCHEMA);
    assert!(run.err.contains("the newest revision is of 2026-11-20"), "{}", run.err);
}

#[test]
fn what_cannot_be_compared_ends_with_2() {
    assert_eq!(diff(&[], "no json").code, 2);
    let run = diff(&[], "{}");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("the document holds no latest_version.openapi_schema"), "{}", run.err);
    assert_eq!(genmux(&["spec", "diff", "replicate/seedance-1.0-pro"], "").code, 2);
    let keyless = genmux(&["spec", "diff", "replicate/seedance-1.0-pro", "--live"], "");
    assert_eq!(keyless.code, 2);
    assert!(keyless.err.contains("there is no key: set REPLICATE_API_TOKEN"), "{}", keyless.err);
}

/// The variables under which the three vendors are played.
fn played(sandbox: &Sandbox) -> Vec<(&'static str, &str)> {
    vec![
        ("RUNWARE_BASE_URL", &sandbox.urls[0]),
        ("REPLICATE_BASE_URL", &sandbox.urls[1]),
        ("SCENARIO_BASE_URL", &sandbox.urls[2]),
        ("REPLICATE_API_TOKEN", "sandbox"),
        ("SCENARIO_SDK_API_KEY", "sandbox"),
        ("SCENARIO_SDK_API_SECRET", "sandbox"),
    ]
}

#[test]
fn the_sandbox_publishes_every_offer_as_its_spec_has_it() {
    let sandbox = Sandbox::start();
    let offers = genmux(&["models", "--json"], "").json();
    let mut found = Vec::new();
    for offer in offers.as_array().unwrap() {
        let name = format!("{}/{}", offer["provider"], offer["model"]).replace('"', "");
        let run = genmux_with(&played(&sandbox), &["spec", "diff", &name, "--live"], "");
        if run.code != 0 {
            found.push(format!("{name}: {}{}", run.out, run.err));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_model_that_the_vendor_does_not_know_ends_with_3() {
    let sandbox = Sandbox::start();
    for (provider, id) in [("runware", "a:1@1"), ("replicate", "a/b"), ("scenario", "model_a-b")] {
        let run = genmux_with(&played(&sandbox), &["spec", "new", provider, id, "--live"], "");
        assert_eq!(run.code, 3);
        assert!(run.err.contains("the vendor answered HTTP 404"), "{}", run.err);
    }
}

#[test]
fn a_draft_is_a_spec_that_translates() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().to_str().unwrap();
    let new = ["spec", "new", "replicate", "acme/clip-2", "--schema", "-", "--since", "2027-01-01"];
    let schema = SCHEMA.replace(r#""seed""#, r#""mood": {"type": "string"}, "seed""#);
    let printed = genmux(&new, &schema);
    assert_eq!(printed.code, 0);
    let option = "2 options, for which requests have no field: end_frame, mood\n";
    assert!(printed.err.contains(option), "{}", printed.err);
    assert!(printed.err.contains("models/acme/clip-2.json is wanted as well"), "{}", printed.err);
    let written = genmux(&[&new[..], &["--out", specs]].concat(), &schema);
    assert_eq!((written.code, written.out.lines().count()), (0, 2), "{}", written.err);
    assert_eq!(genmux(&["spec", "check", specs], "").code, 0);
    let request = r#"{"prompt": "a paper boat", "duration": 7, "seed": 3}"#;
    let to = ["--specs", specs, "translate", "-", "--to", "replicate/clip-2", "--payload-only"];
    let run = genmux(&to, request);
    assert_eq!(run.json(), json!({"prompt": "a paper boat", "duration": 7, "seed": 3}));
    let again = genmux(&[&new[..], &["--out", specs]].concat(), &schema);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("cannot write"), "{}", again.err);
}
