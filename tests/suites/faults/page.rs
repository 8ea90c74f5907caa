//! `docs/guarantees.md`: the table that a run of all faults gives.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use genmux_tests::page;

use crate::judge::Cell;
use crate::rows::Row;
use crate::subject::SUBJECTS;

/// The cells of a run, by row and provider.
pub(crate) type Cells = BTreeMap<(&'static str, &'static str), Cell>;

const FAULTS: &str = include_str!("faults.md");

/// What the page says of a fault at a provider.
pub(crate) fn recorded(row: &Row, provider: &str) -> Option<String> {
    let page = fs::read_to_string(page::path()).ok()?;
    let group = page.split(&format!("### {}\n", row.group)).nth(1)?;
    let start = format!("| {} |", row.fault);
    let line = group.lines().find(|line| line.starts_with(&start))?;
    let at = SUBJECTS.iter().position(|subject| subject.name == provider)?;
    line.split(" | ").nth(at + 1).map(str::to_owned)
}

/// The table of a whole run.
pub(crate) fn table(rows: &[Row], cells: &Cells) -> String {
    let (mut text, mut group) = (String::new(), "");
    for row in rows {
        if row.group != group {
            group = row.group;
            let head = "| fault | runware | replicate | scenario | what the user sees |";
            let _infallible = write!(text, "\n### {group}\n\n{head}\n|---|---|---|---|---|\n");
        }
        let cell = |name| cells.get(&(row.fault, name)).map_or_else(String::new, Cell::to_string);
        let cells = SUBJECTS.iter().map(|subject| cell(subject.name)).collect::<Vec<_>>();
        let _infallible =
            writeln!(text, "| {} | {} | {} |", row.fault, cells.join(" | "), row.sees);
    }
    text
}

/// Compares the page with a run, or writes it.
pub(crate) fn check(table: &str) -> Result<(), String> {
    page::check(&format!("{FAULTS}{table}"))
}
