//! From spec files to a plan, with every problem listed.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::node::{self, Node, Slot};
use super::{FieldPlan, OptionPlan, Plan, Required, WordSet};
use crate::check::NumberLimits;
use crate::geometry::{Entry, Free, Geometry};
use crate::leaf::{Leaf, Leaves};
use crate::number::Number;
use crate::request::Kind;
use crate::rule;
use crate::spec::{
    self, Body, Date, Encoding, Field, ModelFile, OfferFile, Origin, ProviderFile, Resolved, Stage,
};

/// The files of one offer, read.
pub(crate) struct Files<'a> {
    pub(crate) provider: &'a str,
    pub(crate) slug: &'a str,
    pub(crate) offer: &'a OfferFile,
    pub(crate) platform: &'a ProviderFile,
    pub(crate) model: &'a ModelFile,
    pub(crate) catalogue: Arc<str>,
}

/// A problem in the offer's file: JSON pointer and what is wrong.
pub(crate) type Problem = (String, String);

/// Compiles what is in force on `as_of`; no revision in force is `None`.
pub(crate) fn compile(
    files: &Files<'_>,
    as_of: Option<Date>,
) -> Result<Option<Plan>, Vec<Problem>> {
    let common = match files.model.kind {
        Kind::Image => files.platform.image.as_ref(),
        Kind::Video => files.platform.video.as_ref(),
    };
    let Some(resolved) = spec::resolve(files.offer, common, as_of) else { return Ok(None) };
    let mut compiler = Compiler::new(files, &resolved);
    let body = compiler.read_body();
    let plan = compiler.plan(body, as_of);
    if compiler.problems.is_empty() { Ok(Some(plan)) } else { Err(compiler.problems) }
}

struct Compiler<'a> {
    files: &'a Files<'a>,
    resolved: &'a Resolved,
    problems: Vec<Problem>,
    payload: Vec<Node>,
    envelope: Vec<Node>,
    wires: Vec<(String, Option<Leaf>)>,
}

