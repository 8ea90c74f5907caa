//! A payload within a body that is sent to a provider.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::request::Kind;

/// One payload within a body, with what the body and its address say about it.
#[derive(Clone)]
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
    /// Keys beside the payload that the vendor documents and no request has a place for.
    pub around: Vec<(&'a str, &'a Value)>,
    /// Names in the query of the address.
    pub query: Vec<String>,
    /// What hides the model, such as the id of a version.
    pub hidden_by: Option<&'static str>,
    /// Whether the vendor refuses keys of the payload that it does not know.
    pub refuses_unknown: bool,
    /// What is wrong with the form of the body around the payload.
    pub malformed: Option<&'static str>,
    /// Keys that genmux writes itself, with the values that the vendor documents for them.
    pub documented: &'static [(&'static str, &'static [&'static str])],
    /// What keys of the payload do there, where the vendor takes them elsewhere.
    pub misplaced: &'static [(&'static str, &'static str)],
}

/// The payload holds the prompt, and what stands beside it may be a key.
impl fmt::Debug for Enclosed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Enclosed { vendor_id, kind, envelope, .. } = self;
        write!(f, "Enclosed({vendor_id:?} {kind:?}, {} keys beside it)", envelope.len())
    }
}

impl<'a> Enclosed<'a> {
    /// A payload of which nothing else is known.
    pub const fn bare(payload: &'a Value) -> Enclosed<'a> {
        Enclosed {
            vendor_id: None,
            kind: None,
            is_certain: false,
            payload,
            envelope: Vec::new(),
            around: Vec::new(),
            query: Vec::new(),
            hidden_by: None,
            refuses_unknown: false,
            malformed: None,
            documented: &[],
            misplaced: &[],
        }
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

    /// The payload with a key beside it that is the vendor's and that no request can hold.
    #[must_use]
    pub fn amid(mut self, key: &'a str, value: &'a Value) -> Enclosed<'a> {
        self.around.push((key, value));
        self
    }

    /// A payload whose model is hidden by something, such as the id of a version.
    #[must_use]
    pub const fn hidden(mut self, by: Option<&'static str>) -> Enclosed<'a> {
        self.hidden_by = by;
        self
    }

    /// A payload of a vendor that refuses keys that it does not know.
    #[must_use]
    pub const fn strict(mut self) -> Enclosed<'a> {
        self.refuses_unknown = true;
        self
    }

    /// A payload in a body whose form the vendor refuses.
    #[must_use]
    pub const fn malformed(mut self, problem: Option<&'static str>) -> Enclosed<'a> {
        self.malformed = problem;
        self
    }

    /// A payload with keys of which the vendor documents every value.
    #[must_use]
    pub const fn documented(
        mut self,
        values: &'static [(&'static str, &'static [&'static str])],
    ) -> Self {
        self.documented = values;
        self
    }

    /// A payload with keys that act elsewhere, and what they do in it.
    #[must_use]
    pub const fn misplacing(mut self, keys: &'static [(&'static str, &'static str)]) -> Self {
        self.misplaced = keys;
        self
    }

    /// The payload as it is sent to an address, whose query no request can hold.
    #[must_use]
    pub fn sent_to(mut self, url: Option<&str>) -> Enclosed<'a> {
        let (_, query) = url.and_then(|url| url.split_once('?')).unwrap_or_default();
        let pairs = query.split('#').next().unwrap_or_default().split('&');
        let names = pairs.map(|pair| pair.split('=').next().unwrap_or_default());
        self.query = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: Option<&str>, expected: &[&str]) {
        assert_eq!(Enclosed::bare(&Value::Null).sent_to(url).query, expected, "{url:?}");
    }

    #[test]
    fn the_query_gives_its_names() {
        check(None, &[]);
        check(Some("https://a.b/c"), &[]);
        check(Some("https://a.b/c?dryRun=true&&x#y=1"), &["dryRun", "x"]);
    }
}
