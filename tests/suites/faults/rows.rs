//! The rows of the table: a fault, what the user sees, and how it is played.

use std::pin::Pin;
use std::rc::Rc;

use genmux_sandbox::{Fault, Options, Pace, Step};

use crate::scene::Scene;

type Played = Pin<Box<dyn Future<Output = ()>>>;

/// One fault.
pub(crate) struct Row {
    pub(crate) group: &'static str,
    pub(crate) fault: &'static str,
    /// What the user sees of it, in one line.
    pub(crate) sees: &'static str,
    /// How many polls a job takes; without it a moment.
    polls: Option<u32>,
    play: Box<dyn Fn(Rc<Scene>) -> Played + Send + Sync>,
}

impl Row {
    pub(crate) fn options(&self) -> Options {
        let pace = self.polls.map_or(Options::default().pace, Pace::Polls);
        Options { pace, ..Options::default() }
    }

    pub(crate) async fn play(&self, scene: Rc<Scene>) {
        (self.play)(scene).await;
    }

    /// The name of its trials.
    pub(crate) fn name(&self) -> String {
        self.fault.replace(|it: char| !it.is_alphanumeric(), "_").to_lowercase()
    }
}

/// The rows of a group.
pub(crate) struct Rows {
    group: &'static str,
    pub(crate) list: Vec<Row>,
}

impl Rows {
    pub(crate) fn of(group: &'static str) -> Rows {
        Rows { group, list: Vec::new() }
    }

    pub(crate) fn add<T, F>(&mut self, fault: &'static str, sees: &'static str, play: T)
    where
        T: Fn(Rc<Scene>) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + 'static,
    {
        let play = Box::new(move |scene| Box::pin(play(scene)) as Played);
        self.list.push(Row { group: self.group, fault, sees, polls: None, play });
    }

    /// A run while some calls of a step go wrong; 0 is all of them.
    pub(crate) fn fault(
        &mut self,
        (fault, sees): (&'static str, &'static str),
        step: Step,
        times: u32,
        what: Fault,
    ) {
        self.add(fault, sees, move |scene| {
            scene.faulty(step, times, what.clone());
            async move {
                // Judged by the ledger and the journal, whatever it says.
                let _ended = scene.run().await;
            }
        });
    }

    /// The jobs of the last row are done after so many polls.
    pub(crate) fn after_polls(&mut self, polls: u32) {
        if let Some(row) = self.list.last_mut() {
            row.polls = Some(polls);
        }
    }
}
