//! Records in an `SQLite` file: one thread writes, one reads, and other processes may do the same.
//!
//! The file is in WAL mode with `synchronous = FULL`: a commit is on disk when it returns. Writes
//! that wait while one is being committed go into the next commit together. The file must lie on
//! a local disk; `SQLite`'s WAL mode does not work over a network.

mod failure;
mod open;
mod place;
mod queue;
mod read;
mod schema;
mod write;
mod writer;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::Connection;

use self::failure::Failure;
use self::queue::Queue;
use super::JobStore;
use super::error::StoreError;
use super::query::{Claim, Filter};
use super::record::{Change, Inserted, Intent, Lease, Millis, Record, Version};

/// How a journal's file is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteOptions {
    /// How long to wait while another process writes: five seconds unless said.
    pub patience: Duration,
    /// How large the file may grow, in bytes; without it as large as the disk allows. Then
    /// [`StoreError::Full`] until old records are pruned.
    pub max_bytes: Option<u64>,
}

impl Default for SqliteOptions {
    fn default() -> SqliteOptions {
        SqliteOptions { patience: Duration::from_secs(5), max_bytes: None }
    }
}

/// Keeps records in an `SQLite` file.
///
/// Any number of stores, in any number of processes of one machine, may have the same file open.
pub struct SqliteStore {
    file: Arc<Path>,
    writes: Queue,
    reads: Queue,
    commits: Arc<AtomicU64>,
}

impl SqliteStore {
    /// Opens a journal; makes it, and its folder, if there is none, for this user's eyes only.
    ///
    /// # Errors
    /// Those of the file: [`StoreError::Locked`], [`StoreError::ReadOnly`], [`StoreError::Full`],
    /// [`StoreError::Corrupt`], [`StoreError::Newer`], [`StoreError::Other`]. Nothing is changed
    /// about a file that is no journal, is damaged or is newer.
    pub async fn open(
        file: impl Into<PathBuf>,
        options: SqliteOptions,
    ) -> Result<SqliteStore, StoreError> {
        let file: Arc<Path> = file.into().into();
        let commits = Arc::new(AtomicU64::new(0));
        let (writes, reads) = open::start(&file, options, &commits).await?;
        Ok(SqliteStore { file, writes, reads, commits })
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// How many transactions this store has committed; several writes may share one.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Waits for what was asked for and closes the file.
    ///
    /// A store that is dropped closes it too, a moment later.
    pub async fn close(self) {
        self.reads.close().await;
        self.writes.close().await;
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writes.ask(&self.file, move |connection| writer::savepoint(connection, work)).await
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.reads.ask(&self.file, work).await
    }
}

#[async_trait]
impl JobStore for SqliteStore {
    async fn insert(&self, intent: Intent, lease: Option<Lease>) -> Result<Inserted, StoreError> {
        self.write(move |connection| write::insert(connection, intent, lease)).await
    }

    async fn read(&self, key: &str) -> Result<Option<Record>, StoreError> {
        let key = key.to_owned();
        self.ask(move |connection| read::by_key(connection, &key)).await
    }

    async fn change(
        &self,
        key: &str,
        version: Version,
        change: Change,
    ) -> Result<Record, StoreError> {
        let key = key.to_owned();
        let work = move |connection: &Connection| {
            write::step(connection, &key, |record| record.changed(version, &change))
        };
        self.write(work).await
    }

    async fn acquire(&self, key: &str, lease: Lease, now: Millis) -> Result<Record, StoreError> {
        let key = key.to_owned();
        let work = move |connection: &Connection| {
            write::step(connection, &key, |record| record.acquired(lease, now))
        };
        self.write(work).await
    }

    async fn renew(&self, key: &str, lease: Lease) -> Result<Record, StoreError> {
        let key = key.to_owned();
        let work = move |connection: &Connection| {
            write::step(connection, &key, |record| record.renewed(lease))
        };
        self.write(work).await
    }

    async fn release(&self, key: &str, owner: &str, due_at: Millis) -> Result<Record, StoreError> {
        let (key, owner) = (key.to_owned(), owner.to_owned());
        let work = move |connection: &Connection| {
            write::step(connection, &key, |record| record.released(&owner, due_at))
        };
        self.write(work).await
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Record>, StoreError> {
        self.write(move |connection| write::claim(connection, claim)).await
    }

    async fn find_vendor_job(
        &self,
        provider: &str,
        id: &str,
    ) -> Result<Option<Record>, StoreError> {
        let (provider, id) = (provider.to_owned(), id.to_owned());
        self.ask(move |connection| read::by_vendor_job(connection, &provider, &id)).await
    }

    async fn list(&self, filter: Filter) -> Result<Vec<Record>, StoreError> {
        self.ask(move |connection| read::list(connection, &filter)).await
    }

    async fn prune(&self, before: Millis) -> Result<u64, StoreError> {
        self.write(move |connection| write::prune(connection, before)).await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("file", &self.file).finish_non_exhaustive()
    }
}
