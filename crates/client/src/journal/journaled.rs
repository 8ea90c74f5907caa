//! A provider whose work is written down before it is sent.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use genmux_core::{Charged, ErrorKind, JobStatus, Rejection, Request};

use super::decide::{after_failure, is_unsent};
use super::ended::{end, handle, is_saved, stored, with_outcome};
use super::entry::{Entry, Journal, beside, unwritten};
use super::error::StoreError;
use super::folder::clear_halves;
use super::intent::{intent, other_request, refusal, said, value};
use super::many;
use super::record::{Change, Inserted, Record};
use super::state::State;
use crate::error::{Error, RunError};
use crate::event::Event;
use crate::job::Job;
use crate::options::{Progress, RunOptions};
use crate::outcome::Outcome;
use crate::provider::{Preview, Provider, Snapshot};
use crate::wait::Waited;

/// A provider of one offer whose work is written down before it is sent, and found again.
///
/// One key, one answer: the same idempotency key with the same request gives the same job, also
/// after it failed, and with another request an error. Chains are made of journaled members.
#[derive(Clone, Debug)]
pub struct Journaled<P> {
    inner: P,
    journal: Journal,
    account: String,
}

impl<P: Provider> Journaled<P> {
    /// A provider with a journal; `account` names provider and key, as
    /// [`Account::label`](crate::Account::label) does.
    pub fn new(inner: P, journal: Journal, account: impl Into<String>) -> Journaled<P> {
        Journaled { inner, journal, account: account.into() }
    }

    /// The journal.
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    pub(super) const fn inner(&self) -> &P {
        &self.inner
    }

    /// Submits what a record intends, or finds out what became of it and submits the rest.
    pub(super) async fn send(
        &self,
        entry: &Entry,
        request: &Request,
        options: &RunOptions,
    ) -> Result<Job, RunError> {
        let mut options = options.clone();
        options.entry = Some(entry.clone());
        let submitted = entry.holding(self.inner.submit(request, &options)).await;
        let written = match &submitted {
            Ok(job) => entry.submitted(job).await,
            Err(RunError::Failed(error)) => self.failed(entry, error).await,
            Err(RunError::Rejected(rejection)) => rejected(entry, rejection).await,
        };
        if let Err(taken @ StoreError::VendorJobTaken(_)) = written {
            // What was found is another's after all: what was sent is as unknown as before.
            let error = unwritten(taken);
            if let Err(error) = self.failed(entry, &error).await {
                tracing::error!(%error, "the journal does not know that a submission is unknown");
            }
            return Err(error.into());
        }
        if let Err(error) = written {
            // The handle is in the caller's hands all the same; the record says that something is
            // on its way, and whoever takes it up finds out.
            tracing::error!(%error, "the journal does not know yet what became of a submission");
            options.tell(|| Event::Unwritten { message: error.to_string() });
        }
        submitted
    }

    async fn failed(&self, entry: &Entry, error: &Error) -> Result<Record, StoreError> {
        let mut change = match after_failure(entry.failure(error)) {
            Some(State::Failed) => {
                Change { outcome: value(&refusal(error)), ..entry.to(State::Failed) }
            }
            Some(state) => entry.to(state),
            None => entry.note(),
        };
        change.error = Some(said(error));
        change.release = true;
        entry.change(change).await
    }

    /// The job of a key that is known already.
    async fn known(
        &self,
        mut record: Record,
        request: &Request,
        options: &RunOptions,
    ) -> Result<Job, RunError> {
        if is_unsent(record.state) {
            let taken = self.journal.acquire(&record.intent.key, options.waits()).await;
            record = taken.map_err(unwritten)?;
            let entry = Entry::of(&self.journal, &record);
            if is_unsent(record.state) {
                return self.send(&entry, request, options).await;
            }
            entry.release().await;
        }
        Ok(handle(&record)?)
    }

    pub(super) async fn read(&self, key: &str) -> Result<Record, Error> {
        let record = self.journal.store().read(key).await.map_err(unwritten)?;
        record.ok_or_else(|| unwritten(StoreError::NotFound))
    }

    /// The record of a handle, if it is of this journal.
    async fn record_of(&self, job: &Job) -> Option<Record> {
        let store = self.journal.store();
        let found = store.find_vendor_job(job.provider(), &job.id).await;
        found.unwrap_or_else(|error| {
            tracing::warn!(%error, "the journal cannot be read; the vendor is asked");
            None
        })
    }

    /// Takes up the record of a job, or waits for whoever works on it; the record where it ended
    /// meanwhile.
    async fn take_up(&self, key: &str, options: &RunOptions) -> Result<Entry, TakenUp> {
        let record = self.journal.acquire(key, options.waits()).await.map_err(TakenUp::Not)?;
        let entry = Entry::of(&self.journal, &record);
        if record.state.is_final() {
            entry.release().await;
            return Err(TakenUp::Ended(Box::new(record)));
        }
        Ok(entry)
    }

    /// Waits for the work of a record and writes down what came of it.
    async fn finish(
        &self,
        entry: &Entry,
        job: &Job,
        options: &RunOptions,
    ) -> Result<Outcome, Error> {
        let mut options = options.clone();
        let (told, mut running) = tokio::sync::mpsc::channel(1);
        options.progress = Some(tapped(options.progress.take(), told));
        let write = async {
            if running.recv().await.is_some() {
                // Where it is not written, the end will be.
                let _unwritten = entry.change(entry.to(State::Running)).await;
            }
            std::future::pending().await
        };
        let waited = entry.holding(beside(self.inner.wait(job, &options), write)).await;
        self.ended(entry, &waited, &options).await;
        waited
    }

