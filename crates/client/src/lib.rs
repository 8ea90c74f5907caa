//! Runs translated requests: one async trait over all vendors.
//!
//! - [`Provider`] is what an application holds; [`Vendor`] is one offer over HTTP, [`Fallback`] a
//!   chain of providers, [`RateLimited`] one that is held back. They nest.
//! - [`Transport`] is how a request gets out: one method.
//! - [`Job`] is the handle of accepted work; it serializes, and waiting goes on from it.
//! - [`Outcome`] is what came of it.
//! - [`Journaled`](journal::Journaled) is a provider whose work is written down before it is sent;
//!   [`journal`] keeps what was submitted, from before it is sent.
//! - [`webhook`] reads what vendors deliver, so that waiting can be shorter.
//!
//! What a vendor's API looks like is known to its [`Adapter`](genmux_core::Adapter) only.

mod account;
mod bounds;
mod download;
mod error;
mod event;
mod fallback;
mod inspect;
mod job;
pub mod journal;
mod limited;
mod manifest;
mod options;
mod outcome;
mod poller;
mod provider;
mod retry;
mod save;
mod transport;
mod unsaid;
mod vendor;
mod wait;
pub mod webhook;

pub use account::Account;
pub use download::{Download, DownloadError, Saved, Target, download, fetch, safe_stem, sha256};
pub use error::{Error, RunError};
pub use event::Event;
pub use fallback::Fallback;
pub use futures_util::stream::BoxStream;
pub use inspect::Inspect;
pub use job::{Call, Job};
pub use limited::{RateLimited, RateLimits};
pub use manifest::Manifest;
pub use options::{Credentials, Progress, RunOptions, SaveTo};
pub use outcome::{Artifact, Difference, Outcome, Shortfall};
pub use provider::{CallStatus, Preview, Provider, Snapshot};
pub use transport::{
    HttpOptions, HttpTransport, Names, Reach, ResponseBody, Sent, Transport, TransportError,
    TransportErrorKind,
};
pub use unsaid::Unsaid;
pub use vendor::{Quote, Vendor};
pub use wait::{Waited, wait_by_offer};
