//! Whether a vendor can be reached at all, so that nothing new is sent to one that cannot.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row after which the vendor counts as down: more than three calls with all their
/// retries.
pub(super) const MOST_FAILURES: u32 = 10;

/// How long nothing new is sent before one call tries again.
pub(super) const OPEN_FOR: Duration = Duration::from_secs(10);

/// Opens after [`MOST_FAILURES`] in a row, and closes with the first answer of whatever call.
///
/// While it is open, new work is refused; every [`OPEN_FOR`] one call is let through to try. Polls
/// are not held up by it but slowed down, so that they find out too.
#[derive(Debug, Default)]
pub(super) struct Circuit(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// When the next call may try; `None` while it is closed.
    tries_at: Option<Instant>,
}

impl Circuit {
    /// The vendor answered, if only with a refusal.
    pub(super) fn answered(&self) {
        *self.state() = State::default();
    }

    /// The vendor could not be reached, or failed.
    pub(super) fn failed(&self) {
        let mut state = self.state();
        state.failures = state.failures.saturating_add(1);
        let now = Instant::now();
        // While it is open, failures of polls must not put off the next try for ever.
        let resting = state.tries_at.is_some_and(|at| at > now);
        if state.failures >= MOST_FAILURES && !resting {
            state.tries_at = Some(now + OPEN_FOR);
        }
    }

    /// Lets new work through.
    ///
    /// # Errors
    /// While the circuit is open and another call tries: how long it is until the next may.
    pub(super) fn admit(&self) -> Result<(), Open> {
        let mut state = self.state();
        let Some(at) = state.tries_at else { return Ok(()) };
        let now = Instant::now();
        if at > now {
            return Err(Open { failures: state.failures, rest: at - now });
        }
        // A try that nobody ends, because its caller went away, is followed by the next one.
        state.tries_at = Some(now + OPEN_FOR);
        Ok(())
    }

    /// Whether the vendor counts as down.
    pub(super) fn is_open(&self) -> bool {
        self.state().tries_at.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Open {
    /// Failures in a row.
    pub(super) failures: u32,
    /// Until the next try.
    pub(super) rest: Duration,
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    fn fail(circuit: &Circuit, times: u32) {
        (0..times).for_each(|_| circuit.failed());
    }

    fn opened() -> Circuit {
        let circuit = Circuit::default();
        fail(&circuit, MOST_FAILURES);
        circuit
    }

    #[tokio::test(start_paused = true)]
    async fn it_opens_after_failures_in_a_row() {
        let circuit = Circuit::default();
        fail(&circuit, MOST_FAILURES - 1);
        assert!(circuit.admit().is_ok() && !circuit.is_open());
        circuit.failed();
        let open = Open { failures: MOST_FAILURES, rest: OPEN_FOR };
        assert_eq!(circuit.admit(), Err(open));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_between_starts_the_count_again() {
        let circuit = Circuit::default();
        fail(&circuit, MOST_FAILURES - 1);
        circuit.answered();
        fail(&circuit, MOST_FAILURES - 1);
        assert!(circuit.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn one_call_tries_again_after_a_while() {
        let circuit = opened();
        advance(OPEN_FOR / 2).await;
        assert_eq!(circuit.admit().unwrap_err().rest, OPEN_FOR / 2);
        advance(OPEN_FOR / 2).await;
        assert!(circuit.admit().is_ok(), "the first to come tries");
        assert_eq!(circuit.admit().unwrap_err().rest, OPEN_FOR, "the second waits");
        circuit.answered();
        assert!(circuit.admit().is_ok() && circuit.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_fails_leaves_it_open() {
        let circuit = opened();
        advance(OPEN_FOR).await;
        assert!(circuit.admit().is_ok());
        circuit.failed();
        assert!(circuit.is_open());
        assert!(circuit.admit().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_try_that_nobody_ends_is_followed_by_another() {
        let circuit = opened();
        advance(OPEN_FOR).await;
        assert!(circuit.admit().is_ok());
        advance(OPEN_FOR).await;
        assert!(circuit.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn failing_polls_do_not_put_off_the_next_try() {
        let circuit = opened();
        for _ in 0..5 {
            advance(OPEN_FOR / 5).await;
            assert!(circuit.is_open());
            if circuit.admit().is_err() {
                circuit.failed();
            }
        }
        advance(OPEN_FOR).await;
        assert!(circuit.admit().is_ok());
    }
}
