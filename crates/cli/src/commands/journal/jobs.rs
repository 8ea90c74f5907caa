//! `genmux jobs`: the journal as a table, with what to do next.

use std::io::Write as _;
use std::time::Duration;

use genmux::journal::{Filter, Journal, Millis, Record, State};
use serde::Serialize;
use serde_json::Value;

use super::{name, open};
use crate::Done;
use crate::args::Jobs;
use crate::commands::run::block_on;
use crate::commands::{print_json, stdout};
use crate::fail::Failure;
use crate::render::clean;

/// Without `--all`.
const NEWEST: u32 = 50;

pub(crate) fn jobs(args: &Jobs) -> Result<Done, Failure> {
    if let Some(provider) = args.provider.as_ref().filter(|it| genmux::adapter(it).is_none()) {
        let message = format!("no provider {provider:?}; accepted: runware, replicate, scenario");
        return Err(Failure::Said(message));
    }
    let records = block_on(async {
        let journal = open(&args.journal).await?;
        list(&journal, args).await
    })?;
    let now = Journal::now();
    let rows: Vec<Row<'_>> = records.iter().map(|record| row(record, now)).collect();
    if args.json {
        print_json(&rows)?;
    } else {
        print(&rows)?;
    }
    Ok(Done::Accepted)
}

async fn list(journal: &Journal, args: &Jobs) -> Result<Vec<Record>, Failure> {
    let said = |error: genmux::journal::StoreError| Failure::Said(error.to_string());
    if let Some(age) = args.prune {
        let age = Millis::try_from(age.as_millis()).unwrap_or(Millis::MAX);
        let pruned = journal.store().prune(Journal::now().saturating_sub(age)).await;
        let pruned = pruned.map_err(said)?;
        writeln!(anstream::stderr(), "{pruned} jobs forgotten")?;
    }
    let filter = Filter {
        states: args.state.clone(),
        provider: args.provider.clone(),
        limit: (!args.all).then_some(NEWEST),
        ..Filter::default()
    };
    journal.store().list(filter).await.map_err(said)
}

/// A job, as it is listed.
#[derive(Serialize)]
struct Row<'a> {
    job: &'a str,
    key: &'a str,
    state: State,
    offer: &'a str,
    account: &'a str,
    created_at: String,
    updated_at: String,
    #[serde(skip)]
    age: Duration,
    age_seconds: u64,
    /// Whether a process works on it now.
    held: bool,
    cost: Value,
    save_to: Option<&'a str>,
    error: Option<&'a str>,
    next: String,
}

fn row(record: &Record, now: Millis) -> Row<'_> {
    let age = now.saturating_sub(record.intent.created_at);
    let age = Duration::from_millis(u64::try_from(age).unwrap_or_default());
    let held = record.is_held(now);
    let outcome = record.outcome.as_ref();
    Row {
        job: name(record),
        key: &record.intent.key,
        state: record.state,
        offer: &record.intent.offer,
        account: &record.intent.account,
        created_at: genmux::write_time(record.intent.created_at),
        updated_at: genmux::write_time(record.updated_at),
        age,
        age_seconds: age.as_secs(),
        held,
        cost: outcome.map(|outcome| outcome["cost"].clone()).unwrap_or_default(),
        save_to: record.intent.save_to.as_deref(),
        error: record.error.as_deref(),
        next: next(record, held),
    }
}

/// More of a reason stands in the JSON form.
const WHY: usize = 100;

/// What to do about a job, or why nothing is.
fn next(record: &Record, held: bool) -> String {
    let job = name(record);
    match record.state {
        State::Succeeded => String::new(),
        State::Failed | State::Expired | State::Canceled => {
            record.error.as_deref().unwrap_or_default().chars().take(WHY).collect()
        }
        _ if held => "wait: a process works on it, or did a moment ago".to_owned(),
        State::Intended => format!("it was never sent: genmux resume {job}"),
        State::Ambiguous => {
            format!("settle it: genmux resume {job} [--adopt ID, --allow-duplicate, --give-up]")
        }
        State::Submitting | State::Submitted | State::Running => format!("genmux resume {job}"),
    }
}

fn print(rows: &[Row<'_>]) -> Result<(), Failure> {
    let mut out = stdout();
    if rows.is_empty() {
        writeln!(anstream::stderr(), "the journal holds no such jobs")?;
        return Ok(());
    }
    let head = ["JOB", "AGE", "STATE", "OFFER", "COST", "NEXT"].map(str::to_owned);
    let rows = rows.iter().map(|row| cells(row).map(|cell| clean(&cell)));
    let cells: Vec<[String; 6]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| {
        cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: [usize; 5] = std::array::from_fn(width);
    for row in &cells {
        let columns = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}  "));
        let line: String = columns.chain([row[5].clone()]).collect();
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(out.flush()?)
}

fn cells(row: &Row<'_>) -> [String; 6] {
    [
        row.job.to_owned(),
        short(row.age),
        row.state.to_string(),
        row.offer.to_owned(),
        cost(&row.cost),
        row.next.clone(),
    ]
}

/// The greatest unit that an age fills.
fn short(age: Duration) -> String {
    let seconds = age.as_secs();
    let units = [(86_400, "d"), (3600, "h"), (60, "min")];
    let found = units.iter().find(|(length, _)| seconds >= *length);
    found.map_or_else(
        || format!("{seconds} s"),
        |(length, unit)| format!("{} {unit}", seconds / length),
    )
}

fn cost(cost: &Value) -> String {
    match (&cost["amount"], cost["unit"].as_str()) {
        (Value::Null, _) | (_, None) => "-".to_owned(),
        (Value::String(amount), Some(unit)) => format!("{amount} {unit}"),
        (amount, Some(unit)) => format!("{amount} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_in_one_unit() {
        for (seconds, text) in
            [(0, "0 s"), (59, "59 s"), (60, "1 min"), (7199, "1 h"), (200_000, "2 d")]
        {
            assert_eq!(short(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn a_cost_that_is_not_known_is_none() {
        assert_eq!(cost(&Value::Null), "-");
        assert_eq!(cost(&serde_json::json!({ "amount": null, "unit": null })), "-");
        assert_eq!(cost(&serde_json::json!({ "amount": 0.5, "unit": "USD" })), "0.5 USD");
    }
}
