//! Opens the file on a thread of its own, which then stays as the writer.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread;

use rusqlite::{Connection, MAIN_DB, OpenFlags};
use tokio::sync::oneshot;

use super::failure::{Failure, name, of_io};
use super::queue::{Inbox, Queue};
use super::writer::{Writer, patiently, savepoint};
use super::{SqliteOptions, place, schema};
use crate::journal::error::StoreError;

/// The size of a page; `max_bytes` is counted in them.
const PAGE: u64 = 4096;

/// No database has fewer bytes.
const SMALLEST: u64 = 512;

/// Starts the two threads, and gives the ways to them once the file is open.
pub(super) async fn start(
    file: &Arc<Path>,
    options: SqliteOptions,
    commits: &Arc<AtomicU64>,
) -> Result<(Queue, Queue), StoreError> {
    let ((writes, write_inbox), (reads, read_inbox)) = (Queue::new(), Queue::new());
    let (opened, opening) = oneshot::channel();
    let (path, commits) = (Arc::clone(file), Arc::clone(commits));
    let run = move || match connections(&path, &options) {
        Err(error) => drop(opened.send(Err(error))),
        Ok((connection, reader)) => {
            let started = spawn("genmux-journal-reader", &path, || serve(reader, read_inbox));
            drop(opened.send(started));
            let patience = options.patience;
            Writer { connection, file: path, commits, patience }.serve(write_inbox);
        }
    };
    spawn("genmux-journal", file, run)?;
    opening.await.map_err(|_gone| StoreError::other(file.display(), "its thread ended"))??;
    Ok((writes, reads))
}

fn spawn(name: &str, file: &Path, run: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    let started = thread::Builder::new().name(name.to_owned()).spawn(run);
    started.map(drop).map_err(|error| StoreError::other(file.display(), error))
}

/// Reads for whoever asks, until nobody can any more.
fn serve(connection: Connection, mut inbox: Inbox) {
    while let Some(work) = inbox.work.blocking_recv() {
        work(Ok(&connection))(Ok(()));
    }
    // Before the inbox, whose end says that the file is closed.
    drop(connection);
}

/// A connection to write with and one to read with.
fn connections(
    file: &Path,
    options: &SqliteOptions,
) -> Result<(Connection, Connection), StoreError> {
    place::make(file).map_err(|error| of_io(&error, file))?;
    check(file)?;
    let named = |failure: Failure| failure.of(file);
    let writer = open(file).map_err(named)?;
    let prepared = patiently(options.patience, || prepare(&writer, file, options));
    prepared.map_err(named)?;
    let reader = open(file).map_err(named)?;
    reader.busy_timeout(options.patience).map_err(|error| named(error.into()))?;
    set(&reader, "query_only", true).map_err(named)?;
    Ok((writer, reader))
}

/// What `SQLite` would not notice: it takes a few bytes for an empty file, and writes over them.
fn check(file: &Path) -> Result<(), StoreError> {
    let found = std::fs::metadata(file).map_err(|error| of_io(&error, file))?;
    match found.len() {
        _ if found.is_dir() => {
            Err(StoreError::other(file.display(), "is a folder; name a file in it"))
        }
        1..SMALLEST => Err(StoreError::Corrupt(name(file))),
        _ => Ok(()),
    }
}

/// No URIs, and never a new file: `place` makes it.
fn open(file: &Path) -> Result<Connection, Failure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    // The writer waits in its own way, which is fairer to other processes.
    connection.busy_timeout(std::time::Duration::ZERO)?;
    Ok(connection)
}

/// Looks at the file before anything about it is changed.
fn prepare(connection: &Connection, file: &Path, options: &SqliteOptions) -> Result<(), Failure> {
    inspect(connection, file)?;
    if connection.is_readonly(MAIN_DB)? {
        return Err(StoreError::ReadOnly(name(file)).into());
    }
    tune(connection, file)?;
    let migrated = migrate(connection, file);
    if migrated.is_err() && !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    migrated?;
    limit(connection, options)
}

/// What tells whose file it is.
struct Marks {
    application: i32,
    tables: i64,
    version: i64,
}

