//! A journal whose readers come a moment too early: who has a vendor's job shows only when it is
//! written down.

use async_trait::async_trait;
use genmux::journal::{
    Change, Claim, Filter, Inserted, Intent, JobStore, Lease, MemoryStore, Millis, Record,
    StoreError, Version,
};

#[derive(Debug, Default)]
pub(crate) struct Blind(MemoryStore);

#[async_trait]
impl JobStore for Blind {
    async fn find_vendor_job(&self, _: &str, _: &str) -> Result<Option<Record>, StoreError> {
        Ok(None)
    }

    async fn insert(&self, intent: Intent, lease: Option<Lease>) -> Result<Inserted, StoreError> {
        self.0.insert(intent, lease).await
    }

    async fn read(&self, key: &str) -> Result<Option<Record>, StoreError> {
        self.0.read(key).await
    }

    async fn change(
        &self,
        key: &str,
        version: Version,
        change: Change,
    ) -> Result<Record, StoreError> {
        self.0.change(key, version, change).await
    }

    async fn acquire(&self, key: &str, lease: Lease, now: Millis) -> Result<Record, StoreError> {
        self.0.acquire(key, lease, now).await
    }

    async fn renew(&self, key: &str, lease: Lease) -> Result<Record, StoreError> {
        self.0.renew(key, lease).await
    }

    async fn release(&self, key: &str, owner: &str, due_at: Millis) -> Result<Record, StoreError> {
        self.0.release(key, owner, due_at).await
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Record>, StoreError> {
        self.0.claim(claim).await
    }

    async fn list(&self, filter: Filter) -> Result<Vec<Record>, StoreError> {
        self.0.list(filter).await
    }

    async fn prune(&self, before: Millis) -> Result<u64, StoreError> {
        self.0.prune(before).await
    }
}
