//! `genmux models`: what can be had, and what one offer takes.

use std::io::Write;

use genmux::{Catalog, Leaf, Offer};
use serde_json::{Value, json};

use super::{print_json, stdout, width};
use crate::Done;
use crate::args::Models;
use crate::fail::Failure;
use crate::{input, render};

pub(crate) fn models(catalog: &Catalog, args: &Models) -> Result<Done, Failure> {
    let catalog = input::dated(catalog, args.as_of);
    let offers = select(&catalog, args)?;
    match offers.as_slice() {
        _ if args.json => print_json(&offers.iter().map(listed).collect::<Vec<_>>())?,
        [offer] if args.json_schema => print_json(&offer.json_schema())?,
        [offer] if args.typescript => print(&offer.typescript())?,
        [offer] if args.offer.is_some() => print(&render::sheet(offer, width()))?,
        offers => print_matrix(&catalog, offers, args)?,
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
    let known = |model: &str| offers.iter().any(|offer| offer.model() == model);
    if let Some(model) = args.model.as_deref().filter(|model| !known(model)) {
        let message = format!("no offer is of model {model:?}; genmux models lists all");
        return Err(Failure::Said(message));
    }
    let takes = fields(&args.takes)?;
    let left: Vec<Offer> =
        offers.into_iter().filter(|offer| is_wanted(offer, args, &takes)).collect();
    match &args.offer {
        Some(name) if left.is_empty() => {
            let message = format!("{name} is not among what --provider, --model and --takes leave");
            Err(Failure::Said(message))
        }
        _ => Ok(left),
    }
}

fn is_wanted(offer: &Offer, args: &Models, takes: &[Vec<Leaf>]) -> bool {
    args.provider.as_deref().is_none_or(|provider| provider == offer.provider())
        && args.model.as_deref().is_none_or(|model| model == offer.model())
        && takes.iter().all(|group| group.iter().any(|leaf| offer.takes(*leaf)))
}

/// The leaves that each name stands for: one, or those below a group such as frames.
fn fields(names: &[String]) -> Result<Vec<Vec<Leaf>>, Failure> {
    let group = |name: &String| match Leaf::group(name) {
        leaves if leaves.is_empty() => {
            let all: Vec<&str> = Leaf::ALL.iter().map(|leaf| leaf.path()).collect();
            Err(Failure::Said(format!(
                "no request has field {name:?}; there are {}",
                all.join(", ")
            )))
        }
        leaves => Ok(leaves),
    };
    names.iter().map(group).collect()
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
        "capability": offer.capability(),
    });
    if let (Value::Object(listed), Some(day)) = (&mut listed, offer.retired_on()) {
        listed.insert("retired_on".to_owned(), json!(day));
    }
    listed
}

fn print_matrix(catalog: &Catalog, offers: &[Offer], args: &Models) -> Result<(), Failure> {
    let only = args.provider.as_deref();
    let providers = catalog.providers().filter(|name| only.is_none_or(|only| only == *name));
    print(&render::matrix(offers, &providers.collect::<Vec<_>>()))?;
    let noun = if offers.len() == 1 { "offer" } else { "offers" };
    let offers = offers.len();
    let mut talk = anstream::stderr();
    writeln!(talk, "{offers} {noun}; genmux models PROVIDER/MODEL shows what one takes")?;
    Ok(())
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = stdout();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
