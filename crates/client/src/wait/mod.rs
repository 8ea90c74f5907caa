//! Waiting for work: news of every call until all are done, or the deadline.

mod finish;

use std::sync::Arc;
use std::time::Duration;

use genmux_core::{Charged, ErrorKind, JobState, JobStatus, Ticket, VendorError};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::account::Account;
use crate::error::Error;
use crate::event::Event;
use crate::job::{Call, Job};
use crate::options::RunOptions;
use crate::outcome::{Artifact, Outcome};
use crate::poller::{News, Watch};
use crate::{save, vendor};

/// How long a vendor may not know a job that it accepted: some index it late.
const UNKNOWN_FOR: Duration = Duration::from_mins(1);

/// Polls in a row that are refused for want of a right before the waiting ends.
const REFUSALS: u32 = 3;

/// Waits for all calls of a job and saves what they made.
pub(crate) async fn wait(
    account: &Arc<Account>,
    job: &Job,
    options: &RunOptions,
) -> Result<Outcome, Error> {
    let deadline = after(options.waits());
    let (mailbox, mut news) = mpsc::unbounded_channel();
    let mut waiting = Waiting::new(job);
    let model: Arc<str> = job.model().into();
    for (at, ticket) in job.tickets() {
        let watch = account.poller().watch((at, &model), ticket.clone(), mailbox.clone());
        waiting.watches[at] = Some(watch);
    }
    while waiting.is_open() {
        let next = tokio::time::timeout_at(deadline, news.recv()).await;
        let Ok(Some((at, news))) = next else { return Err(late(account, job, options).await) };
        let read = waiting.read(at, news, account, options);
        match tokio::time::timeout_at(deadline, read).await {
            Ok(read) => read?,
            Err(_elapsed) => return Err(late(account, job, options).await),
        }
    }
    finish::outcome(job, waiting.done)
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

/// What is known of each call.
struct Waiting<'a> {
    job: &'a Job,
    watches: Vec<Option<Watch>>,
    seen: Vec<Seen>,
    done: Vec<Option<Done>>,
    refusals: u32,
}

/// What was last heard of a call.
#[derive(Clone, Copy, Default)]
struct Seen {
    status: Option<JobStatus>,
    progress: Option<u8>,
    /// Results of a job that says that it is done with fewer than asked: it is asked once more.
    short: Option<usize>,
    unknown_since: Option<Instant>,
}

/// How a call ended.
pub(crate) struct Done {
    pub(crate) state: JobState,
    pub(crate) artifacts: Vec<Artifact>,
}

impl<'a> Waiting<'a> {
    /// Calls that were refused are done before the waiting begins.
    fn new(job: &'a Job) -> Waiting<'a> {
        let refused = |call: &Call| match call {
            Call::Accepted(_) => None,
            Call::Refused(error) => Some(failed(error.clone())),
        };
        Waiting {
            job,
            watches: job.calls.iter().map(|_| None).collect(),
            seen: vec![Seen::default(); job.calls.len()],
            done: job.calls.iter().map(refused).collect(),
            refusals: 0,
        }
    }

    fn is_open(&self) -> bool {
        self.done.iter().any(Option::is_none)
    }

    async fn read(
        &mut self,
        at: usize,
        news: News,
        account: &Account,
        options: &RunOptions,
    ) -> Result<(), Error> {
        match news {
            News::Failed(error) => return self.unanswered(&error, options),
            News::Unknown => self.unknown(at),
            News::State(state) => {
                self.refusals = 0;
                self.state(at, state, account, options).await;
            }
        }
        Ok(())
    }

    /// A vendor that cannot be asked will be asked again; one that refuses to answer will not.
    fn unanswered(&mut self, error: &Error, options: &RunOptions) -> Result<(), Error> {
        options.tell_poll_failed(error);
        let refused = matches!(error.kind, ErrorKind::Auth | ErrorKind::Plan);
        self.refusals = if refused { self.refusals + 1 } else { 0 };
        if self.refusals < REFUSALS {
            return Ok(());
        }
        let message = format!("the vendor no longer answers about the job: {}", error.message);
        Err(Error::new(error.kind, message).charged(Charged::Unknown))
    }

    fn unknown(&mut self, at: usize) {
        self.refusals = 0;
        let since = *self.seen[at].unknown_since.get_or_insert_with(Instant::now);
        if since.elapsed() > UNKNOWN_FOR {
            let message = "the vendor does not know the job";
            let mut error = VendorError::new(ErrorKind::NotFound, message);
            error.charged = Charged::Unknown;
            self.close(at, failed(error));
        }
    }

    async fn state(&mut self, at: usize, state: JobState, account: &Account, options: &RunOptions) {
        let Call::Accepted(ticket) = &self.job.calls[at] else { return };
        if self.done[at].is_some() {
            return;
        }
        self.tell(at, &state, options);
        self.seen[at].unknown_since = None;
        if !state.status.is_final() || !self.is_settled(at, &state, ticket, account) {
            return;
        }
        if let Some(done) = save::fetch(account, (at, ticket), state, (self.job, options)).await {
            self.close(at, done);
        }
    }

    /// Whether a final state holds all results that will come.
    fn is_settled(
        &mut self,
        at: usize,
        state: &JobState,
        ticket: &Ticket,
        account: &Account,
    ) -> bool {
        let got = state.artifacts.len();
        let trickles = account.line().adapter.capability().results_trickle;
        let short = state.status == JobStatus::Succeeded && (got as u64) < ticket.most;
        if !trickles || !short {
            return true;
        }
        self.seen[at].short.replace(got) == Some(got)
    }

    /// Only what changed is worth an event; a status that goes backwards is none.
    fn tell(&mut self, at: usize, state: &JobState, options: &RunOptions) {
        let seen = &mut self.seen[at];
        let backwards =
            seen.status == Some(JobStatus::Running) && state.status == JobStatus::Queued;
        if backwards || (seen.status, seen.progress) == (Some(state.status), state.progress) {
            return;
        }
        (seen.status, seen.progress) = (Some(state.status), state.progress);
        let (status, progress) = (state.status, state.progress);
        options.tell(|| Event::Status { call: at, status, progress });
    }

    fn close(&mut self, at: usize, done: Done) {
        self.watches[at] = None;
        self.done[at] = Some(done);
    }
}

fn failed(error: VendorError) -> Done {
    let mut state = JobState::new(JobStatus::Failed);
    state.failures.push(error);
    Done { state, artifacts: Vec::new() }
}
