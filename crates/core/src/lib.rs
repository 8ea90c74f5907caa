//! Canonical requests for generated images and video, and their translation for every vendor.
//!
//! A request flows one way: read, check, plan, payload. Everything here is pure: no I/O, no clock,
//! no randomness; task ids and facts about media come in through the [`Context`].
//!
//! - [`Request`] is what an application says, in no vendor's words.
//! - [`Catalog`] holds spec files, [`Offer`] one model as served by one provider.
//! - [`Offer::translate`] gives a [`Translation`] (payloads, ledger, what to expect) or a
//!   [`Rejection`] with every limit that the request breaks.
//! - [`Offer::capability`], [`Offer::json_schema`] and [`Offer::typescript`] say what it takes, for
//!   people, forms and other languages.
//! - [`Offer::lift`] is the way back: a payload is read by the plan that would write it.

mod adapter;
mod catalog;
mod check;
mod context;
mod encoding;
mod export;
mod geometry;
mod leaf;
mod lift;
mod max_cost;
mod number;
mod plan;
mod policy;
mod request;
mod rule;
pub mod spec;
mod translate;
mod violation;
mod wiring;

pub use adapter::{
    Adapter, Auth, Body, Cancel, Capability, Charged, Cost, CostBasis, ErrorKind, Hook, HookError,
    HookEvent, Hooks, HttpRequest, JobState, JobStatus, PartUrl, Recent, RemoteArtifact, Reply,
    Segment, ShownRequest, Side, Sighting, Source, SubmitResult, Submitted, Ticket, Unit,
    UploadFile, UploadStage, UploadState, UploadStep, Uploaded, VendorError, WireProblem,
    digest_media, path_segment, read_reply, read_time, reason, retry_after, safe_text, write_time,
};
pub use catalog::{Catalog, CatalogError, Offer, SpecProblem};
pub use context::{Context, MediaTable, TaskKey};
pub use encoding::Handover;
pub use export::{SheetLine, UNCHECKED, catalogue_page};
pub use leaf::{Leaf, Leaves};
pub use lift::{Enclosed, LiftError, Lifted, read_payload};
pub use max_cost::{MaxCost, ParseMaxCostError};
pub use number::Number;
pub use policy::{Mode, ParsePolicyError, Policy};
pub use request::{
    AspectRatio, Delivery, Duration, Format, Frames, Kind, Media, MediaFacts, MediaSource, Output,
    ParseMediaError, ParseSizeError, ProviderOptions, Ratio, ReadError, References, Request,
    Resolution, Safety, Size, one_line, read_json,
};
pub use translate::{
    Envelope, Estimate, Expect, Loss, Payload, Range, Rejection, Row, RowOutcome, Shown,
    Translation, Upload,
};
pub use uuid::Uuid;
pub use violation::{Violation, ViolationKind};
pub use wiring::Wiring;
