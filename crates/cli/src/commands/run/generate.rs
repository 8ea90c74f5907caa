//! `genmux generate`: runs requests and saves what they give.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::join_all;
use genmux::journal::{Filter, Record, State};
use genmux::{Catalog, Client, ErrorKind, MaxCost, Provider, Request, RunError, RunOptions, Uuid};
use genmux_sandbox::{Options, Sandbox};

use super::progress::Screen;
use super::work::{Ended, Kept, Work};
use super::{block_on, dry_run, interruption, options, report, sandboxed};
use crate::Done;
use crate::args::Generate;
use crate::commands::journal;
use crate::fail::Failure;
use crate::input;

pub(crate) fn generate(catalog: &Catalog, args: &Generate) -> Result<Done, Failure> {
    let requests = read(args)?;
    let dated = input::dated(catalog, args.reading.as_of);
    let offers = input::offers(&dated, &args.to)?;
    if !args.sandbox && !args.waiting.force {
        for (offer, name) in offers.iter().zip(&args.to) {
            refuse_past(catalog, offer, name)?;
        }
    }
    let catalog = dated;
    block_on(async {
        let (client, sandbox) = client(&catalog, args).await?;
        let client = Arc::new(client);
        let done = if args.dry_run {
            dry_run::dry_run(&client, &requests, &args.to, &run_options(args)).await
        } else {
            run_all(&client, requests, args).await
        };
        if let Some(sandbox) = sandbox {
            sandbox.shutdown().await;
        }
        done
    })
}

fn read(args: &Generate) -> Result<Vec<(String, Request)>, Failure> {
    let one = |path: &PathBuf| {
        let label = path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        Ok((label, input::request(path, &args.reading)?))
    };
    let mut requests: Vec<(String, Request)> =
        args.requests.iter().map(one).collect::<Result<_, Failure>>()?;
    let names: Vec<String> = requests.iter().map(|(label, _)| label.clone()).collect();
    for (at, (label, _)) in requests.iter_mut().enumerate() {
        if names.iter().filter(|name| *name == label).count() > 1 {
            *label = format!("{label} #{}", at + 1);
        }
    }
    Ok(requests)
}

/// Vendors serve today's revision only.
fn refuse_past(catalog: &Catalog, offer: &genmux::Offer, name: &str) -> Result<(), Failure> {
    let today = catalog.offer(name).map(|offer| offer.revision());
    if today.is_ok_and(|today| today != offer.revision()) {
        let message = format!(
            "{name} is asked for as of {}, and its vendor no longer serves that revision; leave \
             --as-of out, run it with --sandbox, or force it with --force",
            offer.revision()
        );
        return Err(Failure::Said(message));
    }
    Ok(())
}

async fn client(catalog: &Catalog, args: &Generate) -> Result<(Client, Option<Sandbox>), Failure> {
    if args.dry_run && !args.sandbox {
        return Ok((sandboxed::vendors(catalog, None)?, None));
    }
    if !args.sandbox {
        let journal = journal::open(&args.journal).await?;
        return Ok((sandboxed::vendors(catalog, Some(journal))?, None));
    }
    let mut options = Options { seed: random()?, ..Options::default() };
    if let Some(day) = args.reading.as_of {
        options.as_of = day.to_string();
    }
    let (client, sandbox) = sandboxed::sandboxed(catalog, options).await?;
    Ok((client, Some(sandbox)))
}

/// Two runs make files of different names.
fn random() -> Result<u64, Failure> {
    getrandom::u64().map_err(|error| Failure::Said(format!("no randomness: {error}")))
}

fn provider(client: &Client, args: &Generate) -> Result<Arc<dyn Provider>, Failure> {
    if let [only] = args.to.as_slice() {
        return Ok(client.provider(only)?);
    }
    let chain = client.chain(&args.to)?;
    Ok(Arc::new(if args.after_moderation { chain.after_moderation() } else { chain }))
}

fn run_options(args: &Generate) -> RunOptions {
    let folder = args.waiting.out.as_deref().unwrap_or(Path::new("."));
    let mut options = options(&args.waiting, folder);
    options.policy = args.policy;
    options.allow_unlisted = args.reading.allow_unlisted;
    options.allow_outdated |= args.sandbox;
    options.cancel_at_deadline |= args.cancel_on_interrupt;
    let allow_unknown = args.spending.allow_unknown_cost;
    options.max_cost = args.spending.max_cost.map(|most| MaxCost { allow_unknown, ..most });
    options
}

