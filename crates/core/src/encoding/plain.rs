//! The value itself: a text, a number, a flag, a word.

use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::{Reading, tags, type_of};
use crate::check;
use crate::leaf::Leaf;
use crate::number::Number;
use crate::plan::{FieldPlan, WordSet};
use crate::request::read::Whole;
use crate::request::{Duration, media};
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
            return match call.plan.field(leaf).and_then(|field| field.tags.as_ref()) {
                Some((form, _)) => serializer.serialize_str(&tags::rewrite(text, *form)),
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

/// Reads the plain value of a leaf; whole numbers may be written with a point.
pub(super) fn read(reading: &mut Reading<'_>, leaf: Leaf, value: &Value) -> Result<(), String> {
    let field = reading.plan.field(leaf);
    let words = field.and_then(|field| field.words.as_ref());
    let request = &mut reading.request;
    match leaf {
        Leaf::Prompt => request.prompt = Some(prompt(text(value)?, field)),
        Leaf::Duration => request.duration = Some(duration(value, words)?),
        Leaf::Fps => request.fps = Some(whole(value)?),
        Leaf::SequentialCount => request.sequential_count = Some(whole(value)?),
        Leaf::Count => request.count = Some(whole(value)?),
        Leaf::Seed => request.seed = Some(whole(value)?),
        Leaf::Quality => request.output.quality = Some(whole(value)?),
        Leaf::TtlSeconds => request.delivery.ttl_seconds = Some(whole(value)?),
        Leaf::GuidanceScale => request.guidance_scale = Some(float(value)?),
        Leaf::CameraFixed => request.camera_fixed = Some(flag(value)?),
        Leaf::GenerateAudio => request.generate_audio = Some(flag(value)?),
        Leaf::IncludeCost => request.delivery.include_cost = Some(flag(value)?),
        Leaf::Kind => request.kind = Some(word(value, words)?),
        Leaf::Format => request.output.format = Some(word(value, words)?),
        Leaf::Safety => request.safety = Some(word(value, words)?),
        Leaf::WebhookUrl => request.delivery.webhook_url = Some(web_url(value)?),
        Leaf::UploadUrl => request.delivery.upload_url = Some(web_url(value)?),
        Leaf::Size
        | Leaf::AspectRatio
        | Leaf::Resolution
        | Leaf::FirstFrame
        | Leaf::LastFrame
        | Leaf::Images
        | Leaf::Videos
        | Leaf::Audios => return Err("is read by its own encoding".to_owned()),
    }
    Ok(())
}

fn prompt(text: &str, field: Option<&FieldPlan>) -> String {
    match field.and_then(|field| field.tags.as_ref()) {
        Some((form, _)) => tags::restore(text, *form).into_owned(),
        None => text.to_owned(),
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("takes a string, not {}", type_of(value)))
}

fn flag(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| format!("takes true or false, not {}", type_of(value)))
}

fn float(value: &Value) -> Result<f64, String> {
    value.as_f64().ok_or_else(|| format!("takes a number, not {}", type_of(value)))
}

/// A whole number from 0.
pub(crate) fn whole(value: &Value) -> Result<u64, String> {
    let read = Whole::deserialize(value).map(|whole| whole.0);
    read.map_err(|_| match value {
        Value::Number(number) => format!("takes a whole number from 0, not {number}"),
        _ => format!("takes a whole number, not {}", type_of(value)),
    })
}

fn duration(value: &Value, words: Option<&WordSet>) -> Result<Duration, String> {
    let is_auto = |set: &WordSet| set.wire("auto").is_some_and(|wire| wire == value);
    if words.is_some_and(is_auto) {
        return Ok(Duration::Auto);
    }
    match value {
        Value::Number(number) => Duration::deserialize(value)
            .map_err(|_| format!("takes seconds to the millisecond, not {number}")),
        _ => Err(format!("takes a number of seconds, not {}", type_of(value))),
    }
}

fn web_url(value: &Value) -> Result<String, String> {
    let url = Some(text(value)?).filter(|url| media::is_web_url(url));
    url.map(|url| media::lower_scheme(url).into_owned()).ok_or("takes a URL".to_owned())
}

/// A word of the vendor's, or a canonical one that the vendor does not take; the vendor's own word
/// in another spelling is neither.
fn word<T: FromStr + Serialize>(value: &Value, words: Option<&WordSet>) -> Result<T, String> {
    let listed = words.map(|set| set.words.as_slice()).unwrap_or_default();
    let own = listed.iter().find(|(_, wire)| wire == value);
    if let Some(read) = own.and_then(|(canonical, _)| canonical.parse().ok()) {
        return Ok(read);
    }
    let accepted: Vec<Value> = listed.iter().map(|(_, wire)| wire.clone()).collect();
    let refused = || match value.as_str().filter(|word| word.len() <= 40) {
        Some(word) => format!("takes one of {}; {word:?} is none", check::list(&accepted)),
        None => format!("takes one of {}", check::list(&accepted)),
    };
    let text = value.as_str().ok_or_else(refused)?;
    let read: T = text.parse().or_else(|_| text.to_lowercase().parse()).map_err(|_| refused())?;
    let name = serde_json::to_value(&read).unwrap_or_default();
    let spelt_otherwise = listed.iter().any(|(canonical, _)| name == canonical.as_str());
    if spelt_otherwise { Err(refused()) } else { Ok(read) }
}
