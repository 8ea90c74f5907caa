//! One request at one hostile vendor: how it is sent, what its user sees, and who judges that.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use genmux::journal::{Journal, Journaled, MemoryStore};
use genmux::{
    Account, Catalog, Error, ErrorKind, Event, Files, HttpOptions, HttpTransport, Names, Outcome,
    Progress, Provider as _, Request, RunError, RunOptions, SaveTo, Vendor as Offered,
};
use genmux_tests::hurried::hurried;
use genmux_tests::stage::key;
use genmux_tests::subject::Subject;
use tempfile::TempDir;

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

/// What came of it.
pub(crate) struct Played {
    pub(crate) vendor: Vendor,
    pub(crate) ended: Result<Outcome, RunError>,
    pub(crate) events: Vec<Event>,
    folder: TempDir,
    subject: &'static Subject,
    refused: usize,
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

/// Most characters of any one text.
const MOST_TEXT: usize = 2_000;
/// Most bytes of all that is said, in JSON.
const MOST_JSON: usize = 100_000;

/// Whether a text drives a terminal, or makes a line read as another one.
pub(crate) fn is_unsafe(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2066}'..='\u{2069}');
    c.is_control() || turns
}

impl Played {
    pub(crate) fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    pub(crate) fn error(&self) -> &Error {
        self.ended.as_ref().unwrap_err().failed().unwrap()
    }

    /// Names of what was saved.
    pub(crate) fn files(&self) -> Vec<String> {
        names(&self.out())
    }

    /// What holds in every case.
    pub(crate) fn judge(&self) {
        let charges = self.vendor.charges();
        assert!(charges <= 1 + self.refused, "{charges} charges");
        for text in self.texts() {
            let len = text.chars().count();
            assert!(len <= MOST_TEXT, "{len} characters: {}…", &text[..200]);
            assert!(!text.contains(is_unsafe), "{text:?}");
        }
        let json = match &self.ended {
            Ok(outcome) => serde_json::to_string(outcome).unwrap(),
            Err(error) => serde_json::to_string(error.failed().unwrap()).unwrap(),
        };
        assert!(json.len() <= MOST_JSON, "{} bytes: {}", json.len(), &json[..2000]);
        assert_eq!(names(self.folder.path()), ["out"], "all in its folder");
        let parts = self.settled_files();
        assert!(parts.iter().all(|name| !name.contains(".part")), "{parts:?}");
        let saved = self.ended.as_ref().map_or(0, |outcome| outcome.artifacts.len());
        assert!(parts.len() <= saved.max(1), "{parts:?}");
    }

    /// Names of what was saved, once the disk is done: a file of which the end is not waited for
    /// goes when its last piece is written.
    fn settled_files(&self) -> Vec<String> {
        for _ in 0..100 {
            if self.files().iter().all(|name| !name.contains(".part")) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.files()
    }

    /// Every text that reaches a person.
    fn texts(&self) -> Vec<String> {
        let mut texts: Vec<String> = self.events.iter().filter_map(text).collect();
        match &self.ended {
            Ok(outcome) => texts.extend(said(outcome)),
            Err(error) => texts.push(error.to_string()),
        }
        texts
    }

    /// What the user sees, without what differs from run to run.
    pub(crate) fn seen(&self) -> String {
        let seen = match &self.ended {
            Ok(outcome) if outcome.failures.is_empty() => "a result".to_owned(),
            Ok(outcome) => format!("a result, and beside it {}", outcome.failures[0]),
            Err(error) => {
                let error = error.failed().unwrap();
                let before = self.events.iter().find_map(|event| match event {
                    Event::PollFailed { message } => Some(message),
                    _ => None,
                });
                let before = before.map(|it| format!(" (each time: {it})")).unwrap_or_default();
                format!("{}: {}{before}", error.kind, error.message)
            }
        };
        let ids = self.vendor.asked(Step::Submit).into_iter().filter_map(|asked| {
            let sent: serde_json::Value = serde_json::from_slice(&asked.body).ok()?;
            Some(sent[0]["taskUUID"].as_str()?.to_owned())
        });
        let seen = ids.fold(seen, |seen, id| seen.replace(&id, "JOB"));
        // The moments of certificates.
        let seen = seen.split(": verification time").next().unwrap_or_default().to_owned();
        let port = format!(":{}", self.vendor.port);
        let seen = seen.replace(&port, "").replace("job_1", "JOB");
        seen.replace(&format!(" {}", self.subject.name), " the vendor")
    }
}

fn text(event: &Event) -> Option<String> {
    match event {
        Event::PollFailed { message } | Event::Unwritten { message } => Some(message.clone()),
        _ => None,
    }
}

fn said(outcome: &Outcome) -> Vec<String> {
    let failures = outcome.failures.iter().map(ToString::to_string);
    let differences = outcome.differences.iter().map(|it| format!("{} {}", it.field, it.got));
    let artifacts = outcome.artifacts.iter().flat_map(|it| {
        let path = it.path.as_ref().map(|path| path.display().to_string());
        path.into_iter().chain(it.mime.clone())
    });
    failures.chain(differences).chain(artifacts).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

impl Played {
    /// Whether this vendor was played.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.subject.name == name
    }
}
