//! From records to rows; all of it runs inside the writer's transaction.

use rusqlite::{Connection, ToSql, named_params};
use serde_json::Value;

use super::failure::Failure;
use super::read;
use crate::journal::error::StoreError;
use crate::journal::query::Claim;
use crate::journal::record::{Inserted, Intent, Lease, Millis, Record, VendorJob};

pub(super) fn insert(
    connection: &Connection,
    intent: Intent,
    lease: Option<Lease>,
) -> Result<Inserted, Failure> {
    if let Some(record) = read::by_key(connection, &intent.key)? {
        return Ok(Inserted::Existing(record));
    }
    let record = Record::new(intent, lease);
    let Intent { key, digest, offer, account, request, options, .. } = &record.intent;
    let sql = "INSERT INTO records (key, digest, offer, provider, account, request, options,
        tags, created_at, state, version, updated_at, due_at, turns)
        VALUES (:key, :digest, :offer, :provider, :account, :request, :options,
        '{}', :created_at, 'intended', 0, 0, 0, 0)";
    let values: &[(&str, &dyn ToSql)] = named_params! {
        ":key": key, ":digest": digest, ":offer": offer, ":provider": record.provider(),
        ":account": account, ":request": text(request)?, ":options": text(options)?,
        ":created_at": record.intent.created_at,
    };
    connection.prepare_cached(sql)?.execute(values)?;
    update(connection, &record)?;
    Ok(Inserted::New(record))
}

/// Takes a step of a record.
pub(super) fn step(
    connection: &Connection,
    key: &str,
    step: impl FnOnce(&Record) -> Result<Record, StoreError>,
) -> Result<Record, Failure> {
    let before = read::by_key(connection, key)?.ok_or(StoreError::NotFound)?;
    let after = step(&before)?;
    for job in after.vendor_jobs.iter().filter(|job| !before.vendor_jobs.contains(job)) {
        keep(connection, &after, job)?;
    }
    update(connection, &after)?;
    Ok(after)
}

/// Keeps a vendor's job, if no other record has it.
fn keep(connection: &Connection, record: &Record, job: &VendorJob) -> Result<(), Failure> {
    let other = read::by_vendor_job(connection, record.provider(), &job.id)?;
    if let Some(other) = other.filter(|other| other.intent.key != record.intent.key) {
        return Err(StoreError::VendorJobTaken(Box::new(other)).into());
    }
    let sql = "INSERT INTO vendor_jobs (provider, id, record, call)
        SELECT provider, :id, number, :call FROM records WHERE key = :key";
    connection
        .prepare_cached(sql)?
        .execute(named_params! { ":id": job.id, ":call": job.call, ":key": record.intent.key })?;
    Ok(())
}

/// Writes what may change about a record.
fn update(connection: &Connection, record: &Record) -> Result<(), Failure> {
    let sql = "UPDATE records SET tags = :tags, save_to = :save_to, state = :state,
        version = :version, updated_at = :updated_at, lease_owner = :owner, lease_until = :until,
        due_at = :due_at, turns = :turns, begun = :begun, job = :job, outcome = :outcome,
        error = :error
        WHERE key = :key";
    let lease = record.lease.as_ref();
    let values: &[(&str, &dyn ToSql)] = named_params! {
        ":key": record.intent.key,
        ":tags": serde_json::to_string(&record.intent.tags)?,
        ":save_to": record.intent.save_to,
        ":state": record.state.as_str(),
        ":version": record.version.0,
        ":updated_at": record.updated_at,
        ":owner": lease.map(|lease| &lease.owner),
        ":until": lease.map(|lease| lease.until),
        ":due_at": record.due_at,
        ":turns": record.turns,
        ":begun": record.begun.as_ref().map(text).transpose()?,
        ":job": record.job.as_ref().map(text).transpose()?,
        ":outcome": record.outcome.as_ref().map(text).transpose()?,
        ":error": record.error,
    };
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

fn text(value: &Value) -> Result<String, Failure> {
    Ok(serde_json::to_string(value)?)
}

pub(super) fn claim(connection: &Connection, claim: Claim) -> Result<Option<Record>, Failure> {
    let Some(key) = read::due(connection, &claim)? else { return Ok(None) };
    let Claim { lease, now, .. } = claim;
    step(connection, &key, |record| record.acquired(lease, now)).map(Some)
}

pub(super) fn prune(connection: &Connection, before: Millis) -> Result<u64, Failure> {
    let sql = "DELETE FROM records
        WHERE state IN ('succeeded', 'failed', 'canceled', 'expired') AND updated_at < :before
        AND (lease_until IS NULL OR lease_until < :before)";
    let pruned = connection.prepare_cached(sql)?.execute(named_params! { ":before": before })?;
    Ok(u64::try_from(pruned).unwrap_or(u64::MAX))
}
