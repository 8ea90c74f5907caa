//! Why a delivery is ignored.

use genmux_core::HookError;
use http::StatusCode;

/// Why a delivery is ignored. Nothing of the delivery stands in the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The body is too large.
    #[error("the body of the delivery has {bytes} bytes; accepted are {most}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// [`Settings::most_body`](super::Settings::most_body).
        most: usize,
    },
    /// Neither a signature nor a token says who sent it.
    #[error("the delivery is not signed, and its URL has no token")]
    NoToken,
    /// The token in the URL is not the one that was given out for it.
    #[error("the token in the delivery's URL does not fit")]
    Token,
    /// No adapter of the provider was given.
    #[error("the delivery is of a provider that was not set up")]
    Provider,
    /// The URL was given out for one job, and the delivery names another.
    #[error("the delivery names another job than its URL")]
    OtherJob,
    /// The vendor's own rules.
    #[error(transparent)]
    Delivery(#[from] HookError),
}

impl ReceiveError {
    /// What to answer. Vendors repeat what is not answered by 2xx a few times; that is harmless.
    pub const fn status(&self) -> StatusCode {
        match self {
            ReceiveError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            ReceiveError::Provider => StatusCode::NOT_FOUND,
            ReceiveError::NoToken
            | ReceiveError::Token
            | ReceiveError::OtherJob
            | ReceiveError::Delivery(HookError::Signature | HookError::Stale(_)) => {
                StatusCode::FORBIDDEN
            }
            // The receiver's own mistake: what is repeated may be read once it is mended.
            ReceiveError::Delivery(HookError::Secret) => StatusCode::INTERNAL_SERVER_ERROR,
            ReceiveError::Delivery(_) => StatusCode::BAD_REQUEST,
        }
    }
}
