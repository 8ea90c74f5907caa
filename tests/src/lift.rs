//! The way back: a payload lifted and translated again.

use genmux::{Catalog, Context, Lifted, Offer, Policy, RowOutcome, TaskKey, context};
use serde_json::Value;

use crate::golden::{Result, difference, pretty};

/// The context of the very call that was lifted: its task id, and all that it holds allowed.
pub fn same_call(lifted: &Lifted<'_>) -> Context {
    let mut same = context(&lifted.request);
    (same.allow_paths, same.allow_unlisted) = (true, true);
    if let Some(id) = lifted.task_id {
        same.task = TaskKey::given(id);
    }
    same
}

/// Checks that a payload in normal form, lifted and translated again, is the same.
///
/// # Errors
/// When the payload cannot be lifted, holds keys that the offer does not know, or comes back
/// otherwise.
pub fn check_round_trip(offer: &Offer, payload: &Value) -> Result<()> {
    let lifted = offer.lift(payload)?;
    check_rows(&lifted)?;
    let context = same_call(&lifted);
    let again = offer.translate(&lifted.request, &Policy::default(), &context);
    let again = again.map_err(|rejection| format!("lifted, it is refused: {rejection}"))?;
    let again = serde_json::to_value(again.payload(0))?;
    if again == *payload {
        return Ok(());
    }
    let difference = difference(&pretty(payload), &pretty(&again));
    Err(format!("{}: - payload, + lifted and translated\n{difference}", offer.name()).into())
}

/// Every set leaf has exactly one row.
///
/// # Errors
/// When one has none, or two.
pub fn check_rows(lifted: &Lifted<'_>) -> Result<()> {
    let ledger = lifted.ledger();
    for leaf in lifted.request.leaves().iter() {
        let rows = ledger.iter().filter(|row| row.field == leaf.path()).count();
        if rows != 1 {
            return Err(format!("{leaf} has {rows} rows").into());
        }
    }
    let broken = lifted.violations.iter().filter(|violation| {
        ledger.iter().any(|row| row.field == violation.field && row.outcome != RowOutcome::Rejected)
    });
    match broken.map(|violation| violation.field.as_str()).next() {
        Some(field) => Err(format!("{field} breaks a limit and its row is not rejected").into()),
        None => Ok(()),
    }
}

/// The offer as of a day.
///
/// # Errors
/// When there is none.
pub fn offer_on(catalog: &Catalog, name: &str, as_of: &str) -> Result<Offer> {
    Ok(catalog.as_of(as_of.parse()?).offer(name)?)
}
