//! What is wrong with each call.

use std::path::{Path, PathBuf};

use genmux::calls::{Call, Seen, Unread};
use genmux::{Hints, LiftError, RecognizeError, Recognizer};
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

use super::faults::{At, Finding, Rule, faults, unreadable};

/// Findings that are listed; those beyond are counted, so that no file fills the memory.
const MOST_LISTED: usize = 10_000;

/// What was found in a file.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) file: PathBuf,
    /// Calls that ask for pictures or clips.
    pub(super) calls: usize,
    /// Calls among them of which nothing can be said.
    pub(super) not_looked_at: usize,
    /// Requests of another kind or to somebody else.
    pub(super) others: usize,
    pub(super) findings: Vec<Finding>,
    /// Calls of which nothing can be said, and why.
    pub(super) unread: Vec<Unclear>,
    /// Findings and calls beyond the first 10,000 of each, counted and not listed.
    pub(super) left_off: usize,
    /// How many findings each rule has.
    pub(super) sums: IndexMap<Rule, usize>,
    #[serde(skip)]
    from: Option<String>,
    #[serde(skip)]
    recognizer: Recognizer,
    #[serde(skip)]
    seen: usize,
    #[serde(skip)]
    last_unclear: usize,
}

/// A call of which nothing can be said.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Unclear {
    pub(super) call: usize,
    pub(super) line: Option<usize>,
    pub(super) reason: String,
}

impl Report {
    pub(super) fn new(file: &Path, from: Option<&str>, recognizer: Recognizer) -> Report {
        Report {
            file: file.to_owned(),
            calls: 0,
            not_looked_at: 0,
            others: 0,
            findings: Vec::new(),
            unread: Vec::new(),
            left_off: 0,
            sums: Rule::ALL.map(|rule| (rule, 0)).into_iter().collect(),
            from: from.map(str::to_owned),
            recognizer,
            seen: 0,
            last_unclear: 0,
        }
    }

    /// Looks at one call more.
    pub(super) fn add(&mut self, seen: Seen) {
        self.seen += 1;
        let at = At { call: self.seen, line: seen.line };
        match seen.call {
            Ok(call) => self.add_call(at, call),
            Err(unread) => self.add_unread(at, &unread),
        }
    }

    /// Whether nothing could be looked at.
    pub(super) const fn is_blind(&self) -> bool {
        self.calls == self.not_looked_at
    }

    fn add_call(&mut self, at: At, mut call: Call) {
        let is_whole = !call.body.is_null();
        let mut is_call = false;
        for body in tasks(std::mem::take(&mut call.body)).into_iter().filter(|_| is_whole) {
            call.body = body;
            is_call |= self.add_body(at, &call);
        }
        self.calls += usize::from(is_call);
        self.others += usize::from(!is_call);
    }

    /// Looks at one body, and says whether it asks for pictures or clips.
    fn add_body(&mut self, at: At, call: &Call) -> bool {
        // What is sent to an address needs no name; a body alone may.
        let from = self.from.clone().filter(|_| call.url.is_none());
        let mut hints = Hints::default();
        (hints.from, hints.url) = (from.as_deref(), call.url.as_deref());
        let mut added = Vec::new();
        match self.recognizer.recognize(&call.body, &hints) {
            Ok(found) => {
                for found in &found {
                    match faults(at, found, call.filled_in.is_some()) {
                        Ok(faults) => added.extend(faults),
                        Err(error) => self.unclear(at, error.to_string()),
                    }
                }
            }
            Err(RecognizeError::Lift(error @ (LiftError::Body(_) | LiftError::NotAnObject(_)))) => {
                added.push(unreadable(at, &error.to_string()));
            }
            Err(RecognizeError::Nobodys | RecognizeError::NotOf { .. }) => return false,
            Err(error @ RecognizeError::Hidden { .. }) => {
                self.unclear(at, format!("{error} with --from, alone and without its address"));
            }
            Err(error) => self.unclear(at, error.to_string()),
        }
        self.extend(added);
        true
    }

    /// A broken body is a fault where it goes to a vendor.
    fn add_unread(&mut self, at: At, unread: &Unread) {
        let to_vendor = unread.url.as_deref().map(|url| self.recognizer.knows_address(url));
        match to_vendor {
            Some(false) => self.others += 1,
            Some(true) if unread.is_body => {
                self.calls += 1;
                self.extend(vec![unreadable(at, &unread.problem)]);
            }
            _ => {
                self.calls += 1;
                self.unclear(at, unread.problem.clone());
            }
        }
    }

    fn unclear(&mut self, At { call, line }: At, reason: String) {
        self.not_looked_at += usize::from(self.last_unclear != call);
        self.last_unclear = call;
        let unclear = Unclear { call, line, reason };
        self.left_off += usize::from(!listed(&mut self.unread, unclear));
    }

    fn extend(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            *self.sums.entry(finding.rule).or_default() += 1;
            self.left_off += usize::from(!listed(&mut self.findings, finding));
        }
    }
}

/// The tasks of an array one by one, as kinds may be mixed there; any other body as it is.
fn tasks(body: Value) -> Vec<Value> {
    match body {
        Value::Array(tasks) if tasks.iter().any(|task| task["taskType"].is_string()) => {
            tasks.into_iter().map(|task| Value::Array(vec![task])).collect()
        }
        body => vec![body],
    }
}

/// Whether there was room for one more.
fn listed<T>(list: &mut Vec<T>, one: T) -> bool {
    let has_room = list.len() < MOST_LISTED;
    if has_room {
        list.push(one);
    }
    has_room
}
