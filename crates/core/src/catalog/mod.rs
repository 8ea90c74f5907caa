//! All offers: found by name, read and compiled when asked for.

mod check;
mod error;
mod find;
mod offer;
mod revisions;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sha2::{Digest, Sha256};

use crate::plan::{self, Plan};
use crate::request::read_json;
use crate::spec::{Date, ModelFile, OfferFile, ProviderFile};

pub use error::{CatalogError, SpecProblem};
pub use offer::Offer;

/// A set of spec files on one day.
///
/// Cheap to clone; a file is read and compiled when its offer is first asked for.
#[derive(Clone)]
pub struct Catalog {
    files: Arc<BTreeMap<String, Cow<'static, str>>>,
    /// JSON files that stand where no spec file is looked for.
    strays: Arc<[String]>,
    digest: Arc<OnceLock<Arc<str>>>,
    as_of: Option<Date>,
    plans: Arc<Mutex<BTreeMap<String, Option<Arc<Plan>>>>>,
}

impl Catalog {
    /// A catalogue of files by their path, such as `runware/seedream-4.0.json`; later ones win.
    pub fn new(files: impl IntoIterator<Item = (String, Cow<'static, str>)>) -> Catalog {
        let (specs, others): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(path, _)| is_spec(path));
        let strays = others.into_iter().map(|(path, _)| path).filter(|path| check::is_stray(path));
        Catalog {
            files: Arc::new(specs.into_iter().collect()),
            strays: strays.collect(),
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
            hexadecimal(&hash.finalize()).into()
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

    /// The base URL that a provider's spec states.
    pub fn base_url(&self, provider: &str) -> Option<String> {
        let text = self.file(&format!("{provider}/provider.json"))?;
        read_json::<ProviderFile>(text.as_bytes()).ok().map(|file| file.base_url)
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
        let providers = self.providers().map(str::to_owned).collect();
        let files = plan::Files { provider, slug, offer, platform, model, catalogue, providers };
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

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A JSON file of the format: two levels for offers, three for models.
fn is_spec(path: &str) -> bool {
    let depth = path.split('/').count();
    let nested = depth == 2 || (depth == 3 && path.starts_with("models/"));
    nested && path.strip_suffix(".json").is_some()
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
