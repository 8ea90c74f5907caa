//! Why a request got no reply, and whether it may have arrived all the same.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use genmux_core::safe_text;

/// Why a request got no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The host's name has no address.
    Dns,
    /// No connection could be made.
    Connect,
    /// The handshake failed, most often over a certificate.
    Tls,
    /// Nothing came or went for too long.
    Timeout,
    /// The connection broke, or carried what is no HTTP.
    Broken,
    /// The [`Reach`](super::Reach) of the request does not let it go there.
    Guarded,
    /// The reply is longer than the caller takes.
    TooLarge,
    /// A file or another source of the body changed, vanished or failed.
    Body,
    /// The request could not be made at all.
    Other,
}

/// Whether a request may have reached its peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sent {
    /// Certainly nothing of it.
    No,
    /// Nobody knows.
    Maybe,
}

/// A request that got no whole reply.
///
/// Neither `Display` nor `Debug` shows more of the URL than its host. `Display` ends with the
/// words of the innermost cause, so that the line says enough where only the line is kept.
#[derive(Clone, Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    sent: Sent,
    host: Option<Box<str>>,
    detail: Option<Box<str>>,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl TransportError {
    /// An error of a request.
    pub fn new(kind: TransportErrorKind, sent: Sent) -> TransportError {
        TransportError { kind, sent, host: None, detail: None, source: None }
    }

    /// Names the host, without path or query.
    #[must_use]
    pub fn at_host(mut self, host: &str) -> TransportError {
        self.host = (!host.is_empty()).then(|| safe_text(host).into());
        self
    }

    /// Says what happened in words. They may not hold a secret or a URL.
    #[must_use]
    pub fn because(mut self, detail: impl fmt::Display) -> TransportError {
        self.detail = Some(detail.to_string().into());
        self
    }

    /// Keeps the cause. Its texts may not hold a secret or a URL.
    #[must_use]
    pub fn with_source(mut self, source: impl Error + Send + Sync + 'static) -> TransportError {
        self.source = Some(Arc::new(source));
        self
    }

    /// Why.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Whether the request may have reached the peer.
    pub fn was_sent(&self) -> Sent {
        self.sent
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use TransportErrorKind::{
            Body, Broken, Connect, Dns, Guarded, Other, Timeout, Tls, TooLarge,
        };
        let host = self.host.as_deref().unwrap_or("the server");
        match self.kind {
            Dns => write!(f, "{host} has no address that can be found"),
            Connect => write!(f, "no connection to {host}"),
            Tls => write!(f, "no secure connection to {host}"),
            Timeout => write!(f, "{host} took too long"),
            Broken => write!(f, "the connection to {host} broke"),
            Guarded => write!(f, "a request to {host} is not allowed"),
            TooLarge => write!(f, "the reply of {host} is too long"),
            Body => write!(f, "what should be sent to {host} cannot be read"),
            Other => write!(f, "the request to {host} cannot be made"),
        }?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, ": {detail}"))
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_host_and_cause() {
        let error = TransportError::new(TransportErrorKind::Connect, Sent::No);
        assert_eq!(error.to_string(), "no connection to the server");
        let error = error.at_host("api.vendor.test").because("connection refused");
        assert_eq!(error.to_string(), "no connection to api.vendor.test: connection refused");
        assert!(error.source().is_none());
        assert!(error.with_source(std::io::Error::other("cause")).source().is_some());
    }
}
