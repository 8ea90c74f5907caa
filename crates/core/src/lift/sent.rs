//! A payload within a body that is sent to a provider.

use std::borrow::Cow;

use serde_json::Value;

use crate::request::Kind;

/// One payload within a body, with what the body and its address say about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Enclosed<'a> {
    /// The provider's own name of the model, where body or address holds it.
    pub vendor_id: Option<Cow<'a, str>>,
    /// Picture or clip, where the body says it.
    pub kind: Option<Kind>,
    /// Whether body or address belong to the provider beyond doubt.
    pub is_certain: bool,
    /// The payload itself.
    pub payload: &'a Value,
    /// Keys that stand beside the payload.
    pub envelope: Vec<(&'a str, &'a Value)>,
}

impl<'a> Enclosed<'a> {
    /// A payload of which nothing else is known.
    pub const fn bare(payload: &'a Value) -> Enclosed<'a> {
        Enclosed { vendor_id: None, kind: None, is_certain: false, payload, envelope: Vec::new() }
    }

    /// The payload of a model, if it is known which.
    #[must_use]
    pub fn of(mut self, vendor_id: Option<Cow<'a, str>>) -> Enclosed<'a> {
        self.vendor_id = vendor_id;
        self
    }

    /// A payload that belongs to the provider beyond doubt.
    #[must_use]
    pub const fn certain(mut self, kind: Option<Kind>) -> Enclosed<'a> {
        self.is_certain = true;
        self.kind = kind;
        self
    }

    /// The payload with a key that stands beside it.
    #[must_use]
    pub fn beside(mut self, key: &'a str, value: &'a Value) -> Enclosed<'a> {
        self.envelope.push((key, value));
        self
    }
}
