//! Faults of the journal itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use genmux::HttpTransport;
use genmux::journal::{
    Change, Claim, Filter, Inserted, Intent, JobStore, Lease, Millis, Record, SqliteOptions,
    SqliteStore, StoreError, Version,
};

use crate::rows::{Row, Rows};
use crate::scene::{KEY, Scene, journaled};

const UNSENT: &str = "an error that names the file and the way out; nothing was sent";

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Rows::of("The journal");
    rows.add("locked by another process", UNSENT, |scene| async move { locked(&scene).await });
    rows.add("read-only", UNSENT, |scene| async move {
        refused_from(&scene, 1, StoreError::ReadOnly).await;
    });
    rows.add("the disk is full", UNSENT, |scene| async move { full(&scene).await });
    rows.add("half a file", UNSENT, |scene| async move { half(&scene).await });
    let sees = "an error: nothing was sent; `genmux resume` sends it";
    rows.add("full once the intent is written", sees, |scene| async move {
        refused_from(&scene, 2, StoreError::Full).await;
    });
    let sees = "the result; `genmux jobs` shows the job as on its way, and `resume` finds it";
    rows.add("full while the job is submitted", sees, |scene| async move {
        full_from(&scene, 3).await;
    });
    rows.add("full once the job is submitted", sees, |scene| async move {
        full_from(&scene, 4).await;
    });
    rows.list
}

/// The work goes on, whatever the journal can say of it.
async fn full_from(scene: &Scene, write: u32) {
    let store = Arc::new(Failing::from(scene, write, StoreError::Full).await);
    let process = journaled(store, scene.vendor(HttpTransport::default()));
    scene.run_in(&process).await.unwrap();
}

async fn locked(scene: &Scene) {
    let patience = Duration::from_millis(50);
    let options = SqliteOptions { patience, ..SqliteOptions::default() };
    let store = scene.open_with(options).await.unwrap();
    let other = rusqlite::Connection::open(scene.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    unsent(scene, Arc::new(store)).await;
}

async fn full(scene: &Scene) {
    let options = SqliteOptions { max_bytes: Some(256 << 10), ..SqliteOptions::default() };
    let store = scene.open_with(options).await.unwrap();
    let filler = |key: u32, size: usize| Intent {
        key: format!("filler-{key}"),
        digest: key.to_string(),
        offer: "runware/seedream-4.0".to_owned(),
        account: "another account".to_owned(),
        request: "x".repeat(size).into(),
        options: serde_json::Value::Null,
        tags: std::collections::BTreeMap::new(),
        save_to: None,
        created_at: 1,
    };
    let mut key = 0;
    for size in [10_000, 1000, 1] {
        while store.insert(filler(key, size), None).await.is_ok() {
            key += 1;
        }
    }
    unsent(scene, Arc::new(store)).await;
}

async fn half(scene: &Scene) {
    scene.open().await.unwrap().close().await;
    let bytes = std::fs::read(scene.file()).unwrap();
    std::fs::write(scene.file(), &bytes[..6000]).unwrap();
    let error = scene.open().await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt(_)), "{error}");
}

async fn unsent(scene: &Scene, store: Arc<dyn JobStore>) {
    let failed =
        scene.run_in(&journaled(store, scene.vendor(HttpTransport::default()))).await.unwrap_err();
    assert!(failed.to_string().contains("nothing was sent"), "{failed}");
    assert!(!failed.may_have_been_charged());
    scene.stage.untouched().await;
}

async fn refused_from(scene: &Scene, write: u32, error: fn(String) -> StoreError) {
    unsent(scene, Arc::new(Failing::from(scene, write, error).await)).await;
}

/// A journal whose writes fail from one on; what was written before can be read.
#[derive(Debug)]
struct Failing {
    inner: SqliteStore,
    written: AtomicU32,
    first: u32,
    error: fn(String) -> StoreError,
}

impl Failing {
    async fn from(scene: &Scene, first: u32, error: fn(String) -> StoreError) -> Failing {
        Failing { inner: scene.open().await.unwrap(), written: 0.into(), first, error }
    }

    fn write(&self) -> Result<(), StoreError> {
        match self.written.fetch_add(1, Ordering::SeqCst) + 1 {
            write if write >= self.first => Err((self.error)("journal.db".to_owned())),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl JobStore for Failing {
    async fn insert(&self, intent: Intent, lease: Option<Lease>) -> Result<Inserted, StoreError> {
        assert_eq!(intent.key, KEY);
        self.write()?;
        self.inner.insert(intent, lease).await
    }

    async fn read(&self, key: &str) -> Result<Option<Record>, StoreError> {
        self.inner.read(key).await
    }

    async fn change(
        &self,
        key: &str,
        version: Version,
        change: Change,
    ) -> Result<Record, StoreError> {
        self.write()?;
        self.inner.change(key, version, change).await
    }

    async fn acquire(&self, key: &str, lease: Lease, now: Millis) -> Result<Record, StoreError> {
        self.write()?;
        self.inner.acquire(key, lease, now).await
    }

    /// Leases are renewed by the clock: they are not counted.
    async fn renew(&self, key: &str, lease: Lease) -> Result<Record, StoreError> {
        self.inner.renew(key, lease).await
    }

    async fn release(&self, key: &str, owner: &str, due_at: Millis) -> Result<Record, StoreError> {
        self.write()?;
        self.inner.release(key, owner, due_at).await
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Record>, StoreError> {
        self.write()?;
        self.inner.claim(claim).await
    }

    async fn find_vendor_job(
        &self,
        provider: &str,
        id: &str,
    ) -> Result<Option<Record>, StoreError> {
        self.inner.find_vendor_job(provider, id).await
    }

    async fn list(&self, filter: Filter) -> Result<Vec<Record>, StoreError> {
        self.inner.list(filter).await
    }

    async fn prune(&self, before: Millis) -> Result<u64, StoreError> {
        self.inner.prune(before).await
    }
}
