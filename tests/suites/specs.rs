//! Spec ring: every embedded spec file is a trial, and so is every kind of mistake.
//!
//! A file must read strictly and resolve on each of its dates. The mistakes are made in small
//! directories laid over the embedded files; each must be told with file, pointer and problem.

mod mistakes;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use genmux::spec::{Date, ModelFile, OfferFile, ProviderFile};
use genmux::{Catalog, SpecProblem, read_json};
use genmux_tests::golden::{self, Result, trial};
use libtest_mimic::Trial;
use mistakes::{MISTAKES, Mistake};
use serde_json::{Value, json};

fn main() -> ExitCode {
    golden::run(Ok(trials()))
}

fn trials() -> Vec<Trial> {
    let files = genmux_specs::files().iter();
    let files = files.map(|(path, text)| trial(*path, || check_file(path, text)));
    let mistakes = MISTAKES
        .iter()
        .map(|mistake| trial(format!("mistake/{}", mistake.name), || check_mistake(mistake)));
    let whole = [
        trial("all embedded files have no problem", || expect_none(&Catalog::embedded().check())),
        trial("mistake/two files with a mistake each", two_mistakes),
        trial("mistake/every mistake of one file", mistakes_of_one_file),
        trial("mistake/it hinders its own offer only", one_bad_offer),
        trial("mistake/a catalogue that never existed", no_directory),
    ];
    files.chain(mistakes).chain(whole).collect()
}

fn check_file(path: &str, text: &str) -> Result<()> {
    if path.starts_with("models/") {
        read_json::<ModelFile>(text.as_bytes())?;
        return Ok(());
    }
    if path.ends_with("/provider.json") {
        read_json::<ProviderFile>(text.as_bytes())?;
        return Ok(());
    }
    let file: OfferFile = read_json(text.as_bytes())?;
    let name = path.trim_end_matches(".json");
    for revision in &file.revisions {
        let offer = Catalog::embedded().as_of(revision.since).offer(name)?;
        let found = (offer.name(), offer.vendor_id(), offer.revision());
        let expected = (name, file.vendor_id.as_str(), revision.since);
        if found != expected || offer.resolved()["fields"].as_object().is_none() {
            return Err(format!("{found:?} on {}", revision.since).into());
        }
    }
    check_days(name, file.revisions.iter().map(|revision| revision.since))
}

/// Each date begins a revision of its own, and the newest is in force without a day.
fn check_days(name: &str, days: impl Iterator<Item = Date>) -> Result<()> {
    let days: Vec<Date> = days.collect();
    let newest = Catalog::embedded().offer(name)?.revision();
    if days.is_sorted_by(|a, b| a < b) && days.last() == Some(&newest) {
        return Ok(());
    }
    Err(format!("revisions of {days:?}, in force is that of {newest}").into())
}

fn expect_none(problems: &[SpecProblem]) -> Result<()> {
    if problems.is_empty() { Ok(()) } else { Err(format!("{problems:?}").into()) }
}

fn check_mistake(mistake: &Mistake) -> Result<()> {
    let (pointer, value) = mistake.change;
    let offer = changed(sound_offer(), pointer, serde_json::from_str(value)?)?;
    let problems = overlay(mistake.name, &[("runware/newmodel-1.json", offer)])?.check();
    expect_told(&problems, mistake.told)
}

/// A problem with this part in its pointer and this part in its text, and none in another file.
fn expect_told(problems: &[SpecProblem], (pointer, text): (&str, &str)) -> Result<()> {
    let told = problems
        .iter()
        .any(|problem| problem.pointer.contains(pointer) && format!("{problem}").contains(text));
    let elsewhere = problems.iter().any(|problem| !problem.file.ends_with("newmodel-1.json"));
    if told && !elsewhere { Ok(()) } else { Err(format!("{problems:#?}").into()) }
}

