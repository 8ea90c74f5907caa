//! Whose payload it is: provider, offer and dated revision, from the payload alone or named.

mod error;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use genmux_core::{Enclosed, LiftError, Lifted, Offer};
use serde_json::Value;

pub use error::RecognizeError;

use crate::Catalog;
use crate::providers::{adapter, adapters};

/// What is known of a payload beforehand.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Hints<'a> {
    /// An offer or a provider by name.
    pub from: Option<&'a str>,
    /// Where the payload is sent.
    pub url: Option<&'a str>,
}

/// Finds offers by the payloads that are sent to them.
///
/// Holds every offer that it had to look at, compiled, after each of its revisions.
#[derive(Debug)]
pub struct Recognizer {
    catalog: Catalog,
    revisions: Mutex<BTreeMap<String, Vec<Offer>>>,
    /// Names of offers by what payloads call them.
    names: Mutex<BTreeMap<String, String>>,
}

/// One payload and the offers that it could be for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recognized<'a> {
    /// The payload, with what body and address say about it.
    pub sent: Enclosed<'a>,
    /// The offers that fit best, each at the newest revision whose form fits; at least one.
    pub offers: Vec<Offer>,
    /// How many keys the form of these offers does not cover.
    pub strangers: usize,
}

impl<'a> Recognized<'a> {
    /// The offer, where only one fits.
    ///
    /// # Errors
    /// When several fit; the error names them.
    pub fn offer(&self) -> Result<&Offer, RecognizeError> {
        match self.offers.as_slice() {
            [one] => Ok(one),
            several => Err(RecognizeError::several(several)),
        }
    }

    /// The payload read by the offer, where only one fits.
    ///
    /// # Errors
    /// As [`Recognized::offer`], and when the offer cannot read it.
    pub fn lift(&'a self) -> Result<Lifted<'a>, RecognizeError> {
        Ok(self.offer()?.lift_sent(&self.sent)?)
    }
}

impl Catalog {
    /// The payloads within a body, each with the offers that it could be for.
    ///
    /// # Errors
    /// When the body is no vendor's, or names a model that the catalogue does not have. For many
    /// bodies use one [`Recognizer`].
    pub fn recognize<'a>(&self, body: &'a Value) -> Result<Vec<Recognized<'a>>, RecognizeError> {
        Recognizer::new(self).recognize(body, &Hints::default())
    }
}

impl Recognizer {
    /// A recognizer of the offers in force on the catalogue's day.
    pub fn new(catalog: &Catalog) -> Recognizer {
        Recognizer {
            catalog: catalog.clone(),
            revisions: Mutex::default(),
            names: Mutex::default(),
        }
    }

