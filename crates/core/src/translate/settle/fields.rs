//! Each field by itself: implied, checked, moved, refused.

use super::{Fate, State, canonical};
use crate::check::{
    accepted, check_chars, check_items, check_media, check_number, check_url, check_word, describe,
};
use crate::leaf::Leaf;
use crate::number::Number;
use crate::plan::{FieldPlan, Plan};
use crate::spec::Origin;
use crate::violation::{Violation, ViolationKind};

impl State<'_> {
    pub(super) fn settle_fields(&mut self) {
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

    fn is_required(&self, leaf: Leaf) -> bool {
        let mut required = self.plan.required.iter().filter(|(required, _)| *required == leaf);
        required.any(|(_, required)| !self.set.intersects(required.unless))
    }

    /// Whether the offer behaves so anyway: by the meaning of the value, or by its spec.
    pub(super) fn is_implied(&self, leaf: Leaf) -> bool {
        let request = self.request;
        let field = self.plan.field(leaf);
        let by_meaning = match leaf {
            Leaf::Count => request.count == Some(1),
            // Where one image has a wire form of its own, it is sent.
            Leaf::SequentialCount => {
                request.sequential_count == Some(1) && !self.plan.has_sequence_switch()
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
                beside && values.contains(&canonical(request, leaf))
            })
    }

    fn settle_field(&mut self, leaf: Leaf, field: &FieldPlan) {
        if field.wire.is_empty() {
            self.drop_or(leaf, not_implied(field, leaf));
            return;
        }
        self.fate(leaf, Fate::Written);
        match leaf {
            Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost | Leaf::Count => {}
            Leaf::Prompt | Leaf::WebhookUrl | Leaf::UploadUrl => self.settle_text(leaf, field),
            _ if leaf.is_media() => self.settle_media(leaf, field),
            Leaf::GuidanceScale if !self.request.guidance_scale.is_some_and(f64::is_finite) => {
                let message = format!("{leaf} is not a finite number; give one");
                self.violation(Violation::new(leaf, ViolationKind::NotAccepted, message));
            }
            _ => match (self.request.number(leaf), self.request.word(leaf)) {
                (Some(number), _) => self.settle_number(leaf, number, field),
                (None, Some(word)) => self.settle_word(leaf, word, field),
                (None, None) => {}
            },
        }
    }

    fn settle_text(&mut self, leaf: Leaf, field: &FieldPlan) {
        // An empty text that is required is missing, which is said elsewhere.
        let said = |text: &&str| !text.is_empty() || !self.is_required(leaf);
        let Some(text) = self.request.text(leaf).filter(said) else { return };
        let chars = field.chars.as_ref().and_then(|chars| check_chars(leaf, text, chars));
        let form = check_url(leaf, text, field.https_only.as_ref());
        self.settlement.violations.extend(chars.into_iter().chain(form));
    }

    fn settle_media(&mut self, leaf: Leaf, field: &FieldPlan) {
        let items = self.request.media(leaf).len();
        let count = field.items.as_ref().and_then(|limit| check_items(leaf, items, limit));
        let media = check_media(self.plan, self.request, leaf, self.context);
        self.settlement.violations.extend(count.into_iter().chain(media));
    }

    fn settle_word(&mut self, leaf: Leaf, word: &str, field: &FieldPlan) {
        let violation = match &field.words {
            Some(words) => check_word(leaf, word, words),
            None => Some(number_instead(leaf, word, field, &self.plan.source)),
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
            // What fit would choose is nothing where it may not choose.
            Some((violation, _)) if leaf == Leaf::Seed => self.violation(violation.nearest(None)),
            Some((violation, _)) => self.violation(violation),
        }
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
