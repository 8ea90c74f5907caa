//! One request that is run, and the manifest beside its outputs.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use genmux::{
    Client, Event, Job, Manifest, Outcome, Progress, Provider, Request, RunError, RunOptions,
};

use super::progress::Shown;

/// One request that is run.
pub(super) struct Work {
    /// What it is called on the screen.
    pub(super) label: String,
    pub(super) client: Arc<Client>,
    pub(super) provider: Arc<dyn Provider>,
    pub(super) request: Arc<Request>,
    pub(super) options: RunOptions,
    pub(super) shown: Shown,
    /// Set as soon as a vendor has accepted the work.
    pub(super) kept: Kept,
}

/// A handle, and the file that keeps it, or why none does.
type Handle = (Job, Result<PathBuf, String>);

/// The handle of work, as soon as there is one.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Option<Handle>>>);

impl Kept {
    pub(super) fn get(&self) -> Option<Handle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, kept: Handle) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
    }
}

/// How work ended.
pub(super) type Ended = Result<Outcome, RunError>;

impl Work {
    /// Runs the request. The manifest is written without an outcome as soon as the work is
    /// accepted, so that waiting can go on whatever happens to this process.
    pub(super) async fn run(&self) -> Ended {
        let keeper = Keeper::of(self);
        let shown = self.shown.clone();
        let mut options = self.options.clone();
        options.progress = Some(Progress::new(move |event: Event| {
            if let Event::Submitted(job) = &event {
                keeper.keep(job, None);
            }
            shown.tell(event);
        }));
        let ended = self.provider.run(&self.request, &options).await;
        let keeper = Keeper::of(self);
        if let Some((job, _)) = self.kept.get() {
            let failed = || ended.as_ref().err()?.failed()?.outcome.as_ref();
            if let Some(outcome) = ended.as_ref().ok().or_else(failed) {
                keeper.keep(&job, Some(outcome));
            }
        }
        ended
    }
}

/// Writes manifests of one request.
struct Keeper {
    client: Arc<Client>,
    request: Arc<Request>,
    options: RunOptions,
    kept: Kept,
}

impl Keeper {
    fn of(work: &Work) -> Keeper {
        let Work { client, request, options, kept, .. } = work;
        Keeper {
            client: client.clone(),
            request: request.clone(),
            options: options.clone(),
            kept: kept.clone(),
        }
    }

    fn keep(&self, job: &Job, outcome: Option<&Outcome>) {
        let written = self.write(job, outcome);
        self.kept.set((job.clone(), written));
    }

    fn write(&self, job: &Job, outcome: Option<&Outcome>) -> Result<PathBuf, String> {
        let save = self.options.save.as_ref().ok_or("no folder is named")?;
        let provider = self.client.provider(&job.offer).map_err(|error| error.to_string())?;
        let preview = provider.translate(&self.request, &self.options);
        let preview = preview.map_err(|rejection| rejection.to_string())?;
        let manifest = Manifest::new(&self.request, &preview, job);
        let manifest = match outcome {
            Some(outcome) => manifest.done(outcome),
            None => manifest,
        };
        // Its second version replaces its own first one.
        let overwrite = save.overwrite || outcome.is_some();
        let written = manifest.write(&save.folder, overwrite);
        written.map_err(|error| format!("cannot write {}: {error}", manifest.file_name()))
    }
}
