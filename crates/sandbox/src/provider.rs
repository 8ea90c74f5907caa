//! The three vendors, and the steps that a call to one of them can be.

use serde::{Deserialize, Serialize};

/// A vendor that the sandbox plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// <https://runware.ai>
    Runware,
    /// <https://replicate.com>
    Replicate,
    /// <https://scenario.com>
    Scenario,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Runware, Self::Replicate, Self::Scenario];

    /// The name, which is also the first part of every path: `runware`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Runware => "runware",
            Self::Replicate => "replicate",
            Self::Scenario => "scenario",
        }
    }

    /// The vendor that a name means.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// What a call does, whichever vendor it goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Asks for a picture or a video; the step that costs money.
    Submit,
    /// Reads jobs, one or many.
    Poll,
    /// Stops a job.
    Cancel,
    /// Brings a file, or deletes one.
    Upload,
    /// Fetches an output.
    Download,
    /// Everything else: models, account.
    Other,
}
