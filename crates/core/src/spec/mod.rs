//! The format of spec files: what a lab says, how a provider spells and limits it, since when.

mod body;
mod date;
mod field;
mod model;
mod price;
mod resolve;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use body::{JsonType, OptionSpec, Rule};
pub use date::{Date, ParseDateError};
pub use field::{Encoding, Field, Forms, Span, TagForm, Wire, Words};
pub use model::{Limit, ModelFile, SizeEntries, SizeGroup, Stage};
pub use price::{Per, Price, Rate, StatedPrice};
pub(crate) use resolve::{Resolved, resolve};

/// How the date of a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DatedBy {
    /// The page carries the date.
    Page,
    /// A dated schema or release shows it.
    Schema,
    /// The page carries no date; this one is ours.
    Assumed,
}

/// Where a fact stands and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The page that states it.
    pub page: Arc<str>,
    /// Its date.
    pub since: Date,
    /// Whether the vendor enforces it only after accepting the request.
    pub at_run: bool,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.page, self.since)
    }
}

/// `<provider>/provider.json`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderFile {
    /// The provider's name as people write it.
    pub name: String,
    /// Where its API is.
    pub base_url: String,
    /// Page that states these facts.
    pub source: String,
    /// Date of that page.
    pub since: Date,
    /// How that date is known.
    pub dated_by: DatedBy,
    /// Wire key that carries the task id, where the provider has one.
    #[serde(default)]
    pub task_id: Option<String>,
    /// Wire key that carries the vendor id, where it stands in the payload.
    #[serde(default)]
    pub model: Option<String>,
    /// What stands before the id of the provider's own asset on the wire.
    #[serde(default)]
    pub asset_prefix: String,
    /// Forms of media that stand in a payload as they are; all others are uploaded when run.
    pub media: Vec<MediaForm>,
    /// Greatest data URI that stands in a payload, in bytes of the medium; absent = no limit known.
    #[serde(default)]
    pub inline_max_bytes: Option<u64>,
    /// What every image offer takes, underneath its own revisions.
    #[serde(default)]
    pub image: Option<Common>,
    /// What every video offer takes, underneath its own revisions.
    #[serde(default)]
    pub video: Option<Common>,
}

/// A form of media on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaForm {
    /// `https:` URLs.
    Https,
    /// Plain `http:` URLs.
    Http,
    /// `data:` URIs.
    Data,
    /// The provider's own assets.
    Asset,
}

/// Parameters that a provider documents for a whole task type.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Common {
    /// Page that states them.
    pub source: String,
    /// Date of that page.
    pub since: Date,
    /// How that date is known.
    pub dated_by: DatedBy,
    /// What an offer says, by canonical field.
    #[serde(flatten)]
    #[schemars(with = "Body")]
    pub body: Map<String, Value>,
}

/// `<provider>/<model>.json`: how this provider spells and limits the model.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferFile {
    /// Who made the model; the lab's facts stand in `models/<lab>/<file name>`.
    pub lab: String,
    /// The provider's own name for the model.
    pub vendor_id: String,
    /// The oldest in full, later ones as differences.
    pub revisions: Vec<Revision>,
}

/// What a provider said of a model from a date on; `null` takes back what an earlier one said.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct Revision {
    /// Date of the page.
    pub since: Date,
    /// How that date is known.
    pub dated_by: DatedBy,
    /// The page.
    pub source: String,
    /// Whether the offer can still be had; silence leaves it as it was, at first live.
    #[serde(default)]
    pub status: Option<Status>,
    /// What a reader of the facts should know.
    #[serde(default)]
    pub note: Option<String>,
    /// What it costs; silence leaves it as it was, `null` makes it unknown.
    #[serde(default)]
    #[schemars(with = "Option<Price>")]
    pub price: StatedPrice,
    /// What changes: see [`Body`].
    #[serde(flatten)]
    #[schemars(with = "Body")]
    pub body: Map<String, Value>,
}

/// Whether an offer can still be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It can.
    #[default]
    Live,
    /// The provider no longer offers it.
    Retired,
}

/// What a revision says, merged over what the earlier ones said.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // The merged form is read piece by piece; this is its schema.
pub struct Body {
    /// Canonical fields that the offer takes, by dotted path; merged attribute by attribute.
    #[serde(default)]
    pub fields: IndexMap<String, Option<Field>>,
    /// Wire parameters without a canonical field, by dotted wire path.
    #[serde(default)]
    pub options: IndexMap<String, Option<OptionSpec>>,
    /// Rules over several fields, by a name of the file's own.
    #[serde(default)]
    pub rules: IndexMap<String, Option<Rule>>,
    /// Wire keys that always stand in the payload, by dotted wire path.
    #[serde(default)]
    pub constants: IndexMap<String, Value>,
}

macro_rules! text_schema {
    ($($type:ty: $name:literal, $pattern:literal);+) => { $(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    )+ };
}
text_schema!(Date: "Date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");

/// The JSON Schema of the three kinds of spec files.
pub fn json_schema() -> Value {
    let mut generator = SchemaGenerator::default();
    let any_of = [
        generator.subschema_for::<OfferFile>(),
        generator.subschema_for::<ProviderFile>(),
        generator.subschema_for::<ModelFile>(),
    ];
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "genmux spec file",
        "anyOf": any_of,
        "$defs": generator.definitions(),
    })
}
