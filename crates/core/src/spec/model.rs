//! What a lab says of a model.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use super::{Date, DatedBy, Origin};
use crate::number::Number;
use crate::request::{Kind, Ratio, Resolution, Size};

/// `models/<lab>/<model>.json`: what the lab says, wherever the model is served.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// The model's name as people write it.
    pub name: String,
    /// What it makes.
    #[schemars(with = "String")]
    pub kind: Kind,
    /// Such as `text-to-video`.
    pub workflows: Vec<String>,
    /// Page that states these facts.
    pub source: String,
    /// Date of that page.
    pub since: Date,
    /// How that date is known.
    pub dated_by: DatedBy,
    /// Tier of a size that is named by its ratio alone; ours, not the lab's.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub default_tier: Option<Resolution>,
    /// Ratio of a size that is named by its tier alone.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub default_ratio: Option<Ratio>,
    /// Frames per second of the output.
    #[serde(default)]
    pub fps: Option<u32>,
    /// Sizes by tier; each group from its own date on.
    #[serde(default)]
    pub sizes: Vec<SizeGroup>,
    /// Upstream limits by field; they narrow every offer from their own date on.
    #[serde(default)]
    pub limits: IndexMap<String, Limit>,
}

impl ModelFile {
    /// Where a fact of the file stands; its own page and date first.
    pub(crate) fn origin(&self, page: Option<&str>, since: Option<Date>) -> Origin {
        Origin {
            page: page.unwrap_or(&self.source).into(),
            since: since.unwrap_or(self.since),
            at_run: false,
        }
    }
}

/// The sizes of one tier.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeGroup {
    /// The tier.
    #[schemars(with = "String")]
    pub tier: Resolution,
    /// Date from which they hold, where it is not the file's.
    #[serde(default)]
    pub since: Option<Date>,
    /// Page that lists them, where it is not the file's.
    #[serde(default)]
    pub source: Option<String>,
    /// How that date is known, where it is not as in the file.
    #[serde(default)]
    pub dated_by: Option<DatedBy>,
    /// Size by nominal ratio, as printed: 1920x1088 is 16:9.
    #[schemars(with = "IndexMap<String, String>")]
    pub entries: SizeEntries,
}

/// Sizes with their nominal ratios, in the order of the page.
#[derive(Clone, Debug)]
pub struct SizeEntries(pub Vec<(Ratio, Size)>);

impl<'de> Deserialize<'de> for SizeEntries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SizeEntries, D::Error> {
        let entries = IndexMap::<String, Size>::deserialize(deserializer)?;
        let parsed = entries.into_iter().map(|(label, size)| Ok((label.parse()?, size)));
        let parsed: Result<Vec<_>, crate::request::ParseSizeError> = parsed.collect();
        parsed.map(SizeEntries).map_err(de::Error::custom)
    }
}

/// An upstream limit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Smallest accepted number; of `size`, pixels in all.
    #[serde(default)]
    pub min: Option<Number>,
    /// Greatest accepted number; of `size`, pixels in all.
    #[serde(default)]
    pub max: Option<Number>,
    /// Page that states it.
    pub source: String,
    /// Date from which it holds.
    pub since: Date,
    /// How that date is known.
    pub dated_by: DatedBy,
    /// Set where the vendor enforces it only after accepting the request.
    #[serde(default)]
    pub stage: Option<Stage>,
}

/// When a limit is enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// After the request was accepted.
    Run,
}
