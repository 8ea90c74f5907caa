//! Records in memory: for tests, and for work that may be forgotten with the process.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::error::StoreError;
use super::query::{Claim, Filter};
use super::record::{Change, Inserted, Intent, Lease, Millis, Record, Version};
use super::{JobStore, VendorJob};

/// Keeps records in memory, and forgets them with the process.
#[derive(Default)]
pub struct MemoryStore(Mutex<Records>);

/// Records in the order in which they came, and the two names that are unique.
#[derive(Default)]
struct Records {
    by_number: BTreeMap<u64, Record>,
    numbers: HashMap<String, u64>,
    vendor_jobs: HashMap<(String, String), u64>,
    last: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// A caller that panicked left nothing half done: records are replaced whole.
    fn records(&self) -> MutexGuard<'_, Records> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    fn number(&self, key: &str) -> Option<u64> {
        self.numbers.get(key).copied()
    }

    fn read(&self, key: &str) -> Option<&Record> {
        self.by_number.get(&self.number(key)?)
    }

    /// Takes a step of a record.
    fn step(
        &mut self,
        key: &str,
        step: impl FnOnce(&Record) -> Result<Record, StoreError>,
    ) -> Result<Record, StoreError> {
        let number = self.number(key).ok_or(StoreError::NotFound)?;
        let before = self.by_number.get(&number).ok_or(StoreError::NotFound)?;
        let after = step(before)?;
        let provider = after.provider().to_owned();
        for VendorJob { id, .. } in &after.vendor_jobs {
            if let Some(other) = self.other(&(provider.clone(), id.clone()), number) {
                return Err(StoreError::VendorJobTaken(Box::new(other.clone())));
            }
        }
        for VendorJob { id, .. } in &after.vendor_jobs {
            self.vendor_jobs.insert((provider.clone(), id.clone()), number);
        }
        self.by_number.insert(number, after.clone());
        Ok(after)
    }

    fn other(&self, name: &(String, String), number: u64) -> Option<&Record> {
        let taken = self.vendor_jobs.get(name).filter(|taken| **taken != number)?;
        self.by_number.get(taken)
    }

    fn insert(&mut self, intent: Intent, lease: Option<Lease>) -> Inserted {
        if let Some(record) = self.read(&intent.key) {
            return Inserted::Existing(record.clone());
        }
        self.last += 1;
        self.numbers.insert(intent.key.clone(), self.last);
        let record = Record::new(intent, lease);
        self.by_number.insert(self.last, record.clone());
        Inserted::New(record)
    }

    fn due(&self, claim: &Claim) -> Option<String> {
        let due = self.by_number.iter().filter(|(_, record)| claim.takes(record));
        let (_, first) = due.min_by_key(|(number, it)| (it.due_at, it.turns, **number))?;
        Some(first.intent.key.clone())
    }

    fn prune(&mut self, before: Millis) -> usize {
        let count = self.by_number.len();
        self.by_number.retain(|_, record| {
            let held = record.lease.as_ref().is_some_and(|lease| lease.until >= before);
            !record.state.is_final() || record.updated_at >= before || held
        });
        let kept = &self.by_number;
        self.numbers.retain(|_, number| kept.contains_key(number));
        self.vendor_jobs.retain(|_, number| kept.contains_key(number));
        count - kept.len()
    }
}

#[async_trait]
impl JobStore for MemoryStore {
    async fn insert(&self, intent: Intent, lease: Option<Lease>) -> Result<Inserted, StoreError> {
        Ok(self.records().insert(intent, lease))
    }

    async fn read(&self, key: &str) -> Result<Option<Record>, StoreError> {
        Ok(self.records().read(key).cloned())
    }

    async fn change(
        &self,
        key: &str,
        version: Version,
        change: Change,
    ) -> Result<Record, StoreError> {
        self.records().step(key, |record| record.changed(version, &change))
    }

    async fn acquire(&self, key: &str, lease: Lease, now: Millis) -> Result<Record, StoreError> {
        self.records().step(key, |record| record.acquired(lease, now))
    }

    async fn renew(&self, key: &str, lease: Lease) -> Result<Record, StoreError> {
        self.records().step(key, |record| record.renewed(lease))
    }

    async fn release(&self, key: &str, owner: &str, due_at: Millis) -> Result<Record, StoreError> {
        self.records().step(key, |record| record.released(owner, due_at))
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Record>, StoreError> {
        let mut records = self.records();
        let Some(key) = records.due(&claim) else { return Ok(None) };
        records.step(&key, |record| record.acquired(claim.lease, claim.now)).map(Some)
    }

    async fn find_vendor_job(
        &self,
        provider: &str,
        id: &str,
    ) -> Result<Option<Record>, StoreError> {
        Ok(self.records().other(&(provider.to_owned(), id.to_owned()), 0).cloned())
    }

    async fn list(&self, filter: Filter) -> Result<Vec<Record>, StoreError> {
        let records = self.records();
        let mut found: Vec<_> =
            records.by_number.iter().filter(|(_, record)| filter.takes(record)).collect();
        found.sort_by_key(|(number, record)| (record.intent.created_at, **number));
        let limit = filter.limit.and_then(|limit| usize::try_from(limit).ok());
        let newest = found.into_iter().rev().take(limit.unwrap_or(usize::MAX));
        Ok(newest.map(|(_, record)| record.clone()).collect())
    }

    async fn prune(&self, before: Millis) -> Result<u64, StoreError> {
        Ok(u64::try_from(self.records().prune(before)).unwrap_or(u64::MAX))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryStore({} records)", self.records().by_number.len())
    }
}
