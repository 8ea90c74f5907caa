//! Settling every leaf: checked, moved or left out as far as the policy allows.

mod calls;
mod fields;
mod rules;
mod settlement;
mod size;

use serde_json::{Value, json};

pub(crate) use settlement::{Fate, Settlement};

use super::options;
use crate::check::{Tag, tags_of};
use crate::context::Context;
use crate::encoding::exact;
use crate::leaf::{Leaf, Leaves};
use crate::plan::Plan;
use crate::policy::Policy;
use crate::request::{Kind, Request};
use crate::violation::{Violation, ViolationKind};

/// What becomes of a request, if the offer takes it.
///
/// Says no at the first chance and not why: words are the dearest part of an answer, and many
/// callers only want to know who takes the request.
pub(crate) fn settle(
    plan: &Plan,
    request: &Request,
    policy: &Policy,
    context: &Context,
) -> Option<Settlement> {
    let mut state = State::new(plan, request, policy, context, Findings::default());
    (state.run() && state.findings.are_none()).then_some(state.settlement)
}

/// What became of a request that the offer takes or not, and everything that is wrong with it.
pub(crate) fn explain(
    plan: &Plan,
    request: &Request,
    policy: &Policy,
    context: &Context,
) -> (Settlement, Vec<Violation>) {
    let words = Findings { words: Some(Vec::new()), ..Findings::default() };
    let mut state = State::new(plan, request, policy, context, words);
    state.run();
    let mut violations = state.findings.words.take().unwrap_or_default();
    violations.sort_by_key(place);
    for violation in &mut violations {
        show_actual(request, violation);
    }
    (state.settlement, violations)
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

/// What is wrong with a request: which leaves, and where somebody asks, in words.
#[derive(Default)]
struct Findings {
    leaves: Leaves,
    /// Something else than a leaf: a provider option.
    beside: bool,
    words: Option<Vec<Violation>>,
}

impl Findings {
    fn are_none(&self) -> bool {
        self.leaves.is_empty() && !self.beside
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
    findings: Findings,
}

impl<'a> State<'a> {
    fn new(
        plan: &'a Plan,
        request: &'a Request,
        policy: &'a Policy,
        context: &'a Context,
        findings: Findings,
    ) -> State<'a> {
        let settlement = Settlement::default();
        State { plan, request, policy, context, settlement, set: request.leaves(), findings }
    }

    /// Whether it went to the end: without words it stops where the answer is known.
    fn run(&mut self) -> bool {
        self.settle_kind();
        self.settle_exclusions();
        self.settle_fields();
        self.settle_geometry();
        self.settle_values();
        // Up to here what is left out takes what was found about it along.
        if self.findings.words.is_none() && !self.findings.are_none() {
            return false;
        }
        self.settle_required();
        self.settle_rules();
        self.settle_calls();
        self.check_tags();
        self.check_options();
        true
    }

    fn fate(&mut self, leaf: Leaf, fate: Fate) {
        self.settlement.set(leaf, fate);
        if fate == Fate::Dropped {
            self.set.remove(leaf);
        }
    }

    /// Refuses a leaf; the words are worked out only where somebody asks.
    fn refuse(&mut self, leaf: Leaf, words: impl FnOnce() -> Violation) {
        self.refuse_for_all(leaf, || vec![words()]);
    }

    fn refuse_for_all(&mut self, leaf: Leaf, words: impl FnOnce() -> Vec<Violation>) {
        self.findings.leaves.insert(leaf);
        if let Some(said) = &mut self.findings.words {
            said.extend(words());
        }
    }

    fn drop_or(&mut self, leaf: Leaf, words: impl FnOnce() -> Violation) {
        if self.policy.may_drop(leaf) {
            self.fate(leaf, Fate::Dropped);
        } else {
            self.refuse(leaf, words);
        }
    }

    fn settle_kind(&mut self) {
        let wrong = self.request.kind().filter(|kind| *kind != self.plan.kind);
        if self.set.contains(Leaf::Kind) {
            self.fate(Leaf::Kind, Fate::Implied);
        }
        let Some(kind) = wrong else { return };
        let plan = self.plan;
        let words = || wrong_kind(plan, kind);
        if self.set.contains(Leaf::Kind) {
            self.drop_or(Leaf::Kind, words);
        } else if !self.policy.may_drop(Leaf::Kind) {
            self.refuse(Leaf::Kind, words);
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
                self.refuse(*leaf, || {
                    let message = format!("{leaf} is required here; add it");
                    let violation = Violation::new(*leaf, ViolationKind::Missing, message);
                    violation.stated_by(&required.origin)
                });
            }
        }
    }

    fn check_tags(&mut self) {
        let request = self.request;
        let Some(prompt) = request.prompt.as_deref().filter(|_| self.set.contains(Leaf::Prompt))
        else {
            return;
        };
        let mut named = Leaves::default();
        for tag in tags_of(prompt) {
            let items = request.media(tag.leaf).len();
            let there = self.set.contains(tag.leaf) && (1..=items).contains(&tag.number);
            if there || named.contains(tag.leaf) {
                continue;
            }
            named.insert(tag.leaf);
            self.refuse(Leaf::Prompt.max(tag.leaf), || points_nowhere(&tag, items));
        }
    }

    fn check_options(&mut self) {
        if self.request.provider_options.0.is_empty() {
            return;
        }
        let wrong = options::check(self.plan, self.request, self.context);
        self.findings.beside |= !wrong.is_empty();
        if let Some(said) = &mut self.findings.words {
            said.extend(wrong);
        }
    }
}

fn wrong_kind(plan: &Plan, kind: Kind) -> Violation {
    let message = format!("the request asks for {kind} and this offer makes {}", plan.kind);
    Violation::new(Leaf::Kind, ViolationKind::WrongKind, message)
        .actual(kind.name())
        .accepted(json!([plan.kind.name()]))
        .stated_by(&plan.source)
}

fn points_nowhere(tag: &Tag, items: usize) -> Violation {
    let message = format!(
        "the prompt points to item {} of {}, which has {items}; add it or take the tag out",
        tag.number, tag.leaf,
    );
    Violation::pair(Leaf::Prompt, tag.leaf, ViolationKind::Requires, message)
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
