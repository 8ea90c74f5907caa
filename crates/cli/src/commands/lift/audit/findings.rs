//! What is wrong with each call.

use std::path::{Path, PathBuf};

use genmux::spec::Status;
use genmux::{
    Hints, LiftError, Lifted, Offer, RecognizeError, Recognized, Recognizer, Row, Violation,
    ViolationKind,
};
use indexmap::IndexMap;
use serde::Serialize;

use super::super::call::Call;
use super::source::{Seen, Unread};

/// Findings that are listed; those beyond are counted, so that no file fills the memory.
const MOST_LISTED: usize = 10_000;

/// What was found in a file.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) file: PathBuf,
    /// Calls that ask for pictures or clips.
    pub(super) calls: usize,
    /// Calls of another kind or to somebody else.
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
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rule {
    IgnoredKey,
    LimitBroken,
    NoEffect,
    RetiredModel,
    Unreadable,
}

impl Rule {
    pub(super) const ALL: [Rule; 5] =
        [Rule::IgnoredKey, Rule::LimitBroken, Rule::NoEffect, Rule::RetiredModel, Rule::Unreadable];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Rule::IgnoredKey => "ignored_key",
            Rule::LimitBroken => "limit_broken",
            Rule::NoEffect => "no_effect",
            Rule::RetiredModel => "retired_model",
            Rule::Unreadable => "unreadable",
        }
    }

    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Rule::IgnoredKey => "a key that the vendor does not know for the model",
            Rule::LimitBroken => "a value that the vendor does not take",
            Rule::NoEffect => "a value that the vendor takes and ignores",
            Rule::RetiredModel => "a model that the vendor no longer offers",
            Rule::Unreadable => "a body that the vendor cannot read",
        }
    }
}

/// One fault of one call.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Finding {
    /// The place of the call in the file, from 1; all calls count.
    pub(super) call: usize,
    pub(super) line: Option<usize>,
    pub(super) offer: Option<String>,
    pub(super) rule: Rule,
    /// Kind of a limit, as in violations.
    pub(super) kind: Option<ViolationKind>,
    /// The wire key, or the field of a request.
    pub(super) field: Option<String>,
    pub(super) message: String,
    pub(super) source: Option<String>,
}

/// A call of which nothing can be said.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Unclear {
    pub(super) call: usize,
    pub(super) line: Option<usize>,
    pub(super) reason: String,
}

/// Where a call stands.
#[derive(Clone, Copy)]
struct At {
    call: usize,
    line: Option<usize>,
}

impl Report {
    pub(super) fn new(file: &Path, from: Option<&str>, recognizer: Recognizer) -> Report {
        Report {
            file: file.to_owned(),
            calls: 0,
            others: 0,
            findings: Vec::new(),
            unread: Vec::new(),
            left_off: 0,
            sums: Rule::ALL.map(|rule| (rule, 0)).into_iter().collect(),
            from: from.map(str::to_owned),
            recognizer,
            seen: 0,
        }
    }

    /// Looks at one call more.
    pub(super) fn add(&mut self, seen: &Seen) {
        self.seen += 1;
        let at = At { call: self.seen, line: seen.line };
        match &seen.call {
            Ok(call) => self.add_call(at, call),
            Err(unread) => self.add_unread(at, unread),
        }
    }

    fn add_call(&mut self, at: At, call: &Call) {
        if call.body.is_null() {
            self.others += 1;
            return;
        }
        // What is sent to an address needs no name; a body alone may.
        let from = self.from.clone().filter(|_| call.url.is_none());
        let mut hints = Hints::default();
        (hints.from, hints.url) = (from.as_deref(), call.url.as_deref());
        let mut added = Vec::new();
        match self.recognizer.recognize(&call.body, &hints) {
            Ok(found) => {
                self.calls += 1;
                for found in &found {
                    match faults(at, found, call.filled_in.is_some()) {
                        Ok(faults) => added.extend(faults),
                        Err(error) => self.unclear(at, error.to_string()),
                    }
                }
            }
            Err(RecognizeError::Lift(error @ (LiftError::Body(_) | LiftError::NotAnObject(_)))) => {
                self.calls += 1;
                added.push(unreadable(at, error.to_string()));
            }
            Err(RecognizeError::Nobodys | RecognizeError::NotOf { .. }) => self.others += 1,
            Err(error) => {
                self.calls += 1;
                self.unclear(at, error.to_string());
            }
        }
        self.extend(added);
    }

