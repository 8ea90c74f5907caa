//! The process that is killed: it runs one request with a journal in a file.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use genmux::journal::{Journal, SqliteOptions, SqliteStore};
use genmux::{
    Client, Credentials, Event, Progress, Provider as _, Request, RunOptions, SaveTo, Settings,
};

use crate::steps::{Counted, Steps, Written};
use crate::work::Work;

/// The key of the one call.
pub(crate) const KEY: &str = "a-key";

/// How long nobody takes up what a process was at that was killed.
pub(crate) const LEASE: &str = "1s";

const LAST: &str = "GENMUX_TEST_LAST_STEP";
const OFFER: &str = "GENMUX_TEST_OFFER";
const URL: &str = "GENMUX_TEST_URL";
const FOLDER: &str = "GENMUX_TEST_FOLDER";

/// The journal of a folder.
pub(crate) fn journal(folder: &Path) -> PathBuf {
    folder.join("journal.db")
}

/// Where outputs of a folder go.
pub(crate) fn outputs(folder: &Path) -> PathBuf {
    folder.join("outputs")
}

/// Starts the process that stops at a step; 0 is none.
pub(crate) fn start(work: &Work, url: &str, folder: &Path, last: u32) -> Child {
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "child::child", "--nocapture"]);
    child.env(OFFER, work.offer).env(URL, url).env(FOLDER, folder).env(LAST, last.to_string());
    child.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The process itself; nothing where it is not asked for.
#[test]
fn child() {
    let Ok(last) = env::var(LAST) else { return };
    let steps = Steps::until(last.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(&steps));
}

async fn run(steps: &Steps) {
    let (folder, offer) = (PathBuf::from(env::var_os(FOLDER).unwrap()), env::var(OFFER).unwrap());
    let work = Work::of(&offer);
    let inner = SqliteStore::open(journal(&folder), SqliteOptions::default()).await.unwrap();
    let store = Arc::new(Written { steps: steps.clone(), inner });
    let mut settings = Settings {
        environment: false,
        transport: Some(Arc::new(Counted::new(steps.clone()))),
        journal: Some(Journal::with_lease(store, Duration::from_secs(1))),
        ..Settings::default()
    };
    settings.base_urls.insert(work.name().to_owned(), env::var(URL).unwrap());
    let key = match work.name() {
        "scenario" => Credentials::pair("a-key", "a-secret"),
        _ => Credentials::key("a-key"),
    };
    settings.credentials.insert(work.name().to_owned(), key);
    let provider = Client::new(settings).unwrap().journaled(&offer).unwrap();
    let told = steps.clone();
    let options = RunOptions {
        idempotency_key: Some(KEY.to_owned()),
        save: Some(SaveTo { folder: outputs(&folder), overwrite: false }),
        progress: Some(Progress::new(move |event| {
            if matches!(event, Event::Artifact { .. }) {
                told.step("after an output has its name");
            }
        })),
        ..RunOptions::default()
    };
    let request = Request::from_json(work.request.as_bytes()).unwrap();
    provider.run(&request, &options).await.unwrap();
}
