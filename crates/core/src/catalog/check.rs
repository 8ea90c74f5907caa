//! Every mistake in every file, each with its place in the file.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{Catalog, CatalogError, SpecProblem, is_spec, unique};
use crate::leaf::Leaf;
use crate::plan::attributes;
use crate::request::{StrictValue, read_json};
use crate::spec::{Field, ModelFile, OfferFile, OptionSpec, Price, ProviderFile, Revision, Rule};

impl Catalog {
    /// Every mistake in every file, on every day on which something changes.
    pub fn check(&self) -> Vec<SpecProblem> {
        let mut problems: Vec<SpecProblem> = self.strays.iter().map(|path| stray(path)).collect();
        for path in self.files.keys() {
            problems.extend(self.check_file(path));
        }
        problems.extend(self.shared_names());
        unique(problems)
    }

    fn check_file(&self, path: &str) -> Vec<SpecProblem> {
        let mut file = FileCheck { path, problems: Vec::new() };
        let text = self.file(path).unwrap_or_default();
        let value = match read_json::<StrictValue>(text.as_bytes()) {
            Ok(value) => value.0,
            Err(error) => {
                let (line, column) = (error.line, error.column);
                file.problem("", format!("line {line}, column {column}: {}", error.message));
                return file.problems;
            }
        };
        if path.starts_with("models/") {
            file.read::<ModelFile>("", &value);
        } else if path.ends_with("/provider.json") {
            file.read::<ProviderFile>("", &value);
        } else {
            file.offer(&value);
            let merged = self.check_revisions(path, &value);
            let news: Vec<_> = merged.into_iter().filter(|problem| !file.tells(problem)).collect();
            file.problems.extend(news);
        }
        file.problems
    }

    /// What only the merged revisions show.
    fn check_revisions(&self, path: &str, value: &Value) -> Vec<SpecProblem> {
        let Ok(offer) = serde_json::from_value::<OfferFile>(value.clone()) else {
            return Vec::new();
        };
        let mut problems = check_order(path, &offer);
        let name = path.strip_suffix(".json").unwrap_or(path);
        for revision in &offer.revisions {
            if let Err(CatalogError::Specs(found)) = self.as_of(revision.since).plan(name) {
                problems.extend(found);
            }
        }
        problems
    }

    /// Two offers of one provider with one vendor id could not be told apart.
    fn shared_names(&self) -> Vec<SpecProblem> {
        let mut owners: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut problems = Vec::new();
        for name in self.names() {
            let file = format!("{name}.json");
            let Ok(offer) = self.read::<OfferFile>(&file) else { continue };
            let provider = name.split('/').next().unwrap_or_default().to_owned();
            if let Some(other) = owners.insert((provider, offer.vendor_id), name.to_owned()) {
                let problem = format!("{other} has the same vendor id");
                problems.push(SpecProblem { file, pointer: "vendor_id".to_owned(), problem });
            }
        }
        problems
    }
}

fn stray(path: &str) -> SpecProblem {
    let problem = "no spec file stands here; expected <provider>/<slug>.json, \
                   <provider>/provider.json or models/<lab>/<slug>.json";
    SpecProblem { file: path.to_owned(), pointer: String::new(), problem: problem.to_owned() }
}

/// A JSON file that stands where no spec file is looked for; the schema of the format may.
pub(super) fn is_stray(path: &str) -> bool {
    !is_spec(path) && path.strip_suffix(".json").is_some() && path != "spec.schema.json"
}

/// Reads one file piece by piece, so that one mistake does not hide the next.
struct FileCheck<'a> {
    path: &'a str,
    problems: Vec<SpecProblem>,
}

