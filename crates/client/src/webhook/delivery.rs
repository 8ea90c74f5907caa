//! A delivery, and what it means.

use std::fmt;

use genmux_core::JobState;
use http::HeaderMap;

/// What a URL is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About<'a> {
    /// A vendor's job whose id is known beforehand: deliveries that name another are refused.
    Job(&'a str),
    /// Anything of the application's: an order, an idempotency key, a project.
    Key(&'a str),
}

/// A delivery as a web server received it.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// Path and query that were called, or the whole URL; empty where only `provider` is known.
    pub target: &'a str,
    /// Who is meant to have sent it, where a route says so.
    pub provider: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The raw body: signatures are over these very bytes.
    pub body: &'a [u8],
}

impl<'a> Delivery<'a> {
    /// A delivery to a URL that [`Receiver::url`](super::Receiver::url) made.
    pub fn at(target: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Delivery<'a> {
        Delivery { target, provider: None, headers, body }
    }

    /// A delivery to a URL of the application's own; only signed ones are taken there.
    pub fn from(provider: &'a str, headers: &'a HeaderMap, body: &'a [u8]) -> Delivery<'a> {
        Delivery { target: "", provider: Some(provider), headers, body }
    }
}

/// What a delivery means.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Received {
    /// Who sent it, as far as that is known.
    pub provider: &'static str,
    /// The key of [`About::Key`] that the URL was made for.
    pub key: Option<String>,
    /// The vendor's id of the job.
    pub job: String,
    /// What it means for the job.
    pub meaning: Meaning,
    /// The same delivery was read before, by this receiver and as far back as it remembers. That
    /// does not say that it was acted upon; whoever failed then goes on by polling.
    pub duplicate: bool,
    /// A later state of the job was delivered before.
    pub outdated: bool,
}

impl Received {
    /// Whether there is anything to do.
    pub const fn is_news(&self) -> bool {
        !self.duplicate && !self.outdated
    }
}

/// What a delivery means for its job.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// The vendor signed that this is the state of the job.
    State(Box<JobState>),
    /// Something may have happened: the job is to be read back before anything is believed.
    ReadBack,
}

/// Bodies may hold prompts, and headers signatures.
impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivery({:?}, {} bytes)", self.provider, self.body.len())
    }
}
