//! What the application allows to be read, and what it knows about media.

use std::fmt;
use std::path::PathBuf;

use genmux_core::{Context, Request};

/// Looks at media before anything is translated: the facade implements it over local files.
pub trait Inspect: Send + Sync + fmt::Debug {
    /// Facts about all media whose bytes are at hand.
    fn context(&self, request: &Request) -> Context;

    /// The file that a `file:` URL or a path means.
    ///
    /// # Errors
    /// Why it may not be read.
    fn path(&self, text: &str) -> Result<PathBuf, String>;
}
