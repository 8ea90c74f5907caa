//! Vendors that would drive the terminal of their user.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod support;
#[path = "../../../tests/suites/hostile/vendor.rs"]
mod vendor;

use std::io::Write;

use serde_json::{Value, json};

use support::{Run, genmux_with};
use vendor::{Answer, Asked, Role, Step, Vendor, answer, whole};

/// Clears the screen, sets a title, begins a line of its own, turns the direction.
const NASTY: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\ngenmux: all is well\u{202e}exe\u{9b}31m\u{7f}";

const REQUEST: &str = r#"{"prompt": "a boat", "resolution": "480p", "duration": 4}"#;

/// Generates at Replicate, lists the jobs, and sees to it that nothing drives the terminal.
fn play(job: &str, wrong: Vec<(Step, Box<Answer>)>) -> [Run; 3] {
    let role = Role { job: job.to_owned(), ..Role::of("replicate") };
    let vendor = Vendor::start(role, wrong, Vendor::plain());
    let url = format!("http://127.0.0.1:{}", vendor.port);
    let folder = tempfile::tempdir().unwrap();
    let (out, journal) = (folder.path().join("out"), folder.path().join("journal.db"));
    let variables = [
        ("REPLICATE_BASE_URL", url.as_str()),
        ("REPLICATE_API_TOKEN", "a-key"),
        ("GENMUX_JOURNAL", journal.to_str().unwrap()),
    ];
    let offer = "replicate/seedance-2.0-fast";
    let args = ["generate", "-", "--to", offer, "--json", "--out", out.to_str().unwrap()];
    let args = [&args[..], &["--deadline", "20s"]].concat();
    let runs = [
        genmux_with(&variables, &args, REQUEST),
        genmux_with(&variables, &["jobs"], ""),
        genmux_with(&variables, &["jobs", "--json"], ""),
    ];
    for text in runs.iter().flat_map(|run| [&run.out, &run.err]) {
        let drives =
            |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!text.contains(drives), "{text:?}");
        assert!(!text.contains("\ngenmux: all is well"), "{text}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count().min(2), 2);
    assert!(vendor.charges() <= 1);
    runs
}

#[test]
fn no_escape_of_a_vendor_reaches_the_terminal() {
    let refusal = json!({ "title": NASTY, "detail": NASTY, "invalid_fields": [{ "type": NASTY,
        "field": NASTY, "description": NASTY }] });
    let refuses = move |_: &Asked, out: &mut dyn Write| {
        out.write_all(&answer("422 No", refusal.to_string().as_bytes()))
    };
    let [run, ..] = play("job_1", vec![(Step::Submit, Box::new(refuses))]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.err.contains("all is well"), "the words are told: {}", run.err);
    let failure = json!({ "id": "job_1", "status": "failed", "error": NASTY, "logs": NASTY });
    let fails =
        move |_: &Asked, out: &mut dyn Write| out.write_all(&whole(failure.to_string().as_bytes()));
    let [run, jobs, _] = play("job_1", vec![(Step::Poll, Box::new(fails))]);
    assert!(run.err.contains("all is well") && jobs.out.contains("all is well"), "{}", jobs.out);
}

#[test]
fn no_id_of_a_vendor_drives_the_terminal() {
    let [run, jobs, json] = play(NASTY, Vec::new());
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.json()["job"], NASTY, "JSON means what the vendor said");
    let listed: Value = json.json();
    assert_eq!(listed[0]["job"], NASTY);
    assert!(jobs.out.contains("\\u001b[2J"), "{}", jobs.out);
}
