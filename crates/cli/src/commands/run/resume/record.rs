//! Work that the journal knows.

use std::path::PathBuf;

use genmux::journal::{Journal, Journaled, Record};
use genmux::{Client, Manifest, Outcome, Progress, Provider as _, RunError, RunOptions, Vendor};

use super::super::progress::Screen;
use super::super::work::{Ended, Kept};
use super::super::{options, report};
use crate::Done;
use crate::args::Resume;
use crate::commands::journal;
use crate::fail::Failure;

pub(super) async fn resume(
    client: &Client,
    record: &Record,
    (args, screen): (&Resume, &Screen),
) -> Result<Done, Failure> {
    let provider = client.journaled(&record.intent.offer)?;
    let (job, key) = (journal::name(record).to_owned(), &record.intent.key);
    if record.is_held_from(provider.journal().owner(), Journal::now()) {
        screen.say(&format!("{job}: another process works on it, or did just now; waiting for it"));
    }
    let mut options = told(record, args, screen, &job);
    // Used only where the job was told so when it was written down.
    options.copy_from = client.lenders()?;
    if args.settle.give_up {
        provider.give_up(key, &options).await?;
        screen.say(&format!("{job}: given up"));
        return Ok(Done::Accepted);
    }
    let going = go_on(&provider, key, args, &options);
    let ended: Ended = tokio::select! {
        ended = going => ended,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            screen.say(&format!("stopped waiting; the job goes on; genmux resume {job}"));
            return Ok(Done::Interrupted);
        }
    };
    report::say(screen, &job, &ended, &Kept::default());
    keep(&provider, key, &ended, &options).await?;
    match (&ended, args.waiting.json) {
        (Ok(outcome), true) => report::print_unsigned(outcome)?,
        (Err(RunError::Failed(error)), true) => {
            report::print_unsigned(&serde_json::json!({ "error": error }))?;
        }
        _ => report::print_paths(std::slice::from_ref(&ended))?,
    }
    Ok(report::done(&[ended]))
}

async fn go_on(
    provider: &Journaled<Vendor>,
    key: &str,
    args: &Resume,
    options: &RunOptions,
) -> Ended {
    match &args.settle.adopt {
        Some(id) => provider.adopt(key, id, options).await,
        None if args.settle.allow_duplicate => provider.send_again(key, options).await,
        None => provider.resume(key, options).await,
    }
}

/// Outputs go where the first process was told, unless this one is told otherwise.
fn told(record: &Record, args: &Resume, screen: &Screen, job: &str) -> RunOptions {
    let kept = record.intent.save_to.as_ref().map(PathBuf::from);
    let folder = args.waiting.out.clone().or(kept).unwrap_or_else(|| PathBuf::from("."));
    let mut options = options(&args.waiting, &folder);
    let shown = screen.shown(job);
    options.progress = Some(Progress::new(move |event| shown.tell(event)));
    options
}

/// The manifest beside the outputs, whoever was to write it first.
async fn keep(
    provider: &Journaled<Vendor>,
    key: &str,
    ended: &Ended,
    options: &RunOptions,
) -> Result<(), Failure> {
    let failed = || ended.as_ref().err()?.failed()?.outcome.as_ref();
    let Some(outcome) = ended.as_ref().ok().or_else(failed) else { return Ok(()) };
    let written = match provider.journal().store().read(key).await {
        Ok(Some(record)) => write(provider, &record, outcome, options),
        _ => Err("the journal no longer has the job".to_owned()),
    };
    written.map_err(|why| Failure::Said(format!("cannot write the manifest: {why}")))
}

fn write(
    provider: &Journaled<Vendor>,
    record: &Record,
    outcome: &Outcome,
    options: &RunOptions,
) -> Result<(), String> {
    let handle = record.handle().map_err(|error| error.to_string())?;
    let Some((job, save)) = handle.zip(options.save.as_ref()) else { return Ok(()) };
    let (request, options) = record.again(options).map_err(|error| error.to_string())?;
    let preview = provider.translate(&request, &options).map_err(|error| error.to_string())?;
    let manifest = Manifest::new(&request, &preview, &job).done(outcome);
    manifest.write(&save.folder, true).map(drop).map_err(|error| error.to_string())
}
