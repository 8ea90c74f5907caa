//! A record that is worked on: its lease is kept, its changes go through compare-and-set.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::select;
use genmux_core::{Charged, ErrorKind};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use super::begun::{Begun, vendor_jobs};
use super::decide::{self, Failure};
use super::error::StoreError;
use super::record::{Change, Lease, Millis, Record, Version};
use super::state::State;
use super::turns::Turns;
use super::{Filter, JobStore};
use crate::error::Error;
use crate::job::Job;

/// How long nobody else takes up what a process works on after it was last heard of.
const LEASE: Duration = Duration::from_secs(30);

/// How often another process that works on the same record is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// A journal, and who writes to it.
#[derive(Clone)]
pub struct Journal(Arc<Writer>);

struct Writer {
    store: Arc<dyn JobStore>,
    owner: String,
    lease: Duration,
    turns: Turns,
}

impl Journal {
    /// A journal in a store. What this process works on is its own until it has not been heard of
    /// for half a minute.
    pub fn new(store: Arc<dyn JobStore>) -> Journal {
        Journal::with_lease(store, LEASE)
    }

    /// A journal with leases of another length; it is to be longer than a submission may take.
    pub fn with_lease(store: Arc<dyn JobStore>, lease: Duration) -> Journal {
        let owner = format!("{}-{}", std::process::id(), uuid::Uuid::new_v4());
        Journal(Arc::new(Writer { store, owner, lease, turns: Turns::default() }))
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn JobStore> {
        &self.0.store
    }

    /// Unix time in milliseconds, as records count it.
    #[allow(clippy::disallowed_methods)] // The one clock of the journal: stores read none.
    pub fn now() -> Millis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
    }

    /// The name under which this process works on records.
    pub fn owner(&self) -> &str {
        &self.0.owner
    }

    /// A lease from now on.
    pub fn lease(&self) -> Lease {
        Lease::new(&self.0.owner, Journal::now(), self.lease_millis())
    }

    /// Gives back the leases of everything that this process worked on, as it ends: whoever goes on
    /// need not wait until they are over.
    pub async fn let_go(&self) {
        let filter = Filter { states: State::UNFINISHED.to_vec(), ..Filter::default() };
        let held = self.0.store.list(filter).await.unwrap_or_default();
        let own = |it: &Record| it.lease.as_ref().is_some_and(|lease| lease.owner == self.0.owner);
        for record in held.iter().filter(|it| own(it)) {
            // Where it cannot be given back, it runs out.
            let _late =
                self.0.store.release(&record.intent.key, &self.0.owner, Journal::now()).await;
        }
    }

    fn lease_millis(&self) -> Millis {
        Millis::try_from(self.0.lease.as_millis()).unwrap_or(Millis::MAX)
    }

    /// Waits until no other task of this process works on a record.
    pub(super) async fn turn(&self, key: &str) -> OwnedMutexGuard<()> {
        self.0.turns.of(key).await
    }

    /// Takes up a record; waits so long for whoever works on it.
    pub(super) async fn acquire(&self, key: &str, wait: Duration) -> Result<Record, StoreError> {
        let late = Instant::now().checked_add(wait);
        loop {
            match self.0.store.acquire(key, self.lease(), Journal::now()).await {
                Err(StoreError::Leased(_)) if late.is_none_or(|late| Instant::now() < late) => {}
                taken => return taken,
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journal({:?})", self.0.store)
    }
}

/// A record that this process works on. [`Journaled`](super::Journaled) puts it into the options of
/// a call, and whoever sends asks it first.
#[derive(Clone)]
pub struct Entry {
    journal: Journal,
    key: String,
    digest: String,
    provider: String,
    version: Arc<Mutex<Version>>,
    begun: Option<Begun>,
    sent: Arc<AtomicBool>,
    /// Whether something may have been sent before this process took the record up.
    doubt: bool,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({:?})", self.key)
    }
}

impl Entry {
    /// A record whose lease this process has.
    pub(super) fn of(journal: &Journal, record: &Record) -> Entry {
        Entry {
            journal: journal.clone(),
            key: record.intent.key.clone(),
            digest: record.intent.digest.clone(),
            provider: record.provider().to_owned(),
            version: Arc::new(Mutex::new(record.version)),
            doubt: record.begun().is_some_and(|begun| !begun.payloads.is_empty()),
            begun: record.begun(),
            sent: Arc::default(),
        }
    }

    /// The same with another beginning.
    pub(super) fn beginning(mut self, begun: Option<Begun>) -> Entry {
        self.begun = begun;
        self
    }

