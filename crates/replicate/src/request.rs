//! The HTTP form of a prediction.

use genmux_core::{Adapter, Auth, HttpRequest, Payload};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// Replicate, by its route for official models.
#[derive(Clone, Copy, Debug, Default)]
pub struct Replicate;

impl Adapter for Replicate {
    fn provider(&self) -> &'static str {
        "replicate"
    }

    fn submit(&self, payload: &Payload<'_>) -> serde_json::Result<HttpRequest> {
        let body = serde_json::to_vec(&Body(payload))?;
        let base = payload.base_url().trim_end_matches('/');
        let url = format!("{base}/models/{}/predictions", payload.vendor_id());
        Ok(HttpRequest::post(url, Auth::Bearer("REPLICATE_API_TOKEN"), body))
    }
}

/// `{"input": payload}` and what stands beside it, such as the webhook.
struct Body<'a>(&'a Payload<'a>);

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("input", self.0)?;
        self.0.envelope().write(&mut map)?;
        map.end()
    }
}
