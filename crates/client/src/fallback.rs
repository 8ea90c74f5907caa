//! Offers in a chain: the next one takes over where the last one certainly cost nothing.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use genmux_core::{ErrorKind, Rejection, Request};
use tokio::time::Instant;

use crate::error::{Error, RunError};
use crate::event::Event;
use crate::job::Job;
use crate::options::RunOptions;
use crate::outcome::Outcome;
use crate::provider::{Preview, Provider, Snapshot};
use crate::wait::{Waited, wait_by_offer};

/// Offers in a chain.
///
/// The next offer is asked when the last one rejected the request, could not be reached, or failed
/// without a charge; never when something may have been charged, and not after a content check
/// unless that is asked for.
#[derive(Clone, Debug)]
pub struct Fallback {
    first: Arc<dyn Provider>,
    others: Vec<Arc<dyn Provider>>,
    after_moderation: bool,
}

impl Fallback {
    /// A chain, asked in this order.
    pub fn new(
        first: Arc<dyn Provider>,
        others: impl IntoIterator<Item = Arc<dyn Provider>>,
    ) -> Fallback {
        Fallback { first, others: others.into_iter().collect(), after_moderation: false }
    }

    /// A chain of those candidates that take a request under the options, in their order; none
    /// where none does.
    pub fn for_request(
        candidates: impl IntoIterator<Item = Arc<dyn Provider>>,
        request: &Request,
        options: &RunOptions,
    ) -> Option<Fallback> {
        let mut taking = candidates.into_iter().filter(|it| it.translate(request, options).is_ok());
        let first = taking.next()?;
        Some(Fallback::new(first, taking))
    }

    /// Asks the next offer also after a content check refused the request: another vendor may judge
    /// otherwise, and the caller answers for trying.
    #[must_use]
    pub fn after_moderation(mut self) -> Fallback {
        self.after_moderation = true;
        self
    }

    /// Whether the next offer may be asked after this failure.
    fn goes_on(&self, failed: &RunError) -> bool {
        match failed {
            RunError::Rejected(_) => true,
            RunError::Failed(error) if error.may_have_been_charged() => false,
            RunError::Failed(error) => match error.kind {
                ErrorKind::Moderation(_) => self.after_moderation,
                ErrorKind::Canceled | ErrorKind::Ambiguous => false,
                _ => true,
            },
        }
    }

    /// Asks one after the other until one gives something, or must not be followed.
    async fn each<T, F>(
        &self,
        options: &RunOptions,
        ask: impl Fn(Arc<dyn Provider>, RunOptions) -> F,
    ) -> Result<T, RunError>
    where
        F: Future<Output = Result<T, RunError>>,
    {
        let started = Instant::now();
        let members: Vec<_> = self.members().collect();
        let mut turn = self.begun(options).await;
        loop {
            let asked = members[turn];
            let left = left(options, started);
            let failed = match ask(asked.clone(), keyed(left, turn)).await {
                Ok(done) => return Ok(done),
                Err(failed) => failed,
            };
            let in_time = options.deadline.is_none_or(|deadline| started.elapsed() < deadline);
            let next = members.get(turn + 1).filter(|_| in_time && self.goes_on(&failed));
            let Some(next) = next else {
                return Err(failed);
            };
            options.tell(|| Event::Fallback {
                from: asked.offers().join(", "),
                to: next.offers().join(", "),
                reason: failed.to_string(),
            });
            turn += 1;
        }
    }

    /// The member that work of this key was begun at last: the same key goes on there, whatever
    /// became of those before it.
    async fn begun(&self, options: &RunOptions) -> usize {
        let mut begun = 0;
        for (turn, member) in self.members().enumerate().skip(1) {
            if options.idempotency_key.is_some()
                && member.is_begun(&keyed(options.clone(), turn)).await
            {
                begun = turn;
            }
        }
        begun
    }

    fn members(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The member that serves the offer of a handle.
    fn serving(&self, job: &Job) -> Result<&Arc<dyn Provider>, Error> {
        let mut members = self.members();
        members.find(|member| member.offers().contains(&job.offer)).ok_or_else(|| {
            let message = format!("no offer of the chain is {}", job.offer);
            Error::new(ErrorKind::Invalid, message).of_job(job)
        })
    }
}

/// The work of every member is work of its own, and the same one for the same key.
fn keyed(mut options: RunOptions, turn: usize) -> RunOptions {
    if let Some(key) = options.idempotency_key.as_mut().filter(|_| turn > 0) {
        *key = format!("{key}#{turn}");
    }
    options
}

/// One deadline holds for the whole chain.
fn left(options: &RunOptions, started: Instant) -> RunOptions {
    let mut options = options.clone();
    if let Some(deadline) = options.deadline.filter(|deadline| !deadline.is_zero()) {
        let least = Duration::from_millis(1);
        options.deadline = Some(deadline.saturating_sub(started.elapsed()).max(least));
    }
    options
}

#[async_trait]
impl Provider for Fallback {
    fn offers(&self) -> Vec<String> {
        self.members().flat_map(|member| member.offers()).collect()
    }

    /// What the first offer that takes the request would be sent.
    fn translate(
        &self,
        request: &Request,
        options: &RunOptions,
    ) -> Result<Preview, Box<Rejection>> {
        let first = self.first.translate(request, options);
        let others = || self.others.iter().find_map(|it| it.translate(request, options).ok());
        first.or_else(|rejection| others().ok_or(rejection))
    }

    async fn submit(&self, request: &Request, options: &RunOptions) -> Result<Job, RunError> {
        let ask = |member: Arc<dyn Provider>, options: RunOptions| async move {
            member.submit(request, &options).await
        };
        self.each(options, ask).await
    }

    async fn status(&self, job: &Job, options: &RunOptions) -> Result<Snapshot, Error> {
        self.serving(job)?.status(job, options).await
    }

    async fn cancel(&self, job: &Job, options: &RunOptions) -> Result<bool, Error> {
        self.serving(job)?.cancel(job, options).await
    }

    async fn wait(&self, job: &Job, options: &RunOptions) -> Result<Outcome, Error> {
        self.serving(job)?.wait(job, options).await
    }

    fn wait_many<'a>(
        &'a self,
        jobs: BoxStream<'a, Job>,
        options: &RunOptions,
    ) -> BoxStream<'a, Waited> {
        wait_by_offer(jobs, options, |job| self.serving(job).cloned())
    }

    /// A job that failed without a charge is followed by the next offer, too.
    async fn run(&self, request: &Request, options: &RunOptions) -> Result<Outcome, RunError> {
        let ask = |member: Arc<dyn Provider>, options: RunOptions| async move {
            member.run(request, &options).await
        };
        self.each(options, ask).await
    }
}
