//! `genmux resume`: goes on with work wherever it stands.

mod manifest;
mod record;

use std::path::Path;

use futures_util::future::join_all;
use genmux::journal::{Claim, Filter, Journal, Record, State};
use genmux::{Catalog, Client, Manifest};

use super::progress::Screen;
use super::{block_on, vendors};
use crate::Done;
use crate::args::Resume;
use crate::commands::journal;
use crate::fail::Failure;

pub(crate) fn resume(catalog: &Catalog, args: &Resume) -> Result<Done, Failure> {
    block_on(async {
        let journal = journal::open(&args.journal).await?;
        let client = vendors(catalog, Some(journal.clone()))?;
        let screen = Screen::new();
        let done = match &args.job {
            None => all(&journal, &client, (args, &screen)).await,
            Some(text) if Path::new(text).is_file() => {
                of_file(&journal, &client, (args, &screen), Path::new(text)).await
            }
            Some(text) => {
                let record = journal::find(&journal, text).await?;
                record::resume(&client, &record, (args, &screen)).await
            }
        };
        // Whoever goes on next need not wait until the lease is over.
        journal.let_go().await;
        done
    })
}

/// The job of a manifest, whether or not the journal knows it; a journal knows more.
async fn of_file(
    journal: &Journal,
    client: &Client,
    (args, screen): (&Resume, &Screen),
    path: &Path,
) -> Result<Done, Failure> {
    let unreadable = |error| Failure::Said(format!("cannot read {}: {error}", path.display()));
    let manifest = Manifest::read(path).map_err(unreadable)?;
    let known = journal.store().find_vendor_job(manifest.job.provider(), &manifest.job.id).await;
    match known.ok().flatten().filter(|record| !record.state.is_final()) {
        Some(record) => record::resume(client, &record, (args, screen)).await,
        None => manifest::resume(client, args, manifest, path).await,
    }
}

/// Everything that is on its way and that nobody works on: several processes share it.
async fn all(
    journal: &Journal,
    client: &Client,
    (args, screen): (&Resume, &Screen),
) -> Result<Done, Failure> {
    let free = claimed(journal).await?;
    tell_the_rest(journal, &free, screen).await?;
    let each = free.iter().map(|record| record::resume(client, record, (args, screen)));
    let ended: Vec<Done> = join_all(each).await.into_iter().collect::<Result<_, Failure>>()?;
    Ok(ended.into_iter().max().unwrap_or(Done::Accepted))
}

/// Takes up every job that something was sent for, as long as there is one.
async fn claimed(journal: &Journal) -> Result<Vec<Record>, Failure> {
    let mut taken = Vec::new();
    loop {
        let mut claim = Claim::new(journal.lease(), Journal::now());
        claim.states.push(State::Ambiguous);
        match journal.store().claim(claim).await {
            Ok(Some(record)) => taken.push(record),
            Ok(None) => return Ok(taken),
            Err(error) => return Err(Failure::Said(error.to_string())),
        }
    }
}

/// What else is not done, and why it is left alone.
async fn tell_the_rest(
    journal: &Journal,
    taken: &[Record],
    screen: &Screen,
) -> Result<(), Failure> {
    let filter = Filter { states: State::UNFINISHED.to_vec(), ..Filter::default() };
    let listed = journal.store().list(filter).await;
    let listed = listed.map_err(|error| Failure::Said(error.to_string()))?;
    let now = Journal::now();
    let (never_sent, others): (Vec<&Record>, Vec<&Record>) = listed
        .iter()
        .filter(|record| taken.iter().all(|it| it.intent.key != record.intent.key))
        .partition(|record| record.state == State::Intended && !record.is_held(now));
    for record in never_sent {
        let job = journal::name(record);
        screen.say(&format!("{job}: was never sent; genmux resume {job} sends it"));
    }
    if !others.is_empty() {
        let many = others.len();
        screen.say(&format!("left alone, as a process works on them or did a moment ago: {many}"));
    }
    if taken.is_empty() {
        screen.say("there is nothing to go on with");
    }
    Ok(())
}
