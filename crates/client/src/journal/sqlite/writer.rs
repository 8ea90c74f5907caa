//! The one thread that writes: what waits together is committed together.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::failure::{Failure, is_busy, of_sql};
use super::queue::{Answer, Inbox, Work};
use crate::journal::error::StoreError;

/// How many writes share a commit at most, so that none waits for long.
const TOGETHER: usize = 256;

/// How long to wait before asking for a lock again. `SQLite` itself waits longer and longer, and
/// a busy process would keep the others out for seconds.
const PAUSE: Duration = Duration::from_millis(2);

pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) file: Arc<Path>,
    pub(super) commits: Arc<AtomicU64>,
    pub(super) patience: Duration,
}

impl Writer {
    /// Writes for whoever asks, until nobody can any more.
    pub(super) fn serve(self, mut inbox: Inbox) {
        while let Some(first) = inbox.work.blocking_recv() {
            // A panic costs the writes of one group their answers, never the journal its writer.
            if catch_unwind(AssertUnwindSafe(|| self.group(first, &mut inbox))).is_err() {
                self.undo();
            }
        }
        // Before the inbox, whose end says that the file is closed.
        drop(self);
    }

    /// Commits what waits, in one transaction, and answers afterwards.
    fn group(&self, first: Work, inbox: &mut Inbox) {
        let begun = patiently(self.patience, || {
            Ok::<_, Failure>(self.connection.execute_batch("BEGIN IMMEDIATE")?)
        });
        let mut begun = begun.map_err(|failure| failure.of(&self.file));
        let mut answers = vec![self.run(first, &mut begun)];
        while answers.len() < TOGETHER {
            let Ok(work) = inbox.work.try_recv() else { break };
            answers.push(self.run(work, &mut begun));
        }
        let kept = begun.and_then(|()| self.commit());
        for answer in answers {
            answer(kept.clone());
        }
    }

    /// Does one piece of work in the transaction, if there is one.
    fn run(&self, work: Work, begun: &mut Result<(), StoreError>) -> Answer {
        let answer = work(begun.clone().map(|()| &self.connection));
        // A full disk and the like end the whole transaction, for those before as well.
        if begun.is_ok() && self.connection.is_autocommit() {
            *begun = Err(StoreError::other(self.file.display(), BROKEN_OFF));
        }
        answer
    }

    fn commit(&self) -> Result<(), StoreError> {
        let committed = self.connection.execute_batch("COMMIT");
        committed.map_err(|error| {
            self.undo();
            of_sql(&error, &self.file)
        })?;
        self.commits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn undo(&self) {
        if !self.connection.is_autocommit() {
            // What cannot be undone now is undone when the file is opened next.
            let _undone = self.connection.execute_batch("ROLLBACK");
        }
    }
}

const BROKEN_OFF: &str = "a write beside this one failed, and nothing of either is kept; try again";

/// Does a piece of work wholly or not at all, whatever becomes of the others.
pub(super) fn savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, Failure>,
) -> Result<T, Failure> {
    connection.prepare_cached("SAVEPOINT one")?.execute([])?;
    let done = work(connection);
    // Without a transaction there is nothing left to undo.
    if done.is_err() && !connection.is_autocommit() {
        connection.prepare_cached("ROLLBACK TO one")?.execute([])?;
    }
    if !connection.is_autocommit() {
        connection.prepare_cached("RELEASE one")?.execute([])?;
    }
    done
}

/// Asks again while another connection is in the way, and gives up when patience is over.
///
/// Time is counted in pauses, not read from a clock.
pub(super) fn patiently<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut left = patience;
    loop {
        match attempt() {
            Err(Failure::Sql(error)) if is_busy(&error) && !left.is_zero() => {
                thread::sleep(PAUSE);
                left = left.saturating_sub(PAUSE);
            }
            done => return done,
        }
    }
}
