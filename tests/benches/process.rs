//! Whole processes of the command line: `cargo bench -p genmux-tests --bench process`.
//!
//! What is run is the release binary (`GENMUX_BIN` names another one). Each command takes its turn
//! in every round, so that what else the machine does touches all of them alike. The floor is an
//! empty process, started in the same way.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // A bench that fails should stop; it prints.
#![allow(clippy::disallowed_methods)] // It measures time.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 60;

/// A command, and how long it may take.
struct Case {
    args: &'static [&'static str],
    limit: Option<Duration>,
}

const CASES: &[Case] = &[
    Case { args: &["--version"], limit: None },
    Case {
        args: &["translate", "examples/clip.json", "--to", "runware/seedance-1.0-pro"],
        limit: Some(Duration::from_millis(5)),
    },
    Case {
        args: &["translate", "examples/storyboard.json", "--to", "runware/seedream-4.0"],
        limit: Some(Duration::from_millis(5)),
    },
    Case { args: &["models"], limit: Some(Duration::from_millis(15)) },
    Case { args: &["models", "--json"], limit: None },
    Case { args: &["compare", "examples/clip.json"], limit: None },
];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let binary = binary(&root);
    let rounds = if std::env::args().any(|it| it == "--test") { 2 } else { ROUNDS };
    let mut times = vec![Vec::new(); CASES.len() + 1];
    for _ in 0..rounds {
        times[0].push(time(&root, Path::new("true"), &[]));
        for (at, case) in CASES.iter().enumerate() {
            times[at + 1].push(time(&root, &binary, case.args));
        }
    }
    println!("{:<62} {:>8} {:>8} {:>8}  limit", "whole process, ms", "least", "median", "90 %");
    print("an empty process (true)", &mut times[0], None);
    for (case, times) in CASES.iter().zip(&mut times[1..]) {
        print(&format!("genmux {}", case.args.join(" ")), times, case.limit);
    }
}

/// The release binary, built now.
fn binary(root: &Path) -> PathBuf {
    if let Some(path) = std::env::var_os("GENMUX_BIN") {
        return path.into();
    }
    let cargo = |args: &[&str]| {
        let output = Command::new("cargo").args(args).current_dir(root).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    cargo(&["build", "--release", "--locked", "-p", "genmux-cli"]);
    let metadata = cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let metadata: serde_json::Value = serde_json::from_slice(&metadata).unwrap();
    Path::new(metadata["target_directory"].as_str().unwrap()).join("release/genmux")
}

fn time(root: &Path, program: &Path, args: &[&str]) -> Duration {
    let mut command = Command::new(program);
    command.args(args).current_dir(root).stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    let status = command.status().unwrap();
    let took = started.elapsed();
    assert!(status.success(), "{args:?}: {status}");
    took
}

fn print(name: &str, times: &mut [Duration], limit: Option<Duration>) {
    times.sort();
    let ms = |at: usize| times[at.min(times.len() - 1)].as_secs_f64() * 1000.0;
    let median = times.len() / 2;
    let verdict = limit.map_or(String::new(), |limit| {
        let word = if times[median] <= limit { "within" } else { "ABOVE" };
        format!("{word} {} ms", limit.as_millis())
    });
    let (least, median, most) = (ms(0), ms(median), ms(times.len() * 9 / 10));
    println!("{name:<62} {least:>8.2} {median:>8.2} {most:>8.2}  {verdict}");
}
