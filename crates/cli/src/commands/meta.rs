//! Completions and man page, derived from the arguments.

use std::io::Write;

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::stdout;
use crate::Done;
use crate::args::Args;
use crate::fail::Failure;

pub(crate) fn completions(shell: Shell) -> Result<Done, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "genmux", &mut script);
    stdout().write_all(&script)?;
    Ok(Done::Accepted)
}

/// One page: the command, then every subcommand and theirs.
pub(crate) fn man() -> Result<Done, Failure> {
    let mut command = Args::command();
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    sections(&command, "genmux", &mut page)?;
    stdout().write_all(&page)?;
    Ok(Done::Accepted)
}

fn sections(command: &Command, name: &str, page: &mut Vec<u8>) -> Result<(), Failure> {
    for subcommand in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let name = format!("{name} {}", subcommand.get_name());
        let section = clap_mangen::Man::new(subcommand.clone());
        writeln!(page, ".SH \"{}\"", name.to_uppercase())?;
        section.render_description_section(page)?;
        section.render_synopsis_section(page)?;
        section.render_options_section(page)?;
        sections(subcommand, &name, page)?;
    }
    Ok(())
}
