//! `genmux spec impact`.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{Run, genmux};

fn impact(args: &[&str], input: &str) -> Run {
    genmux(&[&["spec", "impact"], args].concat(), input)
}

/// Compares with a file; `UPDATE_GOLDEN=1` writes it.
#[track_caller]
fn golden(name: &str, text: &str) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    } else {
        assert_eq!(text, fs::read_to_string(path).unwrap());
    }
}

const EXAMPLES: [&str; 6] = [
    "examples/clip.json",
    "examples/first-frame.json",
    "examples/product-shot.json",
    "examples/sequence.json",
    "examples/storyboard.json",
    "examples/many.jsonl",
];

#[test]
fn impact_on_the_examples_names_exactly_what_changed() {
    let dates = ["--from", "2026-03-13", "--to", "2026-11-21"];
    let run = impact(&[&EXAMPLES[..], &dates].concat(), "");
    golden("impact.txt", &format!("{}{}exit {}\n", run.out, run.err, run.code));
}

#[test]
fn requests_that_nothing_became_of_end_with_0() {
    let request = r#"{"prompt": "a paper boat", "duration": 5, "size": "864x480"}"#;
    let args = ["-", "--from", "2026-03-13", "--offer", "runware/seedance-1.0-pro"];
    let run = impact(&args, request);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    assert_eq!(run.err, "1 request: 0 refused now, 0 moved, 0 dearer, 0 newly accepted\n");
}

#[test]
fn what_is_newly_taken_is_only_counted() {
    let request = r#"{"prompt": "a paper boat", "duration": 8}"#;
    let args = ["-", "--from", "2025-11-01", "--offer", "runware/seedance-1.0-pro"];
    let run = impact(&args, request);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(run.err.ends_with("1 newly accepted\n"), "{}", run.err);
}

#[test]
fn what_is_only_known_now_is_counted_and_no_finding() {
    let request = r#"{"kind": "image", "prompt": "a paper boat"}"#;
    let args = ["-", "--from", "2026-03-13", "--to", "2026-07-29"];
    let run = impact(&[&args[..], &["--offer", "scenario/seedream-5.0-lite"]].concat(), request);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    assert!(run.err.ends_with("0 newly accepted, 1 better known\n"), "{}", run.err);
}

#[test]
fn a_range_before_the_first_revision_is_told() {
    let run =
        impact(&["-", "--from", "2026-11-21", "--to", "2020-01-01"], r#"{"prompt": "a boat"}"#);
    assert!(
        run.err.contains("--to 2020-01-01: none of these offers was there yet\n"),
        "{}",
        run.err
    );
    assert!(!run.err.contains("--from 2026-11-21: none"), "{}", run.err);
}

#[test]
fn paths_that_moved_stand_together_in_json() {
    let dates = ["examples/sequence.json", "--from", "2026-03-13", "--to", "2026-11-21", "--json"];
    let answer = impact(&dates, "").json();
    let old = "providerSettings.bytedance.maxSequentialImages";
    let wire = json!([{"from": [old], "to": ["settings.maxSequentialImages"]}]);
    let changes = &answer["found"][0]["changes"];
    assert_eq!((&changes[0]["change"], &changes[0]["wire"]), (&json!("moved"), &wire));
}

#[test]
fn what_is_refused_now_is_named_with_its_line_and_limit() {
    let requests =
        "{\"prompt\": \"a\", \"duration\": 5}\n\n{\"prompt\": \"a boat\", \"duration\": 8}\n";
    let both =
        ["--from", "2026-03-13", "--to", "2025-11-01", "--offer", "runware/seedance-1.0-pro"];
    let run = impact(&[&["-"], &both[..]].concat(), requests);
    assert_eq!(run.code, 1);
    let refused = "-:3: runware/seedance-1.0-pro: refused: duration 8 is not among the accepted values; accepted 5, 10\n";
    assert_eq!(run.out, refused);
    let answer = impact(&[&["-", "--json"], &both[..]].concat(), requests).json();
    assert_eq!(answer["counts"]["refused"], 1);
    assert_eq!(answer["found"][0]["line"], 3);
    assert_eq!(answer["found"][0]["changes"][0]["violations"][0]["field"], "duration");
}

#[test]
fn bad_lines_stand_in_their_place_and_the_rest_is_done() {
    let boat = "{\"prompt\": \"a boat\", \"duration\": 8}\n";
    let requests = format!("{boat}{{\"secunds\": 3}}\n{boat}");
    let run = impact(&["-", "--from", "2026-03-13", "--to", "2025-11-01"], &requests);
    assert_eq!(run.code, 2);
    let places: Vec<&str> = run.out.lines().map(|line| &line[..4]).collect();
    assert_eq!(places.iter().filter(|place| **place == "-:2:").count(), 1, "{}", run.out);
    assert!(places.contains(&"-:1:") && places.contains(&"-:3:") && places.is_sorted());
    assert!(run.out.contains("-:2: unreadable: "), "{}", run.out);
}

#[test]
fn a_request_that_leaves_its_kind_open_is_asked_of_every_offer() {
    let dates = ["-", "--from", "2026-11-21", "--to", "2025-11-01"];
    let run = impact(&dates, r#"{"prompt": "a paper boat"}"#);
    for offer in ["replicate/seedance-1.0-pro", "replicate/seedream-4.0"] {
        let says = format!("{offer}: refused: {offer} is not offered on 2025-11-01; its first");
        assert!(run.out.contains(&says), "{}", run.out);
    }
    let hint =
        "--from 2026-11-21 is later than --to 2025-11-01: this tells what going back means\n";
    assert!(run.err.contains(hint), "{}", run.err);
}

#[test]
fn specs_of_one_team_are_compared_as_directories() {
    let folder = tempfile::tempdir().unwrap();
    let path = "runware/seedance-1.0-pro.json";
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../provider-specs").join(path);
    let mut file: Value = serde_json::from_str(&fs::read_to_string(own).unwrap()).unwrap();
    file["revisions"][2]["fields"]["duration"] = json!({"max": 6});
    fs::create_dir(folder.path().join("runware")).unwrap();
    fs::write(folder.path().join(path), file.to_string()).unwrap();
    let request = r#"{"prompt": "a paper boat", "duration": 8}"#;
    let directory = folder.path().to_str().unwrap();
    let run = impact(&["-", "--from", "2026-11-21", "--to", directory], request);
    let refused =
        "-:1: runware/seedance-1.0-pro: refused: duration 8 is above 6; accepted 1.2 to 6\n";
    assert_eq!((run.code, run.out.as_str()), (1, refused), "{}", run.err);
}

#[test]
fn impact_needs_days_or_directories_and_offers_that_exist() {
    let neither = impact(&["-", "--from", "yesterday"], "");
    assert_eq!(neither.code, 2);
    assert!(neither.err.contains("neither a date nor a directory"), "{}", neither.err);
    let unknown = impact(&["-", "--from", "2026-03-13", "--offer", "runware/seedance-1.0-por"], "");
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("did you mean runware/seedance-1.0-pro?"), "{}", unknown.err);
}
