//! The JSON form of a translation.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Expect, Rejection, Row, RowOutcome, Translation};
use crate::adapter::{Adapter, ShownRequest};
use crate::context::Context;
use crate::encoding::Handover;
use crate::plan::Plan;
use crate::request::Request;
use crate::spec::{Date, Status};
use crate::violation::Violation;

/// A medium that must be uploaded before the payload is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Upload {
    /// Dotted path of the field.
    pub field: &'static str,
    /// Place in its list, from 0.
    pub index: usize,
    /// The medium, shortened.
    pub src: String,
}

impl Translation<'_> {
    /// Media that must be uploaded before the payload is sent, copied assets among them.
    pub fn uploads(&self) -> Vec<Upload> {
        let all = self.handovers().into_iter();
        all.filter(|(_, _, handover)| *handover >= Handover::Uploaded)
            .map(|(leaf, index, _)| {
                let src = self.request.media(leaf)[index].shortened();
                Upload { field: leaf.path(), index, src }
            })
            .collect()
    }
}

/// The request that submits the first call, as the vendor's own host would be sent it.
fn shown_http(
    adapter: &dyn Adapter,
    translation: &Translation<'_>,
) -> serde_json::Result<ShownRequest> {
    let payloads = [translation.payload(0)];
    adapter.submit(payloads[0].base_url(), &payloads, None)?.shown()
}

/// The offer that a translation is for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ShownOffer<'a> {
    provider: &'a str,
    model: &'a str,
    vendor_id: &'a str,
    revision: Date,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired_on: Option<Date>,
}

impl<'a> From<&'a Plan> for ShownOffer<'a> {
    fn from(plan: &'a Plan) -> ShownOffer<'a> {
        ShownOffer {
            provider: &plan.provider,
            model: &plan.slug,
            vendor_id: &plan.vendor_id,
            revision: plan.revision,
            status: plan.status,
            retired_on: plan.retired_on,
        }
    }
}

/// The JSON form of a translation or a rejection.
#[derive(Serialize)]
pub struct Shown<'a> {
    offer: ShownOffer<'a>,
    catalogue: &'a str,
    accepted: bool,
    calls: u64,
    http: Option<ShownRequest>,
    payload: Option<Box<RawValue>>,
    expect: Option<Expect>,
    ledger: Vec<Row>,
    violations: &'a [Violation],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    uploads: Vec<Upload>,
}

impl<'a> Shown<'a> {
    /// The JSON form of a translation, as the adapter would send its first call.
    ///
    /// # Errors
    /// Those of serialization, which no request causes.
    pub fn accepted(
        translation: &'a Translation<'a>,
        adapter: &dyn Adapter,
    ) -> serde_json::Result<Shown<'a>> {
        let payload = translation.payload(0);
        Ok(Shown {
            offer: translation.plan.into(),
            catalogue: &translation.plan.catalogue,
            accepted: true,
            calls: translation.calls(),
            http: Some(shown_http(adapter, translation)?),
            payload: Some(serde_json::value::to_raw_value(&payload)?),
            expect: Some(translation.expect()),
            ledger: translation.ledger(),
            violations: &[],
            uploads: translation.uploads(),
        })
    }

    /// Puts a row before all others: what happened before the request was translated.
    pub fn begin_with(&mut self, row: Row) {
        self.ledger.insert(0, row);
    }

    /// Puts a row in place of the one of its field; without one a default comes last, as it does
    /// in every ledger, and others before all.
    pub fn put(&mut self, row: Row) {
        match self.ledger.iter_mut().find(|known| known.field == row.field) {
            Some(known) => *known = row,
            None if row.outcome == RowOutcome::Defaulted => self.ledger.push(row),
            None => self.begin_with(row),
        }
    }

    /// The rows.
    pub fn ledger(&self) -> &[Row] {
        &self.ledger
    }

    /// The JSON form of a rejection.
    pub fn rejected(rejection: &'a Rejection, request: &Request, context: &Context) -> Shown<'a> {
        Shown {
            offer: (&*rejection.plan).into(),
            catalogue: &rejection.plan.catalogue,
            accepted: false,
            calls: 0,
            http: None,
            payload: None,
            expect: None,
            ledger: rejection.ledger(request, context),
            violations: rejection.violations(),
            uploads: Vec::new(),
        }
    }
}
