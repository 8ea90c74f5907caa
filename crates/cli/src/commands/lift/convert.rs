//! `genmux convert`: one vendor's payload as another's, with every change on the way.

use std::io::Write;

use genmux::{Catalog, Context, Lifted, Offer, Row, RowOutcome, Shown};
use serde::Serialize;

use super::{lift_all, print_all, read, recognize};
use crate::Done;
use crate::args::Convert;
use crate::fail::Failure;
use crate::input;

/// A payload at another offer: how it was read, and what it becomes.
#[derive(Serialize)]
struct Converted<'a> {
    #[serde(flatten)]
    shown: Shown<'a>,
    lifted: &'a Lifted<'a>,
}

pub(crate) fn convert(catalog: &Catalog, args: &Convert) -> Result<Done, Failure> {
    let call = read(&args.sending)?;
    let found = recognize(catalog, &call, &args.sending)?;
    let lifted = lift_all(&found)?;
    let offers = input::offers(&input::dated(catalog, args.sending.as_of), &args.to)?;
    let mut done = Done::Accepted;
    let mut answers = Vec::new();
    for (found, lifted) in found.iter().zip(&lifted) {
        let from = found.offer().map_err(|error| Failure::Said(error.to_string()))?;
        for offer in &offers {
            let answer = Answer { from, offer, lifted, args };
            let (json, accepted) = answer.json()?;
            answers.push(json);
            done = if accepted { done } else { Done::Rejected };
        }
    }
    print_all(&answers)?;
    Ok(done)
}

/// Whether a row tells of what the request cannot hold and so is not carried over.
fn is_lost(row: &Row) -> bool {
    let is_option = row.field.starts_with("provider_options.");
    let is_beside = !is_option && matches!(row.outcome, RowOutcome::Dropped | RowOutcome::Unknown);
    is_beside || (is_option && row.outcome == RowOutcome::Rejected)
}

struct Answer<'a> {
    from: &'a Offer,
    offer: &'a Offer,
    lifted: &'a Lifted<'a>,
    args: &'a Convert,
}

impl Answer<'_> {
    /// What is printed for one payload and one offer, and whether the offer takes it.
    fn json(&self) -> Result<(serde_json::Value, bool), Failure> {
        let Answer { offer, lifted, args, .. } = self;
        let context = self.context();
        let answer = offer.convert(lifted, &args.policy, &context);
        let accepted = answer.is_ok();
        if args.payload_only {
            if let Err(rejection) = &answer {
                writeln!(anstream::stderr(), "{rejection}")?;
            }
            let payload = answer.as_ref().ok().map(|translation| translation.payload(0));
            return Ok((serde_json::to_value(payload)?, accepted));
        }
        let mut shown = genmux::shown(offer, &lifted.request, &context, &answer)?;
        let read = lifted.ledger();
        if accepted {
            let here = |field: &str| shown.ledger().iter().find(|row| row.field == field);
            let others = read.iter().filter_map(|row| row.other_default(here(&row.field)));
            let others: Vec<Row> = others.collect();
            for row in others {
                shown.put(row);
            }
        }
        for row in read.into_iter().filter(is_lost) {
            shown.put(row);
        }
        if let Some(row) = self.other_model() {
            shown.begin_with(row);
        }
        Ok((serde_json::to_value(Converted { shown, lifted })?, accepted))
    }

    /// Local paths of a payload are nobody's to read: a vendor could not read them either.
    fn context(&self) -> Context {
        let mut context = genmux::context(&self.lifted.request);
        context.allow_unlisted = self.args.allow_unlisted;
        if self.args.copy_assets {
            context.copied_from.clone_from(&context.lenders);
        }
        context
    }

    fn other_model(&self) -> Option<Row> {
        let (from, to) = (self.from.model(), self.offer.model());
        (from != to).then(|| Row::other_model(from, to))
    }
}
