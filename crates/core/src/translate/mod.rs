//! One request, one offer: settled, written, explained.

mod estimate;
mod expect;
mod ledger;
mod loss;
mod options;
mod payload;
mod rejection;
mod settle;
mod shown;

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

pub use estimate::Estimate;
pub use expect::{Expect, Range};
pub use ledger::{Row, RowOutcome};
pub use loss::Loss;
pub use payload::{Envelope, Payload};
pub use shown::{Shown, Upload};

pub(crate) use self::{
    ledger::{asked_of, defaulted_rows},
    shown::ShownOffer,
};
pub use rejection::Rejection;
pub(crate) use rejection::{refuse, refuse_also};
pub(crate) use settle::{Fate, Settlement, explain, settle};

use crate::context::Context;
use crate::encoding::{Handover, handover};
use crate::leaf::Leaf;
use crate::number::Number;
use crate::plan::Plan;
use crate::policy::Policy;
use crate::request::Request;
use crate::violation::Violation;
use crate::wiring::Wiring;

/// A request that an offer takes: its payloads, its ledger, what to expect back.
///
/// Borrows plan, request and context; payloads are written straight from them, media uncopied.
pub struct Translation<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) request: &'a Request,
    pub(crate) context: &'a Context,
    pub(crate) settlement: Settlement,
}

/// Checks a request against a plan and settles every leaf.
///
/// # Errors
/// All limits that the request breaks and the policy does not cure.
pub(crate) fn translate<'a>(
    plan: &'a Arc<Plan>,
    request: &'a Request,
    policy: &Policy,
    context: &'a Context,
) -> Result<Translation<'a>, Box<Rejection>> {
    match settle(plan, request, policy, context) {
        Some(settlement) => {
            debug_assert!(explain(plan, request, policy, context).1.is_empty());
            Ok(Translation { plan, request, context, settlement })
        }
        None => Err(Box::new(Rejection::new(plan, request, policy, context))),
    }
}

impl<'a> Translation<'a> {
    /// How many calls the request becomes; one job and one charge each.
    pub fn calls(&self) -> u64 {
        self.settlement.calls
    }

    /// The payload of one call, from 0: serializes straight to bytes.
    pub fn payload(&'a self, index: u64) -> Payload<'a> {
        Payload { call: self.call(index) }
    }

    /// One row for every leaf that the request sets, then what no field asked for.
    pub fn ledger(&self) -> Vec<Row> {
        ledger::rows(self.call(0))
    }

    /// What should come back.
    pub fn expect(&self) -> Expect {
        expect::expect(self.call(0))
    }

    /// Media that do not stand in the payload as they are: leaf, place in its list, and how each
    /// gets to the vendor.
    pub fn handovers(&self) -> Vec<(Leaf, usize, Handover)> {
        let call = self.call(0);
        let written =
            Leaf::ALL.iter().copied().filter(|leaf| leaf.is_media() && call.writes(*leaf));
        let all = written.flat_map(|leaf| {
            let each = call.handovers(leaf).enumerate();
            each.map(move |(index, handover)| (leaf, index, handover))
        });
        all.filter(|(_, _, handover)| *handover != Handover::AsItIs).collect()
    }

    /// Whether every set leaf arrived as it was: nothing adjusted, nothing dropped.
    pub fn is_exact(&self) -> bool {
        !self.settlement.has_losses()
    }

    /// How many fields were changed.
    pub fn loss(&self) -> Loss {
        Loss::of(&self.settlement)
    }

    fn call(&'a self, index: u64) -> Call<'a> {
        let Translation { plan, request, context, settlement } = self;
        Call { plan, request, context, settlement, violations: &[], index, wiring: None }
    }
}

impl fmt::Debug for Translation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Translation").field("offer", &self.plan.name).finish_non_exhaustive()
    }
}

/// One call of a settled request.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) request: &'a Request,
    pub(crate) context: &'a Context,
    pub(crate) settlement: &'a Settlement,
    /// What is wrong with the request; nothing, where it is translated.
    pub(crate) violations: &'a [Violation],
    pub(crate) index: u64,
    /// What stands in place of media, where the payload is really sent.
    pub(crate) wiring: Option<&'a Wiring>,
}

impl Call<'_> {
    /// Whether the leaf stands on the wire.
    pub(crate) fn writes(&self, leaf: Leaf) -> bool {
        self.settlement.writes(leaf)
    }

    /// How each medium of a leaf gets to the vendor.
    pub(crate) fn handovers(&self, leaf: Leaf) -> impl Iterator<Item = Handover> {
        self.request.media(leaf).iter().enumerate().map(move |(index, media)| {
            handover(self.plan, media, self.context.media.facts(self.request, leaf, index))
        })
    }

    /// The number of a leaf after any move; the seed counts up with the calls.
    pub(crate) fn number(&self, leaf: Leaf) -> Option<Number> {
        let number = self.settlement.number(leaf).or_else(|| self.request.number(leaf))?;
        Some(if leaf == Leaf::Seed { number.plus(Number::whole(self.index)) } else { number })
    }

    /// The number of a leaf where it is whole, without the cost of a decimal.
    pub(crate) fn whole(&self, leaf: Leaf) -> Option<u64> {
        if let Some(moved) = self.settlement.number(leaf) {
            return moved.as_whole();
        }
        let whole = self.request.whole(leaf)?;
        if leaf == Leaf::Seed { whole.checked_add(self.index) } else { Some(whole) }
    }

    /// Results that this call is to give; full calls come first.
    pub(crate) fn results(&self) -> u64 {
        let asked = self.request.count.unwrap_or(1);
        let before = self.index.saturating_mul(self.settlement.per_call);
        asked.saturating_sub(before).min(self.settlement.per_call)
    }

    /// The task id.
    pub(crate) fn task_id(&self) -> Uuid {
        self.context.task.task_id(&self.plan.name, self.index)
    }
}
