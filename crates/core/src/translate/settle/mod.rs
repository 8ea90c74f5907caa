//! Settling every leaf: checked, moved or left out as far as the policy allows.

mod calls;
mod fields;
mod rules;
mod size;

use serde_json::{Value, json};

use super::options;
use crate::check::tags_of;
use crate::context::Context;
use crate::encoding::exact;
use crate::geometry::Wired;
use crate::leaf::{Leaf, Leaves};
use crate::number::Number;
use crate::plan::Plan;
use crate::policy::Policy;
use crate::request::Request;
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
#[derive(Clone, Debug)]
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

pub(crate) fn settle(
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
    state.settle_values();
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
            if self.set.contains(Leaf::Kind) {
                self.drop_or(Leaf::Kind, violation);
            } else if !self.policy.may_drop(Leaf::Kind) {
                self.violation(violation);
            }
        }
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

    fn check_tags(&mut self) {
        let Some(prompt) =
            self.request.prompt.as_deref().filter(|_| self.set.contains(Leaf::Prompt))
        else {
            return;
        };
        let mut named: Vec<Leaf> = Vec::new();
        for tag in tags_of(prompt) {
            let sent = self.set.contains(tag.leaf);
            let there = sent && (1..=self.request.media(tag.leaf).len()).contains(&tag.number);
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

/// The canonical value of a leaf as JSON; media aside.
pub(super) fn canonical(request: &Request, leaf: Leaf) -> Value {
    match leaf {
        Leaf::Size => json!(request.size),
        Leaf::AspectRatio => json!(request.aspect_ratio),
        Leaf::Resolution => json!(request.resolution),
        Leaf::Duration => json!(request.duration),
        Leaf::GuidanceScale => request.guidance_scale.map(exact).unwrap_or_default(),
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
