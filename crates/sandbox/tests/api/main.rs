//! The sandbox over real loopback HTTP, as a client sees it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod admin;
mod faults;
mod media;
mod offers;
mod published;
mod refusals;
mod replicate;
mod runware;
mod scenario;
mod scenario_more;
mod support;
mod websocket;
