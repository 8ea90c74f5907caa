//! `requires`: a field that works only beside another.

use crate::leaf::{Leaf, Leaves};
use crate::spec::Origin;
use crate::violation::{Violation, ViolationKind};

/// The violation of a field that stands without what it needs.
pub(crate) fn check_requires(
    set: Leaves,
    field: Leaf,
    any_of: Leaves,
    origin: &Origin,
) -> Option<Violation> {
    let other = any_of.iter().next()?;
    if !set.contains(field) || set.intersects(any_of) {
        return None;
    }
    let needs: Vec<&str> = any_of.iter().map(Leaf::path).collect();
    let message = format!("{field} needs {}; add it or leave {field} out", needs.join(" or "));
    let violation = Violation::pair(field, other, ViolationKind::Requires, message);
    Some(violation.stated_by(origin))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{leaves, origin};
    use super::*;

    fn check(set: &[Leaf], broken: bool) {
        let any_of = leaves(&[Leaf::Images, Leaf::Videos]);
        assert_eq!(
            check_requires(leaves(set), Leaf::Audios, any_of, &origin()).is_some(),
            broken,
            "{set:?}"
        );
    }

    #[test]
    fn any_one_of_the_others_makes_it_right() {
        check(&[], false);
        check(&[Leaf::Audios], true);
        check(&[Leaf::Audios, Leaf::Videos], false);
        check(&[Leaf::Audios, Leaf::Images, Leaf::Videos], false);
    }
}
