//! Which job is asked about next.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use genmux_core::{JobState, Ticket};
use tokio::time::Instant;

use super::{Mailbox, News};
use crate::error::Error;

/// Jobs that are due within so much go into one poll: small beside the time between two.
const TOGETHER: Duration = Duration::from_millis(200);

/// All waiting jobs of one account, ordered by when each is asked about.
#[derive(Default)]
pub(super) struct Queue {
    due: BinaryHeap<Reverse<(Instant, u64)>>,
    waiting: HashMap<u64, Watched>,
    last_key: u64,
    /// No poll before: the vendor asked to wait.
    quiet_until: Option<Instant>,
    /// Whether a task asks.
    pub(super) driven: bool,
}

/// Jobs that are asked about in one poll.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) keys: Vec<u64>,
    pub(super) tickets: Vec<Ticket>,
    /// The model of the first: most polls ask about one.
    pub(super) model: Arc<str>,
}

/// A job that is waited for.
pub(super) struct Watched {
    call: usize,
    model: Arc<str>,
    ticket: Ticket,
    mailbox: Mailbox,
    waits: ExponentialBackoff,
    longest: Duration,
}

impl Watched {
    /// A job that is asked about after the first wait, then ever more rarely up to the second.
    pub(super) fn new(
        (call, model): (usize, Arc<str>),
        ticket: Ticket,
        mailbox: Mailbox,
        (first, longest): (Duration, Duration),
    ) -> Watched {
        let waits = ExponentialBuilder::default()
            .with_min_delay(first)
            .with_max_delay(longest)
            .with_factor(1.5)
            .without_max_times()
            .with_jitter();
        Watched { call, model, ticket, mailbox, waits: waits.build(), longest }
    }

    fn next_wait(&mut self) -> Duration {
        // Jitter is added on top of the longest wait.
        self.waits.next().unwrap_or(self.longest).min(self.longest)
    }
}

impl Queue {
    pub(super) fn add(&mut self, mut job: Watched, now: Instant) -> u64 {
        self.last_key += 1;
        self.due.push(Reverse((now + job.next_wait(), self.last_key)));
        self.waiting.insert(self.last_key, job);
        self.last_key
    }

    /// The place in the heap stays until it is due: to look for it would cost more.
    pub(super) fn remove(&mut self, key: u64) {
        self.waiting.remove(&key);
        if self.waiting.is_empty() {
            self.due.clear();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// When the next job is due; nothing while all are being asked about.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let due = self.due.peek().map(|Reverse((due, _))| *due)?;
        Some(self.quiet_until.map_or(due, |quiet| quiet.max(due)))
    }

    /// Jobs to ask about now, together with those that are due soon.
    pub(super) fn take_due(&mut self, now: Instant, most: usize) -> Option<Batch> {
        if self.next_due()? > now {
            return None;
        }
        let mut batch = Batch::default();
        while batch.keys.len() < most {
            let Some(Reverse((_, key))) = self.pop_due(now + TOGETHER) else { break };
            if let Some(job) = self.waiting.get(&key) {
                if batch.keys.is_empty() {
                    batch.model = job.model.clone();
                }
                batch.keys.push(key);
                batch.tickets.push(job.ticket.clone());
            }
        }
        (!batch.keys.is_empty()).then_some(batch)
    }

    fn pop_due(&mut self, by: Instant) -> Option<Reverse<(Instant, u64)>> {
        let Reverse((due, _)) = self.due.peek()?;
        if *due <= by { self.due.pop() } else { None }
    }

    /// Tells every job of a batch what is new, and asks about it again later: no job at all before
    /// the pause is over.
    pub(super) fn deliver(
        &mut self,
        keys: &[u64],
        answer: Result<Vec<Option<JobState>>, Error>,
        pause: Option<Duration>,
        now: Instant,
    ) {
        self.quiet_until = self.quiet_until.max(pause.map(|pause| now + pause));
        let mut news = match answer {
            Ok(states) => states.into_iter().map(into_news).collect(),
            Err(error) => failures(error, keys.len()),
        }
        .into_iter();
        for key in keys {
            let Some(job) = self.waiting.get_mut(key) else {
                news.next();
                continue;
            };
            let wait = job.next_wait();
            if let Some(news) = news.next() {
                // The waiting was given up: its watch removes it.
                let _gone = job.mailbox.send((job.call, news));
            }
            self.due.push(Reverse((now + wait, *key)));
        }
    }
}

fn into_news(state: Option<JobState>) -> News {
    state.map_or(News::Unknown, News::State)
}

fn failures(error: Error, jobs: usize) -> Vec<News> {
    let error = Arc::new(error);
    (0..jobs).map(|_| News::Failed(error.clone())).collect()
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Queue({} jobs)", self.waiting.len())
    }
}

