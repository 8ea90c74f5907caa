//! One POST per result: the flat result object, without `data` (runware.ai/docs/platform/webhooks).

use std::sync::Arc;

use super::poll;
use crate::hook;
use crate::jobs::{Job, Stage};
use crate::provider::Provider;
use crate::state::App;

/// Delivers the results of a task when it is done, if it asked for that.
pub(crate) fn watch(app: &App, job: &Job) {
    if let Some(url) = job.input["webhookURL"].as_str() {
        tokio::spawn(deliver(Arc::clone(app), job.id.clone(), url.to_owned()));
    }
}

async fn deliver(app: App, id: String, url: String) {
    let Some(job) = app.wait(Provider::Runware, &id, u64::MAX / 2).await else { return };
    if job.stage(app.clock.now()) != Stage::Succeeded {
        return;
    }
    for output in &job.outputs {
        if let Ok(item) = poll::result(&app, &job, output, true).await {
            hook::post(&app, &url, &item.to_string(), Vec::new).await;
        }
    }
}
