//! `genmux spec impact`: what a change of specs means for a team's own requests.

use std::collections::BTreeSet;
use std::io::{BufReader, Write};
use std::path::Path;

use genmux::drift::{self, Change};
use genmux::spec::Date;
use genmux::{Catalog, CatalogError, Offer, Request};
use serde::Serialize;
use serde_json::json;

use crate::Done;
use crate::args::Impact;
use crate::commands::{print_json, stdout};
use crate::fail::Failure;
use crate::input;
use genmux::calls::{Line, read_line};

/// An offer before and after; either may not be there.
type Pair = (Option<Offer>, Option<Offer>);

/// One request that something became of, or a line that is none.
#[derive(Serialize)]
struct Found {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(flatten)]
    what: What,
}

#[derive(Serialize)]
#[serde(untagged)]
enum What {
    Changed { offer: String, changes: Vec<Change> },
    Bad { error: String },
}

/// What was found so far; lines are printed as they are found, JSON at the end.
struct Report<'a> {
    args: &'a Impact,
    after: &'a Catalog,
    pairs: Vec<Pair>,
    found: Vec<Found>,
    counts: Counts,
}

#[derive(Default, Serialize)]
struct Counts {
    requests: u64,
    refused: u64,
    moved: u64,
    dearer: u64,
    accepted: u64,
    known: u64,
    unreadable: u64,
}

pub(crate) fn spec_impact(catalog: &Catalog, args: &Impact) -> Result<Done, Failure> {
    let before = at(catalog, &args.from, "from")?;
    let after = match &args.to {
        Some(to) => at(catalog, to, "to")?,
        None => catalog.clone(),
    };
    let pairs = pairs(&before, &after, &args.offer)?;
    let mut report =
        Report { args, after: &after, pairs, found: Vec::new(), counts: Counts::default() };
    for path in &args.requests {
        report.file(path)?;
    }
    let Counts { requests, refused, moved, dearer, accepted, known, unreadable } = report.counts;
    if args.json {
        let to = args.to.as_deref().unwrap_or("newest");
        print_json(&json!({
            "from": args.from, "to": to, "counts": report.counts, "found": report.found,
        }))?;
    }
    let mut talk = anstream::stderr();
    hints(&mut talk, args, &report.pairs)?;
    let noun = if requests == 1 { "request" } else { "requests" };
    let known = if known == 0 { String::new() } else { format!(", {known} better known") };
    writeln!(
        talk,
        "{requests} {noun}: {refused} refused now, {moved} moved, {dearer} dearer, {accepted} newly accepted{known}"
    )?;
    Ok(match (unreadable, refused + moved + dearer) {
        (0, 0) => Done::Accepted,
        (0, _) => Done::Rejected,
        _ => Done::Misused,
    })
}

/// What may be a slip: a range that runs backwards, or ends where nothing was known yet.
fn hints(talk: &mut impl Write, args: &Impact, pairs: &[Pair]) -> Result<(), Failure> {
    let day = |given: &str| given.parse::<Date>().ok();
    let both = day(&args.from).zip(args.to.as_deref().and_then(day));
    if let Some((from, to)) = both.filter(|(from, to)| from > to) {
        writeln!(talk, "--from {from} is later than --to {to}: this tells what going back means")?;
    }
    let to = args.to.as_deref().unwrap_or("newest");
    let none = |offer: fn(&Pair) -> &Option<Offer>| pairs.iter().all(|it| offer(it).is_none());
    for (name, given, early) in
        [("from", args.from.as_str(), none(|it| &it.0)), ("to", to, none(|it| &it.1))]
    {
        if early {
            writeln!(talk, "--{name} {given}: none of these offers was there yet")?;
        }
    }
    Ok(())
}

/// The catalogue of a day, or of a directory.
fn at(catalog: &Catalog, given: &str, name: &str) -> Result<Catalog, Failure> {
    if let Ok(day) = given.parse() {
        return Ok(catalog.as_of(day));
    }
    let directory = Path::new(given);
    if !directory.is_dir() {
        let message = format!(
            "--{name} {given:?} is neither a date nor a directory; accepted: 2026-03-13, or a folder of spec files"
        );
        return Err(Failure::Said(message));
    }
    input::catalog(Some(directory))
}

