//! What reqwest's errors mean: which kind, and whether anything was sent.

use std::error::Error;
use std::io;

use genmux_core::safe_text;

use super::outgoing::Unreadable;
use super::reach::Refused;
use super::{Sent, TransportError, TransportErrorKind as Kind};

/// An error of a request in our words; of its URL nothing is left.
pub(super) fn read(error: reqwest::Error) -> TransportError {
    let (kind, sent) = judge(&error);
    let cause = cause(&error);
    TransportError::new(kind, sent).because(cause).with_source(error.without_url())
}

fn judge(error: &reqwest::Error) -> (Kind, Sent) {
    if find::<Refused>(error).is_some() {
        return (Kind::Guarded, Sent::No);
    }
    if find::<Unreadable>(error).is_some() {
        return (Kind::Body, Sent::Maybe);
    }
    // A connector fails before the request is handed to the connection that it would have made.
    if error.is_connect() {
        return (connecting(error), Sent::No);
    }
    match error {
        error if error.is_builder() => (Kind::Other, Sent::No),
        error if error.is_timeout() => (Kind::Timeout, Sent::Maybe),
        _ => (Kind::Broken, Sent::Maybe),
    }
}

fn connecting(error: &reqwest::Error) -> Kind {
    match error {
        error if find::<rustls::Error>(error).is_some() => Kind::Tls,
        error if error.is_timeout() => Kind::Timeout,
        error if error.is_dns() => Kind::Dns,
        _ => Kind::Connect,
    }
}

/// The words of the innermost cause.
fn cause(error: &(dyn Error + 'static)) -> String {
    let innermost = causes(error).last().unwrap_or(error);
    match innermost.downcast_ref::<io::Error>() {
        // The system's own words begin with a capital letter and end with a number.
        Some(error) if error.raw_os_error().is_some() => error.kind().to_string(),
        // A path of ours is told whole. What a peer has a say in, such as the names in its
        // certificate, is not.
        _ if innermost.is::<Unreadable>() => innermost.to_string(),
        _ => safe_text(&innermost.to_string()),
    }
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| below(*error))
}

/// `io::Error` tells the source of what it holds, and hides what it holds itself.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(held) => Some(held),
        None => error.source(),
    }
}
