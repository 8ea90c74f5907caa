//! `genmux spec diff`: a spec beside what its vendor publishes.

use std::io::Write;

use genmux::Catalog;
use genmux::drift::{self, Drift, Finding};
use serde::Serialize;
use serde_json::Value;

use super::document::{Document, document};
use crate::Done;
use crate::args::SpecDiff;
use crate::commands::{print_json, stdout};
use crate::fail::Failure;
use crate::input;
use crate::render::{clean, clean_lines};

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    drift: &'a Drift,
    /// The revision to add.
    add: Option<Value>,
}

pub(crate) fn spec_diff(catalog: &Catalog, args: &SpecDiff) -> Result<Done, Failure> {
    let offer = input::dated(catalog, args.as_of).offer(&args.offer)?;
    let named = (offer.provider(), offer.vendor_id());
    let Document { published, since, source } = document(catalog, named, &args.document)?;
    let drift = drift::diff(&offer, &published);
    let add = drift.revision_to_add(since, &source);
    let late = add.is_some() && since <= offer.revision();
    if args.json {
        print_json(&Answer { drift: &drift, add })?;
    } else {
        print(&drift, add.as_ref(), args.all)?;
    }
    let mut talk = anstream::stderr();
    let (found, unstated) = (drift.differences.len(), drift.unstated.len());
    let differences = if found == 1 { "difference" } else { "differences" };
    let facts = if unstated == 1 { "fact of the spec is" } else { "facts of the spec are" };
    let hint = if args.all || unstated == 0 { "" } else { " (--all lists them)" };
    writeln!(talk, "{found} {differences}; {unstated} {facts} not stated{hint}")?;
    if late {
        let newest = offer.revision();
        writeln!(
            talk,
            "the newest revision is of {newest}: say the same in it, or give a later --since"
        )?;
    }
    Ok(if drift.is_empty() { Done::Accepted } else { Done::Rejected })
}

fn print(drift: &Drift, add: Option<&Value>, all: bool) -> Result<(), Failure> {
    let mut out = stdout();
    let unstated = drift.unstated.iter().filter(|_| all);
    for finding in drift.differences.iter().chain(unstated) {
        writeln!(out, "{}", clean(&line(finding)))?;
    }
    if let Some(add) = add {
        writeln!(out, "\n{}", clean_lines(&serde_json::to_string_pretty(add)?))?;
    }
    Ok(out.flush()?)
}

/// `narrowed camera_fixed (cameraFixed): ...`, the canonical field first.
fn line(finding: &Finding) -> String {
    let Finding { kind, field, wire, says, .. } = finding;
    let place = match field {
        Some(field) if field != wire => format!("{field} ({wire})"),
        _ => wire.clone(),
    };
    plain(&format!("{} {place}: {says}", kind.name()))
}

/// A line of what a vendor wrote: nothing in it steers a terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
