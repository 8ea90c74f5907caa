//! From `SQLite`'s errors, and the system's, to those of stores.

use std::io;
use std::path::Path;

use rusqlite::ffi;
use rusqlite::{Error, ErrorCode};

use crate::journal::error::StoreError;

/// What ended a piece of work on a connection, before the file is named.
#[derive(Debug)]
pub(super) enum Failure {
    /// What stores refuse.
    Refused(StoreError),
    /// What `SQLite` says.
    Sql(Error),
    /// A row that no version of genmux writes.
    Unreadable,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Refused(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error {
            Error::FromSqlConversionFailure(..)
            | Error::InvalidColumnType(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..) => Failure::Unreadable,
            error => Failure::Sql(error),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(_: serde_json::Error) -> Failure {
        Failure::Unreadable
    }
}

impl Failure {
    /// Names the file.
    pub(super) fn of(self, file: &Path) -> StoreError {
        match self {
            Failure::Refused(error) => error,
            Failure::Sql(error) => of_sql(&error, file),
            Failure::Unreadable => StoreError::Corrupt(name(file)),
        }
    }
}

pub(super) fn name(file: &Path) -> String {
    file.display().to_string()
}

pub(super) fn of_sql(error: &Error, file: &Path) -> StoreError {
    let Error::SqliteFailure(code, _) = error else { return other(error, file) };
    match (code.code, code.extended_code) {
        // A page beyond the end of the file.
        (_, ffi::SQLITE_IOERR_SHORT_READ) => StoreError::Corrupt(name(file)),
        // The one file that SQLite grows by another call than a write.
        (_, ffi::SQLITE_IOERR_SHMSIZE) | (ErrorCode::DiskFull, _) => StoreError::Full(name(file)),
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => StoreError::Locked(name(file)),
        // The file can be opened, but not the two that SQLite puts beside it.
        (ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen, _) => {
            StoreError::ReadOnly(name(file))
        }
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => {
            StoreError::Corrupt(name(file))
        }
        _ => other(error, file),
    }
}

/// `SQLite`'s messages name tables and columns, never values.
fn other(error: &Error, file: &Path) -> StoreError {
    StoreError::other(file.display(), error)
}

pub(super) fn of_io(error: &io::Error, file: &Path) -> StoreError {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly(name(file))
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full(name(file)),
        _ => StoreError::other(file.display(), error),
    }
}

/// Whether another connection was in the way.
pub(super) fn is_busy(error: &Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
