//! Rules over several fields: each is one file, and each says which leaves it names.

mod excludes;
mod excludes_value;
mod no_effect;
mod requires;
mod sum_at_most;

pub(crate) use excludes::check_excludes;
pub(crate) use excludes_value::{Said, check_excludes_value, is_among};
pub(crate) use no_effect::{check_no_effect, is_ignored};
pub(crate) use requires::check_requires;
pub(crate) use sum_at_most::{check_sum, room_in_sum};

use crate::leaf::{Leaf, Leaves};

/// A rule of an offer, compiled.
#[derive(Debug)]
pub(crate) enum Rule {
    /// `field` needs one of `any_of`.
    Requires { field: Leaf, any_of: Leaves },
    /// None of `fields` beside any of `with`.
    Excludes { fields: Leaves, with: Leaves },
    /// `field` not beside these values of `with`.
    ExcludesValue { field: Leaf, with: Leaf, values: Vec<String> },
    /// The vendor ignores `field` beside any of `with`.
    NoEffect { field: Leaf, with: Leaves },
    /// Lengths of lists and values of counts together; an unset count is one.
    SumAtMost { fields: Vec<Leaf>, max: u64 },
}

#[cfg(test)]
pub(crate) mod testing {
    use crate::leaf::{Leaf, Leaves};
    use crate::request::Request;
    use crate::spec::Origin;

    pub(crate) fn origin() -> Origin {
        Origin { page: "p".into(), since: "2026-01-01".parse().unwrap(), at_run: false }
    }

    pub(crate) fn request(json: &str) -> Request {
        Request::from_json(json.as_bytes()).unwrap()
    }

    pub(crate) fn leaves(leaves: &[Leaf]) -> Leaves {
        leaves.iter().copied().collect()
    }
}
