//! What a task has sent elsewhere: one POST per result, the flat result object without `data`
//! (runware.ai/docs/platform/webhooks), and the raw bytes by PUT.

use std::sync::Arc;

use super::poll;
use crate::files;
use crate::hook;
use crate::jobs::{Job, Stage};
use crate::provider::Provider;
use crate::state::App;

/// Delivers the results of a task when it is done, if it asked for that.
pub(crate) fn watch(app: &App, job: &Job) {
    let asked = ["webhookURL", "uploadEndpoint"].map(|key| job.input[key].is_string());
    if asked.contains(&true) {
        tokio::spawn(deliver(Arc::clone(app), job.id.clone()));
    }
}

async fn deliver(app: App, id: String) {
    let Some(job) = app.wait(Provider::Runware, &id, u64::MAX / 2).await else { return };
    if job.stage(app.clock.now()) != Stage::Succeeded {
        return;
    }
    if let Some(url) = job.input["uploadEndpoint"].as_str() {
        upload(&job, url).await;
    }
    if let Some(url) = job.input["webhookURL"].as_str() {
        post(&app, &job, url).await;
    }
}

/// Several outputs go to the same address: how the vendor tells them apart is not documented.
async fn upload(job: &Job, url: &str) {
    for output in &job.outputs {
        if let Ok(bytes) = files::load(Arc::clone(&output.file)).await {
            hook::put(url, &output.file.mime, bytes).await;
        }
    }
}

async fn post(app: &App, job: &Job, url: &str) {
    for output in &job.outputs {
        if let Ok(item) = poll::result(app, job, output, true).await {
            hook::post(app, url, &item.to_string(), Vec::new).await;
        }
    }
}
