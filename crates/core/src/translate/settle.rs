//! Settling every leaf: checked, moved or left out as far as the policy allows.

use serde_json::{Value, json};

use super::options;
use crate::check::{
    check_chars, check_items, check_media, check_number, check_url, check_word, tags_of,
};
use crate::context::Context;
use crate::geometry::{self, Wired};
use crate::leaf::{Leaf, Leaves};
use crate::number::Number;
use crate::plan::{FieldPlan, Plan};
use crate::policy::Policy;
use crate::request::{AspectRatio, Request};
use crate::rule::{Broken, Rule, check_excludes, check_no_effect, check_requires, check_sum};
use crate::violation::{Violation, ViolationKind};

/// What became of a leaf, before the ledger words it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Not set by the request.
    #[default]
    Unset,
    /// On the wire, moved or not.
    Written,
    /// The offer behaves so anyway.
    Implied,
    /// Left out.
    Dropped,
}

/// What became of a request at an offer.
#[derive(Debug)]
pub(crate) struct Settlement {
    fates: [Fate; Leaf::ALL.len()],
    numbers: Vec<(Leaf, Number)>,
    pub(crate) wired: Wired,
    /// Geometry leaves that moved.
    pub(crate) words: Vec<(Leaf, Value)>,
    /// The vendor requires a size and nobody named one.
    pub(crate) default_size: bool,
    pub(crate) violations: Vec<Violation>,
    /// Results that a full call gives.
    pub(crate) per_call: u64,
    pub(crate) calls: u64,
}

impl Settlement {
    pub(crate) fn fate(&self, leaf: Leaf) -> Fate {
        self.fates[leaf as usize]
    }

    /// The number that a leaf moved to.
    pub(crate) fn number(&self, leaf: Leaf) -> Option<Number> {
        self.numbers.iter().rev().find(|(moved, _)| *moved == leaf).map(|(_, number)| *number)
    }

    /// The value that a leaf moved to.
    pub(crate) fn moved(&self, leaf: Leaf) -> Option<Value> {
        let word =
            self.words.iter().find(|(moved, _)| *moved == leaf).map(|(_, value)| value.clone());
        word.or_else(|| self.number(leaf).map(|number| json!(number)))
    }

    pub(crate) fn has_losses(&self) -> bool {
        !self.numbers.is_empty() || !self.words.is_empty() || self.fates.contains(&Fate::Dropped)
    }
}

pub(super) fn settle(
    plan: &Plan,
    request: &Request,
    policy: &Policy,
    context: &Context,
) -> Settlement {
    let settlement = Settlement {
        fates: [Fate::Unset; Leaf::ALL.len()],
        numbers: Vec::new(),
        wired: Wired::default(),
        words: Vec::new(),
        default_size: false,
        violations: Vec::new(),
        per_call: 1,
        calls: 1,
    };
    let mut state = State { plan, request, policy, context, settlement, set: request.leaves() };
    state.settle_kind();
    state.settle_exclusions();
    state.settle_fields();
    state.settle_geometry();
    state.settle_required();
    state.settle_rules();
    state.settle_calls();
    state.check_tags();
    let unlisted = options::check(plan, request, context);
    state.settlement.violations.extend(unlisted);
    state.settlement.violations.sort_by_key(place);
    state.settlement.violations.iter_mut().for_each(|violation| show_actual(request, violation));
    state.settlement
}

/// Canonical order; provider options come last.
fn place(violation: &Violation) -> usize {
    Leaf::from_path(&violation.field).map_or(Leaf::ALL.len(), |leaf| leaf as usize)
}

/// The value given, where no check has put a better one and it is safe to show.
fn show_actual(request: &Request, violation: &mut Violation) {
    let leaf = Leaf::from_path(&violation.field);
    let safe = leaf
        .filter(|leaf| request.is_set(*leaf) && !leaf.is_media() && request.text(*leaf).is_none());
    if let (None, Some(leaf)) = (&violation.actual, safe) {
        violation.actual = Some(canonical(request, leaf));
    }
}