/// Every offer that either catalogue has, or those named.
fn pairs(before: &Catalog, after: &Catalog, wanted: &[String]) -> Result<Vec<Pair>, Failure> {
    let all = || before.names().chain(after.names()).map(str::to_owned).collect::<BTreeSet<_>>();
    let names: Vec<String> =
        if wanted.is_empty() { all().into_iter().collect() } else { wanted.to_vec() };
    let mut pairs = Vec::new();
    for name in names {
        let pair = (offer(before, &name)?, offer(after, &name)?);
        if pair.0.is_none() && pair.1.is_none() && !wanted.is_empty() {
            // Say what is wrong with the name.
            after.offer(&name)?;
        }
        pairs.push(pair);
    }
    Ok(pairs)
}

fn offer(catalog: &Catalog, name: &str) -> Result<Option<Offer>, Failure> {
    match catalog.offer(name) {
        Ok(offer) => Ok(Some(offer)),
        Err(CatalogError::TooEarly { .. } | CatalogError::Unknown { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl Report<'_> {
    /// One request in a `.json` file, else one a line.
    fn file(&mut self, path: &Path) -> Result<(), Failure> {
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = input::bytes(path, self.args.max_bytes)?;
            return self.request(path, None, &text);
        }
        let mut reader = BufReader::with_capacity(1 << 16, input::open(path)?);
        let mut text = Vec::new();
        for line in 1.. {
            text.clear();
            let limit = self.args.max_bytes;
            let read = read_line(&mut reader, &mut text, limit).map_err(|error| {
                Failure::Said(format!("cannot read {}: {error}", path.display()))
            })?;
            match read {
                Line::End => break,
                Line::TooLong => {
                    self.bad(path, Some(line), format!("longer than {limit} bytes"))?;
                }
                Line::Whole if text.iter().all(u8::is_ascii_whitespace) => {}
                Line::Whole => self.request(path, Some(line), &text)?,
            }
        }
        Ok(())
    }

    fn request(&mut self, path: &Path, line: Option<u64>, text: &[u8]) -> Result<(), Failure> {
        let request = match Request::from_json(text) {
            Ok(request) => request,
            Err(error) => return self.bad(path, line, error.to_string()),
        };
        // A request that leaves its kind to the offer is asked of all.
        let kind = request.kind().filter(|_| self.args.offer.is_empty());
        self.counts.requests += 1;
        let mut context = genmux::context_with_files(&request, genmux::FileAccess::Anywhere);
        context.allow_unlisted = self.args.allow_unlisted;
        for (before, after) in self.pairs.clone() {
            let Some(offer) = before.as_ref().or(after.as_ref()) else { continue };
            if kind.is_some_and(|kind| kind != offer.kind()) {
                continue;
            }
            let both = (before.as_ref(), after.as_ref());
            let mut impact = drift::impact(&request, &context, &self.args.policy, both)?;
            self.reason(&mut impact);
            self.changes(path, line, impact)?;
        }
        Ok(())
    }

    /// Says of an offer that is not there yet when it comes.
    fn reason(&self, impact: &mut drift::Impact) {
        for change in &mut impact.changes {
            let Change::Refused { gone: Some(gone), .. } = change else { continue };
            if let Err(early @ CatalogError::TooEarly { .. }) = self.after.offer(&impact.offer) {
                *gone = early.to_string();
            }
        }
    }

    fn changes(
        &mut self,
        path: &Path,
        line: Option<u64>,
        mut impact: drift::Impact,
    ) -> Result<(), Failure> {
        for change in &impact.changes {
            match change {
                Change::Refused { .. } => self.counts.refused += 1,
                Change::Moved { .. } => self.counts.moved += 1,
                Change::Dearer { .. } => self.counts.dearer += 1,
                Change::Known { .. } => self.counts.known += 1,
                _ => self.counts.accepted += 1,
            }
        }
        impact.changes.retain(Change::is_bad);
        if impact.changes.is_empty() {
            return Ok(());
        }
        let what = What::Changed { offer: impact.offer, changes: impact.changes };
        self.tell(path, line, what)
    }

    fn bad(&mut self, path: &Path, line: Option<u64>, error: String) -> Result<(), Failure> {
        self.counts.unreadable += 1;
        self.tell(path, line, What::Bad { error })
    }

    fn tell(&mut self, path: &Path, line: Option<u64>, what: What) -> Result<(), Failure> {
        let file = path.display().to_string();
        if self.args.json {
            self.found.push(Found { file, line, what });
            return Ok(());
        }
        let place = line.map_or_else(|| file.clone(), |line| format!("{file}:{line}"));
        let mut out = stdout();
        match what {
            What::Bad { error } => writeln!(out, "{place}: unreadable: {error}")?,
            What::Changed { offer, changes } => {
                for says in changes.iter().flat_map(Change::says) {
                    writeln!(out, "{place}: {offer}: {says}")?;
                }
            }
        }
        Ok(out.flush()?)
    }
}
