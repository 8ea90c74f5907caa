//! The genmux command line: results on stdout, talk on stderr.
//!
//! Exit codes: 0 done; 1 rejected, nothing sent; 2 wrong usage or unreadable input; 3 provider or
//! network failed; 4 deadline reached, job still running; 130 interrupted.

mod args;
mod commands;
mod fail;
mod input;
mod render;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command, SpecCommand};
use fail::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(done) => ExitCode::from(done as u8),
        // The reader has seen enough, as with `| head`.
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(
                anstream::stderr(),
                "genmux: {}",
                render::clean_lines(&failure.to_string())
            );
            ExitCode::from(failure.code())
        }
    }
}

/// How a command ended: its exit code, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Done {
    Accepted = 0,
    Rejected = 1,
    /// Wrong usage that shows only when the work is prepared: no key, no such folder.
    Misused = 2,
    Failed = 3,
    StillRunning = 4,
    Interrupted = 130,
}

fn run(args: &Args) -> Result<Done, Failure> {
    let catalog = || input::catalog(args.specs.as_deref());
    match &args.command {
        Command::Models(models) => commands::models(&catalog()?, models),
        Command::Translate(translate) => commands::translate(&catalog()?, translate),
        Command::Compare(compare) => commands::compare(&catalog()?, compare),
        Command::Which(which) => commands::which(&catalog()?, which),
        Command::Spec { command } => spec(args, command),
        Command::Lift(lift) => commands::lift(&catalog()?, lift),
        Command::Convert(convert) => commands::convert(&catalog()?, convert),
        Command::Audit(audit) => commands::audit(&catalog()?, audit),
        Command::Generate(generate) => commands::generate(&catalog()?, generate),
        Command::Jobs(jobs) => commands::jobs(jobs),
        Command::Cancel(cancel) => commands::cancel(&catalog()?, cancel),
        Command::Resume(resume) => commands::resume(&catalog()?, resume),
        Command::Demo(demo) => commands::demo(&catalog()?, demo),
        Command::Sandbox { addr } => commands::sandbox(*addr),
        Command::Completions { shell } => commands::completions(*shell),
        Command::Man => commands::man(),
    }
}

fn spec(args: &Args, command: &SpecCommand) -> Result<Done, Failure> {
    let specs = args.specs.as_deref();
    let catalog = || input::catalog(specs);
    match command {
        SpecCommand::Check(check) => {
            commands::spec_check(check.directory.as_deref().or(specs), check.json)
        }
        SpecCommand::Resolve(resolve) => commands::spec_resolve(&catalog()?, resolve),
        SpecCommand::Diff(diff) => commands::spec_diff(&catalog()?, diff),
        SpecCommand::New(new) => commands::spec_new(&catalog()?, new),
        SpecCommand::Impact(impact) => commands::spec_impact(&catalog()?, impact),
    }
}
