//! Jobs: read, listed, and not stopped.

use std::collections::HashMap;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{admit, error, model};
use crate::clock::{read_rfc3339, rfc3339};
use crate::jobs::{Job, Stage};
use crate::provider::Provider;
use crate::reply::{either, json};
use crate::state::App;

/// What a running job goes through, and at which share of its time.
const STEPS: [(f64, &str); 5] = [
    (0.0, "pending"),
    (0.1, "queued"),
    (0.25, "warming-up"),
    (0.4, "in-progress"),
    (0.9, "finalizing"),
];

pub(crate) async fn read(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&app, &headers, false) {
        return refusal;
    }
    if let Some(job) = super::upload::job(&app, &id) {
        return json(200, &json!({"job": job}));
    }
    match app.jobs.poll(Provider::Scenario, &id, app.clock.now()) {
        Some(job) => json(200, &json!({"job": object(&app, &job)})),
        None => error::reason(404, &format!("Job {id} not found")),
    }
}

/// A generation cannot be stopped: the vendor says so, and it goes on.
pub(crate) async fn action(
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    either(admit(&app, &headers, false).map(|()| {
        match (app.jobs.find(Provider::Scenario, &id), asked["action"].as_str()) {
            (None, _) => error::reason(404, &format!("Job {id} not found")),
            (_, Some("cancel")) => {
                error::reason(400, "Cannot cancel this type of job. Action not permitted.")
            }
            _ => error::reason(400, "Unknown action"),
        }
    }))
}

/// Newest first. `createdAfter` must not come with the other filters.
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&app, &headers, false) {
        return refusal;
    }
    let filters = ["status", "type", "types", "workflowId"];
    let filtered = filters.iter().any(|key| query.contains_key(*key));
    if query.contains_key("createdAfter") && filtered {
        return error::reason(400, "createdAfter cannot be combined with other filters");
    }
    let after = query.get("createdAfter").and_then(|it| read_rfc3339(it)).unwrap_or(0);
    let mut jobs = app.jobs.of(Provider::Scenario);
    jobs.reverse();
    let rows = jobs.iter().filter(|job| job.created >= after).map(|job| object(&app, job));
    let status = query.get("status");
    let rows: Vec<Value> =
        rows.filter(|row| status.is_none_or(|it| row["status"] == *it)).collect();
    json(200, &page("jobs", &rows, &query))
}

/// One page of a list, and the token of the next.
pub(crate) fn page(key: &str, rows: &[Value], query: &HashMap<String, String>) -> Value {
    let number = |key: &str| query.get(key).and_then(|it| it.parse::<usize>().ok());
    let (start, size) = (number("paginationToken").unwrap_or(0), number("pageSize").unwrap_or(50));
    let shown: Vec<&Value> = rows.iter().skip(start).take(size.clamp(1, 100)).collect();
    let end = start + shown.len();
    let mut body = json!({key: shown});
    if end < rows.len() {
        body["nextPaginationToken"] = json!(end.to_string());
    }
    body
}

/// Jobs that take one of the places of a team.
pub(crate) fn unfinished(app: &App) -> usize {
    let now = app.clock.now();
    app.jobs.of(Provider::Scenario).iter().filter(|job| !job.stage(now).is_final()).count()
}

pub(crate) fn object(app: &App, job: &Job) -> Value {
    let now = app.clock.now();
    let stage = job.stage(now);
    let history = history(job, stage, now);
    let status = history.last().map(|it| it["status"].clone());
    let updated = history.last().map(|it| it["date"].clone());
    let specs = job.outputs.iter().filter_map(|it| it.file.spec());
    json!({
        "jobId": job.id, "jobType": "custom", "status": status, "statusHistory": history,
        "progress": if let Stage::Working(share) = stage { share } else { 1.0 },
        "metadata": metadata(job, stage),
        "billing": {"cuCost": model::cost(specs), "cuDiscount": 0},
        "authorId": "user_sandbox", "ownerId": "proj_sandbox",
        "createdAt": rfc3339(job.created), "updatedAt": updated,
    })
}

fn metadata(job: &Job, stage: Stage) -> Value {
    let mut metadata = json!({"input": job.input, "assetIds": []});
    match (stage, &job.failure) {
        (Stage::Succeeded, _) => {
            metadata["assetIds"] = job.outputs.iter().map(|it| json!(it.id)).collect();
        }
        (Stage::Failed, Some(failure)) => {
            metadata["error"] = json!(failure.message);
            metadata["hint"] = json!(failure.code);
        }
        _ => (),
    }
    metadata
}

/// All steps up to now; an ended job has been through them all.
fn history(job: &Job, stage: Stage, now: u64) -> Vec<Value> {
    let share = if let Stage::Working(share) = stage { share } else { 1.0 };
    let end = job.ended(now);
    let row = |date: u64, status: &str| json!({"date": rfc3339(date), "status": status});
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the job")]
    #[expect(clippy::cast_precision_loss, reason = "within the job")]
    let at = |from: f64| job.created + (end.saturating_sub(job.created) as f64 * from) as u64;
    let passed = STEPS.iter().filter(|(from, _)| *from <= share);
    let mut rows: Vec<Value> =
        passed.map(|(from, status)| row(at(*from).min(now), status)).collect();
    match stage {
        Stage::Working(_) => (),
        Stage::Succeeded => rows.push(row(end, "success")),
        Stage::Failed => rows.push(row(end, "failure")),
        Stage::Canceled | Stage::Aborted => rows.push(row(end, "canceled")),
    }
    rows
}