impl FileCheck<'_> {
    fn problem(&mut self, pointer: impl Into<String>, problem: impl Into<String>) {
        let (file, pointer, problem) = (self.path.to_owned(), pointer.into(), problem.into());
        self.problems.push(SpecProblem { file, pointer, problem });
    }

    /// Whether the place of a problem that the merged revisions show is named already.
    fn tells(&self, problem: &SpecProblem) -> bool {
        self.problems.iter().any(|told| told.pointer.ends_with(&problem.pointer))
    }

    fn read<T: DeserializeOwned>(&mut self, pointer: &str, value: &Value) {
        if let Err(error) = serde_path_to_error::deserialize::<_, T>(value) {
            let path = error.path().to_string();
            let path = path.trim_end_matches(['?', '.']);
            let dot = if pointer.is_empty() || path.is_empty() { "" } else { "." };
            self.problem(format!("{pointer}{dot}{path}"), error.into_inner().to_string());
        }
    }

    fn offer(&mut self, value: &Value) {
        let mut head = value.clone();
        if let Some(revisions) = head.get_mut("revisions").filter(|revisions| revisions.is_array())
        {
            *revisions = json!([]);
        }
        self.read::<OfferFile>("", &head);
        if value.get("vendor_id").is_some_and(|id| id == "") {
            self.problem("vendor_id", "is empty");
        }
        for (at, revision) in value["revisions"].as_array().into_iter().flatten().enumerate() {
            self.revision(&format!("revisions[{at}]"), revision);
        }
    }

    fn revision(&mut self, pointer: &str, revision: &Value) {
        let Value::Object(revision) = revision else {
            return self.problem(pointer, "expected an object");
        };
        let is_body = |key: &str| ["fields", "options", "rules", "constants"].contains(&key);
        let (body, head): (Map<_, _>, Map<_, _>) =
            revision.clone().into_iter().partition(|(key, _)| is_body(key));
        for key in ["since", "dated_by", "source", "status", "note"] {
            self.head(pointer, &head, key);
        }
        if let Some(price) = head.get("price").filter(|price| !price.is_null()) {
            self.read::<Price>(&format!("{pointer}.price"), price);
        }
        let known = ["since", "dated_by", "source", "status", "note", "price"];
        for key in head.keys().filter(|key| !known.contains(&key.as_str())) {
            self.problem(format!("{pointer}.{key}"), "unknown key");
        }
        for (section, entries) in &body {
            self.section(&format!("{pointer}.{section}"), section, entries);
        }
    }

    /// One key of a revision's head, read in the company of keys that are right.
    fn head(&mut self, pointer: &str, head: &Map<String, Value>, key: &str) {
        let mut one = json!({ "since": "2026-01-01", "dated_by": "page", "source": "page" });
        match head.get(key) {
            Some(value) if key == "source" && value == "" => {
                self.problem(format!("{pointer}.source"), "is empty");
            }
            Some(value) => {
                one[key] = value.clone();
                self.read::<Revision>(pointer, &one);
            }
            None if one.get(key).is_some() => self.problem(pointer, format!("{key} is missing")),
            None => {}
        }
    }

    fn section(&mut self, pointer: &str, section: &str, entries: &Value) {
        let Value::Object(entries) = entries else {
            return self.problem(pointer, "expected an object");
        };
        for (name, entry) in entries.iter().filter(|(_, entry)| !entry.is_null()) {
            let pointer = format!("{pointer}.{name}");
            match section {
                "fields" => self.field(&pointer, name, entry),
                "options" => self.read::<OptionSpec>(&pointer, entry),
                "rules" => self.read::<Rule>(&pointer, entry),
                _ => self.wire_path(&pointer, name),
            }
        }
    }

    fn field(&mut self, pointer: &str, name: &str, entry: &Value) {
        let Some(leaf) = Leaf::from_path(name) else {
            return self.problem(pointer, "no request has this field");
        };
        let Value::Object(entry) = entry else {
            return self.problem(pointer, "expected an object");
        };
        let known = |key: &str| {
            ["source", "since", "dated_by"].contains(&key)
                || attributes(leaf).iter().any(|known| known.contains(&key))
        };
        for (key, value) in entry {
            if known(key) {
                self.read::<Field>(pointer, &json!({ key: value }));
            } else {
                self.problem(format!("{pointer}.{key}"), format!("{leaf} has no such attribute"));
            }
        }
        self.attributes(pointer, entry);
    }

    /// What the types cannot say.
    fn attributes(&mut self, pointer: &str, entry: &Map<String, Value>) {
        for path in strings(entry.get("to")) {
            self.wire_path(&format!("{pointer}.to"), path);
        }
        if entry.get("step").and_then(Value::as_f64).is_some_and(|step| step <= 0.0) {
            self.problem(format!("{pointer}.step"), "is not above 0");
        }
        let required = entry.get("required").is_some_and(|required| required == true);
        if required && entry.get("required_unless").is_some_and(Value::is_array) {
            self.problem(format!("{pointer}.required_unless"), "stands beside required");
        }
        for key in ["required_unless", "implied_with", "split_with"] {
            for group in
                strings(entry.get(key)).into_iter().filter(|path| Leaf::group(path).is_empty())
            {
                self.problem(format!("{pointer}.{key}"), format!("no request has field {group:?}"));
            }
        }
    }

    fn wire_path(&mut self, pointer: &str, path: &str) {
        if path.split('.').any(str::is_empty) {
            self.problem(pointer, format!("{path:?} is no dotted wire path"));
        }
    }
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn check_order(path: &str, offer: &OfferFile) -> Vec<SpecProblem> {
    let problem = |pointer: String, problem: &str| SpecProblem {
        file: path.to_owned(),
        pointer,
        problem: problem.to_owned(),
    };
    let mut problems = Vec::new();
    if offer.revisions.is_empty() {
        let none = "there is none; the oldest states the offer in full";
        problems.push(problem("revisions".to_owned(), none));
    }
    for (at, pair) in offer.revisions.windows(2).enumerate() {
        if pair[0].since >= pair[1].since {
            let pointer = format!("revisions[{}].since", at + 1);
            let late = "is not after the revision before it; the oldest comes first";
            problems.push(problem(pointer, late));
        }
    }
    problems
}
