//! What is written down about one piece of work.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::begun::Begun;
use super::state::State;
use crate::job::Job;

/// Unix time in milliseconds: stores read no clock.
pub type Millis = i64;

/// Counts the changes of a record; what compare-and-set compares.
///
/// It goes up with every change of facts and whenever another one takes the lease, so that it
/// fences: after a takeover, nothing that the former holder still writes comes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub i64);

impl Version {
    /// Of a record that was just written.
    pub const FIRST: Version = Version(1);

    /// The version after this one.
    #[must_use]
    pub const fn next(self) -> Version {
        Version(self.0.saturating_add(1))
    }
}

/// What is written down before anything is sent.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Names the work: the idempotency key, or a random one. Stores keep it unique.
    pub key: String,
    /// Digest of request and offer: the same key with another digest is other work.
    pub digest: String,
    /// The offer, as `provider/model`.
    pub offer: String,
    /// Label of the account, never its key; as [`Account::label`](crate::Account::label) gives it.
    pub account: String,
    /// The canonical request; shortening its media is the caller's affair.
    pub request: Value,
    /// How the request is to be run, in a form of the caller's own: policy, folder, base URL.
    #[serde(default)]
    pub options: Value,
    /// The caller's own notes.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Where outputs are to be saved.
    #[serde(default)]
    pub save_to: Option<String>,
    /// Now.
    pub created_at: Millis,
}

/// The right to work on a record, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Who: a name that no other worker has and that is never used again, not after a restart
    /// either.
    pub owner: String,
    /// Until when; from this very millisecond on, others may take it.
    pub until: Millis,
}

impl Lease {
    /// A lease from now on.
    pub fn new(owner: impl Into<String>, now: Millis, length: Millis) -> Lease {
        Lease { owner: owner.into(), until: now.saturating_add(length) }
    }
}

/// A job at the vendor that one call of the work became.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VendorJob {
    /// Number of the call, from 0.
    pub call: u32,
    /// The vendor's id.
    pub id: String,
}

/// One piece of work, from before it is sent until it is pruned.
///
/// Its fields are all public, and it may grow: a store that is built elsewhere has to keep every
/// one of them.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What was written down first.
    #[serde(flatten)]
    pub intent: Intent,
    /// How far it is.
    pub state: State,
    /// What compare-and-set compares.
    pub version: Version,
    /// When its facts were last changed; taking and renewing leases does not count.
    pub updated_at: Millis,
    /// Who works on it; nobody does once its time is over.
    pub lease: Option<Lease>,
    /// No worker is given the record earlier; while somebody holds it, the end of the lease.
    pub due_at: Millis,
    /// How often somebody took it up.
    pub turns: i64,
    /// The submission that was begun last, serialized: see [`Begun`].
    pub begun: Option<Value>,
    /// The handle, serialized, as soon as there is one.
    pub job: Option<Value>,
    /// The vendor's jobs that are known, by call and id; no other record has any of them.
    pub vendor_jobs: Vec<VendorJob>,
    /// What came of it, serialized.
    pub outcome: Option<Value>,
    /// What went wrong last, in one sentence.
    pub error: Option<String>,
}

impl Record {
    /// The provider's part of the offer.
    pub fn provider(&self) -> &str {
        self.intent.provider()
    }

    /// The handle.
    ///
    /// # Errors
    /// When it has a form that this version does not read.
    pub fn handle(&self) -> Result<Option<Job>, serde_json::Error> {
        self.job.as_ref().map(Job::deserialize).transpose()
    }

    /// The submission that was begun last, if it has a form that this version reads.
    pub fn begun(&self) -> Option<Begun> {
        self.begun.as_ref().and_then(|begun| Begun::deserialize(begun).ok())
    }

    /// Whether somebody works on it.
    pub fn is_held(&self, now: Millis) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.until > now)
    }

    /// Whether somebody else works on it.
    pub fn is_held_from(&self, owner: &str, now: Millis) -> bool {
        self.lease.as_ref().is_some_and(|lease| lease.until > now && lease.owner != owner)
    }
}

impl Intent {
    /// The provider's part of the offer.
    pub fn provider(&self) -> &str {
        self.offer.split('/').next().unwrap_or_default()
    }
}

