//! Rules over several fields: what they exclude goes first, what they need is asked for last.

use serde_json::Value;

use super::{Fate, State, canonical};
use crate::leaf::{Leaf, Leaves};
use crate::number::Number;
use crate::rule::{
    Rule, Said, check_excludes, check_excludes_value, check_no_effect, check_requires, check_sum,
    is_among, room_in_sum,
};
use crate::spec::Origin;
use crate::violation::{Violation, ViolationKind};

impl State<'_> {
    /// A size beside its words: the one that the policy names goes.
    fn settle_two_sizes(&mut self) {
        if !self.set.contains(Leaf::Size) {
            return;
        }
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
            let set = self.set;
            match rule {
                Rule::Excludes { fields, with } if set.intersects(*with) => {
                    for field in fields.within(set).iter() {
                        for other in with.within(set).iter() {
                            let pair = (Leaves::of(field), Leaves::of(other));
                            let words = || check_excludes(set, pair.0, pair.1, origin);
                            self.drop_or_say(field, field.max(other), words);
                        }
                    }
                }
                Rule::NoEffect { field, with } => {
                    let ignored = set.contains(*field) && set.intersects(*with);
                    // What the offer does anyway is no loss.
                    if ignored && !self.is_implied(*field) {
                        let words = || check_no_effect(set, *field, *with, origin);
                        self.drop_or_say(*field, *field, words);
                    }
                }
                _ => {}
            }
        }
    }

    /// Values that exclude fields: known once sizes are what the offer is told.
    pub(super) fn settle_values(&mut self) {
        let plan = self.plan;
        for (rule, origin) in &plan.rules {
            let Rule::ExcludesValue { field, with, values } = rule else { continue };
            if !self.set.contains(*field) {
                continue;
            }
            let Some(said) = self.said(*with).filter(|(_, value)| is_among(value, values)) else {
                continue;
            };
            let set = self.set;
            let blamed = said.0.max(*field);
            let words = || check_excludes_value(set, *field, Some(said), values, origin);
            self.drop_or_say(*field, blamed, words);
            if !self.set.contains(*field) {
                // What is left out breaks no limit of its own.
                self.forget(*field);
            }
        }
    }

    fn forget(&mut self, leaf: Leaf) {
        self.findings.leaves.remove(leaf);
        if let Some(said) = &mut self.findings.words {
            said.retain(|violation| violation.field != leaf.path());
        }
    }

    /// What the offer is told of a leaf in canonical words.
    fn said(&self, leaf: Leaf) -> Option<Said> {
        if leaf == Leaf::Resolution {
            let by =
                [Leaf::Resolution, Leaf::Size].into_iter().find(|it| self.set.contains(*it))?;
            let tier = self.plan.geometry.tier_of(&self.settlement.wired);
            return Some((by, tier.or(self.request.resolution)?.name().into()));
        }
        let moved = self.settlement.moved(leaf);
        if let (None, Some(word)) = (&moved, self.request.word(leaf)) {
            return self.set.contains(leaf).then_some((leaf, word.into()));
        }
        let value = moved.unwrap_or_else(|| canonical(self.request, leaf));
        let text = match value {
            Value::String(text) => text.into(),
            other => other.to_string().into(),
        };
        self.set.contains(leaf).then_some((leaf, text))
    }

    pub(super) fn settle_rules(&mut self) {
        let plan = self.plan;
        for (rule, origin) in &plan.rules {
            let set = self.set;
            match rule {
                Rule::Requires { field, any_of }
                    if set.contains(*field) && !any_of.is_empty() && !set.intersects(*any_of) =>
                {
                    let words = || check_requires(set, *field, *any_of, origin);
                    self.drop_or_say(*field, *field, words);
                }
                Rule::SumAtMost { fields, max } if !self.too_many_anyway(fields) => {
                    self.settle_sum(fields, *max, origin);
                }
                _ => {}
            }
        }
    }

    /// Where the count is unset and a list is too long by itself, the sum says nothing new.
    fn too_many_anyway(&self, fields: &[Leaf]) -> bool {
        let unset = fields.last().is_some_and(|count| !self.set.contains(*count));
        let long = |violation: &Violation| violation.kind == ViolationKind::TooMany;
        // Without words nothing is left to be said here: a list that is too long was the end.
        unset && self.findings.words.iter().flatten().any(long)
    }

    fn settle_sum(&mut self, fields: &[Leaf], max: u64, origin: &Origin) {
        let request = self.request;
        let (Some(room), Some(count)) = (room_in_sum(request, fields, max), fields.last()) else {
            return;
        };
        let words = || check_sum(request, fields, max, origin);
        if room == 0 || !request.is_set(*count) || !self.policy.may_move(*count) {
            return self.refuse_for_all(*count, || words().into_iter().collect());
        }
        let to = Number::whole(room);
        if self.settlement.number(*count).is_none_or(|moved| to < moved) {
            self.settlement.moves().numbers.push((*count, to));
        }
    }

    /// Leaves a leaf out where the policy may; else refuses what is broken, for which one leaf of
    /// the rule is named first.
    fn drop_or_say<B: IntoIterator<Item = Violation>>(
        &mut self,
        leaf: Leaf,
        named: Leaf,
        words: impl FnOnce() -> B,
    ) {
        if self.policy.may_drop(leaf) {
            return self.fate(leaf, Fate::Dropped);
        }
        let said = || words().into_iter().collect();
        self.refuse_for_all(named, said);
    }
}
