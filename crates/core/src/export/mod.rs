//! What an offer takes, for people, forms and other languages: a descriptor, a JSON Schema, a
//! TypeScript type and a page, all read off the plan that translates.

mod capability;
mod page;
mod schema;
mod sizes;
mod sources;
mod typescript;
mod words;

use serde_json::Value;

pub use page::catalogue_page;
pub use schema::UNCHECKED;

use crate::catalog::Offer;
use crate::leaf::Leaf;

/// One line of an offer's sheet: a field or rule, what holds for it, and the pages that state it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetLine {
    /// The canonical field; empty for a rule.
    pub field: String,
    /// What holds, in words.
    pub says: String,
    /// Page and date of every fact in it.
    pub sources: Vec<String>,
}

impl Offer {
    /// What the offer takes, by canonical field: closed sets (`enum`), ranges (`range`), flags
    /// (`boolean`), texts and media, each with unit, default, what is implied, and its sources.
    pub fn capability(&self) -> Value {
        capability::capability(&self.plan)
    }

    /// Whether a request can choose the field here; what the offer does anyway is no choice.
    pub fn takes(&self, leaf: Leaf) -> bool {
        capability::takes(&self.plan, leaf)
    }

    /// The rules of `strict` as a JSON Schema (draft 2020-12) over the canonical request.
    ///
    /// A request that it refuses, `strict` refuses too. What it cannot express it names under
    /// `x-unchecked`; see [`UNCHECKED`].
    pub fn json_schema(&self) -> Value {
        schema::schema(&self.plan)
    }

    /// A TypeScript type of the requests that the offer takes, ranges in doc comments.
    pub fn typescript(&self) -> String {
        typescript::typescript(self)
    }

    /// The fields of the offer in words, one line each, in canonical order.
    pub fn sheet(&self) -> Vec<SheetLine> {
        words::sheet(&self.capability())
    }

    /// The size table in words, one line a tier, with the pages that list it.
    pub fn table(&self) -> Vec<SheetLine> {
        words::table(&self.plan.geometry)
    }

    /// The rules between fields in words, one line each.
    pub fn rules(&self) -> Vec<SheetLine> {
        words::rules(&self.capability())
    }
}
