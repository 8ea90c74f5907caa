//! Work for a thread that has a connection of its own.

use std::path::Path;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::failure::Failure;
use crate::journal::error::StoreError;

/// How much work may wait; whoever comes later waits for a place.
const PLACES: usize = 1024;

/// Tells the caller, once it is known whether the work is kept.
pub(super) type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// A piece of work; where there is no transaction to work in, it only passes the reason on.
pub(super) type Work = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Answer + Send>;

/// The way to a thread.
pub(super) struct Queue {
    work: mpsc::Sender<Work>,
    ended: oneshot::Receiver<()>,
}

/// The thread's end of it.
pub(super) struct Inbox {
    pub(super) work: mpsc::Receiver<Work>,
    /// Dropped after the connection is closed.
    pub(super) _ended: oneshot::Sender<()>,
}

impl Queue {
    pub(super) fn new() -> (Queue, Inbox) {
        let (work, inbox) = mpsc::channel(PLACES);
        let (over, ended) = oneshot::channel();
        (Queue { work, ended }, Inbox { work: inbox, _ended: over })
    }

    /// Has a piece of work done, and waits until it is kept.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        file: &Path,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let named = file.to_owned();
        let work: Work = Box::new(move |connection| {
            let done = connection.and_then(|it| work(it).map_err(|failure| failure.of(&named)));
            // A caller that does not wait any more is told nothing.
            Box::new(move |kept| drop(answer.send(settle(done, kept))))
        });
        let stopped = || StoreError::other(file.display(), STOPPED);
        self.work.send(work).await.map_err(|_work| stopped())?;
        answered.await.map_err(|_gone| stopped())?
    }

    /// Lets the thread end, and waits until it has.
    pub(super) async fn close(self) {
        drop(self.work);
        // The sender is never used, only dropped.
        let _over = self.ended.await;
    }
}

/// What the caller is told. A refusal that rests on what was not kept in the end is none; a failure
/// of the file itself says more than that nothing was kept.
fn settle<T>(done: Result<T, StoreError>, kept: Result<(), StoreError>) -> Result<T, StoreError> {
    match (done, kept) {
        (Err(failed), Err(_)) if failed.is_of_file() => Err(failed),
        (_, Err(lost)) => Err(lost),
        (done, Ok(())) => done,
    }
}

const STOPPED: &str = "the work was broken off and may be kept or not; read the job again, or \
                       open the journal again";
