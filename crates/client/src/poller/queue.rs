//! Which job is asked about next.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use genmux_core::{Capability, ErrorKind, JobState, Ticket};
use tokio::time::Instant;

use super::heard::{Answer, Heard};
use super::pace::Pace;
use super::{Letter, Mailbox, Tickets};
use crate::error::Error;

/// Jobs that are due within so much go into one poll: small beside the time between two.
const TOGETHER: Duration = Duration::from_millis(200);

/// All waiting jobs of one account, ordered by when each is asked about.
pub(super) struct Queue {
    capability: &'static Capability,
    due: BinaryHeap<Reverse<u128>>,
    /// What times in the heap are counted from.
    since: Instant,
    waiting: HashMap<u64, Watched>,
    next_key: u64,
    pace: Pace,
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
struct Watched {
    tickets: Arc<Tickets>,
    call: u32,
    heard: Heard,
    /// How often it was asked about, as far as the next wait depends on it.
    asked: u8,
    whose: Whose,
}

/// Who waits for a job.
#[derive(Clone)]
pub(crate) struct Whose {
    /// Where its news go.
    pub(crate) mailbox: Mailbox,
    /// What it is called there.
    pub(crate) name: u64,
    /// One of many: only its end is told, and it is asked about the more rarely the more there are.
    pub(crate) parked: bool,
}

impl Watched {
    fn ticket(&self) -> Option<&Ticket> {
        self.tickets.of_call(self.call as usize)
    }

    /// Ever longer, up to the longest.
    fn wait(&mut self, (first, longest): (Duration, Duration)) -> Duration {
        let wait = first.mul_f64(1.5_f64.powi(self.asked.into()));
        if wait < longest {
            self.asked = self.asked.saturating_add(1);
        }
        wait.min(longest)
    }

    /// Tells whoever waits what is new; whether the job is not asked about any more.
    fn hear(&mut self, answer: Answer, trickles: bool, now: Instant) -> bool {
        let most = self.ticket().map(|ticket| ticket.most).filter(|_| trickles);
        let news = self.heard.read(answer, most, now);
        let ended = news.is_end();
        if ended || !self.whose.parked {
            let letter = Letter { name: self.whose.name, call: self.call as usize, news };
            // Where the waiting was given up, its watch removes the job.
            let _gone = self.whose.mailbox.send(letter);
        }
        ended
    }
}

impl Queue {
    pub(super) fn new(capability: &'static Capability) -> Queue {
        Queue {
            capability,
            due: BinaryHeap::new(),
            since: Instant::now(),
            waiting: HashMap::new(),
            next_key: 0,
            pace: Pace::new(capability.polls_per_minute),
            quiet_until: None,
            driven: false,
        }
    }

    /// Adds calls of one handle, which are asked about together.
    pub(super) fn add(
        &mut self,
        tickets: &Arc<Tickets>,
        calls: impl Iterator<Item = usize>,
        whose: &Whose,
        now: Instant,
    ) -> Range<u64> {
        let (from, (first, _)) = (self.next_key, self.capability.poll_every);
        let spread = first.mul_f64(fastrand::f64());
        for call in calls {
            let Ok(call) = u32::try_from(call) else { continue };
            // Where so many wait that each has to wait for the others, they wait from the start.
            let others = if whose.parked { self.round() } else { Duration::ZERO };
            let (tickets, whose) = (tickets.clone(), whose.clone());
            let job = Watched { tickets, call, heard: Heard::default(), asked: 1, whose };
            self.ask_at(now + first + spread + others, self.next_key);
            self.waiting.insert(self.next_key, job);
            self.next_key += 1;
        }
        from..self.next_key
    }

    /// The place in the heap stays until it is due: to look for it would cost more.
    pub(super) fn remove(&mut self, keys: Range<u64>) {
        for key in keys {
            self.waiting.remove(&key);
        }
        self.forget();
    }

