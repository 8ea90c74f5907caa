//! Independent results: how many calls, and whether their seeds are accepted.

use serde_json::json;

use super::State;
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
        self.refuse(Leaf::Count, || {
            let message = "count 0 is below 1; accepted 1 and more";
            let violation = Violation::new(Leaf::Count, ViolationKind::BelowMinimum, message);
            let violation = violation.actual(0).accepted(json!({ "min": 1 }));
            violation.nearest(Some(json!(1))).stated_by(origin)
        });
    }

    fn several(&self, leaf: Leaf) -> bool {
        self.set.contains(leaf) && self.request.number(leaf) > Some(Number::whole(1))
    }

    /// Call k sends seed + k, so the last call's seed must be accepted too.
    fn check_last_seed(&mut self) {
        let (Some(seed), Some(field)) = (self.request.seed, self.plan.field(Leaf::Seed)) else {
            return;
        };
        let (first, calls) = (Number::whole(seed), self.settlement.calls);
        let last = first.plus(Number::whole(calls - 1));
        let goes_beyond = !field.numbers.accepts(last) || last.as_whole().is_none();
        if calls > 1 && field.numbers.accepts(first) && goes_beyond {
            self.refuse(Leaf::Seed, || {
                let message = format!(
                    "seed {seed} grows to {last} over the calls of count, which is not accepted"
                );
                Violation::pair(Leaf::Count, Leaf::Seed, ViolationKind::AboveMaximum, message)
                    .actual(seed)
            });
        }
    }
}
