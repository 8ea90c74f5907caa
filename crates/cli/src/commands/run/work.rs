//! One request that is run, and the manifest beside its outputs.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// What is known of work while it runs.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    handle: Option<Handle>,
    in_flight: bool,
    uploads: bool,
}

impl Kept {
    pub(super) fn get(&self) -> Option<Handle> {
        self.known().handle.clone()
    }

    /// Whether a request that costs money is on its way, so that nobody knows yet.
    pub(super) fn is_in_flight(&self) -> bool {
        self.known().in_flight
    }

    /// Whether media went to a vendor before the request itself.
    pub(super) fn has_uploads(&self) -> bool {
        self.known().uploads
    }

    pub(super) fn uploads(&self) {
        self.known().uploads = true;
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How work ended.
pub(super) type Ended = Result<Outcome, RunError>;

impl Work {
    /// Why no offer takes the request, if none does.
    pub(super) fn rejection(&self) -> Option<RunError> {
        self.provider.translate(&self.request, &self.options).err().map(RunError::from)
    }

    /// Runs the request. The manifest is written without an outcome as soon as the work is
    /// accepted, so that waiting can go on whatever happens to this process.
    pub(super) async fn run(&self) -> Ended {
        let keeper = Keeper::of(self);
        let shown = self.shown.clone();
        let mut options = self.options.clone();
        options.progress = Some(Progress::new(move |event: Event| {
            match &event {
                Event::Submitting(announced) => keeper.announce(announced.as_deref()),
                Event::Submitted(job) => keeper.keep(job, None),
                Event::Uploading { .. } => keeper.kept.uploads(),
                _ => {}
            }
            shown.tell(event);
        }));
        let ended = self.provider.run(&self.request, &options).await;
        let keeper = Keeper::of(self);
        self.kept.known().in_flight = false;
        if let Some((job, _)) = self.kept.get() {
            let failed = || ended.as_ref().err()?.failed()?.outcome.as_ref();
            match ended.as_ref().ok().or_else(failed) {
                Some(outcome) => keeper.keep(&job, Some(outcome)),
                None if ended.as_ref().is_err_and(|it| !it.may_have_been_charged()) => {
                    keeper.forget();
                }
                None => {}
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

    /// A request is on its way; where its ids are known, waiting can go on with them.
    fn announce(&self, job: Option<&Job>) {
        if let Some(job) = job {
            self.keep(job, None);
        }
        self.kept.known().in_flight = true;
    }

    fn keep(&self, job: &Job, outcome: Option<&Outcome>) {
        let written = self.write(job, outcome);
        let mut known = self.kept.known();
        known.in_flight = false;
        known.handle = Some((job.clone(), written));
    }

    /// Nothing came of what was announced: its manifest goes, too.
    fn forget(&self) {
        let Some((_, Ok(path))) = self.kept.known().handle.take() else { return };
        // Where it cannot be removed, it says that there is no outcome.
        let _removed = std::fs::remove_file(path);
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
        // Later versions replace its own first one.
        let overwrite = save.overwrite || matches!(self.kept.get(), Some((_, Ok(_))));
        let written = manifest.write(&save.folder, overwrite);
        written.map_err(|error| format!("cannot write {}: {error}", manifest.file_name()))
    }
}
