//! `genmux which`: the offers that take a request, the best first.

use std::io::Write;

use genmux::{Catalog, Choice, Client, Row, RowOutcome, Settings, Standing, WhichError, Wish};
use serde_json::Value;

use super::{print_json, stdout};
use crate::Done;
use crate::args::Which;
use crate::fail::Failure;
use crate::input;

pub(crate) fn which(catalog: &Catalog, args: &Which) -> Result<Done, Failure> {
    let request = input::request(&args.request, &args.reading)?;
    let catalog = input::dated(catalog, args.reading.as_of);
    let context = input::context(&request, &args.reading);
    let wish = Wish {
        model: args.model.clone(),
        provider: args.provider.clone(),
        max_cost: args.max_cost,
        keyed: Some(Client::new(Settings::default())?.keyed()),
        ..Wish::default()
    };
    let choices = catalog.which_as(&request, &context, &wish)?;
    if args.json {
        print_json(&choices)?;
    } else {
        print_table(&choices)?;
    }
    let serves = |choice: &Choice| {
        choice.accepted && !matches!(choice.status, Standing::Retired | Standing::OverCost)
    };
    Ok(if choices.iter().any(serves) { Done::Accepted } else { Done::Rejected })
}

impl From<WhichError> for Failure {
    fn from(error: WhichError) -> Failure {
        Failure::Said(error.to_string())
    }
}

fn print_table(choices: &[Choice]) -> Result<(), Failure> {
    let head = ["OFFER", "TAKES IT", "PRICE", "WHAT TO KNOW"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(choices.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let [a, b, c] = [0, 1, 2].map(|column| width(column).unwrap_or(0));
    let mut out = stdout();
    for [offer, takes, price, what] in &rows {
        let line = format!("{offer:a$}  {takes:b$}  {price:c$}  {what}");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(out.flush()?)
}

fn row(choice: &Choice) -> [String; 4] {
    let takes = match choice.policy {
        Some(policy) if choice.changes.is_empty() && policy.to_string() == "strict" => "as it is",
        Some(policy) if policy.to_string() == "drop" => "with drop",
        Some(_) => "with fit",
        None => "no",
    };
    let price = match (&choice.price, choice.accepted) {
        (Some(price), _) => price.to_string(),
        (None, true) => "unknown".to_owned(),
        (None, false) => "-".to_owned(),
    };
    let changes = choice.changes.iter().map(change);
    let refusals = choice.violations.iter().map(|violation| violation.message.clone());
    let what: Vec<String> = changes.chain(refusals).chain(choice.reason.clone()).collect();
    [choice.offer.clone(), takes.to_owned(), price, printable(&what.join("; "))]
}

/// `seed dropped`, `size 640x480 -> 736x544`.
fn change(row: &Row) -> String {
    let shown = |value: &Option<Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    match row.outcome {
        RowOutcome::Dropped => format!("{} dropped", row.field),
        _ => format!("{} {} -> {}", row.field, shown(&row.from), shown(&row.to)),
    }
}

/// What comes from a request cannot move the cursor.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
