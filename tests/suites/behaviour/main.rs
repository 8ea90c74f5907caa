//! Behaviour ring: one list of small trials, run against the sandbox for every provider, gated by
//! what each declares to be able to do.
//!
//! `cargo test -p genmux-tests --test behaviour replicate::submit` runs some of them. Every trial
//! has a sandbox, a client and a folder of its own; where money matters, the sandbox's ledger of
//! charges is the judge.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is a failed test.

mod blind;
mod chain;
mod copy;
mod deadline;
mod download;
mod example;
mod handle;
mod journal;
mod list;
mod lost;
mod many;
mod mixed;
mod polling;
mod price;
mod rate;
mod refusal;
mod retry;
mod run;
mod save;
mod settle;
mod several;
mod traces;
mod upload;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use genmux_tests::{stage, subject};
use list::List;
use subject::{SUBJECTS, Subject};

/// Trials mostly wait for a vendor that is asked every few seconds.
const AT_ONCE: usize = 64;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(AT_ONCE));
    let all = SUBJECTS.iter().flat_map(trials).chain(example::trials()).collect();
    libtest_mimic::run(&arguments, all).exit_code()
}

fn trials(subject: &'static Subject) -> Vec<Trial> {
    let mut list = List::of(subject);
    run::trials(&mut list);
    handle::trials(&mut list);
    several::trials(&mut list);
    refusal::trials(&mut list);
    lost::trials(&mut list);
    retry::trials(&mut list);
    journal::trials(&mut list);
    settle::trials(&mut list);
    polling::trials(&mut list);
    many::trials(&mut list);
    mixed::trials(&mut list);
    download::trials(&mut list);
    deadline::trials(&mut list);
    save::trials(&mut list);
    copy::trials(&mut list);
    upload::trials(&mut list);
    chain::trials(&mut list);
    rate::trials(&mut list);
    price::trials(&mut list);
    traces::trials(&mut list);
    list.trials
}
