//! What is told while requests run: bars on a terminal, plain lines otherwise.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use genmux::{Event, JobStatus};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::render::clean;

/// Where all of a command is told.
#[derive(Clone)]
pub(super) struct Screen(Option<MultiProgress>);

impl Screen {
    pub(super) fn new() -> Screen {
        let terminal = std::io::stderr().is_terminal();
        Screen(terminal.then(MultiProgress::new))
    }

    /// The part of the screen that tells of one request.
    pub(super) fn shown(&self, label: &str) -> Shown {
        let calls = Arc::new(Mutex::new(BTreeMap::new()));
        Shown { screen: self.clone(), label: label.to_owned(), calls }
    }

    /// A line that stays. Ids and other words of vendors stand in it: none drives the terminal.
    pub(super) fn say(&self, line: &str) {
        let line = &clean(line);
        // Who closed the screen does not want to be told.
        let _closed = match &self.0 {
            Some(bars) => bars.println(line),
            None => writeln!(anstream::stderr(), "{line}"),
        };
    }
}

/// Tells of one request.
#[derive(Clone)]
pub(super) struct Shown {
    screen: Screen,
    label: String,
    calls: Arc<Mutex<BTreeMap<usize, Call>>>,
}

/// What was told of a call.
struct Call {
    bar: ProgressBar,
    status: Option<JobStatus>,
}

impl Shown {
    pub(super) fn tell(&self, event: Event) {
        match event {
            Event::Uploading { field, index, bytes } => {
                self.line(&format!("uploading {field}[{index}], {bytes} bytes"));
            }
            Event::Submitted(job) => self.line(&format!("{} accepted {}", job.offer, job.id)),
            Event::Status { call, status, progress } => self.status(call, status, progress),
            Event::PollFailed { message } => self.line(&format!("will ask again: {message}")),
            Event::Artifact { artifact, .. } => match &artifact.path {
                Some(path) => self.line(&format!("saved {}", path.display())),
                None => self.line("an output was made"),
            },
            Event::Fallback { from, to, reason } => {
                self.line(&format!("{from} gives way to {to}: {reason}"));
            }
            _ => {}
        }
    }

    fn line(&self, text: &str) {
        self.screen.say(&format!("{}: {text}", self.label));
    }

    /// A bar moves with every percent; a line is worth a change of the status only.
    fn status(&self, at: usize, status: JobStatus, progress: Option<u8>) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let call = calls.entry(at).or_insert_with(|| self.call(at));
        let changed = call.status.replace(status) != Some(status);
        if let Some(percent) = progress {
            call.bar.set_position(percent.into());
        }
        call.bar.set_message(status.to_string());
        if status.is_final() {
            call.bar.finish_and_clear();
        }
        if changed && self.screen.0.is_none() {
            let call = if at == 0 { String::new() } else { format!("call {}: ", at + 1) };
            self.line(&format!("{call}{status}"));
        }
    }

    fn call(&self, at: usize) -> Call {
        let bar = match &self.screen.0 {
            Some(bars) => bars.add(ProgressBar::new(100)),
            None => ProgressBar::hidden(),
        };
        // A template of ours that does not parse would only be plain.
        let style =
            ProgressStyle::with_template("{prefix:30!} [{bar:24}] {pos:>3}% {elapsed} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_prefix(if at == 0 {
            self.label.clone()
        } else {
            format!("{} {}", self.label, at + 1)
        });
        bar.enable_steady_tick(Duration::from_millis(250));
        Call { bar, status: None }
    }
}

/// Nothing of a bar stays behind, however the work ends.
impl Drop for Call {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
