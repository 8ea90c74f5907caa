//! Why an offer cannot be had.

use crate::request::one_line;
use crate::spec::Date;

/// A mistake in a spec file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{}: {}{}", one_line(file, 200), place(pointer), one_line(problem, 1000))]
pub struct SpecProblem {
    /// The file within the spec directory.
    pub file: String,
    /// The place in the file.
    pub pointer: String,
    /// What is wrong.
    pub problem: String,
}

fn place(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!("{}: ", one_line(pointer, 200)) }
}

/// An offer cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// No offer has this name.
    #[error("no offer is named {given:?}{hint}")]
    Unknown {
        /// The name given.
        given: String,
        /// A way out, empty or beginning with a semicolon.
        hint: String,
    },
    /// The offer is not yet there on the catalogue's day.
    #[error("{offer} is not offered on {as_of}; its first revision is of {first}")]
    TooEarly {
        /// The offer.
        offer: String,
        /// The catalogue's day.
        as_of: Date,
        /// Its first revision.
        first: Date,
    },
    /// Spec files have mistakes.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Specs(Vec<SpecProblem>),
}
