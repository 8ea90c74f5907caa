//! Jobs of all three vendors: how far one is, what came of it, and the list of all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::clock::rfc3339;
use crate::faults::Trickle;
use crate::files::File;
use crate::options::Pace;
use crate::provider::Provider;

/// One accepted job.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) provider: Provider,
    /// The vendor's id.
    pub(crate) id: String,
    /// The vendor's name of the model.
    pub(crate) vendor_id: String,
    /// The payload as it came.
    pub(crate) input: Value,
    pub(crate) created: u64,
    /// Reads that found it unfinished.
    pub(crate) polls: u32,
    pub(crate) pace: Pace,
    pub(crate) failure: Option<Failure>,
    /// Until when it has to be done (Replicate's `Cancel-After`).
    pub(crate) deadline: Option<u64>,
    pub(crate) canceled: Option<u64>,
    /// Answered synchronously, so that it cannot be read again (Runware).
    pub(crate) delivered: bool,
    /// Its results are shown one by one (Runware).
    pub(crate) trickle: Option<Trickle>,
    /// Polls that found it done, counted where its results trickle.
    pub(crate) found: u32,
    pub(crate) outputs: Vec<Output>,
}

/// A file that a job gives.
#[derive(Clone, Debug)]
pub(crate) struct Output {
    /// The vendor's id of the file.
    pub(crate) id: String,
    /// Where the sandbox serves it.
    pub(crate) path: String,
    pub(crate) seed: u64,
    pub(crate) file: Arc<File>,
}

/// Why a job fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stage {
    /// The share that is done, from 0 to below 1.
    Working(f64),
    Succeeded,
    Failed,
    Canceled,
    /// Stopped before it ran.
    Aborted,
}

/// Below this share a job waits, above it runs.
pub(crate) const STARTS: f64 = 0.3;

impl Job {
    pub(crate) fn stage(&self, now: u64) -> Stage {
        let stop = [self.canceled, self.deadline.filter(|due| *due <= now)];
        if let Some(stopped) = stop.into_iter().flatten().min()
            && self.share(stopped) < 1.0
        {
            return self.stopped(stopped);
        }
        match self.share(now) {
            share if share < 1.0 => Stage::Working(share),
            _ if self.failure.is_some() => Stage::Failed,
            _ => Stage::Succeeded,
        }
    }

    /// A deadline that comes before the start aborts, anything else cancels.
    fn stopped(&self, at: u64) -> Stage {
        let waiting = self.share(at) < STARTS;
        if waiting && self.canceled.is_none() { Stage::Aborted } else { Stage::Canceled }
    }

    fn share(&self, now: u64) -> f64 {
        match self.pace {
            Pace::Millis(0) | Pace::Polls(0) => 1.0,
            #[expect(clippy::cast_precision_loss, reason = "a share need not be exact")]
            Pace::Millis(ms) => now.saturating_sub(self.created) as f64 / ms as f64,
            Pace::Polls(polls) => f64::from(self.polls) / f64::from(polls),
        }
    }

    /// The results that a poll shows.
    pub(crate) fn shown(&self) -> &[Output] {
        let all = self.outputs.len();
        let count = self.trickle.map_or(all, |it| (self.found / it.polls.max(1)) as usize + 1);
        &self.outputs[..count.min(all)]
    }

    /// When it ended, or will by its pace; paced by polls, the moment is not known before.
    pub(crate) fn ended(&self, now: u64) -> u64 {
        let by_pace = match self.pace {
            Pace::Millis(ms) => self.created + ms,
            Pace::Polls(_) => now,
        };
        [self.canceled, self.deadline].into_iter().flatten().fold(by_pace, u64::min)
    }

    /// The row of `/_sandbox/jobs`.
    pub(crate) fn row(&self, now: u64) -> Value {
        json!({
            "provider": self.provider,
            "id": self.id,
            "vendor_id": self.vendor_id,
            "stage": self.stage(now).word(),
            "created_at": rfc3339(self.created),
            "polls": self.polls,
            "input": self.input,
            "outputs": self.outputs.iter().map(|output| &output.path).collect::<Vec<_>>(),
        })
    }
}