    /// Nothing of many jobs is kept once they are gone.
    fn forget(&mut self) {
        if self.waiting.is_empty() {
            self.due = BinaryHeap::new();
            self.waiting = HashMap::new();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// When the next job is due; nothing while all are being asked about.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let (due, _) = self.first()?;
        [self.quiet_until, self.pace.next(), Some(due)].into_iter().max().flatten()
    }

    /// Jobs to ask about now, together with those that are due soon.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Batch> {
        if self.next_due()? > now {
            return None;
        }
        let mut batch = Batch::default();
        while batch.keys.len() < self.capability.jobs_per_poll {
            let Some(key) = self.pop_due(now + TOGETHER) else { break };
            let Some(job) = self.waiting.get(&key) else { continue };
            let Some(ticket) = job.ticket() else { continue };
            if batch.keys.is_empty() {
                batch.model = job.tickets.model.clone();
            }
            batch.keys.push(key);
            batch.tickets.push(ticket.clone());
        }
        if batch.keys.is_empty() {
            return None;
        }
        self.pace.take(now);
        Some(batch)
    }

    /// Time and key in one number: a hundred thousand of them are compared all the time.
    fn ask_at(&mut self, due: Instant, key: u64) {
        let micros = due.duration_since(self.since).as_micros();
        self.due.push(Reverse(micros << 64 | u128::from(key)));
    }

    /// When the first job of the heap is due, and its key.
    fn first(&self) -> Option<(Instant, u64)> {
        let Reverse(first) = self.due.peek()?;
        let [micros, key] = [first >> 64, first & u128::from(u64::MAX)].map(u64::try_from);
        Some((self.since + Duration::from_micros(micros.ok()?), key.ok()?))
    }

    fn pop_due(&mut self, by: Instant) -> Option<u64> {
        let (due, key) = self.first()?;
        (due <= by).then(|| self.due.pop()).map(|_| key)
    }

    /// How long it takes to ask about all jobs once, at the pace of the account.
    fn round(&self) -> Duration {
        self.pace.time_of(self.waiting.len().div_ceil(self.capability.jobs_per_poll))
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
        self.adapt(&answer, now);
        let (round, trickles) = (self.round(), self.capability.results_trickle);
        // One for all: jobs that are asked about together stay together.
        let jitter = 1.0 + fastrand::f64() / 10.0;
        for (key, answer) in keys.iter().zip(answers(answer, keys.len())) {
            let Some(job) = self.waiting.get_mut(key) else { continue };
            if job.hear(answer, trickles, now) {
                self.waiting.remove(key);
                continue;
            }
            let wait = job.wait(self.capability.poll_every);
            let wait = if job.whose.parked { wait.max(round) } else { wait };
            self.ask_at(now + wait.mul_f64(jitter), *key);
        }
        self.forget();
    }

    /// A vendor that finds itself asked too often is asked more rarely.
    fn adapt<T>(&mut self, answer: &Result<T, Error>, now: Instant) {
        match answer {
            Ok(_) => self.pace.speed_up(),
            Err(error) if error.kind == ErrorKind::RateLimited => self.pace.slow_down(now),
            Err(_) => {}
        }
    }
}

/// What a poll says about each of its jobs.
fn answers(
    answer: Result<Vec<Option<JobState>>, Error>,
    jobs: usize,
) -> Box<dyn Iterator<Item = Answer>> {
    match answer {
        Ok(states) => {
            let one = |state: Option<_>| state.map_or(Answer::Unknown, Answer::State);
            Box::new(states.into_iter().map(one))
        }
        Err(error) => {
            let error = Arc::new(error);
            Box::new((0..jobs).map(move |_| Answer::Failed(error.clone())))
        }
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Queue({} jobs)", self.waiting.len())
    }
}

#[cfg(test)]
mod tests {
    use genmux_core::{JobStatus, RemoteArtifact};
    use tokio::sync::mpsc;

    use super::*;
    use crate::job::Call;
    use crate::poller::News;
    use crate::retry::scripted::CAPABILITY;

    /// Each job is asked about after one to two seconds, then every ten.
    const LATER: Duration = Duration::from_secs(11);

    /// A queue of an account that asks for so many jobs at once, so many times a minute, and where
    /// the news of its jobs go.
    struct Stand {
        queue: Queue,
        whose: Whose,
        news: mpsc::UnboundedReceiver<Letter>,
        now: Instant,
    }

