//! Submissions that are written down before and after:
//! `cargo bench -p genmux-tests --bench durable`.
//!
//! Each makes three durable writes (the intent, that it is sent, the handle); the vendor answers at
//! once, within the process, so that the journal is what is measured. The floor is one commit of
//! `SQLite` at a time on the same disk in the same run. `GENMUX_BENCH_DIR` names a folder on the
//! disk that is meant; without it the system's folder for temporary files is taken.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // A bench that fails should stop; it prints.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{StreamExt as _, iter};
use genmux::journal::{Journal, SqliteOptions, SqliteStore};
use genmux::{
    Client, Credentials, Provider, Request, ResponseBody, RunOptions, Settings, Transport,
    TransportError,
};
use genmux_core::Body;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::time::Instant;

/// A vendor that accepts everything at once.
#[derive(Debug)]
struct Accepts;

#[async_trait]
impl Transport for Accepts {
    async fn send(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<ResponseBody>, TransportError> {
        let tasks: Vec<Value> = serde_json::from_slice(request.body().as_bytes().unwrap()).unwrap();
        let ack = |task: Value| json!({"taskType": task["taskType"], "taskUUID": task["taskUUID"]});
        let data: Vec<Value> = tasks.into_iter().map(ack).collect();
        let reply = json!({ "data": data }).to_string();
        Ok(http::Response::new(ResponseBody::from(bytes::Bytes::from(reply))))
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = match std::env::var_os("GENMUX_BENCH_DIR") {
        Some(parent) => tempfile::tempdir_in(parent).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    let trial = std::env::args().any(|argument| argument == "--test");
    let count = if trial { 20 } else { 2000 };
    let floor = floor(&folder.path().join("floor"), count);
    println!("one commit at a time: {floor:.0} a second");
    for tasks in [1, 16, 64, 256] {
        let file = folder.path().join(format!("journal-{tasks}"));
        let (rate, commits) = runtime.block_on(submits(&file, tasks, count));
        println!(
            "{tasks:>3} tasks: {rate:.0} submits a second, {:.2} of the floor; {:.2} commits each",
            rate / floor,
            commits
        );
    }
}

fn rate(count: u32, start: Instant) -> f64 {
    f64::from(count) / start.elapsed().as_secs_f64()
}

/// Commits of one small row, one after the other.
fn floor(file: &Path, count: u32) -> f64 {
    let connection = Connection::open(file).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").unwrap();
    connection.execute_batch("CREATE TABLE rows (text TEXT)").unwrap();
    let start = Instant::now();
    for _ in 0..count {
        connection.execute("INSERT INTO rows VALUES ('x')", []).unwrap();
    }
    rate(count, start)
}

/// Submits per second with so many under way at once, and commits for each.
async fn submits(file: &Path, tasks: usize, count: u32) -> (f64, f64) {
    let store = Arc::new(SqliteStore::open(file, SqliteOptions::default()).await.unwrap());
    let settings = Settings {
        credentials: [("runware".to_owned(), Credentials::key("key"))].into(),
        environment: false,
        transport: Some(Arc::new(Accepts)),
        journal: Some(Journal::new(store.clone())),
        ..Settings::default()
    };
    let provider = Client::new(settings).unwrap().provider("runware/seedream-4.0").unwrap();
    // The compiled plan and the first connection are no submission's.
    submit(provider.clone()).await;
    let (before, start) = (store.commits(), Instant::now());
    let each = (0..count).map(|_| tokio::spawn(submit(provider.clone())));
    iter(each).buffer_unordered(tasks).for_each(|done| async { done.unwrap() }).await;
    let commits = u32::try_from(store.commits() - before).unwrap();
    (rate(count, start), f64::from(commits) / f64::from(count))
}

async fn submit(provider: Arc<dyn Provider>) {
    let mut request = Request::image("a paper boat on the water");
    request.size = Some("2048x2048".parse().unwrap());
    provider.submit(&request, &RunOptions::default()).await.unwrap();
}
