//! What ends a call without a result.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use genmux_core::{Charged, ErrorKind, Rejection, VendorError, Violation};

use crate::job::Job;
use crate::outcome::Outcome;
use crate::transport::{Sent, TransportError, TransportErrorKind};

/// A call that gave nothing: the network, the provider or the job failed.
///
/// A [`Rejection`] is not an error: it is free, and nothing was sent.
///
/// Behind one pointer, so that results stay small.
pub struct Error(Box<Details>);

/// What an [`Error`] says: its fields are read through it.
#[non_exhaustive]
pub struct Details {
    /// What went wrong, in the words that all providers share.
    pub kind: ErrorKind,
    /// One sentence in lower case, without prompts, keys, media and signed URLs.
    pub message: String,
    /// The offer that was asked, as `provider/model`.
    pub offer: Option<String>,
    /// Whether something has to be paid.
    pub charged: Charged,
    /// HTTP status of the vendor's refusal; without one the vendor refused nothing.
    pub status: Option<u16>,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
    /// What the provider refuses, by canonical field where one carries the wire parameter.
    pub violations: Vec<Violation>,
    /// The job, where there is or may be one: waiting can go on with it.
    pub job: Option<Job>,
    /// What is known of a job that ended without a result.
    pub outcome: Option<Outcome>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Deref for Error {
    type Target = Details;
    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl Error {
    /// An error after which nothing is owed.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Details {
            kind,
            message: message.into(),
            offer: None,
            charged: Charged::No,
            status: None,
            retry_after: None,
            violations: Vec::new(),
            job: None,
            outcome: None,
            source: None,
        }))
    }

    /// Whether the same call may work later without a change.
    ///
    /// Says nothing about money: see [`Error::may_have_been_charged`].
    pub fn is_retryable(&self) -> bool {
        self.kind.is_transient()
    }

    /// Whether something may have to be paid for the call.
    pub fn may_have_been_charged(&self) -> bool {
        self.charged != Charged::No
    }

    /// Adds the offer, unless one is named already.
    #[must_use]
    pub(crate) fn at(mut self, offer: &str) -> Error {
        self.offer.get_or_insert_with(|| offer.to_owned());
        self
    }

    /// Adds the job that waiting can go on with.
    #[must_use]
    pub(crate) fn of_job(mut self, job: &Job) -> Error {
        self.job.get_or_insert_with(|| job.clone());
        self
    }

    #[must_use]
    pub(crate) fn charged(mut self, charged: Charged) -> Error {
        self.charged = charged;
        self
    }

    #[must_use]
    pub(crate) fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        self.source = Some(source.into());
        self
    }
}

/// A call of which nothing reached the provider is free; any other may not be.
impl From<TransportError> for Error {
    fn from(error: TransportError) -> Error {
        let charged = match error.was_sent() {
            Sent::No => Charged::No,
            Sent::Maybe => Charged::Unknown,
        };
        let kind = match error.kind() {
            TransportErrorKind::Timeout => ErrorKind::Timeout,
            TransportErrorKind::TooLarge => ErrorKind::Decode,
            _ => ErrorKind::Transport,
        };
        Error::new(kind, error.to_string()).charged(charged).caused_by(error)
    }
}

impl From<VendorError> for Error {
    fn from(error: VendorError) -> Error {
        let message = match &error.code {
            Some(code) if !error.message.contains(code) => format!("{} ({code})", error.message),
            _ => error.message,
        };
        let mut read = Error::new(error.kind, message).charged(error.charged);
        (read.status, read.retry_after) = (error.status, error.retry_after);
        read
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(offer) = &self.offer {
            write!(f, "{offer}: ")?;
        }
        write!(f, "{}: {}", self.kind, self.message)?;
        for violation in &self.violations {
            write!(f, "; {}: {}", violation.field, violation.message)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self}, charged {:?})", self.charged)
    }
}

/// The JSON form: what a program needs to decide what to do next.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Details { kind, message, offer, charged, violations, job, outcome, .. } = &**self;
        let mut object = serializer.serialize_struct("Error", 9)?;
        object.serialize_field("kind", kind)?;
        object.serialize_field("message", message)?;
        object.serialize_field("offer", offer)?;
        object.serialize_field("charged", charged)?;
        object.serialize_field("retryable", &self.is_retryable())?;
        object.serialize_field("status", &self.status)?;
        object.serialize_field("violations", violations)?;
        object.serialize_field("job", job)?;
        object.serialize_field("outcome", outcome)?;
        object.end()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}

/// Why a request gave no result.
#[derive(Debug)]
pub enum RunError {
    /// The offer does not take the request: nothing was sent and nothing is owed.
    Rejected(Box<Rejection>),
    /// The network, the provider or the job failed.
    Failed(Box<Error>),
}

impl RunError {
    /// Whether something may have to be paid.
    pub fn may_have_been_charged(&self) -> bool {
        match self {
            RunError::Rejected(_) => false,
            RunError::Failed(error) => error.may_have_been_charged(),
        }
    }

    /// The error, unless the request was rejected before anything was sent.
    pub fn failed(&self) -> Option<&Error> {
        match self {
            RunError::Rejected(_) => None,
            RunError::Failed(error) => Some(error),
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Rejected(rejection) => rejection.fmt(f),
            RunError::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RunError::Rejected(_) => None,
            RunError::Failed(error) => error.source(),
        }
    }
}

impl From<Error> for RunError {
    fn from(error: Error) -> RunError {
        RunError::Failed(Box::new(error))
    }
}

impl From<Box<Rejection>> for RunError {
    fn from(rejection: Box<Rejection>) -> RunError {
        RunError::Rejected(rejection)
    }
}