#[cfg(test)]
mod tests {
    use genmux_core::{ErrorKind, JobStatus};
    use tokio::sync::mpsc;

    use super::*;

    const EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

    fn ticket(id: &str) -> Ticket {
        Ticket { id: id.into(), results: 1, most: 1 }
    }

    fn job(id: &str, mailbox: &Mailbox) -> Watched {
        Watched::new((0, "model".into()), ticket(id), mailbox.clone(), EVERY)
    }

    #[tokio::test]
    async fn jobs_are_asked_about_together_and_never_before_their_time() {
        let (mailbox, _news) = mpsc::unbounded_channel();
        let (mut queue, now) = (Queue::default(), Instant::now());
        for id in ["a", "b", "c"] {
            queue.add(job(id, &mailbox), now);
        }
        assert!(queue.take_due(now, 2).is_none());
        let later = now + Duration::from_secs(11);
        assert_eq!(queue.take_due(later, 2).unwrap().keys.len(), 2);
        assert_eq!(queue.take_due(later, 2).unwrap().keys.len(), 1);
        assert!(queue.take_due(later, 2).is_none(), "all are being asked about");
    }

    #[tokio::test]
    async fn a_job_that_nobody_waits_for_is_forgotten() {
        let (mailbox, _news) = mpsc::unbounded_channel();
        let (mut queue, now) = (Queue::default(), Instant::now());
        let first = queue.add(job("a", &mailbox), now);
        queue.add(job("b", &mailbox), now);
        queue.remove(first);
        let batch = queue.take_due(now + Duration::from_secs(11), 9).unwrap();
        assert_eq!(batch.keys.len(), 1);
        queue.remove(batch.keys[0]);
        assert!(queue.is_empty() && queue.due.is_empty());
    }

    #[tokio::test]
    async fn a_vendor_that_asks_to_wait_is_left_in_peace() {
        let (mailbox, mut news) = mpsc::unbounded_channel();
        let (mut queue, now) = (Queue::default(), Instant::now());
        let key = queue.add(job("a", &mailbox), now);
        let now = now + Duration::from_secs(11);
        queue.take_due(now, 1).unwrap();
        let error = || Error::new(ErrorKind::RateLimited, "slow down");
        let (long, short) = (Duration::from_mins(2), Duration::from_secs(20));
        queue.deliver(&[key], Err(error()), Some(long), now);
        queue.deliver(&[key], Err(error()), Some(short), now);
        assert!(matches!(news.recv().await, Some((0, News::Failed(_)))));
        assert_eq!(queue.next_due(), Some(now + long));
    }

    #[tokio::test]
    async fn every_job_of_a_batch_gets_its_own_news() {
        let (mailbox, mut news) = mpsc::unbounded_channel();
        let (mut queue, now) = (Queue::default(), Instant::now());
        let keys: Vec<u64> = ["a", "b"].map(|id| queue.add(job(id, &mailbox), now)).to_vec();
        queue.remove(keys[0]);
        let states = vec![None, Some(JobState::new(JobStatus::Running))];
        queue.deliver(&keys, Ok(states), None, now);
        let (_, only) = news.recv().await.unwrap();
        assert!(matches!(only, News::State(_)));
        assert!(news.try_recv().is_err());
    }
}
