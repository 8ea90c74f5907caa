//! What may happen to a field that an offer cannot take as it is.

use std::fmt;
use std::str::FromStr;

use crate::leaf::{Leaf, Leaves};
use crate::request::nearest;

/// How freely one field may be changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// What the offer cannot do exactly is a violation.
    #[default]
    Strict,
    /// Sizes and numbers move to the nearest accepted value.
    Fit,
    /// As `fit`, and controls that the offer does not have are left out.
    Drop,
}

impl Mode {
    /// Every mode, strictest first.
    pub const ALL: [Mode; 3] = [Mode::Strict, Mode::Fit, Mode::Drop];

    /// The word on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Strict => "strict",
            Mode::Fit => "fit",
            Mode::Drop => "drop",
        }
    }
}

/// A mode for all fields, and exceptions.
///
/// ```
/// let policy: genmux_core::Policy = "strict,seed=drop,size=fit".parse().unwrap();
/// assert_eq!(policy.to_string(), "strict,size=fit,seed=drop");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// What holds for every field that no exception names.
    pub default: Mode,
    exceptions: [Leaves; 3],
}

impl From<Mode> for Policy {
    fn from(default: Mode) -> Policy {
        Policy { default, ..Policy::default() }
    }
}

impl Policy {
    /// Gives one leaf a mode of its own.
    #[must_use]
    pub fn with(mut self, leaf: Leaf, mode: Mode) -> Policy {
        for other in Mode::ALL {
            self.exceptions[other as usize].remove(leaf);
        }
        self.exceptions[mode as usize].insert(leaf);
        self
    }

    /// The mode of one leaf.
    pub fn mode(&self, leaf: Leaf) -> Mode {
        let named =
            Mode::ALL.into_iter().find(|mode| self.exceptions[*mode as usize].contains(leaf));
        named.unwrap_or(self.default)
    }

    /// Whether the value of a leaf may move to the nearest accepted one.
    pub(crate) fn may_move(&self, leaf: Leaf) -> bool {
        self.mode(leaf) >= Mode::Fit && !matches!(leaf, Leaf::Prompt | Leaf::Seed | Leaf::Safety)
    }

    /// Whether the policy names the leaf as one to leave out.
    pub(crate) fn names_drop(&self, leaf: Leaf) -> bool {
        self.exceptions[Mode::Drop as usize].contains(leaf)
    }

    /// Whether a leaf may be left out; content goes only if the policy names it.
    pub(crate) fn may_drop(&self, leaf: Leaf) -> bool {
        self.names_drop(leaf) || (self.mode(leaf) == Mode::Drop && !leaf.is_content())
    }
}

/// A policy that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParsePolicyError {
    /// The word is no mode.
    #[error(
        "policy {0:?} is not known; accepted: strict, fit, drop, and exceptions such as seed=drop"
    )]
    Mode(String),
    /// The exception names no field.
    #[error("policy names {0:?}, which no policy can name{1}")]
    Field(String, String),
}

impl FromStr for Policy {
    type Err = ParsePolicyError;
    fn from_str(text: &str) -> Result<Policy, ParsePolicyError> {
        let mut policy = Policy::default();
        for (at, part) in text.split(',').map(str::trim).enumerate() {
            match part.split_once('=') {
                Some((field, mode)) => {
                    policy = except(policy, field.trim(), parse_mode(mode.trim())?)?;
                }
                None if at == 0 => policy.default = parse_mode(part)?,
                None => return Err(ParsePolicyError::Mode(part.to_owned())),
            }
        }
        Ok(policy)
    }
}

fn except(policy: Policy, field: &str, mode: Mode) -> Result<Policy, ParsePolicyError> {
    let leaves = Leaf::group(field);
    if field.starts_with("provider_options") {
        let hint = "; options are sent or refused, no policy moves them";
        return Err(ParsePolicyError::Field(field.to_owned(), hint.to_owned()));
    }
    if leaves.is_empty() {
        let near = nearest(field, Leaf::ALL.iter().map(|leaf| leaf.path()));
        let hint = near.map(|name| format!("; did you mean {name:?}?")).unwrap_or_default();
        return Err(ParsePolicyError::Field(field.to_owned(), hint));
    }
    Ok(leaves.into_iter().fold(policy, |policy, leaf| policy.with(leaf, mode)))
}

fn parse_mode(word: &str) -> Result<Mode, ParsePolicyError> {
    let found = Mode::ALL.into_iter().find(|mode| mode.name() == word);
    found.ok_or_else(|| ParsePolicyError::Mode(word.to_owned()))
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.default.name())?;
        for leaf in Leaf::ALL {
            for mode in Mode::ALL {
                if self.exceptions[mode as usize].contains(*leaf) {
                    write!(f, ",{leaf}={}", mode.name())?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_hold_for_a_leaf_or_a_group() {
        let policy: Policy = "drop,frames=strict,seed=fit".parse().unwrap();
        assert_eq!(policy.mode(Leaf::FirstFrame), Mode::Strict);
        assert_eq!(policy.mode(Leaf::Seed), Mode::Fit);
        assert_eq!(policy.mode(Leaf::Count), Mode::Drop);
    }

    #[test]
    fn content_is_dropped_only_by_name() {
        let policy: Policy = "drop".parse().unwrap();
        assert!(!policy.may_drop(Leaf::Prompt) && policy.may_drop(Leaf::CameraFixed));
        let named: Policy = "strict,prompt=drop".parse().unwrap();
        assert!(named.may_drop(Leaf::Prompt) && !named.may_drop(Leaf::CameraFixed));
    }

    #[test]
    fn seed_prompt_and_safety_never_move() {
        let policy = Policy::from(Mode::Drop);
        for leaf in [Leaf::Seed, Leaf::Prompt, Leaf::Safety] {
            assert!(!policy.may_move(leaf));
        }
    }

    #[test]
    fn mistakes_name_the_way_out() {
        let check = |text: &str, expected: &str| {
            let error = text.parse::<Policy>().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check("lenient", "strict, fit, drop");
        check("strict,sede=drop", "did you mean \"seed\"");
        check("strict,seed", "exceptions such as");
        check("", "accepted");
    }
}
