//! All offers: found by name, read and compiled when asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::context::Context;
use crate::plan::{self, Plan};
use crate::policy::Policy;
use crate::request::{Kind, Request, nearest, read_json};
use crate::spec::{Date, ModelFile, OfferFile, ProviderFile, Status};
use crate::translate::{Rejection, Translation, translate};

/// A set of spec files on one day.
///
/// Cheap to clone; a file is read and compiled when its offer is first asked for.
#[derive(Clone)]
pub struct Catalog {
    files: Arc<BTreeMap<String, Cow<'static, str>>>,
    digest: Arc<OnceLock<Arc<str>>>,
    as_of: Option<Date>,
    plans: Arc<Mutex<BTreeMap<String, Option<Arc<Plan>>>>>,
}

/// One model as served by one provider.
#[derive(Clone)]
pub struct Offer {
    pub(crate) plan: Arc<Plan>,
}

/// A mistake in a spec file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}: {}{problem}", if pointer.is_empty() { String::new() } else { format!("{pointer}: ") })]
pub struct SpecProblem {
    /// The file within the spec directory.
    pub file: String,
    /// The place in the file.
    pub pointer: String,
    /// What is wrong.
    pub problem: String,
}

/// An offer cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// No offer has this name.
    #[error("no offer is named {given:?}{hint}")]
    Unknown {
        /// The name given.
        given: String,
        /// A way out, empty or beginning with a semicolon.
        hint: String,
    },
    /// The offer is not yet there on the catalogue's day.
    #[error("{offer} is not offered on {as_of}; its first revision is of {first}")]
    TooEarly {
        /// The offer.
        offer: String,
        /// The catalogue's day.
        as_of: Date,
        /// Its first revision.
        first: Date,
    },
    /// Spec files have mistakes.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Specs(Vec<SpecProblem>),
}

impl Catalog {
    /// A catalogue of files by their path, such as `runware/seedream-4.0.json`; later ones win.
    pub fn new(files: impl IntoIterator<Item = (String, Cow<'static, str>)>) -> Catalog {
        let specs = files.into_iter().filter(|(path, _)| is_spec(path));
        Catalog {
            files: Arc::new(specs.collect()),
            digest: Arc::default(),
            as_of: None,
            plans: Arc::default(),
        }
    }

    /// The same files as they were in force on a day.
    #[must_use]
    pub fn as_of(&self, day: Date) -> Catalog {
        Catalog { as_of: Some(day), plans: Arc::default(), ..self.clone() }
    }

    /// SHA-256 over all files, in hexadecimal.
    pub fn digest(&self) -> Arc<str> {
        let compute = || {
            let mut hash = Sha256::new();
            for (path, text) in self.files.iter() {
                for part in [path.as_bytes(), text.as_bytes()] {
                    hash.update((part.len() as u64).to_be_bytes());
                    hash.update(part);
                }
            }
            hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
        };
        self.digest.get_or_init(compute).clone()
    }

    /// The JSON of a file as it is stored.
    pub fn file(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(AsRef::as_ref)
    }

    /// Names of all offers, such as `runware/seedream-4.0`, whether or not in force on the day.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let offers = self
            .files
            .keys()
            .filter(|path| !path.starts_with("models/") && !path.ends_with("/provider.json"));
        offers.filter_map(|path| path.strip_suffix(".json"))
    }

