//! What was delivered lately, and which of two states is the later one.

use std::collections::{HashMap, VecDeque};

use genmux_core::JobStatus;

/// The later of two states of one job, in whatever order they were heard of.
///
/// A job that has ended stays as it ended, and one that runs does not wait again: what says
/// otherwise is late, or mistaken.
pub const fn later(old: JobStatus, new: JobStatus) -> JobStatus {
    match (old, new) {
        (JobStatus::Running, JobStatus::Queued) => old,
        (JobStatus::Queued | JobStatus::Running, new) => new,
        _ => old,
    }
}

/// A map of the newest entries.
#[derive(Debug)]
pub(super) struct Recent<V> {
    most: usize,
    order: VecDeque<[u8; 32]>,
    values: HashMap<[u8; 32], V>,
}

impl<V: Copy> Recent<V> {
    pub(super) fn new(most: usize) -> Recent<V> {
        Recent { most, order: VecDeque::new(), values: HashMap::new() }
    }

    /// What was there before; a new entry pushes the oldest one out.
    pub(super) fn put(&mut self, key: [u8; 32], value: V) -> Option<V> {
        if let Some(old) = self.values.get_mut(&key) {
            return Some(std::mem::replace(old, value));
        }
        if self.most == 0 {
            return None;
        }
        if self.order.len() == self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
        self.order.push_back(key);
        self.values.insert(key, value);
        None
    }
}

impl Recent<JobStatus> {
    /// Whether a later state is known; if not, this one is from now on.
    pub(super) fn is_outdated(&mut self, job: [u8; 32], new: JobStatus) -> bool {
        let old = self.values.get(&job).copied().unwrap_or(JobStatus::Queued);
        let now = later(old, new);
        self.put(job, now);
        now != new
    }
}

#[cfg(test)]
mod tests {
    use JobStatus::{Aborted, Canceled, Expired, Failed, Queued, Running, Succeeded};

    use super::*;

    const ALL: [JobStatus; 7] = [Queued, Running, Succeeded, Failed, Canceled, Aborted, Expired];

    fn rank(status: JobStatus) -> u8 {
        match status {
            Queued => 0,
            Running => 1,
            _ => 2,
        }
    }

    /// All pairs: what is final stays, nothing goes back, and everything goes forward.
    #[test]
    fn no_state_goes_back() {
        for old in ALL {
            for new in ALL {
                let found = later(old, new);
                let expected = if rank(new) > rank(old) { new } else { old };
                assert_eq!(found, expected, "{old} then {new}");
                assert!(!old.is_final() || found == old);
                assert_eq!(later(found, new), found, "twice is once");
                assert_eq!(later(found, old), found, "what came before changes nothing");
            }
        }
    }

    /// Of one job's true states, which have one end, the order of delivery does not matter.
    #[test]
    fn disorder_does_not_matter() {
        for end in ALL {
            let orders = [[Queued, Running, end], [end, Running, Queued], [Running, end, Queued]];
            let ends = orders.map(|order| order.into_iter().fold(Queued, later));
            assert!(ends.iter().all(|it| *it == ends[0]), "{ends:?}");
        }
    }

    #[test]
    fn the_oldest_is_forgotten() {
        let mut recent = Recent::new(2);
        let put = |recent: &mut Recent<()>, number| recent.put([number; 32], ()).is_some();
        assert!(!put(&mut recent, 1) && !put(&mut recent, 2) && put(&mut recent, 1));
        assert!(!put(&mut recent, 3) && put(&mut recent, 2) && !put(&mut recent, 1));
        assert_eq!((recent.order.len(), recent.values.len()), (2, 2));
        let mut none = Recent::new(0);
        assert!(!put(&mut none, 1) && !put(&mut none, 1));
    }

    #[test]
    fn a_state_is_outdated_after_a_later_one() {
        let mut states = Recent::new(9);
        let told = [Queued, Running, Running, Queued, Succeeded, Running, Failed, Succeeded];
        let outdated = told.map(|status| states.is_outdated([0; 32], status));
        assert_eq!(outdated, [false, false, false, true, false, true, true, false]);
        assert!(!states.is_outdated([1; 32], Failed));
    }
}
