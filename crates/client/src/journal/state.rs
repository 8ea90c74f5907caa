//! How far a record is, and the one table of what may follow what.

use std::fmt;
use std::str::FromStr;

use genmux_core::JobStatus;
use serde::{Deserialize, Serialize};

/// How far a record is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Written down; nothing was sent, and nothing is owed.
    #[default]
    Intended,
    /// The submission may be on its way: whoever finds it so asks the vendor first.
    Submitting,
    /// The vendor accepted it; the handle is kept.
    Submitted,
    /// Nobody knows whether the vendor accepted it, and asking did not tell: a person settles it.
    Ambiguous,
    /// The vendor works on it.
    Running,
    /// Done, with outputs.
    Succeeded,
    /// Done, without outputs.
    Failed,
    /// Stopped.
    Canceled,
    /// Done, and its outputs are gone.
    Expired,
}

impl State {
    /// Every state, in the order in which work goes through them.
    pub const ALL: [State; 9] = [
        State::Intended,
        State::Submitting,
        State::Submitted,
        State::Ambiguous,
        State::Running,
        State::Succeeded,
        State::Failed,
        State::Canceled,
        State::Expired,
    ];

    /// What a worker can go on with by itself: something was sent, or may have been.
    ///
    /// `intended` is not among them, because taking it up spends money that nobody has asked to
    /// spend since the process ended; `ambiguous` is not, because a person settles it.
    pub const IN_FLIGHT: [State; 3] = [State::Submitting, State::Submitted, State::Running];

    /// Every state that is not final.
    pub const UNFINISHED: [State; 5] =
        [State::Intended, State::Submitting, State::Submitted, State::Ambiguous, State::Running];

    /// The states that may follow this one: the only table of them.
    pub const fn next(self) -> &'static [State] {
        use State::{
            Ambiguous, Canceled, Expired, Failed, Intended, Running, Submitted, Submitting,
            Succeeded,
        };
        match self {
            // Refused before anything was sent, or given up.
            Intended => &[Submitting, Failed, Canceled],
            // Back where the transport says that nothing was sent. Not to canceled: first it has
            // to be known whether there is something to cancel.
            Submitting => &[Intended, Submitted, Ambiguous, Failed],
            // Adopted, found to be absent or sent again on demand, given up.
            Ambiguous => &[Submitting, Submitted, Failed, Canceled],
            Submitted => &[Running, Succeeded, Failed, Canceled, Expired],
            // Never back, whatever a vendor says.
            Running => &[Succeeded, Failed, Canceled, Expired],
            Succeeded | Failed | Canceled | Expired => &[],
        }
    }

    /// Whether a record may go from this state to that one; staying is not going.
    pub fn can_become(self, to: State) -> bool {
        self.next().contains(&to)
    }

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        self.next().is_empty()
    }

    /// Whether a record in this state has the handle of the work.
    pub const fn has_job(self) -> bool {
        matches!(self, State::Submitted | State::Running | State::Succeeded | State::Expired)
    }

    /// The word, as it stands in JSON and in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            State::Intended => "intended",
            State::Submitting => "submitting",
            State::Submitted => "submitted",
            State::Ambiguous => "ambiguous",
            State::Running => "running",
            State::Succeeded => "succeeded",
            State::Failed => "failed",
            State::Canceled => "canceled",
            State::Expired => "expired",
        }
    }
}

/// What a vendor's word means for a record of accepted work.
impl From<JobStatus> for State {
    fn from(status: JobStatus) -> State {
        match status {
            JobStatus::Queued => State::Submitted,
            JobStatus::Running => State::Running,
            JobStatus::Succeeded => State::Succeeded,
            JobStatus::Failed => State::Failed,
            JobStatus::Canceled | JobStatus::Aborted => State::Canceled,
            JobStatus::Expired => State::Expired,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(word: &str) -> Result<State, String> {
        let found = State::ALL.into_iter().find(|state| state.as_str() == word);
        found.ok_or_else(|| {
            let words = State::ALL.map(State::as_str).join(", ");
            format!("no such state; accepted {words}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of states, by hand: a row goes from, a column goes to, in the order of `ALL`.
    const TABLE: [(&str, &str); 9] = [
        ("intended", ".x....xx."),
        ("submitting", "x.xx..x.."),
        ("submitted", "....xxxxx"),
        ("ambiguous", ".xx...xx."),
        ("running", ".....xxxx"),
        ("succeeded", "........."),
        ("failed", "........."),
        ("canceled", "........."),
        ("expired", "........."),
    ];

    #[test]
    fn every_pair_of_states_is_allowed_or_refused_as_the_table_says() {
        for (from, (word, row)) in State::ALL.into_iter().zip(TABLE) {
            assert_eq!(from.as_str(), word);
            for (to, mark) in State::ALL.into_iter().zip(row.chars()) {
                assert_eq!(from.can_become(to), mark == 'x', "{from} to {to}");
            }
        }
    }

    #[test]
    fn only_the_four_ends_are_final_and_each_can_be_reached() {
        for state in State::ALL {
            assert_eq!(state.is_final(), !State::UNFINISHED.contains(&state), "{state}");
            let reached = State::ALL.into_iter().any(|from| from.can_become(state));
            assert!(reached, "{state}");
        }
    }

    #[test]
    fn no_way_leads_to_outputs_but_over_the_handle() {
        for (from, to) in State::ALL.into_iter().flat_map(|a| State::ALL.map(|b| (a, b))) {
            let outputs = matches!(to, State::Running | State::Succeeded | State::Expired);
            assert!(!(from.can_become(to) && outputs) || from.has_job(), "{from} to {to}");
        }
    }

    #[test]
    fn a_vendors_word_says_how_far_accepted_work_is() {
        for (status, state) in [
            (JobStatus::Queued, State::Submitted),
            (JobStatus::Running, State::Running),
            (JobStatus::Succeeded, State::Succeeded),
            (JobStatus::Failed, State::Failed),
            (JobStatus::Canceled, State::Canceled),
            (JobStatus::Aborted, State::Canceled),
            (JobStatus::Expired, State::Expired),
        ] {
            assert_eq!(State::from(status), state, "{status:?}");
        }
    }

    #[test]
    fn a_word_fills_its_column() {
        assert_eq!(format!("{:9}|{}", State::Failed, State::Running), "failed   |running");
    }

    #[test]
    fn words_are_read_back() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        assert!("lost".parse::<State>().unwrap_err().starts_with("no such state; accepted int"));
    }
}
