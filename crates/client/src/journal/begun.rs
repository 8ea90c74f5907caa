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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Calls under ids, of which the first were answered; an empty one is refused.
    fn begun(answered: usize, ids: &[&str]) -> Begun {
        let call = |id: &&str| match *id {
            "refused" => json!({ "refused": { "kind": "quota", "message": "m", "charged": "no" } }),
            id => json!({ "accepted": { "id": id, "results": 2, "most": 3 } }),
        };
        let calls: Vec<Value> = ids.iter().map(call).collect();
        let job = json!({
            "version": 1, "id": "named before", "offer": "runware/m", "revision": "2026-01-01",
            "catalogue": "c", "base_url": "https://a.example", "kind": "image", "expect": {},
            "calls": calls,
        });
        let job = serde_json::from_value(job).unwrap();
        Begun { job, answered, payloads: vec![json!({ "p": 1 })], at: 7, adopts: None }
    }

    fn ids(job: &Job) -> Vec<&str> {
        job.tickets().map(|(_, ticket)| ticket.id.as_str()).collect()
    }

    fn call(call: u32, id: &str) -> VendorJob {
        VendorJob { call, id: id.to_owned() }
    }

    #[test]
    fn calls_are_answered_first_and_on_their_way_then() {
        let begun = begun(2, &["refused", "a", "b", "refused", ""]);
        let answered = begun.answered_job();
        assert_eq!((ids(&answered), answered.calls.len(), &*answered.id), (vec!["a"], 2, "a"));
        let sent = begun.on_their_way();
        assert_eq!(sent.iter().map(|it| &*it.id).collect::<Vec<_>>(), ["b", ""]);
        assert!(sent.iter().all(|it| (it.results, it.most) == (2, 3)));
    }

    #[test]
    fn what_is_forgotten_is_sent_anew() {
        let forgotten = begun(1, &["a", "b"]).forgotten();
        assert_eq!((ids(&forgotten.job), forgotten.answered), (vec!["a"], 1));
        assert_eq!((forgotten.payloads, forgotten.at), (Vec::new(), 7));
    }

    #[test]
    fn an_id_that_a_person_names_is_that_of_the_first_call_on_its_way() {
        let adopted = begun(1, &["a", "", ""]).adopted("x").unwrap();
        assert_eq!((ids(&adopted.job), adopted.answered), (vec!["a", "x"], 2));
        assert_eq!((adopted.adopts.as_deref(), &*adopted.job.id), (Some("x"), "a"));
        assert_eq!(adopted.job.tickets().last().map(|(_, it)| (it.results, it.most)), Some((2, 3)));
        assert_eq!(adopted.payloads.len(), 1);
        assert_eq!(begun(1, &["a"]).adopted("x"), None);
    }

    #[test]
    fn jobs_of_the_vendor_are_those_whose_ids_are_known() {
        let begun = begun(1, &["a", "refused", "", "b"]);
        assert_eq!(begun.vendor_jobs(), [call(0, "a"), call(3, "b")]);
    }
}
