//! Each field by itself: implied, checked, moved, refused.

use serde_json::Value;

use super::{Fate, State, canonical};
use crate::check::{
    accepted, are_media_accepted, check_chars, check_items, check_media, check_number, check_url,
    check_word, describe, has_accepted_length, is_https, nearest,
};
use crate::leaf::{Leaf, Leaves};
use crate::number::Number;
use crate::plan::{FieldPlan, Plan};
use crate::request::Request;
use crate::spec::Origin;
use crate::violation::{Violation, ViolationKind};

/// The kind comes before all others, and a size is settled as a whole.
const SETTLED_APART: Leaves = Leaves::of(Leaf::Kind)
    .and(Leaves::of(Leaf::Size))
    .and(Leaves::of(Leaf::AspectRatio))
    .and(Leaves::of(Leaf::Resolution));

impl State<'_> {
    pub(super) fn settle_fields(&mut self) {
        let fields = self.set.without(SETTLED_APART);
        let as_it_is = fields.within(self.plan.known.unlimited);
        self.settlement.written = self.settlement.written.and(as_it_is);
        for leaf in fields.without(as_it_is).iter() {
            match self.plan.field(leaf) {
                _ if self.is_implied(leaf) => self.fate(leaf, Fate::Implied),
                Some(field) => self.settle_field(leaf, field),
                None if leaf == Leaf::Count => self.fate(leaf, Fate::Written),
                None => {
                    let plan = self.plan;
                    self.drop_or(leaf, || unsupported(plan, leaf));
                }
            }
        }
    }

    fn is_required(&self, leaf: Leaf) -> bool {
        let mut required = self.plan.required.iter().filter(|(required, _)| *required == leaf);
        required.any(|(_, required)| !self.set.intersects(required.unless))
    }

    /// Whether the offer behaves so anyway: by the meaning of the value, or by its spec.
    pub(super) fn is_implied(&self, leaf: Leaf) -> bool {
        if !self.plan.known.may_be_implied.contains(leaf) {
            return false;
        }
        let request = self.request;
        let field = self.plan.field(leaf);
        let by_meaning = match leaf {
            Leaf::Count => request.count == Some(1),
            // Where one image has a wire form of its own, it is sent.
            Leaf::SequentialCount => {
                request.sequential_count == Some(1) && !self.plan.known.has_sequence_switch
            }
            Leaf::Safety => request.word(leaf) == Some("off"),
            // What the model always makes, where the offer has no parameter for it.
            Leaf::Fps => {
                let always = self.plan.fps.as_ref().map(|(fps, _)| u64::from(*fps));
                field.is_none() && request.fps == always
            }
            _ => false,
        };
        by_meaning
            || field.and_then(|field| field.implied.as_ref()).is_some_and(|(values, groups, _)| {
                let beside = groups.iter().all(|group| self.set.intersects(*group));
                beside && values.iter().any(|value| is_asked_for(request, leaf, value))
            })
    }

    fn settle_field(&mut self, leaf: Leaf, field: &FieldPlan) {
        if field.wire.is_empty() {
            return self.drop_or(leaf, || not_implied(field, leaf));
        }
        self.settlement.written.insert(leaf);
        match leaf {
            Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost | Leaf::Count => {}
            Leaf::Prompt | Leaf::WebhookUrl | Leaf::UploadUrl => self.settle_text(leaf, field),
            _ if leaf.is_media() => self.settle_media(leaf, field),
            Leaf::GuidanceScale if !self.request.guidance_scale.is_some_and(f64::is_finite) => {
                self.refuse(leaf, || {
                    let message = format!("{leaf} is not a finite number; give one");
                    Violation::new(leaf, ViolationKind::NotAccepted, message)
                });
            }
            _ => match (self.request.number(leaf), self.request.word(leaf)) {
                (Some(number), _) => self.settle_number(leaf, number, field),
                (None, Some(word)) => self.settle_word(leaf, word, field),
                (None, None) => {}
            },
        }
    }

    fn settle_text(&mut self, leaf: Leaf, field: &FieldPlan) {
        let Some(text) = self.request.text(leaf) else { return };
        let long = field.chars.as_ref().is_some_and(|(span, _)| !has_accepted_length(text, *span));
        let form = field.https_only.is_some() && !is_https(text);
        // An empty text that is required is missing, which is said elsewhere.
        if (long || form) && !(text.is_empty() && self.is_required(leaf)) {
            self.refuse_for_all(leaf, || {
                let chars = field.chars.as_ref().and_then(|chars| check_chars(leaf, text, chars));
                let form = check_url(leaf, text, field.https_only.as_ref());
                chars.into_iter().chain(form).collect()
            });
        }
    }

    fn settle_media(&mut self, leaf: Leaf, field: &FieldPlan) {
        let (plan, request, context) = (self.plan, self.request, self.context);
        let items = request.media(leaf).len();
        let many = field.items.as_ref().is_some_and(|(span, _)| !span.contains(items as u64));
        if many || !are_media_accepted(plan, request, leaf, context) {
            self.refuse_for_all(leaf, || {
                let count = field.items.as_ref().and_then(|limit| check_items(leaf, items, limit));
                let media = check_media(plan, request, leaf, context);
                count.into_iter().chain(media).collect()
            });
        }
    }

    fn settle_word(&mut self, leaf: Leaf, word: &str, field: &FieldPlan) {
        let accepted = field.words.as_ref().is_some_and(|words| words.wire(word).is_some());
        if !accepted {
            let page = &self.plan.source;
            self.refuse_for_all(leaf, || match &field.words {
                Some(words) => check_word(leaf, word, words).into_iter().collect(),
                None => vec![number_instead(leaf, word, field, page)],
            });
        }
    }

    fn settle_number(&mut self, leaf: Leaf, number: Number, field: &FieldPlan) {
        let limits = &field.numbers;
        if limits.accepts(number) {
            return;
        }
        let near = self.policy.may_move(leaf).then(|| nearest(number, limits)).flatten();
        match near.filter(|near| may_go(leaf, number, *near)) {
            Some(near) => self.settlement.moves().numbers.push((leaf, near)),
            None => self.refuse_for_all(leaf, || {
                let violation = check_number(leaf, number, limits).map(|(violation, _)| violation);
                // What fit would choose is nothing where it may not choose.
                let seed = |violation: Violation| violation.nearest(None);
                violation
                    .map(|it| if leaf == Leaf::Seed { seed(it) } else { it })
                    .into_iter()
                    .collect()
            }),
        }
    }
}

/// Whether the request sets a leaf to a value.
fn is_asked_for(request: &Request, leaf: Leaf, value: &Value) -> bool {
    match (request.word(leaf), request.flag(leaf)) {
        (Some(word), _) => value == word,
        (_, Some(flag)) => *value == flag,
        (None, None) => *value == canonical(request, leaf),
    }
}

/// A word such as `auto` where the offer takes only numbers.
fn number_instead(leaf: Leaf, word: &str, field: &FieldPlan, page: &Origin) -> Violation {
    let range = describe(&field.numbers);
    let message = format!("{leaf} {word} has no word here; accepted {range}");
    Violation::new(leaf, ViolationKind::NotAccepted, message)
        .accepted(accepted(&field.numbers))
        .stated_by(page)
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
    let accepted = field.implied.as_ref().map(|(values, ..)| values.clone()).unwrap_or_default();
    let list = crate::check::list(&accepted);
    let message = format!("{leaf} cannot be chosen here; accepted: {list}");
    let violation = Violation::new(leaf, ViolationKind::NotAccepted, message);
    let violation = violation.accepted(accepted.into());
    match &field.implied {
        Some((.., origin)) => violation.stated_by(origin),
        None => violation,
    }
}
