//! `genmux demo`: all that genmux does, on the embedded sandbox, on one page.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::join_all;
use genmux::{Catalog, Client, Mode, Outcome, Policy, Request, RunOptions, SaveTo};
use genmux_sandbox::{Options, Pace};

use super::page;
use super::progress::Screen;
use super::work::{Kept, Work};
use super::{block_on, report, sandboxed};
use crate::Done;
use crate::args::Demo;
use crate::commands::compare::comparison;
use crate::fail::Failure;
use crate::render::{self, Comparison};

/// What is made: a request, and the offers that make it.
struct Scene {
    name: &'static str,
    request: &'static str,
    offers: [&'static str; 2],
}

const SCENES: [Scene; 2] = [
    Scene {
        name: "sequence",
        request: include_str!("../../../../../examples/sequence.json"),
        offers: ["runware/seedream-4.0", "scenario/seedream-4.0"],
    },
    Scene {
        name: "clip",
        request: include_str!("../../../../../examples/clip.json"),
        offers: ["runware/seedance-1.0-pro", "replicate/seedance-2.0-fast"],
    },
];

/// What one offer made of a request.
pub(super) struct Made {
    pub(super) offer: String,
    pub(super) outcome: Outcome,
    pub(super) policy: Policy,
}

/// A request, how all offers take it, and what two of them made.
pub(super) struct Shown {
    pub(super) comparison: Comparison,
    pub(super) made: Vec<Made>,
}

pub(crate) fn demo(catalog: &Catalog, args: &Demo) -> Result<Done, Failure> {
    let failed = |error| {
        let folder = args.out.display();
        Failure::Said(format!("cannot make the folder {folder}: {error}; name another with --out"))
    };
    std::fs::create_dir_all(&args.out).map_err(failed)?;
    let mut out = anstream::stdout();
    let mut shown = Vec::new();
    for scene in &SCENES {
        let request = read(scene)?;
        let comparison = comparison(catalog, &request)?;
        writeln!(out, "{}", render::table(&comparison, 100, true))?;
        shown.push((scene, request, comparison));
    }
    out.flush()?;
    let (page, done) = block_on(make(catalog, shown, &args.out))?;
    writeln!(anstream::stderr(), "open this page in a browser:")?;
    writeln!(out, "{}", page.display())?;
    Ok(done)
}

fn read(scene: &Scene) -> Result<Request, Failure> {
    Request::from_json(scene.request.as_bytes()).map_err(|error| Failure::Said(error.to_string()))
}

async fn make(
    catalog: &Catalog,
    scenes: Vec<(&Scene, Request, Comparison)>,
    folder: &Path,
) -> Result<(PathBuf, Done), Failure> {
    // Long enough that progress can be seen, the same names every time.
    let options = Options { pace: Pace::Millis(1500), ..Options::default() };
    let (client, sandbox) = sandboxed::sandboxed(catalog, options).await?;
    let (client, screen) = (Arc::new(client), Screen::new());
    let (mut shown, mut done) = (Vec::new(), Done::Accepted);
    for (scene, request, comparison) in scenes {
        let works = works(&client, scene, &request, (folder, &screen))?;
        let ended = join_all(works.iter().map(Work::run)).await;
        let mut made = Vec::new();
        for (work, ended) in works.iter().zip(&ended) {
            report::say(&screen, &work.label, ended, &work.kept);
            if let Ok(outcome) = ended {
                let (offer, policy) = (outcome.offer.clone(), work.options.policy);
                made.push(Made { offer, outcome: outcome.clone(), policy });
            }
        }
        done = done.max(report::done(&ended));
        shown.push(Shown { comparison, made });
    }
    sandbox.shutdown().await;
    Ok((page::write(&shown, folder)?, done))
}

fn works(
    client: &Arc<Client>,
    scene: &Scene,
    request: &Request,
    (folder, screen): (&Path, &Screen),
) -> Result<Vec<Work>, Failure> {
    let work = |offer: &&str| {
        let provider = client.provider(offer)?;
        let accepts = |mode: &Mode| {
            let options = RunOptions { policy: Policy::from(*mode), ..RunOptions::default() };
            provider.translate(request, &options).is_ok()
        };
        let mode = Mode::ALL.into_iter().find(accepts).unwrap_or(Mode::Strict);
        let label = format!("{} at {offer}", scene.name);
        Ok(Work {
            client: client.clone(),
            request: Arc::new(request.clone()),
            options: RunOptions {
                policy: Policy::from(mode),
                idempotency_key: Some(format!("demo {} {offer}", scene.name)),
                save: Some(SaveTo { folder: folder.to_owned(), overwrite: true }),
                ..RunOptions::default()
            },
            shown: screen.shown(&label),
            kept: Kept::default(),
            provider,
            label,
        })
    };
    scene.offers.iter().map(work).collect()
}
