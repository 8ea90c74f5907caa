//! Scenario's side of the wire.
//!
//! REST: `POST https://api.cloud.scenario.com/v1/generate/custom/{modelId}` with basic
//! authentication (<https://docs.scenario.com/reference/postgeneratecustom>, 2026-10-22). The body is
//! flat; files are asset ids.

mod request;

pub use request::Scenario;
