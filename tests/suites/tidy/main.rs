//! What must stay true of the tree: arrows, purity, budgets, generated files, secrets, links.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is a failed test.

mod arrows;
mod budgets;
mod generated;
mod licences;
mod links;
mod secrets;
mod tree;
