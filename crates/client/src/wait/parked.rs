//! Many jobs of one account that wait together: no future each, and of each handle only its own.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, FuturesUnordered, StreamExt as _};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::slip::{Pool, Slip};
use super::{Waited, after, conclude, late, refused};
use crate::account::Account;
use crate::job::Job;
use crate::options::RunOptions;
use crate::poller::{Letter, News, Watch, Whose};

/// Jobs whose end is fetched and saved at once.
const ENDS_AT_ONCE: usize = 8;

/// Deadlines within so much are one.
const GRAIN: Duration = Duration::from_millis(100);

/// Waits for many jobs of one account, and gives each as it ends.
pub(crate) fn park<'a>(
    account: Arc<Account>,
    jobs: BoxStream<'a, Job>,
    options: RunOptions,
) -> BoxStream<'a, Waited> {
    let parked = Parked::new(account, jobs, options);
    let next = |mut parked: Parked<'a>| async move {
        let waited = parked.next().await?;
        Some((waited, parked))
    };
    stream::unfold(parked, next).boxed()
}

/// Jobs that wait together.
struct Parked<'a> {
    account: Arc<Account>,
    options: Arc<RunOptions>,
    /// Jobs that are still to come.
    incoming: Option<BoxStream<'a, Job>>,
    pool: Pool,
    /// Jobs that wait, under names in the order in which they came.
    waiting: HashMap<u64, (Slip, Watch)>,
    last_name: u64,
    /// Calls that are over, of jobs that are not.
    ends: HashMap<u64, Vec<(usize, News)>>,
    deadlines: Deadlines,
    whose: Whose,
    news: mpsc::UnboundedReceiver<Letter>,
    over: VecDeque<Over>,
    ending: FuturesUnordered<BoxFuture<'static, Waited>>,
}

/// A job that does not wait any more.
enum Over {
    /// Its calls ended like this.
    Ended(Slip, Vec<(usize, News)>),
    /// Its deadline has passed.
    Late(Slip),
}

