//! Shared parts of the suites.

pub mod golden;
pub mod random;
pub mod schema;