impl Stage {
    pub(crate) fn is_final(self) -> bool {
        !matches!(self, Self::Working(_))
    }

    fn word(self) -> &'static str {
        match self {
            Self::Working(share) if share < STARTS => "waiting",
            Self::Working(_) => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Aborted => "aborted",
        }
    }
}

/// All jobs, in the order in which they were accepted.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<Store>);

#[derive(Debug, Default)]
struct Store {
    rows: Vec<Job>,
    places: HashMap<(Provider, String), usize>,
}

impl Jobs {
    /// `false` if the provider has a job of this id already.
    pub(crate) fn insert(&self, job: Job) -> bool {
        let mut store = self.store();
        let (key, place) = ((job.provider, job.id.clone()), store.rows.len());
        if store.places.contains_key(&key) {
            return false;
        }
        store.places.insert(key, place);
        store.rows.push(job);
        true
    }

    pub(crate) fn find(&self, provider: Provider, id: &str) -> Option<Job> {
        self.change(provider, id, |_| ())
    }

    /// A read by a client: it counts as a poll.
    pub(crate) fn poll(&self, provider: Provider, id: &str, now: u64) -> Option<Job> {
        let before = self.find(provider, id)?;
        let unfinished = !before.stage(now).is_final();
        self.change(provider, id, |job| job.polls += u32::from(unfinished))?;
        Some(before)
    }

    /// Changes a job and gives it as it then is.
    pub(crate) fn change(
        &self,
        provider: Provider,
        id: &str,
        change: impl FnOnce(&mut Job),
    ) -> Option<Job> {
        let mut store = self.store();
        let place = *store.places.get(&(provider, id.to_owned()))?;
        let job = store.rows.get_mut(place)?;
        change(job);
        Some(job.clone())
    }

    pub(crate) fn all(&self) -> Vec<Job> {
        self.store().rows.clone()
    }

    pub(crate) fn of(&self, provider: Provider) -> Vec<Job> {
        self.store().rows.iter().filter(|job| job.provider == provider).cloned().collect()
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(pace: Pace) -> Job {
        Job {
            provider: Provider::Runware,
            id: "a".into(),
            vendor_id: "m".into(),
            input: Value::Null,
            created: 1000,
            polls: 0,
            pace,
            failure: None,
            deadline: None,
            canceled: None,
            delivered: false,
            trickle: None,
            found: 0,
            outputs: Vec::new(),
        }
    }

    #[test]
    fn time_or_polls_finish_a_job() {
        let timed = job(Pace::Millis(100));
        assert_eq!(timed.stage(1050), Stage::Working(0.5));
        assert_eq!(timed.stage(1100), Stage::Succeeded);
        let jobs = Jobs::default();
        jobs.insert(job(Pace::Polls(2)));
        let stages: Vec<Stage> =
            (0..3).map(|_| jobs.poll(Provider::Runware, "a", 1000).unwrap().stage(1000)).collect();
        assert_eq!(stages, [Stage::Working(0.0), Stage::Working(0.5), Stage::Succeeded]);
    }

    #[test]
    fn a_deadline_aborts_what_waits_and_cancels_what_runs() {
        let due = |deadline| Job { deadline: Some(deadline), ..job(Pace::Millis(100)) };
        assert_eq!(due(1010).stage(2000), Stage::Aborted);
        assert_eq!(due(1090).stage(2000), Stage::Canceled);
        assert_eq!(due(1500).stage(2000), Stage::Succeeded);
        assert_eq!(due(1010).stage(1005), Stage::Working(0.05));
    }

    #[test]
    fn an_id_is_taken_once() {
        let jobs = Jobs::default();
        assert!(jobs.insert(job(Pace::Millis(1))));
        assert!(!jobs.insert(job(Pace::Millis(1))));
    }
}