/// Reads the marks at one moment: another process may be making the tables right now.
fn marks(connection: &Connection) -> Result<Marks, Failure> {
    savepoint(connection, |connection| {
        let sql = "SELECT count(*) FROM sqlite_schema";
        Ok(Marks {
            tables: connection.query_row(sql, [], |row| row.get(0))?,
            application: connection.pragma_query_value(None, "application_id", |r| r.get(0))?,
            version: schema::version(connection)?,
        })
    })
}

/// Refuses what is not ours, what is damaged and what is newer.
fn inspect(connection: &Connection, file: &Path) -> Result<(), Failure> {
    let Marks { application, tables, version: found } = marks(connection)?;
    let fresh = application == 0 && found == 0 && tables == 0;
    let known = schema::newest(schema::STEPS);
    match () {
        () if fresh => Ok(()),
        () if application != schema::APPLICATION || found < 1 => {
            Err(StoreError::Corrupt(name(file)).into())
        }
        () if found > known => Err(StoreError::Newer { file: name(file), found, known }.into()),
        () => Ok(()),
    }
}

fn tune(connection: &Connection, file: &Path) -> Result<(), Failure> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::other(file.display(), "its disk does not allow WAL mode").into());
    }
    set(connection, "synchronous", "FULL")?;
    // On macOS a plain fsync does not reach the disk; elsewhere these say nothing.
    set(connection, "fullfsync", true)?;
    set(connection, "checkpoint_fullfsync", true)?;
    set(connection, "foreign_keys", true)?;
    set(connection, "cell_size_check", true)?;
    // A burst of writes does not leave its log behind for ever: 16 MiB.
    set(connection, "journal_size_limit", 16 << 20)
}

fn set(connection: &Connection, name: &str, value: impl rusqlite::ToSql) -> Result<(), Failure> {
    // Some answer with the new value, some do not; whether it took is not asked.
    Ok(connection.pragma_update_and_check(None, name, value, |_row| Ok(())).or_else(|error| {
        match error {
            rusqlite::Error::QueryReturnedNoRows => Ok(()),
            error => Err(error),
        }
    })?)
}

/// Two that open a new file at once: the second finds the tables there.
fn migrate(connection: &Connection, file: &Path) -> Result<(), Failure> {
    if schema::version(connection)? == schema::newest(schema::STEPS) {
        return Ok(());
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    inspect(connection, file)?;
    schema::migrate(connection, schema::STEPS)?;
    Ok(connection.execute_batch("COMMIT")?)
}

fn limit(connection: &Connection, options: &SqliteOptions) -> Result<(), Failure> {
    let Some(bytes) = options.max_bytes else { return Ok(()) };
    set(connection, "max_page_count", i64::try_from(bytes / PAGE).unwrap_or(i64::MAX).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pragma(connection: &Connection, name: &str) -> String {
        let value: rusqlite::types::Value =
            connection.pragma_query_value(None, name, |row| row.get(0)).unwrap();
        format!("{value:?}")
    }

    /// Two is FULL: a commit returns when the log is synced.
    #[test]
    fn commits_are_synced_and_the_reader_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("journal");
        let (writer, reader) = connections(&file, &SqliteOptions::default()).unwrap();
        assert_eq!(pragma(&writer, "journal_mode"), r#"Text("wal")"#);
        assert_eq!(pragma(&writer, "synchronous"), "Integer(2)");
        assert_eq!(pragma(&writer, "fullfsync"), "Integer(1)");
        assert_eq!(pragma(&writer, "foreign_keys"), "Integer(1)");
        assert_eq!(pragma(&writer, "application_id"), format!("Integer({})", schema::APPLICATION));
        assert!(reader.execute("DELETE FROM records", []).is_err());
    }

    #[test]
    fn a_claim_reads_the_index_of_what_is_due() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("journal");
        let (writer, _reader) = connections(&file, &SqliteOptions::default()).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", super::super::read::DUE);
        let mut statement = writer.prepare(&sql).unwrap();
        // Its values are left unset; the plan is the same.
        let mut rows = statement.raw_query();
        let plan: String = rows.next().unwrap().unwrap().get(3).unwrap();
        assert!(plan.contains("records_due"), "{plan}");
    }
}
