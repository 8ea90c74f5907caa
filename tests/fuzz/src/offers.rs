//! The offers that inputs are held against.

use std::sync::LazyLock;

use genmux::{Catalog, Lifted, Offer, Row, RowOutcome, TaskKey, Violation};

use crate::promise::{check_message, check_silent};
use crate::split::Input;

pub(crate) static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

static OFFERS: LazyLock<Vec<Offer>> = LazyLock::new(|| CATALOG.offers().unwrap());

/// The offer that an input names, else one that it stands for.
pub(crate) fn offer_of(input: &Input<'_>) -> &'static Offer {
    let named = |word: &str| OFFERS.iter().find(|offer| offer.name() == word);
    input.read(named).unwrap_or_else(|| &OFFERS[input.number() % OFFERS.len()])
}

/// The context of the very call that was lifted.
pub(crate) fn same_call(lifted: &Lifted<'_>) -> genmux::Context {
    let mut same = genmux::context(&lifted.request);
    (same.allow_paths, same.allow_unlisted) = (true, true);
    if let Some(id) = lifted.task_id {
        same.task = TaskKey::given(id);
    }
    same
}

/// Every set leaf has exactly one row, and one that breaks a limit is rejected.
pub(crate) fn check_rows(request: &genmux::Request, ledger: &[Row], violations: &[Violation]) {
    for leaf in request.leaves().iter() {
        let rows = ledger.iter().filter(|row| row.field == leaf.path()).count();
        assert_eq!(rows, 1, "rows of {leaf}");
    }
    for violation in violations {
        let mut rows = ledger.iter().filter(|row| row.field == violation.field);
        let is_rejected = rows.all(|row| row.outcome == RowOutcome::Rejected);
        assert!(is_rejected, "{} breaks a limit and its row is not rejected", violation.field);
    }
}

/// Violations are messages, and repeat no content where it stands where it belongs.
pub(crate) fn check_violations(violations: &[Violation], marks_belong: bool) {
    for violation in violations {
        check_message(&violation.message);
        if marks_belong {
            check_silent(&serde_json::to_string(violation).unwrap());
            check_silent(&format!("{violation:?}"));
        }
    }
}
