//! Many jobs of a journal that wait together.

use futures_util::stream::{BoxStream, StreamExt as _};
use genmux_core::ErrorKind;

use super::journaled::Journaled;
use crate::job::Job;
use crate::options::RunOptions;
use crate::provider::Provider;
use crate::wait::Waited;

/// Jobs whose end is fetched and written down at once.
const ENDS_AT_ONCE: usize = 8;

/// Waits for many jobs without their records, and takes each record up once its job is over: until
/// then any process may work on it, and none has to renew a lease for each.
pub(super) fn wait_many<'a, P: Provider>(
    provider: &'a Journaled<P>,
    jobs: BoxStream<'a, Job>,
    options: &RunOptions,
) -> BoxStream<'a, Waited> {
    let options = RunOptions { progress: None, ..options.clone() };
    let asking = RunOptions { save: None, ..options.clone() };
    let end = move |waited| end(provider, waited, options.clone());
    provider.inner().wait_many(jobs, &asking).map(end).buffer_unordered(ENDS_AT_ONCE).boxed()
}

/// What is over is read once more, with its record; what is late is left as it is.
async fn end<P: Provider>(provider: &Journaled<P>, waited: Waited, options: RunOptions) -> Waited {
    match &waited.result {
        // A job that the vendor gave up has an outcome.
        Err(late) if late.kind == ErrorKind::Timeout && late.outcome.is_none() => waited,
        _ => {
            let result = provider.wait(&waited.job, &options).await;
            Waited { result, ..waited }
        }
    }
}
