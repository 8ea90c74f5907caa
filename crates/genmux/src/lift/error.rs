//! Why it is not known whose payload it is.

use genmux_core::{CatalogError, Kind, LiftError, Offer};

/// It is not known whose payload it is, or it cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecognizeError {
    /// No vendor's form.
    #[error("this is no payload of any vendor in the catalogue; name the offer to read it by")]
    Nobodys,
    /// Not of the provider or offer that was named.
    #[error("this is no payload of {name}{}", hint(whose.as_deref()))]
    NotOf {
        /// The provider or offer that was named.
        name: String,
        /// The offer whose form it has.
        whose: Option<String>,
    },
    /// The model is known to the vendor alone.
    #[error("{hidden_by} does not say which model it is; name the offer to read it by")]
    Hidden {
        /// What hides the model.
        hidden_by: &'static str,
    },
    /// Several offers fit.
    #[error("this could be a payload of {}; name one", .0.join(", "))]
    Several(Vec<String>),
    /// A picture is asked of an offer that makes clips, or the reverse.
    #[error("the payload asks for {asked} and {offer} makes {makes}")]
    OtherKind {
        /// The offer.
        offer: String,
        /// What it makes.
        makes: Kind,
        /// What the payload asks for.
        asked: Kind,
    },
    /// The offer cannot be had.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The payload cannot be read.
    #[error(transparent)]
    Lift(#[from] LiftError),
}

impl RecognizeError {
    pub(super) fn several(offers: &[Offer]) -> RecognizeError {
        RecognizeError::Several(offers.iter().map(|offer| offer.name().to_owned()).collect())
    }
}

fn hint(whose: Option<&str>) -> String {
    whose.map(|name| format!("; it has the form of {name}")).unwrap_or_default()
}
