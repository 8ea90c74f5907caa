//! Which cells of a row differ from the others.

use std::collections::BTreeMap;

/// The meaning of a cell that keeps what was asked for, however it is spelt.
pub(super) const KEPT: &str = "";

/// The meaning of a cell in which the offer refuses the field.
pub(super) const REFUSED: &str = "rejected";

/// Marks what differs from the usual meaning; `None` takes no part.
///
/// Usual is what was asked for if any offer keeps it, else the most frequent. Refusals are usual
/// only among themselves; in a draw nothing is, and all are marked.
pub(super) fn marks(meanings: &[Option<&str>]) -> Vec<bool> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for meaning in meanings.iter().flatten() {
        *counts.entry(meaning).or_default() += 1;
    }
    if counts.len() > 1 {
        counts.remove(REFUSED);
    }
    let most = counts.values().max().copied().unwrap_or(0);
    let mut frequent =
        counts.iter().filter(|(_, count)| **count == most).map(|(meaning, _)| *meaning);
    let usual = match (counts.contains_key(KEPT), frequent.next(), frequent.next()) {
        (true, ..) => Some(KEPT),
        (_, one, None) => one,
        _ => None,
    };
    meanings.iter().map(|meaning| meaning.is_some() && *meaning != usual).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rare_differs_from_the_frequent() {
        let check = |meanings: &[Option<&str>], expected: &[bool]| {
            assert_eq!(marks(meanings), expected, "{meanings:?}");
        };
        check(&[], &[]);
        check(&[Some("a"), Some("a"), None], &[false, false, false]);
        check(&[Some("a"), Some("b"), Some("a")], &[false, true, false]);
        check(&[Some(KEPT), Some("b"), Some("b")], &[false, true, true]);
        check(&[Some("b"), Some("c")], &[true, true]);
        check(&[Some("b"), None], &[false, false]);
        check(&[Some(REFUSED), Some("b")], &[true, false]);
        check(&[Some(REFUSED), Some(REFUSED)], &[false, false]);
    }
}
