//! Inputs from outside on a stable toolchain: every target over its seeds, a fixed set of changed
//! ones, and whatever once broke it.
//!
//! `fuzz/` runs the same targets under coverage, for as long as one likes.
#![allow(clippy::unwrap_used, clippy::print_stderr)] // A panic fails the test; its input is shown.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use genmux_fuzz_targets::mutate::Mutator;
use genmux_fuzz_targets::{TARGETS, Target};

/// Runs a target over its seeds, over `changed` others made of them, and over what once broke it.
#[track_caller]
fn check(name: &str, changed: usize) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = (target.seeds)();
    assert!(seeds.len() >= 10, "{name} has {} seeds", seeds.len());
    for input in seeds.iter().chain(&regressions(name)) {
        run(target, input);
    }
    let mut mutator = Mutator::new(name.len() as u64);
    for _ in 0..changed {
        let (seed, other) = (mutator.below(seeds.len()), mutator.below(seeds.len()));
        run(target, &mutator.change(&seeds[seed], &seeds[other]));
    }
}

/// Shows the input before the failure goes on.
fn run(target: &Target, input: &[u8]) {
    if let Err(failure) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        eprintln!("{} breaks on {:?}", target.name, String::from_utf8_lossy(input));
        std::panic::resume_unwind(failure);
    }
}

fn regressions(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions").join(name);
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    files.flatten().map(|file| fs::read(file.path()).unwrap()).collect()
}

#[test]
fn requests_are_read_or_refused_and_never_repeated() {
    check("request", 3000);
}

#[test]
fn spec_files_are_taken_or_their_mistakes_are_told() {
    check("specs", 250);
}

#[test]
fn payloads_are_lifted_without_a_loss() {
    check("payload", 800);
}

#[test]
fn files_of_calls_are_read_call_by_call() {
    check("calls", 3000);
}

#[test]
fn replies_are_read_or_become_errors_that_can_be_shown() {
    check("replies", 4000);
}

#[test]
fn deliveries_are_believed_only_where_they_are_signed() {
    check("webhooks", 4000);
}

#[test]
fn waits_are_those_that_vendors_ask_for() {
    check("waits", 5000);
}

#[test]
fn data_uris_are_what_their_bytes_are() {
    check("data_uris", 4000);
}

#[test]
fn media_tell_the_same_in_memory_and_in_files() {
    check("media", 5000);
}

#[test]
fn what_is_kept_is_read_as_it_was_or_refused() {
    check("journal", 2000);
}
