//! Jobs of several offers, each waited for by the provider that serves it.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future;
use futures_util::stream::{self, BoxStream, FuturesUnordered, StreamExt as _};
use tokio::sync::mpsc;

use super::{Waited, refused};
use crate::error::Error;
use crate::job::Job;
use crate::options::RunOptions;
use crate::provider::Provider;

/// Waits for jobs of any offers, as [`Provider::wait_many`] does for those of one provider.
///
/// `serving` names the provider of a job; it is asked once for each offer. A job that has none is
/// given back with the error.
pub fn wait_by_offer<'a>(
    jobs: BoxStream<'a, Job>,
    options: &RunOptions,
    serving: impl FnMut(&Job) -> Result<Arc<dyn Provider>, Error> + Send + 'a,
) -> BoxStream<'a, Waited> {
    let (told, waited) = mpsc::channel(1);
    let lanes = Lanes { serving, options: options.clone(), told, by_offer: HashMap::new() };
    let waited = stream::unfold(waited, |mut waited| async move {
        let next = waited.recv().await?;
        Some((next, waited))
    });
    // Driven by whoever reads the stream; it has no items of its own.
    let driven = stream::once(lanes.drive(jobs)).filter_map(|()| future::ready(None));
    stream::select(waited, driven).boxed()
}

/// A lane for every offer: jobs go in, and the provider that serves them tells how they ended.
struct Lanes<F> {
    serving: F,
    options: RunOptions,
    told: mpsc::Sender<Waited>,
    by_offer: HashMap<String, mpsc::UnboundedSender<Job>>,
}

impl<F: FnMut(&Job) -> Result<Arc<dyn Provider>, Error>> Lanes<F> {
    async fn drive(mut self, mut jobs: BoxStream<'_, Job>) {
        let mut open = true;
        let mut running = FuturesUnordered::new();
        while open || !running.is_empty() {
            tokio::select! {
                // The lanes take what they were given before more is.
                biased;
                Some(()) = running.next() => {}
                job = jobs.next(), if open => match job {
                    None => {
                        open = false;
                        self.by_offer.clear();
                    }
                    Some(job) => match self.lane(&job) {
                        Ok(new) => {
                            running.extend(new);
                            self.put(job);
                        }
                        // Nobody reads the stream any more where it cannot be told.
                        Err(error) => drop(self.told.send(refused(job, error)).await),
                    },
                },
            }
        }
    }

    /// The lane of a job, where it is the first of its offer.
    fn lane(&mut self, job: &Job) -> Result<Option<impl Future<Output = ()> + use<F>>, Error> {
        if self.by_offer.contains_key(&job.offer) {
            return Ok(None);
        }
        let provider = (self.serving)(job)?;
        let (sender, jobs) = mpsc::unbounded_channel();
        self.by_offer.insert(job.offer.clone(), sender);
        Ok(Some(lane(provider, jobs, self.options.clone(), self.told.clone())))
    }

    fn put(&self, job: Job) {
        if let Some(lane) = self.by_offer.get(&job.offer) {
            // A lane takes jobs until it is told that no more will come.
            let _sent = lane.send(job);
        }
    }
}

async fn lane(
    provider: Arc<dyn Provider>,
    jobs: mpsc::UnboundedReceiver<Job>,
    options: RunOptions,
    told: mpsc::Sender<Waited>,
) {
    let jobs = stream::unfold(jobs, |mut jobs| async move {
        let job = jobs.recv().await?;
        Some((job, jobs))
    });
    let mut waited = provider.wait_many(jobs.boxed(), &options);
    while let Some(one) = waited.next().await {
        if told.send(one).await.is_err() {
            return;
        }
    }
}
