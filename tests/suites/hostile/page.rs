//! `docs/hostile.md`: what a vendor may do, what the user sees of it, and the test that shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use genmux_tests::golden;
use libtest_mimic::Trial;

use crate::cases::Case;

/// What was seen, by case and provider.
pub(crate) type Cells = BTreeMap<(usize, &'static str), String>;

const HEAD: &str = include_str!("head.md");

/// What other suites show: `case | what the user sees | file | test`.
const ELSEWHERE: &str = include_str!("elsewhere.txt");

/// Most characters of a cell.
const MOST: usize = 260;

fn root() -> PathBuf {
    golden::folder().join("..")
}

/// Every test that the page names and that is not of this suite is where it says.
pub(crate) fn references() -> impl Iterator<Item = Trial> {
    elsewhere().map(|[what, _, file, test]| {
        let name = format!("elsewhere::{}", what.replace(|c: char| !c.is_alphanumeric(), "_"));
        Trial::test(name, move || {
            let text =
                fs::read_to_string(root().join(file)).map_err(|it| format!("{file}: {it}"))?;
            let there =
                text.contains(&format!("fn {test}(")) || text.contains(&format!("\"{test}\""));
            if there { Ok(()) } else { Err(format!("{file} has no test {test}").into()) }
        })
    })
}

fn elsewhere() -> impl Iterator<Item = [&'static str; 4]> {
    let rows = ELSEWHERE.lines().filter(|line| !line.trim().is_empty());
    rows.map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        cells.try_into().expect("four cells")
    })
}

/// The table of a whole run.
pub(crate) fn table(all: &[Case], cells: &Cells) -> String {
    let (mut text, mut group) = (String::new(), "");
    for (at, case) in all.iter().enumerate() {
        if case.group != group {
            group = case.group;
            heading(&mut text, group);
        }
        let seen = cell(case, |name| cells.get(&(at, name)).cloned().unwrap_or_default());
        row(&mut text, &case.what, &seen, &case.name());
    }
    heading(&mut text, "Shown by other suites");
    for [what, sees, file, test] in elsewhere() {
        row(&mut text, what, sees, &format!("{file}: {test}"));
    }
    text
}

fn heading(text: &mut String, group: &str) {
    let head = "| what the vendor does | what the user sees | test |";
    // Writing to a string does not fail.
    let _infallible = write!(text, "\n## {group}\n\n{head}\n|---|---|---|\n");
}

fn row(table: &mut String, what: &str, seen: &str, test: &str) {
    let _infallible = writeln!(table, "| {what} | {seen} | `{test}` |");
}

/// What was seen at each vendor; once where it was the same.
fn cell(case: &Case, seen: impl Fn(&str) -> String) -> String {
    let different: BTreeSet<String> = case.at.iter().map(|it| seen(it.name)).collect();
    if let Some(same) = different.first().filter(|_| different.len() == 1) {
        return shown(same);
    }
    let mut told: Vec<(String, Vec<&str>)> = Vec::new();
    for subject in &case.at {
        let seen = shown(&seen(subject.name));
        match told.iter_mut().find(|(text, _)| *text == seen) {
            Some((_, names)) => names.push(subject.name),
            None => told.push((seen, vec![subject.name])),
        }
    }
    let told = told.into_iter().map(|(text, names)| format!("**{}** {text}", names.join(", ")));
    told.collect::<Vec<_>>().join("<br>")
}

/// What the head of the page says once.
const SAID_ONCE: [&str; 2] = [
    "the request may have reached the vendor, and nobody knows whether a job exists: ",
    "; look at the vendor's list of jobs before it is sent again",
];

fn shown(text: &str) -> String {
    let text = SAID_ONCE.iter().fold(text.to_owned(), |text, said| text.replace(said, ""));
    let cut: String = text.chars().take(MOST).collect();
    let more = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut}{more}").replace('|', "\\|").replace('<', "&lt;")
}

/// Compares the page with a run, or writes it.
pub(crate) fn check(table: &str) -> Result<(), String> {
    let path = root().join("docs/hostile.md");
    let fresh = format!("{HEAD}{table}");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &fresh).map_err(|error| error.to_string())?;
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    if stored == fresh {
        return Ok(());
    }
    let difference = golden::difference(&stored, &fresh);
    Err(format!("docs/hostile.md is stale; UPDATE_GOLDEN=1 writes it anew\n{difference}"))
}
