//! A folder, a journal, marked keys, and vendors where they are needed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use crate::marks::{KEYS, Mark, found};
use crate::support::{Run, Sandbox, genmux_with};

/// Where a command works, and what it leaves.
pub(crate) struct Desk {
    pub(crate) sandbox: Option<Sandbox>,
    folder: TempDir,
}

impl Desk {
    /// Without vendors: whoever calls one fails.
    pub(crate) fn offline() -> Desk {
        Desk { sandbox: None, folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn online() -> Desk {
        Desk { sandbox: Some(Sandbox::start()), ..Desk::offline() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of the caller's own, which may hold anything: it is not searched.
    pub(crate) fn own(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(&format!("own-{name}"));
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn out(&self) -> String {
        self.path("out").to_str().unwrap().to_owned()
    }

    /// All calls of a step at a provider go wrong.
    pub(crate) fn fault(&self, step: &str, times: u32, fault: &serde_json::Value) {
        let rules = json!([{ "step": step, "times": times, "fault": fault }]);
        self.sandbox.as_ref().unwrap().fault(&rules.to_string());
    }

    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> =
            KEYS.iter().map(|(name, key)| ((*name).to_owned(), (*key).to_owned())).collect();
        let nowhere = ["http://127.0.0.1:1"; 3].map(str::to_owned).to_vec();
        let urls = self.sandbox.as_ref().map_or(&nowhere, |sandbox| &sandbox.urls);
        for (name, url) in ["RUNWARE", "REPLICATE", "SCENARIO"].iter().zip(urls) {
            all.push((format!("{name}_BASE_URL"), url.clone()));
        }
        all.push(("GENMUX_JOURNAL".into(), self.path("journal.db").to_str().unwrap().into()));
        all.push(("GENMUX_LEASE".into(), "1s".into()));
        // Nothing reads it today; whoever adds a log is searched too.
        all.push(("RUST_LOG".into(), "trace".into()));
        all.push(("RUST_BACKTRACE".into(), "full".into()));
        all
    }

    /// Runs a command and checks that its streams hold exactly the marks that belong there:
    /// standard error none, standard output those that are named.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str], input: &str, out: &[Mark]) -> Run {
        let variables = self.variables();
        let variables: Vec<_> = variables.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let run = genmux_with(&variables, args, input);
        holds("standard output", args, run.out.as_bytes(), out);
        holds("standard error", args, run.err.as_bytes(), &[]);
        run
    }

    /// Searches the files: journals, manifests, and everything else.
    #[track_caller]
    pub(crate) fn search(&self, journal: &[Mark], manifests: &[Mark]) {
        let set = |marks: &[Mark]| marks.iter().copied().collect::<BTreeSet<Mark>>();
        let expected = [set(journal), set(manifests), BTreeSet::new()];
        assert_eq!(self.places(), expected, "journal, manifests, other files");
    }

    /// As [`Desk::search`], where there may be no manifest, and an output or none.
    #[track_caller]
    pub(crate) fn search_within(&self, journal: &[Mark], manifests: &[Mark]) {
        let [mut journals, mut kept, others] = self.places();
        journals.remove(&Mark::Made);
        kept.remove(&Mark::Made);
        assert_eq!(journals, journal.iter().copied().collect());
        assert!(kept.iter().all(|mark| manifests.contains(mark)), "{kept:?}");
        assert_eq!(others, BTreeSet::new());
    }

    fn places(&self) -> [BTreeSet<Mark>; 3] {
        let mut places = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
        for path in files(self.folder.path()) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let place = match name {
                name if name.starts_with("own-") => continue,
                name if name.contains("journal.db") => 0,
                _ if path.extension().is_some_and(|it| it == "json") => 1,
                _ => 2,
            };
            places[place].extend(found(path.to_str().unwrap().as_bytes()));
            places[place].extend(found(&fs::read(&path).unwrap()));
        }
        places
    }
}

#[track_caller]
pub(crate) fn holds(what: &str, args: &[&str], bytes: &[u8], expected: &[Mark]) {
    let expected: BTreeSet<Mark> = expected.iter().copied().collect();
    let found = found(bytes);
    assert_eq!(found, expected, "{what} of {args:?}: {}", String::from_utf8_lossy(bytes));
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, mut all): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    all.extend(folders.iter().flat_map(|folder| files(folder)));
    all
}
