//! Files that are none, damaged, newer or somebody else's: refused, and left as they are.

use std::fs;
use std::path::Path;

use genmux_client::journal::StoreError;
use rusqlite::Connection;

use crate::work::{check_message, insert, open, whole};

/// A journal of some records, closed.
async fn made(file: &Path, records: usize) {
    let store = open(file).await.unwrap();
    for key in 0..records {
        insert(&store, &format!("key-{key:03}")).await.unwrap();
    }
    store.close().await;
}

async fn check_refused(file: &Path, what: &str) -> StoreError {
    let before = fs::read(file).unwrap();
    let error = open(file).await.expect_err(what);
    check_message(&error, file);
    assert!(fs::read(file).unwrap() == before, "{what}: the file was changed");
    let beside = fs::read_dir(file.parent().unwrap()).unwrap().count();
    assert_eq!(beside, 1, "{what}: files were left beside it");
    error
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    let pages = b"SQLite format 3\0".repeat(512);
    for bytes in [&b"not a database"[..], &[0; 4096], &[255; 10_000], &pages] {
        fs::write(&file, bytes).unwrap();
        let error = check_refused(&file, "no database").await;
        assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
    }
}

#[tokio::test]
async fn an_empty_file_becomes_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    fs::write(&file, "").unwrap();
    made(&file, 1).await;
    assert_eq!(whole(&open(&file).await.unwrap()).await.unwrap(), ["key-000"]);
}

#[tokio::test]
async fn the_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    let other = Connection::open(&file).unwrap();
    other.execute_batch("CREATE TABLE records (key TEXT)").unwrap();
    drop(other);
    let error = check_refused(&file, "another program's").await;
    assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    made(&file, 3).await;
    let newer = Connection::open(&file).unwrap();
    newer.pragma_update(None, "user_version", 7).unwrap();
    drop(newer);
    let error = check_refused(&file, "newer").await;
    assert!(matches!(error, StoreError::Newer { found: 7, known: 1, .. }), "{error}");
    assert!(error.to_string().contains("update genmux"), "{error}");
}

#[tokio::test]
async fn a_truncated_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    made(&file, 30).await;
    let bytes = fs::read(&file).unwrap();
    for length in [1, 99, 100, 4095, 4096, 6000, bytes.len() / 2, bytes.len() - 4096] {
        fs::write(&file, &bytes[..length]).unwrap();
        let error = check_refused(&file, &format!("{length} bytes of {}", bytes.len())).await;
        assert!(matches!(error, StoreError::Corrupt(_)), "{length}: {error}");
    }
}

/// Damage in the middle is found when it is met: an error, never a wrong record or a panic.
#[tokio::test]
async fn pages_that_were_overwritten_give_errors_and_no_wrong_records() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    made(&file, 30).await;
    let bytes = fs::read(&file).unwrap();
    let mut found = 0;
    for page in 1..bytes.len() / 4096 {
        let mut damaged = bytes.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0xA5);
        fs::write(&file, &damaged).unwrap();
        let listed = match open(&file).await {
            Ok(store) => {
                let listed = whole(&store).await;
                store.close().await;
                listed
            }
            Err(error) => Err(error),
        };
        if let Err(error) = listed {
            found += 1;
            assert!(matches!(error, StoreError::Corrupt(_)), "page {page}: {error}");
            check_message(&error, &file);
        }
    }
    assert!(found > 0);
}

/// What a crash of the machine may leave of the log: everything before the torn place is there.
#[tokio::test]
async fn a_torn_log_gives_the_records_before_the_tear() {
    let folder = tempfile::tempdir().unwrap();
    let (file, log) = (folder.path().join("journal"), folder.path().join("journal-wal"));
    let store = open(&file).await.unwrap();
    for key in 0..20 {
        insert(&store, &format!("key-{key:03}")).await.unwrap();
    }
    let (main, wal) = (fs::read(&file).unwrap(), fs::read(&log).unwrap());
    let torn = tempfile::tempdir().unwrap();
    let (file, log) = (torn.path().join("journal"), torn.path().join("journal-wal"));
    let mut last = 0;
    for length in (0..=wal.len()).step_by(wal.len() / 40).chain([wal.len()]) {
        fs::write(&file, &main).unwrap();
        fs::write(&log, &wal[..length]).unwrap();
        let store = open(&file).await.unwrap();
        let mut keys = whole(&store).await.unwrap();
        store.close().await;
        keys.reverse();
        let expected: Vec<_> = (0..keys.len()).map(|key| format!("key-{key:03}")).collect();
        assert_eq!(keys, expected);
        assert!(keys.len() >= last);
        last = keys.len();
    }
    assert_eq!(last, 20);
}
