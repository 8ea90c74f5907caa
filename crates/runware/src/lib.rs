//! Runware's side of the wire.
//!
//! REST: `POST https://api.runware.ai/v1` with an array of tasks and a bearer key
//! (<https://runware.ai/docs>, 2026-10-12). A task carries its own UUID, so a submission that got
//! lost can be sent again or read back without a second charge.

mod request;

pub use request::Runware;
