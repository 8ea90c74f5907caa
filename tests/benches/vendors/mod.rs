//! The vendors, played by the same program in a second process: what is measured is the client.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use genmux::{Credentials, Files, Settings};
use genmux_sandbox::{Options, Pace, Sandbox};

const PLAYS_VENDORS: &str = "--play-vendors";

/// The vendors in a process of their own; they end when their input does.
pub(crate) struct Vendors {
    process: Child,
    urls: BTreeMap<String, String>,
}

impl Vendors {
    pub(crate) fn start() -> Vendors {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(PLAYS_VENDORS).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().take(3);
        let urls = lines.map(|line| {
            let line = line.unwrap();
            let (provider, url) = line.split_once(' ').unwrap();
            (provider.to_owned(), url.to_owned())
        });
        Vendors { urls: urls.collect(), process }
    }

    pub(crate) fn settings(&self) -> Settings {
        let key = |provider: &String| (provider.clone(), Credentials::pair("key", "secret"));
        Settings {
            files: Files::Anywhere,
            base_urls: self.urls.clone(),
            credentials: self.urls.keys().map(key).collect(),
            environment: false,
            ..Settings::default()
        }
    }
}

impl Drop for Vendors {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// Whether this is the second process.
pub(crate) fn are_played() -> bool {
    std::env::args().any(|argument| argument == PLAYS_VENDORS)
}

/// Plays the vendors, whose jobs take so many milliseconds.
pub(crate) async fn play(millis: u64) {
    let options = Options { pace: Pace::Millis(millis), ..Options::default() };
    let sandbox = Sandbox::start(options).await.unwrap();
    for provider in genmux_sandbox::Provider::ALL {
        println!("{} {}", provider.name(), sandbox.base_url(provider));
    }
    let until_the_parent_ends = || std::io::stdin().read_to_end(&mut Vec::new());
    tokio::task::spawn_blocking(until_the_parent_ends).await.unwrap().unwrap();
}

/// Whether it is only tried out, with little work.
pub(crate) fn is_trial() -> bool {
    std::env::args().any(|argument| argument == "--test")
}
