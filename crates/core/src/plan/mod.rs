//! An offer, read once and compiled once; only a plan translates.

mod compile;
mod node;
mod piece;
mod word;

use std::sync::Arc;

use serde_json::Value;

pub(crate) use compile::{Files, attributes, compile};
pub(crate) use node::{Node, Slot, What};
pub(crate) use piece::Piece;
pub(crate) use word::Word;

use crate::check::{MediaLimits, NumberLimits};
use crate::geometry::Geometry;
use crate::leaf::{Leaf, Leaves};
use crate::request::{Kind, media::holder};
use crate::rule::Rule;
use crate::spec::{Date, DatedBy, JsonType, MediaForm, Origin, Price, Span, Status, TagForm};

/// One offer on one day, compiled from its spec files.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) provider: Arc<str>,
    pub(crate) slug: Arc<str>,
    /// `provider/slug`.
    pub(crate) name: Arc<str>,
    pub(crate) vendor_id: Arc<str>,
    pub(crate) title: String,
    pub(crate) lab: String,
    pub(crate) base_url: String,
    pub(crate) kind: Kind,
    pub(crate) workflows: Vec<String>,
    pub(crate) revision: Date,
    pub(crate) dated_by: DatedBy,
    /// Page of the newest revision.
    pub(crate) page: Arc<str>,
    /// The newest page that states fields, for what the offer does not take.
    pub(crate) source: Origin,
    pub(crate) status: Status,
    pub(crate) retired_on: Option<Date>,
    /// What it costs, if that is known.
    pub(crate) price: Option<(Price, Origin)>,
    pub(crate) notes: Vec<String>,
    /// Frames per second that the lab states.
    pub(crate) fps: Option<(u32, Origin)>,
    pub(crate) media_forms: Vec<MediaForm>,
    pub(crate) inline_max_bytes: Option<u64>,
    pub(crate) asset_prefix: String,
    fields: Vec<Option<FieldPlan>>,
    pub(crate) known: Known,
    pub(crate) required: Vec<(Leaf, Required)>,
    pub(crate) geometry: Geometry,
    pub(crate) rules: Vec<(Rule, Origin)>,
    pub(crate) options: Vec<OptionPlan>,
    /// Every wire path that genmux writes, with the leaf that it carries.
    pub(crate) wires: Vec<(String, Option<Leaf>)>,
    /// Every provider of the catalogue: options for any other are a slip of the pen.
    pub(crate) providers: Arc<[String]>,
    /// Digest of the catalogue that the plan was compiled from.
    pub(crate) catalogue: Arc<str>,
    /// The payload's keys in order.
    pub(crate) payload: Vec<Node>,
    /// Keys of the body around the payload.
    pub(crate) envelope: Vec<Node>,
    /// What stands beside pixels, by wire path.
    pub(crate) beside_pixels: Vec<(String, Value)>,
    /// The merged facts, as `spec resolve` shows them.
    pub(crate) resolved: Value,
}

impl Plan {
    /// What the offer says about a leaf.
    pub(crate) fn field(&self, leaf: Leaf) -> Option<&FieldPlan> {
        self.fields[leaf as usize].as_ref()
    }

    /// Whether the provider itself holds an asset of this one.
    pub(crate) fn holds_assets_of(&self, provider: &'static str) -> bool {
        // Mostly the very same text; comparing its bytes costs more than all that surrounds it.
        self.known.holder.is_some_and(|own| std::ptr::eq(own, provider) || own == provider)
    }

    /// Whether a slot of the payload is such.
    pub(crate) fn has(&self, wanted: impl Fn(&Slot) -> bool + Copy) -> bool {
        node::any(&self.payload, wanted)
    }
}

/// A field without which the vendor refuses a request.
#[derive(Debug, Clone)]
pub(crate) struct Required {
    /// Set leaves that make up for it.
    pub(crate) unless: Leaves,
    pub(crate) origin: Origin,
}

