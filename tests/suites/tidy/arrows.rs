//! Which of our crates may know which, and what the pure ones may not touch.

use std::process::Command;

use serde_json::Value;

use crate::tree::{File, files, none, root};

/// Every crate of ours and what it may depend on: section 6 of the design.
const ARROWS: &[(&str, &[&str])] = &[
    ("genmux-specs", &[]),
    ("genmux-core", &[]),
    ("genmux-media", &[]),
    ("genmux-runware", &["genmux-core"]),
    ("genmux-replicate", &["genmux-core"]),
    ("genmux-scenario", &["genmux-core"]),
    ("genmux-client", &["genmux-core", "genmux-media"]),
    (
        "genmux",
        &[
            "genmux-core",
            "genmux-media",
            "genmux-specs",
            "genmux-client",
            "genmux-runware",
            "genmux-replicate",
            "genmux-scenario",
        ],
    ),
    ("genmux-sandbox", &[]),
    ("genmux-cli", &["genmux", "genmux-sandbox"]),
];

/// The crates that may know everything.
const TESTS: [&str; 2] = ["genmux-tests", "genmux-fuzz-targets"];

/// No I/O, no clock, no randomness: name and folder.
const PURE: &[(&str, &str)] = &[
    ("genmux-specs", "provider-specs/src/"),
    ("genmux-core", "crates/core/src/"),
    ("genmux-media", "crates/media/src/"),
    ("genmux-runware", "crates/runware/src/"),
    ("genmux-replicate", "crates/replicate/src/"),
    ("genmux-scenario", "crates/scenario/src/"),
];

const IMPURE_CRATES: &[&str] = &["tokio", "reqwest", "rand", "getrandom", "chrono", "time"];

const IMPURE_PATHS: &[&str] =
    &["Instant::now", "SystemTime::now", "std::env", "std::fs", "std::net", "std::process"];

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "cargo {arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

fn packages() -> Vec<Value> {
    let json = cargo(&["metadata", "--format-version", "1", "--no-deps", "--offline"]);
    let metadata: Value = serde_json::from_str(&json).unwrap();
    metadata["packages"].as_array().cloned().unwrap()
}

/// The crates of ours that a package names, in whatever section.
fn ours(package: &Value) -> impl Iterator<Item = &str> {
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    let local = dependencies.filter(|dependency| dependency["path"].is_string());
    local.filter_map(|dependency| dependency["name"].as_str())
}

#[test]
fn our_crates_know_only_what_they_may() {
    let mut wrong = Vec::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        if TESTS.contains(&name) {
            continue;
        }
        match ARROWS.iter().find(|(known, _)| *known == name) {
            None => wrong.push(format!("{name} is not in the list of crates")),
            Some((_, may)) => wrong.extend(
                ours(&package).filter(|to| !may.contains(to)).map(|to| format!("{name} -> {to}")),
            ),
        }
    }
    none("arrows that the design does not have", wrong);
}

#[test]
fn pure_crates_reach_no_runtime_clock_or_randomness() {
    let mut wrong = Vec::new();
    for (name, _) in PURE {
        let tree = ["tree", "-p", name, "--edges", "normal", "--offline"];
        let tree = cargo(&[&tree[..], &["--prefix", "none", "--format", "{p}"]].concat());
        let reached = tree.lines().filter_map(|line| line.split_whitespace().next());
        let impure = reached.filter(|reached| IMPURE_CRATES.contains(reached));
        wrong.extend(impure.map(|impure| format!("{name} -> {impure}")));
    }
    none("pure crates that reach what is impure", wrong);
}

#[test]
fn pure_crates_read_no_clock_and_no_system() {
    let pure = |file: &File| PURE.iter().any(|(_, folder)| file.path.starts_with(folder));
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| file.is_rust() && pure(file)) {
        for (at, line) in file.own_lines().enumerate() {
            let impure = IMPURE_PATHS.iter().any(|path| line.contains(path));
            wrong.extend(impure.then(|| format!("{}:{}: {}", file.path, at + 1, line.trim())));
        }
    }
    none("lines that are not pure", wrong);
}