impl<'a> Compiler<'a> {
    fn new(files: &'a Files<'a>, resolved: &'a Resolved) -> Compiler<'a> {
        let (problems, wires) = (Vec::new(), Vec::new());
        Compiler { files, resolved, problems, payload: Vec::new(), envelope: Vec::new(), wires }
    }

    fn problem(&mut self, pointer: impl Into<String>, problem: impl Into<String>) {
        self.problems.push((pointer.into(), problem.into()));
    }

    fn origin(&self, section: &str, name: &str, attribute: &str) -> Origin {
        let fallback = || Origin {
            page: self.resolved.source.clone(),
            since: self.resolved.revision,
            at_run: false,
        };
        self.resolved.origins.of(section, name, attribute).cloned().unwrap_or_else(fallback)
    }

    /// Reads entry by entry, so that one mistake does not hide the next.
    fn read_body(&mut self) -> Body {
        const SECTIONS: [&str; 4] = ["fields", "options", "rules", "constants"];
        for section in self.resolved.body.keys().filter(|key| !SECTIONS.contains(&key.as_str())) {
            let known = format!(
                "unknown key; expected since, dated_by, source, status, note, {}",
                SECTIONS.join(", ")
            );
            self.problem(section, known);
        }
        Body {
            fields: self.section("fields"),
            options: self.section("options"),
            rules: self.section("rules"),
            constants: self
                .section("constants")
                .into_iter()
                .filter_map(|(path, value)| Some((path, value?)))
                .collect(),
        }
    }

    fn section<T: DeserializeOwned>(&mut self, section: &str) -> IndexMap<String, Option<T>> {
        let resolved = self.resolved;
        let mut read = IndexMap::new();
        match resolved.body.get(section) {
            None => {}
            Some(Value::Object(entries)) => {
                for (name, entry) in entries {
                    read.insert(name.clone(), self.read(&format!("{section}.{name}"), entry));
                }
            }
            Some(_) => self.problem(section, "expected an object"),
        }
        read
    }

    fn read<T: DeserializeOwned>(&mut self, pointer: &str, entry: &Value) -> Option<T> {
        match serde_path_to_error::deserialize(entry) {
            Ok(read) => Some(read),
            Err(error) => {
                let path = error.path().to_string();
                let pointer =
                    if path == "." { pointer.to_owned() } else { format!("{pointer}.{path}") };
                self.problem(pointer, error.into_inner().to_string());
                None
            }
        }
    }

    fn plan(&mut self, body: Body, as_of: Option<Date>) -> Plan {
        self.constants(&body);
        let mut fields: Vec<Option<FieldPlan>> = Leaf::ALL.iter().map(|_| None).collect();
        let mut required = Vec::new();
        let mut specs: Vec<(Leaf, Field)> = Vec::new();
        for (path, field) in body.fields {
            let Some(field) = field else { continue };
            match Leaf::from_path(&path) {
                Some(leaf) => specs.push((leaf, field)),
                None => self.problem(format!("fields.{path}"), "no request has this field"),
            }
        }
        for (leaf, field) in &specs {
            required.extend(self.required(*leaf, field).map(|required| (*leaf, required)));
            fields[*leaf as usize] = Some(self.field(*leaf, field, as_of));
            self.slots(*leaf, field);
        }
        let geometry = self.geometry(&specs, as_of);
        let rules =
            body.rules.into_iter().filter_map(|(name, rule)| self.rule(&name, rule?)).collect();
        let options = body.options.into_iter().filter_map(|(path, option)| {
            let (option, origin) = (option?, self.origin("options", &path, ""));
            Some(OptionPlan { path, json_type: option.json_type, values: option.values, origin })
        });
        let options = options.collect();
        self.finish(fields, required, geometry, rules, options)
    }

    #[allow(clippy::too_many_arguments)] // Moves every compiled part into its place, once.
    fn finish(
        &mut self,
        fields: Vec<Option<FieldPlan>>,
        required: Vec<(Leaf, Required)>,
        geometry: Geometry,
        rules: Vec<(rule::Rule, Origin)>,
        options: Vec<OptionPlan>,
    ) -> Plan {
        let Files { provider, slug, offer, platform, model, catalogue } = self.files;
        let resolved = self.resolved;
        Plan {
            provider: (*provider).into(),
            slug: (*slug).into(),
            name: format!("{provider}/{slug}").into(),
            vendor_id: offer.vendor_id.as_str().into(),
            title: model.name.clone(),
            lab: offer.lab.clone(),
            base_url: platform.base_url.clone(),
            kind: model.kind,
            workflows: model.workflows.clone(),
            revision: resolved.revision,
            dated_by: resolved.dated_by,
            source: Origin {
                page: resolved.source.clone(),
                since: resolved.revision,
                at_run: false,
            },
            status: resolved.status,
            retired_on: resolved.retired_on,
            notes: resolved.notes.clone(),
            fps: model.fps,
            media_forms: platform.media.clone(),
            inline_max_bytes: platform.inline_max_bytes,
            asset_prefix: platform.asset_prefix.clone(),
            fields,
            required,
            geometry,
            rules,
            options,
            wires: std::mem::take(&mut self.wires),
            catalogue: catalogue.clone(),
            payload: std::mem::take(&mut self.payload),
            envelope: std::mem::take(&mut self.envelope),
            resolved: Value::Object(resolved.body.clone()),
        }
    }

    fn constants(&mut self, body: &Body) {
        for (path, value) in &body.constants {
            self.insert(path, Slot::Constant(value.clone()), None, false);
        }
        if let Some(path) = &self.files.platform.task_id {
            self.insert(path, Slot::TaskId, None, false);
        }
        if let Some(path) = &self.files.platform.model {
            self.insert(
                path,
                Slot::Constant(self.files.offer.vendor_id.as_str().into()),
                None,
                false,
            );
        }
    }

    fn insert(&mut self, path: &str, slot: Slot, leaf: Option<Leaf>, envelope: bool) {
        let nodes = if envelope { &mut self.envelope } else { &mut self.payload };
        if let Err(problem) = node::insert(nodes, path, slot) {
            self.problem(
                leaf.map_or("constants".to_owned(), |leaf| format!("fields.{leaf}.to")),
                problem,
            );
        }
        if !envelope {
            self.wires.push((path.to_owned(), leaf));
        }
    }

    fn required(&mut self, leaf: Leaf, field: &Field) -> Option<Required> {
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
    fn leaves(&mut self, pointer: &str, groups: &[String]) -> Leaves {
        let mut leaves = Leaves::default();
        for group in groups {
            let found = Leaf::group(group);
            if found.is_empty() {
                self.problem(pointer, format!("no request has field {group:?}"));
            }
            found.into_iter().for_each(|leaf| leaves.insert(leaf));
        }
        leaves
    }

    fn field(&mut self, leaf: Leaf, field: &Field, as_of: Option<Date>) -> FieldPlan {
        self.check_attributes(leaf);
        let name = leaf.path();
        let origin = |attribute: &str| self.origin("fields", name, attribute);
        let mut plan = FieldPlan {
            wire: field
                .to
                .iter()
                .flat_map(|wire| wire.0.iter().map(|path| path.as_str().into()))
                .collect(),
            implied: field.implied.clone().unwrap_or_default(),
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
                .map(|words| WordSet { words: words.0, origin: origin("words") }),
            chars: field.chars.map(|chars| (chars, origin("chars"))),
            items: field.items.map(|items| (items, origin("items"))),
            https_only: field.forms.map(|_| origin("forms")),
            tags: field.tags,
            note: field.note.as_deref().map(Into::into),
            ..FieldPlan::default()
        };
        plan.media.sides = field.sides.map(|sides| (sides, origin("sides")));
        plan.media.max_bytes = field.max_bytes.map(|max| (max, origin("max_bytes")));
        plan.media.max_seconds = field.max_seconds.map(|max| (max, origin("max_seconds")));
        plan.media.total_seconds = field.total_seconds.map(|max| (max, origin("total_seconds")));
        plan.implied_with = self.groups(leaf, field);
        let split = field.split_with.clone().unwrap_or_default();
        plan.split_with = self.leaves(&format!("fields.{leaf}.split_with"), &split);
        self.check_limits(leaf, &plan);
        plan
    }

    fn groups(&mut self, leaf: Leaf, field: &Field) -> Vec<Leaves> {
        let pointer = format!("fields.{leaf}.implied_with");
        let groups = field.implied_with.iter().flatten();
        groups.map(|group| self.leaves(&pointer, std::slice::from_ref(group))).collect()
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
    fn upstream(&self, leaf: Leaf, as_of: Option<Date>) -> Vec<NumberLimits> {
        let limit = self
            .files
            .model
            .limits
            .get(leaf.path())
            .filter(|limit| leaf != Leaf::Size && as_of.is_none_or(|day| limit.since <= day));
        let Some(limit) = limit else { return Vec::new() };
        let origin = self.lab_origin(limit);
        let bound = |bound: Option<Number>| bound.map(|bound| (bound, origin.clone()));
        vec![NumberLimits {
            min: bound(limit.min),
            max: bound(limit.max),
            ..NumberLimits::default()
        }]
    }

    fn lab_origin(&self, limit: &spec::Limit) -> Origin {
        let at_run = limit.stage == Some(Stage::Run);
        Origin { page: limit.source.as_str().into(), since: limit.since, at_run }
    }

    /// The wire keys of a field.
    fn slots(&mut self, leaf: Leaf, field: &Field) {
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

    fn geometry(&mut self, specs: &[(Leaf, Field)], as_of: Option<Date>) -> Geometry {
        let field =
            |leaf: Leaf| specs.iter().find(|(other, _)| *other == leaf).map(|(_, field)| field);
        let (size, ratio, tier) =
            (field(Leaf::Size), field(Leaf::AspectRatio), field(Leaf::Resolution));
        let model = self.files.model;
        let origin = |leaf: Leaf| field(leaf).map(|_| self.origin("fields", leaf.path(), "to"));
        let page = Origin {
            page: self.resolved.source.clone(),
            since: self.resolved.revision,
            at_run: false,
        };
        let [size_at, ratio_at, tier_at] =
            [Leaf::Size, Leaf::AspectRatio, Leaf::Resolution].map(origin);
        let origins = [size_at, ratio_at, tier_at, Some(page)];
        let auto_implied = ratio
            .filter(|field| field.implied.iter().flatten().any(|value| value == "auto"))
            .map(|field| self.groups(Leaf::AspectRatio, field));
        Geometry {
            pixels: size.is_some_and(|field| field.to.is_some()),
            table: if size.is_some_and(|field| field.table == Some(true)) {
                self.table(as_of)
            } else {
                Vec::new()
            },
            free: size.and_then(|field| self.free(field, as_of)),
            ratio_words: self.words(Leaf::AspectRatio, ratio),
            tier_words: self.words(Leaf::Resolution, tier),
            origins,
            default_tier: model.default_tier,
            default_ratio: model.default_ratio,
            auto_implied,
        }
    }

    fn table(&mut self, as_of: Option<Date>) -> Vec<Entry> {
        let model = self.files.model;
        let since = |group: &spec::SizeGroup| group.since.unwrap_or(model.since);
        let in_force =
            model.sizes.iter().filter(|group| as_of.is_none_or(|day| since(group) <= day));
        let entries = in_force.flat_map(|group| {
            group.entries.0.iter().map(|(label, size)| Entry {
                tier: group.tier,
                label: *label,
                size: *size,
            })
        });
        let entries: Vec<Entry> = entries.collect();
        if entries.is_empty() {
            self.problem("fields.size.table", "the lab's file lists no sizes in force");
        }
        entries
    }

    fn free(&mut self, field: &Field, as_of: Option<Date>) -> Option<Free> {
        let (width, height) = (field.width?, field.height?);
        let side = |span: spec::Span| {
            let bound = |bound: Option<u64>, open: u32| {
                bound.map_or(Some(open), |bound| u32::try_from(bound).ok())
            };
            bound(span.min, 1).zip(bound(span.max, u32::MAX))
        };
        let Some((width, height)) = side(width).zip(side(height)) else {
            self.problem("fields.size", "a side is beyond 32 bits");
            return None;
        };
        let step =
            field.step.map_or(Some(8), Number::as_whole).and_then(|step| u32::try_from(step).ok());
        let tiers = field.tiers.iter().flatten().map(|tier| tier.0).collect();
        let origin = self.origin("fields", "size", "width");
        let areas = self.areas(as_of);
        Some(Free { width, height, step: step.unwrap_or(8), tiers, areas, origin })
    }

    fn areas(&self, as_of: Option<Date>) -> Vec<(spec::Span, Origin)> {
        let limit = self.files.model.limits.get("size");
        let limit = limit.filter(|limit| as_of.is_none_or(|day| limit.since <= day));
        let span = |limit: &spec::Limit| spec::Span {
            min: limit.min.and_then(Number::as_whole),
            max: limit.max.and_then(Number::as_whole),
        };
        limit.into_iter().map(|limit| (span(limit), self.lab_origin(limit))).collect()
    }

    fn words<T: std::str::FromStr>(
        &mut self,
        leaf: Leaf,
        field: Option<&Field>,
    ) -> Vec<(T, Value)> {
        let words =
            field.and_then(|field| field.words.clone()).map(|words| words.0).unwrap_or_default();
        let mut read = Vec::new();
        for (word, wire) in words {
            match word.parse() {
                Ok(word) => read.push((word, wire)),
                Err(_) => {
                    self.problem(format!("fields.{leaf}.words"), format!("{word:?} is no {leaf}"))
                }
            }
        }
        read
    }

    fn rule(&mut self, name: &str, rule: spec::Rule) -> Option<(rule::Rule, Origin)> {
        let pointer = format!("rules.{name}");
        let mut one = |path: &str| {
            let leaf = Leaf::from_path(path);
            if leaf.is_none() {
                self.problem(pointer.clone(), format!("no request has field {path:?}"));
            }
            leaf
        };
        let rule = match rule {
            spec::Rule::Requires { field, any_of } => {
                rule::Rule::Requires { field: one(&field)?, any_of: self.leaves(&pointer, &any_of) }
            }
            spec::Rule::Excludes { fields, with } => rule::Rule::Excludes {
                fields: self.leaves(&pointer, &fields),
                with: self.leaves(&pointer, &with),
            },
            spec::Rule::NoEffect { field, with } => {
                rule::Rule::NoEffect { field: one(&field)?, with: self.leaves(&pointer, &with) }
            }
            spec::Rule::SumAtMost { fields, max } => {
                let fields: Option<Vec<Leaf>> = fields.iter().map(|field| one(field)).collect();
                rule::Rule::SumAtMost { fields: fields?, max }
            }
        };
        Some((rule, self.origin("rules", name, "")))
    }
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
fn attributes(leaf: Leaf) -> [&'static [&'static str]; 2] {
    let own: &[&str] = match leaf {
        Leaf::Prompt => &["chars", "tags"],
        Leaf::WebhookUrl | Leaf::UploadUrl => &["forms"],
        Leaf::Size => &["table", "width", "height", "tiers", "step", "with"],
        Leaf::AspectRatio | Leaf::Resolution | Leaf::Format | Leaf::Safety | Leaf::Kind => {
            &["words"]
        }
        Leaf::Duration => &["min", "max", "step", "values", "words"],
        Leaf::Count => &["min", "max", "split_with"],
        Leaf::SequentialCount
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
        (encoding, leaf) => {
            Err(format!("{leaf} cannot be written as {}", json!(format!("{encoding:?}"))))
        }
    }
}