fn two_mistakes() -> Result<()> {
    let offer = changed(sound_offer(), "/revisions/0/fields/seed/min", json!(100))?;
    let model = changed(sound_model(), "/kind", json!("sculpture"))?;
    let files = [
        ("runware/newmodel-2.json", changed(sound_offer(), "/vendor", json!(1))?),
        ("runware/newmodel-1.json", offer),
        ("models/acme/newmodel-3.json", model),
    ];
    let problems = overlay("two files", &files)?.check();
    for (file, pointer) in [
        ("runware/newmodel-1.json", "fields.seed"),
        ("runware/newmodel-2.json", "vendor"),
        ("models/acme/newmodel-3.json", "kind"),
    ] {
        let told =
            |problem: &SpecProblem| problem.file == file && problem.to_string().contains(pointer);
        if problems.iter().filter(|problem| told(problem)).count() != 1 {
            return Err(format!("{file}: {problems:#?}").into());
        }
    }
    Ok(())
}

fn mistakes_of_one_file() -> Result<()> {
    let offer = changed(sound_offer(), "/revisions/0/fields/seed/min", json!(100))?;
    let offer = changed(offer, "/revisions/0/fields/steps", json!({ "to": "steps" }))?;
    let offer = changed(offer, "/revisions/0/fields/prompt/chars", json!("long"))?;
    let problems = overlay("one file", &[("runware/newmodel-1.json", offer)])?.check();
    for pointer in ["fields.seed", "fields.steps", "fields.prompt.chars"] {
        expect_told(&problems, (pointer, ""))?;
    }
    Ok(())
}

fn one_bad_offer() -> Result<()> {
    let offer = changed(sound_offer(), "/vendor", json!(1))?;
    let catalog = overlay("one bad offer", &[("runware/newmodel-1.json", offer)])?;
    if catalog.offer("runware/newmodel-1").is_ok() || catalog.offers().is_ok() {
        return Err("a file with a mistake was taken".into());
    }
    catalog.offer("runware/seedream-4.0")?;
    Ok(())
}

fn no_directory() -> Result<()> {
    let error = Catalog::with_directory(Path::new("no/such/directory")).err().ok_or("no error")?;
    let told = error.to_string().contains("no/such/directory");
    if told { Ok(()) } else { Err(error.to_string().into()) }
}

fn sound_offer() -> Value {
    json!({
        "lab": "acme",
        "vendor_id": "acme:1@1",
        "revisions": [{
            "since": "2026-01-01",
            "dated_by": "page",
            "source": "https://acme.example/newmodel",
            "fields": {
                "prompt": { "to": "text", "required": true },
                "seed": { "to": "seed", "max": 10 }
            }
        }]
    })
}

fn sound_model() -> Value {
    json!({
        "name": "New Model",
        "kind": "image",
        "workflows": ["text-to-image"],
        "source": "https://acme.example/newmodel",
        "since": "2026-01-01",
        "dated_by": "page"
    })
}

/// The value with another one put at a pointer; the last key may be new.
fn changed(mut value: Value, pointer: &str, new: Value) -> Result<Value> {
    let (parent, key) = pointer.rsplit_once('/').ok_or("no pointer")?;
    match value.pointer_mut(parent).ok_or(format!("nothing at {parent}"))? {
        Value::Object(object) => drop(object.insert(key.to_owned(), new)),
        Value::Array(items) => items.push(new),
        other => return Err(format!("{parent} is {other}").into()),
    }
    Ok(value)
}

/// The embedded files with these and the sound files of their models laid over them.
fn overlay(name: &str, files: &[(&str, Value)]) -> Result<Catalog> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("specs").join(name.replace(' ', "-"));
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    let models = ["models/acme/newmodel-1.json", "models/acme/newmodel-2.json"];
    let models = models.map(|path| (path, sound_model()));
    for (path, json) in models.iter().chain(files) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        fs::write(path, golden::pretty(json))?;
    }
    Ok(Catalog::with_directory(&root)?)
}
