//! What was submitted, written down from before it is sent: so that nothing is paid for twice and
//! nothing that was paid for is lost.
//!
//! A [`Record`] is one piece of work. A [`JobStore`] keeps records: [`MemoryStore`] for tests,
//! `SqliteStore` (feature `journal`) in a file that processes of one machine share; others, such
//! as one on a database server, implement the trait and pass `conformance` (feature of that name).
//!
//! [`Journaled`] is a provider that does all of this; [`Journal`] names the store and the process.
//!
//! # How a provider uses it
//!
//! 1. **Intent.** [`JobStore::insert`] with the key, the digest of request and offer, and a lease.
//!    It returns when the record is on disk. [`Inserted::Existing`] with the same digest is the
//!    same work: its handle and outcome are there or will be. With another digest it is an error.
//! 2. **Submit.** [`JobStore::change`] to [`State::Submitting`], with the ids of the vendor's jobs
//!    where they are known beforehand; only after it returned is anything sent. Afterwards to
//!    [`State::Submitted`] with the handle and the vendor's ids; to [`State::Failed`] where surely
//!    nothing came of it; to [`State::Ambiguous`] where nobody knows. What is rejected before it
//!    is sent, at its price for example, stays [`State::Intended`].
//! 3. **Wait.** [`JobStore::renew`] well before the lease is over, at a third of it for example.
//!    A change to [`State::Running`], then to the end with the outcome; `release` ends the lease
//!    in the same write.
//! 4. **After a crash** the lease runs out. [`JobStore::claim`] gives the record to the next
//!    worker, [`JobStore::acquire`] to a person's command. `intended`: nothing was sent.
//!    `submitting`: ask the vendor what it has; [`JobStore::find_vendor_job`] says whether another
//!    record has the job that was found, and a change that names it is refused in that case, so
//!    that two processes cannot adopt the same one. `submitted`, `running`: go on waiting with
//!    [`Record::handle`].
//!
//! Every change names the [`Version`] that it was decided on. A takeover raises the version: what
//! the former holder still writes is refused ([`StoreError::Conflict`]), the change to
//! `submitting` included, so that it sends nothing. The one gap is a process that stops between
//! that change and the first byte for longer than its lease: leases are to be longer than a
//! submission may take.
//!
//! # How to write a store
//!
//! Reading, taking one of the steps of [`Record`] (`new`, `changed`, `acquired`, `renewed`,
//! `released`) and writing happen in one transaction that locks the row (`SELECT ... FOR UPDATE`;
//! `SKIP LOCKED` for [`JobStore::claim`]). The steps refuse what is to be refused; the store adds
//! that keys are unique, and pairs of provider and vendor's id too. A call returns when its write
//! is durable. A future that is dropped may have written or not: the record tells.

mod begun;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod decide;
mod ended;
mod entry;
mod error;
mod folder;
mod intent;
mod journaled;
mod many;
mod memory;
mod query;
mod record;
mod settle;
#[cfg(feature = "journal")]
mod sqlite;
mod state;
mod step;
mod turns;

use std::fmt;

use async_trait::async_trait;

pub use begun::Begun;
pub(crate) use begun::ticket;
pub use entry::{Entry, Journal};
pub use error::StoreError;
pub use journaled::Journaled;
pub use memory::MemoryStore;
pub use query::{Claim, Filter};
pub use record::{Change, Inserted, Intent, Lease, Millis, Record, VendorJob, Version};
#[cfg(feature = "journal")]
pub use sqlite::{SqliteOptions, SqliteStore};
pub use state::State;

/// Keeps records. Every call is one transaction and returns when it is durable.
///
/// All may fail with the errors of the file or server below, from [`StoreError::Locked`] on.
#[async_trait]
pub trait JobStore: Send + Sync + fmt::Debug {
    /// Writes an intent down; where its key is known already, gives the record that has it and
    /// changes nothing. The lease is for a new record only.
    ///
    /// # Errors
    /// None of its own.
    async fn insert(&self, intent: Intent, lease: Option<Lease>) -> Result<Inserted, StoreError>;

    /// The record of a key.
    ///
    /// # Errors
    /// None of its own.
    async fn read(&self, key: &str) -> Result<Option<Record>, StoreError>;

    /// Changes a record, if it is still as the caller read it; gives it as it is then.
    ///
    /// # Errors
    /// As [`Record::changed`]; [`StoreError::VendorJobTaken`] when another record has a vendor's
    /// job that is named; [`StoreError::NotFound`].
    async fn change(
        &self,
        key: &str,
        version: Version,
        change: Change,
    ) -> Result<Record, StoreError>;

    /// Takes the lease of a record, also one whose time is over.
    ///
    /// # Errors
    /// As [`Record::acquired`]; [`StoreError::NotFound`].
    async fn acquire(&self, key: &str, lease: Lease, now: Millis) -> Result<Record, StoreError>;

    /// Prolongs one's lease. The version stays, so that it can be done beside other work.
    ///
    /// # Errors
    /// As [`Record::renewed`]; [`StoreError::NotFound`].
    async fn renew(&self, key: &str, lease: Lease) -> Result<Record, StoreError>;

    /// Gives one's lease back; a worker may take the record up from `due_at` on.
    ///
    /// # Errors
    /// As [`Record::released`]; [`StoreError::NotFound`].
    async fn release(&self, key: &str, owner: &str, due_at: Millis) -> Result<Record, StoreError>;

    /// Leases the record that has been due for longest, if there is one. Of those due at the same
    /// time the one comes first that was taken up less often, then the older one.
    ///
    /// # Errors
    /// None of its own.
    async fn claim(&self, claim: Claim) -> Result<Option<Record>, StoreError>;

    /// The record that has a job of a vendor.
    ///
    /// # Errors
    /// None of its own.
    async fn find_vendor_job(&self, provider: &str, id: &str)
    -> Result<Option<Record>, StoreError>;

    /// Records, newest first.
    ///
    /// # Errors
    /// None of its own.
    async fn list(&self, filter: Filter) -> Result<Vec<Record>, StoreError>;

    /// Forgets final records that were last changed, and last held, before a time; gives their
    /// number.
    ///
    /// # Errors
    /// None of its own.
    async fn prune(&self, before: Millis) -> Result<u64, StoreError>;
}
