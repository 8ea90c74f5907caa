//! A comparison for people: a table, markdown, a page; and what offers take.
//!
//! `cells` and `heads` say what is shown; `table`, `markdown` and `html` only lay it out.

mod cell;
mod cells;
mod difference;
mod heads;
mod html;
mod json;
mod markdown;
mod matrix;
#[cfg(test)]
mod samples;
mod sheet;
mod table;
mod text;
mod values;

pub(crate) use html::{gallery, html};
pub(crate) use markdown::markdown;
pub(crate) use matrix::matrix;
pub(crate) use sheet::sheet;
pub(crate) use table::table;
pub(crate) use text::{clean, clean_lines, pad, wrap};

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
    /// The model's name as people write it.
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
    /// What became of every field.
    pub(crate) ledger: Vec<Row>,
    /// Why it is refused; empty where it is accepted.
    pub(crate) violations: Vec<Violation>,
    /// The payload of the first call; none where the request is refused.
    pub(crate) payload: Option<Value>,
}

/// A request at all offers, and what some of them made of it.
pub(crate) struct Scene<'a> {
    pub(crate) comparison: &'a Comparison,
    pub(crate) pictures: Vec<Picture>,
}

/// A file that an offer made.
pub(crate) struct Picture {
    /// `provider/slug`.
    pub(crate) offer: String,
    /// The policy under which it was translated.
    pub(crate) policy: String,
    /// Its name beside the page.
    pub(crate) file: String,
    /// A clip, or a picture.
    pub(crate) video: bool,
    /// Size, time and type in words.
    pub(crate) facts: String,
}
