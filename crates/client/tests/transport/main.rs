//! The transport and the downloads against a small server on loopback.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is a failed test.

mod broken;
mod download;
mod guard;
mod redirect;
mod resume;
mod send;
mod server;
