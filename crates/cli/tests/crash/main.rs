//! SIGKILL at every numbered step of a run, and then `genmux resume`: the artifact is there, and
//! the vendor's ledger has one charge.
//!
//! `cargo test -p genmux-cli --test crash -- --nocapture` prints the steps and what came of each.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.
#![allow(clippy::print_stdout)] // Steps are told to the parent, and by it to people.

mod child;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod work;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use genmux::Outcome;
use genmux::journal::{JobStore as _, Record, SqliteOptions, SqliteStore, State};
use genmux_sandbox::{Options, Pace, Sandbox};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use child::{KEY, LEASE, journal, outputs};
use support::{Run, genmux_with};
use work::{REPLICATE, RUNWARE, SCENARIO, Work};

/// Runs that mostly wait: for a vendor that is asked every few seconds, and for leases.
const AT_ONCE: usize = 30;

/// A step at which runs still differ in how often they ask is no last one.
const MOST: u32 = 100;

/// The step at which the vendor has taken the job, and nobody has written that down.
const PAID: u32 = 6;

#[test]
fn runware_pays_once_wherever_a_run_is_killed() {
    check(&RUNWARE);
}

#[test]
fn replicate_pays_once_wherever_a_run_is_killed() {
    check(&REPLICATE);
}

#[test]
fn scenario_pays_once_wherever_a_run_is_killed() {
    check(&SCENARIO);
}

/// A run that is killed, and a run that is killed while it finds out what became of the one before.
fn check(work: &Work) {
    thread::scope(|scope| {
        let recovery = scope.spawn(|| kill_at_every_step(work, &[PAID]));
        let run = kill_at_every_step(work, &[]);
        let recovery = recovery.join().unwrap();
        println!(
            "{}\n{run}\n{}, after a kill at step {PAID}\n{recovery}",
            work.name(),
            work.name()
        );
    });
}

/// Kills at step 1, 2, 3 and so on, until a run ends by itself.
fn kill_at_every_step(work: &Work, before: &[u32]) -> String {
    let (next, last) = (AtomicU32::new(1), AtomicU32::new(MOST));
    let told = Mutex::new(BTreeMap::new());
    let kill_some = || loop {
        let step = next.fetch_add(1, Ordering::SeqCst);
        if step > last.load(Ordering::SeqCst) {
            return;
        }
        let (name, came) = Killed::at(work, &[before, &[step]].concat()).judge();
        if name == ENDED {
            last.fetch_min(step, Ordering::SeqCst);
        }
        told.lock().unwrap().insert(step, format!("{name}: {came}"));
    };
    // A worker that fails fails the scope.
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(kill_some);
        }
    });
    let told = told.into_inner().unwrap();
    let steps = told.range(..=last.into_inner()).map(|(step, came)| format!("{step:>3} {came}"));
    let steps: Vec<String> = steps.collect();
    assert!((15..MOST as usize).contains(&steps.len()), "the steps of a whole run: {steps:#?}");
    steps.join("\n")
}

const ENDED: &str = "it ended by itself";

/// What is left of a run: a vendor, a folder, and the name of the step.
struct Killed<'a> {
    work: &'a Work,
    steps: Vec<u32>,
    name: String,
    folder: TempDir,
    sandbox: Sandbox,
    runtime: Runtime,
}

