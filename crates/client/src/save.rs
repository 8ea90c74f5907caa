//! Artifacts of a job that is done: looked up, fetched, checked.

use std::io;

use genmux_core::{
    Charged, ErrorKind, JobState, Kind, Number, RemoteArtifact, Ticket, VendorError,
};
use http::HeaderMap;
use tracing::Instrument as _;

use crate::account::{Account, Line};
use crate::bounds;
use crate::download::{Download, Saved, Target, download, safe_stem};
use crate::error::Error;
use crate::event::Event;
use crate::job::Job;
use crate::options::{RunOptions, SaveTo};
use crate::outcome::Artifact;
use crate::wait::Done;

/// Makes the folder and writes into it once: better now than after the work is paid for.
pub(crate) fn check_folder(save: &SaveTo) -> Result<(), Error> {
    let folder = &save.folder;
    let probe = || -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        tempfile::Builder::new().suffix(".part").tempfile_in(folder)?.close()
    };
    probe().map_err(|error| {
        let message = format!("cannot write to the folder {}: {error}", folder.display());
        Error::new(ErrorKind::Invalid, message).caused_by(error)
    })
}

/// Refuses work whose files are there already, where their names are known beforehand.
pub(crate) fn check_names(save: &SaveTo, id: &str) -> Result<(), Error> {
    let stem = safe_stem(id);
    let taken = std::fs::read_dir(&save.folder).into_iter().flatten().flatten().find(|entry| {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(stem.as_str()));
        rest.is_some_and(|rest| rest.starts_with(['-', '.']))
    });
    let Some(taken) = taken.filter(|_| !save.overwrite) else { return Ok(()) };
    let message = format!(
        "{} exists already, and nothing was sent; go on with its manifest (genmux resume), choose \
         another folder, or allow it to be replaced (--force)",
        taken.path().display()
    );
    Err(Error::new(ErrorKind::Invalid, message))
}

/// What a call made; `None` where the vendor could not be asked for it and will be asked again.
pub(crate) async fn fetch(
    account: &Account,
    (call, ticket): (usize, &Ticket),
    mut state: JobState,
    (job, options): (&Job, &RunOptions),
) -> Option<Done> {
    let line = account.line();
    if !state.assets.is_empty() {
        match look_up(line, &state.assets).await {
            Ok(found) => {
                state.artifacts.extend(found);
                state.assets.clear();
                bounds::state(&mut state);
            }
            Err(error) => {
                options.tell_poll_failed(&error);
                return None;
            }
        }
    }
    let mut artifacts = Vec::new();
    for (index, remote) in std::mem::take(&mut state.artifacts).into_iter().enumerate() {
        let mut artifact = described(&remote, job.kind);
        if let Some(save) = &options.save {
            let stem = format!("{}-{index}", safe_stem(&ticket.id));
            match keep(line, &remote, save, (&stem, job.model())).await {
                Ok(saved) => state.failures.extend(apply(&mut artifact, saved)),
                Err(failure) => state.failures.push(failure),
            }
        }
        options.tell(|| Event::Artifact { call, index, artifact: Box::new(artifact.clone()) });
        artifacts.push(artifact);
    }
    Some(Done { state, artifacts })
}

/// Outputs by their ids, in the order in which the job names them.
async fn look_up(line: &Line, ids: &[String]) -> Result<Vec<RemoteArtifact>, Error> {
    let Some(call) = line.adapter.assets(line.base(), ids) else { return Ok(Vec::new()) };
    let reply = line.send(call, &HeaderMap::new()).await?;
    let mut shown = line.adapter.read_assets(&reply)?;
    // What was not asked for is no output of this job, and what comes twice is one.
    let take = |wanted: &String| {
        let at = shown.iter().position(|it| is_asset(it, wanted))?;
        Some(shown.swap_remove(at))
    };
    let found: Vec<RemoteArtifact> = ids.iter().filter_map(take).collect();
    if found.len() < ids.len() {
        let (got, asked) = (found.len(), ids.len());
        let message = format!("the vendor shows {got} of {asked} outputs");
        return Err(Error::new(ErrorKind::Decode, message));
    }
    Ok(found)
}

fn is_asset(artifact: &RemoteArtifact, wanted: &str) -> bool {
    let id = artifact.asset.as_deref().and_then(|asset| asset.split_once(':'));
    id.is_some_and(|(_, id)| id == wanted)
}

/// An artifact by the vendor's word.
fn described(remote: &RemoteArtifact, kind: Kind) -> Artifact {
    Artifact {
        kind: remote.kind.unwrap_or(kind),
        url: remote.url.clone(),
        asset: remote.asset.clone(),
        path: None,
        mime: remote.mime.clone(),
        width: remote.width,
        height: remote.height,
        seconds: remote.millis.and_then(seconds),
        bytes: remote.bytes,
        sha256: None,
        seed: remote.seed,
        flagged: remote.flagged,
    }
}

fn seconds(millis: u64) -> Option<Number> {
    i64::try_from(millis).ok().map(Number::millis)
}

async fn keep(
    line: &Line,
    remote: &RemoteArtifact,
    save: &SaveTo,
    (stem, model): (&str, &str),
) -> Result<Saved, VendorError> {
    let span = tracing::info_span!(
        "download",
        gen_ai.provider.name = line.adapter.provider(),
        gen_ai.request.model = model,
        error.type = tracing::field::Empty,
    );
    let mut from = Download::new(&remote.url, line.reach());
    from.authorize = line.credentials_at_home();
    let mut target = Target::new(&save.folder, stem);
    target.overwrite = save.overwrite;
    let saved = download(&*line.transport, &from, &target).instrument(span.clone()).await;
    saved.map_err(|error| {
        span.record("error.type", "transport");
        let message = format!("the output {stem} could not be saved: {error}");
        let mut failure = VendorError::new(ErrorKind::Transport, message);
        failure.charged = Charged::Yes;
        failure
    })
}

/// What the bytes say goes before what the vendor says; what is no medium is a failure.
fn apply(artifact: &mut Artifact, saved: Saved) -> Option<VendorError> {
    let facts = saved.facts;
    artifact.width = facts.width.or(artifact.width);
    artifact.height = facts.height.or(artifact.height);
    artifact.seconds = facts.millis.and_then(seconds).or(artifact.seconds);
    let medium = facts.mime.and_then(kind);
    artifact.kind = medium.unwrap_or(artifact.kind);
    artifact.mime = Some(saved.mime.unwrap_or_else(|| "application/octet-stream".to_owned()));
    artifact.bytes = Some(saved.bytes);
    artifact.sha256 = Some(saved.sha256);
    let name = saved.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    artifact.path = Some(saved.path);
    if medium.is_some() {
        return None;
    }
    let what = if saved.bytes == 0 { "is empty" } else { "is neither picture nor clip" };
    let mut failure = VendorError::new(ErrorKind::Decode, format!("the output {name} {what}"));
    failure.charged = Charged::Yes;
    Some(failure)
}

fn kind(mime: &str) -> Option<Kind> {
    match mime.split('/').next() {
        Some("video") => Some(Kind::Video),
        Some("image") => Some(Kind::Image),
        _ => None,
    }
}
