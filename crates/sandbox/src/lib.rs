//! The three vendors on loopback: Runware, Replicate and Scenario as far as genmux and the vendors'
//! own SDKs use them, without keys and without cost.
//!
//! [`Sandbox::start`] serves all three on one port. Payloads are checked as the vendors do, jobs
//! take their time, outputs are real pictures and videos of the asked size that show the beginning
//! of their prompt, and every accepted job is one [`Charge`]. [`Fault`]s make chosen calls go
//! wrong, before or after they are paid for. Runware answers over its socket too, on the same
//! address: `ws://127.0.0.1:PORT/runware/v1`.
//!
//! # JSON Schemas
//!
//! What the vendors accept stands in JSON Schemas, one per offer and dated revision.
//!
//! They are written from the vendors' own pages and never from genmux's specs: they are the second
//! opinion that every translated payload is held against. A schema describes the whole HTTP body
//! (Runware: an array of tasks; Replicate: an object with `input`; Scenario: a flat object) in
//! draft 2020-12, and refuses keys that the vendor does not document. Its `description` names the
//! page and the date. `schemas/README.md` says what a schema cannot express.
//!
//! ```
//! let schema = genmux_sandbox::schema("runware", "seedance-1.0-pro", "2026-03-13").unwrap();
//! assert_eq!(schema.since, "2026-03-01");
//! ```

mod admin;
mod certain;
mod check;
mod clock;
mod faults;
mod files;
mod hook;
mod ids;
mod jobs;
mod keys;
mod ledger;
mod media;
mod options;
mod outputs;
mod provider;
mod replicate;
mod reply;
mod runware;
mod scenario;
mod server;
mod sizes;
mod sniff;
mod state;
mod trouble;

pub use faults::{Fault, Rule};
pub use ledger::Charge;
pub use options::{Options, Pace, Strictness};
pub use provider::{Provider, Step};
pub use server::Sandbox;

/// The JSON Schema of one offer's HTTP body, in force from a date until the next one of that offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VendorSchema {
    /// The company that is sent the body: `runware`, `replicate` or `scenario`.
    pub provider: &'static str,
    /// genmux's slug of the model, such as `seedance-1.0-pro`.
    pub model: &'static str,
    /// The first day in force, as `YYYY-MM-DD`.
    pub since: &'static str,
    /// The schema itself, JSON text in draft 2020-12.
    pub json: &'static str,
}

/// All schemas, ordered by provider, model and date.
#[must_use]
pub fn schemas() -> &'static [VendorSchema] {
    SCHEMAS
}

/// The schema of an offer that was in force on `as_of` (`YYYY-MM-DD`).
///
/// `None` if the offer is unknown, or if it did not exist on that day yet. Dates are compared as
/// text, so `as_of` has to be a full ISO date; `9999-12-31` gives the newest.
#[must_use]
pub fn schema(provider: &str, model: &str, as_of: &str) -> Option<&'static VendorSchema> {
    SCHEMAS.iter().rfind(|s| s.provider == provider && s.model == model && s.since <= as_of)
}

static SCHEMAS: &[VendorSchema] = include!(concat!(env!("OUT_DIR"), "/schemas.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_schema_in_force_is_found() {
        let since = |as_of| schema("runware", "seedance-1.0-pro-fast", as_of).map(|s| s.since);
        assert_eq!(since("2025-10-26"), None);
        assert_eq!(since("2025-10-27"), Some("2025-10-27"));
        assert_eq!(since("2026-03-01"), Some("2026-03-01"));
        assert_eq!(since("2026-06-18"), Some("2026-03-01"));
        assert_eq!(since("2026-06-19"), Some("2026-06-19"));
        assert_eq!(since("9999-12-31"), Some("2026-10-12"));
    }

    #[test]
    fn offers_are_told_apart_by_provider_and_model() {
        let since = |provider, model| schema(provider, model, "2026-11-20").map(|s| s.since);
        assert_eq!(since("runware", "seedream-4.0"), Some("2026-10-12"));
        assert_eq!(since("scenario", "seedream-4.0"), Some("2026-03-13"));
        assert_eq!(since("replicate", "seedream-4.0"), Some("2026-11-20"));
        assert_eq!(since("replicate", "dreamina-3.1"), None);
        assert_eq!(since("runware", "seedream-4"), None);
    }

    #[test]
    fn the_list_is_ordered_and_nothing_is_in_it_twice() {
        let key = |s: &VendorSchema| (s.provider, s.model, s.since);
        assert!(!schemas().is_empty());
        assert!(schemas().is_sorted_by(|a, b| key(a) < key(b)));
    }
}
