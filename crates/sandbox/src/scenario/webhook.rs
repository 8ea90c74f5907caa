//! Registered receivers of events (scenario-sdk 2.4.0). There is one account, so that every
//! project's receivers hear of every job.
//!
//! Header and algorithm of the vendor's signature are not known: nothing is signed.

use std::sync::{Arc, MutexGuard, PoisonError};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{admit, error, poll};
use crate::clock::rfc3339;
use crate::hook;
use crate::jobs::{Job, Stage};
use crate::provider::Provider;
use crate::reply::{either, json};
use crate::state::App;

/// The routes of all receivers and of one.
pub(crate) const ALL: &str = "/projects/{project}/webhook-endpoints";
pub(crate) const ONE: &str = "/projects/{project}/webhook-endpoints/{id}";

/// The events that a receiver may name; the sandbox has only those of generations to tell.
const EVENTS: [&str; 19] = [
    "*",
    "asset.download.completed",
    "asset.download.created",
    "asset.download.failed",
    "generation.completed",
    "generation.created",
    "generation.failed",
    "inference.cancelled",
    "inference.completed",
    "inference.created",
    "inference.failed",
    "model.download.completed",
    "model.download.created",
    "model.download.failed",
    "model.training.cancelled",
    "model.training.completed",
    "model.training.failed",
    "model.training.started",
    "team.credit.threshold.crossed",
];

/// Tells receivers of a job's beginning and of its end.
pub(crate) fn watch(app: &App, job: &Job) {
    if hooks(app).is_empty() {
        return;
    }
    tell(app, job, "generation.created");
    let (app, id) = (Arc::clone(app), job.id.clone());
    tokio::spawn(async move {
        let Some(job) = app.wait(Provider::Scenario, &id, u64::MAX / 2).await else { return };
        let done = job.stage(app.clock.now()) == Stage::Succeeded;
        tell(&app, &job, if done { "generation.completed" } else { "generation.failed" });
    });
}

/// The payload's shape is a guess: the vendor does not print one.
fn tell(app: &App, job: &Job, event: &str) {
    let body = json!({"type": event, "payload": {"job": poll::object(app, job)}}).to_string();
    let wants = |hook: &&Value| {
        let names = hook["enabledEvents"].as_array().into_iter().flatten();
        hook["enabled"] == true && names.into_iter().any(|name| name == event || name == "*")
    };
    let receivers: Vec<Value> = hooks(app).iter().filter(wants).cloned().collect();
    for receiver in receivers {
        tokio::spawn(send(Arc::clone(app), receiver, body.clone()));
    }
}

async fn send(app: App, receiver: Value, body: String) {
    let url = receiver["url"].as_str().unwrap_or_default();
    let sent = hook::post(&app, url, &body, Vec::new).await;
    let failed = sent.calls - u32::from(sent.taken);
    for hook in hooks(&app).iter_mut().filter(|it| it["id"] == receiver["id"]) {
        for (key, more) in [("nbTotalCalls", sent.calls), ("nbFailedCalls", failed)] {
            hook[key] = json!(hook[key].as_u64().unwrap_or(0) + u64::from(more));
        }
    }
}

pub(crate) async fn create(
    State(app): State<App>,
    Path(project): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    either(created(&app, &project, &headers, &body))
}

fn created(
    app: &App,
    project: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<Response, Response> {
    admit(app, headers, false)?;
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    refuse(&asked)?;
    let now = rfc3339(app.clock.now());
    let mut hook = json!({
        "id": format!("webhook_{}", app.ids.text(24)), "url": asked["url"], "enabled": true,
        "enabledEvents": asked["enabledEvents"], "description": asked["description"],
        "nbTotalCalls": 0, "nbFailedCalls": 0, "ownerId": project, "ownerType": "project",
        "createdAt": now, "updatedAt": now,
    });
    hooks(app).push(hook.clone());
    hook["secret"] = json!(app.ids.text(32));
    Ok(json(200, &json!({"webhookEndpoint": hook})))
}

/// An absolute address and at least one event, all of them known.
fn refuse(hook: &Value) -> Result<(), Response> {
    let uri: Option<Uri> = hook["url"].as_str().and_then(|it| it.parse().ok());
    if !uri.is_some_and(|it| matches!(it.scheme_str(), Some("http" | "https"))) {
        return Err(error::reason(400, "Input url must be an absolute http(s) URL"));
    }
    let known = |name: &Value| name.as_str().is_some_and(|it| EVENTS.contains(&it));
    let events = hook["enabledEvents"].as_array();
    let good = events.is_some_and(|it| !it.is_empty() && it.iter().all(known));
    let text = "Input enabledEvents must be a list of known events";
    good.then_some(()).ok_or_else(|| error::reason(400, text))
}

pub(crate) async fn list(
    State(app): State<App>,
    Path(project): Path<String>,
    headers: HeaderMap,
) -> Response {
    let all = hooks(&app).clone();
    let rows: Vec<&Value> = all.iter().filter(|it| it["ownerId"] == project).collect();
    either(admit(&app, &headers, false).map(|()| json(200, &json!({"webhookEndpoints": rows}))))
}

pub(crate) async fn change(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    either(admit(&app, &headers, false).and_then(|()| changed(&app, &id, &body)))
}

fn changed(app: &App, id: &str, body: &Bytes) -> Result<Response, Response> {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut hooks = hooks(app);
    let hook = hooks.iter_mut().find(|it| it["id"] == id).ok_or_else(|| unknown(id))?;
    let mut new = hook.clone();
    for key in ["url", "enabled", "enabledEvents", "description"] {
        if let Some(value) = asked.get(key) {
            new[key] = value.clone();
        }
    }
    refuse(&new)?;
    new["updatedAt"] = json!(rfc3339(app.clock.now()));
    hook.clone_from(&new);
    Ok(json(200, &json!({"webhookEndpoint": new})))
}

pub(crate) async fn delete(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = admit(&app, &headers, false) {
        return refusal;
    }
    let mut hooks = hooks(&app);
    let before = hooks.len();
    hooks.retain(|it| it["id"] != id);
    if hooks.len() < before { json(200, &json!({})) } else { unknown(&id) }
}

fn unknown(id: &str) -> Response {
    error::reason(404, &format!("Webhook endpoint {id} not found"))
}

fn hooks(app: &App) -> MutexGuard<'_, Vec<Value>> {
    app.scenario.hooks.lock().unwrap_or_else(PoisonError::into_inner)
}
