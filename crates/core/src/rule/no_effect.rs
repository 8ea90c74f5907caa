//! `no_effect`: a field that the vendor takes and ignores beside others.

use super::Rule;
use crate::leaf::{Leaf, Leaves};
use crate::spec::Origin;
use crate::violation::{Violation, ViolationKind};

/// The violation of a field that the vendor would take and ignore.
pub(crate) fn check_no_effect(
    set: Leaves,
    field: Leaf,
    with: Leaves,
    origin: &Origin,
) -> Option<Violation> {
    let other = with.iter().find(|leaf| set.contains(*leaf))?;
    if !set.contains(field) {
        return None;
    }
    let message = format!("{field} is ignored by the vendor beside {other}; leave {field} out");
    let mut violation = Violation::new(field, ViolationKind::NoEffect, message).stated_by(origin);
    violation.other = Some(other.path().to_owned());
    Some(violation)
}

/// Whether a field that is not set would be ignored beside what stands, so that no default holds.
pub(crate) fn is_ignored(rule: &Rule, leaf: Leaf, stands: impl Fn(Leaf) -> bool) -> bool {
    matches!(rule, Rule::NoEffect { field, with } if *field == leaf && with.iter().any(stands))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{leaves, origin};
    use super::*;

    fn check(set: &[Leaf], broken: bool) {
        let with = leaves(&[Leaf::FirstFrame]);
        let found = check_no_effect(leaves(set), Leaf::AspectRatio, with, &origin());
        assert_eq!(found.is_some(), broken, "{set:?}");
    }

    #[test]
    fn only_beside_the_other_field() {
        check(&[Leaf::AspectRatio], false);
        check(&[Leaf::FirstFrame], false);
        check(&[Leaf::AspectRatio, Leaf::FirstFrame], true);
    }

    #[test]
    fn an_unset_field_has_no_default_beside_what_makes_it_ignored() {
        let rule = Rule::NoEffect { field: Leaf::AspectRatio, with: leaves(&[Leaf::FirstFrame]) };
        assert!(is_ignored(&rule, Leaf::AspectRatio, |leaf| leaf == Leaf::FirstFrame));
        assert!(!is_ignored(&rule, Leaf::AspectRatio, |_| false));
        assert!(!is_ignored(&rule, Leaf::Resolution, |_| true));
    }
}
