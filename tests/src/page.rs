//! Parts of `docs/guarantees.md`: each is written by the suite that holds it.

use std::fs;
use std::path::PathBuf;

use crate::golden;

/// What a part of second level begins with.
const HEADING: &str = "\n## ";

/// The page.
pub fn path() -> PathBuf {
    golden::folder().join("../docs/guarantees.md")
}

/// Whether runs are written down instead of compared.
pub fn is_recorded() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// Compares a part of the page with what it should be, or writes it: the beginning, or the part
/// under a heading of second level, which `fresh` begins with.
///
/// # Errors
/// When the page is stale or cannot be written.
pub fn check(fresh: &str) -> Result<(), String> {
    let page = fs::read_to_string(path()).unwrap_or_default();
    let range = part(&page, fresh.lines().next().unwrap_or_default());
    if page.get(range.clone()) == Some(fresh) {
        return Ok(());
    }
    if is_recorded() {
        let written = format!("{}{fresh}{}", &page[..range.start], &page[range.end..]);
        return fs::write(path(), written).map_err(|error| error.to_string());
    }
    let difference = golden::difference(&page[range], fresh);
    Err(format!("docs/guarantees.md is stale; UPDATE_GOLDEN=1 writes it anew\n{difference}"))
}

/// Where the part under a heading stands; a heading that is not there comes last.
fn part(page: &str, heading: &str) -> std::ops::Range<usize> {
    let found = if heading.starts_with("## ") {
        page.find(&format!("\n{heading}\n")).map(|at| at + 1)
    } else {
        Some(0)
    };
    let Some(start) = found else { return page.len()..page.len() };
    let end = page[start..].find(HEADING).map_or(page.len(), |at| start + at + 1);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(heading: &str, expected: &str) {
        let page = "# Top\n\ntext\n\n## One\n\n### Below\n\na\n\n## Two\n\nb\n";
        assert_eq!(&page[part(page, heading)], expected);
    }

    #[test]
    fn a_part_ends_where_the_next_begins() {
        is("# Top", "# Top\n\ntext\n\n");
        is("## One", "## One\n\n### Below\n\na\n\n");
        is("## Two", "## Two\n\nb\n");
        is("## Three", "");
    }
}
