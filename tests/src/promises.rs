//! The promises of genmux, with what they do not cover and the tests that hold them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::golden;

/// One promise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// A few words.
    pub title: String,
    /// The promise in one sentence.
    pub promise: String,
    /// What it does not cover.
    pub not_covered: String,
    /// The tests that hold it.
    pub tests: Vec<Held>,
}

/// Tests of one target, by a part of their names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The package.
    pub package: String,
    /// The test target, or `lib` for the tests within the crate.
    pub target: String,
    /// Part of their names; empty for all of the target.
    pub filter: String,
}

/// All promises, as `tests/promises.json` lists them.
///
/// # Panics
/// Where the file cannot be read.
#[allow(clippy::panic)] // The suites and the command that call it cannot go on.
pub fn read() -> Vec<Promise> {
    let path = golden::folder().join("promises.json");
    let text = fs::read_to_string(&path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The beginning of `docs/guarantees.md`.
pub fn page(promises: &[Promise]) -> String {
    let mut text = String::from(
        "# What genmux guarantees\n\nOne sentence a promise, what it does not cover, and the tests \
         that hold it. `cargo run -p genmux-tests --bin promises` runs them all and prints this \
         list with what came of each. The list is `tests/promises.json`, the tables below are \
         written by the runs that they tell of; `UPDATE_GOLDEN=1` writes each part anew, and \
         without it a stale page fails. Promises about charges and jobs are those of work that is \
         run with a journal (`genmux generate` always has one; in the library `Settings { journal: \
         Some(..) }`).\n\n",
    );
    for (at, Promise { title, promise, not_covered, tests }) in promises.iter().enumerate() {
        let tests: Vec<String> = tests.iter().map(Held::shown).collect();
        let (at, tests) = (at + 1, tests.join(", "));
        let _infallible = writeln!(
            text,
            "{at}. **{title}.** {promise} *Not covered:* {not_covered} *Held by* {tests}."
        );
    }
    text.push('\n');
    text
}

impl Held {
    /// As the page names them.
    pub fn shown(&self) -> String {
        let Held { package, target, filter } = self;
        let package = package.strip_prefix("genmux-").unwrap_or(package);
        if filter.is_empty() {
            return format!("`{package}/{target}`");
        }
        format!("`{package}/{target} {filter}`")
    }

    /// The arguments of `cargo test`. The whole workspace is named, so that nothing is built a
    /// second time with other features.
    pub fn arguments(&self) -> Vec<&str> {
        let mut arguments = vec!["test", "--workspace", "--locked"];
        match self.target.as_str() {
            "lib" => arguments.extend(["--lib"]),
            target => arguments.extend(["--test", target]),
        }
        arguments.extend(["--", &self.filter]);
        arguments.retain(|argument| !argument.is_empty());
        arguments
    }

    /// Whether the target is there and its files name such a test; nothing is run.
    ///
    /// # Errors
    /// Says what is not there.
    pub fn is_written(&self) -> Result<(), String> {
        let sources = sources(&self.places());
        let shown = self.shown();
        if sources.is_empty() {
            return Err(format!("{shown}: there is no such target"));
        }
        let name = self.filter.trim_end_matches(':');
        let named = |text: &String| text.contains(name) || self.parts_are_in(text);
        if sources.iter().any(named) { Ok(()) } else { Err(format!("{shown}: no file names it")) }
    }

    /// A path of modules and a name: both stand somewhere in one file, or the module is the file.
    fn parts_are_in(&self, text: &str) -> bool {
        let mut parts = self.filter.split("::").filter(|part| !part.is_empty());
        parts.all(|part| text.contains(part))
    }

    fn places(&self) -> Vec<PathBuf> {
        let root = golden::folder().join("..");
        let folder = match self.package.strip_prefix("genmux-") {
            Some("tests") => root.join("tests/suites"),
            Some(name) => root.join("crates").join(name),
            None => root.join("crates").join(&self.package),
        };
        let target = &self.target;
        let below = match (self.package.as_str(), target.as_str()) {
            (_, "lib") => vec!["src".to_owned()],
            ("genmux-tests", _) => vec![target.clone(), format!("{target}.rs")],
            _ => vec![format!("tests/{target}"), format!("tests/{target}.rs")],
        };
        below.into_iter().map(|below| folder.join(below)).collect()
    }
}

/// The Rust files below some places, each with its own name before it, for it is a module.
fn sources(places: &[PathBuf]) -> Vec<String> {
    let (mut found, mut left) = (Vec::new(), places.to_vec());
    while let Some(place) = left.pop() {
        let entries = fs::read_dir(&place).into_iter().flatten().flatten();
        left.extend(entries.map(|entry| entry.path()));
        if place.extension().is_some_and(|it| it == "rs")
            && let Ok(text) = fs::read_to_string(&place)
        {
            found.push(format!("{}\n{text}", stem(&place)));
        }
    }
    found
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
