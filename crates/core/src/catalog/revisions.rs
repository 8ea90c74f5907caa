//! An offer as it was after each of its revisions.

use super::{Catalog, CatalogError, Offer};
use crate::spec::OfferFile;

impl Catalog {
    /// An offer after each of its revisions that are in force on the day, newest first.
    ///
    /// # Errors
    /// As [`Catalog::offer`].
    pub fn revisions(&self, name: &str) -> Result<Vec<Offer>, CatalogError> {
        let newest = self.offer(name)?;
        let file: OfferFile =
            self.read(&format!("{}.json", newest.name())).map_err(CatalogError::Specs)?;
        let earlier = file.revisions.iter().rev().map(|revision| revision.since);
        let earlier = earlier.filter(|since| *since < newest.revision());
        let earlier = earlier.map(|since| self.as_of(since).offer(newest.name()));
        std::iter::once(Ok(newest.clone())).chain(earlier).collect()
    }
}
