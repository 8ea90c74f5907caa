//! Rules over several fields: what they exclude goes first, what they need is asked for last.

use serde_json::Value;

use super::{Fate, State, canonical};
use crate::leaf::Leaf;
use crate::number::Number;
use crate::rule::{
    Broken, Rule, Said, check_excludes, check_excludes_value, check_no_effect, check_requires,
    check_sum,
};
use crate::violation::{Violation, ViolationKind};

impl State<'_> {
    /// A size beside its words: the one that the policy names goes.
    fn settle_two_sizes(&mut self) {
        for leaf in [Leaf::AspectRatio, Leaf::Resolution, Leaf::Size] {
            let words = self.set.contains(Leaf::AspectRatio) || self.set.contains(Leaf::Resolution);
            let both = words && self.set.contains(Leaf::Size);
            if both && self.set.contains(leaf) && self.policy.names_drop(leaf) {
                self.fate(leaf, Fate::Dropped);
            }
        }
    }

    /// Leaves that may not stand beside others go first: what is dropped is not checked.
    pub(super) fn settle_exclusions(&mut self) {
        self.settle_two_sizes();
        let plan = self.plan;
        for (rule, origin) in &plan.rules {
            let broken = match rule {
                Rule::Excludes { fields, with } => check_excludes(self.set, *fields, *with, origin),
                // What the offer does anyway is no loss.
                Rule::NoEffect { field, .. } if self.is_implied(*field) => continue,
                Rule::NoEffect { field, with } => {
                    check_no_effect(self.set, *field, *with, origin).into_iter().collect()
                }
                Rule::Requires { .. } | Rule::SumAtMost { .. } | Rule::ExcludesValue { .. } => {
                    continue;
                }
            };
            for broken in broken {
                self.cure(broken);
            }
        }
    }

    /// Values that exclude fields: known once sizes are what the offer is told.
    pub(super) fn settle_values(&mut self) {
        let plan = self.plan;
        for (rule, origin) in &plan.rules {
            let Rule::ExcludesValue { field, with, values } = rule else { continue };
            let said = self.said(*with);
            let Some(broken) = check_excludes_value(self.set, *field, said, values, origin) else {
                continue;
            };
            self.cure(broken);
            if !self.set.contains(*field) {
                // What is left out breaks no limit of its own.
                self.settlement.violations.retain(|violation| violation.field != field.path());
            }
        }
    }

    /// What the offer is told of a leaf in canonical words.
    fn said(&self, leaf: Leaf) -> Option<Said> {
        if leaf == Leaf::Resolution {
            let by =
                [Leaf::Resolution, Leaf::Size].into_iter().find(|it| self.set.contains(*it))?;
            let tier = self.plan.geometry.tier_of(&self.settlement.wired);
            return Some((by, tier.or(self.request.resolution)?.name().to_owned()));
        }
        let value = self.settlement.moved(leaf).unwrap_or_else(|| canonical(self.request, leaf));
        let text = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        self.set.contains(leaf).then_some((leaf, text))
    }

    pub(super) fn settle_rules(&mut self) {
        let plan = self.plan;
        for (rule, origin) in &plan.rules {
            let broken = match rule {
                Rule::Requires { field, any_of } => {
                    check_requires(self.set, *field, *any_of, origin)
                }
                Rule::SumAtMost { fields, .. } if self.too_many_anyway(fields) => None,
                Rule::SumAtMost { fields, max } => check_sum(self.request, fields, *max, origin),
                Rule::Excludes { .. } | Rule::ExcludesValue { .. } | Rule::NoEffect { .. } => None,
            };
            if let Some(broken) = broken {
                self.cure(broken);
            }
        }
    }

    /// Where the count is unset and a list is too long by itself, the sum says nothing new.
    fn too_many_anyway(&self, fields: &[Leaf]) -> bool {
        let unset = fields.last().is_some_and(|count| !self.set.contains(*count));
        let long = |violation: &Violation| violation.kind == ViolationKind::TooMany;
        unset && self.settlement.violations.iter().any(long)
    }

    fn cure(&mut self, broken: Broken) {
        match broken {
            Broken::Drop(leaf, violation) => self.drop_or(leaf, *violation),
            Broken::Lower(leaf, to, violation) => {
                let to = Number::whole(to);
                let lower = self.settlement.number(leaf).is_none_or(|moved| to < moved);
                if !self.policy.may_move(leaf) {
                    self.violation(*violation);
                } else if lower {
                    self.settlement.numbers.push((leaf, to));
                }
            }
            Broken::Stays(violation) => self.violation(*violation),
        }
    }
}
