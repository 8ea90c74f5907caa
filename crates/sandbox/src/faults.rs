//! Faults on order: which call goes wrong, and how.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::jobs::Failure;
use crate::options::Pace;
use crate::provider::{Provider, Step};

/// One line of a fault plan: the `nth` call of a step at a provider, and `times` from there on.
///
/// ```
/// let rule: genmux_sandbox::Rule = serde_json::from_str(
///     r#"{"provider": "runware", "step": "submit", "nth": 2, "fault": {"kind": "reset_after"}}"#,
/// )
/// .unwrap();
/// assert_eq!(rule.times, 1);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// Absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    /// The first call that it hits, from 1, counted since the plan was set.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many calls in a row; 0 for all that follow.
    #[serde(default = "one")]
    pub times: u32,
    /// What happens.
    pub fault: Fault,
}

fn one() -> u32 {
    1
}

impl Rule {
    /// Hits the first call of `step` at `provider`.
    pub fn new(provider: Provider, step: Step, fault: Fault) -> Self {
        Self { provider: Some(provider), step: Some(step), nth: 1, times: 1, fault }
    }

    fn matches(&self, provider: Provider, step: Step) -> bool {
        self.provider.is_none_or(|it| it == provider) && self.step.is_none_or(|it| it == step)
    }

    /// `seen` counts the matching calls, this one included.
    fn fires(&self, seen: u32) -> bool {
        seen >= self.nth && (self.times == 0 || seen - self.nth < self.times)
    }
}

/// A fault. Those before the call leave no trace of it; those after it come when the job is
/// accepted and paid for.
///
/// On Runware's socket a call is a frame (pings aside), a status becomes an error frame, and a
/// frame that a reset lost waits for its session to be resumed. `ContentType`, `Drip` and
/// `Redirect` change nothing there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Waits before the call is looked at, in milliseconds of the wall clock.
    Delay {
        /// How long.
        ms: u64,
    },
    /// Resets the connection before the call is looked at.
    ResetBefore,
    /// Answers with a status in the vendor's own error form, or with `body` as it is.
    Status {
        /// HTTP status.
        status: u16,
        /// Sent in place of the vendor's form.
        #[serde(default)]
        body: Option<String>,
    },
    /// Answers 429; the wait stands in the `Retry-After` header, in the body, in both or nowhere.
    Throttle {
        /// The wait; absurd ones are allowed.
        seconds: u64,
        /// In the header.
        #[serde(default = "yes")]
        header: bool,
        /// In the body.
        #[serde(default = "yes")]
        body: bool,
    },
    /// The job of this submit fails.
    FailJob {
        /// The vendor's code.
        code: String,
        /// The text for people.
        message: String,
    },
    /// The job of this submit gives files of the wrong type.
    WrongType,
    /// The job of this submit gives at most so many files.
    Fewer {
        /// How many.
        outputs: usize,
    },
    /// The job of this submit takes its own time, in milliseconds of the sandbox's clock.
    Slow {
        /// From its acceptance to its end.
        ms: u64,
    },
    /// Runware: polls that find the job of this submit done show its results one by one.
    Trickle {
        /// How many polls show the same results before one more is there.
        #[serde(default = "one")]
        polls: u32,
        /// No entry with the status `processing` stands for the results that are not there yet.
        #[serde(default)]
        silent: bool,
    },
    /// Waits after the call has been carried out, before its answer.
    DelayAfter {
        /// How long, in milliseconds of the wall clock.
        ms: u64,
    },
    /// Resets the connection after the call has been carried out, without an answer.
    ResetAfter,
    /// Announces the whole answer, sends half of it and closes the connection.
    Truncate,
    /// Answers 200 with an HTML page, after the call has been carried out.
    Html,
    /// Answers 200 without a body, after the call has been carried out.
    Empty,
    /// Answers 200 with `{}`, after the call has been carried out: no id to be found.
    NoId,
    /// Answers with another content type.
    ContentType {
        /// What is claimed.
        mime: String,
    },
    /// Sends the answer in small pieces.
    Drip {
        /// Milliseconds between two pieces.
        ms: u64,
        /// Bytes a piece.
        bytes: usize,
    },
    /// Exchanges a word in the answer: a status never seen before, one that goes backwards.
    Replace {
        /// As it stands in the answer.
        from: String,
        /// As it is sent.
        to: String,
    },
    /// Answers 302 to somewhere else.
    Redirect {
        /// The `Location`; if it is empty, `/_sandbox/elsewhere/…`, which has the same output.
        #[serde(default)]
        to: String,
    },
}

