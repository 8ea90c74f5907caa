//! Laws that hold for every request, offer, date and policy.
//!
//! A third of the requests are arbitrary, the others are made from the offer's own limits, so that
//! rejections and acceptances are common. A failure prints the smallest request that breaks it.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is a failed test.

mod case;
mod forms;
mod ledger;
mod lift;
mod payload;
mod reading;
mod refusal;