    impl Stand {
        fn new(jobs_per_poll: usize, polls_per_minute: u32) -> Stand {
            let capability = Capability { jobs_per_poll, polls_per_minute, ..CAPABILITY };
            let (mailbox, news) = mpsc::unbounded_channel();
            let queue = Queue::new(Box::leak(Box::new(capability)));
            Stand {
                queue,
                whose: Whose { mailbox, name: 7, parked: false },
                news,
                now: Instant::now(),
            }
        }

        fn parking(jobs_per_poll: usize, polls_per_minute: u32) -> Stand {
            let mut stand = Stand::new(jobs_per_poll, polls_per_minute);
            stand.whose.parked = true;
            stand
        }

        /// Adds handles of so many calls each.
        fn add(&mut self, calls: impl IntoIterator<Item = usize>) -> Vec<Range<u64>> {
            let ticket = Ticket { id: "a".into(), results: 1, most: 1 };
            let tickets = |calls| {
                Arc::new(Tickets::new("m".into(), &vec![Call::Accepted(ticket.clone()); calls]))
            };
            let each = calls
                .into_iter()
                .map(|calls| self.queue.add(&tickets(calls), 0..calls, &self.whose, self.now));
            each.collect()
        }

        fn pass(&mut self, time: Duration) {
            self.now += time;
        }

        /// How many jobs the next poll asks about, if there is one; they are under way then.
        fn take(&mut self) -> Option<Batch> {
            self.queue.take_due(self.now)
        }

        fn answer(&mut self, keys: &[u64], status: JobStatus) {
            let all = keys.iter().map(|_| Some(JobState::new(status))).collect();
            self.queue.deliver(keys, Ok(all), None, self.now);
        }

        /// Asks for so long, is answered that all run, and counts the jobs that were asked about.
        fn ask_for(&mut self, time: Duration) -> usize {
            let (until, mut asked) = (self.now + time, 0);
            while self.now < until {
                match self.take() {
                    Some(batch) => {
                        asked += batch.keys.len();
                        self.answer(&batch.keys, JobStatus::Running);
                    }
                    None => self.pass(Duration::from_millis(10)),
                }
            }
            asked
        }
    }

    #[tokio::test]
    async fn jobs_are_asked_about_together_and_never_before_their_time() {
        let mut stand = Stand::new(2, 6000);
        stand.add([1, 1, 1]);
        assert!(stand.take().is_none());
        stand.pass(LATER);
        assert_eq!(stand.take().unwrap().keys.len(), 2);
        assert_eq!(stand.take().unwrap().keys.len(), 1);
        assert!(stand.take().is_none(), "all are being asked about");
    }

    #[tokio::test]
    async fn calls_of_one_handle_are_due_together_and_stay_so() {
        let mut stand = Stand::new(50, 6000);
        stand.add([12]);
        for _ in 0..9 {
            stand.now = stand.queue.next_due().unwrap();
            let batch = stand.take().unwrap();
            assert_eq!(batch.keys.len(), 12);
            stand.answer(&batch.keys, JobStatus::Running);
        }
    }

    #[tokio::test]
    async fn waits_grow_to_the_longest_and_a_tenth() {
        let mut stand = Stand::new(1, 6000);
        stand.add([1]);
        let mut waits = Vec::new();
        for _ in 0..12 {
            let due = stand.queue.next_due().unwrap();
            waits.push((due - stand.now).as_secs_f64());
            stand.now = due;
            let batch = stand.take().unwrap();
            stand.answer(&batch.keys, JobStatus::Running);
        }
        assert!((1.0..=2.0).contains(&waits[0]) && (1.5..=1.65).contains(&waits[1]), "{waits:?}");
        assert!(waits[7..].iter().all(|wait| (10.0..=11.0).contains(wait)), "{waits:?}");
    }

    #[tokio::test]
    async fn a_job_that_nobody_waits_for_is_forgotten() {
        let mut stand = Stand::new(9, 6000);
        let keys = stand.add([1, 1]);
        stand.queue.remove(keys[0].clone());
        stand.pass(LATER);
        assert_eq!(stand.take().unwrap().keys, [1]);
        stand.queue.remove(keys[1].clone());
        assert!(stand.queue.is_empty() && stand.queue.due.is_empty());
    }

