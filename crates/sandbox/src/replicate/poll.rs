//! Reading, listing and stopping predictions.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::{admit, catalog, error};
use crate::clock::{read_rfc3339, rfc3339};
use crate::jobs::{Job, STARTS, Stage};
use crate::provider::Provider;
use crate::reply::{either, json};
use crate::state::App;

const PAGE: usize = 100;
/// Input and output are removed an hour after the end.
const KEPT: u64 = 3_600_000;

pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    either(admit(&app, &headers, false).map(|()| {
        let job = app.jobs.poll(Provider::Replicate, &id, app.clock.now());
        job.map_or_else(error::not_found, |job| json(200, &object(&app, &job)))
    }))
}

/// What is finished stays as it is.
pub(crate) async fn cancel(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let now = app.clock.now();
    either(admit(&app, &headers, false).map(|()| {
        let job = app.jobs.change(Provider::Replicate, &id, |job| {
            if !job.stage(now).is_final() {
                job.canceled = Some(now);
            }
        });
        job.map_or_else(error::not_found, |job| json(200, &object(&app, &job)))
    }))
}

/// Newest first; `created_after` is inclusive, `created_before` exclusive.
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    either(admit(&app, &headers, false).map(|()| {
        let bound = |key: &str| query.get(key).and_then(|it| read_rfc3339(it));
        let after = bound("created_after").unwrap_or(0);
        let before = bound("created_before").unwrap_or(u64::MAX);
        let mut jobs = app.jobs.of(Provider::Replicate);
        jobs.reverse();
        jobs.retain(|job| (after..before).contains(&job.created));
        json(200, &page(&app, &jobs, &query))
    }))
}

fn page(app: &App, jobs: &[Job], query: &HashMap<String, String>) -> Value {
    let start: usize = query.get("cursor").and_then(|it| it.parse().ok()).unwrap_or(0);
    let shown = jobs.iter().skip(start).take(PAGE);
    let results: Vec<Value> = shown.map(|job| object(app, job)).collect();
    let filters: String = ["created_after", "created_before"]
        .iter()
        .filter_map(|key| Some(format!("&{key}={}", query.get(*key)?)))
        .collect();
    let url = |cursor| app.url(&format!("/replicate/v1/predictions?cursor={cursor}{filters}"));
    let next = (start + PAGE < jobs.len()).then(|| url(start + PAGE));
    let previous = (start > 0).then(|| url(start.saturating_sub(PAGE)));
    json!({"next": next, "previous": previous, "results": results})
}

/// The prediction as a create answers it: never final, and with its output if it was waited for.
pub(crate) fn created(app: &App, job: &Job, waited: bool) -> Value {
    let mut body = object(app, job);
    let done = body["status"] == "succeeded";
    body["status"] = json!(if done && waited { "processing" } else { "starting" });
    if !(done && waited) {
        body["output"] = Value::Null;
    }
    let late = ["started_at", "completed_at", "metrics"];
    let early = |key: &str| !late.contains(&key);
    Value::Object(
        body.as_object()
            .cloned()
            .unwrap_or_default()
            .into_iter()
            .filter(|it| early(&it.0))
            .collect(),
    )
}

/// The prediction as it is read.
pub(crate) fn object(app: &App, job: &Job) -> Value {
    let now = app.clock.now();
    let stage = job.stage(now);
    let removed = stage.is_final() && now >= job.ended(now) + KEPT;
    let mut body = base(app, job, removed);
    body.insert("status".into(), json!(status(stage)));
    body.insert(
        "error".into(),
        json!(job.failure.as_ref().filter(|_| stage == Stage::Failed).map(|it| &it.message)),
    );
    if stage == Stage::Succeeded && !removed {
        body.insert("output".into(), output(app, job));
    }
    if let Some(deadline) = job.deadline {
        body.insert("deadline".into(), json!(rfc3339(deadline)));
    }
    if !matches!(stage, Stage::Working(share) if share < STARTS) && stage != Stage::Aborted {
        body.insert("started_at".into(), json!(rfc3339(job.created)));
    }
    if stage.is_final() {
        body.extend(ending(job, now, stage));
    }
    Value::Object(body)
}

fn base(app: &App, job: &Job, removed: bool) -> Map<String, Value> {
    let api = app.url(&format!("/replicate/v1/predictions/{}", job.id));
    let body = json!({
        "id": job.id, "model": job.vendor_id, "version": "hidden",
        "input": if removed { json!({}) } else { job.input.clone() },
        "logs": "", "output": null, "data_removed": removed, "error": null, "status": "",
        "source": "api", "created_at": rfc3339(job.created),
        "urls": {
            "cancel": format!("{api}/cancel"), "get": api,
            "stream": format!("{api}/stream"),
            "web": format!("https://replicate.com/p/{}", job.id),
        },
    });
    if let Value::Object(members) = body { members } else { Map::new() }
}

fn status(stage: Stage) -> &'static str {
    match stage {
        Stage::Working(share) if share < STARTS => "starting",
        Stage::Working(_) => "processing",
        Stage::Succeeded => "succeeded",
        Stage::Failed => "failed",
        Stage::Canceled => "canceled",
        Stage::Aborted => "aborted",
    }
}

/// One address, or a list where the model gives lists.
fn output(app: &App, job: &Job) -> Value {
    let urls: Vec<String> = job.outputs.iter().map(|it| app.url(&it.path)).collect();
    let name = job.vendor_id.rsplit('/').next().unwrap_or_default();
    match &urls[..] {
        [one] if !catalog::gives_lists(name) => json!(one),
        _ => json!(urls),
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a job")]
fn ending(job: &Job, now: u64, stage: Stage) -> Map<String, Value> {
    let ended = job.ended(now);
    let seconds = ended.saturating_sub(job.created) as f64 / 1000.0;
    let mut metrics = json!({"predict_time": seconds, "total_time": seconds});
    let spec = job.outputs.first().and_then(|output| output.file.spec());
    if let Some(spec) = spec.filter(|_| stage == Stage::Succeeded) {
        let count = json!(job.outputs.len());
        if spec.format.is_video() {
            metrics["video_output_count"] = count;
            metrics["video_output_duration_seconds"] = json!(spec.millis as f64 / 1000.0);
        } else {
            metrics["image_output_count"] = count;
        }
    }
    let members = [("completed_at", json!(rfc3339(ended))), ("metrics", metrics)];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
