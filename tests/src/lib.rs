//! Shared parts of the suites.

pub mod golden;
pub mod lift;
pub mod random;
pub mod schema;
