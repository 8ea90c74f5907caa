//! `/_sandbox/…`: what a test looks at and turns, beside the vendors' APIs.

use std::sync::PoisonError;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::faults::Rule;
use crate::outputs;
use crate::reply;
use crate::state::App;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/ledger", get(ledger))
        .route("/charges", get(ledger))
        .route("/jobs", get(jobs))
        .route("/requests", get(requests))
        .route("/faults", get(faults).post(set_faults).delete(clear_faults))
        // Where redirects lead: the same outputs at an address of another form.
        .nest("/elsewhere/outputs", outputs::routes())
}

async fn ledger(State(app): State<App>) -> Response {
    reply::json(200, &json!({"charges": app.charges()}))
}

async fn jobs(State(app): State<App>) -> Response {
    let now = app.clock.now();
    let rows: Vec<Value> = app.jobs.all().iter().map(|job| job.row(now)).collect();
    reply::json(200, &json!({"jobs": rows}))
}

async fn requests(State(app): State<App>) -> Response {
    let lines = app.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
    reply::json(200, &json!({"requests": lines}))
}

async fn faults(State(app): State<App>) -> Response {
    reply::json(200, &json!({"rules": app.faults.rules()}))
}

/// Takes an array of rules; what cannot be read changes nothing.
async fn set_faults(State(app): State<App>, body: Bytes) -> Response {
    match serde_json::from_slice::<Vec<Rule>>(&body) {
        Ok(rules) => {
            app.faults.set(rules);
            faults(State(app)).await
        }
        Err(error) => reply::json(400, &json!({"error": error.to_string()})),
    }
}

async fn clear_faults(State(app): State<App>) -> Response {
    app.faults.set(Vec::new());
    reply::empty(204)
}
