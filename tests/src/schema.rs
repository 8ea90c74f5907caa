//! Offers on their dates, and the second opinion: what a vendor's own JSON Schema says of a body.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use genmux::{Catalog, Offer, Translation};
use genmux_sandbox::VendorSchema;
use jsonschema::Validator;
use serde_json::{Map, Value};

/// One offer on one date on which something about it changes.
pub struct Subject {
    /// The offer as of the date.
    pub offer: Offer,
    /// The date, as `YYYY-MM-DD`.
    pub date: String,
    /// The whole merged spec, as `spec resolve` shows it.
    pub spec: Value,
    /// The provider's own file.
    pub provider: Value,
    /// The lab's own file.
    pub model: Value,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.offer.name(), self.date)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.offer.name(), self.date)
    }
}

impl Subject {
    /// What the spec says of a canonical field.
    pub fn field(&self, path: &str) -> Option<&Map<String, Value>> {
        self.spec["fields"].get(path)?.as_object()
    }

    /// One attribute of a canonical field.
    pub fn attribute(&self, path: &str, attribute: &str) -> Option<&Value> {
        self.field(path)?.get(attribute)
    }

    /// Whether a field goes to the wire under a name of its own.
    pub fn is_wired(&self, path: &str) -> bool {
        self.attribute(path, "to").is_some()
    }

    /// What the vendor's schema of the date refuses in an HTTP body; empty if it takes it.
    pub fn refusals(&self, body: &[u8]) -> Vec<String> {
        refusals(&self.offer, &self.date, body)
    }
}

/// Every embedded offer on each of its dates.
///
/// # Panics
/// When an embedded spec has mistakes.
pub fn subjects() -> Vec<Subject> {
    let catalog = Catalog::embedded();
    let names: Vec<String> = catalog.names().map(str::to_owned).collect();
    names.iter().flat_map(|name| subjects_of(&catalog, name)).collect()
}

fn subjects_of(catalog: &Catalog, name: &str) -> Vec<Subject> {
    let (provider, slug) = name.split_once('/').unwrap_or((name, ""));
    let file = |path: &str| -> Value {
        serde_json::from_str(catalog.file(path).unwrap_or("null")).unwrap_or_default()
    };
    let offer = file(&format!("{name}.json"));
    let lab = offer["lab"].as_str().unwrap_or_default();
    let model = file(&format!("models/{lab}/{slug}.json"));
    let provider = file(&format!("{provider}/provider.json"));
    let subject = |date: String| {
        let found = date.parse().map(|day| catalog.as_of(day).offer(name));
        let Ok(Ok(offer)) = found else { panic!("{name} on {date}: {found:?}") };
        let spec = offer.resolved();
        Subject { offer, date, spec, provider: provider.clone(), model: model.clone() }
    };
    dates(&offer, &model).into_iter().map(subject).collect()
}

/// The dates of the offer's revisions, and of the lab's facts after the first of them.
fn dates(offer: &Value, model: &Value) -> BTreeSet<String> {
    let since = |entry: &Value| entry["since"].as_str().map(str::to_owned);
    let revisions = offer["revisions"].as_array().into_iter().flatten().filter_map(since);
    let mut dates: BTreeSet<String> = revisions.collect();
    let first = dates.first().cloned().unwrap_or_default();
    let sizes = model["sizes"].as_array().into_iter().flatten().filter_map(since);
    let limits = model["limits"].as_object().into_iter().flatten();
    let limits = limits.filter_map(|(_, limit)| since(limit));
    dates.extend(sizes.chain(limits).filter(|date| *date > first));
    dates
}

type Compiled = Mutex<HashMap<(&'static str, &'static str, &'static str), Arc<Validator>>>;

static COMPILED: LazyLock<Compiled> = LazyLock::new(Mutex::default);

/// What the vendor's schema of a day refuses in an HTTP body; empty if it takes it, and where
/// nobody has written a schema of the offer yet.
///
/// # Panics
/// When a schema cannot be compiled.
pub fn refusals(offer: &Offer, as_of: &str, body: &[u8]) -> Vec<String> {
    let body: Value = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(error) => return vec![format!("the body is no JSON: {error}")],
    };
    let say = |error: jsonschema::ValidationError<'_>| {
        format!("{}: {}", error.instance_path(), error.masked())
    };
    let validator = validator(offer, as_of);
    validator.iter().flat_map(|schema| schema.iter_errors(&body).map(say)).collect()
}

/// The HTTP bodies of a translation: of the first two calls and the last.
///
/// # Panics
/// When a body cannot be written.
pub fn bodies(offer: &Offer, translation: &Translation<'_>) -> Vec<Vec<u8>> {
    let last = translation.calls() - 1;
    let calls: BTreeSet<u64> = [0, 1.min(last), last].into();
    let body = |call| match genmux::http(offer, &translation.payload(call)) {
        Ok(request) => request.body.as_bytes().map(<[u8]>::to_vec).unwrap_or_default(),
        Err(error) => panic!("{}: {error}", offer.name()),
    };
    calls.into_iter().map(body).collect()
}

fn validator(offer: &Offer, as_of: &str) -> Option<Arc<Validator>> {
    let schema = genmux_sandbox::schema(offer.provider(), offer.model(), as_of)?;
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (schema.provider, schema.model, schema.since);
    Some(compiled.entry(key).or_insert_with(|| Arc::new(compile(schema))).clone())
}

fn compile(schema: &VendorSchema) -> Validator {
    let read = serde_json::from_str(schema.json).map_err(|error| error.to_string());
    let compiled = read.and_then(|schema: Value| {
        jsonschema::draft202012::new(&schema).map_err(|error| error.to_string())
    });
    match compiled {
        Ok(validator) => validator,
        Err(error) => panic!("{}/{}@{}: {error}", schema.provider, schema.model, schema.since),
    }
}
