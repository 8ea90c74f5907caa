//! How many retries an account may afford while its vendor is in trouble.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Reason;

/// Tokens that retries are paid with, shared by all calls of an account.
///
/// The figures are those of the standard mode of the AWS SDKs: 500 tokens, 14 for a retry after a
/// transient failure, 5 after throttling; a retry that succeeds gets its price back, a first try
/// that succeeds gives 1. Failures that everybody has end the retries of all of them that way, and
/// a vendor in trouble gets each call once instead of three times. Source:
/// [retry behavior](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html),
/// as of 2026-11.
#[derive(Debug)]
pub(super) struct Budget(Mutex<u32>);

/// All there is, and where it starts.
const CAPACITY: u32 = 500;

/// Given back by a call that needed no retry.
const REWARD: u32 = 1;

impl Default for Budget {
    fn default() -> Budget {
        Budget(Mutex::new(CAPACITY))
    }
}

impl Budget {
    /// Pays for one retry and says what it cost; `None` where the tokens do not suffice.
    pub(super) fn pay(&self, reason: Reason) -> Option<u32> {
        let price = match reason {
            Reason::Transient => 14,
            Reason::Throttled => 5,
        };
        let mut tokens = self.tokens();
        *tokens = tokens.checked_sub(price)?;
        Some(price)
    }

    /// A call succeeded; `paid` is the price of its last retry, if there was one.
    pub(super) fn succeeded(&self, paid: Option<u32>) {
        let mut tokens = self.tokens();
        *tokens = tokens.saturating_add(paid.unwrap_or(REWARD)).min(CAPACITY);
    }

    fn tokens(&self) -> MutexGuard<'_, u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many retries a full budget pays for.
    fn affordable(budget: &Budget, reason: Reason) -> usize {
        std::iter::from_fn(|| budget.pay(reason)).count()
    }

    #[test]
    fn transient_failures_are_dearer_than_throttling() {
        assert_eq!(affordable(&Budget::default(), Reason::Transient), 35);
        assert_eq!(affordable(&Budget::default(), Reason::Throttled), 100);
    }

    #[test]
    fn what_is_left_may_still_pay_for_less() {
        let budget = Budget::default();
        affordable(&budget, Reason::Transient);
        assert_eq!(affordable(&budget, Reason::Throttled), 2);
    }

    #[test]
    fn a_retry_that_succeeds_costs_nothing_in_the_end() {
        let budget = Budget::default();
        for _ in 0..1000 {
            let paid = budget.pay(Reason::Transient);
            assert!(paid.is_some());
            budget.succeeded(paid);
        }
    }

    #[test]
    fn first_tries_fill_it_slowly_and_never_over() {
        let budget = Budget::default();
        budget.succeeded(None);
        assert_eq!(affordable(&budget, Reason::Throttled), 100);
        (0..4).for_each(|_| budget.succeeded(None));
        assert_eq!(budget.pay(Reason::Throttled), None);
        budget.succeeded(None);
        assert_eq!(budget.pay(Reason::Throttled), Some(5));
    }
}
