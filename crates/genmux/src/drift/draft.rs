//! A spec for a model that has none, as far as its vendor's document tells.

use std::borrow::Cow;

use genmux_core::spec::Date;
use genmux_core::{Catalog, CatalogError, Kind, Number, Offer, SpecProblem};
use serde_json::{Map, Value, json};

use super::diff::{Drift, diff};
use super::finding::FindingKind;
use super::published::{Published, PublishedField};
use super::renames::name;
use super::words::shown;

/// What a vendor's document does not tell.
#[derive(Clone, Debug)]
pub struct DraftOptions {
    /// Who made the model; without it read from the vendor id.
    pub lab: Option<String>,
    /// Our slug; without it read from the vendor id.
    pub model: Option<String>,
    /// What it makes; without it as the lab's file says, else guessed from the parameters.
    pub kind: Option<Kind>,
    /// Date of the document.
    pub since: Date,
    /// Page that the facts are from.
    pub source: String,
}

/// A spec that `genmux spec check` accepts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Draft {
    /// Path of the offer's file, such as `replicate/seedream-4.0.json`.
    pub path: String,
    /// The offer's file.
    pub file: Value,
    /// Path and content of the lab's file, where there is none yet.
    pub model: Option<(String, Value)>,
    /// What of the document the draft does not say, in words.
    pub left_out: Vec<String>,
}

impl Draft {
    /// Wire parameters that stand for no field of requests, and are let through as options.
    pub fn options(&self) -> Vec<&str> {
        let options = self.file["revisions"][0]["options"].as_object();
        options.into_iter().flatten().map(|(path, _)| path.as_str()).collect()
    }
}

/// No spec can be drafted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The model has a spec.
    #[error("{0} describes it already; genmux spec diff compares it")]
    Known(String),
    /// A name that no file can have.
    #[error(
        "{what} {given:?} is no name of a file; accepted: small letters, digits, - and .; give --{what}"
    )]
    Name {
        /// `lab` or `model`.
        what: &'static str,
        /// The name given or read.
        given: String,
    },
    /// The catalogue has no such provider.
    #[error("no provider is named {given:?}; there are {known}")]
    Provider {
        /// The name given.
        given: String,
        /// All names.
        known: String,
    },
    /// What was drafted is no spec.
    #[error("the draft has problems: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Problems(Vec<SpecProblem>),
}

