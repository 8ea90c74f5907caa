//! Scenario: generate, jobs, assets, uploads, models (scenario-sdk 2.4.0 and live notes, 2026-11).

#![expect(clippy::result_large_err, reason = "a refusal is an answer, and answers are large")]

mod asset;
pub(crate) mod check;
mod download;
pub(crate) mod error;
mod inputs;
mod made;
mod model;
mod poll;
mod submit;
mod upload;
mod webhook;

use std::collections::HashMap;
use std::sync::Mutex;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post, put};
use bytes::Bytes;
use serde_json::Value;

use crate::keys;
use crate::state::App;

pub(crate) use asset::is_signed;

/// What Scenario keeps beside jobs and bytes.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Uploaded assets by id.
    pub(crate) assets: Mutex<HashMap<String, Value>>,
    /// Uploads in parts by id.
    pub(crate) uploads: Mutex<HashMap<String, Upload>>,
    /// Webhook endpoints, oldest first.
    pub(crate) hooks: Mutex<Vec<Value>>,
}

/// An upload in parts, as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) object: Value,
    pub(crate) parts: HashMap<u64, Bytes>,
}

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/generate/custom/{model}", post(submit::generate))
        .route("/jobs", get(poll::list))
        .route("/jobs/{id}", get(poll::read))
        .route("/jobs/{id}/action", post(poll::action))
        .route("/assets", get(asset::list).post(asset::create).delete(asset::delete))
        .route("/assets/get-bulk", post(asset::bulk))
        .route("/assets/{id}", get(asset::read))
        .route("/assets/{id}/download", post(download::request))
        .route("/uploads", post(upload::create))
        .route("/uploads/{id}", get(upload::read))
        .route("/uploads/{id}/action", post(upload::action))
        .route("/uploads/{id}/parts/{number}", put(upload::part))
        .route(webhook::ALL, get(webhook::list).post(webhook::create))
        .route(webhook::ONE, put(webhook::change).delete(webhook::delete))
        .route("/models", get(model::list))
        .route("/models/get-bulk", post(model::bulk))
        .route("/models/{id}", get(model::read))
        .fallback(async || error::reason(404, "Not found"))
        .layer(DefaultBodyLimit::disable())
}

/// Ends a call early if its key may not do what it asks.
fn admit(app: &App, headers: &HeaderMap, pays: bool) -> Result<(), Response> {
    app.admit(keys::basic(headers).as_deref(), pays).map_err(error::refused_key)
}
