//! What the author of a provider writes: from and to HTTP values, pure and synchronous.

mod body;
mod capability;
mod error;
mod http;
mod job;
mod recent;
mod upload;
mod webhook;

use std::fmt;
use std::time::Duration;

use ::http::Response;
use bytes::Bytes;
use serde_json::Value;

pub use body::{Body, Segment, Source};
pub use capability::{Cancel, Capability, Hooks};
pub use error::{Charged, ErrorKind, Side, VendorError, WireProblem, reason, safe_text};
pub use http::{Auth, HttpRequest, ShownRequest, path_segment, read_reply, retry_after};
pub use job::{Cost, CostBasis, JobState, JobStatus, RemoteArtifact, Submitted, Ticket, Unit};
pub use recent::{Recent, Sighting, digest_media, read_time, write_time};
pub use upload::{PartUrl, UploadFile, UploadStage, UploadState, UploadStep, Uploaded};
pub use webhook::{Hook, HookError, HookEvent};

use crate::lift::{Enclosed, LiftError};
use crate::translate::Payload;

/// A whole HTTP reply, small enough to hold: outputs are streamed and never come here.
pub type Reply = Response<Bytes>;

/// What came of one payload of a submission.
pub type SubmitResult = Result<Submitted, VendorError>;

/// A provider's side of the wire.
///
/// Every method either writes the HTTP request of one step or reads its reply; sending, waiting and
/// retrying are the client's. `base` is the base URL with its version and without a slash at its
/// end. A `read_*` method is given replies of every status and returns the vendor's error in our
/// words where the call failed as a whole.
///
/// Replies are read leniently: unknown keys and unknown words are no errors.
pub trait Adapter: Send + Sync + fmt::Debug {
    /// The provider's name in specs and offers.
    fn provider(&self) -> &'static str;

    /// What the provider can do.
    fn capability(&self) -> &'static Capability;

    /// The environment variables that hold the credentials.
    fn auth(&self) -> Auth;

    /// The HTTP request that submits payloads, at most [`Capability::tasks_per_submit`] of them.
    ///
    /// `cancel_after` asks the vendor to stop the job by itself, where it can.
    ///
    /// # Errors
    /// Those of serialization, which no payload causes.
    fn submit(
        &self,
        base: &str,
        payloads: &[Payload<'_>],
        cancel_after: Option<Duration>,
    ) -> serde_json::Result<HttpRequest>;

    /// What became of each payload of a submission, in their order.
    ///
    /// # Errors
    /// When the call failed as a whole: no payload was accepted, or the reply cannot be read.
    fn read_submit(
        &self,
        reply: &Reply,
        payloads: &[Payload<'_>],
    ) -> Result<Vec<SubmitResult>, VendorError>;

    /// The HTTP request that reads jobs, at most [`Capability::jobs_per_poll`] of them.
    fn poll(&self, base: &str, tickets: &[Ticket]) -> HttpRequest;

    /// The state of each job, in the order of the tickets; `None` where the vendor does not know
    /// the job, or not yet.
    ///
    /// # Errors
    /// When the call failed as a whole, which says nothing about the jobs.
    fn read_status(
        &self,
        reply: &Reply,
        tickets: &[Ticket],
    ) -> Result<Vec<Option<JobState>>, VendorError>;

    /// The HTTP request that reads assets by their ids, such as the outputs that
    /// [`JobState::assets`] names; `None` where states hold all there is.
    fn assets(&self, _base: &str, _ids: &[String]) -> Option<HttpRequest> {
        None
    }

    /// Outputs by their ids, in the vendor's order.
    ///
    /// # Errors
    /// When the call failed.
    fn read_assets(&self, _reply: &Reply) -> Result<Vec<RemoteArtifact>, VendorError> {
        Ok(Vec::new())
    }

    /// The HTTP request that lists the account's recent jobs; `None` where it is never needed or
    /// there is no such call.
    ///
    /// Asked after a submission of which nobody knows whether it arrived. `since` is the earliest
    /// creation in milliseconds since 1970; the list may hold earlier jobs, and jobs of other
    /// models than `vendor_id`. `page` is [`Recent::next`] of the page before.
    fn recent(
        &self,
        _base: &str,
        _since: i64,
        _vendor_id: &str,
        _page: Option<&str>,
    ) -> Option<HttpRequest> {
        None
    }

    /// One page of the account's recent jobs; [`Sighting::is_of`] tells which one is a payload
    /// that was sent.
    ///
    /// # Errors
    /// When the call failed, or one of the jobs cannot be told apart: then nothing is known of
    /// any. Nothing is ever owed for it.
    fn read_recent(&self, _reply: &Reply) -> Result<Recent, VendorError> {
        Ok(Recent::default())
    }

    /// The HTTP request that asks to stop a job; `None` where the vendor has no such call.
    fn cancel(&self, base: &str, ticket: &Ticket) -> Option<HttpRequest>;

    /// Whether the job was stopped; `false` where the vendor refuses to and it goes on.
    ///
    /// # Errors
    /// When the call failed, which says nothing about the job.
    fn read_cancel(&self, reply: &Reply) -> Result<bool, VendorError>;

    /// The first step of bringing a medium to the provider.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the provider does not take such a medium; nothing is sent.
    fn upload(&self, base: &str, file: &UploadFile) -> Result<UploadStep, VendorError>;

    /// The step that follows the reply to the last one.
    ///
    /// # Errors
    /// When the provider refuses the medium, or the call failed.
    fn read_upload(
        &self,
        base: &str,
        file: &UploadFile,
        state: UploadState,
        reply: &Reply,
    ) -> Result<UploadStep, VendorError>;

    /// The HTTP request that asks for the price of a payload without running it; `None` where the
    /// vendor has no such call.
    ///
    /// # Errors
    /// Those of serialization, which no payload causes.
    fn price(
        &self,
        _base: &str,
        _payload: &Payload<'_>,
    ) -> serde_json::Result<Option<HttpRequest>> {
        Ok(None)
    }

    /// The price; a reply that tells of a real run is an error, never a price.
    ///
    /// # Errors
    /// When the vendor refuses the payload, or the call failed.
    fn read_price(&self, _reply: &Reply) -> Result<Cost, VendorError> {
        Err(VendorError::new(ErrorKind::Invalid, "genmux does not ask this provider for prices"))
    }

    /// The payloads within a body that programs send to this provider; none where body or address
    /// are another's, or ask for no picture or clip. `url` is where the body goes, if it is known.
    ///
    /// # Errors
    /// When the body is this provider's and cannot be read.
    fn read_sent<'a>(
        &self,
        _url: Option<&str>,
        body: &'a Value,
    ) -> Result<Vec<Enclosed<'a>>, LiftError> {
        Ok(vec![Enclosed::bare(body)])
    }

    /// What a webhook delivery says.
    ///
    /// # Errors
    /// When it is forged, stale or cannot be read; then it is to be ignored.
    fn read_webhook(&self, hook: &Hook<'_>) -> Result<HookEvent, HookError>;
}