/// Drafts the spec of a model.
///
/// # Errors
/// When there is one, when its names fit no file, or when the document gives no valid spec.
pub fn draft(
    catalog: &Catalog,
    (provider, vendor_id): (&str, &str),
    published: &Published,
    options: &DraftOptions,
) -> Result<Draft, DraftError> {
    let platform = catalog.file(&format!("{provider}/provider.json"));
    let platform = platform.ok_or_else(|| DraftError::Provider {
        given: provider.chars().take(40).collect(),
        known: catalog.providers().collect::<Vec<_>>().join(", "),
    })?;
    let (lab, slug) = file_names(vendor_id, options)?;
    let name = format!("{provider}/{slug}");
    if let Some(known) = known(catalog, (provider, vendor_id), &name) {
        return Err(DraftError::Known(known));
    }
    let lab_path = format!("models/{lab}/{slug}.json");
    let there = catalog.file(&lab_path);
    let lab_file = there.map_or_else(|| model_file(&slug, published, options), read);
    let path = format!("{name}.json");
    let head = json!({ "since": options.since, "dated_by": "schema", "source": options.source });
    let empty = json!({ "lab": lab, "vendor_id": vendor_id, "revisions": [head] });
    let compile = |file: &Value| {
        let files = [
            (format!("{provider}/provider.json"), platform.to_owned()),
            (lab_path.clone(), lab_file.to_string()),
            (path.clone(), file.to_string()),
        ];
        Catalog::new(files.map(|(path, text)| (path, Cow::Owned(text))))
    };
    let bare = compile(&empty).offer(&name).map_err(problems)?;
    let drift = diff(&bare, published);
    let file = filled(empty, &drift, options);
    let left_out = left_out(&checked(&compile(&file), &name)?, published);
    let model = there.is_none().then_some((lab_path, lab_file));
    Ok(Draft { path, file, model, left_out })
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn problems(error: CatalogError) -> DraftError {
    match error {
        CatalogError::Specs(problems) => DraftError::Problems(problems),
        other => DraftError::Known(other.to_string()),
    }
}

/// The drafted offer, if its spec has no problems.
fn checked(catalog: &Catalog, name: &str) -> Result<Offer, DraftError> {
    let found = catalog.check();
    let valid = found.is_empty().then_some(()).ok_or(DraftError::Problems(found));
    valid.and_then(|()| catalog.offer(name).map_err(problems))
}

/// An offer that has the vendor id or the name.
fn known(catalog: &Catalog, (provider, vendor_id): (&str, &str), name: &str) -> Option<String> {
    let of_vendor = catalog.offer(&format!("{provider}/{vendor_id}")).ok();
    let known = of_vendor.map(|offer| offer.name().to_owned());
    known.or_else(|| catalog.names().find(|known| *known == name).map(str::to_owned))
}

/// The lab and our slug, from what is given or from the vendor id: `lab/model`, `lab:model`,
/// `model_lab-model`.
fn file_names(vendor_id: &str, options: &DraftOptions) -> Result<(String, String), DraftError> {
    let bare = vendor_id.strip_prefix("model_").unwrap_or(vendor_id);
    let separator = if bare.len() < vendor_id.len() { ['-', '-'] } else { ['/', ':'] };
    let (lab, model) = bare.split_once(separator).unwrap_or(("", bare));
    let plain = |text: &str| -> String {
        let kept = |c: char| c.is_ascii_alphanumeric() || c == '.';
        text.to_ascii_lowercase().chars().map(|c| if kept(c) { c } else { '-' }).collect()
    };
    let lab = options.lab.clone().unwrap_or_else(|| plain(lab));
    let model = options.model.clone().unwrap_or_else(|| plain(model));
    Ok((file_name("lab", lab)?, file_name("model", model)?))
}

fn file_name(what: &'static str, given: String) -> Result<String, DraftError> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let named = given.starts_with(|c: char| c.is_ascii_alphanumeric()) && given.chars().all(fits);
    if named && given.len() <= 80 && given != "provider" {
        return Ok(given);
    }
    Err(DraftError::Name { what, given: given.chars().take(80).collect() })
}

/// Parameters that only videos have.
const OF_VIDEO: [&str; 8] = [
    "duration",
    "fps",
    "camerafixed",
    "generateaudio",
    "lastframeimage",
    "frameimages",
    "referencevideos",
    "videos",
];

fn model_file(slug: &str, published: &Published, options: &DraftOptions) -> Value {
    let names: Vec<String> = published.fields.iter().map(|field| name(&field.path)).collect();
    let guessed = || {
        let video = names.iter().any(|name| OF_VIDEO.contains(&name.as_str()));
        if video { Kind::Video } else { Kind::Image }
    };
    let kind = options.kind.unwrap_or_else(guessed);
    let word = if kind == Kind::Video { "video" } else { "image" };
    let from_images = names.iter().any(|name| name.contains("image") && !name.contains("max"));
    let inputs = std::iter::once("text").chain(from_images.then_some("image"));
    json!({
        "name": slug, "kind": kind,
        "workflows": inputs.map(|input| format!("{input}-to-{word}")).collect::<Vec<_>>(),
        "source": options.source, "since": options.since, "dated_by": "schema",
    })
}

/// The file with the fields that were found, and with options for the rest.
fn filled(mut file: Value, drift: &Drift, options: &DraftOptions) -> Value {
    let found = drift.revision_to_add(options.since, &options.source).unwrap_or_default();
    let fields = found.get("fields").cloned().unwrap_or_else(|| Map::new().into());
    file["revisions"][0]["fields"] = fields;
    if let Some(options) = found.get("options") {
        file["revisions"][0]["options"] = options.clone();
    }
    file
}

/// Where the drafted offer still differs from the document, and what options do not state.
fn left_out(offer: &Offer, published: &Published) -> Vec<String> {
    let rest = diff(offer, published).differences.into_iter().map(|finding| {
        let known = finding.kind != FindingKind::Added;
        let says = if known { finding.says.as_str() } else { "its type is not stated" };
        // A draft has no earlier revision.
        format!("{}: {}", finding.wire, says.replace(": left out of the revision", ""))
    });
    let resolved = offer.resolved();
    let optional = |field: &&PublishedField| !resolved["options"][&field.path].is_null();
    let unsaid = published.fields.iter().filter(optional).filter_map(beyond_an_option);
    rest.chain(unsaid).collect()
}

/// What a parameter says that an option cannot.
fn beyond_an_option(field: &PublishedField) -> Option<String> {
    let end = |word: &str, end: Option<Number>| end.map(|end| format!("{word} {end}"));
    let default = field.default.as_ref().map(|it| format!("default {}", shown(it)));
    let required = field.required.then(|| "that it is required".to_owned());
    let said = [end("at least", field.min), end("at most", field.max), default, required];
    let said: Vec<String> = said.into_iter().flatten().collect();
    (!said.is_empty())
        .then(|| format!("{}: {}; options do not state that", field.path, said.join(", ")))
}
