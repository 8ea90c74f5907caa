//! Two stores on one file, as two processes have it.

use std::sync::Arc;

use genmux_client::journal::{Claim, JobStore as _, Lease};

use crate::work::{NOW, insert, insert_many, open, whole};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_stores_that_write_without_pause_both_get_through() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    let one = Arc::new(open(&file).await.unwrap());
    let two = Arc::new(open(&file).await.unwrap());
    let keys = |name: &str| (0..200).map(|key| format!("{name}{key}")).collect();
    let (ones, twos) =
        tokio::join!(insert_many(&one, keys("one-")), insert_many(&two, keys("two-")));
    for written in ones.into_iter().chain(twos) {
        written.unwrap();
    }
    assert_eq!(whole(&one).await.unwrap().len(), 400);
    assert_eq!(whole(&one).await.unwrap(), whole(&two).await.unwrap());
}

/// The tables are made once, and nobody takes a file that is being made for somebody else's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_start_together_make_one_journal() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..10 {
        let file = folder.path().join(round.to_string());
        let keys = ["a", "b", "c", "d", "e", "f"];
        let each = keys.map(|key| {
            let file = file.clone();
            tokio::spawn(async move { insert(&open(&file).await?, key).await })
        });
        for written in futures_util::future::join_all(each).await {
            written.unwrap().unwrap();
        }
        assert_eq!(whole(&open(&file).await.unwrap()).await.unwrap().len(), keys.len());
    }
}

#[tokio::test]
async fn what_one_store_was_told_the_other_reads_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    let (one, two) = (open(&file).await.unwrap(), open(&file).await.unwrap());
    for key in 0..50 {
        let key = key.to_string();
        insert(&one, &key).await.unwrap();
        assert!(two.read(&key).await.unwrap().is_some(), "{key}");
    }
}

#[tokio::test]
async fn a_store_that_is_closed_leaves_one_file_with_everything() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal");
    let store = open(&file).await.unwrap();
    insert(&store, "one").await.unwrap();
    store.close().await;
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert_eq!(whole(&open(&file).await.unwrap()).await.unwrap(), ["one"]);
}

#[tokio::test]
async fn debug_shows_nothing_that_records_hold() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("journal")).await.unwrap();
    let record = insert(&store, "one").await.unwrap();
    let lease = Lease::new("w", NOW, 1);
    let held = store.acquire("one", lease.clone(), NOW).await.unwrap();
    let error = store.acquire("one", Lease::new("x", NOW, 1), NOW).await.unwrap_err();
    let shown = format!("{store:?} {record:?} {held:?} {error:?} {:?}", record.intent);
    assert!(!shown.contains("CANARY") && !error.to_string().contains("one"), "{shown}");
    assert!(store.claim(Claim::new(lease, NOW)).await.unwrap().is_none());
}
