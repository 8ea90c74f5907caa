//! The tables, and how older files become newer ones.

use rusqlite::{Connection, Result};

/// Marks the file as one of ours: "gmux".
pub(super) const APPLICATION: i32 = i32::from_be_bytes(*b"gmux");

/// One step for every version of the schema; a step that was released is never changed.
pub(super) const STEPS: &[&str] = &[FIRST];

const FIRST: &str = "
CREATE TABLE records (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    offer TEXT NOT NULL,
    provider TEXT NOT NULL,
    account TEXT NOT NULL,
    request TEXT NOT NULL,
    options TEXT NOT NULL,
    tags TEXT NOT NULL,
    save_to TEXT,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('intended', 'submitting', 'submitted', 'ambiguous',
        'running', 'succeeded', 'failed', 'canceled', 'expired')),
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER,
    due_at INTEGER NOT NULL,
    turns INTEGER NOT NULL,
    begun TEXT,
    job TEXT,
    outcome TEXT,
    error TEXT,
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
) STRICT;
CREATE INDEX records_due ON records (due_at, turns, number)
    WHERE state NOT IN ('succeeded', 'failed', 'canceled', 'expired');
CREATE INDEX records_created ON records (created_at, number);
CREATE TABLE vendor_jobs (
    provider TEXT NOT NULL,
    id TEXT NOT NULL,
    record INTEGER NOT NULL REFERENCES records (number) ON DELETE CASCADE,
    call INTEGER NOT NULL,
    PRIMARY KEY (provider, id, record, call)
) STRICT, WITHOUT ROWID;
CREATE INDEX vendor_jobs_record ON vendor_jobs (record, call, id);
";

/// The version of the schema that a file has.
pub(super) fn version(connection: &Connection) -> Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// The newest version that this genmux knows.
pub(super) fn newest(steps: &[&str]) -> i64 {
    i64::try_from(steps.len()).unwrap_or(i64::MAX)
}

/// Takes the steps that a file lacks; to be called inside a transaction.
pub(super) fn migrate(connection: &Connection, steps: &[&str]) -> Result<()> {
    let done = usize::try_from(version(connection)?).unwrap_or(0);
    for step in steps.iter().skip(done) {
        connection.execute_batch(step)?;
    }
    connection.pragma_update(None, "application_id", APPLICATION)?;
    connection.pragma_update(None, "user_version", newest(steps).max(version(connection)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::State;

    #[test]
    fn an_older_file_takes_only_the_steps_that_it_lacks() {
        let connection = Connection::open_in_memory().unwrap();
        migrate(&connection, STEPS).unwrap();
        let more = [FIRST, "ALTER TABLE records ADD COLUMN colour TEXT"];
        migrate(&connection, &more).unwrap();
        migrate(&connection, &more).unwrap();
        assert_eq!(version(&connection).unwrap(), 2);
        assert!(connection.prepare("SELECT colour FROM records").is_ok());
    }

    #[test]
    fn a_step_back_is_not_taken() {
        let connection = Connection::open_in_memory().unwrap();
        migrate(&connection, STEPS).unwrap();
        connection.pragma_update(None, "user_version", 7).unwrap();
        migrate(&connection, STEPS).unwrap();
        assert_eq!(version(&connection).unwrap(), 7);
    }

    #[test]
    fn the_tables_know_the_states_that_the_code_knows() {
        let states = FIRST.split_once("state IN (").unwrap().1.split_once(')').unwrap().0;
        let words: Vec<_> = states.split(',').map(|word| word.trim().trim_matches('\'')).collect();
        assert_eq!(words, State::ALL.map(State::as_str));
        let finals = FIRST.split_once("NOT IN (").unwrap().1.split_once(')').unwrap().0;
        let finals: Vec<_> = finals.split(',').map(|word| word.trim().trim_matches('\'')).collect();
        let known = State::ALL.into_iter().filter(|state| state.is_final()).map(State::as_str);
        assert!(known.eq(finals));
    }
}
