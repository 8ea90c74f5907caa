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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::record::VendorJob;
    use super::*;

    const NOW: Millis = 1000;

    fn intent() -> Intent {
        Intent { key: "k".into(), created_at: NOW, ..Intent::default() }
    }

    fn lease(owner: &str, until: Millis) -> Lease {
        Lease { owner: owner.into(), until }
    }

    /// A record in a state, with handle and outcome, that nobody holds.
    fn record(state: State) -> Record {
        let (job, outcome) = (Some(json!("j")), Some(json!("o")));
        Record { state, job, outcome, ..Record::new(intent(), None) }
    }

    fn held() -> Record {
        Record::new(intent(), Some(lease("me", NOW + 10)))
    }

    #[track_caller]
    fn check_refused(gave: Result<Record, StoreError>, told: impl Fn(&StoreError) -> bool) {
        let error = gave.unwrap_err();
        assert!(told(&error), "{error:?}");
    }

    fn is_leased(error: &StoreError) -> bool {
        matches!(error, StoreError::Leased(_))
    }

    fn is_conflict(error: &StoreError) -> bool {
        matches!(error, StoreError::Conflict(_))
    }

    #[test]
    fn a_new_record_is_due_at_once_or_when_its_lease_ends() {
        let (free, held) = (Record::new(intent(), None), held());
        assert_eq!((free.state, free.version), (State::Intended, Version::FIRST));
        assert_eq!((free.updated_at, free.due_at, free.turns), (NOW, NOW, 0));
        assert_eq!((held.updated_at, held.due_at, held.turns), (NOW, NOW + 10, 1));
    }

    #[test]
    fn a_change_is_counted_and_timed() {
        let record = record(State::Intended);
        let change = Change::to(State::Submitting, "me", NOW + 5);
        let after = record.changed(record.version, &change).unwrap();
        assert_eq!((after.state, after.version), (State::Submitting, Version::FIRST.next()));
        assert_eq!((after.updated_at, after.due_at), (NOW + 5, NOW));
    }

    #[test]
    fn a_change_out_of_date_or_of_another_holder_is_refused() {
        let record = held();
        let change = |owner: &str, at| Change::to(State::Submitting, owner, at);
        check_refused(record.changed(record.version.next(), &change("me", NOW)), is_conflict);
        check_refused(record.changed(record.version, &change("other", NOW)), is_leased);
        assert!(record.changed(record.version, &change("me", NOW)).is_ok());
        assert!(record.changed(record.version, &change("other", NOW + 10)).is_ok());
    }

    #[test]
    fn what_a_change_names_is_learned_and_the_rest_stays() {
        let job = |call, id: &str| VendorJob { call, id: id.into() };
        let change = Change {
            begun: Some(json!("b")),
            job: Some(json!("j2")),
            outcome: Some(json!("o2")),
            error: Some("lost".into()),
            save_to: Some("folder".into()),
            tags: [("t".to_owned(), "1".to_owned())].into(),
            vendor_jobs: vec![job(1, "y"), job(0, "x"), job(1, "y")],
            ..Change::new("me", NOW)
        };
        let first = record(State::Running).changed(Version::FIRST, &change).unwrap();
        assert_eq!((&first.begun, &first.job), (&Some(json!("b")), &Some(json!("j2"))));
        assert_eq!(first.outcome, Some(json!("o2")));
        assert_eq!(first.error.as_deref(), Some("lost"));
        assert_eq!(first.intent.save_to.as_deref(), Some("folder"));
        assert_eq!(first.intent.tags["t"], "1");
        assert_eq!(first.vendor_jobs, [job(0, "x"), job(1, "y")]);
        let silent = Change::new("me", NOW);
        let second = first.changed(first.version, &silent).unwrap();
        assert!(second == Record { version: second.version, ..first });
    }

    #[test]
    fn a_step_that_the_table_does_not_list_is_refused() {
        let to = |from: Record, to| from.changed(Version::FIRST, &Change::to(to, "me", NOW));
        let refused = |error: &StoreError| matches!(error, StoreError::Illegal { .. });
        check_refused(to(record(State::Intended), State::Running), refused);
        assert_eq!(to(record(State::Running), State::Running).unwrap().state, State::Running);
        assert_eq!(to(record(State::Running), State::Failed).unwrap().state, State::Failed);
    }

    #[test]
    fn a_step_needs_what_it_stands_for() {
        let refused = |record: Record, to, why: &str| {
            let gave = record.changed(Version::FIRST, &Change::to(to, "me", NOW));
            check_refused(gave, |error| error.to_string().contains(why));
        };
        let bare = |state| Record { state, ..Record::new(intent(), None) };
        refused(bare(State::Submitting), State::Submitted, NO_JOB);
        refused(Record { outcome: None, ..record(State::Running) }, State::Succeeded, NO_OUTCOME);
        let change = Change::to(State::Failed, "me", NOW);
        assert!(bare(State::Submitting).changed(Version::FIRST, &change).is_ok());
        let change = Change::to(State::Expired, "me", NOW);
        let silent = Record { outcome: None, ..record(State::Running) };
        assert!(silent.changed(Version::FIRST, &change).is_ok());
    }

    #[test]
    fn a_change_may_give_the_lease_back_and_say_when_to_look_again() {
        let record = held();
        let released = Change { release: true, ..Change::new("me", NOW + 3) };
        let after = record.changed(record.version, &released).unwrap();
        assert_eq!((&after.lease, after.due_at), (&None, NOW + 3));
        let later = Change { due_at: Some(NOW + 99), ..released };
        assert_eq!(record.changed(record.version, &later).unwrap().due_at, NOW + 99);
        let kept = record.changed(record.version, &Change::new("me", NOW + 3)).unwrap();
        assert_eq!((kept.lease, kept.due_at), (record.lease, NOW + 10));
    }

    #[test]
    fn a_lease_that_is_taken_over_counts_and_ones_own_does_not() {
        let free = Record::new(intent(), None).acquired(lease("me", NOW + 10), NOW).unwrap();
        assert_eq!((free.version, free.turns, free.due_at), (Version(2), 1, NOW + 10));
        let own = free.acquired(lease("me", NOW + 20), NOW + 9).unwrap();
        assert_eq!((own.version, own.turns, own.due_at), (Version(2), 1, NOW + 20));
        assert_eq!(own.lease, Some(lease("me", NOW + 20)));
        check_refused(own.acquired(lease("other", NOW + 30), NOW + 19), is_leased);
        let taken = own.acquired(lease("other", NOW + 30), NOW + 20).unwrap();
        assert_eq!((taken.version, taken.turns), (Version(3), 2));
        assert_eq!(taken.lease, Some(lease("other", NOW + 30)));
    }

    #[test]
    fn only_the_holder_prolongs_or_gives_back_and_late_is_fine() {
        let renewed = held().renewed(lease("me", NOW + 500)).unwrap();
        assert_eq!((renewed.due_at, renewed.version), (NOW + 500, Version::FIRST));
        assert_eq!(renewed.lease, Some(lease("me", NOW + 500)));
        let released = held().released("me", NOW + 7).unwrap();
        assert_eq!((&released.lease, released.due_at), (&None, NOW + 7));
        check_refused(held().renewed(lease("other", NOW + 500)), is_conflict);
        check_refused(held().released("other", NOW), is_conflict);
        check_refused(released.released("me", NOW), is_conflict);
    }
}
