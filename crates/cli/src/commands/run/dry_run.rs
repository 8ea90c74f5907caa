//! `genmux generate --dry-run`: what requests should cost at every offer; nothing is run.

use genmux::{Client, Event, Progress, Quote, Request, RunError, RunOptions, Violation};
use serde::Serialize;
use serde_json::{Value, json};

use super::progress::Screen;
use super::report;
use super::work::{Ended, Kept};
use crate::Done;
use crate::commands::print_json;
use crate::fail::Failure;

/// What one request should cost at one offer.
#[derive(Serialize)]
struct Priced<'a> {
    /// Which request, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
    offer: &'a str,
    cost: Value,
    /// Why the offer does not take the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<Violation>,
    /// Why the vendor gave no price.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<genmux::Error>,
}

/// One object for one request at one offer, else an array; a request that no offer takes or prices
/// decides how the command ends.
pub(super) async fn dry_run(
    client: &Client,
    requests: &[(String, Request)],
    offers: &[String],
    options: &RunOptions,
) -> Result<Done, Failure> {
    let (mut all, mut done) = (Vec::new(), Done::Accepted);
    for (label, request) in requests {
        let mut best: Option<Done> = None;
        for offer in offers {
            let (priced, ended) = price(client, (label, request), offer, options).await?;
            let named = (requests.len() > 1).then_some(label.as_str());
            all.push(Priced { request: named, ..priced });
            best = Some(best.map_or(ended, |best| best.min(ended)));
        }
        done = done.max(best.unwrap_or(Done::Accepted));
    }
    match all.as_slice() {
        [one] => print_json(one)?,
        several => print_json(several)?,
    }
    Ok(done)
}

async fn price<'a>(
    client: &Client,
    (label, request): (&str, &Request),
    offer: &'a str,
    options: &RunOptions,
) -> Result<(Priced<'a>, Done), Failure> {
    let (screen, kept) = (Screen::new(), Kept::default());
    let quoted = client.vendor(offer)?.quote(request, &told(options, &screen, label, &kept)).await;
    let mut priced = Priced {
        request: None,
        offer,
        cost: json!({ "amount": null, "unit": null, "basis": "unknown" }),
        violations: Vec::new(),
        error: None,
    };
    let ended: Ended = match quoted {
        Ok(quote) => {
            priced.cost = cost(&quote).unwrap_or(priced.cost);
            return Ok((priced, Done::Accepted));
        }
        Err(failed) => Err(failed),
    };
    report::say(&screen, label, &ended, &kept);
    let done = report::done(std::slice::from_ref(&ended));
    match ended {
        Err(RunError::Rejected(rejection)) => priced.violations = rejection.violations().to_vec(),
        Err(RunError::Failed(error)) => priced.error = Some(*error),
        Ok(_) => {}
    }
    Ok((priced, done))
}

fn cost(quote: &Quote) -> Option<Value> {
    match quote {
        Quote::Told(cost) => Some(json!(cost)),
        Quote::Estimated(estimate) => Some(json!(estimate)),
        _ => None,
    }
}

/// The options of one quote: uploads are told, nothing is saved.
fn told(options: &RunOptions, screen: &Screen, label: &str, kept: &Kept) -> RunOptions {
    let (shown, kept) = (screen.shown(label), kept.clone());
    let told = move |event: Event| {
        if matches!(event, Event::Uploading { .. }) {
            kept.uploads();
        }
        shown.tell(event);
    };
    RunOptions { save: None, progress: Some(Progress::new(told)), ..options.clone() }
}
