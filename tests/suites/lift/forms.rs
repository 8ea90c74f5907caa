//! Wire forms that share a meaning, values that break a limit, and values that no field can hold:
//! `lift/forms.json`.

use genmux::{Catalog, Offer};
use genmux_tests::golden::{Result, trial};
use genmux_tests::lift::check_rows;
use libtest_mimic::Trial;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{cases, same};

/// One payload, the request that it gives, and field and kind of its violations.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    case: String,
    offer: String,
    payload: Value,
    /// Without its kind.
    request: Value,
    /// But for what the case leaves out.
    violations: Value,
}

pub(crate) fn trials(catalog: &Catalog) -> Result<Vec<Trial>> {
    let cases: Vec<Form> = cases("forms")?;
    let named = cases.into_iter().map(|case| {
        let catalog = catalog.clone();
        let name = format!("forms/{}", case.case);
        trial(name, move || check(&catalog.offer(&case.offer)?, &case))
    });
    Ok(named.collect())
}

fn check(offer: &Offer, case: &Form) -> Result<()> {
    let lifted = offer.lift(&case.payload)?;
    check_rows(&lifted)?;
    let mut request = json!(lifted.request);
    request.as_object_mut().map(|request| request.shift_remove("kind"));
    same("request", &case.request, &request)?;
    let broken = lifted.violations.iter().filter(|violation| json!(violation.kind) != "missing");
    let broken: Value = broken.map(|violation| json!([violation.field, violation.kind])).collect();
    same("violations", &case.violations, &broken)
}
