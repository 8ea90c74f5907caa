//! Handles of parked jobs: what many have in common is held once.

use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hasher as _;
use std::io;
use std::sync::Arc;

use genmux_core::{Ticket, VendorError};

use crate::job::{Call, Job};
use crate::poller::Tickets;

/// What is kept of a handle; the handle is made of it again.
pub(super) struct Slip {
    alike: Arc<Alike>,
    pub(super) tickets: Arc<Tickets>,
    own: Option<Box<Own>>,
}

/// What handles have in common: a handle without name, calls and notes.
struct Alike {
    job: Job,
    model: Arc<str>,
}

/// What few handles have for themselves.
struct Own {
    id: String,
    refused: Vec<VendorError>,
    tags: BTreeMap<String, String>,
}

/// What the handles of a set have in common, by its digest.
#[derive(Default)]
pub(super) struct Pool {
    known: HashMap<u64, Arc<Alike>>,
    /// How many there may be before those that nobody has any more are looked for.
    tidy_at: usize,
}

impl Pool {
    pub(super) fn slip(&mut self, mut job: Job) -> Slip {
        let (id, calls) = (std::mem::take(&mut job.id), std::mem::take(&mut job.calls));
        let tags = std::mem::take(&mut job.tags);
        let alike = self.alike(job);
        let tickets = Arc::new(Tickets::new(alike.model.clone(), &calls));
        let usual = tickets.first().is_some_and(|first| first.id == id);
        let refused = calls.into_iter().filter_map(|call| match call {
            Call::Refused(error) => Some(error),
            Call::Accepted(_) => None,
        });
        let own = Own { id, refused: refused.collect(), tags };
        let plain = usual && own.refused.is_empty() && own.tags.is_empty();
        Slip { alike, tickets, own: (!plain).then(|| Box::new(own)) }
    }

    /// A digest that means two of them costs memory and nothing else.
    fn alike(&mut self, job: Job) -> Arc<Alike> {
        let model = |job: &Job| Arc::from(job.model());
        self.tidy();
        match self.known.entry(digest(&job)) {
            Entry::Occupied(known) if known.get().job == job => known.get().clone(),
            Entry::Occupied(_) => Arc::new(Alike { model: model(&job), job }),
            Entry::Vacant(free) => free.insert(Arc::new(Alike { model: model(&job), job })).clone(),
        }
    }

    fn tidy(&mut self) {
        if self.known.len() > self.tidy_at {
            self.known.retain(|_, alike| Arc::strong_count(alike) > 1);
            self.tidy_at = 64.max(2 * self.known.len());
        }
    }
}

impl Slip {
    /// The handle, as it was.
    pub(super) fn job(&self) -> Job {
        let mut job = self.alike.job.clone();
        let mut refused = Vec::new().into_iter();
        match &self.own {
            None => job.id = self.tickets.first().map(|first| first.id.clone()).unwrap_or_default(),
            Some(own) => {
                (job.id, job.tags) = (own.id.clone(), own.tags.clone());
                refused = own.refused.clone().into_iter();
            }
        }
        let call = |ticket: &Option<Ticket>| match ticket {
            Some(ticket) => Some(Call::Accepted(ticket.clone())),
            None => refused.next().map(Call::Refused),
        };
        job.calls = self.tickets.calls().iter().filter_map(call).collect();
        job
    }
}

fn digest(job: &Job) -> u64 {
    let mut digest = Digest(DefaultHasher::new());
    // A handle is written without fail; half a digest would do, too.
    let _written = serde_json::to_writer(&mut digest, job);
    digest.0.finish()
}

struct Digest(DefaultHasher);

impl io::Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use genmux_core::{ErrorKind, Expect, Kind};

    use super::*;

    fn accepted(id: &str) -> Call {
        Call::Accepted(Ticket { id: id.into(), results: 1, most: 1 })
    }

    fn job(offer: &str, id: &str, calls: Vec<Call>) -> Job {
        Job {
            version: Job::current(),
            id: id.into(),
            offer: offer.into(),
            revision: "2026-01-01".parse().unwrap(),
            catalogue: "c".into(),
            base_url: "https://a.example/v1".into(),
            kind: Kind::Video,
            expect: Expect::default(),
            calls,
            tags: BTreeMap::new(),
        }
    }

    #[track_caller]
    fn comes_back(job: &Job, plain: bool) {
        let slip = Pool::default().slip(job.clone());
        assert_eq!(slip.job(), *job);
        assert_eq!(slip.own.is_none(), plain);
    }

    #[test]
    fn a_handle_comes_back_as_it_was() {
        let refused = || Call::Refused(VendorError::new(ErrorKind::Quota, "no credit"));
        comes_back(&job("a/b", "1", vec![accepted("1")]), true);
        comes_back(&job("a/b", "1", vec![accepted("1"), accepted("2")]), true);
        comes_back(&job("a/b", "other", vec![accepted("1")]), false);
        comes_back(&job("a/b", "2", vec![refused(), accepted("2"), refused()]), false);
        comes_back(&job("a/b", "", vec![refused()]), false);
        comes_back(&job("a/b", "", vec![]), false);
        let mut noted = job("a/b", "1", vec![accepted("1")]);
        noted.tags.insert("order".into(), "4711".into());
        comes_back(&noted, false);
    }

    #[test]
    fn what_handles_have_in_common_is_held_once() {
        let mut pool = Pool::default();
        let slips: Vec<Slip> = ["a/b", "a/c", "a/b"]
            .into_iter()
            .map(|offer| pool.slip(job(offer, "1", vec![accepted("1")])))
            .collect();
        assert!(Arc::ptr_eq(&slips[0].alike, &slips[2].alike));
        assert!(!Arc::ptr_eq(&slips[0].alike, &slips[1].alike));
        assert_eq!(pool.known.len(), 2);
    }

    #[test]
    fn what_nobody_has_any_more_is_let_go() {
        let mut pool = Pool::default();
        for at in 0..1000 {
            pool.slip(job(&format!("a/{at}"), "1", vec![accepted("1")]));
        }
        assert!(pool.known.len() < 130, "{}", pool.known.len());
    }
}
