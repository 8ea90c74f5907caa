//! What a store answers when it does not do what it was asked.

use std::fmt;

use super::record::Record;
use super::state::State;

/// Why a store did not do what it was asked.
///
/// Messages name the file and the way out, and never what a record holds.
#[derive(Clone)]
#[non_exhaustive]
pub enum StoreError {
    /// The record is not as the caller read it, or the caller's lease is lost: this is how it is.
    Conflict(Box<Record>),
    /// Another one holds the record: this is how it is.
    Leased(Box<Record>),
    /// Another record, this one, has the job of the vendor.
    VendorJobTaken(Box<Record>),
    /// The state machine does not have this step.
    Illegal {
        /// How far the record is.
        from: State,
        /// Where it was to go.
        to: State,
        /// What speaks against it.
        why: &'static str,
    },
    /// No record has this key.
    NotFound,
    /// Another process kept the file locked for longer than the store waits.
    Locked(String),
    /// The file or its folder cannot be written to.
    ReadOnly(String),
    /// The disk, or the journal's own limit, is full; nothing of the write is kept.
    Full(String),
    /// The file is damaged, or is none of ours: it was left as it is.
    Corrupt(String),
    /// A newer genmux wrote the file.
    Newer {
        /// The file.
        file: String,
        /// The version of its schema.
        found: i64,
        /// The newest version that this genmux knows.
        known: i64,
    },
    /// Anything else.
    Other {
        /// The file.
        file: String,
        /// What went wrong.
        what: String,
    },
}

impl StoreError {
    /// The record as it is, where the error tells it.
    pub fn current(&self) -> Option<&Record> {
        match self {
            StoreError::Conflict(record)
            | StoreError::Leased(record)
            | StoreError::VendorJobTaken(record) => Some(record),
            _ => None,
        }
    }

    /// Whether the same call may work later without a change.
    pub fn is_retryable(&self) -> bool {
        matches!(self, StoreError::Leased(_) | StoreError::Locked(_))
    }

    /// Whether it is about the file, not about what was asked.
    #[cfg(feature = "journal")]
    pub(super) fn is_of_file(&self) -> bool {
        !matches!(self, StoreError::Illegal { .. } | StoreError::NotFound)
            && self.current().is_none()
    }

    #[cfg(feature = "journal")]
    pub(super) fn other(file: impl fmt::Display, what: impl fmt::Display) -> StoreError {
        StoreError::Other { file: file.to_string(), what: what.to_string() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Conflict(record) => write!(
                f,
                "the job was changed by another process and is {} now; read it again",
                record.state
            ),
            StoreError::Leased(_) => f.write_str(
                "another process works on the job; wait for it, or until its lease is over",
            ),
            StoreError::VendorJobTaken(record) => write!(
                f,
                "the vendor's job belongs to another job of the journal, which is {}; name \
                 another one",
                record.state
            ),
            StoreError::Illegal { from, to, why } => {
                write!(f, "a job that is {from} cannot become {to}: {why}")
            }
            StoreError::NotFound => {
                f.write_str("no such job in the journal; `genmux jobs` lists those that are there")
            }
            _ => self.fmt_file(f),
        }
    }
}

impl StoreError {
    /// The errors of files.
    fn fmt_file(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Locked(file) => write!(
                f,
                "journal {file} is locked by another process; try again, or end that process"
            ),
            StoreError::ReadOnly(file) => write!(
                f,
                "journal {file} cannot be written to; check the permissions of the file and of \
                 its folder, or name another file"
            ),
            StoreError::Full(file) => {
                write!(f, "no room for journal {file}; free some space, or prune old jobs")
            }
            StoreError::Corrupt(file) => write!(
                f,
                "journal {file} is damaged or is no journal of genmux; move it away or name \
                 another file (it was left as it is)"
            ),
            StoreError::Newer { file, found, known } => write!(
                f,
                "journal {file} was written by a newer genmux (version {found}, this one knows \
                 {known}); update genmux or name another file"
            ),
            StoreError::Other { file, what } => write!(f, "journal {file}: {what}"),
            _ => Ok(()),
        }
    }
}

/// As the message: a derived one would show what records hold.
impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreError({self})")
    }
}

impl std::error::Error for StoreError {}
