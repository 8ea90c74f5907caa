//! Which cells of a row differ from the others.

/// The meaning of a cell that keeps what was asked for, however it is spelt.
pub(super) const KEPT: &str = "";

/// Marks what differs from the most frequent meaning; `None` takes no part.
///
/// In a draw what was asked for is the measure; where it does not take part, all are marked.
pub(super) fn marks(meanings: &[Option<&str>]) -> Vec<bool> {
    let count = |meaning: &str| meanings.iter().flatten().filter(|other| **other == meaning).count();
    let most = meanings.iter().flatten().map(|meaning| count(meaning)).max().unwrap_or(0);
    let mut frequent: Vec<&str> =
        meanings.iter().flatten().copied().filter(|meaning| count(meaning) == most).collect();
    frequent.sort_unstable();
    frequent.dedup();
    let usual = match frequent[..] {
        [one] | [one @ KEPT, ..] => Some(one),
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
        check(&[Some(KEPT), Some("b")], &[false, true]);
        check(&[Some("b"), Some("c")], &[true, true]);
        check(&[Some("b"), None], &[false, false]);
    }
}
