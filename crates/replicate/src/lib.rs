//! Replicate's side of the wire.
//!
//! REST: `POST https://api.replicate.com/v1/models/{owner}/{name}/predictions` with a bearer token
//! (<https://replicate.com/docs/reference/http>, 2026-06). The route serves official models, whose
//! version stays hidden.

mod request;

pub use request::Replicate;