    async fn ended(&self, entry: &Entry, waited: &Result<Outcome, Error>, options: &RunOptions) {
        let mut change = match waited {
            Ok(outcome) => with_outcome(entry.to(State::Succeeded), outcome),
            Err(error) => match &error.outcome {
                Some(outcome) => with_outcome(entry.to(end(outcome.status)), outcome),
                None => entry.note(),
            },
        };
        change.error = waited.as_ref().err().map(said);
        change.release = true;
        if let Err(error) = entry.change(change).await {
            tracing::warn!(%error, "the journal does not know how a job ended");
            options.tell(|| Event::Unwritten { message: error.to_string() });
        }
    }
}

/// A request that is not accepted, at its price for example, may be sent later.
async fn rejected(entry: &Entry, rejection: &Rejection) -> Result<Record, StoreError> {
    let error = Error::new(ErrorKind::Invalid, rejection.to_string());
    entry.change(Change { error: Some(said(&error)), release: true, ..entry.note() }).await
}

/// Why a record is not worked on here.
enum TakenUp {
    /// It is done.
    Ended(Box<Record>),
    /// The store says so.
    Not(StoreError),
}

/// Tells also that the work runs.
fn tapped(also: Option<Progress>, told: tokio::sync::mpsc::Sender<()>) -> Progress {
    Progress::new(move |event: Event| {
        if matches!(event, Event::Status { status: JobStatus::Running, .. }) {
            let _once_is_enough = told.try_send(());
        }
        if let Some(also) = &also {
            also.tell(event);
        }
    })
}

#[async_trait]
impl<P: Provider> Provider for Journaled<P> {
    fn offers(&self) -> Vec<String> {
        self.inner.offers()
    }

    fn translate(
        &self,
        request: &Request,
        options: &RunOptions,
    ) -> Result<Preview, Box<Rejection>> {
        self.inner.translate(request, options)
    }

    fn ready(&self, options: &RunOptions) -> Result<(), Error> {
        self.inner.ready(options)
    }

    async fn is_begun(&self, options: &RunOptions) -> bool {
        let Some(key) = &options.idempotency_key else { return false };
        let known = self.journal.store().read(key).await;
        known.is_ok_and(|it| it.is_some_and(|record| record.state != State::Intended))
    }

    async fn submit(&self, request: &Request, options: &RunOptions) -> Result<Job, RunError> {
        let mut options = options.clone();
        let fresh = || uuid::Uuid::new_v4().to_string();
        let key = options.idempotency_key.get_or_insert_with(fresh).clone();
        let preview = self.inner.translate(request, &options)?;
        self.inner.ready(&options)?;
        let _turn = self.journal.turn(&key).await;
        let intent = intent((&key, &self.account, &preview.offer), request, &options);
        let digest = intent.digest.clone();
        let inserted = self.journal.store().insert(intent, Some(self.journal.lease())).await;
        match inserted.map_err(unwritten)? {
            Inserted::New(record) => {
                options.tell(|| Event::Intended { key: key.clone() });
                self.send(&Entry::of(&self.journal, &record), request, &options).await
            }
            Inserted::Existing(record) if record.intent.digest == digest => {
                self.known(record, request, &options).await
            }
            Inserted::Existing(record) => Err(other_request(&record).into()),
        }
    }

    async fn status(&self, job: &Job, options: &RunOptions) -> Result<Snapshot, Error> {
        self.inner.status(job, options).await
    }

    async fn cancel(&self, job: &Job, options: &RunOptions) -> Result<bool, Error> {
        self.inner.cancel(job, options).await
    }

    async fn wait(&self, job: &Job, options: &RunOptions) -> Result<Outcome, Error> {
        let Some(record) = self.record_of(job).await else {
            return self.inner.wait(job, options).await;
        };
        let _turn = self.journal.turn(&record.intent.key).await;
        let options = record.saving_over_its_own(options);
        let ended = match self.take_up(&record.intent.key, &options).await {
            Ok(entry) => {
                clear_halves(job, &options);
                return self.finish(&entry, job, &options).await;
            }
            Err(TakenUp::Ended(record)) => stored(&record, job),
            Err(TakenUp::Not(StoreError::Leased(_))) => {
                let message = "another process works on the job and is not done";
                let late = Error::new(ErrorKind::Timeout, message).charged(Charged::Unknown);
                return Err(late.of_job(job));
            }
            Err(TakenUp::Not(error)) => {
                tracing::warn!(%error, "the journal does not answer; the vendor is asked");
                None
            }
        };
        match ended {
            Some(Ok(outcome)) if is_saved(&outcome, &options) => Ok(outcome),
            Some(Ok(before)) => {
                self.fetch_again((&record.intent.key, &before), job, &options).await
            }
            Some(Err(error)) => Err(error),
            _ => self.inner.wait(job, &options).await,
        }
    }

    fn wait_many<'a>(
        &'a self,
        jobs: BoxStream<'a, Job>,
        options: &RunOptions,
    ) -> BoxStream<'a, Waited> {
        many::wait_many(self, jobs, options)
    }
}
