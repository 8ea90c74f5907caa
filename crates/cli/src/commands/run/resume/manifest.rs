//! Work whose manifest was kept.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use genmux::{Client, Error, ErrorKind, Manifest, Progress, RunError, Unsaid};

use super::super::progress::Screen;
use super::super::work::{Ended, Kept};
use super::super::{options, report};
use crate::Done;
use crate::args::Resume;
use crate::commands::stdout;
use crate::fail::Failure;

pub(super) async fn resume(
    client: &Client,
    args: &Resume,
    manifest: Manifest,
    path: &Path,
) -> Result<Done, Failure> {
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let folder = args.waiting.out.as_deref().or(beside).unwrap_or(Path::new("."));
    match saved(&manifest, folder) {
        Saved::All(paths) if !args.waiting.force => print_saved(&manifest, &paths, args),
        Saved::Changed(path) if !args.waiting.force => {
            let message = format!(
                "{} is not what the manifest says was saved; give --force to replace it",
                path.display()
            );
            Err(Failure::Said(message))
        }
        _ => wait(client, args, manifest, (path, folder)).await,
    }
}

async fn wait(
    client: &Client,
    args: &Resume,
    manifest: Manifest,
    (path, folder): (&Path, &Path),
) -> Result<Done, Failure> {
    let mut options = options(&args.waiting, folder);
    options.unsaid = Unsaid::of_json(&manifest.request);
    // What is there under these names is whole and of this very job.
    if let Some(save) = &mut options.save {
        save.overwrite = true;
    }
    let provider = client.provider_of(&manifest.job)?;
    let screen = Screen::new();
    let shown = screen.shown(&manifest.job.id);
    options.progress = Some(Progress::new(move |event| shown.tell(event)));
    let waited = tokio::select! {
        waited = provider.wait(&manifest.job, &options) => waited,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            let go_on = report::go_on(&manifest.job.id, path);
            screen.say(&format!("stopped waiting; the job goes on; {go_on}"));
            return Ok(Done::Interrupted);
        }
    };
    let ended: Ended = waited.map_err(RunError::from);
    report::say(&screen, &manifest.job.id, &ended, &Kept::default());
    keep(manifest, &ended, folder)?;
    match (&ended, args.waiting.json) {
        (Ok(outcome), true) => report::print_unsigned(outcome)?,
        (Err(RunError::Failed(error)), true) => {
            report::print_unsigned(&serde_json::json!({ "error": error }))?;
        }
        _ => report::print_paths(std::slice::from_ref(&ended))?,
    }
    Ok(report::done(&[ended]))
}

/// What the manifest says was saved, and what is there.
enum Saved {
    All(Vec<PathBuf>),
    Changed(PathBuf),
    NotAll,
}

fn saved(manifest: &Manifest, folder: &Path) -> Saved {
    let artifacts = manifest.outcome["artifacts"].as_array().cloned().unwrap_or_default();
    let mut paths = Vec::new();
    for artifact in &artifacts {
        let (path, sha256) = (artifact["path"].as_str(), artifact["sha256"].as_str());
        let Some((path, sha256)) = path.zip(sha256) else { return Saved::NotAll };
        let path = folder.join(Path::new(path).file_name().unwrap_or_default());
        match std::fs::read(&path) {
            Ok(bytes) if genmux::sha256(&bytes) == sha256 => paths.push(path),
            Ok(_) => return Saved::Changed(path),
            Err(_) => return Saved::NotAll,
        }
    }
    if paths.is_empty() { Saved::NotAll } else { Saved::All(paths) }
}

fn print_saved(manifest: &Manifest, paths: &[PathBuf], args: &Resume) -> Result<Done, Failure> {
    if args.waiting.json {
        report::print_unsigned(&manifest.outcome)?;
        return Ok(Done::Accepted);
    }
    let mut out = stdout();
    for path in paths {
        writeln!(out, "{}", path.display())?;
    }
    out.flush()?;
    Ok(Done::Accepted)
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
