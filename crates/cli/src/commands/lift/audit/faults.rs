//! What is wrong with one payload.

use genmux::spec::Status;
use genmux::{
    Enclosed, Lifted, Offer, RecognizeError, Recognized, Row, Violation, ViolationKind, one_line,
};
use serde::Serialize;
use serde_json::Value;

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rule {
    IgnoredKey,
    RefusedKey,
    LimitBroken,
    NoEffect,
    RetiredModel,
    Unreadable,
}

impl Rule {
    pub(super) const ALL: [Rule; 6] = [
        Rule::IgnoredKey,
        Rule::RefusedKey,
        Rule::LimitBroken,
        Rule::NoEffect,
        Rule::RetiredModel,
        Rule::Unreadable,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Rule::IgnoredKey => "ignored_key",
            Rule::RefusedKey => "refused_key",
            Rule::LimitBroken => "limit_broken",
            Rule::NoEffect => "no_effect",
            Rule::RetiredModel => "retired_model",
            Rule::Unreadable => "unreadable",
        }
    }

    pub(super) const fn meaning(self) -> &'static str {
        match self {
            Rule::IgnoredKey => "a key that the vendor does not know for the model",
            Rule::RefusedKey => "a key that the vendor does not know and refuses",
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
    /// The wire key, where one is meant.
    pub(super) key: Option<String>,
    /// The wire key, or the field of a request.
    pub(super) field: Option<String>,
    pub(super) message: String,
    pub(super) source: Option<String>,
}

/// Where a call stands.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) call: usize,
    pub(super) line: Option<usize>,
}

pub(super) fn unreadable(At { call, line }: At, message: &str) -> Finding {
    let (rule, offer) = (Rule::Unreadable, None);
    // Keys come from outside, and the message goes to a terminal.
    let message = one_line(message, 1500);
    Finding { call, line, offer, rule, kind: None, key: None, field: None, message, source: None }
}

/// Everything that is wrong with one payload; of what a shell fills in nothing can be said.
pub(super) fn faults(
    at: At,
    found: &Recognized<'_>,
    filled_in: bool,
) -> Result<Vec<Finding>, RecognizeError> {
    let (offer, lifted) = (found.offer()?, found.lift()?);
    let payload = Payload { at, offer, sent: &found.sent, lifted: &lifted };
    let mut findings: Vec<Finding> = payload.retired().into_iter().collect();
    findings.extend(found.sent.malformed.map(|problem| unreadable(at, problem)));
    findings.extend(lifted.unknown().iter().map(|key| payload.stranger(key)));
    if found.sent.is_certain {
        findings.extend(payload.envelope());
    }
    let rows = if filled_in { lifted.ledger() } else { Vec::new() };
    let violations = lifted.violations.iter().filter(|violation| !is_filled_in(violation, &rows));
    findings.extend(violations.map(|violation| payload.broken(violation)));
    Ok(findings)
}

/// Whether the value that breaks a limit is one that the shell puts together.
fn is_filled_in(violation: &Violation, rows: &[Row]) -> bool {
    let begins = |path: &str| violation.message.split(' ').next() == Some(path);
    let about = |row: &&Row| row.field == violation.field || row.wire.iter().any(|it| begins(it));
    rows.iter().filter(about).any(|row| is_open(&row.value))
}

/// Whether a shell puts a value together.
fn is_open(value: &Value) -> bool {
    value.to_string().contains(['$', '`'])
}

/// One payload that was read.
struct Payload<'a> {
    at: At,
    offer: &'a Offer,
    sent: &'a Enclosed<'a>,
    lifted: &'a Lifted<'a>,
}

impl Payload<'_> {
    fn finding(&self, rule: Rule, message: &str) -> Finding {
        let At { call, line } = self.at;
        let offer = Some(self.offer.name().to_owned());
        Finding { offer, rule, ..unreadable(At { call, line }, message) }
    }

    fn retired(&self) -> Option<Finding> {
        let offer = self.offer;
        if offer.status() != Status::Retired {
            return None;
        }
        let since = offer.retired_on().map(|day| format!(" since {day}")).unwrap_or_default();
        let message = format!("{} is no longer offered{since}", offer.vendor_id());
        let source = Some(offer.source().to_owned());
        Some(Finding { source, ..self.finding(Rule::RetiredModel, &message) })
    }

    /// A key that the offer does not know, or that acts elsewhere.
    fn stranger(&self, key: &str) -> Finding {
        let is_beside = self.sent.envelope.iter().any(|(beside, _)| *beside == key)
            && self.sent.payload.get(key).is_none();
        let elsewhere = self.sent.misplaced.iter().find(|(name, _)| *name == key);
        let id = self.offer.vendor_id();
        let message = match elsewhere {
            _ if is_beside => format!("{key} is no key of the body around the input"),
            Some((_, what)) => format!("{key} is no key of {id}: it {what}"),
            None => format!("{key} is no key of {id}; it takes {}", self.lifted.known().join(", ")),
        };
        let refused = is_beside || self.sent.refuses_unknown;
        let rule = if refused { Rule::RefusedKey } else { Rule::IgnoredKey };
        self.of_key(key, self.finding(rule, &message))
    }

    /// What genmux would write itself: keys that are missing, and values that nobody documents.
    fn envelope(&self) -> Vec<Finding> {
        let faults = self.lifted.envelope_faults().into_iter().map(|(key, message)| {
            let kind = Some(ViolationKind::Missing);
            self.of_key(&key, Finding { kind, ..self.finding(Rule::LimitBroken, &message) })
        });
        let mut findings: Vec<Finding> = faults.collect();
        for (key, documented) in self.sent.documented {
            let given = self.sent.payload.get(key).filter(|given| !given.is_null());
            let Some(given) = given.filter(|given| !is_open(given)) else { continue };
            if !documented.iter().any(|value| given == value) {
                let message = format!("{key} takes one of {}", documented.join(", "));
                let kind = Some(ViolationKind::NotAccepted);
                let finding = Finding { kind, ..self.finding(Rule::LimitBroken, &message) };
                findings.push(self.of_key(key, finding));
            }
        }
        findings
    }

    fn of_key(&self, key: &str, finding: Finding) -> Finding {
        let source = Some(self.offer.source().to_owned());
        Finding { key: Some(key.to_owned()), field: Some(key.to_owned()), source, ..finding }
    }

    /// A limit that is broken; it names the wire key before our field.
    fn broken(&self, violation: &Violation) -> Finding {
        let rule = match violation.kind {
            ViolationKind::NoEffect => Rule::NoEffect,
            _ => Rule::LimitBroken,
        };
        let key = self.lifted.wire_key(&violation.field);
        let is_named = |keys: &&String| keys.split(", ").any(|key| violation.message.contains(key));
        let message = match key.as_ref().filter(|key| !is_named(key)) {
            Some(key) => format!("{key}: {}", violation.message),
            None => violation.message.clone(),
        };
        Finding {
            kind: Some(violation.kind),
            field: Some(violation.field.clone()),
            source: violation.source.clone(),
            key,
            ..self.finding(rule, &message)
        }
    }
}
