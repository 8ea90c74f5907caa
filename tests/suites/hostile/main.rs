//! Vendors that mean harm, and what the user sees of it.
//!
//! `cargo test -p genmux-tests --test hostile -- --nocapture` prints the table, which stands in
//! `docs/hostile.md` too; `UPDATE_GOLDEN=1` writes that page. Every trial has a vendor of its own
//! on loopback that answers well but for one step, and the real client over the real transport.
//! Whatever happens: at most one charge, no file but the outputs in their folder, messages that
//! are short and drive no terminal, an end.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is a failed test.
#![allow(clippy::print_stdout, clippy::print_stderr)] // The table is asked for.
#![allow(clippy::disallowed_methods)] // Certificates run out, and clocks are off, by the clock.
#![allow(clippy::assigning_clones)] // Cases read better so.

mod cases;
mod clocks;
mod files;
mod ids;
mod lines;
mod lists;
mod page;
mod places;
mod played;
mod replies;
mod scene;
mod tls;
mod uploads;
mod vendor;
mod words;

use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use genmux_tests::subject::Subject;
use libtest_mimic::{Arguments, Failed, Trial};
use peak_alloc::PeakAlloc;

use cases::Case;
use page::Cells;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Trials mostly wait.
const AT_ONCE: usize = 32;

/// No trial takes nearly so long, unless it hangs.
const LONGEST: Duration = Duration::from_mins(4);

/// Held whole by trials whose memory is measured, shared by all others.
static ALONE: RwLock<()> = RwLock::new(());

fn main() -> ExitCode {
    if std::env::var_os(tls::TRUSTED).is_none() {
        return again();
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(AT_ONCE));
    let all: Arc<Vec<Case>> = Arc::new(all());
    let cells = Arc::new(Mutex::new(Cells::new()));
    let places: Vec<(usize, &'static Subject)> = (0..all.len())
        .flat_map(|case| all[case].at.iter().map(move |subject| (case, *subject)))
        .collect();
    let count = places.len();
    // Those that run alone come first: they would wait for all others.
    let mut places = places;
    places.sort_by_key(|(case, _)| all[*case].megabytes.is_none());
    let trials = places.into_iter().map(|(case, subject)| trial(&all, case, subject, &cells));
    let conclusion = libtest_mimic::run(&arguments, trials.chain(page::references()).collect());
    let cells = cells.lock().unwrap();
    let table = page::table(&all, &cells);
    if arguments.nocapture {
        println!("{table}");
    }
    // A run of some trials, or with failures, is no table.
    if cells.len() < count || conclusion.has_failed() {
        return conclusion.exit_code();
    }
    match page::check(&table) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(101)
        }
    }
}

/// The same once more, with a certificate authority of the suite's own in the environment: only
/// a process that begins with it trusts it.
fn again() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(std::env::args_os().skip(1)).envs(tls::environment(folder.path()));
    let code = command.status().unwrap().code();
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(101))
}

fn all() -> Vec<Case> {
    let groups = [
        lines::cases(),
        replies::cases(),
        ids::cases(),
        places::cases(),
        files::cases(),
        uploads::cases(),
        tls::cases(),
        lists::cases(),
        clocks::cases(),
        words::cases(),
    ];
    groups.into_iter().flatten().collect()
}

fn trial(
    all: &Arc<Vec<Case>>,
    case: usize,
    subject: &'static Subject,
    cells: &Arc<Mutex<Cells>>,
) -> Trial {
    let (all, cells) = (Arc::clone(all), Arc::clone(cells));
    let name = format!("{}::{}", all[case].name(), subject.name);
    Trial::test(name, move || {
        let seen = play(&all[case], subject)?;
        cells.lock().unwrap().insert((case, subject.name), seen);
        Ok(())
    })
}

fn play(case: &Case, subject: &'static Subject) -> Result<String, Failed> {
    let Some(most) = case.megabytes else {
        let _shared = ALONE.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        return run(case, subject);
    };
    let _alone = ALONE.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let seen = run(case, subject)?;
    let took = (HEAP.peak_usage() - before) >> 20;
    if took > most {
        return Err(format!("{took} MB on the heap; accepted {most}").into());
    }
    Ok(seen)
}

fn run(case: &Case, subject: &'static Subject) -> Result<String, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let timed = async { tokio::time::timeout(LONGEST, case.play(subject)).await };
    let seen = runtime.block_on(timed).map_err(|_elapsed| "the trial hangs")?;
    // Threads that read names and files are not waited for.
    runtime.shutdown_background();
    Ok(seen)
}
