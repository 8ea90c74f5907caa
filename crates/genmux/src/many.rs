//! Many jobs of any offers that wait together.

use genmux_client::{BoxStream, Job, RunOptions, Waited, wait_by_offer};

use crate::client::Client;

impl Client {
    /// Waits for jobs of any offers at once and gives each as it ends; jobs of one provider are
    /// held without a future each and asked about together.
    ///
    /// As [`Provider::wait_many`](crate::Provider::wait_many); a handle of an offer that this
    /// client does not have is given back with the error.
    ///
    /// ```no_run
    /// # use futures_util::stream::{StreamExt as _, iter};
    /// # use genmux::{Client, Job, RunOptions, Settings};
    /// # async fn run(handles: Vec<Job>) -> Result<(), Box<dyn std::error::Error>> {
    /// let client = Client::new(Settings::default())?;
    /// let mut ended = client.wait_many(iter(handles).boxed(), &RunOptions::default());
    /// while let Some(ended) = ended.next().await {
    ///     match ended.result {
    ///         Ok(outcome) => println!("{}: {} artifacts", ended.job.id, outcome.artifacts.len()),
    ///         Err(error) => println!("{}: {error}", ended.job.id),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_many<'a>(
        &'a self,
        jobs: BoxStream<'a, Job>,
        options: &RunOptions,
    ) -> BoxStream<'a, Waited> {
        wait_by_offer(jobs, options, |job| self.provider_of(job))
    }
}
