//! One offer of one vendor over HTTP.

mod copy;
mod data;
mod prepare;
mod price;
mod recover;
mod submit;
mod upload;

pub use price::Quote;

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt as _};
use genmux_core::{
    Context, ErrorKind, JobState, JobStatus, Offer, Rejection, Request, Ticket, spec::Status,
};
use tracing::Instrument as _;

use crate::account::{Account, variables};
use crate::error::{Error, RunError};
use crate::inspect::Inspect;
use crate::job::Job;
use crate::options::RunOptions;
use crate::outcome::Outcome;
use crate::provider::{CallStatus, Preview, Provider, Snapshot};
use crate::wait::Waited;
use crate::{poller, retry, save, wait};

/// One offer of one vendor over HTTP.
#[derive(Debug)]
pub struct Vendor {
    offer: Offer,
    account: Arc<Account>,
    inspect: Arc<dyn Inspect>,
}

impl Vendor {
    /// An offer, served through an account at its provider.
    pub fn new(offer: Offer, account: Arc<Account>, inspect: Arc<dyn Inspect>) -> Vendor {
        Vendor { offer, account, inspect }
    }

    /// The offer.
    pub const fn offer(&self) -> &Offer {
        &self.offer
    }

    fn context(&self, request: &Request, options: &RunOptions) -> Context {
        let mut context = self.inspect.context(request);
        context.allow_unlisted = options.allow_unlisted;
        context.copied_from =
            options.copy_from.iter().filter_map(|account| account.lends()).collect();
        let key = options.idempotency_key.clone();
        // Two calls without a key are two jobs, also for the same request.
        let key = key.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
        context.task = context.task.keyed(key.as_bytes());
        context
    }

