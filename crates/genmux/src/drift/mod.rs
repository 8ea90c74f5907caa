//! Drift: a spec beside what its vendor publishes, and what a change of specs means for requests.
//!
//! [`read_published`] reads a vendor's document into one neutral form, [`diff`] compares it with an
//! offer and says in words what changed, [`Drift::revision_to_add`] is what to add to the spec,
//! [`draft`] writes a spec for a model that has none, and [`impact`] tells what becomes of a
//! request between two catalogues.

mod compare;
mod defaults;
mod diff;
mod draft;
mod finding;
mod impact;
mod json_schema;
#[cfg(feature = "client")]
mod live;
mod names;
mod numbers;
mod published;
mod renames;
mod replicate;
mod runware;
mod scenario;
mod stated;
mod switches;
mod words;

pub use diff::{Drift, diff};
pub use draft::{Draft, DraftError, DraftOptions, draft};
pub use finding::{Finding, FindingKind};
pub use impact::{Change, Impact, WireMove, impact};
#[cfg(feature = "client")]
pub use live::{FetchError, fetch};
pub use published::{Address, Published, PublishedError, PublishedField, address, read_published};
