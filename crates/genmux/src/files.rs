//! Which local files requests may name.

use std::path::PathBuf;

use genmux_client::Inspect;
use genmux_core::{Context, Request};

use crate::inspect::{FileAccess, allowed_path, context, context_with_files};

/// Which local files a request may name.
#[derive(Clone, Debug, Default)]
pub enum Files {
    /// None.
    #[default]
    None,
    /// Files below this directory, links followed; relative paths are taken from it.
    Within(PathBuf),
    /// Any file that the process can read.
    Anywhere,
}

impl Files {
    fn access(&self) -> Option<FileAccess<'_>> {
        match self {
            Files::None => None,
            Files::Within(directory) => Some(FileAccess::Within(directory)),
            Files::Anywhere => Some(FileAccess::Anywhere),
        }
    }
}

impl Inspect for Files {
    fn context(&self, request: &Request) -> Context {
        match self.access() {
            None => context(request),
            Some(access) => context_with_files(request, access),
        }
    }

    fn path(&self, text: &str) -> Result<PathBuf, String> {
        let access = self.access().ok_or("local paths are not allowed here")?;
        allowed_path(text, access)
    }
}
