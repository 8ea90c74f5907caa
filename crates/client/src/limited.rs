//! Submissions held back to a rate, per provider and key.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use genmux_core::{ErrorKind, Rejection, Request};
use governor::{DefaultKeyedRateLimiter, Jitter, Quota, RateLimiter};

use crate::error::{Error, RunError};
use crate::job::Job;
use crate::options::RunOptions;
use crate::outcome::Outcome;
use crate::provider::{Preview, Provider, Snapshot};

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

    /// Waits for the account's turn, no longer than the deadline.
    async fn turn(&self, options: &RunOptions) -> Result<(), Error> {
        let jitter = Jitter::up_to(std::time::Duration::from_millis(50));
        let turn = self.limits.0.until_key_ready_with_jitter(&self.account, jitter);
        tokio::time::timeout(options.waits(), turn).await.map_err(|_elapsed| {
            let message = "the deadline passed while the rate limit held the request back; nothing \
                           was sent";
            Error::new(ErrorKind::RateLimited, message)
        })
    }
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

    async fn run(&self, request: &Request, options: &RunOptions) -> Result<Outcome, RunError> {
        self.inner.translate(request, options)?;
        self.turn(options).await?;
        self.inner.run(request, options).await
    }
}
