//! Replicate: predictions of official models, files, webhooks (OpenAPI of 2026-03 and recordings).

#![expect(clippy::result_large_err, reason = "a refusal is an answer, and answers are large")]

mod catalog;
pub(crate) mod check;
pub(crate) mod error;
mod made;
mod model;
mod poll;
mod submit;
mod upload;
mod webhook;

use std::sync::Mutex;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::keys;
use crate::reply::{either, json};
use crate::state::App;

/// What Replicate keeps beside jobs and bytes.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// File objects, oldest first.
    pub(crate) files: Mutex<Vec<Value>>,
}

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/account", get(account))
        .route("/webhooks/default/secret", get(secret))
        .route("/predictions", get(poll::list).post(submit::by_version))
        .route("/predictions/{id}", get(poll::read))
        .route("/predictions/{id}/cancel", post(poll::cancel))
        .route("/models", get(model::list))
        .route("/models/{owner}/{name}", get(model::read))
        .route("/models/{owner}/{name}/predictions", post(submit::by_model))
        .route("/models/{owner}/{name}/versions", get(model::versions))
        .route("/models/{owner}/{name}/versions/{id}", get(model::version))
        .route("/files", get(upload::list).post(upload::create))
        .route("/files/{id}", get(upload::read).delete(upload::delete))
        .route("/files/{id}/download", get(upload::download))
        .fallback(async || error::not_found())
        .layer(DefaultBodyLimit::disable())
}

/// Ends a call early if its key may not do what it asks.
fn admit(app: &App, headers: &HeaderMap, pays: bool) -> Result<(), Response> {
    app.admit(keys::bearer(headers).as_deref(), pays).map_err(error::refused_key)
}

async fn account(State(app): State<App>, headers: HeaderMap) -> Response {
    let account = json!({
        "type": "user", "username": "sandbox", "name": "Sandbox",
        "github_url": "https://github.com/sandbox",
    });
    either(admit(&app, &headers, false).map(|()| json(200, &account)))
}

async fn secret(State(app): State<App>, headers: HeaderMap) -> Response {
    let secret = json!({"key": app.options.webhook_secret});
    either(admit(&app, &headers, false).map(|()| json(200, &secret)))
}
