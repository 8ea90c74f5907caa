//! From spec files to a plan, with every problem listed.

mod field;
mod geometry;
mod price;
mod rules;

pub(crate) use field::attributes;

use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::node::{self, Node, Slot};
use super::{FieldPlan, OptionPlan, Plan, Required};
use crate::geometry::Geometry;
use crate::leaf::Leaf;
use crate::request::Kind;
use crate::rule;
use crate::spec::{self, Body, Date, Field, ModelFile, OfferFile, Origin, ProviderFile, Resolved};

/// The files of one offer, read.
pub(crate) struct Files<'a> {
    pub(crate) provider: &'a str,
    pub(crate) slug: &'a str,
    pub(crate) offer: &'a OfferFile,
    pub(crate) platform: &'a ProviderFile,
    pub(crate) model: &'a ModelFile,
    pub(crate) catalogue: Arc<str>,
    pub(crate) providers: Arc<[String]>,
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
    beside_pixels: Vec<(String, Value)>,
}

impl<'a> Compiler<'a> {
    fn new(files: &'a Files<'a>, resolved: &'a Resolved) -> Compiler<'a> {
        Compiler {
            files,
            resolved,
            problems: Vec::new(),
            payload: Vec::new(),
            envelope: Vec::new(),
            wires: Vec::new(),
            beside_pixels: Vec::new(),
        }
    }

    fn problem(&mut self, pointer: impl Into<String>, problem: impl Into<String>) {
        self.problems.push((pointer.into(), problem.into()));
    }

    fn origin(&self, section: &str, name: &str, attribute: &str) -> Origin {
        let resolved = self.resolved;
        resolved.origins.of(section, name, attribute).unwrap_or(&resolved.facts).clone()
    }

    /// Reads entry by entry, so that one mistake does not hide the next.
    fn read_body(&mut self) -> Body {
        const SECTIONS: [&str; 4] = ["fields", "options", "rules", "constants"];
        for section in self.resolved.body.keys().filter(|key| !SECTIONS.contains(&key.as_str())) {
            let known = format!(
                "unknown key; expected since, dated_by, source, status, note, price, {}",
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
        let rules: Vec<(rule::Rule, Origin)> =
            body.rules.into_iter().filter_map(|(name, rule)| self.rule(&name, rule?)).collect();
        self.sizes_that_say_ratios(&geometry, &rules);
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
        let Files { provider, slug, offer, platform, model, catalogue, providers } = self.files;
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
            page: resolved.source.clone(),
            source: resolved.facts.clone(),
            status: resolved.status,
            retired_on: resolved.retired_on,
            price: self.price(),
            notes: resolved.notes.clone(),
            fps: model.fps.map(|fps| (fps, model.origin(None, None))),
            media_forms: platform.media.clone(),
            inline_max_bytes: platform.inline_max_bytes,
            asset_prefix: platform.asset_prefix.clone(),
            known: super::Known::of(provider, &fields, &self.payload),
            fields,
            required,
            geometry,
            rules,
            options,
            wires: std::mem::take(&mut self.wires),
            catalogue: catalogue.clone(),
            providers: providers.clone(),
            payload: node::finished(std::mem::take(&mut self.payload)),
            envelope: node::finished(std::mem::take(&mut self.envelope)),
            beside_pixels: std::mem::take(&mut self.beside_pixels),
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
}
