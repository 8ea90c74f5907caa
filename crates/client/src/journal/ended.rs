//! How work ended, as a record keeps it and as it is read back.

use std::path::PathBuf;
use std::time::Duration;

use genmux_core::{Charged, ErrorKind, JobStatus};
use serde::Deserialize as _;

use super::entry::Entry;
use super::error::StoreError;
use super::intent::{refused, value, whole};
use super::journaled::Journaled;
use super::record::{Change, Record};
use super::state::State;
use crate::error::Error;
use crate::job::Job;
use crate::options::RunOptions;
use crate::outcome::Outcome;
use crate::provider::Provider;

/// A change with what came of the work, its files as they are found from anywhere.
pub(super) fn with_outcome(mut change: Change, outcome: &Outcome) -> Change {
    let mut kept = outcome.clone();
    for path in kept.artifacts.iter_mut().filter_map(|artifact| artifact.path.as_mut()) {
        *path = whole(path).into();
    }
    change.outcome = value(&kept);
    change
}

/// The state that an end of work is.
pub(super) fn end(status: JobStatus) -> State {
    match status {
        JobStatus::Canceled | JobStatus::Aborted => State::Canceled,
        JobStatus::Expired => State::Expired,
        _ => State::Failed,
    }
}

/// The handle of a record that has one, or why there is none.
pub(super) fn handle(record: &Record) -> Result<Job, Error> {
    let unreadable = |error| {
        let message = "the handle of the job was written by another version of genmux";
        Error::new(ErrorKind::Decode, message).caused_by(error)
    };
    match record.handle().map_err(unreadable)? {
        Some(job) => Ok(job),
        None => Err(refused(record).at(&record.intent.offer)),
    }
}

/// What a record keeps of how its work ended.
pub(super) fn stored(record: &Record, job: &Job) -> Option<Result<Outcome, Error>> {
    let outcome = Outcome::deserialize(record.outcome.as_ref()?).ok()?;
    if record.state == State::Succeeded {
        return Some(Ok(outcome));
    }
    let kind = match record.state {
        State::Canceled => ErrorKind::Canceled,
        State::Expired => ErrorKind::Expired,
        _ => outcome.failures.first().map_or(ErrorKind::ProviderFailed, |it| it.kind),
    };
    let charged = outcome.failures.iter().map(|it| it.charged).max().unwrap_or(Charged::Unknown);
    let message = record.error.as_deref().unwrap_or("the job gave nothing");
    let mut error = Error::new(kind, message).charged(charged).of_job(job);
    error.outcome = Some(outcome);
    Some(Err(error))
}

impl<P: Provider> Journaled<P> {
    /// Fetches what was made once more; where it was not all saved before, the record learns where
    /// it lies now.
    pub(super) async fn fetch_again(
        &self,
        (key, before): (&str, &Outcome),
        job: &Job,
        options: &RunOptions,
    ) -> Result<Outcome, Error> {
        let outcome = self.inner().wait(job, options).await?;
        if !lies_somewhere(before)
            && let Err(error) = self.learn(key, &outcome).await
        {
            // It is fetched once more by whoever asks next, and no more than that.
            tracing::warn!(%error, "the journal does not know that outputs were saved");
        }
        Ok(outcome)
    }

    async fn learn(&self, key: &str, outcome: &Outcome) -> Result<(), StoreError> {
        let record = self.journal().acquire(key, Duration::ZERO).await?;
        let entry = Entry::of(self.journal(), &record);
        let mut change = with_outcome(entry.note(), outcome);
        change.release = true;
        entry.change(change).await.map(drop)
    }
}

/// Whether all that was made was saved, wherever that was.
fn lies_somewhere(outcome: &Outcome) -> bool {
    outcome.artifacts.iter().all(|it| it.path.as_ref().is_some_and(|path| path.exists()))
}

/// Whether all that was made lies in the folder that is asked for.
pub(super) fn is_saved(outcome: &Outcome, options: &RunOptions) -> bool {
    let Some(save) = &options.save else { return true };
    let folder = whole(&save.folder);
    let here = |path: &PathBuf| path.starts_with(&folder) && path.exists();
    outcome.artifacts.iter().all(|artifact| artifact.path.as_ref().is_some_and(here))
}
