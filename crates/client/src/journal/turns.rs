//! One task of this process at a time works on a record: leases tell processes apart, not tasks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

/// The records that tasks of this process work on, or wait for.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl Turns {
    /// Waits until no other task works on a record; ends when the guard is dropped.
    pub(super) async fn of(&self, key: &str) -> OwnedMutexGuard<()> {
        self.lock(key).lock_owned().await
    }

    fn lock(&self, key: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = turns.get(key).and_then(Weak::upgrade) {
            return lock;
        }
        if turns.len() == turns.capacity() {
            // Before it grows, those are forgotten that nobody has.
            turns.retain(|_, lock| lock.strong_count() > 0);
        }
        let lock = Arc::default();
        turns.insert(key.to_owned(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_record_has_one_turn_at_a_time_and_others_are_free() {
        let turns = Turns::default();
        let first = turns.of("a").await;
        let other = turns.of("b").await;
        let soon = Duration::from_millis(20);
        assert!(tokio::time::timeout(soon, turns.of("a")).await.is_err());
        drop(first);
        assert!(tokio::time::timeout(soon, turns.of("a")).await.is_ok());
        drop(other);
    }

    #[tokio::test]
    async fn a_turn_that_is_taken_is_not_forgotten_with_those_that_ended() {
        let turns = Turns::default();
        let _held = turns.of("held").await;
        for number in 0..100 {
            drop(turns.of(&number.to_string()).await);
        }
        let soon = Duration::from_millis(20);
        assert!(tokio::time::timeout(soon, turns.of("held")).await.is_err());
    }

    #[tokio::test]
    async fn turns_that_ended_take_no_room() {
        let turns = Turns::default();
        for number in 0..10_000 {
            drop(turns.of(&number.to_string()).await);
        }
        assert!(turns.0.lock().unwrap().capacity() < 100);
    }
}
