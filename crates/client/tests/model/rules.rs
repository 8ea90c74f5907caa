//! The rules that are checked, and mutations of them that the check has to catch.

use genmux_client::journal::State;
use genmux_client::journal::decide::{self, Failure, First};
use genmux_core::Charged;

/// Where the model asks the code under test; by default nothing else decides.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) first: fn(bool, bool) -> First,
    pub(crate) only: fn(&[Vec<String>]) -> Option<Vec<String>>,
    pub(crate) after_failure: fn(Failure) -> Option<State>,
    pub(crate) may_be_repeated: fn(Charged, bool) -> bool,
    pub(crate) are_accepted: fn(&[Option<()>]) -> bool,
    /// Whether the store refuses a job of the vendor that another record names.
    pub(crate) unique: bool,
    /// Whether it refuses a change that was decided on an older version.
    pub(crate) fences: bool,
    /// Whether it is written down that something is sent before it is.
    pub(crate) writes_first: bool,
    /// Whether a record that a person settles is looked at again once it is held.
    pub(crate) looks_again: bool,
}

pub(crate) const RULES: Rules = Rules {
    first: decide::first,
    only: decide::only,
    after_failure: decide::after_failure,
    may_be_repeated: decide::may_be_repeated,
    are_accepted: decide::are_accepted::<()>,
    unique: true,
    fences: true,
    writes_first: true,
    looks_again: true,
};
