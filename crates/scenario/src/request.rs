//! The HTTP form of a generation.

use genmux_core::{Adapter, Auth, HttpRequest, Payload};

/// Scenario, by its one route for every model.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scenario;

impl Adapter for Scenario {
    fn provider(&self) -> &'static str {
        "scenario"
    }

    fn submit(&self, payload: &Payload<'_>) -> serde_json::Result<HttpRequest> {
        let base = payload.base_url().trim_end_matches('/');
        let url = format!("{base}/generate/custom/{}", payload.vendor_id());
        let auth = Auth::Basic("SCENARIO_SDK_API_KEY", "SCENARIO_SDK_API_SECRET");
        Ok(HttpRequest::post(url, auth, serde_json::to_vec(payload)?))
    }
}
