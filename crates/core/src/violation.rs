//! One limit broken.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::leaf::Leaf;
use crate::request::one_line;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident),+ $(,)?) => {
        /// What kind of limit is broken.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum ViolationKind { $($(#[$doc])* $variant),+ }
    };
}

kinds! {
    /// Required and unset, lists too.
    Missing,
    /// The offer has no such field in this revision.
    Unsupported,
    /// An image is asked of a video offer, or the reverse.
    WrongKind,
    /// Not in a closed set, among the words or in the table.
    NotAccepted,
    /// Below a range; of media, too few pixels, bytes or seconds.
    BelowMinimum,
    /// Above a range; of media, too many pixels, bytes or seconds.
    AboveMaximum,
    /// Between two accepted steps.
    OffStep,
    /// A text with too few characters.
    TooShort,
    /// A text with too many characters.
    TooLong,
    /// A list with too few items.
    TooFew,
    /// A list with too many items.
    TooMany,
    /// Two fields exclude each other.
    Conflicts,
    /// One field needs another.
    Requires,
    /// Several fields together are above a limit.
    SumExceeded,
    /// The vendor takes the value and ignores it.
    NoEffect,
    /// Media that the offer cannot use: broken, of another kind, or another vendor's asset.
    WrongMedia,
    /// A provider option that the spec does not declare.
    UnknownOption,
}

/// One limit broken: which field, how, and the way out.
///
/// Messages never hold a prompt, a key or media.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Violation {
    /// Dotted path of the field.
    pub field: String,
    /// The other field of a rule over two.
    #[serde(rename = "with")]
    pub other: Option<String>,
    /// What kind of limit.
    pub kind: ViolationKind,
    /// One sentence in lower case: the number given, the numbers accepted, the way out.
    pub message: String,
    /// The value that breaks the limit, where it is safe to show.
    pub actual: Option<Value>,
    /// What is accepted: a list of values, or an object with `min`, `max` and `step`.
    pub accepted: Option<Value>,
    /// The nearest accepted value, which `fit` would choose.
    pub nearest: Option<Value>,
    /// Page and date that state the limit.
    pub source: Option<String>,
    /// `run` where the vendor enforces the limit only after accepting the request.
    pub stage: Option<&'static str>,
}

/// Characters of the longest message: a size table goes into it.
const LONGEST: usize = 1500;

/// Keys of provider options are a caller's own, of any length and with any character.
fn on_one_line(message: String) -> String {
    let is_plain =
        message.len() <= LONGEST && message.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain { message } else { one_line(&message, LONGEST) }
}

impl Violation {
    /// A violation of one leaf.
    pub fn new(leaf: Leaf, kind: ViolationKind, message: impl Into<String>) -> Violation {
        Violation::named(leaf.path(), kind, message)
    }

    /// A violation of a field given by its path.
    pub fn named(
        field: impl Into<String>,
        kind: ViolationKind,
        message: impl Into<String>,
    ) -> Violation {
        Violation {
            field: field.into(),
            other: None,
            kind,
            message: on_one_line(message.into()),
            actual: None,
            accepted: None,
            nearest: None,
            source: None,
            stage: None,
        }
    }

    /// A violation of a pair; the later leaf in canonical order is the field.
    pub fn pair(a: Leaf, b: Leaf, kind: ViolationKind, message: impl Into<String>) -> Violation {
        let mut violation = Violation::new(a.max(b), kind, message);
        violation.other = Some(a.min(b).path().to_owned());
        violation
    }

    /// Adds the value given.
    #[must_use]
    pub fn actual(mut self, actual: impl Into<Value>) -> Violation {
        self.actual = Some(actual.into());
        self
    }

    /// Adds what is accepted.
    #[must_use]
    pub fn accepted(mut self, accepted: Value) -> Violation {
        self.accepted = Some(accepted);
        self
    }

    /// Adds the nearest accepted value.
    #[must_use]
    pub fn nearest(mut self, nearest: Option<Value>) -> Violation {
        self.nearest = nearest;
        self
    }

    /// Adds page and date of the limit, and the stage at which it is enforced.
    #[must_use]
    pub fn stated_by(mut self, origin: &crate::spec::Origin) -> Violation {
        self.source = Some(origin.to_string());
        self.stage = origin.at_run.then_some("run");
        self
    }

    /// Adds several pages, where no single one states all that is accepted.
    #[must_use]
    pub(crate) fn stated_by_all(mut self, origins: &[&crate::spec::Origin]) -> Violation {
        let pages: Vec<String> = origins.iter().map(ToString::to_string).collect();
        self.source = (!pages.is_empty()).then(|| pages.join("; "));
        self
    }

    /// Whether a leaf is the field or the other field.
    pub fn names(&self, path: &str) -> bool {
        self.field == path || self.other.as_deref() == Some(path)
    }
}

/// The fields that violations name, looked up and not searched for: options may be very many.
pub(crate) fn violated(violations: &[Violation]) -> HashSet<&str> {
    let names = violations.iter().flat_map(|it| [Some(it.field.as_str()), it.other.as_deref()]);
    names.flatten().collect()
}