    /// What can be known before anything is sent.
    fn check(&self, account: &Account, options: &RunOptions) -> Result<(), Error> {
        let retired = self.offer.status() == Status::Retired && !options.allow_outdated;
        if retired {
            let on = self.offer.retired_on().map(|day| format!(" on {day}")).unwrap_or_default();
            let message = format!("the offer was retired{on}; choose another, or force it");
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        if options.deadline.is_some_and(|deadline| deadline.is_zero()) {
            let message = "a deadline of zero leaves no time to wait; accepted: more than 0 s";
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let line = account.line();
        line.authorization(line.adapter.auth())?;
        match &options.save {
            Some(save) => save::check_folder(save),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Provider for Vendor {
    fn offers(&self) -> Vec<String> {
        vec![self.offer.name().to_owned()]
    }

    fn translate(
        &self,
        request: &Request,
        options: &RunOptions,
    ) -> Result<Preview, Box<Rejection>> {
        let context = self.context(request, options);
        let translation = self.affordable(request, options, &context)?;
        // A payload is made of JSON values only: it cannot fail to be one.
        let payload = serde_json::value::to_raw_value(&translation.payload(0)).unwrap_or_default();
        Ok(Preview {
            offer: self.offer.name().to_owned(),
            catalogue: self.offer.catalogue().to_owned(),
            calls: translation.calls(),
            payload,
            expect: translation.expect(),
            ledger: translation.ledger(),
        })
    }

    fn ready(&self, options: &RunOptions) -> Result<(), Error> {
        let account = self.account.of(options)?;
        self.check(&account, options).map_err(|error| error.at(self.offer.name()))
    }

    async fn submit(&self, request: &Request, options: &RunOptions) -> Result<Job, RunError> {
        let span = self.submit_span();
        let options = options.about(request);
        let mut submitted = submit::submit(self, request, &options).instrument(span.clone()).await;
        match &mut submitted {
            Ok(job) => options.unsaid.clean_job(job),
            Err(RunError::Failed(error)) => {
                span.record("error.type", error.kind.name());
                options.unsaid.clean_error(error);
            }
            Err(RunError::Rejected(_)) => {}
        }
        submitted
    }

    async fn status(&self, job: &Job, options: &RunOptions) -> Result<Snapshot, Error> {
        let account = self.account_of(job, options)?;
        let tickets: Vec<Ticket> = job.tickets().map(|(_, ticket)| ticket.clone()).collect();
        let mut states = Vec::new();
        for some in tickets.chunks(account.line().adapter.capability().jobs_per_poll) {
            let asked = poller::ask(account.line(), some).await;
            states.extend(asked.map_err(|error| options.quiet(error).of_job(job))?);
        }
        let mut snapshot = snapshot(&states);
        let calls = snapshot.calls.iter_mut().flatten();
        calls
            .filter_map(|call| call.vendor_status.as_mut())
            .for_each(|it| options.unsaid.clean(it));
        Ok(snapshot)
    }

    async fn cancel(&self, job: &Job, options: &RunOptions) -> Result<bool, Error> {
        let account = self.account_of(job, options)?;
        let stopped = stop(&account, job).await;
        stopped.map_err(|error| options.quiet(error).at(self.offer.name()).of_job(job))
    }

    async fn wait(&self, job: &Job, options: &RunOptions) -> Result<Outcome, Error> {
        let account = self.account_of(job, options)?;
        if let Some(save) = &options.save {
            save::check_folder(save)?;
        }
        match wait::wait(&account, job, options).await {
            Ok(mut outcome) => {
                options.unsaid.clean_outcome(&mut outcome);
                Ok(outcome)
            }
            Err(error) => Err(options.quiet(error).at(self.offer.name()).of_job(job)),
        }
    }

    /// They are held without a future each, and asked about together.
    fn wait_many<'a>(
        &'a self,
        jobs: BoxStream<'a, Job>,
        options: &RunOptions,
    ) -> BoxStream<'a, Waited> {
        let options = RunOptions { progress: None, ..options.clone() };
        let folder = options.save.as_ref().map_or(Ok(()), save::check_folder);
        match folder.and_then(|()| self.account.of(&options)) {
            Ok(account) => wait::park(account, jobs, options),
            Err(error) => {
                let again = move || Error::new(error.kind, error.message.clone());
                let refused = move |job| wait::refused(job, again());
                jobs.map(refused).boxed()
            }
        }
    }
}

impl Vendor {
    /// The account that the work of a handle belongs to.
    fn account_of(&self, job: &Job, options: &RunOptions) -> Result<Arc<Account>, Error> {
        let account = self.account.of(options)?;
        account.check(job).map_err(|error| error.at(self.offer.name()))?;
        Ok(account)
    }

    /// The variables of the environment that hold the key.
    fn key_names(&self) -> String {
        variables(self.account.line().adapter.auth())
    }

    fn submit_span(&self) -> tracing::Span {
        tracing::info_span!(
            "submit",
            gen_ai.provider.name = self.offer.provider(),
            gen_ai.request.model = self.offer.model(),
            error.type = tracing::field::Empty,
        )
    }
}

/// Asks the vendor to stop every job; `false` as soon as one goes on.
pub(crate) async fn stop(account: &Account, job: &Job) -> Result<bool, Error> {
    let line = account.line();
    let mut all = true;
    for (_, ticket) in job.tickets() {
        let Some(call) = line.adapter.cancel(line.base(), ticket) else { return Ok(false) };
        all &= retry::repeat(line, &call, |reply| line.adapter.read_cancel(reply)).await?;
    }
    Ok(all)
}

fn snapshot(states: &[Option<JobState>]) -> Snapshot {
    let known: Vec<JobStatus> = states.iter().flatten().map(|state| state.status).collect();
    let first = |wanted: &dyn Fn(JobStatus) -> bool| known.iter().copied().find(|it| wanted(*it));
    let unknown = known.len() < states.len();
    Snapshot {
        status: first(&|it| !it.is_final())
            .or(unknown.then_some(JobStatus::Queued))
            .or_else(|| first(&|it| it == JobStatus::Succeeded))
            .or_else(|| first(&|_| true))
            .unwrap_or(JobStatus::Failed),
        calls: states.iter().map(|state| state.as_ref().map(call)).collect(),
    }
}

fn call(state: &JobState) -> CallStatus {
    CallStatus {
        status: state.status,
        vendor_status: state.vendor_status.clone(),
        progress: state.progress,
        artifacts: state.artifacts.len().max(state.assets.len()),
    }
}

fn unwritten(error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Invalid, format!("the payload cannot be written: {error}"))
}