    #[tokio::test]
    async fn a_job_that_ended_is_asked_about_no_more() {
        let mut stand = Stand::new(9, 6000);
        stand.add([1]);
        stand.answer(&[0], JobStatus::Succeeded);
        let Letter { name, call, news } = stand.news.recv().await.unwrap();
        assert!(matches!((name, call, news), (7, 0, News::Ended(_))));
        assert!(stand.queue.is_empty());
    }

    #[tokio::test]
    async fn a_vendor_that_asks_to_wait_is_left_in_peace() {
        let mut stand = Stand::new(1, 6000);
        stand.add([1]);
        stand.pass(LATER);
        stand.take().unwrap();
        let error = || Error::new(ErrorKind::RateLimited, "slow down");
        let (long, short) = (Duration::from_mins(2), Duration::from_secs(20));
        stand.queue.deliver(&[0], Err(error()), Some(long), stand.now);
        stand.queue.deliver(&[0], Err(error()), Some(short), stand.now);
        assert!(matches!(stand.news.recv().await.unwrap().news, News::Failed(_)));
        assert_eq!(stand.queue.next_due(), Some(stand.now + long));
    }

    #[tokio::test]
    async fn every_job_of_a_batch_gets_its_own_news() {
        let mut stand = Stand::new(2, 6000);
        let keys = stand.add([1, 1]);
        stand.queue.remove(keys[0].clone());
        let states = vec![None, Some(JobState::new(JobStatus::Running))];
        stand.queue.deliver(&[0, 1], Ok(states), None, stand.now);
        let only = stand.news.recv().await.unwrap().news;
        assert!(matches!(only, News::Status(JobStatus::Running, None)));
        assert!(stand.news.try_recv().is_err());
    }

    #[tokio::test]
    async fn of_parked_jobs_only_the_end_is_told() {
        let mut stand = Stand::parking(1, 6000);
        stand.add([1]);
        stand.answer(&[0], JobStatus::Running);
        let error = Error::new(ErrorKind::Transport, "no route");
        stand.queue.deliver(&[0], Err(error), None, stand.now);
        assert!(stand.news.try_recv().is_err());
        let mut made = JobState::new(JobStatus::Succeeded);
        made.artifacts.push(RemoteArtifact::at("https://a.example"));
        stand.queue.deliver(&[0], Ok(vec![Some(made)]), None, stand.now);
        assert!(matches!(stand.news.recv().await.unwrap().news, News::Ended(_)));
    }

    /// 600 polls a minute of 5 jobs: 3000 jobs take a minute. A tenth is jitter, and the pace
    /// allows for one second more.
    #[tokio::test]
    async fn more_parked_jobs_than_the_vendor_takes_are_asked_about_more_rarely() {
        let mut stand = Stand::parking(5, 600);
        stand.add(vec![1; 3000]);
        let asked = stand.ask_for(Duration::from_mins(10));
        assert!((26_500..=30_055).contains(&asked), "{asked} asked about in 10 minutes");
        let mut few = Stand::parking(5, 600);
        few.add([1; 50]);
        let asked = few.ask_for(Duration::from_mins(10));
        assert!((50 * 54..=50 * 66).contains(&asked), "{asked}: every ten seconds");
    }

    #[tokio::test]
    async fn a_job_that_waits_alone_is_not_held_up_by_those_that_are_parked() {
        let mut stand = Stand::parking(1, 600);
        stand.add(vec![1; 3000]);
        stand.ask_for(Duration::from_mins(6));
        stand.whose.parked = false;
        stand.add([1]);
        stand.ask_for(Duration::from_secs(30));
        let heard = std::iter::from_fn(|| stand.news.try_recv().ok()).count();
        assert!(heard >= 5, "{heard} news in half a minute");
    }

    #[tokio::test]
    async fn a_vendor_that_is_asked_too_often_is_asked_more_rarely() {
        let mut stand = Stand::parking(1, 6000);
        stand.add([1; 500]);
        stand.pass(LATER);
        let before = stand.queue.round();
        stand.queue.deliver(&[0], Err(Error::new(ErrorKind::RateLimited, "no")), None, stand.now);
        assert_eq!(stand.queue.round(), before * 2);
        stand.ask_for(Duration::from_mins(1));
        assert_eq!(stand.queue.round(), before);
    }
}
