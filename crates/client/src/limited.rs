//! Submissions held back to a rate, per provider and key.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use genmux_core::{ErrorKind, Rejection, Request};
use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::time::Instant;

use crate::error::{Error, RunError};
use crate::job::Job;
use crate::options::RunOptions;
use crate::outcome::Outcome;
use crate::provider::{Preview, Provider, Snapshot};
use crate::wait::Waited;

/// Rates of submissions, shared by all offers of an account.
#[derive(Clone)]
pub struct RateLimits(Arc<DefaultKeyedRateLimiter<String>>);

impl RateLimits {
    /// So many submissions a minute for every account, at most `burst` at once.
    pub fn per_minute(submissions: NonZeroU32, burst: NonZeroU32) -> RateLimits {
        let quota = Quota::per_minute(submissions).allow_burst(burst);
        RateLimits(Arc::new(RateLimiter::keyed(quota)))
    }
}

impl fmt::Debug for RateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RateLimits({} accounts)", self.0.len())
    }
}

/// A provider whose submissions are held back to a rate.
///
/// Waiting and reading are not: they keep to the vendor's pace by themselves.
#[derive(Debug)]
pub struct RateLimited<P> {
    inner: P,
    limits: RateLimits,
    account: String,
}

impl<P> RateLimited<P> {
    /// Holds back a provider; `account` names provider and key, as
    /// [`Account::label`](crate::Account::label) does.
    pub fn new(inner: P, limits: RateLimits, account: impl Into<String>) -> RateLimited<P> {
        RateLimited { inner, limits, account: account.into() }
    }

    /// Waits for the account's turn; says at once where the deadline would come before it.
    async fn turn(&self, options: &RunOptions) -> Result<(), Error> {
        let due = Instant::now().checked_add(options.waits());
        while let Err(not_yet) = self.limits.0.check_key(&self.account) {
            let wait = not_yet.wait_time_from(self.limits.0.clock().now());
            if due.is_some_and(|due| Instant::now() + wait > due) {
                return Err(held_back(wait));
            }
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }
}

fn held_back(wait: Duration) -> Error {
    let message = format!(
        "the rate limit holds the request back for {} s, longer than the deadline; nothing was sent",
        wait.as_secs_f64().ceil()
    );
    let mut error = Error::new(ErrorKind::RateLimited, message);
    error.retry_after = Some(wait);
    error
}

#[async_trait]
impl<P: Provider> Provider for RateLimited<P> {
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
        self.inner.is_begun(options).await
    }

    async fn submit(&self, request: &Request, options: &RunOptions) -> Result<Job, RunError> {
        // A rejection is free and needs no turn.
        self.inner.translate(request, options)?;
        self.turn(options).await?;
        self.inner.submit(request, options).await
    }

    async fn status(&self, job: &Job, options: &RunOptions) -> Result<Snapshot, Error> {
        self.inner.status(job, options).await
    }

    async fn cancel(&self, job: &Job, options: &RunOptions) -> Result<bool, Error> {
        self.inner.cancel(job, options).await
    }

    async fn wait(&self, job: &Job, options: &RunOptions) -> Result<Outcome, Error> {
        self.inner.wait(job, options).await
    }

    fn wait_many<'a>(
        &'a self,
        jobs: BoxStream<'a, Job>,
        options: &RunOptions,
    ) -> BoxStream<'a, Waited> {
        self.inner.wait_many(jobs, options)
    }

    async fn run(&self, request: &Request, options: &RunOptions) -> Result<Outcome, RunError> {
        self.inner.translate(request, options)?;
        self.turn(options).await?;
        self.inner.run(request, options).await
    }
}
