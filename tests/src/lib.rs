//! Shared parts of the suites.

pub mod golden;
pub mod handles;
pub mod hurried;
pub mod lift;
pub mod page;
pub mod promises;
pub mod random;
pub mod schema;
pub mod stage;
pub mod subject;
