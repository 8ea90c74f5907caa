//! One request for generated images and video, the exact payload of every vendor, and what became
//! of every field.
//!
//! ```
//! use genmux::{Catalog, Mode, Policy, Request, context};
//!
//! let catalog = Catalog::embedded();
//! let offer = catalog.offer("runware/seedream-4.0")?;
//! let mut request = Request::image("a paper boat in the rain");
//! request.aspect_ratio = Some("16:9".parse()?);
//!
//! let context = context(&request);
//! let translation = offer.translate(&request, &Policy::from(Mode::Strict), &context)?;
//! let payload = serde_json::to_value(translation.payload(0))?;
//! assert_eq!((&payload["width"], &payload["height"]), (&2560.into(), &1440.into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The other half of an answer is the ledger: one row for every field that the request sets.
//!
//! ```
//! # use genmux::{Catalog, Mode, RowOutcome, Policy, Request, context};
//! # let catalog = Catalog::embedded();
//! # let offer = catalog.offer("scenario/seedream-3.0")?;
//! let mut request = Request::image("a paper boat in the rain");
//! request.guidance_scale = Some(5.0);
//! let context = context(&request);
//! let rejection = offer.translate(&request, &Policy::default(), &context).unwrap_err();
//! assert_eq!(rejection.violations()[0].field, "guidance_scale");
//!
//! let translation = offer.translate(&request, &Policy::from(Mode::Drop), &context)?;
//! let row = translation.ledger().into_iter().find(|row| row.field == "guidance_scale");
//! assert_eq!(row.unwrap().outcome, RowOutcome::Dropped);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod calls;
mod catalog;
#[cfg(feature = "client")]
mod client;
pub mod drift;
#[cfg(feature = "client")]
mod files;
mod inspect;
mod lift;
#[cfg(feature = "client")]
mod many;
mod providers;
mod which;

pub use catalog::{Catalog, LoadError};
#[cfg(feature = "client")]
pub use client::{Client, Settings};
#[cfg(feature = "client")]
pub use files::Files;
#[cfg(feature = "client")]
pub use genmux_client::*;
pub use genmux_core::*;
pub use inspect::{FileAccess, context, context_with_files};
pub use lift::{Hints, RecognizeError, Recognized, Recognizer};
pub use providers::{adapter, http, shown};
pub use which::{Choice, Standing, WhichError, Wish, translate_under};

/// README's program compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
