//! Pages ring: what the vendors' pages print, and what the pages and their readers decided.
//!
//! `pages/*.json` are the requests that the pages show, each with the canonical request that a
//! person would write for it: translation gives the page's own payload. `pages/verdicts/*.json`
//! are single questions, each with the offer, the day and the answer.

mod verdicts;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use genmux::Catalog;
use genmux_tests::golden::{self, Result, trial};
use libtest_mimic::Trial;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A request that a page prints.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    offer: String,
    as_of: String,
    request: Value,
    payload: Map<String, Value>,
    /// What is wrong with the request by the page's own rules.
    #[serde(default)]
    violations: Vec<Value>,
}

fn main() -> ExitCode {
    golden::run(trials())
}

fn trials() -> Result<Vec<Trial>> {
    let catalog = Catalog::embedded();
    let folder = golden::folder().join("pages");
    let mut trials = Vec::new();
    for path in json_files(&folder)? {
        let page: Page = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        let catalog = catalog.clone();
        trials.push(trial(stem(&path), move || check(&catalog, &page)));
    }
    for path in json_files(&folder.join("verdicts"))? {
        trials.extend(verdicts::trials(&catalog, &stem(&path), &path)?);
    }
    trials.push(trial("media/a large data URI is uploaded when run", verdicts::large_data_uri));
    trials.push(trial("options/unlisted ones are sent if allowed", verdicts::unlisted_options));
    Ok(trials)
}

fn check(catalog: &Catalog, page: &Page) -> Result<()> {
    let answer = golden::ask(catalog, &page.offer, &page.as_of, "strict", &page.request)?;
    if !page.violations.is_empty() {
        return same("violations", &json!(page.violations), &named(answer.violations));
    }
    let [payload] = answer.payloads.as_slice() else {
        return Err(format!("expected one call: {answer:?}").into());
    };
    same("payload", &comparable(page.payload.clone()), &comparable(object(payload.clone())?))
}

/// The payload without what a page leaves to its reader.
fn comparable(mut payload: Map<String, Value>) -> Value {
    for key in ["taskUUID", "deliveryMethod"] {
        payload.shift_remove(key);
    }
    payload.into()
}

/// Field, kind and nearest value of every violation.
fn named(violations: Option<Value>) -> Value {
    let violations = violations.unwrap_or_default();
    let violations = violations.as_array().into_iter().flatten();
    let named = violations.map(|violation| {
        json!({ "field": violation["field"], "kind": violation["kind"], "nearest": violation["nearest"] })
    });
    named.collect()
}

fn object(value: Value) -> Result<Map<String, Value>> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(format!("expected an object, found {other}").into()),
    }
}

/// Fails with the lines that differ.
fn same(what: &str, expected: &Value, found: &Value) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let difference = golden::difference(&golden::pretty(expected), &golden::pretty(found));
    Err(format!("{what}: - expected, + found\n{difference}").into())
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        files.push(entry?.path());
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    Ok(files)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
