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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use async_trait::async_trait;
    use genmux_core::{Rejection, Request};
    use serde_json::{Value, json};

    use super::*;
    use crate::error::RunError;
    use crate::journal::{Intent, JobStore, Journal, MemoryStore};
    use crate::options::SaveTo;
    use crate::provider::{Preview, Snapshot};

    fn job() -> Value {
        json!({
            "version": 1, "id": "a", "offer": "runware/m", "revision": "2026-01-01",
            "catalogue": "c", "base_url": "https://a.example", "kind": "image", "expect": {},
            "calls": [],
        })
    }

    fn artifact(path: Option<&Path>) -> Value {
        json!({
            "kind": "image", "url": "https://a.example/1", "path": path, "mime": null,
            "width": null, "height": null, "seconds": null, "bytes": null, "sha256": null,
            "seed": null, "flagged": null,
        })
    }

    fn failure(kind: &str, charged: &str) -> Value {
        json!({ "kind": kind, "message": "m", "charged": charged })
    }

    fn outcome(artifacts: &[Value], failures: &[Value]) -> Value {
        json!({
            "version": 1, "status": "failed", "offer": "runware/m", "job": "a",
            "artifacts": artifacts, "failures": failures, "shortfall": null, "differences": [],
            "cost": { "amount": null, "unit": null, "basis": "unknown" },
        })
    }

    fn read(outcome: Value) -> Outcome {
        serde_json::from_value(outcome).unwrap()
    }

    fn record(state: State, outcome: Option<Value>) -> Record {
        Record { state, outcome, job: Some(job()), ..Record::new(Intent::default(), None) }
    }

    /// The error that a record keeps.
    fn kept(record: &Record) -> Error {
        stored(record, &serde_json::from_value(job()).unwrap()).unwrap().unwrap_err()
    }

    #[test]
    fn a_record_ends_as_the_vendor_says() {
        let check = |status, state| assert_eq!(end(status), state);
        check(JobStatus::Canceled, State::Canceled);
        check(JobStatus::Aborted, State::Canceled);
        check(JobStatus::Expired, State::Expired);
        check(JobStatus::Failed, State::Failed);
    }

    #[test]
    fn a_record_without_a_handle_says_why() {
        assert_eq!(handle(&record(State::Submitted, None)).unwrap().id, "a");
        let none = Record { job: None, error: Some("gone".into()), ..record(State::Failed, None) };
        assert_eq!(handle(&none).unwrap_err().message, "gone");
        let other = Record { job: Some(json!(1)), ..none };
        assert_eq!(handle(&other).unwrap_err().kind, ErrorKind::Decode);
    }

    #[test]
    fn success_is_read_back_as_it_was() {
        let made = outcome(&[artifact(None)], &[]);
        let record = record(State::Succeeded, Some(made.clone()));
        let found = stored(&record, &serde_json::from_value(job()).unwrap());
        assert!(matches!(found, Some(Ok(found)) if found == read(made)));
    }

    #[test]
    fn what_was_not_kept_is_not_known() {
        let job = serde_json::from_value(job()).unwrap();
        assert!(stored(&record(State::Failed, None), &job).is_none());
        assert!(stored(&record(State::Failed, Some(json!(1))), &job).is_none());
    }

    #[test]
    fn a_failure_is_read_back_with_its_kind_and_its_charge() {
        let told = outcome(&[], &[failure("quota", "no"), failure("timeout", "yes")]);
        let check = |state, outcome: &Value, kind, charged| {
            let error = kept(&record(state, Some(outcome.clone())));
            assert_eq!((error.kind, error.charged), (kind, charged), "{state}");
            assert_eq!(error.outcome, Some(read(outcome.clone())));
            assert_eq!(error.job.as_ref().map(|job| &*job.id), Some("a"));
        };
        check(State::Failed, &told, ErrorKind::Quota, Charged::Yes);
        check(State::Canceled, &told, ErrorKind::Canceled, Charged::Yes);
        check(State::Expired, &told, ErrorKind::Expired, Charged::Yes);
        let silent = outcome(&[], &[]);
        check(State::Failed, &silent, ErrorKind::ProviderFailed, Charged::Unknown);
    }

    #[test]
    fn a_failure_says_what_the_record_says_of_it() {
        let silent = record(State::Failed, Some(outcome(&[], &[])));
        assert_eq!(kept(&silent).message, "the job gave nothing");
        assert_eq!(kept(&Record { error: Some("burnt".into()), ..silent }).message, "burnt");
    }

    #[test]
    fn paths_are_kept_as_they_are_found_from_anywhere() {
        let made = read(outcome(&[artifact(Some(Path::new("here/a.png")))], &[]));
        let change = with_outcome(Change::default(), &made);
        let path = change.outcome.unwrap()["artifacts"][0]["path"].as_str().unwrap().to_owned();
        assert!(Path::new(&path).is_absolute() && path.ends_with("a.png"), "{path}");
    }

    #[test]
    fn outputs_are_saved_where_they_exist_and_in_the_folder_that_is_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let (file, gone) = (folder.path().join("a.png"), folder.path().join("b.png"));
        std::fs::write(&file, "a").unwrap();
        let saves = |folder: &Path| RunOptions {
            save: Some(SaveTo { folder: folder.to_owned(), overwrite: false }),
            ..RunOptions::default()
        };
        let check = |paths: &[Option<&Path>], somewhere, here| {
            let artifacts: Vec<Value> = paths.iter().map(|path| artifact(*path)).collect();
            let made = read(outcome(&artifacts, &[]));
            assert_eq!(lies_somewhere(&made), somewhere, "{paths:?}");
            assert_eq!(is_saved(&made, &saves(folder.path())), here, "{paths:?}");
            assert!(is_saved(&made, &RunOptions::default()));
        };
        check(&[Some(&file)], true, true);
        check(&[Some(&file), Some(&gone)], false, false);
        check(&[Some(&file), None], false, false);
        let elsewhere = tempfile::tempdir().unwrap();
        let other = elsewhere.path().join("a.png");
        std::fs::write(&other, "a").unwrap();
        check(&[Some(&other)], true, false);
    }

    /// Whatever is waited for lies in this file then.
    #[derive(Debug)]
    struct Saving(PathBuf);

    #[async_trait]
    impl Provider for Saving {
        fn offers(&self) -> Vec<String> {
            Vec::new()
        }

        fn translate(&self, _: &Request, _: &RunOptions) -> Result<Preview, Box<Rejection>> {
            panic!("nothing is translated")
        }

        async fn submit(&self, _: &Request, _: &RunOptions) -> Result<Job, RunError> {
            panic!("nothing is submitted")
        }

        async fn status(&self, _: &Job, _: &RunOptions) -> Result<Snapshot, Error> {
            panic!("nothing is asked")
        }

        async fn cancel(&self, _: &Job, _: &RunOptions) -> Result<bool, Error> {
            panic!("nothing is canceled")
        }

        async fn wait(&self, _: &Job, _: &RunOptions) -> Result<Outcome, Error> {
            Ok(read(outcome(&[artifact(Some(&self.0))], &[])))
        }
    }

    /// The record after outputs were fetched once more that lay somewhere before, or nowhere.
    async fn fetched_again(before: Option<&Path>, now: &Path) -> Record {
        let store = Arc::new(MemoryStore::new());
        let intent = Intent { key: "k".to_owned(), ..Intent::default() };
        store.insert(intent, None).await.unwrap();
        let journaled =
            Journaled::new(Saving(now.to_owned()), Journal::new(store.clone()), "account");
        let before = read(outcome(&[artifact(before)], &[]));
        let job = serde_json::from_value(job()).unwrap();
        let options = RunOptions::default();
        journaled.fetch_again(("k", &before), &job, &options).await.unwrap();
        store.read("k").await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_record_learns_where_outputs_lie_that_were_fetched_again() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("a.png"), folder.path().join("b.png"));
        let record = fetched_again(Some(&old), &new).await;
        assert_eq!(record.outcome.unwrap()["artifacts"][0]["path"], json!(new));
        assert_eq!(record.lease, None);
    }

    #[tokio::test]
    async fn a_record_of_outputs_that_still_lie_somewhere_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("a.png"), folder.path().join("b.png"));
        std::fs::write(&old, "a").unwrap();
        assert_eq!(fetched_again(Some(&old), &new).await.outcome, None);
    }
}