    /// The payloads within a body, each with the offers that it could be for.
    ///
    /// # Errors
    /// When the body is not one of the vendor, offer or address that the hints name, or of none,
    /// or names a model that the catalogue does not have.
    pub fn recognize<'a>(
        &self,
        body: &'a Value,
        hints: &Hints<'_>,
    ) -> Result<Vec<Recognized<'a>>, RecognizeError> {
        let Some(from) = hints.from else { return self.by_itself(body, hints.url) };
        self.named(from, body, hints.url).map_err(|error| match error {
            RecognizeError::NotOf { name, .. } => self.not_of(name, body),
            error => error,
        })
    }

    /// Whether requests for pictures or clips are sent to an address.
    pub fn knows_address(&self, url: &str) -> bool {
        let empty = Value::Object(serde_json::Map::new());
        let path = url.split(['?', '#']).next().unwrap_or_default();
        adapters().any(|adapter| {
            let base = self.catalog.base_url(adapter.provider());
            let only = adapter.capability().tasks_per_submit > 1;
            let is_base = only && base.is_some_and(|base| base.trim_end_matches('/') == path);
            is_base || adapter.read_sent(Some(url), &empty).map_or(true, |sent| !sent.is_empty())
        })
    }

    /// What an offer or a provider that is named reads in a body.
    fn named<'a>(
        &self,
        from: &str,
        body: &'a Value,
        url: Option<&str>,
    ) -> Result<Vec<Recognized<'a>>, RecognizeError> {
        if adapter(from).is_some() {
            let sent = sent(from, body, url)?;
            return sent.into_iter().map(|sent| self.at_provider(from, sent)).collect();
        }
        let name = self.name_of(from)?;
        let provider = name.split('/').next().unwrap_or_default();
        let sent = sent(provider, body, url)?;
        sent.into_iter().map(|sent| self.at_offer(&name, sent)).collect()
    }

    /// The body is not one of the provider's; perhaps it is plain whose it is.
    fn not_of(&self, name: String, body: &Value) -> RecognizeError {
        let whose = self.by_itself(body, None).ok().and_then(|found| {
            let offer = found.first()?.offers.first()?;
            (found[0].strangers == 0).then(|| offer.name().to_owned())
        });
        RecognizeError::NotOf { name, whose }
    }

    fn by_itself<'a>(
        &self,
        body: &'a Value,
        url: Option<&str>,
    ) -> Result<Vec<Recognized<'a>>, RecognizeError> {
        let mut possible = Vec::new();
        for adapter in adapters() {
            let sent = adapter.read_sent(url, body)?;
            let sent = sent.into_iter().map(|sent| (adapter.provider(), sent.sent_to(url)));
            possible.extend(sent);
        }
        if possible.iter().any(|(_, sent)| sent.is_certain) {
            let certain = possible.into_iter().filter(|(_, sent)| sent.is_certain);
            return certain.map(|(provider, sent)| self.at_provider(provider, sent)).collect();
        }
        let found = possible
            .into_iter()
            .filter_map(|(provider, sent)| self.at_provider(provider, sent).ok());
        best_of(found.collect()).map(|best| vec![best]).ok_or(RecognizeError::Nobodys)
    }

    /// A payload of a provider: of the model that it names, or of whichever fits best.
    fn at_provider<'a>(
        &self,
        provider: &str,
        sent: Enclosed<'a>,
    ) -> Result<Recognized<'a>, RecognizeError> {
        if let Some(id) = &sent.vendor_id {
            let name = self.name_of(&format!("{provider}/{id}"))?;
            return self.at_offer(&name, sent);
        }
        if let Some(hidden_by) = sent.hidden_by {
            return Err(RecognizeError::Hidden { hidden_by });
        }
        let own = |name: &&str| name.split('/').next() == Some(provider);
        let names: Vec<String> = self.catalog.names().filter(own).map(str::to_owned).collect();
        let found = names.iter().filter_map(|name| self.at_offer(name, sent.clone()).ok());
        best_of(found.collect())
            .ok_or_else(|| RecognizeError::NotOf { name: provider.to_owned(), whose: None })
    }

    /// A payload of an offer, at the newest revision whose form fits best.
    fn at_offer<'a>(
        &self,
        name: &str,
        sent: Enclosed<'a>,
    ) -> Result<Recognized<'a>, RecognizeError> {
        let mut best: Option<((usize, usize), Offer)> = None;
        let mut refused = None;
        for offer in self.revisions(name)? {
            match offer.lift_sent(&sent).map(|lifted| (lifted.strange_names(), lifted.strangers()))
            {
                Ok(strangers) if best.as_ref().is_none_or(|(least, _)| strangers < *least) => {
                    best = Some((strangers, offer));
                }
                Ok(_) => {}
                Err(error) => refused = refused.or(Some(error)),
            }
            if best.as_ref().is_some_and(|((_, strangers), _)| *strangers == 0) {
                break;
            }
        }
        if let (Some((_, offer)), Some(asked)) = (&best, sent.kind)
            && offer.kind() != asked
        {
            let (offer, makes) = (offer.name().to_owned(), offer.kind());
            return Err(RecognizeError::OtherKind { offer, makes, asked });
        }
        match (best, refused) {
            (Some(((_, strangers), offer)), _) => {
                Ok(Recognized { sent, offers: vec![offer], strangers })
            }
            (None, Some(LiftError::NoKeyKnown { .. })) => {
                Err(RecognizeError::NotOf { name: name.to_owned(), whose: None })
            }
            (None, Some(error)) => Err(error.into()),
            (None, None) => Err(RecognizeError::Nobodys),
        }
    }

    /// Finding an offer compiles it, which takes a hundred times longer than reading a payload.
    fn name_of(&self, named: &str) -> Result<String, RecognizeError> {
        let lock = || self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = lock().get(named) {
            return Ok(name.clone());
        }
        let name = self.catalog.offer(named)?.name().to_owned();
        lock().insert(named.to_owned(), name.clone());
        Ok(name)
    }

    fn revisions(&self, name: &str) -> Result<Vec<Offer>, RecognizeError> {
        let lock = || self.revisions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(offers) = lock().get(name) {
            return Ok(offers.clone());
        }
        let offers = self.catalog.revisions(name)?;
        lock().insert(name.to_owned(), offers.clone());
        Ok(offers)
    }
}

/// What a provider reads in a body.
fn sent<'a>(
    provider: &str,
    body: &'a Value,
    url: Option<&str>,
) -> Result<Vec<Enclosed<'a>>, RecognizeError> {
    let adapter = adapter(provider);
    let sent = adapter.map(|adapter| adapter.read_sent(url, body)).transpose()?;
    let sent = sent.filter(|sent| !sent.is_empty());
    let sent = sent.map(|sent| sent.into_iter().map(|sent| sent.sent_to(url)).collect());
    sent.ok_or_else(|| RecognizeError::NotOf { name: provider.to_owned(), whose: None })
}

/// The offers whose form leaves the fewest keys over; a payload most of whose keys nobody knows is
/// nobody's.
fn best_of(found: Vec<Recognized<'_>>) -> Option<Recognized<'_>> {
    let least = found.iter().map(|found| found.strangers).min()?;
    let mut best = found.into_iter().filter(|found| found.strangers == least);
    let mut first = best.next()?;
    first.offers.extend(best.flat_map(|other| other.offers));
    let keys = first.sent.payload.as_object().map_or(0, serde_json::Map::len);
    (least * 2 <= keys).then_some(first)
}
