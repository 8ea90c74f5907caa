//! What came of a request at a hostile vendor: who judges it, and what its user sees.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use genmux::{Error, Event, Outcome, RunError};
use genmux_tests::subject::Subject;
use tempfile::TempDir;

use crate::vendor::{Step, Vendor};

/// What came of it.
pub(crate) struct Played {
    pub(crate) vendor: Vendor,
    pub(crate) ended: Result<Outcome, RunError>,
    pub(crate) events: Vec<Event>,
    pub(crate) folder: TempDir,
    pub(crate) subject: &'static Subject,
    pub(crate) refused: usize,
}

/// Most characters of any one text.
const MOST_TEXT: usize = 2_000;
/// Most bytes of all that is said, in JSON.
const MOST_JSON: usize = 100_000;

/// Whether a text drives a terminal, or makes a line read as another one.
pub(crate) fn is_unsafe(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2066}'..='\u{2069}');
    c.is_control() || turns
}

impl Played {
    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    pub(crate) fn error(&self) -> &Error {
        self.ended.as_ref().unwrap_err().failed().unwrap()
    }

    /// Names of what was saved.
    pub(crate) fn files(&self) -> Vec<String> {
        names(&self.out())
    }

    /// What holds in every case.
    pub(crate) fn judge(&self) {
        let charges = self.vendor.charges();
        assert!(charges <= 1 + self.refused, "{charges} charges");
        for text in self.texts() {
            let len = text.chars().count();
            assert!(len <= MOST_TEXT, "{len} characters: {}…", &text[..200]);
            assert!(!text.contains(is_unsafe), "{text:?}");
        }
        let json = match &self.ended {
            Ok(outcome) => serde_json::to_string(outcome).unwrap(),
            Err(error) => serde_json::to_string(error.failed().unwrap()).unwrap(),
        };
        assert!(json.len() <= MOST_JSON, "{} bytes: {}", json.len(), &json[..2000]);
        assert_eq!(names(self.folder.path()), ["out"], "all in its folder");
        let parts = self.settled_files();
        assert!(parts.iter().all(|name| !name.contains(".part")), "{parts:?}");
        let saved = self.ended.as_ref().map_or(0, |outcome| outcome.artifacts.len());
        assert!(parts.len() <= saved.max(1), "{parts:?}");
    }

    /// Names of what was saved, once the disk is done: a file of which the end is not waited for
    /// goes when its last piece is written.
    fn settled_files(&self) -> Vec<String> {
        for _ in 0..100 {
            if self.files().iter().all(|name| !name.contains(".part")) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.files()
    }

    /// Every text that reaches a person.
    fn texts(&self) -> Vec<String> {
        let mut texts: Vec<String> = self.events.iter().filter_map(text).collect();
        match &self.ended {
            Ok(outcome) => texts.extend(said(outcome)),
            Err(error) => texts.push(error.to_string()),
        }
        texts
    }

    /// What the user sees, without what differs from run to run.
    pub(crate) fn seen(&self) -> String {
        let seen = match &self.ended {
            Ok(outcome) if outcome.failures.is_empty() => "a result".to_owned(),
            Ok(outcome) => format!("a result, and beside it {}", outcome.failures[0]),
            Err(error) => {
                let error = error.failed().unwrap();
                let before = self.events.iter().find_map(|event| match event {
                    Event::PollFailed { message } => Some(message),
                    _ => None,
                });
                let before = before.map(|it| format!(" (each time: {it})")).unwrap_or_default();
                format!("{}: {}{before}", error.kind, error.message)
            }
        };
        let ids = self.vendor.asked(Step::Submit).into_iter().filter_map(|asked| {
            let sent: serde_json::Value = serde_json::from_slice(&asked.body).ok()?;
            Some(sent[0]["taskUUID"].as_str()?.to_owned())
        });
        let seen = ids.fold(seen, |seen, id| seen.replace(&id, "JOB"));
        // The moments of certificates.
        let seen = seen.split(": verification time").next().unwrap_or_default().to_owned();
        let port = format!(":{}", self.vendor.port);
        let seen = seen.replace(&port, "").replace("job_1", "JOB");
        seen.replace(&format!(" {}", self.subject.name), " the vendor")
    }
}

fn text(event: &Event) -> Option<String> {
    match event {
        Event::PollFailed { message } | Event::Unwritten { message } => Some(message.clone()),
        _ => None,
    }
}

fn said(outcome: &Outcome) -> Vec<String> {
    let failures = outcome.failures.iter().map(ToString::to_string);
    let differences = outcome.differences.iter().map(|it| format!("{} {}", it.field, it.got));
    let artifacts = outcome.artifacts.iter().flat_map(|it| {
        let path = it.path.as_ref().map(|path| path.display().to_string());
        path.into_iter().chain(it.mime.clone())
    });
    failures.chain(differences).chain(artifacts).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

impl Played {
    /// Whether this vendor was played.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.subject.name == name
    }
}
