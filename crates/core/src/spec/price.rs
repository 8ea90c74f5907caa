//! What a vendor says that an offer costs.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Date, DatedBy};
use crate::adapter::Unit;
use crate::number::Number;
use crate::request::{Kind, Resolution, Size};

/// What a vendor says that an offer costs: one unit, one measure, rates in the order of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// In what the amounts are counted.
    pub unit: Unit,
    /// What one amount pays for.
    pub per: Per,
    /// The first rate whose conditions all hold is the price; where none does, it is unknown.
    pub rates: Vec<Rate>,
    /// Page that states them, where it is not the revision's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Date from which they hold, where it is not the revision's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// How that date is known, where it is not as in the revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated_by: Option<DatedBy>,
}

/// What one revision says of the price.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum StatedPrice {
    /// Nothing: what an earlier one said holds.
    #[default]
    Silent,
    /// That it is no longer known, by `null`.
    Unknown,
    /// The price.
    Known(Price),
}

impl<'de> Deserialize<'de> for StatedPrice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StatedPrice, D::Error> {
        let stated = Option::<Price>::deserialize(deserializer)?;
        Ok(stated.map_or(StatedPrice::Unknown, StatedPrice::Known))
    }
}

/// What one amount pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// One image.
    Image,
    /// A million pixels of an image.
    Megapixel,
    /// One second of a video.
    Second,
    /// One video, however long.
    Video,
    /// One call, whatever it makes.
    Call,
}

impl Per {
    /// Whether what an offer of this kind makes can be measured so.
    pub(crate) const fn fits(self, kind: Kind) -> bool {
        match self {
            Per::Image | Per::Megapixel => matches!(kind, Kind::Image),
            Per::Second | Per::Video => matches!(kind, Kind::Video),
            Per::Call => true,
        }
    }

    /// The word in a spec.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Per::Image => "image",
            Per::Megapixel => "megapixel",
            Per::Second => "second",
            Per::Video => "video",
            Per::Call => "call",
        }
    }
}

/// One amount, and when it holds; a condition that is absent always does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Decimal amount, not below zero.
    pub amount: Number,
    /// For results of this tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub resolution: Option<Resolution>,
    /// For results of at most this tier: by its area where pixels are sent, else by its word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub up_to: Option<Resolution>,
    /// For results of exactly this size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub size: Option<Size>,
    /// For results of at most so many pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pixels: Option<u64>,
    /// For videos of exactly so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Number>,
    /// For videos with sound, or without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<bool>,
    /// With reference videos, or without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video_input: Option<bool>,
}
