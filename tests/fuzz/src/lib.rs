//! Inputs from outside: what must hold for each, whatever bytes it is, and inputs to begin with.
//!
//! A target is a plain function of bytes that panics where a promise is broken. The fuzzers in
//! `fuzz/` call the targets with what they find, the suite `fuzz` of `genmux-tests` with a fixed
//! set of [changed](mutate) seeds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)] // They find out.

pub mod mutate;
mod offers;
mod promise;
mod seeds;
mod split;
mod targets;

use genmux_media::inspect_bytes;

/// Media written by hand: those of the tests of `genmux-media`, which are not committed twice.
#[allow(dead_code, unreachable_pub)]
#[path = "../../../crates/media/src/fixtures.rs"]
mod fixtures;

/// One kind of input.
pub struct Target {
    /// Its name, and that of its fuzzer.
    pub name: &'static str,
    /// What must hold.
    pub run: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "request", run: request, seeds: seeds::requests },
    Target { name: "specs", run: specs, seeds: seeds::specs },
    Target { name: "payload", run: payload, seeds: seeds::payloads },
    Target { name: "calls", run: calls, seeds: seeds::calls },
    Target { name: "replies", run: replies, seeds: seeds::replies },
    #[cfg(feature = "client")]
    Target { name: "webhooks", run: webhooks, seeds: seeds::webhooks },
    Target { name: "waits", run: waits, seeds: seeds::waits },
    Target { name: "data_uris", run: data_uris, seeds: seeds::data_uris },
    Target { name: "media", run: media, seeds: seeds::media },
    #[cfg(feature = "client")]
    Target { name: "journal", run: journal, seeds: seeds::journal },
];

pub use targets::calls::run as calls;
pub use targets::data_uris::run as data_uris;
#[cfg(feature = "client")]
pub use targets::journal::run as journal;
pub use targets::media::run as media;
pub use targets::payload::run as payload;
pub use targets::replies::run as replies;
pub use targets::request::run as request;
pub use targets::specs::run as specs;
pub use targets::waits::run as waits;
#[cfg(feature = "client")]
pub use targets::webhooks::run as webhooks;

/// Words that the formats consist of: a fuzzer puts them together faster than it finds them.
pub fn words() -> Vec<String> {
    seeds::words()
}
