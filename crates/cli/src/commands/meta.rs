//! Completions and man page, derived from the arguments.

use std::io::Write;

use clap::CommandFactory;
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

/// One page: the command, then every subcommand.
pub(crate) fn man() -> Result<Done, Failure> {
    let mut command = Args::command();
    command.build();
    let mut page = Vec::new();
    let main = clap_mangen::Man::new(command.clone());
    main.render(&mut page)?;
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help")
    {
        let page_of = clap_mangen::Man::new(subcommand.clone());
        writeln!(page, ".SH \"GENMUX {}\"", subcommand.get_name().to_uppercase())?;
        page_of.render_description_section(&mut page)?;
        page_of.render_synopsis_section(&mut page)?;
        page_of.render_options_section(&mut page)?;
    }
    stdout().write_all(&page)?;
    Ok(Done::Accepted)
}
