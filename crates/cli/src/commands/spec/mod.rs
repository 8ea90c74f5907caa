//! `genmux spec`: check, resolve, diff, new, impact.

mod diff;
mod document;
mod impact;
mod new;

pub(crate) use diff::spec_diff;
pub(crate) use impact::spec_impact;
pub(crate) use new::spec_new;

use std::io::Write;
use std::path::Path;

use genmux::{Catalog, SpecProblem};
use serde_json::json;

use super::{print_json, stdout};
use crate::Done;
use crate::args::SpecResolve;
use crate::fail::Failure;
use crate::input;

/// Mistakes in spec files are unreadable input, so they end with exit code 2.
pub(crate) fn spec_check(directory: Option<&Path>, json: bool) -> Result<Done, Failure> {
    let catalog = input::catalog(directory)?;
    let problems = catalog.check();
    if json {
        print_json(&problems.iter().map(shown).collect::<Vec<_>>())?;
    }
    if problems.is_empty() {
        let offers = catalog.names().count();
        writeln!(anstream::stderr(), "{offers} offers, no problems")?;
        return Ok(Done::Accepted);
    }
    if !json {
        let mut out = stdout();
        for problem in &problems {
            writeln!(out, "{problem}")?;
        }
    }
    let problems = problems.len();
    let noun = if problems == 1 { "problem" } else { "problems" };
    Err(Failure::Said(format!("{problems} {noun} in spec files")))
}

fn shown(problem: &SpecProblem) -> serde_json::Value {
    json!({ "file": problem.file, "pointer": problem.pointer, "problem": problem.problem })
}

pub(crate) fn spec_resolve(catalog: &Catalog, args: &SpecResolve) -> Result<Done, Failure> {
    let offer = input::dated(catalog, args.as_of).offer(&args.offer)?;
    print_json(&offer.resolved())?;
    Ok(Done::Accepted)
}
