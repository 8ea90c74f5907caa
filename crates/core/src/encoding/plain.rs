//! The value itself: a text, a number, a flag, a word.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::tags;
use crate::leaf::Leaf;
use crate::number::Number;
use crate::translate::Call;

/// The task id of a call.
pub(super) struct TaskId<'a>(pub(super) Call<'a>);

impl Serialize for TaskId<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
        serializer.serialize_str(self.0.task_id().as_hyphenated().encode_lower(&mut buffer))
    }
}

/// A float as JSON with every digit, whole numbers without a point.
pub(crate) fn exact(value: f64) -> Value {
    let number = Number::float(value);
    match number.as_whole() {
        #[allow(clippy::float_cmp)] // Equal or not equal is the question.
        Some(whole) if number.as_float() == value => whole.into(),
        _ => value.into(),
    }
}

/// The plain value of a leaf, after any move.
pub(super) struct Plain<'a> {
    pub(super) leaf: Leaf,
    pub(super) call: Call<'a>,
}

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Plain { leaf, call } = *self;
        if let Some(text) = call.request.text(leaf) {
            return match call.plan.field(leaf).and_then(|field| field.tags) {
                Some(form) => serializer.serialize_str(&tags::rewrite(text, form)),
                None => serializer.serialize_str(text),
            };
        }
        if let Some(flag) = call.request.flag(leaf) {
            return serializer.serialize_bool(flag);
        }
        if let Some(whole) = call.whole(leaf) {
            return serializer.serialize_u64(whole);
        }
        if let Some(word) = call.request.word(leaf) {
            let wire = call.plan.field(leaf).and_then(|field| field.words.as_ref()?.wire(word));
            return wire.serialize(serializer);
        }
        match call.request.guidance_scale {
            Some(value)
                if leaf == Leaf::GuidanceScale && call.settlement.number(leaf).is_none() =>
            {
                exact(value).serialize(serializer)
            }
            _ => call.number(leaf).serialize(serializer),
        }
    }
}