struct State<'a> {
    plan: &'a Plan,
    request: &'a Request,
    policy: &'a Policy,
    context: &'a Context,
    settlement: Settlement,
    /// Set leaves, less those that were dropped.
    set: Leaves,
}

impl State<'_> {
    fn fate(&mut self, leaf: Leaf, fate: Fate) {
        self.settlement.fates[leaf as usize] = fate;
        if fate == Fate::Dropped {
            self.set.remove(leaf);
        }
    }

    fn violation(&mut self, violation: Violation) {
        self.settlement.violations.push(violation);
    }

    fn drop_or(&mut self, leaf: Leaf, violation: Violation) {
        if self.policy.may_drop(leaf) {
            self.fate(leaf, Fate::Dropped);
        } else {
            self.violation(violation);
        }
    }

    fn settle_kind(&mut self) {
        let wrong = self.request.kind().filter(|kind| *kind != self.plan.kind);
        if self.set.contains(Leaf::Kind) {
            self.fate(Leaf::Kind, Fate::Implied);
        }
        if let Some(kind) = wrong {
            let message =
                format!("the request asks for {kind} and this offer makes {}", self.plan.kind);
            let violation = Violation::new(Leaf::Kind, ViolationKind::WrongKind, message)
                .actual(kind.name())
                .accepted(json!([self.plan.kind.name()]))
                .stated_by(&self.plan.source);
            self.drop_or(Leaf::Kind, violation);
        }
    }

    /// Leaves that may not stand beside others go first: what is dropped is not checked.
    fn settle_exclusions(&mut self) {
        let plan = self.plan;
        for (rule, origin) in &plan.rules {
            let broken = match rule {
                Rule::Excludes { fields, with } => check_excludes(self.set, *fields, *with, origin),
                Rule::NoEffect { field, with } => {
                    check_no_effect(self.set, *field, *with, origin).into_iter().collect()
                }
                Rule::Requires { .. } | Rule::SumAtMost { .. } => continue,
            };
            broken.into_iter().for_each(|broken| self.cure(broken));
        }
    }

    fn settle_rules(&mut self) {
        let plan = self.plan;
        for (rule, origin) in &plan.rules {
            let broken = match rule {
                Rule::Requires { field, any_of } => {
                    check_requires(self.set, *field, *any_of, origin)
                }
                Rule::SumAtMost { fields, max } => check_sum(self.request, fields, *max, origin),
                Rule::Excludes { .. } | Rule::NoEffect { .. } => None,
            };
            if let Some(broken) = broken {
                self.cure(broken);
            }
        }
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

    fn settle_fields(&mut self) {
        let settled = |leaf: &Leaf| leaf.is_geometry() || *leaf == Leaf::Kind;
        for leaf in self.set.iter().filter(|leaf| !settled(leaf)) {
            match self.plan.field(leaf) {
                _ if self.is_implied(leaf) => self.fate(leaf, Fate::Implied),
                Some(field) => self.settle_field(leaf, field),
                None if leaf == Leaf::Count => self.fate(leaf, Fate::Written),
                None => self.drop_or(leaf, unsupported(self.plan, leaf)),
            }
        }
    }

    /// Whether the offer behaves so anyway: by the meaning of the value, or because the spec says so.
    fn is_implied(&self, leaf: Leaf) -> bool {
        let request = self.request;
        let field = self.plan.field(leaf);
        let by_meaning = match leaf {
            Leaf::Count => request.count == Some(1),
            // Where one image has a wire form of its own, it is sent.
            Leaf::SequentialCount => {
                request.sequential_count == Some(1) && !self.plan.has_sequence_switch()
            }
            Leaf::Safety => request.word(leaf) == Some("off"),
            _ => false,
        };
        by_meaning
            || field.is_some_and(|field| {
                let beside = field.implied_with.iter().all(|group| self.set.intersects(*group));
                beside
                    && !field.implied.is_empty()
                    && field.implied.contains(&canonical(request, leaf))
            })
    }

    fn settle_field(&mut self, leaf: Leaf, field: &FieldPlan) {
        if field.wire.is_empty() {
            self.drop_or(leaf, not_implied(field, leaf));
            return;
        }
        self.fate(leaf, Fate::Written);
        if let Some(text) = self.request.text(leaf).filter(|text| !text.is_empty()) {
            let chars = field.chars.as_ref().and_then(|chars| check_chars(leaf, text, chars));
            let form = check_url(leaf, text, field.https_only.as_ref());
            chars.into_iter().chain(form).for_each(|violation| self.violation(violation));
        }
        if let Some(word) = self.request.word(leaf) {
            self.settle_word(leaf, word, field);
        } else if let Some(number) = self.request.number(leaf).filter(|_| leaf != Leaf::Count) {
            self.settle_number(leaf, number, field);
        }
        if leaf.is_media() {
            let items = self.request.media(leaf).len();
            let count = field.items.as_ref().and_then(|limit| check_items(leaf, items, limit));
            let media = check_media(self.plan, self.request, leaf, self.context);
            count.into_iter().chain(media).for_each(|violation| self.violation(violation));
        }
    }

    fn settle_word(&mut self, leaf: Leaf, word: &str, field: &FieldPlan) {
        let violation = match &field.words {
            Some(words) => check_word(leaf, word, words),
            None => Some(Violation::new(
                leaf,
                ViolationKind::NotAccepted,
                format!("{leaf} {word} has no word here; give a number"),
            )),
        };
        if let Some(violation) = violation {
            self.violation(violation);
        }
    }

    fn settle_number(&mut self, leaf: Leaf, number: Number, field: &FieldPlan) {
        match check_number(leaf, number, &field.numbers) {
            None => {}
            Some((_, Some(near))) if self.policy.may_move(leaf) && may_go(leaf, number, near) => {
                self.settlement.numbers.push((leaf, near));
            }
            Some((violation, _)) => self.violation(violation),
        }
    }

    fn settle_geometry(&mut self) {
        let settled = loop {
            let settled =
                geometry::settle(&self.plan.geometry, self.request, self.set, self.policy);
            match settled.violations.iter().find_map(|violation| self.droppable(violation)) {
                Some(leaf) => self.fate(leaf, Fate::Dropped),
                None => break settled,
            }
        };
        for leaf in self.set.iter().filter(|leaf| leaf.is_geometry()) {
            let implied = settled.implied.contains(leaf);
            self.fate(leaf, if implied { Fate::Implied } else { Fate::Written });
        }
        self.settlement.wired = settled.wired;
        self.settlement.words = settled.moved;
        self.settlement.violations.extend(settled.violations);
    }

    /// The geometry leaf that a policy may leave out to cure a violation: one that the offer does
    /// not have, or an open ratio that it cannot be told.
    fn droppable(&self, violation: &Violation) -> Option<Leaf> {
        let leaf = Leaf::from_path(&violation.field).filter(|leaf| self.policy.may_drop(*leaf))?;
        let open =
            leaf == Leaf::AspectRatio && self.request.aspect_ratio == Some(AspectRatio::Auto);
        let absent = violation.kind == ViolationKind::Unsupported;
        let cures = absent || (open && violation.kind == ViolationKind::NotAccepted);
        (cures && self.set.contains(leaf)).then_some(leaf)
    }

    fn settle_required(&mut self) {
        let plan = self.plan;
        for (leaf, required) in &plan.required {
            if self.set.intersects(required.unless) {
                continue;
            }
            if *leaf == Leaf::Size {
                self.settle_default_size();
            } else if !self.set.contains(*leaf) || self.request.text(*leaf) == Some("") {
                let message = format!("{leaf} is required here; add it");
                let violation = Violation::new(*leaf, ViolationKind::Missing, message);
                self.violation(violation.stated_by(&required.origin));
            }
        }
    }

    /// Nothing named: nothing sent, unless the vendor requires it.
    fn settle_default_size(&mut self) {
        if self.set.iter().any(Leaf::is_geometry) {
            return;
        }
        self.settlement.wired = geometry::settle_default(&self.plan.geometry);
        self.settlement.default_size = true;
    }

    fn settle_calls(&mut self) {
        let Some(count) = self.request.count.filter(|_| self.set.contains(Leaf::Count)) else {
            return;
        };
        if count == 0 {
            let message = "count 0 is below 1; accepted 1 and more";
            let violation =
                Violation::new(Leaf::Count, ViolationKind::BelowMinimum, message).actual(0);
            self.violation(violation.accepted(json!({ "min": 1 })).nearest(Some(json!(1))));
            return;
        }
        let field = self.plan.field(Leaf::Count);
        let most = field.and_then(|field| field.numbers.max.as_ref()?.0.as_whole()).unwrap_or(1);
        let alone =
            field.is_some_and(|field| field.split_with.iter().any(|leaf| self.several(leaf)));
        self.settlement.per_call = if alone { 1 } else { most.min(count) };
        self.settlement.calls = count.div_ceil(self.settlement.per_call);
        self.check_last_seed();
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
            self.violation(violation.actual(json!(last)));
        }
    }

    fn check_tags(&mut self) {
        let Some(prompt) =
            self.request.prompt.as_deref().filter(|_| self.set.contains(Leaf::Prompt))
        else {
            return;
        };
        let mut named: Vec<Leaf> = Vec::new();
        for tag in tags_of(prompt) {
            let there = (1..=self.request.media(tag.leaf).len()).contains(&tag.number);
            if there || named.contains(&tag.leaf) {
                continue;
            }
            named.push(tag.leaf);
            let message = format!(
                "the prompt points to item {} of {}, which has {}; add it or take the tag out",
                tag.number,
                tag.leaf,
                self.request.media(tag.leaf).len()
            );
            let violation =
                Violation::pair(Leaf::Prompt, tag.leaf, ViolationKind::Requires, message);
            self.violation(violation);
        }
    }
}

