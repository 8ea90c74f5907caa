//! `genmux compare`: one request at several offers, side by side.

use std::io::Write;

use genmux::{
    Catalog, Context, Mode, Offer, Policy, Rejection, Request, Row, Shown, Translation, Violation,
};
use serde::Serialize;

use super::lift::Own;
use super::{Unread, print_json, width};
use crate::Done;
use crate::args::{Compare, CompareFormat, Sending};
use crate::fail::Failure;
use crate::input;
use crate::render::{self, Column, Comparison};

pub(crate) fn compare(catalog: &Catalog, args: &Compare) -> Result<Done, Failure> {
    let (request, own) = match &args.from {
        Some(from) => {
            let own = lifted(catalog, args, from)?;
            (own.request.clone(), Some(own))
        }
        None => (input::request(&args.request, &args.reading)?, None),
    };
    let catalog = input::dated(catalog, args.reading.as_of);
    let mut offers = select(&catalog, &request, args)?;
    if let Some(own) = &own {
        offers.retain(|offer| offer.name() != own.offer);
        offers.insert(0, catalog.offer(&own.offer)?);
    }
    let context = match args.from {
        Some(_) => genmux::context(&request),
        None => input::context(&request, &args.reading),
    };
    let unread = own.as_ref().and_then(|own| own.unread.as_ref());
    let tried: Vec<Tried<'_>> = offers
        .iter()
        .map(|offer| Tried::new(offer, &request, &context, args.policy).without(unread))
        .collect();
    match args.format {
        CompareFormat::Json => print(&tried, &request, &context, own.as_ref())?,
        format => draw(&tried, &request, &context, (format, args.changed))?,
    }
    let any = tried.iter().any(|tried| tried.result.is_ok());
    Ok(if any { Done::Accepted } else { Done::Rejected })
}

/// The payload, read.
fn lifted(catalog: &Catalog, args: &Compare, from: &str) -> Result<Own, Failure> {
    let sending = Sending {
        payload: args.request.clone(),
        from: Some(from.to_owned()),
        as_of: args.reading.as_of,
        max_bytes: args.reading.max_bytes,
    };
    super::lift::request(catalog, &sending)
}

/// A request at every offer of its kind, under the first policy that each accepts.
pub(crate) fn comparison(catalog: &Catalog, request: &Request) -> Result<Comparison, Failure> {
    let context = genmux::context(request);
    let offers = of_kind(catalog, request, |_| true)?;
    let tried: Vec<Tried<'_>> =
        offers.iter().map(|offer| Tried::new(offer, request, &context, None)).collect();
    columns(&tried, request, &context)
}

fn columns(
    tried: &[Tried<'_>],
    request: &Request,
    context: &Context,
) -> Result<Comparison, Failure> {
    let columns: Result<Vec<Column>, Failure> =
        tried.iter().map(|tried| tried.column(request, context)).collect();
    Ok(Comparison { request: serde_json::to_value(request)?, columns: columns? })
}

/// The offers named, or every offer of the request's kind.
fn select(catalog: &Catalog, request: &Request, args: &Compare) -> Result<Vec<Offer>, Failure> {
    let of_model = |offer: &Offer| args.model.as_deref().is_none_or(|model| model == offer.model());
    if !args.to.is_empty() {
        let offers = input::offers(catalog, &args.to)?.into_iter();
        let offers: Vec<Offer> = offers.filter(of_model).collect();
        if offers.is_empty() {
            let message = "none of the offers named is of that model; leave --model or --to out";
            return Err(Failure::Said(message.to_owned()));
        }
        return Ok(offers);
    }
    let offers = of_kind(catalog, request, of_model)?;
    if offers.is_empty() {
        let model =
            args.model.as_deref().map_or(String::new(), |model| format!(" of model {model}"));
        return Err(Failure::Said(format!("there is no offer{model}; genmux models lists all")));
    }
    Ok(offers)
}

/// Every offer of the request's kind that is wanted.
fn of_kind(
    catalog: &Catalog,
    request: &Request,
    wanted: impl Fn(&Offer) -> bool,
) -> Result<Vec<Offer>, Failure> {
    let Some(kind) = request.kind() else {
        let message =
            "the request could be for an image or a video; set kind, or name offers with --to";
        return Err(Failure::Said(message.to_owned()));
    };
    let offers = catalog.offers()?.into_iter();
    Ok(offers.filter(|offer| offer.kind() == kind && wanted(offer)).collect())
}

/// A request at an offer, under the first policy that it accepts.
struct Tried<'a> {
    offer: &'a Offer,
    policy: Policy,
    result: Result<Translation<'a>, Box<Rejection>>,
}

