//! A comparison for people: a table, markdown, a page.

mod html;
mod markdown;
mod table;

pub(crate) use html::html;
pub(crate) use markdown::markdown;
pub(crate) use table::table;

use genmux::{Expect, Row, Violation};
use serde_json::Value;

/// One request at several offers.
pub(crate) struct Comparison {
    /// The request as canonical JSON.
    pub(crate) request: Value,
    /// One column an offer.
    pub(crate) columns: Vec<Column>,
}

/// What became of the request at one offer.
pub(crate) struct Column {
    /// `provider/slug`.
    pub(crate) offer: String,
    pub(crate) title: String,
    /// Date of the revision in force.
    pub(crate) revision: String,
    /// The day on which it was retired, if it was.
    pub(crate) retired_on: Option<String>,
    /// The policy under which it was translated, such as `fit`.
    pub(crate) policy: String,
    /// Calls that the request becomes; 0 where it is refused.
    pub(crate) calls: u64,
    /// What should come back; none where it is refused.
    pub(crate) expect: Option<Expect>,
    pub(crate) ledger: Vec<Row>,
    pub(crate) violations: Vec<Violation>,
    /// The payload of the first call; none where the request is refused.
    pub(crate) payload: Option<Value>,
}
