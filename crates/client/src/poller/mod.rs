//! Asks a vendor about all waiting jobs of one account: one task, however many jobs wait.

mod heard;
mod pace;
mod queue;
mod tickets;

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use genmux_core::{ErrorKind, JobState, Ticket};
use http::HeaderMap;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::account::Line;
use crate::bounds;
use crate::error::Error;
use queue::{Batch, Queue};

pub(crate) use heard::News;
pub(crate) use queue::Whose;
pub(crate) use tickets::Tickets;

/// Polls under way at once: enough to hide the way to the vendor, few enough to be polite.
const IN_FLIGHT: usize = 8;

/// The longest wait that a vendor is granted between two polls.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);

/// What is new about one call of a job.
#[derive(Debug)]
pub(crate) struct Letter {
    /// What the job is called where it is waited for.
    pub(crate) name: u64,
    /// Which of its calls.
    pub(crate) call: usize,
    pub(crate) news: News,
}

/// Where news go.
pub(crate) type Mailbox = mpsc::UnboundedSender<Letter>;

/// Asks about all waiting jobs of one account.
pub(crate) struct Poller {
    shared: Arc<Shared>,
}

struct Shared {
    line: Arc<Line>,
    queue: Mutex<Queue>,
    /// A job was added that is due before all others.
    added: Notify,
}

/// Calls that are waited for; dropping it ends the asking.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    keys: Range<u64>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.queue().remove(self.keys.clone());
    }
}

impl Poller {
    pub(crate) fn new(line: Arc<Line>) -> Poller {
        let queue = Mutex::new(Queue::new(line.adapter.capability()));
        Poller { shared: Arc::new(Shared { line, queue, added: Notify::new() }) }
    }

    /// Asks about calls of a handle, each until its end is told or the watch is dropped.
    pub(crate) fn watch(
        &self,
        tickets: &Arc<Tickets>,
        calls: impl Iterator<Item = usize>,
        whose: &Whose,
    ) -> Watch {
        let shared = self.shared.clone();
        let mut queue = shared.queue();
        let due = queue.next_due();
        let keys = queue.add(tickets, calls, whose, Instant::now());
        let sooner = queue.next_due() != due;
        if !std::mem::replace(&mut queue.driven, true) {
            tokio::spawn(drive(Driver { shared: shared.clone(), ended: false }));
        }
        drop(queue);
        if sooner {
            shared.added.notify_one();
        }
        Watch { shared, keys }
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one task of a poller; the next watch starts another when it is gone, however it went.
struct Driver {
    shared: Arc<Shared>,
    /// It has said so itself, under the lock under which it found nothing to do.
    ended: bool,
}

impl Drop for Driver {
    fn drop(&mut self) {
        if !self.ended {
            self.shared.queue().driven = false;
        }
    }
}

async fn drive(mut driver: Driver) {
    let shared = driver.shared.clone();
    let mut polls = JoinSet::new();
    loop {
        while polls.len() < room(&shared) {
            let Some(batch) = shared.queue().take_due(Instant::now()) else { break };
            polls.spawn(poll(shared.clone(), batch));
        }
        let next = {
            let mut queue = shared.queue();
            if queue.is_empty() {
                // Said under the lock, so that a job added now starts a driver of its own.
                queue.driven = false;
                driver.ended = true;
                return;
            }
            queue.next_due()
        };
        wait(&shared, &mut polls, next).await;
    }
}

/// One poll at a time finds out whether a vendor that is down is back.
fn room(shared: &Shared) -> usize {
    if shared.line.retries.is_down() { 1 } else { IN_FLIGHT }
}

/// Until a job is due and there is room to ask for it, a poll is answered, or a job is added.
async fn wait(shared: &Shared, polls: &mut JoinSet<()>, next: Option<Instant>) {
    let room = polls.len() < room(shared);
    let due = async {
        match next.filter(|_| room) {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = due => {}
        Some(_done) = polls.join_next(), if !polls.is_empty() => {}
        () = shared.added.notified() => {}
    }
}

async fn poll(shared: Arc<Shared>, batch: Batch) {
    let Batch { keys, tickets, model } = batch;
    let span = tracing::info_span!(
        "poll",
        gen_ai.provider.name = shared.line.adapter.provider(),
        gen_ai.request.model = &*model,
        error.type = tracing::field::Empty,
        jobs = tickets.len(),
    );
    let answer = ask(&shared.line, &tickets).instrument(span.clone()).await;
    if let Err(error) = &answer {
        span.record("error.type", error.kind.name());
    }
    let pause = answer.as_ref().err().and_then(|error| pause(&shared.line, error));
    shared.queue().deliver(&keys, answer, pause, Instant::now());
}

/// How long no job is asked about after a poll that failed: as long as the vendor asks for, within
/// reason, and while it is down no job is asked about sooner than any single one would be.
fn pause(line: &Line, error: &Error) -> Option<Duration> {
    let asked = error.retry_after.map(|asked| asked.min(LONGEST_PAUSE));
    let longest = line.adapter.capability().poll_every.1;
    asked.max(line.retries.is_down().then_some(longest))
}

/// The state of jobs, asked once.
pub(crate) async fn ask(line: &Line, tickets: &[Ticket]) -> Result<Vec<Option<JobState>>, Error> {
    let reply = line.send(line.adapter.poll(line.base(), tickets), &HeaderMap::new()).await?;
    let mut states = line.adapter.read_status(&reply, tickets)?;
    states.iter_mut().flatten().for_each(bounds::state);
    if states.len() == tickets.len() {
        return Ok(states);
    }
    let (got, asked) = (states.len(), tickets.len());
    Err(Error::new(ErrorKind::Decode, format!("the reply tells of {got} jobs instead of {asked}")))
}
