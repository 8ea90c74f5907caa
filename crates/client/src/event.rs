//! What happens to a job, told while it happens.

use genmux_core::JobStatus;

use crate::job::Job;
use crate::outcome::{Artifact, Outcome};

/// What happens to a job.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A medium of the request is brought to the vendor.
    Uploading {
        /// Dotted path of the field.
        field: &'static str,
        /// Place in its list.
        index: usize,
        /// Its size.
        bytes: u64,
    },
    /// The work is written down under a key; nothing was sent yet.
    Intended {
        /// The idempotency key, given or made.
        key: String,
    },
    /// The journal could not be told what became of the work; it goes on all the same.
    Unwritten {
        /// Why.
        message: String,
    },
    /// The request that costs money goes out now. Where the vendor takes ids of ours, the handle
    /// finds the work whatever becomes of the reply.
    Submitting(Option<Box<Job>>),
    /// The vendor accepted the work; the handle is worth keeping. Told again, with a longer handle,
    /// when further calls of the same request are accepted.
    Submitted(Box<Job>),
    /// What the vendor said last about one call.
    Status {
        /// Which call, from 0.
        call: usize,
        /// How far it is.
        status: JobStatus,
        /// Percent done, where the vendor tells.
        progress: Option<u8>,
    },
    /// The vendor could not be asked; it will be asked again.
    PollFailed {
        /// Why.
        message: String,
    },
    /// An artifact is there, saved if that was asked for.
    Artifact {
        /// Which call made it, from 0.
        call: usize,
        /// Which one of its call, from 0.
        index: usize,
        /// The artifact.
        artifact: Box<Artifact>,
    },
    /// The next offer of a chain takes over.
    Fallback {
        /// The offer that failed.
        from: String,
        /// The offer that is asked now.
        to: String,
        /// Why.
        reason: String,
    },
    /// All is done. Last of a stream.
    Done(Box<Outcome>),
}
