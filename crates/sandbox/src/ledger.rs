//! What the vendors would have charged: the judge of every "never pays twice".

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// One paid job. A job is charged when it is accepted, whatever becomes of its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Charge {
    /// `runware`, `replicate` or `scenario`.
    pub provider: &'static str,
    /// The vendor's id of the job: task UUID, prediction id, job id.
    pub job: String,
    /// The vendor's name of the model.
    pub vendor_id: String,
    /// When the job was accepted, by the sandbox's clock, in RFC 3339.
    pub at: String,
    /// Given back, because the job failed or was stopped before it ran.
    pub refunded: bool,
}

/// All charges of one sandbox, in order.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Vec<Charge>>);

impl Ledger {
    pub(crate) fn charge(&self, charge: Charge) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(charge);
    }

    /// Marks the charges of a job as given back.
    pub(crate) fn refund(&self, job: &str) {
        let mut charges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        charges.iter_mut().filter(|charge| charge.job == job).for_each(|it| it.refunded = true);
    }

    pub(crate) fn entries(&self) -> Vec<Charge> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
