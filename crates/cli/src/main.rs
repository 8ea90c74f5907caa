//! The genmux command line: results on stdout, talk on stderr.
//!
//! Exit codes: 0 done; 1 rejected, nothing sent; 2 wrong usage or unreadable input;
//! 130 interrupted.

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
        Ok(Done::Accepted) => ExitCode::SUCCESS,
        Ok(Done::Rejected) => ExitCode::from(1),
        Ok(Done::Interrupted) => ExitCode::from(130),
        // The reader has seen enough, as with `| head`.
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(anstream::stderr(), "genmux: {failure}");
            ExitCode::from(2)
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Done {
    Accepted,
    Rejected,
    Interrupted,
}

fn run(args: &Args) -> Result<Done, Failure> {
    let catalog = || input::catalog(args.specs.as_deref());
    match &args.command {
        Command::Models(models) => commands::models(&catalog()?, models),
        Command::Translate(translate) => commands::translate(&catalog()?, translate),
        Command::Compare(compare) => commands::compare(&catalog()?, compare),
        Command::Spec { command: SpecCommand::Check(check) } => {
            commands::spec_check(check.directory.as_deref().or(args.specs.as_deref()), check.json)
        }
        Command::Spec { command: SpecCommand::Resolve(resolve) } => {
            commands::spec_resolve(&catalog()?, resolve)
        }
        Command::Sandbox { addr } => commands::sandbox(*addr),
        Command::Completions { shell } => commands::completions(*shell),
        Command::Man => commands::man(),
    }
}