/// Counts only go down.
fn may_go(leaf: Leaf, from: Number, to: Number) -> bool {
    leaf != Leaf::SequentialCount || to < from
}

fn unsupported(plan: &Plan, leaf: Leaf) -> Violation {
    let message = format!("{leaf} is not supported here; leave it out or choose another offer");
    Violation::new(leaf, ViolationKind::Unsupported, message).stated_by(&plan.source)
}

/// The spec knows one value that is implied, and another was given.
fn not_implied(field: &FieldPlan, leaf: Leaf) -> Violation {
    let accepted = field.implied.clone();
    let message =
        format!("{leaf} cannot be chosen here; accepted: {}", crate::check::list(&accepted));
    Violation::new(leaf, ViolationKind::NotAccepted, message).accepted(accepted.into())
}

/// The canonical value of a leaf as JSON; media aside.
pub(super) fn canonical(request: &Request, leaf: Leaf) -> Value {
    match leaf {
        Leaf::Size => json!(request.size),
        Leaf::AspectRatio => json!(request.aspect_ratio),
        Leaf::Resolution => json!(request.resolution),
        Leaf::Duration => json!(request.duration),
        Leaf::GuidanceScale => json!(request.number(leaf)),
        _ => {
            let number = request.number(leaf).map(|number| json!(number));
            let flag = request.flag(leaf).map(Value::from);
            let word = request.word(leaf).map(Value::from);
            number
                .or(flag)
                .or(word)
                .or_else(|| request.text(leaf).map(Value::from))
                .unwrap_or_default()
        }
    }
}
