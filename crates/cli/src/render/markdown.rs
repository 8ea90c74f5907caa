//! Filled in next.

use super::Comparison;

pub(crate) fn markdown(_: &Comparison, _: bool) -> String {
    String::new()
}
