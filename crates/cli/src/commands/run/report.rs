//! Results on stdout, and how a command ends.

use std::io::Write as _;
use std::path::Path;

use genmux::{Context, CostBasis, ErrorKind, Outcome, Rejection, Request, RunError, Shown};
use serde::Serialize;
use serde_json::Value;

use super::progress::Screen;
use super::work::{Ended, Kept};
use crate::Done;
use crate::commands::{print_json, stdout};
use crate::fail::Failure;

/// What one request gave, in JSON: an outcome, or why there is none.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Result<'a> {
    Outcome(&'a Outcome),
    Rejected(Box<Shown<'a>>),
    Failed { error: &'a genmux::Error },
}

/// What one request gave.
pub(super) fn result<'a>(
    ended: &'a Ended,
    request: &'a Request,
    context: &'a Context,
) -> Result<'a> {
    match ended {
        Ok(outcome) => Result::Outcome(outcome),
        Err(RunError::Rejected(rejection)) => {
            Result::Rejected(Box::new(Shown::rejected(rejection, request, context)))
        }
        Err(RunError::Failed(error)) => Result::Failed { error },
    }
}

/// One object for one request, an array for several.
pub(super) fn print(results: &[Result<'_>]) -> std::result::Result<(), Failure> {
    match results {
        [one] => print_unsigned(one),
        several => print_unsigned(several),
    }
}

/// Prints JSON that may hold outcomes. Their signed addresses stand in the manifest only: standard
/// output ends up in logs, and the files are here.
pub(super) fn print_unsigned<T: Serialize + ?Sized>(value: &T) -> std::result::Result<(), Failure> {
    let mut value = serde_json::to_value(value)?;
    unsign(&mut value);
    print_json(&value)
}

fn unsign(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(unsign),
        Value::Object(fields) => {
            let made = fields.get_mut("artifacts").and_then(Value::as_array_mut);
            let urls = made.into_iter().flatten().filter_map(|it| it.get_mut("url"));
            for url in urls {
                let text = url.as_str().unwrap_or_default();
                *url = unsigned(text).into();
            }
            fields.values_mut().for_each(unsign);
        }
        _ => {}
    }
}

/// An address without what vouches for whoever has it; of media in place of an address, the word.
fn unsigned(url: &str) -> String {
    match url.split_once('?') {
        _ if url.starts_with("data:") => "data:…".to_owned(),
        Some((place, _signature)) => format!("{place}?…"),
        None => url.to_owned(),
    }
}

/// Paths of what was saved, one a line.
pub(super) fn print_paths(ended: &[Ended]) -> std::result::Result<(), Failure> {
    let mut out = stdout();
    let outcomes = ended.iter().filter_map(|ended| ended.as_ref().ok());
    for artifact in outcomes.flat_map(|outcome| &outcome.artifacts) {
        if let Some(path) = &artifact.path {
            writeln!(out, "{}", path.display())?;
        }
    }
    Ok(out.flush()?)
}

/// Says what a person should know about how work ended.
pub(super) fn say(screen: &Screen, label: &str, ended: &Ended, kept: &Kept) {
    let line = |text: String| screen.say(&format!("{label}: {text}"));
    match ended {
        Ok(outcome) => say_outcome(&line, outcome),
        Err(RunError::Rejected(rejection)) => say_rejection(&line, rejection, kept),
        Err(RunError::Failed(error)) => {
            line(error.to_string());
            if error.may_have_been_charged() {
                line("it may have been charged".to_owned());
            }
            if let Some(wait) = error.retry_after {
                line(format!("the vendor asks to wait {} s", wait.as_secs_f64().ceil()));
            }
        }
    }
    match kept.get() {
        Some((job, Ok(path))) if is_open(ended) => line(go_on(&job.id, &path)),
        Some((_, Ok(path))) => line(format!("manifest {}", path.display())),
        Some((_, Err(why))) => line(why),
        None => {}
    }
}

/// Whether waiting again can help: the work has no end yet, as far as is known.
fn is_open(ended: &Ended) -> bool {
    let error = ended.as_ref().err().and_then(RunError::failed);
    error.is_some_and(|error| error.outcome.is_none())
}

fn say_outcome(line: &dyn Fn(String), outcome: &Outcome) {
    for failure in &outcome.failures {
        line(failure.to_string());
    }
    if let Some(short) = outcome.shortfall {
        line(format!("{} of {} results came", short.got, short.asked));
    }
    for difference in &outcome.differences {
        let (asked, got) = (&difference.asked, &difference.got);
        line(format!(
            "output {}: {} is {got} instead of {asked}",
            difference.artifact, difference.field
        ));
    }
    if let Some(cost) = &outcome.cost {
        let basis = if cost.basis == CostBasis::Estimated { ", estimated" } else { "" };
        line(format!("cost {cost}{basis}"));
    }
}

pub(super) fn say_rejection(line: &dyn Fn(String), rejection: &Rejection, kept: &Kept) {
    for violation in rejection.violations() {
        // Messages about media begin with their field.
        let field = &violation.field;
        let named = violation.message.starts_with(field.as_str());
        let field = if named { String::new() } else { format!("{field}: ") };
        line(format!("{field}{}", violation.message));
    }
    let nothing = if kept.has_uploads() {
        "media were uploaded, nothing was submitted"
    } else {
        "nothing was sent"
    };
    line(format!("{} refuses the request; {nothing}", rejection.offer()));
}

/// How waiting goes on.
pub(super) fn go_on(job: &str, manifest: &Path) -> String {
    format!("{job} can be waited for again with: genmux resume {}", quoted(manifest))
}

fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// How a command ends whose work ended so: the worst of all.
pub(super) fn done(ended: &[Ended]) -> Done {
    ended.iter().map(end).max().unwrap_or(Done::Accepted)
}

fn end(ended: &Ended) -> Done {
    match ended {
        Ok(outcome) if outcome.failures.is_empty() => Done::Accepted,
        Ok(_) => Done::Failed,
        Err(RunError::Rejected(_)) => Done::Rejected,
        Err(RunError::Failed(error)) => match error.kind {
            ErrorKind::Timeout if error.job.is_some() => Done::StillRunning,
            // Nobody was asked: it is the caller's to mend.
            ErrorKind::Auth | ErrorKind::Invalid | ErrorKind::NotFound
                if error.status.is_none() && error.job.is_none() =>
            {
                Done::Misused
            }
            _ => Done::Failed,
        },
    }
}
