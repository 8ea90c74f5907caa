//! A process that is killed in the middle of its writes.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use genmux_client::journal::{Change, JobStore as _, State, VendorJob};

use crate::work::{NOW, insert, open, whole};

const FILE: &str = "GENMUX_TEST_JOURNAL";
const NAME: &str = "GENMUX_TEST_JOURNAL_NAME";
const WRITERS: usize = 8;

/// The process that is killed: it writes without end, and says what it was told is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let name = std::env::var(NAME).unwrap();
    let store = Arc::new(open(Path::new(&file)).await.unwrap());
    let writers = (0..WRITERS).map(|writer| {
        let (store, name) = (Arc::clone(&store), name.clone());
        tokio::spawn(async move {
            for count in 0.. {
                let key = format!("{name}-{writer}-{count}");
                let record = insert(&*store, &key).await.unwrap();
                println!("kept {key} {}", record.state);
                let submitting = Change {
                    vendor_jobs: vec![VendorJob { call: 0, id: key.clone() }],
                    ..Change::to(State::Submitting, "child", NOW)
                };
                let record = store.change(&key, record.version, submitting).await.unwrap();
                println!("kept {key} {}", record.state);
            }
        })
    });
    futures_util::future::join_all(writers).await;
}

fn spawn(file: &Path, name: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "crash::child", "--nocapture"]).env(FILE, file).env(NAME, name);
    child.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// Kills a child after some lines, and gives everything that it was told is kept.
fn kill_after(mut child: Child, lines: usize) -> Vec<(String, State)> {
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while text.lines().filter(|line| line.contains("kept ")).count() < lines {
        assert!(output.read_line(&mut text).unwrap() > 0, "the child ended by itself: {text}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    output.read_to_string(&mut text).unwrap();
    // A line that the kill cut off says nothing.
    let complete = text.rsplit_once('\n').unwrap().0;
    let told = complete.lines().filter_map(|line| line.split_once("kept ")).map(|(_, told)| {
        let (key, state) = told.split_once(' ').unwrap();
        (key.to_owned(), state.parse().unwrap())
    });
    told.collect()
}

#[tokio::test]
async fn what_was_acknowledged_outlives_a_kill_and_nothing_is_half_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    let mut told = Vec::new();
    for (round, lines) in [1, 2, 9, 40, 150].into_iter().enumerate() {
        told.extend(kill_after(spawn(&file, &round.to_string()), lines));
        check(&file, &told).await;
    }
}

#[tokio::test]
async fn a_kill_leaves_the_other_process_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    let store = open(&file).await.unwrap();
    let child = spawn(&file, "child");
    for key in 0..20 {
        insert(&store, &format!("before-{key}")).await.unwrap();
    }
    let told = kill_after(child, 30);
    for key in 0..20 {
        insert(&store, &format!("after-{key}")).await.unwrap();
    }
    check(&file, &told).await;
    let ours = whole(&store).await.unwrap();
    assert_eq!(ours.iter().filter(|key| !key.starts_with("child")).count(), 40);
}

async fn check(file: &Path, told: &[(String, State)]) {
    let store = open(file).await.unwrap();
    whole(&store).await.unwrap();
    for (key, state) in told {
        let record = store.read(key).await.unwrap().unwrap_or_else(|| panic!("{key} is lost"));
        assert!(record.state >= *state, "{key} is {}, told {state}", record.state);
        // The state and the vendor's job were written together.
        assert_eq!(record.vendor_jobs.len(), usize::from(record.state == State::Submitting));
        let found = store.find_vendor_job("runware", key).await.unwrap();
        assert_eq!(found.is_some(), record.state == State::Submitting);
    }
    store.close().await;
    let health = rusqlite::Connection::open(file).unwrap();
    let health: String = health.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(health, "ok");
}
