//! The trials of one provider.

use std::time::Duration;

use genmux::Capability;
use genmux_sandbox::{Options, Pace};
use libtest_mimic::Trial;

use crate::stage::Stage;
use crate::subject::Subject;

/// No trial takes nearly so long, unless it hangs.
const LONGEST: Duration = Duration::from_mins(2);

/// The trials of one provider.
pub(crate) struct List {
    pub(crate) subject: &'static Subject,
    pub(crate) trials: Vec<Trial>,
}

impl List {
    pub(crate) fn of(subject: &'static Subject) -> List {
        List { subject, trials: Vec::new() }
    }

    /// What the provider can do, by which trials are gated.
    pub(crate) fn capability(&self) -> &'static Capability {
        genmux::adapter(self.subject.name).unwrap().capability()
    }

    /// Adds a trial whose jobs are done after a moment.
    pub(crate) fn add<T, F>(&mut self, name: &str, trial: T)
    where
        T: FnOnce(Stage) -> F + Send + 'static,
        F: Future<Output = ()>,
    {
        self.with(name, Options::default(), trial);
    }

    /// Adds a trial whose jobs are done after so many polls.
    pub(crate) fn after_polls<T, F>(&mut self, polls: u32, name: &str, trial: T)
    where
        T: FnOnce(Stage) -> F + Send + 'static,
        F: Future<Output = ()>,
    {
        self.with(name, Options { pace: Pace::Polls(polls), ..Options::default() }, trial);
    }

    /// Adds a trial with a sandbox that is told something.
    pub(crate) fn with<T, F>(&mut self, name: &str, options: Options, trial: T)
    where
        T: FnOnce(Stage) -> F + Send + 'static,
        F: Future<Output = ()>,
    {
        let subject = self.subject;
        let run = move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build()?.block_on(async {
                let whole = async { trial(Stage::start(subject, options).await).await };
                let ended = tokio::time::timeout(LONGEST, whole).await;
                ended.map_err(|_elapsed| "the trial hangs".into())
            })
        };
        self.trials.push(Trial::test(format!("{}::{name}", subject.name), run));
    }
}