    /// A broken body is a fault where it goes to a vendor.
    fn add_unread(&mut self, at: At, unread: &Unread) {
        let to_vendor = unread.url.as_deref().map(|url| self.recognizer.knows_address(url));
        match to_vendor {
            Some(false) => self.others += 1,
            Some(true) if unread.is_body => {
                self.calls += 1;
                self.extend(vec![unreadable(at, unread.problem.clone())]);
            }
            _ => {
                self.calls += 1;
                self.unclear(at, unread.problem.clone());
            }
        }
    }

    fn unclear(&mut self, At { call, line }: At, reason: String) {
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

/// Whether there was room for one more.
fn listed<T>(list: &mut Vec<T>, one: T) -> bool {
    let has_room = list.len() < MOST_LISTED;
    if has_room {
        list.push(one);
    }
    has_room
}

fn unreadable(At { call, line }: At, message: String) -> Finding {
    let rule = Rule::Unreadable;
    Finding { call, line, offer: None, rule, kind: None, field: None, message, source: None }
}

/// Everything that is wrong with one payload; of what a shell fills in nothing can be said.
fn faults(at: At, found: &Recognized<'_>, filled_in: bool) -> Result<Vec<Finding>, RecognizeError> {
    let (offer, lifted) = (found.offer()?, found.lift()?);
    let mut findings: Vec<Finding> = retired(at, offer).into_iter().collect();
    findings.extend(lifted.unknown().iter().map(|key| ignored(at, offer, &lifted, key)));
    let rows = if filled_in { lifted.ledger() } else { Vec::new() };
    let violations = lifted.violations.iter().filter(|violation| !is_filled_in(violation, &rows));
    findings.extend(violations.map(|violation| broken(at, offer, violation)));
    Ok(findings)
}

/// Whether the value that breaks a limit is one that the shell puts together.
fn is_filled_in(violation: &Violation, rows: &[Row]) -> bool {
    let begins = |path: &str| violation.message.split(' ').next() == Some(path);
    let about = |row: &&Row| row.field == violation.field || row.wire.iter().any(|it| begins(it));
    rows.iter().filter(about).any(|row| row.value.to_string().contains(['$', '`']))
}

fn finding(at: At, offer: &Offer, rule: Rule, message: String) -> Finding {
    let At { call, line } = at;
    let offer = Some(offer.name().to_owned());
    Finding { call, line, offer, rule, kind: None, field: None, message, source: None }
}

fn retired(at: At, offer: &Offer) -> Option<Finding> {
    if offer.status() != Status::Retired {
        return None;
    }
    let since = offer.retired_on().map(|day| format!(" since {day}")).unwrap_or_default();
    let message = format!("{} is no longer offered{since}", offer.vendor_id());
    let source = Some(offer.source().to_owned());
    Some(Finding { source, ..finding(at, offer, Rule::RetiredModel, message) })
}

fn ignored(at: At, offer: &Offer, lifted: &Lifted<'_>, key: &str) -> Finding {
    let known = lifted.known().join(", ");
    let message = format!("{key} is no key of {}; it takes {known}", offer.vendor_id());
    let field = Some(key.to_owned());
    let source = Some(offer.source().to_owned());
    Finding { field, source, ..finding(at, offer, Rule::IgnoredKey, message) }
}

fn broken(at: At, offer: &Offer, violation: &Violation) -> Finding {
    let rule = match violation.kind {
        ViolationKind::NoEffect => Rule::NoEffect,
        _ => Rule::LimitBroken,
    };
    Finding {
        kind: Some(violation.kind),
        field: Some(violation.field.clone()),
        source: violation.source.clone(),
        ..finding(at, offer, rule, violation.message.clone())
    }
}
