//! What is linked in: licences that `deny.toml` allows, from the one registry. `cargo deny` checks
//! more; this much is checked wherever the tests run.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::tree::{none, root};

/// What is built here is downloaded here; other platforms' crates may not be.
fn packages() -> Vec<Value> {
    let version = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = ["metadata", "--format-version", "1", "--offline", "--filter-platform", host];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// The list `allow` of `deny.toml`.
fn allowed() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let list = text.split("\nallow = [").nth(1).and_then(|rest| rest.split(']').next());
    list.unwrap().split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether an SPDX expression leaves a choice of allowed licences only. `AND` binds more tightly
/// than `OR`; in an old form a slash is an `OR`.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &words[..];
    either(&mut rest, allowed) && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut fits = both(rest, allowed);
    while rest.first() == Some(&"OR") {
        *rest = &rest[1..];
        fits |= both(rest, allowed);
    }
    fits
}

fn both(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let mut fits = one(rest, allowed);
    while rest.first() == Some(&"AND") {
        *rest = &rest[1..];
        fits &= one(rest, allowed);
    }
    fits
}

fn one(rest: &mut &[&str], allowed: &BTreeSet<String>) -> bool {
    let Some((&word, after)) = rest.split_first() else { return false };
    *rest = after;
    if word == "(" {
        let fits = either(rest, allowed);
        let closed = rest.first() == Some(&")");
        *rest = rest.get(1..).unwrap_or_default();
        return fits && closed;
    }
    if rest.first() == Some(&"WITH") {
        let whole = format!("{word} WITH {}", rest.get(1).unwrap_or(&""));
        *rest = rest.get(2..).unwrap_or_default();
        return allowed.contains(&whole);
    }
    allowed.contains(word)
}

#[test]
fn licences_are_those_that_are_allowed() {
    let allowed = allowed();
    assert!(allowed.contains("MIT"), "{allowed:?}");
    let packages = packages();
    assert!(packages.len() > 100, "only {} packages", packages.len());
    let refused = packages.iter().filter_map(|package| {
        let licence = package["license"].as_str().unwrap_or("none");
        (!is_allowed(licence, &allowed)).then(|| format!("{}: {licence}", package["name"]))
    });
    none("licences that deny.toml does not allow", refused);
}

#[test]
fn crates_come_from_the_registry_with_a_checksum() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let strangers = lock.split("[[package]]").filter(|package| {
        let source = package.lines().find_map(|line| line.strip_prefix("source = "));
        let known = source == Some("\"registry+https://github.com/rust-lang/crates.io-index\"");
        source.is_some() && !(known && package.contains("\nchecksum = \""))
    });
    none("crates from elsewhere, or without a checksum", strangers.map(str::to_owned));
}

#[test]
fn expressions_are_read_as_spdx_says() {
    let allowed: BTreeSet<String> = ["MIT", "ISC", "A WITH B"].map(str::to_owned).into();
    let is = |expression: &str, fits: bool| {
        assert_eq!(is_allowed(expression, &allowed), fits, "{expression}");
    };
    is("MIT", true);
    is("GPL-3.0", false);
    is("MIT OR GPL-3.0", true);
    is("MIT/GPL-3.0", true);
    is("MIT AND GPL-3.0", false);
    is("GPL-3.0 OR MIT AND ISC", true);
    is("(GPL-3.0 OR MIT) AND ISC", true);
    is("(GPL-3.0 OR MIT) AND GPL-3.0", false);
    is("A WITH B", true);
    is("MIT WITH B", false);
    is("(MIT", false);
    is("", false);
    is("MIT ISC", false);
}