async fn run_all(
    client: &Arc<Client>,
    requests: Vec<(String, Request)>,
    args: &Generate,
) -> Result<Done, Failure> {
    let screen = Screen::new();
    let mut works = Vec::new();
    for (at, (label, request)) in requests.into_iter().enumerate() {
        let mut options = run_options(args);
        if args.copy_assets {
            options.copy_from = client.lenders()?;
        }
        options.idempotency_key = Some(key(args, at));
        works.push(Work {
            client: client.clone(),
            provider: provider(client, args)?,
            request: Arc::new(request),
            options,
            shown: screen.shown(&label),
            kept: Kept::default(),
            label,
        });
    }
    let rejected: Vec<Ended> = works.iter().filter_map(Work::rejection).map(Err).collect();
    if !rejected.is_empty() {
        return refuse_all(&screen, &works, args);
    }
    refuse_unsettled(client, &works, args).await?;
    let _folder = EmptyFolder::of(args);
    let all = join_all(works.iter().map(Work::run));
    tokio::select! {
        ended = all => finish(&screen, &works, &ended, args),
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            interruption::stop(&screen, &works, args).await;
            Ok(Done::Interrupted)
        }
    }
}

/// What nobody knows of yet is not sent again unasked, under whatever key.
async fn refuse_unsettled(client: &Client, works: &[Work], args: &Generate) -> Result<(), Failure> {
    let Some(journal) = client.journal().filter(|_| !args.allow_duplicate) else { return Ok(()) };
    let filter = Filter { states: vec![State::Ambiguous], ..Filter::default() };
    let open = journal.store().list(filter).await;
    let open = open.map_err(|error| Failure::Said(error.to_string()))?;
    for work in works {
        let request = serde_json::to_value(&*work.request)?;
        let key = work.options.idempotency_key.as_deref();
        let same = |it: &&Record| {
            it.intent.request == request
                && args.to.contains(&it.intent.offer)
                && key != Some(it.intent.key.as_str())
        };
        if let Some(record) = open.iter().find(same) {
            let (label, job) = (&work.label, journal::name(record));
            return Err(Failure::Said(format!(
                "{label}: nobody knows yet what became of the very same request; find out, or \
                 settle it, with: genmux resume {job}; or send it all the same with \
                 --allow-duplicate, a second charge is possible"
            )));
        }
    }
    Ok(())
}

/// The name of a request in the journal.
fn key(args: &Generate, at: usize) -> String {
    match (&args.idempotency_key, at) {
        (None, _) => Uuid::new_v4().to_string(),
        (Some(key), 0) => key.clone(),
        (Some(key), _) => format!("{key}/{at}"),
    }
}

/// One request that no offer takes: nothing of all is sent.
fn refuse_all(screen: &Screen, works: &[Work], args: &Generate) -> Result<Done, Failure> {
    let refused = works.iter().filter(|work| work.rejection().is_some());
    let refused: Vec<&Work> = refused.collect();
    let ended: Vec<Ended> = refused.iter().filter_map(|work| work.rejection()).map(Err).collect();
    for (work, ended) in refused.iter().zip(&ended) {
        report::say(screen, &work.label, ended, &work.kept);
    }
    if args.waiting.json {
        print_all(&refused, &ended, args)?;
    }
    Ok(report::done(&ended))
}

/// A folder that was not there before goes again where nothing was put into it.
struct EmptyFolder(Option<PathBuf>);

impl EmptyFolder {
    fn of(args: &Generate) -> EmptyFolder {
        EmptyFolder(args.waiting.out.clone().filter(|folder| !folder.exists()))
    }
}

impl Drop for EmptyFolder {
    fn drop(&mut self) {
        if let Some(folder) = &self.0 {
            // It is not empty: then it stays.
            let _removed = std::fs::remove_dir(folder);
        }
    }
}

fn print_all(works: &[&Work], ended: &[Ended], args: &Generate) -> Result<(), Failure> {
    let contexts: Vec<_> =
        works.iter().map(|work| input::context(&work.request, &args.reading)).collect();
    let each = ended.iter().zip(works).zip(&contexts);
    let results: Vec<_> = each
        .map(|((ended, work), context)| report::result(ended, &work.request, context))
        .collect();
    report::print(&results)
}

/// How a person finds out what nobody knows.
fn say_way_out(screen: &Screen, work: &Work, ended: &Ended, args: &Generate) {
    let failed = ended.as_ref().err().and_then(RunError::failed);
    let unknown = failed.is_some_and(|error| error.kind == ErrorKind::Ambiguous);
    if let (true, false, Some(key)) = (unknown, args.sandbox, &work.options.idempotency_key) {
        screen.say(&format!("{}: find out, or settle it, with: genmux resume {key}", work.label));
    }
}

fn finish(
    screen: &Screen,
    works: &[Work],
    ended: &[Ended],
    args: &Generate,
) -> Result<Done, Failure> {
    for (work, ended) in works.iter().zip(ended) {
        report::say(screen, &work.label, ended, &work.kept);
        say_way_out(screen, work, ended, args);
    }
    if args.waiting.json {
        print_all(&works.iter().collect::<Vec<_>>(), ended, args)?;
    } else {
        report::print_paths(ended)?;
    }
    Ok(report::done(ended))
}
