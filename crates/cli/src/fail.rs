//! Why a command could not do its work.

use std::fmt;
use std::io;

use genmux::{CatalogError, LoadError};

/// Wrong usage or unreadable input: exit code 2, where nothing else is said.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A sentence that names the way out.
    Said(String),
    /// Output could not be written.
    Output(io::Error),
    /// A vendor was asked and gave no answer that helps: exit code 3.
    Vendor(String),
}

impl Failure {
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    pub(crate) const fn code(&self) -> u8 {
        if matches!(self, Failure::Vendor(_)) { 3 } else { 2 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Said(message) | Failure::Vendor(message) => f.write_str(message),
            Failure::Output(error) => write!(f, "cannot write the result: {error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Failure {
        if error.is_io() { Failure::Output(error.into()) } else { Failure::Said(error.to_string()) }
    }
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Failure {
        Failure::Said(error.to_string())
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Failure {
        Failure::Said(error.to_string())
    }
}

impl From<genmux::Error> for Failure {
    fn from(error: genmux::Error) -> Failure {
        Failure::Said(error.to_string())
    }
}
