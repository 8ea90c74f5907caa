//! `genmux jobs`, `resume` and `cancel`: processes that end, and others that go on.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.
#![cfg(unix)] // They end by signals.

mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Run, SEEDREAM, Sandbox, genmux_with, interrupted};
use tempfile::TempDir;

const PICTURE: &str = r#"{"kind":"image","prompt":"a paper boat","size":"1024x1024"}"#;
const CLIP: &str = r#"{"prompt":"a paper boat","duration":5,"resolution":"480p"}"#;
const SEEDANCE: &str = "replicate/seedance-2.0-fast";

/// Three vendors, a journal and a folder of outputs.
struct Desk {
    sandbox: Sandbox,
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { sandbox: Sandbox::start(), folder: tempfile::tempdir().unwrap() }
    }

    fn out(&self) -> PathBuf {
        let out = self.folder.path().join("out");
        std::fs::create_dir_all(&out).unwrap();
        out
    }

    fn variables(&self) -> Vec<(String, String)> {
        let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let journal = self.folder.path().join("journal.db");
        vec![
            text("RUNWARE_BASE_URL", &self.sandbox.urls[0]),
            text("RUNWARE_API_KEY", "a-key"),
            text("REPLICATE_BASE_URL", &self.sandbox.urls[1]),
            text("REPLICATE_API_TOKEN", "a-key"),
            text("GENMUX_JOURNAL", journal.to_str().unwrap()),
            text("GENMUX_LEASE", "1s"),
        ]
    }

    fn genmux(&self, args: &[&str], input: &str) -> Run {
        self.with(|variables| genmux_with(variables, args, input))
    }

    fn with<T>(&self, work: impl FnOnce(&[(&str, &str)]) -> T) -> T {
        let variables = self.variables();
        let variables: Vec<_> = variables.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        work(&variables)
    }

    /// Runs a request until it is interrupted, as soon as its manifest is there.
    fn interrupted(&self, request: &str, offer: &str, more: &[&str]) -> Run {
        let out = self.out();
        let args = ["generate", "-", "--to", offer, "--out", out.to_str().unwrap()];
        let args = [&args[..], more].concat();
        self.with(|variables| interrupted(variables, &args, request, &out))
    }

    /// Runs a request whose reply is lost before it arrives, under the key `lost`.
    fn lost(&self) {
        self.sandbox.fault(r#"[{"step":"submit","times":0,"fault":{"kind":"reset_before"}}]"#);
        let out = self.out();
        let out = out.to_str().unwrap();
        let args = ["generate", "-", "--to", SEEDANCE, "--out", out, "--idempotency-key", "lost"];
        let run = self.genmux(&args, CLIP);
        assert_eq!(run.code, 3, "{}", run.err);
        assert!(run.err.contains("ambiguous"), "{}", run.err);
        self.sandbox.fault("[]");
        assert_eq!(self.job()["state"], "ambiguous");
    }

    /// The only job of the journal.
    fn job(&self) -> Value {
        let run = self.genmux(&["jobs", "--json"], "");
        assert_eq!(run.code, 0, "{}", run.err);
        let jobs = run.json();
        assert_eq!(jobs.as_array().unwrap().len(), 1, "{jobs}");
        jobs[0].clone()
    }
}

fn is_there(run: &Run) {
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.lines().count() > 0 && run.out.lines().all(|line| Path::new(line).is_file()));
}

const SLOW: &str = r#"[{"step":"submit","times":0,"fault":{"kind":"slow","ms":3000}}]"#;

#[test]
fn an_interrupted_job_is_listed_and_gone_on_with() {
    let desk = Desk::new();
    desk.sandbox.fault(SLOW);
    assert_eq!(desk.interrupted(PICTURE, SEEDREAM, &[]).code, 130);
    let job = desk.job();
    assert_eq!((&job["offer"], &job["held"]), (&SEEDREAM.into(), &false.into()), "{job}");
    let table = desk.genmux(&["jobs"], "").out;
    assert!(table.starts_with("JOB"), "{table}");
    assert!(table.contains(&format!("genmux resume {}", job["job"].as_str().unwrap())), "{table}");
    is_there(&desk.genmux(&["resume"], ""));
    assert_eq!(desk.job()["state"], "succeeded");
    // Again, by the beginning of its name: what is there is shown.
    let name = &job["job"].as_str().unwrap()[..8];
    is_there(&desk.genmux(&["resume", name], ""));
}