impl Killed<'_> {
    /// One run after the other in the same folder, each killed at its step.
    fn at<'a>(work: &'a Work, steps: &[u32]) -> Killed<'a> {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().unwrap();
        let options = Options { pace: Pace::Polls(1), ..Options::default() };
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let (folder, steps) = (tempfile::tempdir().unwrap(), steps.to_vec());
        let mut killed = Killed { work, steps, name: String::new(), folder, sandbox, runtime };
        for step in killed.steps.clone() {
            killed.name = killed.kill(step);
            assert!(step != PAID || killed.charges() == 1, "{killed}: step {PAID} is another one");
        }
        killed
    }

    /// Kills a run at a step, whose name it gives.
    fn kill(&self, step: u32) -> String {
        let url = self.sandbox.base_url(self.work.sandbox);
        let mut child = child::start(self.work, &url, self.folder.path(), step);
        let mut name = ENDED.to_owned();
        for line in BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap) {
            if line.ends_with(steps::HERE) {
                // SIGKILL: nothing of it says goodbye.
                child.kill().unwrap();
                break;
            }
            let numbered = line.split_once("step ").and_then(|(_, rest)| rest.split_once(": "));
            if let Some((_, told)) = numbered.filter(|(number, _)| *number == step.to_string()) {
                told.clone_into(&mut name);
            }
        }
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.success(), name == ENDED, "{self} and at {step}, {name}: {said}");
        name
    }

    /// What the step is called, and what came of it.
    fn judge(&self) -> (String, String) {
        let Some(record) = self.record() else {
            let run = self.resume(&[]);
            assert_eq!(run.code, 2, "{self}: {}", run.err);
            assert_eq!(self.charges(), 0, "{self}: a charge that nobody knows of");
            return (self.name.clone(), "nothing was written and nothing is owed".to_owned());
        };
        let (state, charges) = (record.state, self.charges());
        let mut came = format!("{state}, {charges} charged; resume");
        let run = self.resume(&[]);
        if run.code == 3 {
            self.ambiguous(&run, charges);
            came += " says ambiguous, --allow-duplicate";
            self.came_through(&self.resume(&["--allow-duplicate"]));
        } else {
            self.came_through(&run);
        }
        (self.name.clone(), format!("{came}: one artifact, one charge"))
    }

    /// Only where nobody can know: the vendor has no id of ours and shows no such job.
    fn ambiguous(&self, run: &Run, charges: usize) {
        assert!(run.err.contains("ambiguous"), "{self}: {}", run.err);
        assert!(!self.work.ids_are_ours, "{self}: the vendor knows the ids: {}", run.err);
        assert_eq!((charges, self.charges()), (0, 0), "{self}: it is in the list: {}", run.err);
        assert_eq!(self.record().unwrap().state, State::Ambiguous, "{self}");
    }

    fn came_through(&self, run: &Run) {
        assert_eq!(run.code, 0, "{self}: {} {}", run.out, run.err);
        assert_eq!(self.charges(), 1, "{self}: {:?}", self.sandbox.ledger());
        let record = self.record().unwrap();
        assert_eq!(record.state, State::Succeeded, "{self}");
        let outcome: Outcome = serde_json::from_value(record.outcome.clone().unwrap()).unwrap();
        let [artifact] = &outcome.artifacts[..] else { panic!("{self}: {outcome:?}") };
        let path = artifact.path.as_ref().unwrap();
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(Some(genmux::sha256(&bytes)), artifact.sha256, "{self}");
        assert_eq!(Path::new(run.out.trim()), path, "{self}");
        assert_eq!(self.files().len(), 1, "{self}: the artifact alone: {:?}", self.files());
    }

    /// Outputs, whole or half, by name.
    fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(outputs(self.folder.path())).unwrap().flatten();
        let outputs = files.filter(|file| file.path().extension().is_some_and(|it| it != "json"));
        outputs.map(|file| file.file_name().into_string().unwrap()).collect()
    }

    fn charges(&self) -> usize {
        self.sandbox.ledger().len()
    }

    fn record(&self) -> Option<Record> {
        self.runtime.block_on(async {
            let file = journal(self.folder.path());
            let store = SqliteStore::open(file, SqliteOptions::default()).await.unwrap();
            let record = store.read(KEY).await.unwrap();
            store.close().await;
            record
        })
    }

    fn resume(&self, more: &[&str]) -> Run {
        let file = journal(self.folder.path());
        let url = self.sandbox.base_url(self.work.sandbox);
        let mut variables = vec![("GENMUX_LEASE", LEASE), (self.work.url, &url)];
        variables.extend_from_slice(self.work.keys);
        let args = ["resume", KEY, "--journal", file.to_str().unwrap()];
        genmux_with(&variables, &[&args[..], more].concat(), "")
    }
}

impl std::fmt::Display for Killed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} killed at steps {:?}, {}", self.work.name(), self.steps, self.name)
    }
}
