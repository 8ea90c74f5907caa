//! What outlives a process: records and rows of the journal, handles, manifests, outcomes.

use std::sync::{LazyLock, Mutex, PoisonError};

use genmux::journal::{Begun, Filter, JobStore as _, Record, SqliteOptions, SqliteStore};
use genmux::{Job, Manifest, Outcome};
use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::runtime::{Builder, Runtime};

use crate::promise::{check_kept, check_message, check_silent};

/// What can be read is kept as it is; what cannot is told without its content; a row is read as a
/// record or refused, whatever stands in its columns.
pub fn run(data: &[u8]) {
    check_read::<Job>(data);
    check_read::<Outcome>(data);
    check_read::<Begun>(data);
    if let Ok(record) = serde_json::from_slice::<Record>(data) {
        check_record(&record);
    }
    if let Ok(manifest) = serde_json::from_slice::<Manifest>(data) {
        check_manifest(&manifest);
    }
    if let Ok(Value::Object(columns)) = serde_json::from_slice(data) {
        STAGE.lock().unwrap_or_else(PoisonError::into_inner).check(&columns);
    }
}

fn check_read<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(data: &[u8]) {
    if let Ok(read) = serde_json::from_slice::<T>(data) {
        check_kept(&read);
    }
}

fn check_record(record: &Record) {
    check_kept(record);
    if let Ok(Some(job)) = record.handle() {
        check_kept(&job);
    }
    if let Some(begun) = record.begun() {
        check_kept(&begun);
    }
}

/// Its file lies in its folder.
fn check_manifest(manifest: &Manifest) {
    let name = manifest.file_name();
    let is_plain = !name.contains(['/', '\\', ':', '\0']) && !name.contains(char::is_control);
    assert!(is_plain && name.len() <= 255 && !name.starts_with('.'), "{name:?}");
    let text = serde_json::to_string(manifest).unwrap();
    let again: Manifest = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
}

static STAGE: LazyLock<Mutex<Stage>> = LazyLock::new(|| Mutex::new(Stage::new()));

/// A journal, and a connection that writes to it as no store of ours would.
struct Stage {
    runtime: Runtime,
    store: SqliteStore,
    writer: Connection,
    _folder: tempfile::TempDir,
}

const TEXTS: [&str; 13] = [
    "key", "digest", "offer", "provider", "account", "request", "options", "tags", "save_to",
    "begun", "job", "outcome", "error",
];

impl Stage {
    fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("journal");
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let store = runtime.block_on(SqliteStore::open(&file, SqliteOptions::default())).unwrap();
        let writer = Connection::open(&file).unwrap();
        writer.pragma_update(None, "synchronous", "OFF").unwrap();
        Stage { runtime, store, writer, _folder: folder }
    }

    fn check(&self, columns: &Map<String, Value>) {
        if self.write(columns).is_err() {
            // The tables themselves refuse it.
            return;
        }
        match self.runtime.block_on(self.store.list(Filter::default())) {
            Ok(records) => {
                assert_eq!(records.len(), 1, "one row, one record");
                check_record(&records[0]);
                let key = &records[0].intent.key;
                let read = self.runtime.block_on(self.store.read(key)).unwrap();
                assert!(read.as_ref() == Some(&records[0]), "found by its key");
            }
            Err(error) => {
                check_message(&error.to_string());
                check_silent(&error.to_string());
                check_silent(&format!("{error:?}"));
            }
        }
    }

    fn write(&self, columns: &Map<String, Value>) -> rusqlite::Result<()> {
        self.writer.execute_batch("DELETE FROM records")?;
        let sql = "INSERT INTO records (number, key, digest, offer, provider, account, request,
            options, tags, save_to, begun, job, outcome, error, created_at, state, version,
            updated_at, lease_owner, lease_until, due_at, turns)
            VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let texts = TEXTS.map(|name| text(name, columns.get(name)));
        let lease = columns.get("lease").unwrap_or(&Value::Null);
        let number = |value: &Value| value.as_i64().map_or(Cell::Null, Cell::Integer);
        let or_zero =
            |name: &str| Cell::Integer(columns.get(name).and_then(Value::as_i64).unwrap_or(0));
        let rest = [
            or_zero("created_at"),
            text("state", columns.get("state")),
            or_zero("version"),
            or_zero("updated_at"),
            lease["owner"].as_str().map_or(Cell::Null, |owner| Cell::Text(owner.to_owned())),
            number(&lease["until"]),
            or_zero("due_at"),
            or_zero("turns"),
        ];
        let cells = texts.into_iter().chain(rest);
        self.writer.execute(sql, rusqlite::params_from_iter(cells))?;
        let jobs = columns.get("vendor_jobs").and_then(Value::as_array);
        for job in jobs.into_iter().flatten() {
            let (id, call) = (job["id"].as_str().unwrap_or_default(), job["call"].as_i64());
            let sql = "INSERT INTO vendor_jobs (provider, id, record, call) VALUES ('p', ?, 1, ?)";
            self.writer.execute(sql, (id, call))?;
        }
        Ok(())
    }
}

/// A text as it stands, anything else as JSON; what must be there is.
fn text(name: &str, value: Option<&Value>) -> Cell {
    let may_lack = ["save_to", "begun", "job", "outcome", "error"].contains(&name);
    match value {
        None | Some(Value::Null) if may_lack => Cell::Null,
        None => Cell::Text("{}".to_owned()),
        Some(Value::String(text)) => Cell::Text(text.clone()),
        Some(value) => Cell::Text(value.to_string()),
    }
}
