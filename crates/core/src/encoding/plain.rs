//! The value itself: a text, a number, a flag, a word.

use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::{Json, JsonText, Reading, tags, type_of};
use crate::check;
use crate::leaf::Leaf;
use crate::number::Number;
use crate::plan::{FieldPlan, Word, WordSet};
use crate::request::read::Whole;
use crate::request::{Duration, media};
use crate::spec::TagForm;
use crate::translate::Call;

/// The task id of a call.
pub(super) struct TaskId<'a>(pub(super) &'a Call<'a>);

impl TaskId<'_> {
    fn with<T>(&self, write: impl FnOnce(&str) -> T) -> T {
        let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
        write(self.0.task_id().as_hyphenated().encode_lower(&mut buffer))
    }
}

impl Serialize for TaskId<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.with(|id| serializer.serialize_str(id))
    }
}

impl Json for TaskId<'_> {
    fn write_json(&self, text: &mut JsonText<'_>) -> serde_json::Result<()> {
        // Hexadecimal digits and hyphens need no escape.
        self.with(|id| text.plain(id))
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
#[derive(Clone, Copy)]
pub(super) enum Plain<'a> {
    Text(&'a str),
    /// A text with tags that the vendor writes in its own form.
    Tagged(&'a str, TagForm),
    Flag(bool),
    Whole(u64),
    Word(Option<&'a Word>),
    Float(f64),
    Number(Option<Number>),
}

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Plain::Text(text) => serializer.serialize_str(text),
            Plain::Tagged(text, form) => serializer.serialize_str(&tags::rewrite(text, form)),
            Plain::Flag(flag) => serializer.serialize_bool(flag),
            Plain::Whole(whole) => serializer.serialize_u64(whole),
            Plain::Word(word) => word.serialize(serializer),
            Plain::Float(float) => exact(float).serialize(serializer),
            Plain::Number(number) => number.serialize(serializer),
        }
    }
}

impl Json for Plain<'_> {
    fn write_json(&self, out: &mut JsonText<'_>) -> serde_json::Result<()> {
        match *self {
            Plain::Text(text) => out.string(text),
            Plain::Tagged(text, form) => out.string(&tags::rewrite(text, form)),
            Plain::Flag(flag) => flag.write_json(out),
            Plain::Whole(whole) => whole.write_json(out),
            Plain::Word(word) => word.write_json(out),
            Plain::Float(_) | Plain::Number(_) => out.any(self),
        }
    }
}

/// The plain value of a leaf, after any move.
pub(super) fn plain<'a>(leaf: Leaf, call: &'a Call<'a>) -> Plain<'a> {
    let (request, field) = (call.request, || call.plan.field(leaf));
    match leaf {
        Leaf::Prompt | Leaf::WebhookUrl | Leaf::UploadUrl => {
            let text = request.text(leaf).unwrap_or_default();
            match field().and_then(|field| field.tags.as_ref()) {
                Some((form, _)) => Plain::Tagged(text, *form),
                None => Plain::Text(text),
            }
        }
        Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost => {
            Plain::Flag(request.flag(leaf).unwrap_or_default())
        }
        Leaf::GuidanceScale if call.settlement.number(leaf).is_none() => {
            Plain::Float(request.guidance_scale.unwrap_or_default())
        }
        _ => match (call.whole(leaf), request.word(leaf)) {
            (Some(whole), _) => Plain::Whole(whole),
            (None, Some(word)) => {
                Plain::Word(field().and_then(|field| field.words.as_ref()?.wire(word)))
            }
            (None, None) => Plain::Number(call.number(leaf)),
        },
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
    let is_auto = |set: &WordSet| set.wire("auto").is_some_and(|wire| **wire == *value);
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
    let own = listed.iter().find(|(_, wire)| **wire == *value);
    if let Some(read) = own.and_then(|(canonical, _)| canonical.parse().ok()) {
        return Ok(read);
    }
    let accepted: Vec<Value> = listed.iter().map(|(_, wire)| Value::clone(wire)).collect();
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
