//! Two sides, measured in turns.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// One side of a comparison: writes into a buffer that is empty.
pub(crate) type Side<'a> = &'a dyn Fn(&mut Vec<u8>);

/// Median time of one call of both sides, in turns, so that noise hits both.
pub(crate) fn both(ours: Side<'_>, floor: Side<'_>) -> (Duration, Duration) {
    const ROUNDS: usize = 101;
    let mut out = Vec::with_capacity(64 * 1024);
    let calls = calls_within(Duration::from_millis(2), floor, &mut out);
    let mut time = |call: Side<'_>| {
        let start = Instant::now();
        for _ in 0..calls {
            out.clear();
            call(black_box(&mut out));
        }
        start.elapsed() / calls
    };
    let rounds = (0..ROUNDS).map(|_| (time(ours), time(floor)));
    let (mut ours, mut floor): (Vec<_>, Vec<_>) = rounds.unzip();
    ours.sort_unstable();
    floor.sort_unstable();
    (ours[ROUNDS / 2], floor[ROUNDS / 2])
}

/// So many calls that a round is long beside the clock, and all rounds are short for a reader.
fn calls_within(time: Duration, call: Side<'_>, out: &mut Vec<u8>) -> u32 {
    let start = Instant::now();
    let mut calls = 0;
    while start.elapsed() < time {
        out.clear();
        call(black_box(out));
        calls += 1;
    }
    calls.max(5)
}

/// A short time, in the one unit of all tables.
pub(crate) fn nanoseconds(time: Duration) -> String {
    format!("{} ns", time.as_nanos())
}

/// The head of a table.
pub(crate) fn head(what: &str, ours: &str, floor: &str) {
    println!("\n{what:44} {ours:>12} {floor:>12} {:>6}", "ratio");
}

/// A line: both times, their ratio, and whether it is within what is aimed at.
pub(crate) fn line(name: &str, (ours, floor): (Duration, Duration), most: Option<f64>) {
    let ratio = ours.as_secs_f64() / floor.as_secs_f64();
    let verdict = match most {
        Some(most) if ratio <= most => format!("  within {most}"),
        Some(most) => format!("  ABOVE {most}"),
        None => String::new(),
    };
    let (ours, floor) = (nanoseconds(ours), nanoseconds(floor));
    println!("{name:44} {ours:>12} {floor:>12} {ratio:>6.2}{verdict}");
}
