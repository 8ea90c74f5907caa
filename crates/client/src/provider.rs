//! What an application holds: one trait, whoever serves it.

use std::fmt;

use async_trait::async_trait;
use futures_util::future;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use genmux_core::{Expect, JobStatus, Rejection, Request, Row};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use crate::error::{Error, RunError};
use crate::event::Event;
use crate::job::Job;
use crate::options::{Progress, RunOptions};
use crate::outcome::Outcome;
use crate::wait::Waited;

/// Serves requests: one vendor's offer, or offers combined.
///
/// Dropping a future stops the waiting and never the job; what was accepted goes on and is paid
/// for. [`Provider::submit`] gives a handle that outlives the process.
#[async_trait]
pub trait Provider: Send + Sync + fmt::Debug {
    /// The offers that may serve a request, in order, as `provider/model`.
    fn offers(&self) -> Vec<String>;

    /// What would be sent and what to expect, offline and free.
    ///
    /// # Errors
    /// Every limit that the request breaks.
    fn translate(&self, request: &Request, options: &RunOptions)
    -> Result<Preview, Box<Rejection>>;

    /// What keeps this provider from sending anything, as far as it shows offline: a missing key, a
    /// folder that cannot be written to.
    ///
    /// # Errors
    /// When there is such a thing.
    fn ready(&self, _options: &RunOptions) -> Result<(), Error> {
        Ok(())
    }

    /// Whether work of the idempotency key of these options was begun here, as far as is known.
    async fn is_begun(&self, _options: &RunOptions) -> bool {
        false
    }

    /// Uploads media and submits the work, at most once; returns as soon as it is accepted.
    ///
    /// # Errors
    /// [`RunError::Rejected`] with nothing sent; [`RunError::Failed`] when nothing was accepted, or
    /// when nobody knows ([`ErrorKind::Ambiguous`](genmux_core::ErrorKind::Ambiguous)).
    async fn submit(&self, request: &Request, options: &RunOptions) -> Result<Job, RunError>;

    /// How far the work is, asked once.
    ///
    /// # Errors
    /// When the vendor cannot be asked; that says nothing about the work.
    async fn status(&self, job: &Job, options: &RunOptions) -> Result<Snapshot, Error>;

    /// Asks the vendor to stop the work; `false` where it cannot or will not, and the work goes on.
    ///
    /// # Errors
    /// When the vendor cannot be asked; that says nothing about the work.
    async fn cancel(&self, job: &Job, options: &RunOptions) -> Result<bool, Error>;

    /// Waits for the work and saves what was made, if that is asked for.
    ///
    /// # Errors
    /// When nothing was made, or the deadline passed (the error holds the handle).
    async fn wait(&self, job: &Job, options: &RunOptions) -> Result<Outcome, Error>;

    /// Waits for many jobs at once, each as [`Provider::wait`] does, and gives each as it ends.
    ///
    /// Jobs come in as they come: the stream ends after the last of them did. The deadline of the
    /// options holds for each job from when it came, and has to be longer than the vendor's round
    /// where jobs are very many (100,000 at Replicate: 42 minutes): else some end as timed out
    /// before they were asked about, and their handles resume. Progress is not told, because events
    /// name no job. Nothing is waited for before the stream is read; dropping it ends the waiting.
    fn wait_many<'a>(
        &'a self,
        jobs: BoxStream<'a, Job>,
        options: &RunOptions,
    ) -> BoxStream<'a, Waited> {
        let options = RunOptions { progress: None, ..options.clone() };
        let wait = move |job: Job| {
            let options = options.clone();
            async move {
                let result = self.wait(&job, &options).await;
                Waited { job, result }
            }
        };
        jobs.map(wait).buffer_unordered(usize::MAX).boxed()
    }

    /// Submits and waits.
    ///
    /// # Errors
    /// As [`Provider::submit`] and [`Provider::wait`].
    async fn run(&self, request: &Request, options: &RunOptions) -> Result<Outcome, RunError> {
        let options = options.about(request);
        let job = self.submit(request, &options).await?;
        Ok(self.wait(&job, &options).await?)
    }

    /// Runs a request and tells what happens; the last item is [`Event::Done`] or the error.
    fn events<'a>(
        &'a self,
        request: &'a Request,
        options: &RunOptions,
    ) -> BoxStream<'a, Result<Event, RunError>> {
        let (told, events) = mpsc::unbounded_channel();
        let mut options = options.clone();
        let also = options.progress.take();
        let each = told.clone();
        options.progress = Some(Progress::new(move |event: Event| {
            if let Some(also) = &also {
                also.tell(event.clone());
            }
            // Where nobody listens any more, the stream was dropped, and the waiting with it.
            let _nobody = each.send(Ok(event));
        }));
        let drive = async move {
            let outcome = self.run(request, &options).await;
            let _nobody = told.send(outcome.map(|outcome| Event::Done(Box::new(outcome))));
        };
        let events = stream::unfold(events, |mut events| async move {
            let event = events.recv().await?;
            Some((event, events))
        });
        // Driven by whoever reads the stream; it has no items of its own.
        let driven = stream::once(drive).filter_map(|()| future::ready(None));
        stream::select(events, driven).boxed()
    }
}

/// What a request would become at an offer.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Preview {
    /// The offer, as `provider/model`.
    pub offer: String,
    /// Digest of the catalogue.
    pub catalogue: String,
    /// Calls that the request becomes; one job and one charge each.
    pub calls: u64,
    /// The payload of the first call, as it is shown.
    pub payload: Box<RawValue>,
    /// What should come back.
    pub expect: Expect,
    /// What became of every field.
    pub ledger: Vec<Row>,
}

/// The payload holds the prompt.
impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Preview({}, {} calls, {} rows)", self.offer, self.calls, self.ledger.len())
    }
}

/// How far work is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// All calls together: final only when every call is.
    pub status: JobStatus,
    /// Each call: what the vendor says; `None` where it knows no such job, or not yet.
    pub calls: Vec<Option<CallStatus>>,
}

/// How far one call is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallStatus {
    /// How far it is.
    pub status: JobStatus,
    /// The vendor's own word.
    pub vendor_status: Option<String>,
    /// Percent done, where the vendor tells.
    pub progress: Option<u8>,
    /// Artifacts so far.
    pub artifacts: usize,
}