impl<'a> Tried<'a> {
    fn new(
        offer: &'a Offer,
        request: &'a Request,
        context: &'a Context,
        policy: Option<Policy>,
    ) -> Tried<'a> {
        let policies =
            policy.map_or_else(|| Mode::ALL.map(Policy::from).to_vec(), |policy| vec![policy]);
        let (policy, result) = genmux::translate_under(offer, request, context, &policies);
        Tried { offer, policy, result }
    }

    /// The answer to a request that lacks what could not be read of its payload.
    fn without(mut self, unread: Option<&Violation>) -> Tried<'a> {
        if let (Some(unread), Ok(translation)) = (unread, &self.result) {
            self.result = Err(self.offer.refuse(translation, unread.clone()));
        }
        self
    }

    fn column(&self, request: &Request, context: &Context) -> Result<Column, Failure> {
        let offer = self.offer;
        let mut column = Column {
            offer: offer.name().to_owned(),
            title: offer.title().to_owned(),
            revision: offer.revision().to_string(),
            retired_on: offer.retired_on().map(|day| day.to_string()),
            policy: self.policy.to_string(),
            calls: 0,
            expect: None,
            ledger: Vec::new(),
            violations: Vec::new(),
            payload: None,
        };
        match &self.result {
            Ok(translation) => {
                column.calls = translation.calls();
                column.expect = Some(translation.expect());
                column.ledger = translation.ledger();
                column.payload = Some(serde_json::to_value(translation.payload(0))?);
            }
            Err(rejection) => {
                column.ledger = rejection.ledger(request, context);
                column.violations = rejection.violations().to_vec();
            }
        }
        Ok(column)
    }
}

fn print(
    tried: &[Tried<'_>],
    request: &Request,
    context: &Context,
    own: Option<&Own>,
) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Json<'a> {
        request: &'a Request,
        /// How a payload was read.
        #[serde(skip_serializing_if = "Option::is_none")]
        lifted: Option<&'a serde_json::Value>,
        translations: Vec<Entry<'a>>,
    }
    #[derive(Serialize)]
    struct Entry<'a> {
        policy: String,
        /// The offer that the payload is for.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        own: bool,
        #[serde(flatten)]
        shown: Shown<'a>,
    }
    let mut translations = Vec::new();
    for tried in tried {
        let mut shown = genmux::shown(tried.offer, request, context, &tried.result)?;
        let is_own = own.is_some_and(|own| own.offer == tried.offer.name());
        let (from, to) = (own.map_or("", |own| &own.model), tried.offer.model());
        if own.is_some() && from != to {
            shown.begin_with(Row::other_model(from, to));
        }
        translations.push(Entry { policy: tried.policy.to_string(), own: is_own, shown });
    }
    let lifted = own.map(|own| &own.shown);
    print_json(&Json { request, lifted, translations })
}

fn draw(
    tried: &[Tried<'_>],
    request: &Request,
    context: &Context,
    (format, changed): (CompareFormat, bool),
) -> Result<(), Failure> {
    let comparison = columns(tried, request, context)?;
    let text = match format {
        CompareFormat::Markdown => render::markdown(&comparison, changed),
        CompareFormat::Html => render::html(&comparison, changed),
        _ => render::table(&comparison, width(), changed),
    };
    let mut out = Unread(anstream::stdout().lock());
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
