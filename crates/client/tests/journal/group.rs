//! Writes that wait together are committed together.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use genmux_client::journal::{
    Change, JobStore, SqliteOptions, SqliteStore, State, StoreError, Version,
};
use rusqlite::Connection;

use crate::work::{NOW, insert, insert_many, open, waits, whole};

const MANY: usize = 100;

/// Another process that keeps the file locked.
fn lock(file: &std::path::Path) -> Connection {
    let connection = Connection::open(file).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

#[tokio::test]
async fn writes_that_wait_for_a_lock_share_one_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("journal")).await.unwrap();
    let locked = lock(store.file());
    let keys: Vec<_> = (0..MANY).map(|key| key.to_string()).collect();
    let mut writes = Box::pin(join_all(keys.iter().map(|key| insert(&store, key))));
    // Asked once, each is handed over to the writer, which waits for the lock.
    assert!(waits(&mut writes).await);
    assert_eq!(store.commits(), 0);
    locked.execute_batch("ROLLBACK").unwrap();
    for written in writes.await {
        written.unwrap();
    }
    assert_eq!(store.commits(), 1);
    assert_eq!(whole(&store).await.unwrap().len(), MANY);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_share_commits() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder.path().join("journal")).await.unwrap());
    let keys = (0..8 * MANY).map(|key| key.to_string()).collect();
    for written in insert_many(&store, keys).await {
        written.unwrap();
    }
    let commits = usize::try_from(store.commits()).unwrap();
    assert!(commits <= 4 * MANY, "{commits} commits for {} writes", 8 * MANY);
    assert_eq!(whole(&store).await.unwrap().len(), 8 * MANY);
}

#[tokio::test]
async fn a_refusal_costs_its_neighbours_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("journal")).await.unwrap();
    insert(&store, "old").await.unwrap();
    let locked = lock(store.file());
    let stale = store.change("old", Version(9), Change::to(State::Submitting, "", NOW));
    let illegal = store.change("old", Version::FIRST, Change::to(State::Running, "", NOW));
    let absent = store.acquire("absent", genmux_client::journal::Lease::new("", NOW, 1), NOW);
    let both = async {
        tokio::join!(insert(&store, "one"), stale, illegal, absent, insert(&store, "two"))
    };
    let mut both = Box::pin(both);
    assert!(waits(&mut both).await);
    locked.execute_batch("ROLLBACK").unwrap();
    let (one, stale, illegal, absent, two) = both.await;
    assert!(one.is_ok() && two.is_ok());
    assert!(matches!(stale, Err(StoreError::Conflict(_))), "{stale:?}");
    assert!(matches!(illegal, Err(StoreError::Illegal { .. })), "{illegal:?}");
    assert!(matches!(absent, Err(StoreError::NotFound)), "{absent:?}");
    assert_eq!(whole(&store).await.unwrap(), ["two", "one", "old"]);
    assert_eq!(store.commits(), 2);
}

#[tokio::test]
async fn a_lock_that_stays_is_told_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { patience: Duration::from_millis(20), ..SqliteOptions::default() };
    let file = folder.path().join("journal");
    let store = SqliteStore::open(&file, options).await.unwrap();
    insert(&store, "before").await.unwrap();
    let locked = lock(&file);
    let writes = join_all(["one", "two", "three"].map(|key| insert(&store, key)));
    for refused in writes.await {
        let error = refused.unwrap_err();
        assert!(matches!(error, StoreError::Locked(_)) && error.is_retryable(), "{error}");
        crate::work::check_message(&error, &file);
    }
    assert_eq!(whole(&store).await.unwrap(), ["before"]);
    locked.execute_batch("ROLLBACK").unwrap();
    insert(&store, "after").await.unwrap();
    assert_eq!(whole(&store).await.unwrap(), ["after", "before"]);
}

#[tokio::test]
async fn a_new_file_that_stays_locked_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    let other = Connection::open(&file).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let options = SqliteOptions { patience: Duration::from_millis(20), ..SqliteOptions::default() };
    let error = SqliteStore::open(&file, options).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked(_)), "{error}");
    crate::work::check_message(&error, &file);
    other.execute_batch("ROLLBACK").unwrap();
    insert(&open(&file).await.unwrap(), "one").await.unwrap();
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_the_writer_at_work() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&folder.path().join("journal")).await.unwrap());
    let locked = lock(store.file());
    let mut dropped = Box::pin(insert(&*store, "dropped"));
    assert!(waits(&mut dropped).await);
    drop(dropped);
    let shared = Arc::clone(&store);
    let panicked = tokio::spawn(async move {
        let mut write = Box::pin(insert(&*shared, "panicked"));
        assert!(waits(&mut write).await);
        panic!("a caller panics");
    });
    assert!(panicked.await.unwrap_err().is_panic());
    locked.execute_batch("ROLLBACK").unwrap();
    insert(&*store, "after").await.unwrap();
    assert_eq!(whole(&store).await.unwrap(), ["after", "panicked", "dropped"]);
}