/// What is to change about a record; what is not named stays.
#[derive(Clone, Default)]
pub struct Change {
    /// Who changes it: somebody else's lease refuses.
    pub owner: String,
    /// Now.
    pub at: Millis,
    /// Where it goes; `None` stays, as facts may be added to final records too.
    pub state: Option<State>,
    /// The submission that is begun, serialized.
    pub begun: Option<Value>,
    /// The handle, serialized.
    pub job: Option<Value>,
    /// Vendor's jobs that are added.
    pub vendor_jobs: Vec<VendorJob>,
    /// What came of it, serialized.
    pub outcome: Option<Value>,
    /// What went wrong, in one sentence without prompts, keys and signed URLs.
    pub error: Option<String>,
    /// Where outputs are saved.
    pub save_to: Option<String>,
    /// Notes that are added, over those of the same name.
    pub tags: BTreeMap<String, String>,
    /// When a worker is to look at it next.
    pub due_at: Option<Millis>,
    /// Whether the lease ends with this change.
    pub release: bool,
}

impl Change {
    /// A change that says nothing yet.
    pub fn new(owner: impl Into<String>, at: Millis) -> Change {
        Change { owner: owner.into(), at, ..Change::default() }
    }

    /// A change of the state alone, so far.
    pub fn to(state: State, owner: impl Into<String>, at: Millis) -> Change {
        Change { state: Some(state), ..Change::new(owner, at) }
    }
}

/// What inserting gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Inserted {
    /// The key was new.
    New(Record),
    /// The key was there. Same digest: the same work; another one: a mistake of the caller's.
    Existing(Record),
}

impl Inserted {
    /// The record, new or not.
    pub fn into_record(self) -> Record {
        match self {
            Inserted::New(record) | Inserted::Existing(record) => record,
        }
    }
}

/// Names the work; what it holds is not shown.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("key", &self.intent.key)
            .field("offer", &self.intent.offer)
            .field("account", &self.intent.account)
            .field("state", &self.state)
            .field("version", &self.version)
            .field("lease", &self.lease)
            .field("due_at", &self.due_at)
            .field("vendor_jobs", &self.vendor_jobs)
            .finish_non_exhaustive()
    }
}

/// Names the work; what it holds is not shown.
impl fmt::Debug for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intent")
            .field("key", &self.key)
            .field("offer", &self.offer)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

/// Names the step; what it holds is not shown.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("owner", &self.owner)
            .field("at", &self.at)
            .field("state", &self.state)
            .field("vendor_jobs", &self.vendor_jobs)
            .field("release", &self.release)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record() -> Record {
        let intent = Intent {
            key: "the key".into(),
            offer: "runware/m".into(),
            account: "runware:label".into(),
            request: json!({ "prompt": "CANARY" }),
            ..Intent::default()
        };
        Record::new(intent, Some(Lease::new("me", 100, 10)))
    }

    #[test]
    fn a_lease_holds_until_its_last_millisecond() {
        let record = record();
        assert_eq!(record.lease.as_ref().map(|lease| lease.until), Some(110));
        assert!(record.is_held(109) && !record.is_held(110));
        assert!(record.is_held_from("other", 109) && !record.is_held_from("other", 110));
        assert!(!record.is_held_from("me", 109));
        let free = Record { lease: None, ..record };
        assert!(!free.is_held(0) && !free.is_held_from("other", 0));
    }

    #[test]
    fn what_another_version_wrote_is_no_beginning_and_no_handle() {
        let record = Record { begun: Some(json!(1)), job: Some(json!(1)), ..record() };
        assert!(record.begun().is_none() && record.handle().is_err());
        let none = Record { begun: None, job: None, ..record };
        assert!(none.begun().is_none() && matches!(none.handle(), Ok(None)));
    }

    #[test]
    fn a_beginning_is_read_back_as_it_was() {
        let job = json!({
            "version": 1, "id": "a", "offer": "runware/m", "revision": "2026-01-01",
            "catalogue": "c", "base_url": "https://a.example", "kind": "image", "expect": {},
            "calls": [],
        });
        let begun = json!({ "job": job, "answered": 3, "payloads": [1], "at": 7 });
        let record = Record { begun: Some(begun), ..record() };
        let begun = record.begun().map(|begun| (begun.job.id, begun.answered, begun.at));
        assert_eq!(begun, Some(("a".to_owned(), 3, 7)));
    }

    #[test]
    fn inserting_gives_the_record_that_is_there() {
        assert_eq!(record().provider(), "runware");
        assert!(Inserted::New(record()).into_record() == record());
        assert!(Inserted::Existing(record()).into_record() == record());
    }

    #[test]
    fn debug_names_the_work_and_shows_nothing_of_it() {
        let change = Change { job: Some(json!("CANARY")), ..Change::to(State::Failed, "me", 1) };
        let shown = [format!("{:?}", record()), format!("{:?}", record().intent)];
        for text in &shown {
            assert!(text.contains("the key") && text.contains("runware:label"), "{text}");
            assert!(!text.contains("CANARY"), "{text}");
        }
        let text = format!("{change:?}");
        assert!(text.contains("Failed") && !text.contains("CANARY"), "{text}");
    }
}
