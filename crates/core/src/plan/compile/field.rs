//! What a spec says about one field: wire keys, limits, defaults.

use std::slice;

use serde_json::Map;

use super::{Compiler, Slot, node};
use crate::check::NumberLimits;
use crate::leaf::{Leaf, Leaves};
use crate::number::Number;
use crate::plan::{FieldPlan, Required, Word, WordSet};
use crate::spec::{self, Date, Encoding, Field, Origin, Span, Stage};

impl Compiler<'_> {
    pub(super) fn required(&mut self, leaf: Leaf, field: &Field) -> Option<Required> {
        let name = leaf.path();
        if let Some(groups) = &field.required_unless {
            let unless = self.leaves(&format!("fields.{leaf}.required_unless"), groups);
            return Some(Required {
                unless,
                origin: self.origin("fields", name, "required_unless"),
            });
        }
        let origin = self.origin("fields", name, "required");
        (field.required == Some(true)).then(|| Required { unless: Leaves::default(), origin })
    }

    /// The leaves that groups such as `frames` stand for.
    pub(super) fn leaves(&mut self, pointer: &str, groups: &[String]) -> Leaves {
        let mut leaves = Leaves::default();
        for group in groups {
            let found = Leaf::group(group);
            if found.is_empty() {
                self.problem(pointer, format!("no request has field {group:?}"));
            }
            for leaf in found {
                leaves.insert(leaf);
            }
        }
        leaves
    }

    pub(super) fn field(&mut self, leaf: Leaf, field: &Field, as_of: Option<Date>) -> FieldPlan {
        self.check_attributes(leaf);
        let name = leaf.path();
        let origin = |attribute: &str| self.origin("fields", name, attribute);
        let mut plan = FieldPlan {
            wire: field.to.iter().flat_map(|to| &to.0).map(|path| path.as_str().into()).collect(),
            stated: field.to.as_ref().map(|_| origin("to")),
            default: field.default.clone().map(|value| (value, origin("default"))),
            numbers: NumberLimits {
                min: field.min.map(|min| (min, origin("min"))),
                max: field.max.map(|max| (max, origin("max"))),
                step: field.step.map(|step| (step, origin("step"))),
                values: field.values.clone().map(|values| (values, origin("values"))),
                upstream: self.upstream(leaf, as_of),
            },
            words: field
                .words
                .clone()
                .map(|words| WordSet { words: rendered(words), origin: origin("words") }),
            chars: field.chars.map(|chars| (chars, origin("chars"))),
            items: field.items.map(|items| (items, origin("items"))),
            https_only: field.forms.map(|_| origin("forms")),
            tags: field.tags.map(|form| (form, origin("tags"))),
            note: field.note.as_deref().map(Into::into),
            ..FieldPlan::default()
        };
        plan.media.sides = field.sides.map(|sides| (sides, origin("sides")));
        plan.media.max_bytes = field.max_bytes.map(|max| (max, origin("max_bytes")));
        plan.media.max_seconds = field.max_seconds.map(|max| (max, origin("max_seconds")));
        plan.media.total_seconds = field.total_seconds.map(|max| (max, origin("total_seconds")));
        plan.implied = field.implied.clone().map(|values| {
            let origin = self.origin("fields", name, "implied");
            (values, self.groups(leaf, field), origin)
        });
        let split = field.split_with.clone().unwrap_or_default();
        plan.split_with = self.leaves(&format!("fields.{leaf}.split_with"), &split);
        self.check_limits(leaf, &plan);
        plan
    }

    pub(super) fn groups(&mut self, leaf: Leaf, field: &Field) -> Vec<Leaves> {
        let pointer = format!("fields.{leaf}.implied_with");
        let groups = field.implied_with.iter().flatten();
        groups.map(|group| self.leaves(&pointer, slice::from_ref(group))).collect()
    }

    /// Attributes that mean nothing for a leaf are mistakes.
    fn check_attributes(&mut self, leaf: Leaf) {
        let given = &self.resolved.body["fields"][leaf.path()];
        let keys: Vec<String> =
            given.as_object().map(Map::keys).into_iter().flatten().cloned().collect();
        for key in keys {
            if !attributes(leaf).iter().any(|known| known.contains(&key.as_str())) {
                self.problem(
                    format!("fields.{leaf}.{key}"),
                    format!("{leaf} has no such attribute"),
                );
            }
        }
    }

    fn check_limits(&mut self, leaf: Leaf, plan: &FieldPlan) {
        let NumberLimits { min, max, .. } = &plan.numbers;
        if let (Some((min, _)), Some((max, _))) = (min, max)
            && min > max
        {
            self.problem(format!("fields.{leaf}"), format!("min {min} is above max {max}"));
        }
        let default = plan
            .default
            .as_ref()
            .and_then(|(value, _)| serde_json::from_value::<Number>(value.clone()).ok());
        let outside =
            default.and_then(|number| crate::check::check_number(leaf, number, &plan.numbers));
        if let Some((violation, _)) = outside {
            self.problem(format!("fields.{leaf}.default"), violation.message);
        }
    }

    /// The lab's limits that are in force on the day.
    pub(super) fn upstream(&self, leaf: Leaf, as_of: Option<Date>) -> Vec<NumberLimits> {
        let limit = self
            .files
            .model
            .limits
            .get(leaf.path())
            .filter(|limit| leaf != Leaf::Size && as_of.is_none_or(|day| limit.since <= day));
        let Some(limit) = limit else { return Vec::new() };
        let origin = Self::lab_origin(limit);
        let bound = |bound: Option<Number>| bound.map(|bound| (bound, origin.clone()));
        vec![NumberLimits {
            min: bound(limit.min),
            max: bound(limit.max),
            ..NumberLimits::default()
        }]
    }

    pub(super) fn lab_origin(limit: &spec::Limit) -> Origin {
        let at_run = limit.stage == Some(Stage::Run);
        Origin { page: limit.source.as_str().into(), since: limit.since, at_run }
    }

    /// The wire keys of a field.
    pub(super) fn slots(&mut self, leaf: Leaf, field: &Field) {
        let Some(wire) = &field.to else { return };
        let envelope = field.envelope == Some(true);
        let slots = match slots_of(leaf, field) {
            Ok(slots) => slots,
            Err(problem) => return self.problem(format!("fields.{leaf}"), problem),
        };
        if slots.len() != wire.0.len() {
            let problem = format!("expected {} wire paths, found {}", slots.len(), wire.0.len());
            return self.problem(format!("fields.{leaf}.to"), problem);
        }
        for (path, slot) in wire.0.iter().zip(slots) {
            if !self.joins_frames(path, &slot) {
                self.insert(path, slot, Some(leaf), envelope);
            }
        }
        for (path, value) in field.with.iter().flatten() {
            self.insert(path, Slot::BesidePixels(value.clone()), Some(leaf), envelope);
            self.beside_pixels.push((path.clone(), value.clone()));
        }
    }

    /// First and last frame share one array.
    fn joins_frames(&mut self, path: &str, slot: &Slot) -> bool {
        let Slot::Frames { leaves: added, .. } = slot else { return false };
        let Some(Slot::Frames { leaves, .. }) = node::find(&mut self.payload, path) else {
            return false;
        };
        added.iter().for_each(|leaf| leaves.insert(leaf));
        self.wires.push((path.to_owned(), added.iter().next()));
        true
    }
}

