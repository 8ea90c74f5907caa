//! What a spec says about one canonical field.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

use super::{Date, DatedBy};
use crate::number::Number;
use crate::request::Resolution;

/// What an offer says about one canonical field: where it goes, in which form, within which limits.
///
/// Every attribute is optional; a later revision changes single attributes, and `null` removes one.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Field {
    /// Dotted wire path, or several (width before height).
    pub to: Option<Wire>,
    /// Form on the wire; absent = the plain value.
    #[serde(rename = "as")]
    pub encoding: Option<Encoding>,
    /// Key of the media within an item of `frames`.
    pub key: Option<String>,
    /// The wire path stands beside the payload, in the body around it.
    pub envelope: Option<bool>,
    /// The vendor refuses a request without it.
    pub required: Option<bool>,
    /// The vendor refuses a request without it, unless one of these fields is set.
    pub required_unless: Option<Vec<String>>,
    /// Smallest accepted number.
    pub min: Option<Number>,
    /// Greatest accepted number.
    pub max: Option<Number>,
    /// Accepted numbers are multiples of it, and so are both sides of a free size.
    pub step: Option<Number>,
    /// Closed set of accepted numbers.
    pub values: Option<Vec<Number>>,
    /// Closed set of accepted words: a list, or an object from canonical to wire word.
    pub words: Option<Words>,
    /// Fewest and most Unicode scalar values of a text; `null` = open.
    pub chars: Option<Span>,
    /// Fewest and most items of a list; `null` = open.
    pub items: Option<Span>,
    /// Accepted forms of a URL.
    pub forms: Option<Forms>,
    /// Smallest and greatest side of an input picture, in pixels.
    pub sides: Option<Span>,
    /// Greatest size of one medium, in bytes.
    pub max_bytes: Option<u64>,
    /// Longest playing time of one medium, in seconds.
    pub max_seconds: Option<Number>,
    /// Longest playing time of all media of the list together, in seconds.
    pub total_seconds: Option<Number>,
    /// The size must stand in the lab's table.
    pub table: Option<bool>,
    /// Smallest and greatest width of a free size, in pixels.
    pub width: Option<Span>,
    /// Smallest and greatest height of a free size, in pixels.
    pub height: Option<Span>,
    /// Tiers that a free size is worked out for.
    pub tiers: Option<Vec<Tier>>,
    /// Wire keys that are written beside the value.
    pub with: Option<Map<String, Value>>,
    /// How the prompt points to references.
    pub tags: Option<TagForm>,
    /// Values that the offer always has, so that nothing is sent.
    pub implied: Option<Vec<Value>>,
    /// All of these must be set for `implied` to hold.
    pub implied_with: Option<Vec<String>>,
    /// Beside these fields every call gives one result (their interplay is not documented).
    pub split_with: Option<Vec<String>>,
    /// The vendor's documented default.
    pub default: Option<Value>,
    /// What a person should know; shown in the ledger.
    pub note: Option<String>,
    /// Page of the attributes given beside it, where it is not the revision's.
    pub source: Option<String>,
    /// Date of that page.
    pub since: Option<Date>,
    /// How that date is known.
    pub dated_by: Option<DatedBy>,
}

/// A form on the wire; each is one file under `encoding/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// The value itself.
    Plain,
    /// The one medium of a list of at most one, as a string.
    Single,
    /// An item of an array of pinned frames: `{"<key>": media, "frame": "first"}`.
    Frames,
    /// Two keys: a switch that is `disabled` or `auto`, and the greatest number of images.
    Sequence,
    /// `checkContent` and, where there are two paths, `mode`.
    ContentCheck,
}

/// How a prompt points to references.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TagForm {
    /// `[Image1]`, the canonical form.
    Brackets,
    /// `@image1`.
    At,
}

/// Accepted forms of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Forms {
    /// `https:` only.
    Https,
}

/// A resolution tier in a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier(pub Resolution);

/// One dotted wire path, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire(pub Vec<String>);

/// Words by canonical word: a list where they are the same, else an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Words(pub Vec<(String, Value)>);

/// Smallest and greatest value; `null` is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Smallest, if there is one.
    pub min: Option<u64>,
    /// Greatest, if there is one.
    pub max: Option<u64>,
}

impl Span {
    /// Whether a number lies within; both ends belong to the span.
    pub(crate) fn contains(self, number: u64) -> bool {
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        let (min, max) = <(Option<u64>, Option<u64>)>::deserialize(deserializer)?;
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            return Err(de::Error::custom("the smallest value is above the greatest"));
        }
        Ok(Span { min, max })
    }
}

impl<'de> Deserialize<'de> for Tier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Tier, D::Error> {
        Resolution::deserialize(deserializer).map(Tier)
    }
}

impl<'de> Deserialize<'de> for Wire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Wire, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Wire;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a dotted wire path or a list of them")
            }
            fn visit_str<E: de::Error>(self, path: &str) -> Result<Wire, E> {
                Ok(Wire(vec![path.to_owned()]))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, seq: A) -> Result<Wire, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(seq)).map(Wire)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Words, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Words;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of words or an object from canonical to wire word")
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = seq.next_element::<String>()? {
                    words.push((word.clone(), word.into()));
                }
                Ok(Words(words))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    words.push(entry);
                }
                Ok(Words(words))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

macro_rules! schema {
    ($($type:ty: $name:literal = $schema:tt);+ $(;)?) => { $(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    )+ };
}

schema! {
    Wire: "Wire" = { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] };
    Words: "Words" = { "anyOf": [{ "type": "array", "items": { "type": "string" } }, { "type": "object" }] };
    Span: "Span" = {
        "type": "array", "minItems": 2, "maxItems": 2, "items": { "type": ["integer", "null"], "minimum": 0 }
    };
    Tier: "Tier" = { "enum": ["480p", "720p", "1080p", "1K", "1.5K", "2K", "3K", "4K"] };
}
