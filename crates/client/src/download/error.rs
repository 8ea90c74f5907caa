//! Why a download did not come to its end.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::transport::{TransportError, TransportErrorKind};

/// Why a download did not come to its end. No text shows more of a URL than its host.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The network failed, or the URL leads where it may not.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server refused; 403, 404 and 410 are how vendors tell of outputs that are gone.
    #[error("{host} answered with HTTP status {status}")]
    Status {
        /// Who answered.
        host: String,
        /// The status.
        status: u16,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// The server redirects without end, or to nowhere.
    #[error("{host} redirects {how}")]
    Redirect {
        /// Who redirects.
        host: String,
        /// What is wrong with it.
        how: &'static str,
    },
    /// The server sends what cannot be put together to one file.
    #[error("{host} sent {what}")]
    Inconsistent {
        /// Who sent it.
        host: String,
        /// What it sent.
        what: &'static str,
    },
    /// The file ended too early, every time.
    #[error("only {got} of {expected} bytes came")]
    Truncated {
        /// How many bytes came.
        got: u64,
        /// How many were announced.
        expected: u64,
    },
    /// The file is longer than the caller takes.
    #[error("the file has more than {most} bytes")]
    TooLarge {
        /// Most bytes.
        most: u64,
    },
    /// The deadline passed.
    #[error("the download did not end before its deadline")]
    Deadline,
    /// The URL cannot be read, or the data of a data URI.
    #[error("the URL cannot be read: {0}")]
    Url(&'static str),
    /// A file of that name is there already.
    #[error("{} is there already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The disk failed.
    #[error("{}: {source}", path.display())]
    Disk {
        /// The file, or the folder that should hold it.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl DownloadError {
    /// Whether the same download may work later.
    pub fn is_transient(&self) -> bool {
        use TransportErrorKind::{Broken, Connect, Dns, Timeout};
        match self {
            DownloadError::Transport(error) => {
                matches!(error.kind(), Dns | Connect | Timeout | Broken)
            }
            DownloadError::Status { status, .. } => {
                matches!(status, 408 | 425 | 429 | 500..=599)
            }
            DownloadError::Truncated { .. }
            | DownloadError::Inconsistent { .. }
            | DownloadError::Deadline => true,
            _ => false,
        }
    }

    pub(super) fn disk(path: &Path) -> impl FnOnce(io::Error) -> DownloadError + use<> {
        let path = path.to_owned();
        |source| DownloadError::Disk { path, source }
    }
}
