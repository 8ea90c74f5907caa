//! What polls say about a job, and when it is over.

use std::sync::Arc;
use std::time::Duration;

use genmux_core::{ErrorKind, JobState, JobStatus};
use tokio::time::Instant;

use crate::error::Error;

/// How long a vendor may not know a job that it accepted: some index it late.
const UNKNOWN_FOR: Duration = Duration::from_mins(1);

/// Polls in a row that are refused for want of a right before the waiting ends.
const REFUSALS: u8 = 3;

/// What a poll says about one job.
#[derive(Debug)]
pub(super) enum Answer {
    /// Its state.
    State(JobState),
    /// The vendor does not know it, or not yet.
    Unknown,
    /// The vendor could not be asked.
    Failed(Arc<Error>),
}

/// What is new about one job.
#[derive(Debug)]
pub(crate) enum News {
    /// How far it is.
    Status(JobStatus, Option<u8>),
    /// The vendor does not know it, or not yet.
    Unknown,
    /// The vendor could not be asked, and will be asked again.
    Failed(Arc<Error>),
    /// It is over, with all results that will come.
    Ended(Box<JobState>),
    /// It is over: the vendor has not known it for too long.
    Lost,
    /// It is over here: the vendor no longer answers about it.
    Refused(Arc<Error>),
}

impl News {
    /// Whether the job is not asked about any more.
    pub(crate) const fn is_end(&self) -> bool {
        matches!(self, News::Ended(_) | News::Lost | News::Refused(_))
    }
}

/// What was heard of a job, as far as later answers depend on it.
#[derive(Debug, Default)]
pub(super) struct Heard {
    unknown_since: Option<Instant>,
    /// Results of a job that says that it is done with fewer than asked: it is asked once more.
    short: Option<u32>,
    refusals: u8,
}

impl Heard {
    /// What an answer comes to; `most` is what may still come where results trickle in.
    pub(super) fn read(&mut self, answer: Answer, most: Option<u64>, now: Instant) -> News {
        match answer {
            Answer::Failed(error) => self.unanswered(error),
            Answer::Unknown => self.unknown(now),
            Answer::State(state) => self.state(state, most),
        }
    }

    /// A vendor that cannot be asked will be asked again; one that refuses to answer will not.
    fn unanswered(&mut self, error: Arc<Error>) -> News {
        let refused = matches!(error.kind, ErrorKind::Auth | ErrorKind::Plan);
        self.refusals = if refused { self.refusals + 1 } else { 0 };
        if self.refusals < REFUSALS { News::Failed(error) } else { News::Refused(error) }
    }

    fn unknown(&mut self, now: Instant) -> News {
        self.refusals = 0;
        let since = *self.unknown_since.get_or_insert(now);
        if now.duration_since(since) > UNKNOWN_FOR { News::Lost } else { News::Unknown }
    }

    fn state(&mut self, state: JobState, most: Option<u64>) -> News {
        (self.refusals, self.unknown_since) = (0, None);
        if state.status.is_final() && self.is_settled(&state, most) {
            return News::Ended(Box::new(state));
        }
        News::Status(state.status, state.progress)
    }

    /// Whether a final state holds all results that will come.
    fn is_settled(&mut self, state: &JobState, most: Option<u64>) -> bool {
        let got = state.artifacts.len();
        let short = state.status == JobStatus::Succeeded;
        if !short || most.is_none_or(|most| got as u64 >= most) {
            return true;
        }
        let got = u32::try_from(got).unwrap_or(u32::MAX);
        self.short.replace(got) == Some(got)
    }
}

#[cfg(test)]
mod tests {
    use genmux_core::RemoteArtifact;

    use super::*;

    /// What answers come to, each some seconds after the one before, in words.
    #[track_caller]
    fn check(answers: impl IntoIterator<Item = (u64, Answer)>, most: Option<u64>, expected: &str) {
        let (mut heard, mut now) = (Heard::default(), Instant::now());
        let words = answers.into_iter().map(|(seconds, answer)| {
            now += Duration::from_secs(seconds);
            match heard.read(answer, most, now) {
                News::Status(status, _) => status.name(),
                News::Unknown => "unknown",
                News::Failed(_) => "failed",
                News::Ended(_) => "ended",
                News::Lost => "lost",
                News::Refused(_) => "refused",
            }
        });
        assert_eq!(words.collect::<Vec<_>>().join(" "), expected);
    }

    fn failed(kind: ErrorKind) -> (u64, Answer) {
        (1, Answer::Failed(Arc::new(Error::new(kind, "no"))))
    }

    fn made(status: JobStatus, results: usize) -> (u64, Answer) {
        let mut state = JobState::new(status);
        state.artifacts = vec![RemoteArtifact::at("https://a.example"); results];
        (1, Answer::State(state))
    }

    #[test]
    fn a_final_state_ends_it() {
        use JobStatus::{Failed, Queued, Running, Succeeded};
        check(
            [made(Queued, 0), made(Running, 0), made(Succeeded, 1)],
            None,
            "queued running ended",
        );
        check([made(Failed, 0)], Some(4), "ended");
    }

    #[test]
    fn fewer_results_than_may_come_are_asked_for_once_more() {
        use JobStatus::{Running, Succeeded};
        check([made(Succeeded, 2), made(Succeeded, 2)], Some(4), "succeeded ended");
        let grows = [made(Succeeded, 2), made(Succeeded, 3), made(Running, 3), made(Succeeded, 4)];
        check(grows, Some(4), "succeeded succeeded running ended");
        check([made(Succeeded, 2)], Some(2), "ended");
        check([made(Succeeded, 2)], None, "ended");
    }

    #[test]
    fn a_job_is_unknown_for_a_minute_before_it_is_lost() {
        let unknown = |seconds| (seconds, Answer::Unknown);
        check([unknown(0), unknown(60), unknown(1)], None, "unknown unknown lost");
        let seen = [unknown(0), unknown(50), made(JobStatus::Running, 0), unknown(10), unknown(60)];
        check(seen, None, "unknown unknown running unknown unknown");
    }

    #[test]
    fn three_refusals_in_a_row_end_the_waiting() {
        let auth = || failed(ErrorKind::Auth);
        check([auth(), failed(ErrorKind::Plan), auth()], None, "failed failed refused");
        for (between, word) in [
            (made(JobStatus::Running, 0), "running"),
            (failed(ErrorKind::Transport), "failed"),
            ((0, Answer::Unknown), "unknown"),
        ] {
            let answers = [auth(), auth(), between, auth(), auth(), auth()];
            let expected = format!("failed failed {word} failed failed refused");
            check(answers, None, &expected);
        }
    }

    #[test]
    fn a_vendor_that_cannot_be_asked_is_asked_for_ever() {
        let failures = std::iter::repeat_with(|| failed(ErrorKind::Transport)).take(9);
        check(failures, None, &["failed"; 9].join(" "));
    }
}
