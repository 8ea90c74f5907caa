//! Durable writes per second, beside what one commit of `SQLite` costs on the same disk.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::time::Instant;

use crate::work::{insert, insert_many, open};

const SINGLE: u32 = 100;
const GROUPED: u32 = 2000;

/// Commits of one small row, one after the other: nothing durable can be faster one by one.
fn floor(file: &Path) -> f64 {
    let connection = Connection::open(file).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").unwrap();
    connection.execute_batch("CREATE TABLE rows (text TEXT)").unwrap();
    let start = Instant::now();
    for _ in 0..SINGLE {
        connection.execute("INSERT INTO rows VALUES ('x')", []).unwrap();
    }
    f64::from(SINGLE) / start.elapsed().as_secs_f64()
}

/// Prints, and asserts only what does not depend on the clock:
/// `cargo test -p genmux-client --all-features --release --test journal speed -- --nocapture`.
#[tokio::test(flavor = "multi_thread")]
async fn durable_writes_per_second_are_printed() {
    let folder = tempfile::tempdir().unwrap();
    let floor = floor(&folder.path().join("floor"));
    let store = Arc::new(open(&folder.path().join("journal")).await.unwrap());
    let start = Instant::now();
    for key in 0..SINGLE {
        insert(&*store, &format!("single-{key}")).await.unwrap();
    }
    let single = f64::from(SINGLE) / start.elapsed().as_secs_f64();
    let before = store.commits();
    assert_eq!(before, u64::from(SINGLE), "one by one, each is a commit of its own");
    let start = Instant::now();
    let keys = (0..GROUPED).map(|key| format!("grouped-{key}")).collect();
    for written in insert_many(&store, keys).await {
        written.unwrap();
    }
    let grouped = f64::from(GROUPED) / start.elapsed().as_secs_f64();
    let commits = store.commits() - before;
    assert!(commits < u64::from(GROUPED));
    println!("commits of one small row: {floor:.0}/s");
    println!("intents, one by one:      {single:.0}/s");
    println!("intents, {GROUPED} at once:    {grouped:.0}/s in {commits} commits");
}