/// A wire parameter that `provider_options` may set.
#[derive(Debug)]
pub(crate) struct OptionPlan {
    pub(crate) path: String,
    pub(crate) json_type: JsonType,
    pub(crate) values: Option<Vec<Value>>,
    pub(crate) origin: Origin,
}

/// What the offer says about one leaf.
#[derive(Debug, Default)]
pub(crate) struct FieldPlan {
    /// Dotted wire paths.
    pub(crate) wire: Vec<Arc<str>>,
    /// Where the wire path is stated.
    pub(crate) stated: Option<Origin>,
    /// Values that the offer always has, while a leaf of each group is set.
    pub(crate) implied: Option<(Vec<Value>, Vec<Leaves>, Origin)>,
    pub(crate) default: Option<(Value, Origin)>,
    pub(crate) numbers: NumberLimits,
    pub(crate) words: Option<WordSet>,
    pub(crate) chars: Option<(Span, Origin)>,
    pub(crate) items: Option<(Span, Origin)>,
    pub(crate) media: MediaLimits,
    pub(crate) https_only: Option<Origin>,
    pub(crate) tags: Option<(TagForm, Origin)>,
    pub(crate) split_with: Leaves,
    pub(crate) note: Option<Arc<str>>,
}

impl FieldPlan {
    /// Whether the leaf goes on the wire whatever its value is.
    fn is_unlimited(&self, leaf: Leaf) -> bool {
        let checked = match leaf {
            Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost | Leaf::Count => false,
            Leaf::Prompt | Leaf::WebhookUrl | Leaf::UploadUrl => {
                self.chars.is_some() || self.https_only.is_some()
            }
            Leaf::Fps | Leaf::SequentialCount | Leaf::Seed | Leaf::Quality | Leaf::TtlSeconds => {
                !self.numbers.is_empty()
            }
            _ => true,
        };
        !checked && !self.wire.is_empty()
    }
}

/// Leaves with a value that every offer has anyway, such as one result.
const IMPLIED_BY_MEANING: [Leaf; 4] = [Leaf::Count, Leaf::SequentialCount, Leaf::Safety, Leaf::Fps];

/// What is asked of every request, found out once.
#[derive(Debug)]
pub(crate) struct Known {
    /// Leaves that go on the wire whatever their value is.
    pub(crate) unlimited: Leaves,
    /// Leaves with a value that the offer always has.
    pub(crate) may_be_implied: Leaves,
    /// Whether a sequence of one image has a wire form of its own.
    pub(crate) has_sequence_switch: bool,
    /// The provider, by the name that assets of requests have.
    holder: Option<&'static str>,
}

impl Known {
    fn of(provider: &str, fields: &[Option<FieldPlan>], payload: &[Node]) -> Known {
        let said = Leaf::ALL.iter().zip(fields);
        let said = said.filter_map(|(leaf, field)| Some((*leaf, field.as_ref()?)));
        let implied = said.clone().filter(|(_, field)| field.implied.is_some());
        let implied: Leaves = implied.map(|(leaf, _)| leaf).chain(IMPLIED_BY_MEANING).collect();
        let unlimited = said.filter(|(leaf, field)| field.is_unlimited(*leaf));
        let unlimited: Leaves = unlimited.map(|(leaf, _)| leaf).collect();
        Known {
            unlimited: unlimited.without(implied),
            may_be_implied: implied,
            holder: holder(provider),
            has_sequence_switch: node::any(payload, |slot| matches!(slot, Slot::SequenceSwitch)),
        }
    }
}

/// A closed set of words, each with its wire form.
#[derive(Debug)]
pub(crate) struct WordSet {
    pub(crate) words: Vec<(String, Word)>,
    pub(crate) origin: Origin,
}

impl WordSet {
    /// The wire form of a canonical word.
    pub(crate) fn wire(&self, word: &str) -> Option<&Word> {
        self.words.iter().find(|(canonical, _)| canonical == word).map(|(_, wire)| wire)
    }

    /// The canonical words, for messages.
    pub(crate) fn names(&self) -> Vec<Value> {
        self.words.iter().map(|(canonical, _)| canonical.as_str().into()).collect()
    }
}
