//! What a provider can do, stated once: for checks, tests and callers.

use std::time::Duration;

use super::job::Unit;

/// What a provider can do; absence means that it cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each named")]
pub struct Capability {
    /// Payloads in one submission, at least 1.
    pub tasks_per_submit: usize,
    /// Jobs in one poll, at least 1.
    pub jobs_per_poll: usize,
    /// Polls that one account may make a minute: less than the vendor states, so that there is room
    /// for other calls, or ours where it states nothing.
    pub polls_per_minute: u32,
    /// Whether a submission that is sent again under the same task id is the same job and costs
    /// once.
    pub dedupes_submits: bool,
    /// Whether results of a running job are shown before it is done, so that fewer than asked may
    /// still grow.
    pub results_trickle: bool,
    /// How a job is stopped.
    pub cancel: Cancel,
    /// Whether the vendor stops a job by itself after a time given at submission.
    pub cancel_after: bool,
    /// In what prices are told, where there is a call for the price of a payload.
    pub price: Option<Unit>,
    /// Greatest medium that can be uploaded, in bytes; `None` where nothing can be.
    pub upload_max_bytes: Option<u64>,
    /// Whether an asset that it holds can be read by its id, so that another provider may be given
    /// a copy: [`Adapter::assets`](crate::Adapter::assets).
    pub lends_assets: bool,
    /// Whether the state of a running job tells how far it is.
    pub progress: bool,
    /// Whether the cost of a job is told without being asked for.
    pub tells_cost: bool,
    /// How long outputs can be fetched after the job is done; `None` where it is not stated.
    pub outputs_last: Option<Duration>,
    /// Webhooks.
    pub hooks: Hooks,
    /// A first wait before polling pays, and the longest between two polls.
    pub poll_every: (Duration, Duration),
}

/// How a job is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// There is no call for it: canceling only stops the waiting.
    None,
    /// There is a call, and the vendor may refuse.
    BestEffort,
    /// The vendor stops the job.
    Stops,
}

/// Webhooks of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hooks {
    /// Named in the request, unsigned: to be believed only after the job is read back.
    Unsigned,
    /// Named in the request, signed.
    Signed,
    /// Registered once for a project, not named in the request.
    Registered,
}
