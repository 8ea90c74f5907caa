//! Keys, prompts, signed addresses and media are marked, every command is run, and everything that
//! it leaves is searched: both streams, journals byte by byte, manifests, outputs.
//!
//! What is to be found in its place is a control: a search that finds nothing there is broken.
#![allow(clippy::unwrap_used)] // A test that cannot start a process should stop.

mod desk;
mod marks;
mod offline;
mod online;
mod payloads;
#[path = "../support/mod.rs"]
mod support;
mod told;

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Stories mostly wait for a vendor that is asked every few seconds.
const AT_ONCE: usize = 16;

/// A command, and something that it is made to do.
pub(crate) struct Story {
    /// As it is called: `spec diff`.
    pub(crate) command: &'static str,
    pub(crate) name: &'static str,
    pub(crate) play: Box<dyn FnOnce() + Send>,
}

impl Story {
    pub(crate) fn new(
        command: &'static str,
        name: &'static str,
        play: impl FnOnce() + Send + 'static,
    ) -> Story {
        Story { command, name, play: Box::new(play) }
    }
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(AT_ONCE));
    let stories = [offline::stories(), payloads::stories(), online::stories(), told::stories()];
    let stories: Vec<Story> = stories.into_iter().flatten().collect();
    let told: BTreeSet<String> = stories.iter().map(|story| story.command.to_owned()).collect();
    let mut trials = vec![
        Trial::test("every_command_has_a_story", move || {
            assert_eq!(told, commands(""), "left: commands with a story; right: commands");
            Ok(())
        }),
        Trial::test("marks_are_found_in_every_form", || {
            marks::find_every_form();
            Ok(())
        }),
    ];
    trials.extend(stories.into_iter().map(|Story { command, name, play }| {
        let name = format!("{}::{name}", command.replace(' ', "_"));
        Trial::test(name, move || {
            play();
            Ok(())
        })
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// All commands as the help lists them, those below others by both names.
fn commands(above: &str) -> BTreeSet<String> {
    let mut args: Vec<&str> = above.split_whitespace().collect();
    args.push("--help");
    let help = support::genmux(&args, "").out;
    let Some((_, list)) = help.split_once("\nCommands:\n") else { return BTreeSet::new() };
    let list = list.lines().take_while(|line| !line.is_empty());
    let names = list.filter_map(|line| {
        let name = line.strip_prefix("  ")?.split(' ').next()?;
        (!name.is_empty() && name != "help").then(|| format!("{above} {name}").trim().to_owned())
    });
    names
        .flat_map(|name| {
            let below = commands(&name);
            if below.is_empty() { BTreeSet::from([name]) } else { below }
        })
        .collect()
}
