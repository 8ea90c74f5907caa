//! Finding an offer by any of its names, with a way out where there is none.

use super::{Catalog, CatalogError};
use crate::request::nearest;
use crate::spec::OfferFile;

impl Catalog {
    pub(super) fn find(&self, given: &str) -> Result<String, CatalogError> {
        if self.names().any(|name| name == given) {
            return Ok(given.to_owned());
        }
        let (provider, vendor_id) = given.split_once('/').unwrap_or(("", given));
        let vendor_id_of = |name: &str| {
            self.read::<OfferFile>(&format!("{name}.json")).ok().map(|offer| offer.vendor_id)
        };
        let names =
            |name: &&str| vendor_id_of(name).is_some_and(|id| id == vendor_id || id == given);
        let own =
            |name: &&str| name.strip_prefix(provider).is_some_and(|rest| rest.starts_with('/'));
        let found: Vec<&str> = self.names().filter(names).collect();
        if let Some(name) = found.iter().copied().find(|name| own(name)) {
            return Ok(name.to_owned());
        }
        match found.first() {
            Some(name) => Err(CatalogError::Unknown {
                given: given.to_owned(),
                hint: format!("; {vendor_id} is the vendor's name of {name}"),
            }),
            None => Err(self.unknown(given)),
        }
    }

    fn unknown(&self, given: &str) -> CatalogError {
        let same_model =
            self.names().filter(|name| name.split('/').nth(1) == given.split('/').next_back());
        let same_model: Vec<&str> = same_model.collect();
        let hint = if same_model.is_empty() {
            nearest(given, self.names()).map(|name| format!("; did you mean {name}?"))
        } else {
            Some(format!("; the model is offered as {}", same_model.join(", ")))
        };
        let hint = hint.unwrap_or_else(|| {
            format!("; there are {}", self.names().collect::<Vec<_>>().join(", "))
        });
        CatalogError::Unknown { given: given.chars().take(80).collect(), hint }
    }

    pub(super) fn too_early(&self, offer: String) -> CatalogError {
        let first = self.read::<OfferFile>(&format!("{offer}.json")).ok();
        let first = first.and_then(|file| Some(file.revisions.first()?.since));
        match (self.as_of, first) {
            (Some(as_of), Some(first)) => CatalogError::TooEarly { offer, as_of, first },
            _ => CatalogError::Unknown { given: offer, hint: "; it has no revision".to_owned() },
        }
    }
}
