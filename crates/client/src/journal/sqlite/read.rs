//! From rows to records.

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql};
use serde::de::DeserializeOwned;

use super::failure::Failure;
use crate::journal::query::{Claim, Filter};
use crate::journal::record::{Intent, Lease, Record, VendorJob, Version};
use crate::journal::state::State;

/// Everything about a record in one statement, so that it is all of one moment.
const SELECT: &str = "SELECT *, (
    SELECT json_group_array(json_object('call', call, 'id', id) ORDER BY call, id)
    FROM vendor_jobs WHERE record = number) AS vendor_jobs FROM records";

/// The first record that a condition finds.
fn first(
    connection: &Connection,
    condition: &str,
    values: &[(&str, &dyn ToSql)],
) -> Result<Option<Record>, Failure> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} {condition}"))?;
    let found = statement.query_row(values, |row| Ok(record(row))).optional()?;
    found.transpose()
}

pub(super) fn by_key(connection: &Connection, key: &str) -> Result<Option<Record>, Failure> {
    first(connection, "WHERE key = :key", &[(":key", &key)])
}

pub(super) fn by_vendor_job(
    connection: &Connection,
    provider: &str,
    id: &str,
) -> Result<Option<Record>, Failure> {
    let condition = "WHERE number = (
        SELECT record FROM vendor_jobs WHERE provider = :provider AND id = :id LIMIT 1)";
    first(connection, condition, &[(":provider", &provider), (":id", &id)])
}

/// [`Claim::takes`] in SQL, and which comes first. The final states stand here in the very words of
/// the index, which is used only then.
pub(super) const DUE: &str = "SELECT key FROM records
    WHERE state NOT IN ('succeeded', 'failed', 'canceled', 'expired')
    AND due_at <= :now AND (lease_until IS NULL OR lease_until <= :now)
    AND state IN (SELECT value FROM json_each(:states))
    AND (:provider IS NULL OR provider = :provider)
    ORDER BY due_at, turns, number LIMIT 1";

/// The key of the record that a worker is to have next.
pub(super) fn due(connection: &Connection, claim: &Claim) -> Result<Option<String>, Failure> {
    let states = words(&claim.states)?;
    let values: [(&str, &dyn ToSql); 3] =
        [(":now", &claim.now), (":states", &states), (":provider", &claim.provider)];
    let mut statement = connection.prepare_cached(DUE)?;
    Ok(statement.query_row(&values[..], |row| row.get(0)).optional()?)
}

/// [`Filter::takes`] in SQL, newest first.
pub(super) fn list(connection: &Connection, filter: &Filter) -> Result<Vec<Record>, Failure> {
    let condition = "WHERE (:states = '[]' OR state IN (SELECT value FROM json_each(:states)))
        AND (:provider IS NULL OR provider = :provider)
        AND (:account IS NULL OR account = :account)
        AND (:from IS NULL OR created_at >= :from) AND (:before IS NULL OR created_at < :before)
        ORDER BY created_at DESC, number DESC LIMIT :limit";
    let states = words(&filter.states)?;
    // A negative limit is none.
    let limit = filter.limit.map_or(-1, i64::from);
    let values: [(&str, &dyn ToSql); 6] = [
        (":states", &states),
        (":provider", &filter.provider),
        (":account", &filter.account),
        (":from", &filter.created_from),
        (":before", &filter.created_before),
        (":limit", &limit),
    ];
    let mut statement = connection.prepare_cached(&format!("{SELECT} {condition}"))?;
    let mut rows = statement.query(&values[..])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(record(row)?);
    }
    Ok(found)
}

fn words(states: &[State]) -> Result<String, Failure> {
    Ok(serde_json::to_string(states)?)
}

fn record(row: &Row<'_>) -> Result<Record, Failure> {
    let state: String = row.get("state")?;
    Ok(Record {
        intent: intent(row)?,
        state: state.parse().map_err(|_unknown| Failure::Unreadable)?,
        version: Version(row.get("version")?),
        updated_at: row.get("updated_at")?,
        lease: lease(row)?,
        due_at: row.get("due_at")?,
        turns: row.get("turns")?,
        begun: json_or_null(row, "begun")?,
        job: json_or_null(row, "job")?,
        vendor_jobs: json::<Vec<VendorJob>>(row, "vendor_jobs")?,
        outcome: json_or_null(row, "outcome")?,
        error: row.get("error")?,
    })
}

fn intent(row: &Row<'_>) -> Result<Intent, Failure> {
    Ok(Intent {
        key: row.get("key")?,
        digest: row.get("digest")?,
        offer: row.get("offer")?,
        account: row.get("account")?,
        request: json(row, "request")?,
        options: json(row, "options")?,
        tags: json(row, "tags")?,
        save_to: row.get("save_to")?,
        created_at: row.get("created_at")?,
    })
}

fn lease(row: &Row<'_>) -> Result<Option<Lease>, Failure> {
    let owner: Option<String> = row.get("lease_owner")?;
    let until: Option<i64> = row.get("lease_until")?;
    Ok(owner.zip(until).map(|(owner, until)| Lease { owner, until }))
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T, Failure> {
    let text: String = row.get(column)?;
    Ok(serde_json::from_str(&text)?)
}

fn json_or_null<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<Option<T>, Failure> {
    let text: Option<String> = row.get(column)?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}