fn rendered(words: spec::Words) -> Vec<(String, Word)> {
    words.0.into_iter().map(|(canonical, wire)| (canonical, wire.into())).collect()
}

const COMMON: &[&str] = &[
    "to",
    "as",
    "envelope",
    "required",
    "required_unless",
    "implied",
    "implied_with",
    "default",
    "note",
];

/// The attributes that a leaf can have.
pub(crate) fn attributes(leaf: Leaf) -> [&'static [&'static str]; 2] {
    let own: &[&str] = match leaf {
        Leaf::Prompt => &["chars", "tags"],
        Leaf::WebhookUrl | Leaf::UploadUrl => &["forms"],
        Leaf::Size => &["table", "width", "height", "tiers", "step", "with"],
        Leaf::AspectRatio | Leaf::Resolution | Leaf::Format | Leaf::Safety | Leaf::Kind => {
            &["words"]
        }
        Leaf::Duration => &["min", "max", "step", "values", "words"],
        Leaf::Count => &["min", "max", "split_with"],
        Leaf::Fps
        | Leaf::SequentialCount
        | Leaf::Seed
        | Leaf::GuidanceScale
        | Leaf::Quality
        | Leaf::TtlSeconds => &["min", "max", "step", "values"],
        Leaf::FirstFrame | Leaf::LastFrame => &["key", "sides", "max_bytes"],
        Leaf::Images => &["items", "sides", "max_bytes"],
        Leaf::Videos => &["items", "sides", "max_bytes", "max_seconds", "total_seconds"],
        Leaf::Audios => &["items", "max_bytes", "max_seconds", "total_seconds"],
        Leaf::CameraFixed | Leaf::GenerateAudio | Leaf::IncludeCost => &[],
    };
    [COMMON, own]
}

/// The slots of a field, one for each wire path.
fn slots_of(leaf: Leaf, field: &Field) -> Result<Vec<Slot>, String> {
    let several = field.to.as_ref().is_some_and(|wire| wire.0.len() > 1);
    match (field.encoding.unwrap_or(Encoding::Plain), leaf) {
        (Encoding::Plain, Leaf::Size) => Ok(vec![Slot::Width, Slot::Height]),
        (Encoding::Plain, Leaf::AspectRatio) => Ok(vec![Slot::RatioWord]),
        (Encoding::Plain, Leaf::Resolution) => Ok(vec![Slot::TierWord]),
        (Encoding::Plain, Leaf::Count) => Ok(vec![Slot::Results]),
        (Encoding::Plain, Leaf::FirstFrame | Leaf::LastFrame) => Ok(vec![Slot::Media(leaf)]),
        (Encoding::Plain, leaf) if leaf.is_media() => Ok(vec![Slot::MediaList(leaf)]),
        (Encoding::Plain, leaf) => Ok(vec![Slot::Plain(leaf)]),
        (Encoding::Single, leaf) if leaf.is_media() => match field.items {
            Some(Span { max: Some(1), .. }) => Ok(vec![Slot::Media(leaf)]),
            _ => Err("as single needs items of at most 1".to_owned()),
        },
        (Encoding::Frames, Leaf::FirstFrame | Leaf::LastFrame) => {
            let key = field.key.clone().ok_or("as frames needs key")?;
            Ok(vec![Slot::Frames { key, leaves: [leaf].into_iter().collect() }])
        }
        (Encoding::Sequence, Leaf::SequentialCount) => {
            Ok(vec![Slot::SequenceSwitch, Slot::SequenceCount])
        }
        (Encoding::ContentCheck, Leaf::Safety) if several => {
            Ok(vec![Slot::CheckContent, Slot::CheckMode])
        }
        (Encoding::ContentCheck, Leaf::Safety) => Ok(vec![Slot::CheckContent]),
        (encoding, leaf) => Err(format!("{leaf} cannot be written as {encoding:?}")),
    }
}
