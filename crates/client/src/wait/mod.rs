//! Waiting for work: news of every call until all are done, or the deadline.

mod finish;
mod lanes;
mod parked;
mod slip;

use std::sync::Arc;
use std::time::Duration;

use genmux_core::{Charged, ErrorKind, JobState, JobStatus, VendorError};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::account::Account;
use crate::error::Error;
use crate::event::Event;
use crate::job::{Call, Job};
use crate::options::RunOptions;
use crate::outcome::{Artifact, Outcome};
use crate::poller::{Letter, News, Tickets, Watch, Whose};
use crate::{save, vendor};

pub use lanes::wait_by_offer;
pub(crate) use parked::park;

/// Work that came to its end, or whose waiting did.
#[derive(Debug)]
pub struct Waited {
    /// The handle.
    pub job: Job,
    /// As [`Provider::wait`](crate::Provider::wait) gives it.
    pub result: Result<Outcome, Error>,
}

/// A job that is not waited for.
pub(crate) fn refused(job: Job, error: Error) -> Waited {
    let error = error.at(&job.offer).of_job(&job);
    Waited { job, result: Err(error) }
}

/// Waits for all calls of a job and saves what they made.
pub(crate) async fn wait(
    account: &Account,
    job: &Job,
    options: &RunOptions,
) -> Result<Outcome, Error> {
    let mut waiting = Waiting::new(account, job, options);
    let tickets = waiting.tickets.clone();
    waiting.watch(tickets.accepted());
    waiting.until(after(options.waits())).await
}

/// Saves what a job made whose calls are all over.
async fn conclude(
    account: &Account,
    (job, ends): (&Job, Vec<(usize, News)>),
    options: &RunOptions,
) -> Result<Outcome, Error> {
    let waiting = Waiting::new(account, job, options);
    for (call, news) in ends {
        // Received below.
        let _sent = waiting.whose.mailbox.send(Letter { name: 0, call, news });
    }
    waiting.until(after(options.waits())).await
}

/// When so much time has passed; a wait that no clock can count is a long one.
fn after(wait: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(wait).unwrap_or_else(|| now + Duration::from_hours(24 * 365))
}

/// The deadline has passed and the job goes on, unless its end was asked for.
async fn late(account: &Account, job: &Job, options: &RunOptions) -> Error {
    let seconds = options.waits().as_secs_f64();
    let mut message = format!("not all done after {seconds} s; the job goes on at the vendor");
    if options.cancel_at_deadline {
        message = match vendor::stop(account, job).await {
            Ok(true) => format!("not all done after {seconds} s and stopped at the vendor"),
            Ok(false) => format!("{message}, which does not stop it"),
            Err(error) => format!("{message}; stopping it failed: {}", error.message),
        };
    }
    Error::new(ErrorKind::Timeout, message).charged(Charged::Unknown)
}

/// One job that is waited for, and what is known of each call.
struct Waiting<'a> {
    account: &'a Account,
    job: &'a Job,
    options: &'a RunOptions,
    tickets: Arc<Tickets>,
    whose: Whose,
    news: mpsc::UnboundedReceiver<Letter>,
    watches: Vec<Watch>,
    /// The status and progress of each call that were told last.
    told: Vec<Option<(JobStatus, Option<u8>)>>,
    done: Vec<Option<Done>>,
}

/// How a call ended.
pub(crate) struct Done {
    pub(crate) state: JobState,
    pub(crate) artifacts: Vec<Artifact>,
}

impl<'a> Waiting<'a> {
    /// Calls that were refused are done before the waiting begins.
    fn new(account: &'a Account, job: &'a Job, options: &'a RunOptions) -> Waiting<'a> {
        let refused = |call: &Call| match call {
            Call::Accepted(_) => None,
            Call::Refused(error) => Some(failed(error.clone())),
        };
        let (mailbox, news) = mpsc::unbounded_channel();
        Waiting {
            account,
            job,
            options,
            tickets: Arc::new(Tickets::of(job)),
            whose: Whose { mailbox, name: 0, parked: false },
            news,
            watches: Vec::new(),
            told: vec![None; job.calls.len()],
            done: job.calls.iter().map(refused).collect(),
        }
    }

    fn watch(&mut self, calls: impl Iterator<Item = usize>) {
        let watch = self.account.poller().watch(&self.tickets, calls, &self.whose);
        self.watches.push(watch);
    }

    async fn until(mut self, deadline: Instant) -> Result<Outcome, Error> {
        while self.done.iter().any(Option::is_none) {
            let next = async {
                let letter = self.news.recv().await;
                // The mailbox is held here: it is never closed.
                match letter {
                    Some(letter) => self.read(letter).await,
                    None => Ok(()),
                }
            };
            match tokio::time::timeout_at(deadline, next).await {
                Ok(read) => read?,
                Err(_elapsed) => return Err(late(self.account, self.job, self.options).await),
            }
        }
        finish::outcome(self.job, self.done)
    }

    async fn read(&mut self, Letter { call, news, .. }: Letter) -> Result<(), Error> {
        match news {
            News::Status(status, progress) => self.tell(call, status, progress),
            News::Unknown => {}
            News::Failed(error) => self.options.tell_poll_failed(&error),
            News::Ended(state) => self.fetch(call, *state).await,
            News::Lost => self.done[call] = Some(failed(lost())),
            News::Refused(error) => {
                self.options.tell_poll_failed(&error);
                let message =
                    format!("the vendor no longer answers about the job: {}", error.message);
                return Err(Error::new(error.kind, message).charged(Charged::Unknown));
            }
        }
        Ok(())
    }

    async fn fetch(&mut self, call: usize, state: JobState) {
        let Some(Call::Accepted(ticket)) = self.job.calls.get(call) else { return };
        self.tell(call, state.status, state.progress);
        let (job, options) = (self.job, self.options);
        match save::fetch(self.account, (call, ticket), state, (job, options)).await {
            Some(done) => self.done[call] = Some(done),
            None => self.watch(std::iter::once(call)),
        }
    }

    /// Only what changed is worth an event; a status that goes backwards is none.
    fn tell(&mut self, call: usize, status: JobStatus, progress: Option<u8>) {
        let told = &mut self.told[call];
        let backwards =
            status == JobStatus::Queued && told.is_some_and(|(last, _)| last == JobStatus::Running);
        if !backwards && *told != Some((status, progress)) {
            *told = Some((status, progress));
            self.options.tell(|| Event::Status { call, status, progress });
        }
    }
}

fn lost() -> VendorError {
    let mut error = VendorError::new(ErrorKind::NotFound, "the vendor does not know the job");
    error.charged = Charged::Unknown;
    error
}

fn failed(error: VendorError) -> Done {
    let mut state = JobState::new(JobStatus::Failed);
    state.failures.push(error);
    Done { state, artifacts: Vec::new() }
}
