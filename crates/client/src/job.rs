//! Handles of work at a provider: they serialize, and waiting goes on from another process.

use std::collections::BTreeMap;

use genmux_core::{Expect, Kind, Ticket, VendorError, spec::Date};
use serde::{Deserialize, Serialize};

/// The form of handles that this version writes.
const VERSION: u32 = 1;

/// Work that a request became at one offer: one vendor's job for every call.
///
/// It holds neither keys nor the request, so that it can be stored and shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Version of this form.
    pub version: u32,
    /// Name of the work: the vendor's id of its first job.
    pub id: String,
    /// The offer, as `provider/model`.
    pub offer: String,
    /// The dated revision of the offer that was translated for.
    pub revision: Date,
    /// Digest of the catalogue that was translated with.
    pub catalogue: String,
    /// The base URL that the work was submitted to.
    pub base_url: String,
    /// Picture or clip.
    pub kind: Kind,
    /// What the translation said would come back.
    pub expect: Expect,
    /// One entry for every call, in order.
    pub calls: Vec<Call>,
    /// The caller's own notes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// One call of a request: a job at the vendor, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// The vendor accepted it.
    Accepted(Ticket),
    /// The vendor refused it, or it was not sent after another one was refused.
    Refused(VendorError),
}

impl Job {
    /// The provider's part of the offer.
    pub fn provider(&self) -> &str {
        self.offer.split('/').next().unwrap_or_default()
    }

    /// The model's part of the offer.
    pub fn model(&self) -> &str {
        self.offer.split_once('/').map_or(self.offer.as_str(), |(_, model)| model)
    }

    /// The vendor's jobs, each with the number of its call.
    pub fn tickets(&self) -> impl Iterator<Item = (usize, &Ticket)> {
        self.calls.iter().enumerate().filter_map(|(at, call)| match call {
            Call::Accepted(ticket) => Some((at, ticket)),
            Call::Refused(_) => None,
        })
    }

    /// The handle under the name of its first job that has one.
    #[must_use]
    pub(crate) fn named(mut self) -> Job {
        let first = self.tickets().map(|(_, ticket)| &ticket.id).find(|id| !id.is_empty());
        self.id = first.cloned().unwrap_or_default();
        self
    }

    /// The version that new handles carry.
    pub(crate) const fn current() -> u32 {
        VERSION
    }
}
