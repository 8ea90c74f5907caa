//! Golden cases: a request at an offer, and everything that became of it.
//!
//! `golden/<provider>/<model>.json` is a list of them. The request, the policy and the day are
//! written by people; payload or violations, and the ledger, are recorded by `UPDATE_GOLDEN=1` and
//! then read by people against the vendors' pages: a golden is a claim.

mod text;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use genmux::{Catalog, Offer, Request, Translation, context};
use libtest_mimic::{Arguments, Trial};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::schema;
pub use text::{difference, pretty};

/// Whatever goes wrong in a test.
pub type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// Runs trials as a test binary does.
pub fn run(trials: Result<Vec<Trial>>) -> ExitCode {
    let arguments = Arguments::from_args();
    // What hinders the trials from being listed is the failure of one more.
    let trials = trials.unwrap_or_else(|error| {
        let error = error.to_string();
        vec![trial("the cases can be read", move || Err(error.clone().into()))]
    });
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A named trial.
pub fn trial(name: impl Into<String>, check: impl Fn() -> Result<()> + Send + 'static) -> Trial {
    Trial::test(name, move || check().map_err(|error| error.to_string().into()))
}

/// One golden case; what is absent was not recorded yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name in the file.
    pub case: String,
    /// The canonical request, as written.
    pub request: Value,
    /// The policy, such as `fit` or `strict,seed=drop`.
    pub policy: String,
    /// The day whose rules hold.
    pub as_of: String,
    /// The payload of the first call, where the offer takes the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Value>,
    /// Every limit broken, where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violations: Option<Value>,
    /// One row for every field.
    #[serde(default)]
    pub ledger: Value,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// The payload of every call, where the offer takes the request.
    pub payloads: Vec<Value>,
    /// Every limit broken, where it does not.
    pub violations: Option<Value>,
    /// One row for every field.
    pub ledger: Value,
}

impl Case {
    /// The case with what becomes of its request now.
    fn asked_again(&self, catalog: &Catalog, offer: &str) -> Result<Case> {
        let answer = ask(catalog, offer, &self.as_of, &self.policy, &self.request)
            .map_err(|error| format!("{offer}, {}: {error}", self.case))?;
        let payload = answer.payloads.into_iter().next();
        let Answer { violations, ledger, .. } = answer;
        Ok(Case { payload, violations, ledger, ..self.clone() })
    }
}

/// The folder of this crate, in which golden files and pages lie.
pub fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The golden file of an offer below a folder.
pub fn file_of(folder: &Path, offer: &str) -> PathBuf {
    folder.join(format!("{offer}.json"))
}

/// Asks an offer on a day, as an application would.
///
/// # Errors
/// When offer, day, policy or request cannot be read, or the vendor's own schema of the day refuses
/// what would be sent.
pub fn ask(
    catalog: &Catalog,
    offer: &str,
    as_of: &str,
    policy: &str,
    request: &Value,
) -> Result<Answer> {
    let offer = catalog.as_of(as_of.parse()?).offer(offer)?;
    let request = Request::from_json(request.to_string().as_bytes())?;
    let context = context(&request);
    match offer.translate(&request, &policy.parse()?, &context) {
        Ok(translation) => {
            ask_vendor(&offer, as_of, &translation)?;
            let payload = |call| serde_json::to_value(translation.payload(call));
            Ok(Answer {
                payloads: (0..translation.calls()).map(payload).collect::<Result<_, _>>()?,
                violations: None,
                ledger: serde_json::to_value(translation.ledger())?,
            })
        }
        Err(rejection) => Ok(Answer {
            payloads: Vec::new(),
            violations: Some(serde_json::to_value(rejection.violations())?),
            ledger: serde_json::to_value(rejection.ledger(&request, &context))?,
        }),
    }
}

/// The second opinion, where there is one.
fn ask_vendor(offer: &Offer, as_of: &str, translation: &Translation<'_>) -> Result<()> {
    let bodies = schema::bodies(offer, translation);
    let refused: Vec<_> =
        bodies.iter().flat_map(|body| schema::refusals(offer, as_of, body)).collect();
    if refused.is_empty() {
        return Ok(());
    }
    Err(format!("the vendor's schema refuses the body: {}", refused.join("; ")).into())
}

/// Checks a golden case of an offer.
///
/// # Errors
/// When the case cannot be read, or what becomes of its request is not what was recorded; then the
/// message shows the lines that differ.
pub fn check(catalog: &Catalog, offer: &str, case: &Case) -> Result<()> {
    let now = case.asked_again(catalog, offer)?;
    if now == *case {
        return Ok(());
    }
    let text = |case: &Case| Ok::<_, serde_json::Error>(pretty(&serde_json::to_value(case)?));
    let difference = difference(&text(case)?, &text(&now)?);
    Err(format!("{offer}, {}: - recorded, + now\n{difference}", case.case).into())
}

/// Reads a golden file.
///
/// # Errors
/// When it cannot be read, or two cases have the same name.
pub fn read(path: &Path) -> Result<Vec<Case>> {
    let named = |error: &dyn Error| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| named(&error))?;
    let cases: Vec<Case> = serde_json::from_str(&text).map_err(|error| named(&error))?;
    for (at, case) in cases.iter().enumerate() {
        if cases[..at].iter().any(|other| other.case == case.case) {
            return Err(format!("{}: case {:?} twice", path.display(), case.case).into());
        }
    }
    Ok(cases)
}

/// Records anew what becomes of the requests in a golden file.
///
/// # Errors
/// When a case cannot be read or the file cannot be written.
pub fn record(catalog: &Catalog, offer: &str, path: &Path) -> Result<()> {
    let cases = read(path)?.into_iter().map(|case| case.asked_again(catalog, offer));
    let cases: Vec<Case> = cases.collect::<Result<_>>()?;
    fs::write(path, pretty(&serde_json::to_value(&cases)?))?;
    Ok(())
}

/// The value at a dotted path, such as `providerSettings.bytedance.cameraFixed`.
pub fn at<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(object, |value, key| value.get(key))
}

/// The outcome of every field of a ledger; a field twice keeps its first row.
pub fn outcomes(ledger: &Value) -> Map<String, Value> {
    let mut outcomes = Map::new();
    for row in ledger.as_array().into_iter().flatten() {
        let field = row["field"].as_str().unwrap_or_default().to_owned();
        outcomes.entry(field).or_insert_with(|| row["outcome"].clone());
    }
    outcomes
}