impl<'a> Parked<'a> {
    fn new(account: Arc<Account>, jobs: BoxStream<'a, Job>, options: RunOptions) -> Parked<'a> {
        let (mailbox, news) = mpsc::unbounded_channel();
        Parked {
            account,
            deadlines: Deadlines { wait: options.waits(), marks: VecDeque::new() },
            options: Arc::new(options),
            incoming: Some(jobs),
            pool: Pool::default(),
            waiting: HashMap::new(),
            last_name: 0,
            ends: HashMap::new(),
            whose: Whose { mailbox, name: 0, parked: true },
            news,
            over: VecDeque::new(),
            ending: FuturesUnordered::new(),
        }
    }

    /// The next job that ended; nothing when all have.
    async fn next(&mut self) -> Option<Waited> {
        loop {
            self.end_some();
            if self.incoming.is_none() && self.waiting.is_empty() && self.ending.is_empty() {
                return None;
            }
            // Jobs may come without a pause.
            tokio::task::coop::consume_budget().await;
            let due = self.deadlines.next().filter(|_| !self.waiting.is_empty());
            tokio::select! {
                biased;
                Some(waited) = self.ending.next() => return Some(waited),
                Some(letter) = self.news.recv() => self.read(letter),
                job = coming(&mut self.incoming) => match job {
                    Some(job) => if let Some(refused) = self.add(job) { return Some(refused) },
                    None => self.incoming = None,
                },
                () = until(due) => self.pass(),
            }
        }
    }

    /// Parks a job, unless it belongs elsewhere.
    fn add(&mut self, job: Job) -> Option<Waited> {
        if let Err(error) = self.account.check(&job) {
            return Some(refused(job, error));
        }
        let slip = self.pool.slip(job);
        if slip.tickets.accepted().next().is_none() {
            self.over.push_back(Over::Ended(slip, Vec::new()));
            return None;
        }
        self.last_name += 1;
        self.whose.name = self.last_name;
        let tickets = slip.tickets.clone();
        let watch = self.account.poller().watch(&tickets, tickets.accepted(), &self.whose);
        self.waiting.insert(self.last_name, (slip, watch));
        self.deadlines.add(self.last_name);
        None
    }

    /// A job is over when all its calls are, or the vendor no longer answers about one.
    fn read(&mut self, Letter { name, call, news }: Letter) {
        // Where there is none, its deadline has passed before.
        let Some((slip, _)) = self.waiting.get(&name) else { return };
        let refused = matches!(news, News::Refused(_));
        let ends = self.ends.entry(name).or_default();
        ends.push((call, news));
        if refused || ends.len() == slip.tickets.accepted().count() {
            let ends = self.ends.remove(&name).unwrap_or_default();
            let slip = self.waiting.remove(&name).map(|(slip, _)| slip);
            self.over.extend(slip.map(|slip| Over::Ended(slip, ends)));
        }
    }

    /// Jobs whose deadline has passed.
    fn pass(&mut self) {
        let Some(names) = self.deadlines.pass(self.last_name) else { return };
        for name in names {
            self.ends.remove(&name);
            let slip = self.waiting.remove(&name).map(|(slip, _)| slip);
            self.over.extend(slip.map(Over::Late));
        }
    }

    fn end_some(&mut self) {
        while self.ending.len() < ENDS_AT_ONCE {
            let Some(over) = self.over.pop_front() else { return };
            let (account, options) = (self.account.clone(), self.options.clone());
            self.ending.push(Box::pin(end(account, over, options)));
        }
    }
}

/// What a job gave. What is over is fetched in a time of its own, as long as the waiting may take.
async fn end(account: Arc<Account>, over: Over, options: Arc<RunOptions>) -> Waited {
    let (job, result) = match over {
        Over::Ended(slip, ends) => {
            let job = slip.job();
            let result = conclude(&account, (&job, ends), &options).await;
            (job, result)
        }
        Over::Late(slip) => {
            let job = slip.job();
            let error = late(&account, &job, &options).await;
            (job, Err(error))
        }
    };
    let result = match result {
        Ok(mut outcome) => {
            options.unsaid.clean_outcome(&mut outcome);
            Ok(outcome)
        }
        Err(error) => Err(options.quiet(error).at(&job.offer).of_job(&job)),
    };
    Waited { job, result }
}

/// The next job that comes; never, where none will.
async fn coming(incoming: &mut Option<BoxStream<'_, Job>>) -> Option<Job> {
    match incoming {
        Some(jobs) => jobs.next().await,
        None => std::future::pending().await,
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// The deadlines of jobs that wait equally long, and so reach them in the order in which they came.
struct Deadlines {
    wait: Duration,
    /// When the jobs from this name on are late, up to the next mark.
    marks: VecDeque<(Instant, u64)>,
}

impl Deadlines {
    fn add(&mut self, name: u64) {
        let due = after(self.wait);
        if self.marks.back().is_none_or(|(last, _)| *last < due) {
            self.marks.push_back((due + GRAIN, name));
        }
    }

    fn next(&self) -> Option<Instant> {
        self.marks.front().map(|(due, _)| *due)
    }

    /// The names of jobs that are late now.
    fn pass(&mut self, last_name: u64) -> Option<Range<u64>> {
        let (_, from) = self.marks.pop_front()?;
        let end = self.marks.front().map_or(last_name + 1, |(_, next)| *next);
        Some(from..end)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn every_job_is_late_a_moment_after_its_deadline_and_never_before() {
        let wait = Duration::from_mins(1);
        let mut deadlines = Deadlines { wait, marks: VecDeque::new() };
        let mut due = Vec::new();
        for name in 1..=50 {
            deadlines.add(name);
            due.push(Instant::now() + wait);
            advance(Duration::from_millis(name * 3)).await;
        }
        assert!(deadlines.marks.len() < 50, "{} marks", deadlines.marks.len());
        let mut seen = 0;
        while let Some(at) = deadlines.next() {
            for name in deadlines.pass(50).unwrap() {
                assert_eq!(name, seen + 1);
                seen = name;
                let due = due[usize::try_from(name).unwrap() - 1];
                assert!(due <= at && at <= due + GRAIN, "job {name}");
            }
        }
        assert_eq!(seen, 50);
    }
}
