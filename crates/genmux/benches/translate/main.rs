//! What translation costs, each figure beside a floor that is measured in turns with it.
//!
//! Prints one table of ratios; then criterion's own figures for the three offers that have a
//! struct written by hand. `cargo bench -p genmux`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A bench that cannot set up should stop.
#![allow(clippy::print_stdout, clippy::disallowed_methods)] // It measures time and prints it.

mod by_hand;
mod case;
mod measure;
mod tables;

use criterion::Criterion;

use case::Case;

fn main() {
    let cases = Case::all();
    tables::check_and_write(&cases);
    tables::json_to_json(&cases);
    tables::lift(&cases);
    tables::every_offer();
    tables::fields();
    tables::offers();
    tables::rejection();
    tables::fit();
    figures(&cases);
}

/// Criterion's own figures, with their spread.
fn figures(cases: &[Case]) {
    let mut criterion = Criterion::default().configure_from_args();
    for case in cases {
        let mut out = Vec::with_capacity(4096);
        let mut group = criterion.benchmark_group(case.name);
        group.bench_function("genmux", |bench| {
            bench.iter(|| {
                out.clear();
                case.genmux(&mut out);
            });
        });
        group.bench_function("by hand", |bench| {
            bench.iter(|| {
                out.clear();
                case.hand(&mut out);
            });
        });
    }
    criterion.final_summary();
}
