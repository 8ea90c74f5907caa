//! When a call is sent again: what is safe, what an account may afford, and when a vendor is down.
//!
//! [`submit`] sends what costs money, [`repeat`] everything that may be sent any number of times.
//! Polls are not retried: they are asked again anyway, at a pace of their own.

mod budget;
mod circuit;
mod reason;

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use genmux_core::{ErrorKind, HttpRequest, Reply, VendorError};
use http::HeaderMap;
use tokio::time::Instant;

use crate::account::Line;
use crate::error::Error;
use crate::journal::decide::may_be_accepted;
use budget::Budget;
use circuit::Circuit;
pub(crate) use reason::{Reason, all_throttled};

/// Tries of one call, the first one included: as many as the AWS SDKs make (see [`Budget`]).
const MOST_TRIES: u32 = 3;

/// The longest wait that a vendor is granted; one that asks for more gets its refusal returned.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// What all calls of an account share.
#[derive(Debug, Default)]
pub(crate) struct Retries {
    budget: Budget,
    circuit: Circuit,
}

impl Retries {
    /// Takes note of how a call to the vendor ended.
    pub(crate) fn note(&self, sent: Result<&Reply, &Error>) {
        match sent {
            Ok(reply) if reply.status().is_server_error() => self.circuit.failed(),
            Ok(_) => self.circuit.answered(),
            Err(error) if error.kind == ErrorKind::Timeout || reason::is_down(error) => {
                self.circuit.failed();
            }
            // It says nothing about the vendor.
            Err(_) => {}
        }
    }

    /// Whether the vendor counts as down.
    pub(crate) fn is_down(&self) -> bool {
        self.circuit.is_open()
    }

    /// Lets new work through, unless the vendor is known to be down.
    ///
    /// # Errors
    /// [`ErrorKind::Transport`]; nothing was sent, so that another offer may take over.
    pub(crate) fn admit(&self, provider: &str) -> Result<(), Error> {
        self.circuit.admit().map_err(|open| {
            let message = format!(
                "{provider} failed {} times in a row, so that nothing was sent; it will be tried \
                 again in {} s",
                open.failures,
                open.rest.as_secs_f64().ceil()
            );
            let mut error = Error::new(ErrorKind::Transport, message);
            error.retry_after = Some(open.rest);
            error
        })
    }
}

/// What holds for one submission.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// Whether the vendor takes a task once, however often it is sent.
    pub(crate) dedupes: bool,
    /// How long the whole may take.
    pub(crate) within: Duration,
}

/// How the tries of a submission ended.
#[derive(Debug)]
pub(crate) struct Refused<E> {
    /// The last failure.
    pub(crate) last: E,
    /// Whether any of the tries may have been accepted, whatever the last one says.
    pub(crate) maybe_accepted: bool,
}

/// Submits, again where that is safe; whether the vendor is down is asked before.
///
/// # Errors
/// The last failure, as soon as another try is not safe, not worth it or not affordable.
pub(crate) async fn submit<T, E, F>(
    retries: &Retries,
    terms: Terms,
    attempt: impl Fn() -> F,
) -> Result<T, Refused<E>>
where
    E: AsRef<Error>,
    F: Future<Output = Result<T, E>>,
{
    let mut tries = Tries::new(retries, Some(terms.within));
    let mut maybe_accepted = false;
    loop {
        let last = match attempt().await {
            Ok(done) => return Ok(tries.succeeded(done)),
            Err(last) => last,
        };
        maybe_accepted |= may_be_accepted(last.as_ref().charged);
        let reason = Reason::of_submission(last.as_ref(), terms.dedupes);
        if !tries.wait(reason, last.as_ref()).await {
            return Err(Refused { last, maybe_accepted });
        }
    }
}

/// Sends a call that costs nothing and changes nothing when it is sent again.
///
/// # Errors
/// The last failure.
pub(crate) async fn repeat<T>(
    line: &Line,
    call: &HttpRequest,
    read: impl Fn(&Reply) -> Result<T, VendorError>,
) -> Result<T, Error> {
    let mut tries = Tries::new(&line.retries, None);
    loop {
        let sent = line.send(call.clone(), &HeaderMap::new()).await;
        let error = match sent.and_then(|reply| read(&reply).map_err(Error::from)) {
            Ok(done) => return Ok(tries.succeeded(done)),
            Err(error) => error,
        };
        if !tries.wait(Reason::of_read(&error), &error).await {
            return Err(error);
        }
    }
}

/// The tries of one call.
struct Tries<'a> {
    retries: &'a Retries,
    made: u32,
    /// What the last retry cost.
    paid: Option<u32>,
    due: Option<Instant>,
    transient: ExponentialBackoff,
    throttled: ExponentialBackoff,
}

impl<'a> Tries<'a> {
    fn new(retries: &'a Retries, within: Option<Duration>) -> Tries<'a> {
        let waits = |first| {
            let waits = ExponentialBuilder::default().with_min_delay(first).with_jitter();
            waits.with_max_delay(Duration::from_secs(20)).without_max_times().build()
        };
        Tries {
            retries,
            made: 0,
            paid: None,
            due: within.and_then(|within| Instant::now().checked_add(within)),
            transient: waits(Duration::from_millis(300)),
            throttled: waits(Duration::from_secs(1)),
        }
    }

    fn succeeded<T>(&self, done: T) -> T {
        self.retries.budget.succeeded(self.paid);
        done
    }

    /// Waits until the next try; `false` where there is none.
    async fn wait(&mut self, reason: Option<Reason>, error: &Error) -> bool {
        let Some(wait) = reason.and_then(|reason| self.next(reason, error.retry_after)) else {
            return false;
        };
        tracing::info!(error.type = error.kind.name(), seconds = wait.as_secs_f64(), "retry");
        tokio::time::sleep(wait).await;
        true
    }

    /// How long to wait before the next try: never less than the vendor asks for.
    fn next(&mut self, reason: Reason, asked: Option<Duration>) -> Option<Duration> {
        self.made += 1;
        if self.made >= MOST_TRIES {
            return None;
        }
        let waits = match reason {
            Reason::Transient => &mut self.transient,
            Reason::Throttled => &mut self.throttled,
        };
        let wait = asked.unwrap_or_default().max(waits.next().unwrap_or_default());
        let in_time = self.due.is_none_or(|due| wait < due.duration_since(Instant::now()));
        if wait > LONGEST_WAIT || !in_time {
            return None;
        }
        self.paid = Some(self.retries.budget.pay(reason)?);
        Some(wait)
    }
}

#[cfg(test)]
pub(crate) mod scripted;
#[cfg(test)]
mod tests;
