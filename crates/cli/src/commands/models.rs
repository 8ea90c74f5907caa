//! `genmux models`: what can be had, and what one offer takes.

use std::io::Write;

use genmux::spec::Status;
use genmux::{Catalog, Offer};
use serde_json::{Value, json};

use super::{print_json, stdout};
use crate::Done;
use crate::args::Models;
use crate::fail::Failure;
use crate::input;

pub(crate) fn models(catalog: &Catalog, args: &Models) -> Result<Done, Failure> {
    let catalog = input::dated(catalog, args.as_of);
    let offers = select(&catalog, args)?;
    if args.json {
        print_json(&offers.iter().map(listed).collect::<Vec<_>>())?;
    } else if let (Some(_), [offer]) = (&args.offer, offers.as_slice()) {
        print_offer(offer)?;
    } else {
        print_table(&offers)?;
    }
    Ok(Done::Accepted)
}

fn select(catalog: &Catalog, args: &Models) -> Result<Vec<Offer>, Failure> {
    if let Some(provider) = &args.provider {
        let known: Vec<&str> = catalog.providers().collect();
        if !known.contains(&provider.as_str()) {
            return Err(Failure::Said(format!(
                "no provider is named {provider:?}; there are {}",
                known.join(", ")
            )));
        }
    }
    let offers = match &args.offer {
        Some(name) => vec![catalog.offer(name)?],
        None => catalog.offers()?,
    };
    let wanted = |offer: &Offer| {
        args.provider.as_deref().is_none_or(|provider| provider == offer.provider())
            && args.model.as_deref().is_none_or(|model| model == offer.model())
    };
    let offers: Vec<Offer> = offers.into_iter().filter(wanted).collect();
    match &args.model {
        Some(model) if offers.is_empty() => {
            let message = format!("no offer is of model {model:?}; genmux models lists all");
            Err(Failure::Said(message))
        }
        _ => Ok(offers),
    }
}

fn listed(offer: &Offer) -> Value {
    let mut listed = json!({
        "provider": offer.provider(),
        "model": offer.model(),
        "vendor_id": offer.vendor_id(),
        "kind": offer.kind(),
        "revision": offer.revision(),
        "status": offer.status(),
        "limits": offer.limits(),
        "source": offer.source(),
    });
    if let (Value::Object(listed), Some(day)) = (&mut listed, offer.retired_on()) {
        listed.insert("retired_on".to_owned(), json!(day));
    }
    listed
}

fn status(offer: &Offer) -> String {
    match (offer.status(), offer.retired_on()) {
        (Status::Retired, Some(day)) => format!("retired {day}"),
        (Status::Retired, None) => "retired".to_owned(),
        (Status::Live, _) => "live".to_owned(),
    }
}

fn print_table(offers: &[Offer]) -> Result<(), Failure> {
    let head = ["OFFER", "KIND", "VENDOR ID", "REVISION", "STATUS"].map(str::to_owned);
    let rows = offers.iter().map(|offer| {
        let (kind, vendor_id) = (offer.kind().to_string(), offer.vendor_id().to_owned());
        [offer.name().to_owned(), kind, vendor_id, offer.revision().to_string(), status(offer)]
    });
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..4).map(width).collect();
    let mut out = stdout();
    for [name, kind, vendor_id, revision, status] in &rows {
        let [a, b, c, d] = widths[..] else { continue };
        writeln!(out, "{name:a$}  {kind:b$}  {vendor_id:c$}  {revision:d$}  {status}")?;
    }
    Ok(out.flush()?)
}

fn print_offer(offer: &Offer) -> Result<(), Failure> {
    let mut out = stdout();
    writeln!(
        out,
        "{} ({}), {} by {}",
        offer.name(),
        offer.vendor_id(),
        offer.title(),
        offer.lab()
    )?;
    writeln!(out, "{}: {}", offer.kind(), offer.workflows().join(", "))?;
    writeln!(out, "revision {}, {}, {}", offer.revision(), status(offer), offer.source())?;
    for note in offer.notes() {
        writeln!(out, "note: {note}")?;
    }
    writeln!(out)?;
    for (field, limits) in offer.limits().as_object().into_iter().flatten() {
        writeln!(out, "  {field:24} {}", sentence(limits))?;
    }
    for (tier, sizes) in offer.sizes().as_object().into_iter().flatten() {
        writeln!(out, "  {:24} {}", format!("sizes {tier}"), plain(sizes))?;
    }
    Ok(out.flush()?)
}

/// The limits of a field in one line.
fn sentence(limits: &Value) -> String {
    let parts = limits.as_object().into_iter().flatten().filter(|(key, _)| key.as_str() != "as");
    let parts = parts.map(|(key, value)| match key.as_str() {
        "to" => format!("-> {}", plain(value)),
        "note" => format!("({})", plain(value)),
        "required" => "required".to_owned(),
        "chars" | "items" | "sides" | "width" | "height" => format!("{key} {}", span(value)),
        key => format!("{} {}", key.replace('_', " "), plain(value)),
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// `2 to 3000`, `up to 14`.
fn span(value: &Value) -> String {
    match (value[0].as_u64(), value[1].as_u64()) {
        (Some(min), Some(max)) if min == max => format!("exactly {min}"),
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (None, Some(max)) => format!("up to {max}"),
        (Some(min), None) => format!("from {min}"),
        (None, None) => "any".to_owned(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "open".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| format!("{key} {}", plain(value));
            entries.iter().map(entry).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
