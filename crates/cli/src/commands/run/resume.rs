//! `genmux resume`: waits again for work whose manifest was kept.

use std::path::Path;

use genmux::{Catalog, Error, ErrorKind, Manifest, Progress, RunError};

use super::progress::Screen;
use super::work::{Ended, Kept};
use super::{block_on, options, report, sandboxed};
use crate::Done;
use crate::args::Resume;
use crate::commands::print_json;
use crate::fail::Failure;

pub(crate) fn resume(catalog: &Catalog, args: &Resume) -> Result<Done, Failure> {
    let path = &args.manifest;
    let unreadable = |error| Failure::Said(format!("cannot read {}: {error}", path.display()));
    let manifest = Manifest::read(path).map_err(unreadable)?;
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let folder = args.waiting.out.as_deref().or(beside).unwrap_or(Path::new("."));
    block_on(wait(catalog, args, manifest, folder))
}

async fn wait(
    catalog: &Catalog,
    args: &Resume,
    manifest: Manifest,
    folder: &Path,
) -> Result<Done, Failure> {
    let client = sandboxed::vendors(catalog)?;
    let provider = client.provider_of(&manifest.job)?;
    let screen = Screen::new();
    let shown = screen.shown(&manifest.job.id);
    let mut options = options(&args.waiting, folder);
    options.progress = Some(Progress::new(move |event| shown.tell(event)));
    let waited = tokio::select! {
        waited = provider.wait(&manifest.job, &options) => waited,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            let go_on = report::go_on(&manifest.job.id, &args.manifest);
            screen.say(&format!("stopped waiting; the job goes on; {go_on}"));
            return Ok(Done::Interrupted);
        }
    };
    let ended: Ended = waited.map_err(RunError::from);
    report::say(&screen, &manifest.job.id, &ended, &Kept::default());
    keep(manifest, &ended, folder)?;
    match (&ended, args.waiting.json) {
        (Ok(outcome), true) => print_json(outcome)?,
        (Err(RunError::Failed(error)), true) => {
            print_json(&serde_json::json!({ "error": error }))?;
        }
        _ => report::print_paths(std::slice::from_ref(&ended))?,
    }
    Ok(report::done(&[ended]))
}

/// The manifest says now what came of the work.
fn keep(manifest: Manifest, ended: &Ended, folder: &Path) -> Result<(), Failure> {
    let failed = || ended.as_ref().err()?.failed()?.outcome.as_ref();
    let Some(outcome) = ended.as_ref().ok().or_else(failed) else { return Ok(()) };
    let written = manifest.done(outcome).write(folder, true);
    let failed =
        |error| Error::new(ErrorKind::Invalid, format!("cannot write the manifest: {error}"));
    written.map_err(failed)?;
    Ok(())
}
