//! The HTTP form of a task.

use genmux_core::{Adapter, Auth, HttpRequest, Payload};

/// Runware, by REST.
#[derive(Clone, Copy, Debug, Default)]
pub struct Runware;

impl Adapter for Runware {
    fn provider(&self) -> &'static str {
        "runware"
    }

    /// The body is an array also for one task; a bare object is refused.
    fn submit(&self, payload: &Payload<'_>) -> serde_json::Result<HttpRequest> {
        let body = serde_json::to_vec(&[payload])?;
        let url = payload.base_url().trim_end_matches('/').to_owned();
        Ok(HttpRequest::post(url, Auth::Bearer("RUNWARE_API_KEY"), body))
    }
}