#[test]
fn an_interruption_stops_the_job_where_that_is_asked_for() {
    let desk = Desk::new();
    desk.sandbox.fault(SLOW);
    let run = desk.interrupted(CLIP, SEEDANCE, &["--cancel-on-interrupt"]);
    assert_eq!(run.code, 130, "{}", run.err);
    assert!(run.err.contains("was asked to stop"), "{}", run.err);
    let resumed = desk.genmux(&["resume", desk.job()["job"].as_str().unwrap()], "");
    assert_eq!(resumed.code, 3, "{}", resumed.err);
    assert_eq!(desk.job()["state"], "canceled");
}

#[test]
fn a_job_is_canceled_once() {
    let desk = Desk::new();
    desk.sandbox.fault(SLOW);
    desk.interrupted(CLIP, SEEDANCE, &[]);
    let name = desk.job()["job"].as_str().unwrap().to_owned();
    let run = desk.genmux(&["cancel", &name], "");
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(desk.job()["state"], "canceled");
    let again = desk.genmux(&["cancel", &name], "");
    assert!(again.code == 0 && again.err.contains("is canceled already"), "{}", again.err);
}

#[test]
fn one_key_is_one_job_from_any_process() {
    let desk = Desk::new();
    let out = desk.out();
    let args = ["generate", "-", "--to", SEEDREAM, "--out", out.to_str().unwrap()];
    let args = [&args[..], &["--idempotency-key", "once"]].concat();
    let first = desk.genmux(&args, PICTURE);
    is_there(&first);
    assert_eq!(desk.genmux(&args, PICTURE).out, first.out);
    let other = desk.genmux(&args, &PICTURE.replace("boat", "plane"));
    assert_eq!(other.code, 2, "{}", other.err);
    assert!(other.err.contains("was used for another request"), "{}", other.err);
    desk.job();
}

#[test]
fn a_lost_job_stays_ambiguous_until_it_is_sent_again_on_demand() {
    let desk = Desk::new();
    desk.lost();
    let looked = desk.genmux(&["resume", "lost"], "");
    assert_eq!(looked.code, 3, "{}", looked.err);
    assert!(looked.err.contains("--allow-duplicate"), "{}", looked.err);
    is_there(&desk.genmux(&["resume", "lost", "--allow-duplicate"], ""));
    assert_eq!(desk.job()["state"], "succeeded");
}

#[test]
fn what_nobody_knows_of_is_not_sent_again_under_another_key() {
    let desk = Desk::new();
    desk.lost();
    let out = desk.out();
    let args = ["generate", "-", "--to", SEEDANCE, "--out", out.to_str().unwrap()];
    let again = desk.genmux(&args, CLIP);
    assert_eq!(again.code, 2, "{}", again.err);
    assert!(again.err.contains("genmux resume lost"), "{}", again.err);
    is_there(&desk.genmux(&[&args[..], &["--allow-duplicate"]].concat(), CLIP));
}

#[test]
fn an_empty_key_is_none() {
    let args = ["generate", "-", "--to", SEEDREAM, "--idempotency-key", ""];
    let run = Desk::new().genmux(&args, PICTURE);
    assert!(run.code == 2 && run.err.contains("a value is required"), "{}", run.err);
}

#[test]
fn a_lost_job_can_be_given_up() {
    let desk = Desk::new();
    desk.lost();
    assert_eq!(desk.genmux(&["resume", "lost", "--give-up"], "").code, 0);
    assert_eq!(desk.job()["state"], "canceled");
    let settled = desk.genmux(&["resume", "lost", "--allow-duplicate"], "");
    assert_eq!(settled.code, 2, "{}", settled.err);
    assert!(settled.err.contains("there is nothing to settle"), "{}", settled.err);
}

#[test]
fn what_the_vendor_does_not_know_is_not_adopted() {
    let desk = Desk::new();
    desk.lost();
    let run = desk.genmux(&["resume", "lost", "--adopt", "rrr4z55ocneqzikepnug6xezpe"], "");
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("does not know a job"), "{}", run.err);
    assert_eq!(desk.job()["state"], "ambiguous");
}

#[test]
fn jobs_that_are_not_there_are_named_and_so_is_the_way_out() {
    let desk = Desk::new();
    let none = desk.genmux(&["jobs"], "");
    assert_eq!((none.code, none.out.as_str()), (0, ""));
    for command in ["resume", "cancel"] {
        let run = desk.genmux(&[command, "no-such-job"], "");
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("genmux jobs --all"), "{}", run.err);
    }
    let file = desk.folder.path().join("notes.txt");
    std::fs::write(&file, "no journal").unwrap();
    let run = desk.genmux(&["jobs", "--journal", file.to_str().unwrap()], "");
    assert!(run.code == 2 && run.err.contains("is no journal"), "{}", run.err);
}
