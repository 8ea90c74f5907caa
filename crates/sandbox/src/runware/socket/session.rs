//! Sessions outlive their connections: results that found nobody wait for the next one.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Out, Outbox};

/// All sessions of a sandbox.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

#[derive(Debug)]
struct Session {
    key: String,
    /// Of the connection that the session has now, or had last.
    outbox: Outbox,
    kept: Vec<String>,
}

impl Sessions {
    /// Begins a session, or goes on with `id` if it is this key's; gives its id.
    ///
    /// `reply` makes the frame that says so. It is the first one, before all that was kept:
    /// official SDKs pass over whatever comes before it.
    pub(super) fn attach(
        &self,
        id: Option<&str>,
        key: &str,
        outbox: Outbox,
        reply: impl FnOnce(Option<&str>) -> (String, String),
    ) -> String {
        let mut sessions = self.all();
        let old = id.and_then(|id| {
            sessions.get(id).filter(|session| session.key == key)?;
            sessions.remove_entry(id)
        });
        let (id, reply) = reply(old.as_ref().map(|(id, _)| id.as_str()));
        let kept = old.map(|(_, session)| session.kept).unwrap_or_default();
        for text in [reply].into_iter().chain(kept) {
            let frame = Out::Frame { session: Some(id.clone()), text };
            // A connection that is over has nobody to be told.
            let _over = outbox.send(frame);
        }
        let session = Session { key: key.to_owned(), outbox, kept: Vec::new() };
        sessions.insert(id.clone(), session);
        id
    }

    /// To the session's connection, or kept for its next.
    pub(super) fn push(&self, id: &str, text: String) {
        let mut sessions = self.all();
        let Some(session) = sessions.get_mut(id) else { return };
        let frame = Out::Frame { session: Some(id.to_owned()), text };
        if let Err(unsent) = session.outbox.send(frame)
            && let Out::Frame { text, .. } = unsent.0
        {
            session.kept.push(text);
        }
    }

    /// Keeps what was not delivered; without a session nobody can ask for it.
    pub(super) fn keep(&self, id: Option<String>, text: String) {
        let mut sessions = self.all();
        if let Some(session) = id.and_then(|id| sessions.get_mut(&id)) {
            session.kept.push(text);
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
