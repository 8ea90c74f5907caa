//! `excludes`: fields that may not stand together.

use crate::leaf::Leaves;
use crate::spec::Origin;
use crate::violation::{Violation, ViolationKind};

/// One violation for every pair that may not stand together.
pub(crate) fn check_excludes(
    set: Leaves,
    fields: Leaves,
    with: Leaves,
    origin: &Origin,
) -> Vec<Violation> {
    let mut broken = Vec::new();
    for field in fields.iter().filter(|leaf| set.contains(*leaf)) {
        for other in with.iter().filter(|leaf| set.contains(*leaf)) {
            let message = format!("{field} may not stand beside {other}; leave one of them out");
            let violation = Violation::pair(field, other, ViolationKind::Conflicts, message);
            broken.push(violation.stated_by(origin));
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::super::testing::{leaves, origin};
    use super::*;
    use crate::leaf::Leaf;

    fn check(set: &[Leaf], pairs: usize) {
        let fields = leaves(&[Leaf::Size, Leaf::Resolution]);
        let with = leaves(&[Leaf::FirstFrame, Leaf::LastFrame]);
        assert_eq!(check_excludes(leaves(set), fields, with, &origin()).len(), pairs, "{set:?}");
    }

    #[test]
    fn every_pair_is_one_violation() {
        check(&[Leaf::Size], 0);
        check(&[Leaf::FirstFrame], 0);
        check(&[Leaf::Size, Leaf::FirstFrame], 1);
        check(&[Leaf::Size, Leaf::Resolution, Leaf::FirstFrame, Leaf::LastFrame], 4);
    }
}
