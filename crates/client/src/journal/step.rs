//! The steps of a record, as pure functions: a store reads a record, takes a step, and writes it.
//!
//! Every store takes these steps inside a transaction that nobody else writes in, and so all of
//! them refuse the same things.

use super::error::StoreError;
use super::record::{Change, Intent, Lease, Millis, Record, Version};
use super::state::State;

/// Why a step that [`State::next`] does not list is refused.
const NO_STEP: &str = "there is no such step";
const NO_JOB: &str = "its handle is not kept; give the handle along with the state";
const NO_OUTCOME: &str = "its outcome is not kept; give the outcome along with the state";

impl Record {
    /// A new record, held by somebody from the start or by nobody.
    pub fn new(intent: Intent, lease: Option<Lease>) -> Record {
        let now = intent.created_at;
        Record {
            state: State::Intended,
            version: Version::FIRST,
            updated_at: now,
            due_at: lease.as_ref().map_or(now, |lease| lease.until),
            turns: i64::from(lease.is_some()),
            lease,
            begun: None,
            job: None,
            vendor_jobs: Vec::new(),
            outcome: None,
            error: None,
            intent,
        }
    }

    /// The record after a change, if it is still as the caller read it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the version is another one; [`StoreError::Leased`] when
    /// somebody else holds it; [`StoreError::Illegal`] when the state machine has no such step.
    pub fn changed(&self, version: Version, change: &Change) -> Result<Record, StoreError> {
        if self.version != version {
            return Err(StoreError::Conflict(Box::new(self.clone())));
        }
        if self.is_held_from(&change.owner, change.at) {
            return Err(StoreError::Leased(Box::new(self.clone())));
        }
        let mut record = self.clone();
        record.learn(change);
        record.go(change.state)?;
        record.plan(change);
        record.version = version.next();
        record.updated_at = change.at;
        Ok(record)
    }

    /// Takes over what the change says, the state and the times aside.
    fn learn(&mut self, change: &Change) {
        let newer = |new: &Option<_>, old: &mut Option<_>| {
            if new.is_some() {
                old.clone_from(new);
            }
        };
        newer(&change.begun, &mut self.begun);
        newer(&change.job, &mut self.job);
        newer(&change.outcome, &mut self.outcome);
        self.error = change.error.clone().or(self.error.take());
        self.intent.save_to = change.save_to.clone().or(self.intent.save_to.take());
        self.intent.tags.extend(change.tags.clone());
        self.vendor_jobs.extend_from_slice(&change.vendor_jobs);
        self.vendor_jobs.sort();
        self.vendor_jobs.dedup();
    }

    fn go(&mut self, to: Option<State>) -> Result<(), StoreError> {
        let Some(to) = to.filter(|to| *to != self.state) else { return Ok(()) };
        let from = self.state;
        let refuse = |why| Err(StoreError::Illegal { from, to, why });
        match () {
            () if !from.can_become(to) => refuse(NO_STEP),
            () if to.has_job() && self.job.is_none() => refuse(NO_JOB),
            () if to == State::Succeeded && self.outcome.is_none() => refuse(NO_OUTCOME),
            () => {
                self.state = to;
                Ok(())
            }
        }
    }

    /// Who looks at it next, and when.
    fn plan(&mut self, change: &Change) {
        if change.release {
            self.lease = None;
            self.due_at = change.at;
        }
        self.due_at = change.due_at.unwrap_or(self.due_at);
    }

    /// The record with a lease: a new one, one whose time is over, or one's own prolonged.
    ///
    /// # Errors
    /// [`StoreError::Leased`] when somebody else holds it.
    pub fn acquired(&self, lease: Lease, now: Millis) -> Result<Record, StoreError> {
        if self.is_held_from(&lease.owner, now) {
            return Err(StoreError::Leased(Box::new(self.clone())));
        }
        let mut record = self.clone();
        if !self.is_held(now) {
            record.version = self.version.next();
            record.turns = self.turns.saturating_add(1);
        }
        record.due_at = lease.until;
        record.lease = Some(lease);
        Ok(record)
    }

    /// The record with one's lease prolonged; late is fine, as long as nobody took it over.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the lease is lost.
    pub fn renewed(&self, lease: Lease) -> Result<Record, StoreError> {
        self.owned(&lease.owner)?;
        Ok(Record { due_at: lease.until, lease: Some(lease), ..self.clone() })
    }

    /// The record without one's lease.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the lease is lost.
    pub fn released(&self, owner: &str, due_at: Millis) -> Result<Record, StoreError> {
        self.owned(owner)?;
        Ok(Record { due_at, lease: None, ..self.clone() })
    }

    fn owned(&self, owner: &str) -> Result<(), StoreError> {
        match &self.lease {
            Some(lease) if lease.owner == owner => Ok(()),
            _ => Err(StoreError::Conflict(Box::new(self.clone()))),
        }
    }
}
