//! Which records are meant.

use super::record::{Lease, Millis, Record};
use super::state::State;

/// Which records are listed; the default means all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those in one of these states; empty means any.
    pub states: Vec<State>,
    /// Only those of this provider.
    pub provider: Option<String>,
    /// Only those of this account, by its label.
    pub account: Option<String>,
    /// Only those written down at this time or later.
    pub created_from: Option<Millis>,
    /// Only those written down before this time.
    pub created_before: Option<Millis>,
    /// At most so many.
    pub limit: Option<u32>,
}

impl Filter {
    /// Whether a record is meant, the limit aside.
    pub fn takes(&self, record: &Record) -> bool {
        let created = record.intent.created_at;
        let named = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|it| it == is);
        (self.states.is_empty() || self.states.contains(&record.state))
            && named(&self.provider, record.provider())
            && named(&self.account, &record.intent.account)
            && self.created_from.is_none_or(|from| created >= from)
            && self.created_before.is_none_or(|before| created < before)
    }
}

/// Which record a worker would take up next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What the worker can go on with; final states are never given.
    pub states: Vec<State>,
    /// Only those of this provider.
    pub provider: Option<String>,
    /// The lease that the worker gets.
    pub lease: Lease,
    /// Now.
    pub now: Millis,
}

impl Claim {
    /// Anything in flight: see [`State::IN_FLIGHT`].
    pub fn new(lease: Lease, now: Millis) -> Claim {
        Claim { states: State::IN_FLIGHT.to_vec(), provider: None, lease, now }
    }

    /// Whether a record may be given.
    pub fn takes(&self, record: &Record) -> bool {
        !record.state.is_final()
            && self.states.contains(&record.state)
            && self.provider.as_deref().is_none_or(|wanted| wanted == record.provider())
            && record.due_at <= self.now
            && !record.is_held(self.now)
    }
}
