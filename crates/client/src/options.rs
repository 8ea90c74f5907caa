//! What may be said per call.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use genmux_core::{MaxCost, Policy, Request};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};

use crate::account::Account;
use crate::error::Error;
use crate::event::Event;
use crate::journal::Entry;
use crate::unsaid::Unsaid;

/// What may be said per call; the default says nothing.
#[derive(Clone, Default)]
pub struct RunOptions {
    /// What may be moved or left out.
    pub policy: Policy,
    /// The same key gives the same task ids; without one every call is new work.
    pub idempotency_key: Option<String>,
    /// Credentials in place of those of the client.
    pub credentials: Option<Credentials>,
    /// Headers added to the submission, such as `Prefer: wait=10` at Replicate.
    pub headers: HeaderMap,
    /// A base URL in place of that of the client.
    pub base_url: Option<String>,
    /// Notes of the caller, kept in the handle.
    pub tags: BTreeMap<String, String>,
    /// How long to wait; without it half an hour. The job itself goes on.
    pub deadline: Option<Duration>,
    /// Whether the vendor is asked to stop the job when the deadline has passed. Replicate is told
    /// the deadline at once, so that it holds even if this process dies.
    pub cancel_at_deadline: bool,
    /// Told what happens.
    pub progress: Option<Progress>,
    /// Where artifacts are saved; without it they stay at the vendor.
    pub save: Option<SaveTo>,
    /// Whether provider options that a spec does not declare are sent.
    pub allow_unlisted: bool,
    /// Most that the request may cost, all calls together; a dearer one, and one of unknown price
    /// unless that is allowed, is rejected before it is submitted. A vendor that tells prices is
    /// asked for the real one, elsewhere the prices of the spec decide.
    pub max_cost: Option<MaxCost>,
    /// Accounts whose assets are copied to the vendor where a request names them; only providers
    /// that can lend are of use here.
    pub copy_from: Vec<Arc<Account>>,
    /// Whether a retired offer, or a past revision, is sent all the same.
    pub allow_outdated: bool,
    /// The record of the work: set by [`Journaled`](crate::journal::Journaled), and by nobody else.
    pub entry: Option<Entry>,
    /// What no error and no event repeats after a vendor. Whoever sees the request says it: `run`,
    /// `submit`, a journal; for a bare handle [`RunOptions::about`] does.
    pub unsaid: Unsaid,
}

/// Headers may hold keys: only their names are shown.
impl fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions")
            .field("policy", &self.policy)
            .field("idempotency_key", &self.idempotency_key)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("deadline", &self.deadline)
            .field("save", &self.save)
            .field("max_cost", &self.max_cost)
            .finish_non_exhaustive()
    }
}

/// Where artifacts are saved.
#[derive(Clone, Debug)]
pub struct SaveTo {
    /// The folder; it is made if it is missing.
    pub folder: PathBuf,
    /// Whether files of the same name are replaced.
    pub overwrite: bool,
}

/// Told what happens to a job.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(Event) + Send + Sync>);

impl Progress {
    /// Calls a function for every event. It is called between two steps: it must not block.
    pub fn new(told: impl Fn(Event) + Send + Sync + 'static) -> Progress {
        Progress(Arc::new(told))
    }

    pub(crate) fn tell(&self, event: Event) {
        (self.0)(event);
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}

impl RunOptions {
    /// These options for a call about a request: its prompt and its addresses are not repeated by
    /// errors and events, even where a vendor quotes them.
    #[must_use]
    pub fn about(&self, request: &Request) -> RunOptions {
        RunOptions { unsaid: Unsaid::of(request), ..self.clone() }
    }

    pub(crate) fn tell(&self, event: impl FnOnce() -> Event) {
        if let Some(progress) = &self.progress {
            progress.tell(event());
        }
    }

    /// An error that repeats nothing of the request.
    pub(crate) fn quiet(&self, mut error: Error) -> Error {
        self.unsaid.clean_error(&mut error);
        error
    }

    /// Tells that a vendor could not be asked.
    pub(crate) fn tell_poll_failed(&self, error: &Error) {
        self.tell(|| {
            let mut message = error.to_string();
            self.unsaid.clean(&mut message);
            Event::PollFailed { message }
        });
    }

    /// How long to wait.
    pub(crate) fn waits(&self) -> Duration {
        // Replicate stops runs after half an hour; nobody else states a limit.
        self.deadline.unwrap_or(Duration::from_mins(30))
    }
}

/// A key, and a secret where the provider has two parts.
#[derive(Clone, Debug)]
pub struct Credentials {
    key: SecretString,
    secret: Option<SecretString>,
}

impl Credentials {
    /// A key alone.
    pub fn key(key: impl Into<String>) -> Credentials {
        Credentials { key: key.into().into(), secret: None }
    }

    /// A key and its secret.
    pub fn pair(key: impl Into<String>, secret: impl Into<String>) -> Credentials {
        Credentials { key: key.into().into(), secret: Some(secret.into().into()) }
    }

    pub(crate) fn exposed(&self) -> (&str, Option<&str>) {
        (self.key.expose_secret(), self.secret.as_ref().map(ExposeSecret::expose_secret))
    }
}
