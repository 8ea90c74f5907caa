//! One request at one hostile vendor: how it is sent, what its user sees, and who judges that.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use genmux::journal::{Journal, Journaled, MemoryStore};
use genmux::{
    Account, Catalog, Error, ErrorKind, Event, Files, HttpOptions, HttpTransport, Names, Progress,
    Provider as _, Request, RunOptions, SaveTo, Vendor as Offered,
};
use genmux_tests::hurried::hurried;
use genmux_tests::stage::key;
use genmux_tests::subject::Subject;
use tempfile::TempDir;

use crate::played::Played;
use crate::vendor::{Answer, Asked, Role, Step, Vendor, Wrap};

/// How long is waited for what.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// Without a byte.
    pub(crate) idle: Duration,
    /// For a whole reply.
    pub(crate) reply: Duration,
    /// For everything.
    pub(crate) deadline: Duration,
}

/// Longer than any trial takes.
pub(crate) const LONG: Patience = Patience {
    idle: Duration::from_secs(100),
    reply: Duration::from_secs(100),
    deadline: Duration::from_secs(200),
};

/// As for people: seconds in place of minutes.
pub(crate) const SHORT: Patience = Patience {
    idle: Duration::from_secs(2),
    reply: Duration::from_secs(3),
    deadline: Duration::from_secs(8),
};

/// What a trial has for itself.
pub(crate) struct Scene {
    pub(crate) subject: &'static Subject,
    pub(crate) role: Role,
    pub(crate) patience: Patience,
    pub(crate) names: Option<Arc<dyn Names>>,
    /// Scheme and host of the vendor.
    pub(crate) host: &'static str,
    pub(crate) request: Request,
    /// Whether the work is written down.
    pub(crate) journaled: bool,
    /// Whether it is enough that a poll fails: it would be asked again until the deadline.
    polls: bool,
    /// Submissions that the vendor refuses for certain.
    pub(crate) refused: usize,
    wrong: Vec<(Step, Box<Answer>)>,
    wrap: Box<Wrap>,
    folder: TempDir,
}

impl Scene {
    pub(crate) fn new(subject: &'static Subject) -> Scene {
        Scene {
            subject,
            role: Role::of(subject.name),
            patience: LONG,
            names: None,
            host: "http://127.0.0.1",
            request: subject.work().request(),
            journaled: false,
            polls: false,
            refused: 0,
            wrong: Vec::new(),
            wrap: Vendor::plain(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// At one step the vendor sends what it likes.
    pub(crate) fn wrong(
        mut self,
        step: Step,
        answer: impl Fn(&Asked, &mut dyn Write) -> io::Result<()> + Send + Sync + 'static,
    ) -> Scene {
        self.wrong.push((step, Box::new(answer)));
        self
    }

    /// At one step the vendor sends these bytes.
    pub(crate) fn sends(self, step: Step, bytes: impl Into<Vec<u8>>) -> Scene {
        let bytes = bytes.into();
        self.wrong(step, move |_, out| out.write_all(&bytes))
    }

    /// Says at which step the vendor goes wrong: what is wrong with a poll stays so.
    pub(crate) fn at(mut self, step: Step) -> Scene {
        self.polls = step == Step::Poll;
        self
    }

    /// Lines of another kind.
    pub(crate) fn over(mut self, wrap: Box<Wrap>) -> Scene {
        self.wrap = wrap;
        self
    }

    pub(crate) fn patient(mut self, patience: Patience) -> Scene {
        self.patience = patience;
        self
    }

    pub(crate) async fn play(self) -> Played {
        let vendor = Vendor::start(self.role, self.wrong, self.wrap);
        let mut options = HttpOptions::default();
        options.idle_timeout = self.patience.idle;
        options.names = self.names;
        let url = format!("{}:{}", self.host, vendor.port);
        let name = self.subject.name;
        let line = Arc::new(HttpTransport::new(options));
        let account = Account::new(hurried(name), line, &url, Some(key(name, "a-key")));
        let account = account.unwrap().reply_within(self.patience.reply);
        let plain = self.request.references.images.is_empty();
        let work = if plain { self.subject.work() } else { &self.subject.reference };
        let offer = Catalog::embedded().offer(work.offer).unwrap();
        let offered = Offered::new(offer, Arc::new(account), Arc::new(Files::None));
        let told = Arc::new(Mutex::new(Vec::new()));
        let events = Arc::clone(&told);
        let Patience { deadline, .. } = if self.polls { LONG } else { self.patience };
        let options = RunOptions {
            idempotency_key: Some("a-key".to_owned()),
            deadline: Some(deadline),
            save: Some(SaveTo { folder: self.folder.path().join("out"), overwrite: false }),
            progress: Some(Progress::new(move |event| events.lock().unwrap().push(event))),
            ..RunOptions::default()
        };
        let run = async {
            if !self.journaled {
                return offered.run(&self.request, &options).await;
            }
            let journal = Journal::with_lease(Arc::new(MemoryStore::default()), LONG.deadline);
            Journaled::new(offered, journal, "an account").run(&self.request, &options).await
        };
        let ended = tokio::select! {
            ended = run => ended,
            again = poll_fails(&told), if self.polls => Err(again.into()),
        };
        let events = told.lock().unwrap().clone();
        let (folder, subject, refused) = (self.folder, self.subject, self.refused);
        Played { vendor, ended, events, folder, subject, refused }
    }

    /// Plays, judges, and says what the user sees.
    pub(crate) async fn seen(self) -> String {
        let played = self.play().await;
        played.judge();
        played.seen()
    }
}

/// Waits until a poll has failed, and says what comes after that.
async fn poll_fails(told: &Mutex<Vec<Event>>) -> Error {
    let failed = |event: &Event| matches!(event, Event::PollFailed { .. });
    while !told.lock().unwrap().iter().any(failed) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Error::new(ErrorKind::Timeout, "the job is asked about again until the deadline")
}