    /// Names of all providers.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        self.files.keys().filter_map(|path| path.strip_suffix("/provider.json"))
    }

    /// An offer by name: `provider/slug`, or `provider/` and the provider's own name.
    ///
    /// # Errors
    /// When no offer has the name, it is not yet there on the day, or its files have mistakes.
    pub fn offer(&self, name: &str) -> Result<Offer, CatalogError> {
        let name = self.find(name)?;
        match self.plan(&name)? {
            Some(plan) => Ok(Offer { plan }),
            None => Err(self.too_early(name)),
        }
    }

    /// Every offer in force on the day, in the order of providers and models.
    ///
    /// # Errors
    /// All mistakes of all files.
    pub fn offers(&self) -> Result<Vec<Offer>, CatalogError> {
        let mut offers = Vec::new();
        let mut problems = Vec::new();
        for name in self.names() {
            match self.plan(name) {
                Ok(plan) => offers.extend(plan.map(|plan| Offer { plan })),
                Err(CatalogError::Specs(found)) => problems.extend(found),
                Err(other) => return Err(other),
            }
        }
        if problems.is_empty() { Ok(offers) } else { Err(CatalogError::Specs(unique(problems))) }
    }

    /// Every mistake in every file, on every day on which something changes.
    pub fn check(&self) -> Vec<SpecProblem> {
        let mut problems = Vec::new();
        for path in self.files.keys() {
            problems.extend(self.check_file(path));
        }
        unique(problems)
    }

    fn check_file(&self, path: &str) -> Vec<SpecProblem> {
        if path.starts_with("models/") {
            return self.read::<ModelFile>(path).err().into_iter().flatten().collect();
        }
        if path.ends_with("/provider.json") {
            return self.read::<ProviderFile>(path).err().into_iter().flatten().collect();
        }
        let offer = match self.read::<OfferFile>(path) {
            Ok(offer) => offer,
            Err(problems) => return problems,
        };
        let mut problems = check_order(path, &offer);
        let name = path.trim_end_matches(".json");
        for revision in &offer.revisions {
            if let Err(CatalogError::Specs(found)) = self.as_of(revision.since).plan(name) {
                problems.extend(found);
            }
        }
        problems
    }

    fn find(&self, given: &str) -> Result<String, CatalogError> {
        if self.names().any(|name| name == given) {
            return Ok(given.to_owned());
        }
        let Some((provider, vendor_id)) = given.split_once('/') else {
            return Err(self.unknown(given));
        };
        let vendor_id_of = |name: &str| {
            self.read::<OfferFile>(&format!("{name}.json")).ok().map(|offer| offer.vendor_id)
        };
        let mut others =
            self.names().filter(|name| vendor_id_of(name).as_deref() == Some(vendor_id));
        let own =
            |name: &&str| name.strip_prefix(provider).is_some_and(|rest| rest.starts_with('/'));
        let found: Vec<&str> = others.by_ref().collect();
        if let Some(name) = found.iter().copied().find(|name| own(&name)) {
            return Ok(name.to_owned());
        }
        match found.first() {
            Some(name) => Err(CatalogError::Unknown {
                given: given.to_owned(),
                hint: format!("; {vendor_id} is the name of {name}"),
            }),
            None => Err(self.unknown(given)),
        }
    }

    fn unknown(&self, given: &str) -> CatalogError {
        let same_model =
            self.names().filter(|name| name.split('/').nth(1) == given.split('/').next_back());
        let same_model: Vec<&str> = same_model.collect();
        let hint = if same_model.is_empty() {
            nearest(given, self.names()).map(|name| format!("; did you mean {name}?"))
        } else {
            Some(format!("; the model is offered as {}", same_model.join(", ")))
        };
        let hint = hint.unwrap_or_else(|| {
            format!("; there are {}", self.names().collect::<Vec<_>>().join(", "))
        });
        CatalogError::Unknown { given: given.chars().take(80).collect(), hint }
    }

    fn too_early(&self, offer: String) -> CatalogError {
        let first = self.read::<OfferFile>(&format!("{offer}.json")).ok();
        let first = first.and_then(|file| Some(file.revisions.first()?.since));
        match (self.as_of, first) {
            (Some(as_of), Some(first)) => CatalogError::TooEarly { offer, as_of, first },
            _ => CatalogError::Unknown { given: offer, hint: "; it has no revision".to_owned() },
        }
    }

    fn plan(&self, name: &str) -> Result<Option<Arc<Plan>>, CatalogError> {
        let lock = || self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = lock().get(name) {
            return Ok(plan.clone());
        }
        let plan = self.compile(name).map_err(CatalogError::Specs)?.map(Arc::new);
        lock().insert(name.to_owned(), plan.clone());
        Ok(plan)
    }

    fn compile(&self, name: &str) -> Result<Option<Plan>, Vec<SpecProblem>> {
        let (provider, slug) = name.split_once('/').unwrap_or((name, ""));
        let path = format!("{name}.json");
        let offer: OfferFile = self.read(&path)?;
        let platform: ProviderFile = self.read(&format!("{provider}/provider.json"))?;
        let model: ModelFile = self.read(&format!("models/{}/{slug}.json", offer.lab))?;
        let catalogue = self.digest();
        let (offer, platform, model) = (&offer, &platform, &model);
        let files = plan::Files { provider, slug, offer, platform, model, catalogue };
        plan::compile(&files, self.as_of).map_err(|problems| {
            let located = |(pointer, problem)| SpecProblem { file: path.clone(), pointer, problem };
            problems.into_iter().map(located).collect()
        })
    }

    fn read<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<T, Vec<SpecProblem>> {
        let problem = |pointer: String, problem: String| {
            vec![SpecProblem { file: path.to_owned(), pointer, problem }]
        };
        let Some(text) = self.files.get(path) else {
            return Err(problem(String::new(), "there is no such file".to_owned()));
        };
        read_json(text.as_bytes()).map_err(|error| {
            let message =
                format!("line {}, column {}: {}", error.line, error.column, error.message);
            problem(error.path, message)
        })
    }
}

