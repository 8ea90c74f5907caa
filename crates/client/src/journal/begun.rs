//! A submission that was begun: what the journal has to know to find out what became of it.

use genmux_core::{Payload, Ticket, digest_media};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::record::{Millis, VendorJob};
use crate::job::{Call, Job};

/// A submission that was begun, from before its next calls are sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// The handle: first the calls that the vendor answered, then those that may be on their way.
    ///
    /// The latter carry our ids where the vendor knows its jobs by them, and none otherwise.
    pub job: Job,
    /// How many calls the vendor answered.
    pub answered: usize,
    /// What the calls on their way ask for, as it is sent; media stand there by digest.
    pub payloads: Vec<Value>,
    /// When they were about to be sent, by our clock.
    pub at: Millis,
    /// The vendor's job that a person named for the first of these payloads; nothing is on its way
    /// then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopts: Option<String>,
}

impl Begun {
    /// A submission whose next calls are about to be sent.
    pub(crate) fn new(
        mut job: Job,
        batch: &[Payload<'_>],
        ids_are_ours: bool,
        at: Millis,
    ) -> Begun {
        let answered = job.calls.len();
        let id = |payload: &Payload<'_>| {
            if ids_are_ours { payload.task_id().to_string() } else { String::new() }
        };
        job.calls.extend(batch.iter().map(|it| Call::Accepted(ticket(id(it), it))));
        // A payload is made of JSON values only: it cannot fail to be one.
        let payload = |it: &Payload<'_>| {
            let mut payload = serde_json::to_value(it).unwrap_or_default();
            digest_media(&mut payload);
            payload
        };
        let payloads = batch.iter().map(payload).collect();
        Begun { job: job.named(), answered, payloads, at, adopts: None }
    }

    /// The handle of the calls that the vendor answered.
    pub(crate) fn answered_job(&self) -> Job {
        let mut job = self.job.clone();
        job.calls.truncate(self.answered);
        job.named()
    }

    /// The tickets of the calls that may be on their way.
    pub(crate) fn on_their_way(&self) -> Vec<Ticket> {
        let calls = self.job.calls.iter().skip(self.answered);
        let ticket = |call: &Call| match call {
            Call::Accepted(ticket) => Some(ticket.clone()),
            Call::Refused(_) => None,
        };
        calls.filter_map(ticket).collect()
    }

    /// The same without the calls that may be on their way: they are sent anew.
    pub(crate) fn forgotten(&self) -> Begun {
        Begun { job: self.answered_job(), payloads: Vec::new(), ..self.clone() }
    }

    /// The same with a vendor's id for the first call on its way.
    pub(crate) fn adopted(&self, id: &str) -> Option<Begun> {
        let ticket = self.on_their_way().into_iter().next()?;
        let mut job = self.answered_job();
        job.calls.push(Call::Accepted(Ticket { id: id.to_owned(), ..ticket }));
        Some(Begun {
            answered: job.calls.len(),
            job: job.named(),
            adopts: Some(id.to_owned()),
            ..self.clone()
        })
    }

    /// The vendor's jobs whose ids are known.
    pub(crate) fn vendor_jobs(&self) -> Vec<VendorJob> {
        vendor_jobs(&self.job)
    }
}

/// The vendor's jobs of a handle.
pub(crate) fn vendor_jobs(job: &Job) -> Vec<VendorJob> {
    let named = job.tickets().filter(|(_, ticket)| !ticket.id.is_empty());
    let known = named.map(|(call, ticket)| VendorJob {
        call: u32::try_from(call).unwrap_or(u32::MAX),
        id: ticket.id.clone(),
    });
    known.collect()
}

/// The ticket of a call under an id.
pub(crate) fn ticket(id: String, payload: &Payload<'_>) -> Ticket {
    let results = payload.results();
    Ticket { id, results: results.min, most: results.max }
}
