//! `genmux models`: the matrix, one offer in full, and what programs read.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is a failed test.

mod support;

use serde_json::Value;
use support::{SEEDREAM, genmux};

fn names(args: &[&str]) -> Vec<String> {
    let run = genmux(&[&["models", "--json"], args].concat(), "");
    assert_eq!(run.code, 0, "{}", run.err);
    let name = |offer: &Value| {
        let part = |key: &str| offer[key].as_str().unwrap().to_owned();
        format!("{}/{}", part("provider"), part("model"))
    };
    run.json().as_array().unwrap().iter().map(name).collect()
}

#[test]
fn the_matrix_has_a_line_a_model_and_a_column_a_vendor() {
    let run = genmux(&["models"], "");
    let head = run.out.lines().next().unwrap();
    let columns: Vec<&str> = head.split_whitespace().collect();
    assert_eq!(columns, ["MODEL", "KIND", "REPLICATE", "RUNWARE", "SCENARIO"]);
    let line = |model: &str| {
        let line = run.out.lines().find(|line| line.starts_with(&format!("{model} ")));
        line.unwrap_or_else(|| panic!("{model} in {}", run.out)).to_owned()
    };
    assert!(line("seedance-1.0-lite").contains("retired 2026-06-23"));
    assert!(line("dreamina-3.1").contains(" -  "));
    let vendors =
        |line: &&str| line.split_whitespace().skip(2).filter(|cell| cell.len() > 9).count();
    let several = run.out.lines().skip(1).filter(|line| vendors(line) > 1);
    assert!(several.count() >= 11, "{}", run.out);
    let one = genmux(&["models", "--provider", "runware"], "");
    assert!(!one.out.contains("SCENARIO") && !one.out.contains("dreamina"));
}

#[test]
fn offers_are_found_by_what_they_take() {
    let found = names(&["--takes", "frames.last,references.audios"]);
    assert!(found.contains(&"replicate/seedance-2.0".to_owned()), "{found:?}");
    assert!(!found.contains(&"runware/seedance-1.0-pro".to_owned()), "{found:?}");
    assert!(names(&["--takes", "guidance_scale"]).iter().all(|name| !name.contains("2.0")));
    let frames = names(&["--takes", "frames"]);
    assert!(frames.len() > names(&["--takes", "frames.last"]).len());
    // What an offer does anyway is no choice.
    assert!(!names(&["--takes", "fps"]).contains(&"runware/seedance-1.0-pro".to_owned()));
}

#[test]
fn one_offer_is_shown_with_units_rules_sizes_and_sources() {
    let run = genmux(&["models", "replicate/seedance-2.0"], "");
    for said in [
        "duration              4 to 15 seconds, whole, or auto; default 5",
        "frames.last needs frames.first",
        "references.audios     up to 3 sounds, up to 15 s together",
        "references by [Image1], [Video1], [Audio1]",
        "9:16 1080x1920, 21:9 2206x946 [3]",
        "enforced when run",
        "https://replicate.com/bytedance/seedance-2.0/api/schema, 2026-10-05",
    ] {
        assert!(run.out.contains(said), "{said}\n{}", run.out);
    }
    assert!(run.out.lines().all(|line| line.chars().count() <= 120), "{}", run.out);
}

#[test]
fn programs_read_sets_ranges_and_flags() {
    let listed = genmux(&["models", "runware/seedance-1.0-pro", "--json"], "").json();
    let fields = &listed[0]["capability"]["fields"];
    assert_eq!(fields["duration"]["form"], "range");
    assert_eq!((&fields["duration"]["min"], &fields["duration"]["max"]), (&1.2.into(), &12.into()));
    assert_eq!(fields["duration"]["unit"], "seconds");
    assert_eq!(fields["resolution"]["form"], "enum");
    assert_eq!(fields["camera_fixed"]["form"], "boolean");
    assert_eq!(fields["fps"]["fixed"], true);
    assert!(fields["duration"]["sources"][0]["page"].is_string());
    assert!(!listed[0]["limits"].is_null());
}

#[test]
fn one_offer_has_a_schema_and_a_type() {
    let schema = genmux(&["models", SEEDREAM, "--json-schema"], "").json();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["x-unchecked"]["media_bytes"].is_string());
    let dated = genmux(&["models", SEEDREAM, "--json-schema", "--as-of", "2026-03-13"], "").json();
    assert_eq!(dated["title"], "runware/seedream-4.0 as of 2025-10-27");
    let run = genmux(&["models", SEEDREAM, "--typescript"], "");
    assert!(run.out.contains("export interface RunwareSeedream40 {"), "{}", run.out);
}

#[test]
fn wrong_usage_is_told_with_the_way_out() {
    let check = |args: &[&str], said: &str| {
        let run = genmux(&[&["models"], args].concat(), "");
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(said), "{args:?}: {}", run.err);
    };
    check(&["--json-schema"], "OFFER");
    check(&["--typescript"], "OFFER");
    check(&[SEEDREAM, "--json-schema", "--typescript"], "cannot be used with");
    check(&["--takes", "last_frame"], "frames.last");
    check(&["--model", "seedance"], "genmux models lists all");
    check(&[SEEDREAM, "--takes", "duration"], "--takes");
}
