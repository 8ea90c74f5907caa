//! Commands on the journal of jobs.

mod cancel;
mod jobs;

pub(crate) use cancel::cancel;
pub(crate) use jobs::jobs;

use std::path::PathBuf;
use std::sync::Arc;

use genmux::journal::{Filter, Journal, MemoryStore, Record, SqliteOptions, SqliteStore};

use crate::args::JournalFile;
use crate::fail::Failure;

/// The journal that a command names, or the user's own.
pub(super) async fn open(args: &JournalFile) -> Result<Journal, Failure> {
    let file = match &args.journal {
        Some(file) => file.clone(),
        None => default_file()?,
    };
    let store = SqliteStore::open(file, SqliteOptions::default()).await;
    let store = store.map_err(|error| Failure::Said(error.to_string()))?;
    Ok(Journal::with_lease(Arc::new(store), args.lease))
}

/// A journal that ends with the process, as the embedded sandbox does.
pub(super) fn in_memory() -> Journal {
    Journal::new(Arc::new(MemoryStore::new()))
}

fn default_file() -> Result<PathBuf, Failure> {
    let folder = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let state = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else {
        folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")))
    };
    let none = || {
        let message = "no place for the journal of jobs: neither XDG_STATE_HOME nor HOME is set; \
                       name a file with --journal or GENMUX_JOURNAL";
        Failure::Said(message.to_owned())
    };
    Ok(state.ok_or_else(none)?.join("genmux").join("journal.db"))
}

/// Shorter beginnings of names are slips of the pen.
const SHORTEST: usize = 4;

/// The one job that a text names: by its key, by its vendor's id, or by the beginning of either.
pub(super) async fn find(journal: &Journal, text: &str) -> Result<Record, Failure> {
    let said = |error: genmux::journal::StoreError| Failure::Said(error.to_string());
    if let Some(record) = journal.store().read(text).await.map_err(said)? {
        return Ok(record);
    }
    let records = journal.store().list(Filter::default()).await.map_err(said)?;
    let names = |record: &Record| -> Vec<String> {
        let ids = record.vendor_jobs.iter().map(|job| job.id.clone());
        ids.chain([record.intent.key.clone()]).collect()
    };
    let exact = |record: &&Record| names(record).iter().any(|name| name == text);
    if let Some(record) = records.iter().find(exact) {
        return Ok(record.clone());
    }
    let long = text.len() >= SHORTEST;
    let begins = |record: &&Record| long && names(record).iter().any(|it| it.starts_with(text));
    let found: Vec<&Record> = records.iter().filter(begins).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(Failure::Said(format!(
            "no job {text:?} in the journal; genmux jobs --all lists those that are there"
        ))),
        several => {
            let names: Vec<&str> = several.iter().map(|record| name(record)).collect();
            let names = names.join(", ");
            Err(Failure::Said(format!("{text:?} may be any of {names}; write more of it")))
        }
    }
}

/// What a job is called: its vendor's first id, or its key as long as it has none.
pub(super) fn name(record: &Record) -> &str {
    record.vendor_jobs.first().map_or(&record.intent.key, |job| &job.id)
}
