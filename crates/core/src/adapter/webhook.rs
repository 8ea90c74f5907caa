//! Deliveries of webhooks.

use http::HeaderMap;

use super::JobState;

/// A delivery as it came in.
#[derive(Clone, Copy)]
pub struct Hook<'a> {
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The raw body: signatures are over these very bytes.
    pub body: &'a [u8],
    /// Signing secrets, the newest first; several while one is rotated.
    pub secrets: &'a [&'a str],
    /// Seconds since 1970, by the receiver's clock.
    pub now: u64,
}

/// What a delivery says.
#[derive(Clone, Debug, PartialEq)]
pub struct HookEvent {
    /// The vendor's id of the job.
    pub job: String,
    /// What it says about the job; `None` where it says only that something changed.
    pub state: Option<JobState>,
    /// Whether a signature proves that the vendor sent it. Otherwise the job is to be read back
    /// before anything is believed.
    pub signed: bool,
}

/// Why a delivery is ignored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// A header that the signature needs is missing or unreadable.
    #[error("the delivery has no readable {0} header")]
    Header(&'static str),
    /// The time of the delivery is too far from now.
    #[error("the delivery is {0} seconds away from now; accepted 300")]
    Stale(u64),
    /// No signature fits any secret.
    #[error("no signature of the delivery fits; it is forged, or the secret has changed")]
    Signature,
    /// A secret is not of the documented form.
    #[error("a webhook secret is not whsec_ and base64")]
    Secret,
    /// The body is none of the documented forms.
    #[error("the body of the delivery cannot be read: {0}")]
    Body(String),
}
