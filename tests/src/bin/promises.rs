//! Runs the tests behind every promise, and prints the list with what came of each.
//!
//! `cargo run -p genmux-tests --bin promises`; with words after it, only the promises whose titles
//! hold one of them. It ends with 1 where a test failed, or where a name matches none.
#![allow(clippy::print_stdout)] // The list is asked for.

use std::collections::BTreeMap;
use std::process::{Command, ExitCode};
use std::time::Instant;

use genmux_tests::promises::{self, Held, Promise};

/// What came of some tests.
#[derive(Clone, Copy)]
struct Came {
    passed: u64,
    failed: u64,
    seconds: f64,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).map(|word| word.to_lowercase()).collect();
    let wanted = |promise: &Promise| {
        let title = promise.title.to_lowercase();
        words.is_empty() || words.iter().any(|word| title.contains(word))
    };
    let promises: Vec<Promise> = promises::read().into_iter().filter(wanted).collect();
    let (mut seen, mut broken) = (BTreeMap::new(), 0);
    for (at, promise) in promises.iter().enumerate() {
        println!("{}. {}: {}", at + 1, promise.title, promise.promise);
        for held in &promise.tests {
            let came = *seen.entry(held.clone()).or_insert_with(|| run(held));
            println!("     {}", line(held, came));
            broken += u64::from(!came.holds());
        }
    }
    let (count, tests) =
        (promises.len(), seen.values().map(|came: &Came| came.passed).sum::<u64>());
    println!("\n{count} promises, {tests} tests behind them, {broken} of their lines broken");
    if broken == 0 && count > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Came {
    /// What nothing was run for is not held.
    const fn holds(self) -> bool {
        self.failed == 0 && self.passed > 0
    }
}

fn line(held: &Held, Came { passed, failed, seconds }: Came) -> String {
    let shown = held.shown().replace('`', "");
    match (passed, failed) {
        (0, 0) => format!("NONE    {shown} (no test has such a name)"),
        (_, 0) => format!("ok      {shown} ({passed} passed in {seconds:.1} s)"),
        _ => format!("FAILED  {shown} ({failed} failed, {passed} passed)"),
    }
}

#[allow(clippy::disallowed_methods)] // How long it took is for people.
fn run(held: &Held) -> Came {
    let started = Instant::now();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo).args(held.arguments()).output();
    let (text, ended_well) = output.map_or((String::new(), false), |output| {
        (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
    });
    let (mut passed, failed) = counts(&text);
    // A target with a way of its own to tell has no such line; it says by its end what came of it.
    if (passed, failed) == (0, 0) && ended_well && held.filter.is_empty() && !text.is_empty() {
        passed = 1;
    }
    let failed = if ended_well { failed } else { failed.max(1) };
    Came { passed, failed, seconds: started.elapsed().as_secs_f64() }
}

/// The sums of the lines `test result: ok. 3 passed; 0 failed; ...`.
fn counts(text: &str) -> (u64, u64) {
    let results = text.lines().filter_map(|line| line.strip_prefix("test result: "));
    let number = |line: &str, word: &str| {
        let before = line.split(word).next()?.trim_end();
        before.rsplit(' ').next()?.parse::<u64>().ok()
    };
    let each = results
        .map(|line| (number(line, "passed;").unwrap_or(0), number(line, "failed;").unwrap_or(0)));
    each.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1))
}
