//! Which failures are worth another try, and which of those are safe.

use std::error::Error as _;

use genmux_core::{Charged, ErrorKind, SubmitResult, VendorError};

use crate::error::Error;
use crate::journal::decide::may_be_repeated;
use crate::transport::{TransportError, TransportErrorKind};

/// Why a call is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The network, the vendor or its upstream failed.
    Transient,
    /// The vendor asks to come back later.
    Throttled,
}

impl Reason {
    /// Of a call that may be sent any number of times: an upload, a price, a cancel, a read.
    pub(super) fn of_read(error: &Error) -> Option<Reason> {
        match error.kind {
            ErrorKind::RateLimited => Some(Reason::Throttled),
            ErrorKind::Transport => is_down(error).then_some(Reason::Transient),
            kind if kind.is_transient() => Some(Reason::Transient),
            _ => None,
        }
    }

    /// Of a submission: only where nothing came of it for certain, or where the vendor takes the
    /// same task once, however often it is sent.
    pub(super) fn of_submission(error: &Error, dedupes: bool) -> Option<Reason> {
        if !may_be_repeated(error.charged, dedupes) {
            return None;
        }
        match (error.charged, error.kind) {
            (Charged::No, ErrorKind::RateLimited) => Some(Reason::Throttled),
            // Nothing was sent: a refusal for good carries no transport error.
            (Charged::No, _) => is_down(error).then_some(Reason::Transient),
            _ => Some(Reason::Transient),
        }
    }
}

/// A call in which every task was told to come back later is a refusal as a whole.
pub(crate) fn all_throttled(results: &[SubmitResult]) -> Option<VendorError> {
    let throttled = |result: &SubmitResult| match result {
        Ok(_) => None,
        Err(error) => {
            let free = error.kind == ErrorKind::RateLimited && error.charged == Charged::No;
            free.then(|| error.clone())
        }
    };
    let all: Option<Vec<VendorError>> = results.iter().map(throttled).collect();
    all?.into_iter().max_by_key(|error| error.retry_after)
}

/// Whether the way to the vendor failed, in a manner that may pass.
pub(super) fn is_down(error: &Error) -> bool {
    let source = error.source().and_then(|source| source.downcast_ref::<TransportError>());
    source.is_some_and(|error| passes(error.kind()))
}

/// A certificate that is refused, an address that is not allowed and a file that is gone stay so.
pub(super) fn passes(kind: TransportErrorKind) -> bool {
    use TransportErrorKind::{Broken, Connect, Dns, Timeout};
    matches!(kind, Dns | Connect | Timeout | Broken)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use genmux_core::{JobState, JobStatus, Submitted};

    use super::*;
    use crate::transport::Sent;

    fn transport(kind: TransportErrorKind, sent: Sent) -> Error {
        TransportError::new(kind, sent).into()
    }

    fn status(status: u16) -> Error {
        VendorError::of_status(status, "no").into()
    }

    /// Of a read, of a submission, and of one at a vendor that takes a task once.
    #[track_caller]
    fn check(error: &Error, read: Option<Reason>, submit: Option<Reason>, dedupes: Option<Reason>) {
        let found = (
            Reason::of_read(error),
            Reason::of_submission(error, false),
            Reason::of_submission(error, true),
        );
        assert_eq!(found, (read, submit, dedupes), "{error:?}");
    }

    const AGAIN: Option<Reason> = Some(Reason::Transient);
    const LATER: Option<Reason> = Some(Reason::Throttled);

    #[test]
    fn what_was_certainly_not_sent_is_sent_again() {
        for kind in [TransportErrorKind::Dns, TransportErrorKind::Connect] {
            check(&transport(kind, Sent::No), AGAIN, AGAIN, AGAIN);
        }
        check(&transport(TransportErrorKind::Timeout, Sent::No), AGAIN, AGAIN, AGAIN);
    }

    #[test]
    fn what_may_have_arrived_is_sent_again_only_where_it_is_taken_once() {
        for kind in [TransportErrorKind::Timeout, TransportErrorKind::Broken] {
            check(&transport(kind, Sent::Maybe), AGAIN, None, AGAIN);
        }
        for code in [500, 502, 503, 504, 408] {
            check(&status(code), AGAIN, None, AGAIN);
        }
        check(&VendorError::unreadable(200, "HTML").into(), None, None, AGAIN);
    }

    #[test]
    fn throttling_accepts_nothing() {
        check(&status(429), LATER, LATER, LATER);
    }

    #[test]
    fn a_call_is_throttled_as_a_whole_or_not_at_all() {
        let throttled = |seconds| {
            let mut error = VendorError::of_status(429, "slow down");
            error.retry_after = Some(Duration::from_secs(seconds));
            SubmitResult::Err(error)
        };
        let wait = |results: &[SubmitResult]| all_throttled(results)?.retry_after;
        assert_eq!(wait(&[throttled(2), throttled(5)]), Some(Duration::from_secs(5)));
        let accepted = Submitted { id: "a".into(), state: JobState::new(JobStatus::Queued) };
        assert_eq!(wait(&[throttled(2), Ok(accepted)]), None);
        assert_eq!(wait(&[throttled(2), Err(VendorError::of_status(400, "no"))]), None);
        assert_eq!(wait(&[]), None);
        let mut owed = throttled(2);
        owed.as_mut().unwrap_err().charged = Charged::Unknown;
        assert_eq!(wait(&[owed]), None);
    }

    #[test]
    fn refusals_are_final() {
        for code in [400, 401, 402, 403, 404, 409, 410, 422] {
            check(&status(code), None, None, None);
        }
    }

    #[test]
    fn what_will_not_pass_is_not_tried_again() {
        use TransportErrorKind::{Body, Guarded, Other, Tls};
        for kind in [Tls, Guarded, Body, Other] {
            check(&transport(kind, Sent::No), None, None, None);
        }
    }

    #[test]
    fn what_is_paid_is_not_sent_again() {
        let mut error = status(503);
        error.charged = Charged::Yes;
        assert_eq!(Reason::of_submission(&error, true), None);
        let mut error = status(429);
        error.charged = Charged::Unknown;
        assert_eq!(Reason::of_submission(&error, false), None);
    }
}
