//! What made-up offers make of requests: every check, every rule, every row of the ledger.
//!
//! A file of a topic is a list of groups: one offer, and cases for it. Offer, request, policy and
//! context are written by people; `UPDATE_GOLDEN=1 cargo test -p genmux-core --test answers`
//! records the answers, which are then read as claims. The offers that there are have goldens of
//! their own; here stands what none of them says, so that every line of a check has a case.

#![allow(clippy::unwrap_used)] // A case that cannot be read should stop the test.

mod by_hand;
mod group;
// The pages of goldens look the same everywhere; the suite around them needs the whole workspace.
#[allow(unreachable_pub)]
#[path = "../../../../tests/src/golden/text.rs"]
mod text;

use std::fs;
use std::path::Path;

use group::Group;
use serde_json::json;
use text::{difference, pretty};

/// Compares the answers to all cases of a topic with those recorded.
#[track_caller]
fn check(topic: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/answers").join(topic);
    let path = path.with_extension("json");
    let recorded = fs::read_to_string(&path).unwrap();
    let groups: Vec<Group> = serde_json::from_str(&recorded).unwrap();
    let answered: Vec<Group> = groups.iter().map(Group::answered).collect();
    let now = pretty(&json!(answered));
    if std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1") {
        return fs::write(&path, now).unwrap();
    }
    let recorded = pretty(&json!(groups));
    assert!(now == recorded, "{topic}: - recorded, + now\n{}", difference(&recorded, &now));
}

#[test]
fn numbers_are_held_to_ranges_steps_and_closed_sets() {
    check("numbers");
}

#[test]
fn texts_words_and_urls_are_held_to_what_is_stated() {
    check("texts");
}

#[test]
fn media_are_held_to_what_is_known_of_them() {
    check("media");
}

#[test]
fn rules_hold_between_fields() {
    check("rules");
}

#[test]
fn every_field_is_settled_by_what_the_offer_says_of_it() {
    check("fields");
}

#[test]
fn a_count_becomes_calls() {
    check("calls");
}

#[test]
fn every_row_says_what_became_of_its_field() {
    check("ledger");
}
