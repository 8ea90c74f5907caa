//! `docs/guarantees.md`: what is promised, and the table that a run of all faults gives.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use genmux_tests::golden;

use crate::judge::Cell;
use crate::rows::Row;
use crate::subject::SUBJECTS;

/// The cells of a run, by row and provider.
pub(crate) type Cells = BTreeMap<(&'static str, &'static str), Cell>;

const PROMISES: &str = include_str!("promises.md");

fn path() -> PathBuf {
    golden::folder().join("../docs/guarantees.md")
}

/// What the page says of a fault at a provider.
pub(crate) fn recorded(row: &Row, provider: &str) -> Option<String> {
    let page = fs::read_to_string(path()).ok()?;
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
    let fresh = format!("{PROMISES}{table}");
    if is_recorded() {
        fs::create_dir_all(path().parent().unwrap()).unwrap();
        fs::write(path(), &fresh).unwrap();
    }
    let stored = fs::read_to_string(path()).unwrap_or_default();
    if stored == fresh {
        return Ok(());
    }
    let difference = golden::difference(&stored, &fresh);
    Err(format!("docs/guarantees.md is stale; UPDATE_GOLDEN=1 writes it anew\n{difference}"))
}

/// Whether this run is written down instead of compared.
pub(crate) fn is_recorded() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}