/// A JSON file of the format: two levels for offers, three for models.
fn is_spec(path: &str) -> bool {
    let depth = path.split('/').count();
    let nested = depth == 2 || (depth == 3 && path.starts_with("models/"));
    nested && path.ends_with(".json")
}

fn check_order(path: &str, offer: &OfferFile) -> Vec<SpecProblem> {
    let problem = |pointer: String, problem: &str| SpecProblem {
        file: path.to_owned(),
        pointer,
        problem: problem.to_owned(),
    };
    let mut problems = Vec::new();
    if offer.revisions.is_empty() {
        problems.push(problem(
            "revisions".to_owned(),
            "there is none; the oldest states the offer in full",
        ));
    }
    for (at, pair) in offer.revisions.windows(2).enumerate() {
        if pair[0].since >= pair[1].since {
            let pointer = format!("revisions[{}].since", at + 1);
            problems.push(problem(
                pointer,
                "is not after the revision before it; the oldest comes first",
            ));
        }
    }
    problems
}

fn unique(mut problems: Vec<SpecProblem>) -> Vec<SpecProblem> {
    problems.sort();
    problems.dedup();
    problems
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog")
            .field("files", &self.files.len())
            .field("as_of", &self.as_of)
            .finish_non_exhaustive()
    }
}

impl Offer {
    /// `provider/slug`.
    pub fn name(&self) -> &str {
        &self.plan.name
    }

    /// The provider, such as `runware`.
    pub fn provider(&self) -> &str {
        &self.plan.provider
    }

    /// Our slug of the model, such as `seedream-4.0`.
    pub fn model(&self) -> &str {
        &self.plan.slug
    }

    /// The lab that made the model.
    pub fn lab(&self) -> &str {
        &self.plan.lab
    }

    /// The model's name as people write it.
    pub fn title(&self) -> &str {
        &self.plan.title
    }

    /// The provider's own name of the model.
    pub fn vendor_id(&self) -> &str {
        &self.plan.vendor_id
    }

    /// What the offer makes.
    pub fn kind(&self) -> Kind {
        self.plan.kind
    }

    /// Such as `text-to-video`.
    pub fn workflows(&self) -> &[String] {
        &self.plan.workflows
    }

    /// Date of the newest revision in force.
    pub fn revision(&self) -> Date {
        self.plan.revision
    }

    /// Whether the offer can still be had.
    pub fn status(&self) -> Status {
        self.plan.status
    }

    /// Since when it cannot be had.
    pub fn retired_on(&self) -> Option<Date> {
        self.plan.retired_on
    }

    /// Page of the newest revision in force.
    pub fn source(&self) -> &str {
        &self.plan.source.page
    }

    /// Notes of the revisions in force.
    pub fn notes(&self) -> &[String] {
        &self.plan.notes
    }

    /// What the spec says of every field, merged over its revisions.
    pub fn limits(&self) -> Value {
        self.plan.resolved.get("fields").cloned().unwrap_or_default()
    }

    /// The whole merged spec, with no trace of its revisions.
    pub fn resolved(&self) -> Value {
        let mut resolved = json!({
            "provider": self.provider(),
            "model": self.model(),
            "vendor_id": self.vendor_id(),
            "kind": self.kind(),
            "name": self.title(),
            "lab": self.lab(),
            "revision": self.revision(),
            "dated_by": self.plan.dated_by,
            "source": self.source(),
            "status": self.status(),
            "workflows": self.workflows(),
        });
        if let (Value::Object(resolved), Value::Object(body)) = (&mut resolved, &self.plan.resolved)
        {
            if let Some(day) = self.retired_on() {
                resolved.insert("retired_on".to_owned(), json!(day));
            }
            resolved.extend(body.clone());
            resolved.insert("sizes".to_owned(), self.sizes());
        }
        resolved
    }

    /// The size table in force, by tier and nominal ratio.
    pub fn sizes(&self) -> Value {
        let mut tiers = serde_json::Map::new();
        for entry in &self.plan.geometry.table {
            let tier = tiers.entry(entry.tier.name()).or_insert_with(|| json!({}));
            if let Value::Object(sizes) = tier {
                sizes.insert(entry.label.to_string(), json!(entry.size));
            }
        }
        tiers.into()
    }

    /// Checks a request and settles every field; the translation writes the payloads.
    ///
    /// # Errors
    /// All limits that the request breaks and the policy does not cure; nothing was sent.
    pub fn translate<'a>(
        &'a self,
        request: &'a Request,
        policy: &Policy,
        context: &'a Context,
    ) -> Result<Translation<'a>, Box<Rejection>> {
        translate(&self.plan, request, policy, context)
    }
}

impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer")
            .field("name", &self.plan.name)
            .field("revision", &self.plan.revision)
            .finish_non_exhaustive()
    }
}
