//! Lift ring: every accepted golden case and every example of the vendors' pages goes back and
//! forth; what only payloads can hold stands in `forms`.

mod forms;
mod recognized;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use genmux::{Catalog, Hints, Policy, Recognizer};
use genmux_tests::golden::{self, Result, trial};
use genmux_tests::lift::{check_round_trip, check_rows, offer_on, same_call};
use libtest_mimic::Trial;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn main() -> ExitCode {
    golden::run(trials())
}

fn trials() -> Result<Vec<Trial>> {
    let catalog = Catalog::embedded();
    let mut trials = forms::trials(&catalog)?;
    trials.extend(recognized::trials(&catalog)?);
    for path in json_files(&golden::folder().join("pages"))? {
        let page: Value = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        let (catalog, name) = (catalog.clone(), stem(&path));
        trials.push(trial(format!("pages/{name}"), move || check_page(&catalog, &page)));
    }
    for provider in std::fs::read_dir(golden::folder().join("golden"))? {
        for path in json_files(&provider?.path())? {
            trials.extend(goldens(&catalog, &path)?);
        }
    }
    Ok(trials)
}

/// Every payload that a golden file records.
fn goldens(catalog: &Catalog, path: &Path) -> Result<Vec<Trial>> {
    let provider = path.parent().map(stem).unwrap_or_default();
    let offer = format!("{provider}/{}", stem(path));
    let cases = golden::read(path)?.into_iter();
    let trials = cases.filter_map(|case| {
        let (catalog, offer, payload) = (catalog.clone(), offer.clone(), case.payload?);
        let name = format!("golden/{offer}/{}", case.case);
        Some(trial(name, move || {
            check_round_trip(&offer_on(&catalog, &offer, &case.as_of)?, &payload)
        }))
    });
    Ok(trials.collect())
}

/// A page's example is known by itself, gives the request that a person would write for it, breaks
/// exactly the limits that the page's own rules say, and comes back as it was.
fn check_page(catalog: &Catalog, page: &Value) -> Result<()> {
    let recognizer = Recognizer::new(catalog);
    let body = json!([page["payload"]]);
    let found = recognizer.recognize(&body, &Hints::default())?;
    let offer = found[0].offer()?;
    same("offer", &page["offer"], &json!(offer.name()))?;
    let lifted = found[0].lift()?;
    check_rows(&lifted)?;
    let mut request = json!(lifted.request);
    request.as_object_mut().map(|request| request.shift_remove("kind"));
    same("request", &page["request"], &request)?;
    let broken = lifted.violations.iter().map(|violation| {
        json!({ "field": violation.field, "kind": violation.kind, "nearest": violation.nearest })
    });
    let broken: Value = broken.collect();
    let expected = page.get("violations").cloned().unwrap_or_else(|| json!([]));
    same("violations", &expected, &broken)?;
    if expected == json!([]) {
        let context = same_call(&lifted);
        let again = offer.translate(&lifted.request, &Policy::default(), &context)?;
        let mut again = serde_json::to_value(again.payload(0))?;
        // Pages leave it to the reader.
        again.as_object_mut().map(|again| again.shift_remove("deliveryMethod"));
        same("payload", &page["payload"], &again)?;
    }
    Ok(())
}

/// Fails with the lines that differ.
fn same(what: &str, expected: &Value, found: &Value) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let difference = golden::difference(&golden::pretty(expected), &golden::pretty(found));
    Err(format!("{what}: - expected, + found\n{difference}").into())
}

/// The cases of a file of `lift/`.
fn cases<T: DeserializeOwned>(name: &str) -> Result<Vec<T>> {
    let path = golden::folder().join("lift").join(format!("{name}.json"));
    Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
