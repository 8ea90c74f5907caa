//! Runware: one address that takes arrays of tasks (runware.ai/docs, 2026-11).

pub(crate) mod check;
pub(crate) mod error;
mod model;
mod poll;
mod published;
pub(crate) mod socket;
mod submit;
mod upload;
mod webhook;

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::faults::Effect;
use crate::keys;
use crate::provider::Step;
use crate::reply::{self, header};
use crate::state::App;
use error::Refusal;
use submit::Accepted;

pub(crate) fn routes() -> Router<App> {
    // Official SDKs take the address with the version in it; `/runware` is for the careless.
    let limit = axum::extract::DefaultBodyLimit::disable();
    Router::new()
        .route("/v1", post(tasks))
        .route("/", post(tasks))
        // The vendor has these on a host of their own.
        .route("/schemas/resolve/{id}", get(published::resolve))
        .route("/schemas/registry.json", get(published::registry))
        .layer(limit)
}

/// What costs money says what a call is for; else its first task that is no authentication.
pub(crate) fn step(body: &[u8]) -> Step {
    let tasks: Vec<Value> = serde_json::from_slice(body).unwrap_or_default();
    let kinds = tasks.iter().filter_map(|task| task["taskType"].as_str());
    let steps: Vec<Step> = kinds.filter(|kind| *kind != "authentication").map(step_of).collect();
    let submits = steps.iter().find(|step| **step == Step::Submit);
    submits.or(steps.first()).copied().unwrap_or(Step::Other)
}

fn step_of(kind: &str) -> Step {
    match kind {
        "imageInference" | "videoInference" => Step::Submit,
        "getResponse" => Step::Poll,
        "imageUpload" | "mediaStorage" => Step::Upload,
        _ => Step::Other,
    }
}

/// What one task gives; tasks fail and succeed independently.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) data: Vec<Value>,
    pub(crate) errors: Vec<Value>,
    /// HTTP status if nothing succeeds; 400 unless said.
    pub(crate) status: Option<u16>,
}

impl Answer {
    fn data(item: Value) -> Self {
        Self { data: vec![item], ..Self::default() }
    }

    fn refused(task: &Value, refusals: &[Refusal]) -> Self {
        let status = refusals.first().map(|refusal| refusal.status);
        let errors = refusals.iter().map(|refusal| refusal.body(task)).collect();
        Self { errors, status, ..Self::default() }
    }

    fn join(&mut self, other: Self) {
        self.data.extend(other.data);
        self.errors.extend(other.errors);
        self.status = self.status.or(other.status);
    }

    /// `errors` is left out when there is none: official SDKs fail on its mere presence.
    fn response(self) -> Response {
        match (self.data.is_empty(), self.errors.is_empty()) {
            (_, true) => reply::json(200, &json!({"data": self.data})),
            (true, false) => {
                let body = json!({"data": [], "errors": self.errors});
                reply::json(self.status.unwrap_or(400), &body)
            }
            (false, false) => reply::json(200, &json!({"data": self.data, "errors": self.errors})),
        }
    }
}

async fn tasks(
    State(app): State<App>,
    Extension(effect): Extension<Effect>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Ok(Value::Array(tasks)) = serde_json::from_slice(&body) else {
        let refusal = Refusal::new("invalidRequestBody", "the body must be an array of tasks");
        return Answer::refused(&Value::Null, &[refusal]).response();
    };
    let (login, tasks): (Vec<Value>, Vec<Value>) =
        tasks.into_iter().partition(|task| task["taskType"] == "authentication");
    let key = keys::bearer(&headers)
        .or_else(|| login.first()?.get("apiKey")?.as_str().map(str::to_owned));
    let pays = step(&body) == Step::Submit;
    if let Err(refused) = app.admit(key.as_deref(), pays) {
        return error::refused_key(refused);
    }
    let dry = header(&headers, "x-runware-dry-run").is_some_and(|it| it == "1");
    let mut answer = Answer::default();
    for _ in login {
        answer.join(session(&app));
    }
    all(&app, tasks, &effect, dry, answer).await.response()
}

fn session(app: &App) -> Answer {
    let session = app.ids.uuid();
    Answer::data(json!({"taskType": "authentication", "connectionSessionUUID": session}))
}

/// Tasks are accepted in order; answers of synchronous ones are waited for at the end.
async fn all(
    app: &App,
    tasks: Vec<Value>,
    effect: &Effect,
    dry: bool,
    mut answer: Answer,
) -> Answer {
    let mut synchronous = Vec::new();
    for task in tasks {
        match one(app, &task, effect, dry).await {
            Accepted::Now(reply) => answer.join(reply),
            Accepted::Later(id) => synchronous.push(id),
        }
    }
    for id in synchronous {
        answer.join(poll::deliver(app, &id).await);
    }
    answer
}

/// One task, over HTTP or in a frame.
async fn one(app: &App, task: &Value, effect: &Effect, dry: bool) -> Accepted {
    Accepted::Now(match task["taskType"].as_str().unwrap_or_default() {
        "imageInference" | "videoInference" if dry => submit::dry(app, task),
        "imageInference" | "videoInference" => return submit::submit(app, task, effect.clone()),
        "getResponse" => poll::poll(app, task).await,
        "imageUpload" | "mediaStorage" => upload::upload(app, task),
        "accountManagement" => account(app, task),
        "ping" => Answer::data(json!({"taskType": "ping", "pong": true})),
        _ => unknown(task),
    })
}

fn unknown(task: &Value) -> Answer {
    let refusal = Refusal::new("unsupportedTaskType", "this task type is not supported");
    Answer::refused(task, &[refusal.on("taskType").of_type("string")])
}

fn account(app: &App, task: &Value) -> Answer {
    Answer::data(json!({
        "taskType": "accountManagement", "taskUUID": task["taskUUID"], "operation": "getDetails",
        "organizationName": "Sandbox", "organizationUUID": "5a9db0c5-0000-4000-8000-000000000000",
        "balance": {"amount": 100.0, "freeBalance": 0.0, "currency": "USD"},
        "team": [], "apiKeys": [],
        "usage": {"total": {"requests": app.ledger.entries().len()}},
    }))
}
