//! Every limit of every offer on each of its dates: a case on it, one inside, one just outside.
//!
//! Cases are generated from the resolved specs, so a new limit is tested by being written down; an
//! attribute that no generator knows fails. Whatever is accepted must also satisfy the vendor's own
//! schema, and whatever is refused must be refused for exactly the expected reason, with its page.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // A panic is a failed trial.

mod areas;
mod case;
mod geometry;
mod limit;
mod media;
mod numbers;
mod presence;
mod rules;
mod texts;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::Arc;

use genmux::Leaf;
use genmux_tests::schema::{Subject, subjects};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

use case::{Case, check};
use limit::Limit;

type Generator = fn(&Limit<'_>) -> Vec<Case>;

/// The generator of every attribute of a field.
const ATTRIBUTES: &[(&str, Generator)] = &[
    ("as", presence::encoding),
    ("chars", texts::chars),
    ("dated_by", presence::nothing),
    ("default", presence::default),
    ("envelope", presence::envelope),
    ("forms", texts::forms),
    ("height", geometry::height),
    ("implied", presence::implied),
    ("implied_with", presence::implied_with),
    ("items", media::items),
    ("key", presence::key),
    ("max", numbers::max),
    ("max_bytes", media::max_bytes),
    ("max_seconds", media::max_seconds),
    ("min", numbers::min),
    ("note", presence::note),
    ("required", presence::required),
    ("required_unless", presence::required_unless),
    ("sides", media::sides),
    ("since", presence::nothing),
    ("source", presence::nothing),
    ("split_with", presence::split_with),
    ("step", numbers::step),
    ("table", geometry::table),
    ("tags", texts::tags),
    ("tiers", geometry::tiers),
    ("to", presence::to),
    ("total_seconds", media::total_seconds),
    ("values", numbers::values),
    ("width", geometry::width),
    ("with", presence::beside),
    ("words", texts::words),
];

/// The generator of every kind of rule.
const RULES: &[(&str, Generator)] = &[
    ("excludes", rules::excludes),
    ("excludes_value", rules::excludes_value),
    ("no_effect", rules::no_effect),
    ("requires", rules::requires),
    ("sum_at_most", rules::sum_at_most),
];

/// What the other parts of the files may say; each is exercised beside the fields.
const PARTS: &[(&str, &[&str])] = &[
    ("options", &["type", "values"]),
    ("body", &["fields", "options", "rules", "constants"]),
    ("model", &["default_ratio", "default_tier", "fps", "limits", "sizes"]),
    ("provider", &["asset_prefix", "inline_max_bytes", "media", "model", "task_id"]),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let subjects: Vec<Arc<Subject>> = subjects().into_iter().map(Arc::new).collect();
    let unknown = subjects.iter().flat_map(|subject| unknown(subject)).collect::<BTreeSet<_>>();
    let mut trials: Vec<Trial> = subjects.iter().flat_map(cases).map(trial).collect();
    trials.push(Trial::test("every attribute has a generator", move || known(&unknown)));
    let names: Vec<String> = trials.iter().map(|trial| trial.name().to_owned()).collect();
    trials.push(Trial::test("no two cases have one name", move || distinct(names)));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(case: Case) -> Trial {
    Trial::test(case.name.clone(), move || check(&case))
}

fn cases(subject: &Arc<Subject>) -> Vec<Case> {
    let mut cases = rules::absent_of(subject);
    cases.extend(rules::options_of(subject));
    cases.extend(rules::constants_of(subject));
    for (field, spec) in section(&subject.spec, "fields") {
        for (attribute, value) in spec.as_object().into_iter().flatten() {
            cases.extend(generate(ATTRIBUTES, &Limit { subject, field, attribute, value }));
        }
        if Leaf::from_path(field).is_some_and(Leaf::is_media) && subject.is_wired(field) {
            let forms = &subject.provider["media"];
            let limit = Limit { subject, field, attribute: "media", value: forms };
            cases.extend(media::source_forms(&limit));
            cases.extend(media::inline(&limit));
        }
    }
    for (field, value) in limit::upstream(subject) {
        cases.extend(numbers::upstream(&Limit { subject, field, attribute: "limits", value }));
    }
    for (field, value) in section(&subject.spec, "rules") {
        let attribute = value["rule"].as_str().unwrap_or_default();
        cases.extend(generate(RULES, &Limit { subject, field, attribute, value }));
    }
    for (field, value) in section(&subject.spec, "options") {
        cases.extend(rules::option(&Limit { subject, field, attribute: "option", value }));
    }
    cases
}

fn generate(generators: &[(&str, Generator)], limit: &Limit<'_>) -> Vec<Case> {
    let found = generators.iter().find(|(name, _)| *name == limit.attribute);
    found.map(|(_, generator)| generator(limit)).unwrap_or_default()
}

fn section<'a>(spec: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    spec[name].as_object().into_iter().flatten()
}

/// What the files of an offer say and nothing here exercises.
fn unknown(subject: &Subject) -> Vec<String> {
    let mut unknown = Vec::new();
    let mut look = |part: &str, found: &Value, known: &[&str]| {
        let keys = found.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
        unknown.extend(keys.filter(|key| !known.contains(key)).map(|key| format!("{part} {key}")));
    };
    let names = |table: &[(&'static str, Generator)]| -> Vec<&str> {
        table.iter().map(|(name, _)| *name).collect()
    };
    section(&subject.spec, "fields").for_each(|(_, spec)| look("fields", spec, &names(ATTRIBUTES)));
    section(&subject.spec, "options").for_each(|(_, spec)| look("options", spec, PARTS[0].1));
    let plain = ["name", "kind", "workflows", "source", "since", "dated_by", "base_url"];
    look("model", &subject.model, &[PARTS[2].1, &plain].concat());
    look("provider", &subject.provider, &[PARTS[3].1, &plain, &["image", "video"]].concat());
    for (_, rule) in section(&subject.spec, "rules") {
        let kind = rule["rule"].as_str().unwrap_or_default();
        if !names(RULES).contains(&kind) {
            unknown.push(format!("rules {kind}"));
        }
    }
    unknown
}

fn known(unknown: &BTreeSet<String>) -> Result<(), Failed> {
    if unknown.is_empty() { Ok(()) } else { Err(format!("no case for {unknown:?}").into()) }
}

fn distinct(mut names: Vec<String>) -> Result<(), Failed> {
    names.sort();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map_or(Ok(()), |pair| Err(format!("{} stands twice", pair[0]).into()))
}
