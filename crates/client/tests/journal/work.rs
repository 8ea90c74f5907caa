//! Records and stores that several tests use.

use std::future::poll_fn;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use genmux_client::journal::{Intent, JobStore, Record, SqliteOptions, SqliteStore, StoreError};
use serde_json::json;

pub(crate) const NOW: i64 = 1_700_000_000_000;

/// Long enough that a half written one would show.
pub(crate) fn intent(key: &str) -> Intent {
    Intent {
        key: key.to_owned(),
        digest: format!("digest of {key}"),
        offer: "runware/seedance-1.0-pro".to_owned(),
        account: "runware:label".to_owned(),
        request: json!({ "prompt": format!("CANARY {}", key.repeat(500)) }),
        created_at: NOW,
        ..Intent::default()
    }
}

pub(crate) async fn open(file: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(file, SqliteOptions::default()).await
}

pub(crate) async fn insert(store: &dyn JobStore, key: &str) -> Result<Record, StoreError> {
    Ok(store.insert(intent(key), None).await?.into_record())
}

/// Has many intents written at once; gives how each ended.
pub(crate) async fn insert_many(
    store: &Arc<SqliteStore>,
    keys: Vec<String>,
) -> Vec<Result<(), StoreError>> {
    let each = keys.into_iter().map(|key| {
        let store = Arc::clone(store);
        tokio::spawn(async move { insert(&*store, &key).await.map(drop) })
    });
    let each = futures_util::future::join_all(each).await;
    each.into_iter().map(Result::unwrap).collect()
}

/// Asks a future once; whether it waits for something.
pub(crate) async fn waits<F: Future + Unpin>(future: &mut F) -> bool {
    poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context).is_pending())).await
}

/// Every record of a store, each checked to be whole.
pub(crate) async fn whole(store: &SqliteStore) -> Result<Vec<String>, StoreError> {
    let records = store.list(genmux_client::journal::Filter::default()).await?;
    for record in &records {
        assert!(record.intent == intent(&record.intent.key), "{record:?} is not as it was given");
    }
    Ok(records.into_iter().map(|record| record.intent.key).collect())
}

/// An error names the file and a way out, and nothing that records hold.
pub(crate) fn check_message(error: &StoreError, file: &Path) {
    let message = error.to_string();
    assert!(message.contains(&file.display().to_string()), "{message}");
    assert!(message.starts_with("journal ") || message.starts_with("no room"), "{message}");
    assert!(!message.contains("CANARY") && !message.contains("digest"), "{message}");
}
