//! `genmux which`: the offers that take a request, the best first.

use std::collections::BTreeMap;
use std::io::Write;

use genmux::{
    Catalog, Choice, Client, Row, RowOutcome, Settings, Standing, Violation, WhichError, Wish,
};
use serde_json::Value;

use super::{print_json, stdout, width};
use crate::Done;
use crate::args::Which;
use crate::fail::Failure;
use crate::input;
use crate::render::{pad, wrap};

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
    if let (Some(model), Some(provider)) = (&args.model, &args.provider)
        && !choices.iter().any(|choice| choice.offer.ends_with(&format!("/{model}")))
    {
        writeln!(anstream::stderr(), "{provider} has no offer of {model}; these are its others")?;
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
    let widest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let [a, b, c] = [0, 1, 2].map(|column| widest(column).unwrap_or(0));
    let room = width().saturating_sub(a + b + c + 6).max(LEAST);
    let mut out = stdout();
    for [offer, takes, price, what] in &rows {
        let mut head = format!("{offer:a$}  {takes:b$}  {price:c$}  ");
        for line in wrap(what, room) {
            writeln!(out, "{}", format!("{head}{line}").trim_end())?;
            head = pad("", a + b + c + 6);
        }
    }
    for (provider, keys) in missing_keys(choices) {
        writeln!(out, "{provider}: no key; set {keys}")?;
    }
    Ok(out.flush()?)
}

/// Columns that what there is to know gets at least.
const LEAST: usize = 30;

/// What to set, once for each provider without a key.
fn missing_keys(choices: &[Choice]) -> BTreeMap<&str, &str> {
    let mut missing = BTreeMap::new();
    for choice in choices {
        let provider = choice.offer.split_once('/').map(|(provider, _)| provider);
        if let (Some(provider), Some(keys)) = (provider, &choice.missing_key) {
            missing.insert(provider, keys.as_str());
        }
    }
    missing
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
    let refusals = choice.violations.iter().map(reason);
    let what: Vec<String> = changes.chain(refusals).chain(beside_keys(choice)).collect();
    [choice.offer.clone(), takes.to_owned(), price, printable(&what.join("; "))]
}

/// The field and what is wrong with it; what is accepted and the way out tells `translate`.
fn reason(violation: &Violation) -> String {
    let said = violation.message.split(';').next().unwrap_or_default();
    if said.contains(violation.field.as_str()) {
        return said.to_owned();
    }
    format!("{}: {said}", violation.field)
}

/// What is in the way beside a key, which is said once for a provider.
fn beside_keys(choice: &Choice) -> Option<String> {
    let reason = choice.reason.as_deref()?;
    let key = choice.missing_key.as_ref().map(|key| format!("no key; set {key}"));
    let left = key.and_then(|key| reason.strip_suffix(&key)).unwrap_or(reason);
    let left = left.trim_end_matches("; ");
    (!left.is_empty()).then(|| left.to_owned())
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
