//! The numbered steps of a run: every write to the journal, every request, every piece of a file.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use futures_util::stream::unfold;
use genmux::journal::{
    Change, Claim, Filter, Inserted, Intent, JobStore, Lease, Millis, Record, SqliteStore, State,
    StoreError, Version,
};
use genmux::{Body, HttpTransport, ResponseBody, Transport, TransportError};
use http::{Request, Response};

/// What the parent waits for before it kills.
pub(crate) const HERE: &str = "here";

/// Counts steps, and stops the process at one of them.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    last: u32,
    done: Arc<AtomicU32>,
    /// Whether the next request is the one that costs money.
    pays: Arc<AtomicBool>,
}

impl Steps {
    pub(crate) fn until(last: u32) -> Steps {
        Steps { last, done: Arc::default(), pays: Arc::default() }
    }

    /// Tells of a step. At the last one nothing of this process goes on: it has a single thread.
    pub(crate) fn step(&self, name: &str) {
        let number = self.done.fetch_add(1, Ordering::SeqCst) + 1;
        println!("step {number}: {name}");
        if number == self.last {
            println!("{HERE}");
            std::io::stdout().flush().unwrap();
            loop {
                std::thread::park();
            }
        }
    }

    async fn around<T>(&self, name: &str, work: impl Future<Output = T>) -> T {
        self.step(&format!("before {name}"));
        let done = work.await;
        self.step(&format!("after {name}"));
        done
    }
}

/// A line whose requests are steps, and every output with its first piece and its end.
#[derive(Debug)]
pub(crate) struct Counted {
    steps: Steps,
    through: HttpTransport,
}

impl Counted {
    pub(crate) fn new(steps: Steps) -> Counted {
        Counted { steps, through: HttpTransport::default() }
    }
}

#[async_trait]
impl Transport for Counted {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let output = request.uri().path().contains("/outputs/");
        let pays = self.steps.pays.swap(false, Ordering::SeqCst);
        let name = match () {
            () if output => "an output is asked for",
            () if pays => "the request that costs money",
            () => "the vendor is asked",
        };
        let reply = self.steps.around(name, self.through.send(request)).await?;
        Ok(if output { reply.map(|body| pieces(body, self.steps.clone())) } else { reply })
    }
}

fn pieces(body: ResponseBody, steps: Steps) -> ResponseBody {
    ResponseBody::from_stream(unfold((body, steps, true), |(mut body, steps, first)| async move {
        let piece = body.chunk().await.transpose();
        match &piece {
            None => steps.step("after the last piece of an output"),
            Some(_) if first => steps.step("after the first piece of an output"),
            Some(_) => {}
        }
        Some((piece?, (body, steps, false)))
    }))
}

/// A journal whose writes are steps.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) steps: Steps,
    pub(crate) inner: SqliteStore,
}

#[async_trait]
impl JobStore for Written {
    async fn insert(&self, intent: Intent, lease: Option<Lease>) -> Result<Inserted, StoreError> {
        self.steps.around("the intent is written", self.inner.insert(intent, lease)).await
    }

    async fn read(&self, key: &str) -> Result<Option<Record>, StoreError> {
        self.inner.read(key).await
    }

    async fn change(
        &self,
        key: &str,
        version: Version,
        change: Change,
    ) -> Result<Record, StoreError> {
        let name = match change.state {
            Some(state) => format!("{state} is written"),
            None => "a fact is written".to_owned(),
        };
        let sends = change.state == Some(State::Submitting);
        let changed = self.steps.around(&name, self.inner.change(key, version, change)).await;
        self.steps.pays.store(sends && changed.is_ok(), Ordering::SeqCst);
        changed
    }

    /// Asked for again and again, by the clock, while somebody has it.
    async fn acquire(&self, key: &str, lease: Lease, now: Millis) -> Result<Record, StoreError> {
        let record = self.inner.acquire(key, lease, now).await?;
        self.steps.step("after the lease is taken");
        Ok(record)
    }

    /// By the clock, so that it has no number.
    async fn renew(&self, key: &str, lease: Lease) -> Result<Record, StoreError> {
        self.inner.renew(key, lease).await
    }

    async fn release(&self, key: &str, owner: &str, due_at: Millis) -> Result<Record, StoreError> {
        self.steps.around("the lease is given back", self.inner.release(key, owner, due_at)).await
    }

    async fn claim(&self, claim: Claim) -> Result<Option<Record>, StoreError> {
        self.inner.claim(claim).await
    }

    async fn find_vendor_job(
        &self,
        provider: &str,
        id: &str,
    ) -> Result<Option<Record>, StoreError> {
        self.inner.find_vendor_job(provider, id).await
    }

    async fn list(&self, filter: Filter) -> Result<Vec<Record>, StoreError> {
        self.inner.list(filter).await
    }

    async fn prune(&self, before: Millis) -> Result<u64, StoreError> {
        self.inner.prune(before).await
    }
}
