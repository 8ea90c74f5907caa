//! What translation needs and may not find out by itself.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::leaf::Leaf;
use crate::request::{MediaFacts, Request};

/// Task ids, facts about media, and what the application allows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Context {
    /// From what task ids are made.
    pub task: TaskKey,
    /// What is known about the media of the request.
    pub media: MediaTable,
    /// Whether local paths may stand in the request.
    pub allow_paths: bool,
    /// Whether provider options that a spec does not declare are sent.
    pub allow_unlisted: bool,
    /// Providers that give out an asset of theirs by its id.
    pub lenders: Vec<&'static str>,
    /// Lenders whose assets are copied to the offer's provider when the request is run.
    pub copied_from: Vec<&'static str>,
}

impl Context {
    /// A context in which nothing is known about media and nothing is allowed.
    pub fn new(task: TaskKey) -> Context {
        Context {
            task,
            media: MediaTable::default(),
            allow_paths: false,
            allow_unlisted: false,
            lenders: Vec::new(),
            copied_from: Vec::new(),
        }
    }
}

/// The key from which the task id of every call is derived: the same key, the same ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskKey {
    given: Option<Uuid>,
    digest: [u8; 32],
}

impl TaskKey {
    /// A key from an idempotency key or any bytes that stand for the request.
    pub fn derived(bytes: &[u8]) -> TaskKey {
        TaskKey { given: None, digest: Sha256::digest(bytes).into() }
    }

    /// This key together with a caller's own, such as an idempotency key: another request under the
    /// same key of the caller has other ids.
    #[must_use]
    pub fn keyed(self, key: &[u8]) -> TaskKey {
        let digest = Sha256::new().chain_update(self.digest).chain_update(key).finalize();
        TaskKey { given: None, digest: digest.into() }
    }

    /// A key that gives the first call this very id.
    pub fn given(id: Uuid) -> TaskKey {
        TaskKey { given: Some(id), digest: Sha256::digest(id.as_bytes()).into() }
    }

    /// The id of call `call` (from 0) to an offer, in the form of a UUID v4.
    pub fn task_id(&self, offer: &str, call: u64) -> Uuid {
        if let (Some(id), 0) = (self.given, call) {
            return id;
        }
        let hash = Sha256::new()
            .chain_update(self.digest)
            .chain_update(offer)
            .chain_update(call.to_be_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// Facts that somebody looked up, by place in the request.
#[derive(Clone, Debug, Default)]
pub struct MediaTable(Vec<(Leaf, usize, Result<MediaFacts, String>)>);

impl MediaTable {
    /// Notes what was found out about one item: its facts, or why it cannot be used.
    pub fn insert(&mut self, leaf: Leaf, index: usize, found: Result<MediaFacts, String>) {
        self.0.push((leaf, index, found));
    }

    /// What was found out about one item.
    pub fn found(&self, leaf: Leaf, index: usize) -> Option<&Result<MediaFacts, String>> {
        self.0.iter().find(|entry| (entry.0, entry.1) == (leaf, index)).map(|entry| &entry.2)
    }

    /// The facts of one item: found out if somebody looked, else as declared.
    pub fn facts<'a>(
        &'a self,
        request: &'a Request,
        leaf: Leaf,
        index: usize,
    ) -> Option<&'a MediaFacts> {
        match self.found(leaf, index) {
            Some(Ok(facts)) => Some(facts),
            Some(Err(_)) => None,
            None => request.media(leaf).get(index).map(|media| &media.declared),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn task_ids_are_uuids_v4_that_repeat_and_differ_by_call() {
        let key = TaskKey::derived(b"request");
        let id = key.task_id("runware/seedream-4.0", 0);
        assert_eq!(id.get_version_num(), 4);
        assert_eq!(id, key.task_id("runware/seedream-4.0", 0));
        assert_ne!(id, key.task_id("runware/seedream-4.0", 1));
        assert_ne!(id, key.task_id("runware/seedance-1.0-pro", 0));
    }

    #[test]
    fn a_given_id_is_the_first_call_only() {
        let id = Uuid::from_u128(7);
        let key = TaskKey::given(id);
        assert_eq!(key.task_id("a", 0), id);
        assert_ne!(key.task_id("a", 1), id);
    }
}
