//! Faults and providers: what each comes to, judged by the vendors' ledgers of charges.
//!
//! `cargo test -p genmux-tests --test faults -- --nocapture` prints the table, which stands in
//! `docs/guarantees.md` too; `UPDATE_GOLDEN=1` writes that page. Every trial has a sandbox, a
//! journal's file and processes of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A panic is a failed test.
#![allow(clippy::print_stdout, clippy::print_stderr)] // The table is asked for.

mod fetch;
mod hooks;
mod journal;
mod judge;
mod lines;
mod page;
mod processes;
mod rows;
mod scene;
mod submit;
mod wait;

use std::process::ExitCode;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use genmux_tests::{stage, subject};
use libtest_mimic::{Arguments, Failed, Trial};

use page::Cells;
use rows::Row;
use scene::Scene;
use stage::Stage;
use subject::{SUBJECTS, Subject};

/// Trials mostly wait for a vendor, and for leases that end.
const AT_ONCE: usize = 48;

/// No trial takes nearly so long, unless it hangs.
const LONGEST: Duration = Duration::from_mins(2);

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(AT_ONCE));
    let rows: Arc<Vec<Row>> = Arc::new(all());
    let cells = Arc::new(Mutex::new(Cells::new()));
    let count = rows.len() * SUBJECTS.len();
    let trials = (0..rows.len())
        .flat_map(|row| SUBJECTS.iter().map(move |subject| (row, subject)))
        .map(|(row, subject)| trial(&rows, row, subject, &cells));
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    let cells = cells.lock().unwrap();
    let table = page::table(&rows, &cells);
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

fn all() -> Vec<Row> {
    let groups = [submit::rows(), wait::rows(), fetch::rows(), processes::rows(), journal::rows()];
    groups.into_iter().flatten().chain(hooks::rows()).collect()
}

fn trial(
    rows: &Arc<Vec<Row>>,
    row: usize,
    subject: &'static Subject,
    cells: &Arc<Mutex<Cells>>,
) -> Trial {
    let (rows, cells) = (Arc::clone(rows), Arc::clone(cells));
    let name =
        format!("{}::{}::{}", subject.name, rows[row].group.to_lowercase(), rows[row].name());
    Trial::test(name.replace(' ', "_"), move || play(&rows[row], subject, &cells))
}

fn play(row: &Row, subject: &'static Subject, cells: &Mutex<Cells>) -> Result<(), Failed> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let whole = async {
        let scene = Rc::new(Scene::new(Stage::start(subject, row.options()).await));
        row.play(Rc::clone(&scene)).await;
        judge::judge(&scene).await
    };
    let timed = async { tokio::time::timeout(LONGEST, whole).await };
    let cell = runtime.enable_all().build()?.block_on(timed);
    let cell = cell.map_err(|_elapsed| "the trial hangs")?;
    cells.lock().unwrap().insert((row.fault, subject.name), cell.clone());
    let (recorded, now) = (page::recorded(row, subject.name), cell.to_string());
    if genmux_tests::page::is_recorded() || recorded.as_deref() == Some(&now) {
        return Ok(());
    }
    let recorded = recorded.unwrap_or_else(|| "nothing".to_owned());
    Err(format!("docs/guarantees.md says {recorded}, now it is {now}").into())
}