    /// What was sent, or may have been, when the record was last written.
    pub(crate) fn begun(&self) -> Option<&Begun> {
        self.begun.as_ref()
    }

    /// Writes down that calls are about to be sent; only after that may they be.
    pub(crate) async fn sending(&self, begun: &Begun) -> Result<(), Error> {
        let mut change = self.to(State::Submitting);
        change.begun = serde_json::to_value(begun).ok();
        change.vendor_jobs = begun.vendor_jobs();
        self.change(change).await.map_err(unwritten)?;
        self.sent.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// A failure, as it is judged.
    pub(super) fn failure(&self, error: &Error) -> Failure {
        Failure {
            kind: error.kind,
            charged: error.charged,
            answered: error.status.is_some(),
            doubt: self.doubt,
            untouched: self.begun.is_some() && !self.sent.load(Ordering::Relaxed),
        }
    }

    /// Whether a job of the vendor belongs to another piece of work, or may: somebody who submits
    /// the same request right now may be about to write it down.
    pub(crate) async fn is_taken(&self, id: &str) -> Result<bool, Error> {
        let store = self.journal.store();
        let owner = store.find_vendor_job(&self.provider, id).await.map_err(unwritten)?;
        if owner.is_some() {
            return Ok(self.is_anothers(owner.as_ref(), &[]));
        }
        let filter = Filter {
            states: vec![State::Submitting],
            provider: Some(self.provider.clone()),
            ..Filter::default()
        };
        let sending = store.list(filter).await.map_err(unwritten)?;
        Ok(self.is_anothers(None, &sending))
    }

    fn is_anothers(&self, owner: Option<&Record>, sending: &[Record]) -> bool {
        decide::is_anothers(owner, sending, (&self.key, &self.digest), Journal::now())
    }

    /// A change of the state by this process, now.
    pub(super) fn to(&self, state: State) -> Change {
        Change::to(state, self.journal.owner(), Journal::now())
    }

    /// A change of facts by this process, now.
    pub(super) fn note(&self) -> Change {
        Change::new(self.journal.owner(), Journal::now())
    }

    pub(super) async fn change(&self, change: Change) -> Result<Record, StoreError> {
        let mut version = self.version.lock().await;
        let record = self.journal.store().change(&self.key, *version, change).await?;
        *version = record.version;
        Ok(record)
    }

    /// The vendor accepted all that it will: whoever waits next goes on with the handle.
    pub(super) async fn submitted(&self, job: &Job) -> Result<Record, StoreError> {
        let mut change = self.to(State::Submitted);
        change.job = serde_json::to_value(job).ok();
        change.vendor_jobs = vendor_jobs(job);
        change.release = true;
        // Whoever submitted is about to wait: others leave it alone for as long.
        change.due_at = Some(Journal::now().saturating_add(self.journal.lease_millis()));
        self.change(change).await
    }

    /// Keeps the lease while work goes on.
    pub(super) async fn holding<T>(&self, work: impl Future<Output = T>) -> T {
        let renew = async {
            loop {
                tokio::time::sleep(self.journal.0.lease / 3).await;
                let renewed = self.journal.store().renew(&self.key, self.journal.lease()).await;
                if let Err(error) = renewed {
                    // The next change is refused if somebody took it over; work itself goes on.
                    tracing::warn!(%error, "the lease of a job was not renewed");
                }
            }
        };
        beside(work, renew).await
    }

    /// Gives the lease back without another word.
    pub(super) async fn release(&self) {
        let released =
            self.journal.store().release(&self.key, self.journal.owner(), Journal::now()).await;
        if let Err(error) = released {
            // It runs out by itself.
            tracing::warn!(%error, "the lease of a job was not given back");
        }
    }
}

/// Does something while work goes on.
pub(super) async fn beside<T>(
    work: impl Future<Output = T>,
    endless: impl Future<Output = T>,
) -> T {
    select(pin!(work), pin!(endless)).await.factor_first().0
}

/// What the journal says where a call needs an answer. This call sent nothing then; where another
/// one has the record, that one may have, and no other offer is to take over.
pub(super) fn unwritten(error: StoreError) -> Error {
    let (kind, charged) = match &error {
        StoreError::Leased(_) => (ErrorKind::Timeout, Charged::Unknown),
        StoreError::Conflict(_) | StoreError::VendorJobTaken(_) => {
            (ErrorKind::Ambiguous, Charged::Unknown)
        }
        _ => (ErrorKind::Invalid, Charged::No),
    };
    let tail = if charged == Charged::No { "; nothing was sent" } else { "" };
    Error::new(kind, format!("{error}{tail}")).charged(charged).caused_by(error)
}