fn yes() -> bool {
    true
}

/// What faults do to the job of a submit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effect {
    pub(crate) failure: Option<Failure>,
    pub(crate) wrong_type: bool,
    pub(crate) outputs: Option<usize>,
    pub(crate) pace: Option<Pace>,
    pub(crate) trickle: Option<Trickle>,
}

/// Results that are found one by one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trickle {
    pub(crate) polls: u32,
    pub(crate) silent: bool,
}

impl Effect {
    pub(crate) fn of(faults: &[Fault]) -> Self {
        let mut effect = Self::default();
        for fault in faults {
            effect.add(fault);
        }
        effect
    }

    fn add(&mut self, fault: &Fault) {
        match fault {
            Fault::FailJob { code, message } => {
                self.failure = Some(Failure { code: code.clone(), message: message.clone() });
            }
            Fault::WrongType => self.wrong_type = true,
            Fault::Fewer { outputs } => self.outputs = Some(*outputs),
            Fault::Slow { ms } => self.pace = Some(Pace::Millis(*ms)),
            Fault::Trickle { polls, silent } => {
                self.trickle = Some(Trickle { polls: *polls, silent: *silent });
            }
            _ => (),
        }
    }
}

/// The rules in force and how often each was asked.
#[derive(Debug)]
pub(crate) struct Plan(Mutex<Vec<(Rule, u32)>>);

impl Plan {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        Self(Mutex::new(counted(rules)))
    }

    /// Replaces all rules; counting starts again.
    pub(crate) fn set(&self, rules: Vec<Rule>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = counted(rules);
    }

    pub(crate) fn rules(&self) -> Vec<Rule> {
        let rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rules.iter().map(|(rule, _)| rule.clone()).collect()
    }

    /// The faults of this call, in the order of the plan.
    pub(crate) fn take(&self, provider: Provider, step: Step) -> Vec<Fault> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut hit = Vec::new();
        for (rule, seen) in rules.iter_mut().filter(|(rule, _)| rule.matches(provider, step)) {
            *seen += 1;
            if rule.fires(*seen) {
                hit.push(rule.fault.clone());
            }
        }
        hit
    }
}

fn counted(rules: Vec<Rule>) -> Vec<(Rule, u32)> {
    rules.into_iter().map(|rule| (rule, 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_hits_its_own_calls_only() {
        let rule =
            Rule { nth: 2, times: 2, ..Rule::new(Provider::Runware, Step::Poll, Fault::Html) };
        let plan = Plan::new(vec![rule]);
        assert!(plan.take(Provider::Scenario, Step::Poll).is_empty());
        let hits = (0..4).map(|_| plan.take(Provider::Runware, Step::Poll).len());
        assert_eq!(hits.collect::<Vec<_>>(), [0, 1, 1, 0]);
    }

    #[test]
    fn zero_times_is_for_ever() {
        let rule = Rule { times: 0, ..Rule::new(Provider::Runware, Step::Poll, Fault::Empty) };
        let plan = Plan::new(vec![rule]);
        assert!((0..9).all(|_| plan.take(Provider::Runware, Step::Poll).len() == 1));
    }

    #[test]
    fn misspelt_rules_are_refused() {
        let read = |text| serde_json::from_str::<Rule>(text);
        assert!(read(r#"{"fault": {"kind": "html"}}"#).is_ok());
        assert!(read(r#"{"fault": {"kind": "htlm"}}"#).is_err());
        assert!(read(r#"{"when": 1, "fault": {"kind": "html"}}"#).is_err());
    }
}
