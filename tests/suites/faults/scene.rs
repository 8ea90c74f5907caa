//! One fault at one provider: a stage, a journal's file, and processes that share nothing else.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use genmux::journal::{
    JobStore, Journal, Journaled, Record, SqliteOptions, SqliteStore, State, StoreError,
};
use genmux::{HttpTransport, Outcome, Provider as _, RunError, RunOptions, Transport, Vendor};
use genmux_sandbox::{Fault, Rule, Step};

use crate::stage::Stage;

/// How long nobody takes up what a process was at that is not heard of.
const LEASE: Duration = Duration::from_secs(3);

/// The one call that all faults are about.
pub(crate) const KEY: &str = "a-key";

pub(crate) struct Scene {
    pub(crate) stage: Stage,
    folder: tempfile::TempDir,
    /// Where the vendor is for whoever comes.
    url: RefCell<String>,
}

impl Scene {
    pub(crate) fn new(stage: Stage) -> Scene {
        let url = RefCell::new(stage.sandbox.base_url(stage.subject.sandbox));
        Scene { stage, folder: tempfile::tempdir().unwrap(), url }
    }

    /// The journal's file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("journal.db")
    }

    pub(crate) async fn open(&self) -> Result<SqliteStore, StoreError> {
        let patience = Duration::from_secs(30);
        self.open_with(SqliteOptions { patience, ..SqliteOptions::default() }).await
    }

    pub(crate) async fn open_with(
        &self,
        options: SqliteOptions,
    ) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(self.file(), options).await
    }

    /// From now on the vendor is found at another address.
    pub(crate) fn moves(&self, url: String) {
        self.url.replace(url);
    }

    /// The offer in a process of its own.
    pub(crate) async fn process(&self) -> Journaled<Vendor> {
        self.on(HttpTransport::default()).await
    }

    /// The same on a line.
    pub(crate) async fn on(&self, line: impl Transport + 'static) -> Journaled<Vendor> {
        journaled(Arc::new(self.open().await.unwrap()), self.vendor(line))
    }

    pub(crate) fn vendor(&self, line: impl Transport + 'static) -> Vendor {
        let offer = self.stage.work().offer;
        self.stage.hurried_over(offer, Arc::new(line), &self.url.borrow())
    }

    /// Saves what is made.
    pub(crate) fn options(&self) -> RunOptions {
        RunOptions { idempotency_key: Some(KEY.to_owned()), ..self.stage.saving() }
    }

    /// Runs the request in a process of its own.
    pub(crate) async fn run(&self) -> Result<Outcome, RunError> {
        self.run_in(&self.process().await).await
    }

    pub(crate) async fn run_in(&self, process: &Journaled<Vendor>) -> Result<Outcome, RunError> {
        process.run(&self.stage.request(), &self.options()).await
    }

    /// Some calls of a step go wrong; 0 is all of them.
    pub(crate) fn faulty(&self, step: Step, times: u32, fault: Fault) {
        let rule = Rule { times, ..Rule::new(self.stage.subject.sandbox, step, fault) };
        self.stage.sandbox.set_faults(vec![rule]);
    }

    /// What the journal's file says.
    pub(crate) async fn record(&self) -> Option<Record> {
        if !self.file().exists() {
            return None;
        }
        let store = self.open().await.ok()?;
        let record = store.read(KEY).await.ok()?;
        store.close().await;
        record
    }

    pub(crate) async fn state(&self) -> Option<State> {
        Some(self.record().await?.state)
    }

    /// A process that runs the request and is no more after some time; its lease lasts.
    pub(crate) async fn stop_after(&self, some: Duration) {
        let process = self.process().await;
        let run = self.run_in(&process);
        assert!(tokio::time::timeout(some, run).await.is_err(), "it was to be stopped");
    }
}

/// A process with a store.
pub(crate) fn journaled(store: Arc<dyn JobStore>, vendor: Vendor) -> Journaled<Vendor> {
    Journaled::new(vendor, Journal::with_lease(store, LEASE), "an account")
}
