//! `excludes_value`: a field that may not stand beside certain values of another.

use std::borrow::Cow;

use crate::leaf::{Leaf, Leaves};
use crate::spec::Origin;
use crate::violation::{Violation, ViolationKind};

/// What an offer is told of a field, in canonical words, and the leaf that the request says it by:
/// a size may become the offer's word for a tier.
pub(crate) type Said = (Leaf, Cow<'static, str>);

/// The violation of a field beside a value that excludes it.
pub(crate) fn check_excludes_value(
    set: Leaves,
    field: Leaf,
    said: Option<Said>,
    values: &[String],
    origin: &Origin,
) -> Option<Violation> {
    let (other, value) = said.filter(|(_, value)| is_among(value, values))?;
    if !set.contains(field) {
        return None;
    }
    let by = if other == Leaf::Size { ", which is " } else { " " };
    let message = format!(
        "{field} may not stand beside {other}{by}{value}; leave {field} out, or choose another \
         {other}"
    );
    let violation = Violation::pair(field, other, ViolationKind::Conflicts, message);
    Some(violation.stated_by(origin))
}

/// Whether a value is one of those that exclude.
pub(crate) fn is_among(value: &str, values: &[String]) -> bool {
    values.iter().any(|named| named == value)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{leaves, origin};
    use super::*;

    fn check(set: &[Leaf], said: Option<(Leaf, &str)>, message: Option<&str>) {
        let said = said.map(|(leaf, value)| (leaf, value.to_owned().into()));
        let values = ["1080p".to_owned()];
        let found = check_excludes_value(leaves(set), Leaf::Images, said, &values, &origin());
        let said = found.map(|violation| violation.message);
        match message {
            Some(part) => assert!(said.as_deref().unwrap().contains(part), "{said:?}"),
            None => assert_eq!(said, None),
        }
    }

    #[test]
    fn only_the_values_that_are_named_are_in_the_way() {
        let word = |word| Some((Leaf::Resolution, word));
        check(&[Leaf::Images], word("1080p"), Some("beside resolution 1080p; leave"));
        check(&[Leaf::Images], word("720p"), None);
        check(&[Leaf::Images], None, None);
        check(&[], word("1080p"), None);
    }

    #[test]
    fn a_size_that_becomes_the_word_is_named_as_the_size() {
        check(&[Leaf::Images], Some((Leaf::Size, "1080p")), Some("beside size, which is 1080p;"));
    }
}
