//! Results: polled with `getResponse`, or given at once for synchronous tasks.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Answer, model};
use crate::files;
use crate::jobs::{Job, Output, Stage};
use crate::provider::Provider;
use crate::state::App;

/// The vendor gives up on a synchronous answer after about 122 s; the task goes on.
const SYNC_LIMIT: u64 = 122_000;

/// All results so far. A task that is unknown or was delivered at once gives nothing, no error.
pub(crate) async fn poll(app: &App, task: &Value) -> Answer {
    let id = task["taskUUID"].as_str().unwrap_or_default();
    match app.jobs.poll(Provider::Runware, id, app.clock.now()) {
        Some(job) if !job.delivered => state(app, &job).await,
        _ => Answer::default(),
    }
}

async fn state(app: &App, job: &Job) -> Answer {
    match job.stage(app.clock.now()) {
        Stage::Working(share) => Answer::data(processing(job, share)),
        Stage::Succeeded => found(app, job).await,
        Stage::Failed | Stage::Canceled | Stage::Aborted => failed(app, job),
    }
}

/// All results, or as many as are shown by now.
async fn found(app: &App, job: &Job) -> Answer {
    let shown = job.shown();
    let mut answer = results(app, job, shown, true).await;
    let Some(trickle) = job.trickle else { return answer };
    app.jobs.change(Provider::Runware, &job.id, |job| job.found += 1);
    if shown.len() < job.outputs.len() && !trickle.silent {
        answer.data.push(processing(job, 0.99));
    }
    answer
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 99")]
fn processing(job: &Job, share: f64) -> Value {
    json!({
        "taskType": job.input["taskType"], "taskUUID": job.id,
        "status": "processing", "progress": (share * 100.0) as u64,
    })
}

fn failed(app: &App, job: &Job) -> Answer {
    let failure = job.failure.clone();
    let (code, message) = failure.map_or_else(
        || ("taskFailed".to_owned(), "the task failed".to_owned()),
        |it| (it.code, it.message),
    );
    let error = json!({
        "code": code, "message": message, "taskType": job.input["taskType"],
        "taskUUID": job.id, "status": "error",
    });
    let status = if app.options.strictness.failed_poll_is_400 { 400 } else { 200 };
    Answer { errors: vec![error], status: Some(status), ..Answer::default() }
}

/// Waits for a synchronous task and gives its results, which cannot be read again.
pub(crate) async fn deliver(app: &App, id: &str) -> Answer {
    let Some(job) = app.wait(Provider::Runware, id, SYNC_LIMIT).await else {
        return Answer::default();
    };
    let answer = match job.stage(app.clock.now()) {
        Stage::Working(_) => return timed_out(&job),
        Stage::Succeeded => results(app, &job, &job.outputs, false).await,
        _ => Answer { status: Some(500), ..failed(app, &job) },
    };
    app.jobs.change(Provider::Runware, id, |job| job.delivered = true);
    answer
}

fn timed_out(job: &Job) -> Answer {
    let error = json!({
        "code": "failedTaskTimeout", "message": "the task takes longer than the connection",
        "taskType": job.input["taskType"], "taskUUID": job.id,
    });
    Answer { errors: vec![error], status: Some(504), ..Answer::default() }
}

async fn results(app: &App, job: &Job, outputs: &[Output], polled: bool) -> Answer {
    let mut answer = Answer::default();
    for output in outputs {
        // Encoding fails for sides beyond a format's limit only, which no schema lets through.
        answer.data.extend(result(app, job, output, polled).await.ok());
    }
    answer
}

/// One entry: all of a task share its id and have their own.
pub(crate) async fn result(
    app: &App,
    job: &Job,
    output: &Output,
    polled: bool,
) -> io::Result<Value> {
    let word = if job.input["taskType"] == "videoInference" { "video" } else { "image" };
    let mut item = json!({
        "taskType": job.input["taskType"], "taskUUID": job.id,
        format!("{word}UUID"): output.id, "seed": output.seed,
    });
    if polled {
        item["status"] = json!("success");
    }
    let (key, value) = content(app, job, output).await?;
    item[format!("{word}{key}")] = value;
    if job.input["includeCost"] == true {
        item["cost"] = json!(model::cost(output.file.spec()));
    }
    if checks_content(&job.input) {
        item["NSFWContent"] = json!(false);
    }
    Ok(item)
}

async fn content(app: &App, job: &Job, output: &Output) -> io::Result<(&'static str, Value)> {
    let kind = job.input["outputType"].as_str().unwrap_or("URL");
    if kind == "URL" {
        return Ok(("URL", json!(app.url(&output.path))));
    }
    let mime = output.file.mime.clone();
    let coded = STANDARD.encode(files::load(output.file.clone()).await?);
    match kind {
        "dataURI" => Ok(("DataURI", json!(format!("data:{mime};base64,{coded}")))),
        _ => Ok(("Base64Data", json!(coded))),
    }
}

fn checks_content(task: &Value) -> bool {
    let safety = &task["safety"];
    safety["checkContent"] == true || safety["mode"].as_str().is_some_and(|mode| mode != "none")
}
