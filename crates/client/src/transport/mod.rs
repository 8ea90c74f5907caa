//! How requests reach a vendor: a trait of one method, and its implementation over reqwest.

mod error;
mod failure;
mod http;
mod outgoing;
mod reach;
mod read;
mod reply;
mod resolve;

use std::fmt::Debug;

use ::http::{Request, Response};
use async_trait::async_trait;
use genmux_core::Body;

pub use error::{Sent, TransportError, TransportErrorKind};
pub use http::{HttpOptions, HttpTransport};
pub use reach::Reach;
pub use reply::ResponseBody;
pub use resolve::Names;

/// Carries HTTP requests to vendors.
///
/// An implementation never follows a redirect, never repeats a request that may have been sent,
/// and honours the [`Reach`] that stands in the extensions of the request: a request without one
/// goes to the provider itself. Errors must not claim [`Sent::No`] unless it is certain, because a
/// paid submission is repeated on that word.
#[async_trait]
pub trait Transport: Send + Sync + Debug {
    /// Sends one request and gives the reply as soon as its headers are there, whatever its
    /// status.
    ///
    /// # Errors
    /// When no reply came. [`TransportError::was_sent`] says whether the request may have arrived.
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError>;
}
