//! The journal: every store against one suite, and the file against what happens to files.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is a failed test.

mod conformance;
mod crash;
mod damage;
mod group;
mod place;
mod share;
mod speed;
mod work;
