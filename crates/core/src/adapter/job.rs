//! Jobs at a provider as replies tell of them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::VendorError;
use crate::number::Number;
use crate::request::Kind;

/// One job at a provider: enough to ask for it again, also from another process.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ticket {
    /// The vendor's id of the job.
    pub id: String,
    /// Results without which the job is not complete.
    pub results: u64,
    /// Most results that the job may give: more than `results` where a sequence is asked for.
    pub most: u64,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Accepted, not begun.
    Queued,
    /// Under way; also a word that genmux does not know, because only known words end a job.
    Running,
    /// Done, with outputs.
    Succeeded,
    /// Done, without outputs.
    Failed,
    /// Stopped while it ran.
    Canceled,
    /// Stopped before it ran.
    Aborted,
    /// Done, and its outputs are gone.
    Expired,
}

impl JobStatus {
    /// Whether nothing will change any more.
    pub const fn is_final(self) -> bool {
        !matches!(self, JobStatus::Queued | JobStatus::Running)
    }

    /// The word in JSON and messages.
    pub const fn name(self) -> &'static str {
        match self {
            JobStatus::Queued => "queued",
            JobStatus::Running => "running",
            JobStatus::Succeeded => "succeeded",
            JobStatus::Failed => "failed",
            JobStatus::Canceled => "canceled",
            JobStatus::Aborted => "aborted",
            JobStatus::Expired => "expired",
        }
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a reply says about a job.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JobState {
    /// How far it is.
    pub status: JobStatus,
    /// The vendor's own word.
    pub vendor_status: Option<String>,
    /// Percent done, 0 to 100.
    pub progress: Option<u8>,
    /// Outputs so far, in order. Beside failures it is a partial success.
    pub artifacts: Vec<RemoteArtifact>,
    /// Outputs of which the reply tells only the ids: ask with [`Adapter::assets`].
    ///
    /// [`Adapter::assets`]: super::Adapter::assets
    pub assets: Vec<String>,
    /// What went wrong with the job or with single results.
    pub failures: Vec<VendorError>,
    /// What it costs, as far as the vendor says.
    pub cost: Option<Cost>,
}

impl JobState {
    /// A state without anything beside it.
    pub fn new(status: JobStatus) -> JobState {
        JobState {
            status,
            vendor_status: None,
            progress: None,
            artifacts: Vec::new(),
            assets: Vec::new(),
            failures: Vec::new(),
            cost: None,
        }
    }

    /// Adds the vendor's word.
    #[must_use]
    pub fn said(mut self, word: &str) -> JobState {
        self.vendor_status = Some(super::safe_text(word));
        self
    }
}

/// What a submission gave for one payload.
#[derive(Clone, Debug, PartialEq)]
pub struct Submitted {
    /// The vendor's id of the job.
    pub id: String,
    /// Its state, which may be final already.
    pub state: JobState,
}

/// One file that a job made, at the vendor.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemoteArtifact {
    /// Where to fetch it, or a `data:` URI.
    pub url: String,
    /// The vendor's id, as it can be used in a next request: `runware:<uuid>`,
    /// `scenario:asset_...`.
    pub asset: Option<String>,
    /// Picture or clip; `None` where only the bytes tell.
    pub kind: Option<Kind>,
    /// Type by the vendor's word.
    pub mime: Option<String>,
    /// Pixels per row by the vendor's word.
    pub width: Option<u32>,
    /// Rows by the vendor's word.
    pub height: Option<u32>,
    /// Playing time by the vendor's word.
    pub millis: Option<u64>,
    /// Size by the vendor's word.
    pub bytes: Option<u64>,
    /// The seed that made it.
    pub seed: Option<u64>,
    /// Whether the vendor's content check flagged it.
    pub flagged: Option<bool>,
}

impl RemoteArtifact {
    /// An artifact of which only its place is known.
    pub fn at(url: impl Into<String>) -> RemoteArtifact {
        RemoteArtifact { url: url.into(), ..RemoteArtifact::default() }
    }
}

/// URLs are signed and data URIs are media: neither is shown.
impl fmt::Debug for RemoteArtifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RemoteArtifact { asset, kind, width, height, .. } = self;
        let url = super::safe_text(&self.url);
        write!(f, "RemoteArtifact({kind:?} {width:?}x{height:?} {asset:?} {url})")
    }
}

/// What something costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Decimal amount.
    pub amount: Number,
    /// In what.
    pub unit: Unit,
    /// Who says so.
    pub basis: CostBasis,
}

/// In what a cost is counted; units are never compared without a rate that the user gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Unit {
    /// US dollars.
    #[serde(rename = "USD")]
    Usd,
    /// Scenario's compute units.
    #[serde(rename = "CU")]
    Cu,
}

/// Who says what something costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostBasis {
    /// The vendor, of this job.
    Reported,
    /// Reckoned from prices.
    Estimated,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.unit.counted(self.amount), self.unit)
    }
}

impl Unit {
    /// An amount for people: dollars have at least two decimals, units as many as they need.
    pub(crate) fn counted(self, amount: Number) -> String {
        let text = amount.to_string();
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        match (self, decimals) {
            (Unit::Cu, _) | (Unit::Usd, 2..) => text,
            (Unit::Usd, 1) => text + "0",
            (Unit::Usd, _) => text + ".00",
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unit::Usd => "USD",
            Unit::Cu => "CU",
        })
    }
}
