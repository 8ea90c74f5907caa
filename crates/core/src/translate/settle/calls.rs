//! Independent results: how many calls, and whether their seeds are accepted.

use serde_json::json;

use super::State;
use crate::check::check_number;
use crate::leaf::Leaf;
use crate::number::Number;
use crate::violation::{Violation, ViolationKind};

impl State<'_> {
    pub(super) fn settle_calls(&mut self) {
        let Some(count) = self.request.count.filter(|_| self.set.contains(Leaf::Count)) else {
            return;
        };
        if count == 0 {
            return self.refuse_no_results();
        }
        let field = self.plan.field(Leaf::Count);
        let most = field.and_then(|field| field.numbers.max.as_ref()?.0.as_whole()).unwrap_or(1);
        let alone =
            field.is_some_and(|field| field.split_with.iter().any(|leaf| self.several(leaf)));
        self.settlement.per_call = if alone { 1 } else { most.min(count) };
        self.settlement.calls = count.div_ceil(self.settlement.per_call);
        self.check_last_seed();
    }

    fn refuse_no_results(&mut self) {
        let stated = self.plan.field(Leaf::Count).and_then(|field| field.numbers.min.as_ref());
        let origin = stated.map_or(&self.plan.source, |(_, origin)| origin);
        let message = "count 0 is below 1; accepted 1 and more";
        let violation = Violation::new(Leaf::Count, ViolationKind::BelowMinimum, message);
        let violation = violation.actual(0).accepted(json!({ "min": 1 })).nearest(Some(json!(1)));
        self.violation(violation.stated_by(origin));
    }

    fn several(&self, leaf: Leaf) -> bool {
        self.set.contains(leaf) && self.request.number(leaf) > Some(Number::whole(1))
    }

    /// Call k sends seed + k, so the last call's seed must be accepted too.
    fn check_last_seed(&mut self) {
        let (Some(seed), Some(field)) = (self.request.seed, self.plan.field(Leaf::Seed)) else {
            return;
        };
        let last = Number::whole(seed).plus(Number::whole(self.settlement.calls - 1));
        let beyond = check_number(Leaf::Seed, last, &field.numbers);
        let first = check_number(Leaf::Seed, Number::whole(seed), &field.numbers);
        let overflow = last.as_whole().is_none();
        if self.settlement.calls > 1 && first.is_none() && (beyond.is_some() || overflow) {
            let message = format!(
                "seed {seed} grows to {last} over the calls of count, which is not accepted"
            );
            let violation =
                Violation::pair(Leaf::Count, Leaf::Seed, ViolationKind::AboveMaximum, message);
            self.violation(violation.actual(seed));
        }
    }
}
