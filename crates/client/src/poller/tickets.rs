//! The vendor's jobs of one handle, held once for everybody who asks about them.

use std::sync::Arc;

use genmux_core::Ticket;

use crate::job::{Call, Job};

/// The vendor's jobs of one handle: a ticket for every call that was accepted.
#[derive(Debug)]
pub(crate) struct Tickets {
    pub(crate) model: Arc<str>,
    calls: Box<[Option<Ticket>]>,
}

impl Tickets {
    pub(crate) fn new(model: Arc<str>, calls: &[Call]) -> Tickets {
        let ticket = |call: &Call| match call {
            Call::Accepted(ticket) => Some(ticket.clone()),
            Call::Refused(_) => None,
        };
        Tickets { model, calls: calls.iter().map(ticket).collect() }
    }

    /// The tickets of a handle that is held anyway.
    pub(crate) fn of(job: &Job) -> Tickets {
        Tickets::new(job.model().into(), &job.calls)
    }

    /// All calls, with the tickets of those that were accepted.
    pub(crate) fn calls(&self) -> &[Option<Ticket>] {
        &self.calls
    }

    /// The calls that there is something to ask for.
    pub(crate) fn accepted(&self) -> impl Iterator<Item = usize> {
        (0..self.calls.len()).filter(|at| self.calls[*at].is_some())
    }

    /// The first ticket: its id is the name of the work.
    pub(crate) fn first(&self) -> Option<&Ticket> {
        self.calls.iter().flatten().find(|ticket| !ticket.id.is_empty())
    }

    pub(super) fn of_call(&self, call: usize) -> Option<&Ticket> {
        self.calls.get(call)?.as_ref()
    }
}
