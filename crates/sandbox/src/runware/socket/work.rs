//! Carries out what frames ask.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;

use super::{Out, Outbox};
use crate::clock::rfc3339;
use crate::faults::{Effect, Fault};
use crate::keys::Refused;
use crate::provider::{Provider, Step};
use crate::runware::error::{Refusal, full, key_refusal, of_status};
use crate::runware::submit::Accepted;
use crate::runware::{Answer, one, poll, step, step_of};
use crate::state::App;

/// The side of a connection that knows who asks.
pub(super) struct Worker {
    app: App,
    outbox: Outbox,
    /// Key and session, once there are any.
    login: Option<(String, String)>,
}

/// Where the answers of one frame go, and what goes wrong with them.
#[derive(Clone)]
struct Way {
    app: App,
    outbox: Outbox,
    session: Option<String>,
    faults: Arc<[Fault]>,
}

impl Worker {
    pub(super) fn new(app: App, outbox: Outbox) -> Self {
        Self { app, outbox, login: None }
    }

    /// Frame by frame, until the connection is over and all is done.
    pub(super) async fn run(mut self, mut frames: UnboundedReceiver<String>) {
        while let Some(text) = frames.recv().await {
            self.frame(&text).await;
        }
    }

    async fn frame(&mut self, text: &str) {
        let step = step(text.as_bytes());
        self.note(step);
        let Ok(Value::Array(tasks)) = serde_json::from_str(text) else {
            let refusal = Refusal::new("invalidRequestBody", "a frame must be an array of tasks");
            return self.way(Vec::new()).refuse(&Value::Null, &refusal).await;
        };
        // SDKs ping by the clock: a fault that hit a ping would hit at random.
        let pings = tasks.iter().all(|task| task["taskType"] == "ping");
        let faults = if pings { Vec::new() } else { self.app.faults.take(Provider::Runware, step) };
        for fault in &faults {
            if self.instead(fault, &tasks).await {
                return;
            }
        }
        self.tasks(tasks, faults).await;
    }

    fn note(&self, step: Step) {
        self.app.note(json!({
            "at": rfc3339(self.app.clock.now()), "provider": Provider::Runware, "step": step,
            "method": "FRAME", "path": "/runware/v1", "headers": {},
        }));
    }

    /// Faults that come before a frame is looked at; `true` if nothing is left of it.
    async fn instead(&self, fault: &Fault, tasks: &[Value]) -> bool {
        let refusal = match fault {
            Fault::Delay { ms } => {
                sleep(Duration::from_millis(*ms)).await;
                return false;
            }
            Fault::ResetBefore => {
                self.way(Vec::new()).out(Out::Reset);
                return true;
            }
            Fault::Status { body: Some(body), .. } => {
                self.way(Vec::new()).send(body.clone()).await;
                return true;
            }
            Fault::Status { status, body: None } => of_status(*status),
            Fault::Throttle { seconds, body, .. } => full(body.then_some(*seconds)),
            _ => return false,
        };
        for task in tasks {
            self.way(Vec::new()).refuse(task, &refusal).await;
        }
        true
    }

    async fn tasks(&mut self, tasks: Vec<Value>, faults: Vec<Fault>) {
        let (effect, mut way) = (Effect::of(&faults), self.way(faults));
        for task in tasks {
            if task["taskType"] == "authentication" {
                self.login(&task).await;
                way.session = self.session();
            } else if let Err(refused) = self.admit(&task) {
                way.refuse(&task, &key_refusal(refused)).await;
            } else {
                way.answer(task, &effect).await;
            }
        }
    }

    /// The reply is no part of what faults after the call change: it opens the session that
    /// would keep it.
    async fn login(&mut self, task: &Value) {
        let key = task["apiKey"].as_str().unwrap_or_default();
        if let Err(refused) = self.app.admit(Some(key), false) {
            return self.way(Vec::new()).refuse(task, &key_refusal(refused)).await;
        }
        let reply = |known: Option<&str>| {
            let id = known.map_or_else(|| self.app.ids.uuid(), str::to_owned);
            let item = json!({"taskType": "authentication", "connectionSessionUUID": id});
            (id, json!({"data": [item]}).to_string())
        };
        let asked = task["connectionSessionUUID"].as_str();
        let session = self.app.runware.attach(asked, key, self.outbox.clone(), reply);
        self.login = Some((key.to_owned(), session));
    }

    /// Pings are answered to anybody.
    fn admit(&self, task: &Value) -> Result<(), Refused> {
        let kind = task["taskType"].as_str().unwrap_or_default();
        if kind == "ping" {
            return Ok(());
        }
        let key = self.login.as_ref().map(|(key, _)| key.as_str());
        self.app.admit(key, step_of(kind) == Step::Submit)
    }

    fn session(&self) -> Option<String> {
        self.login.as_ref().map(|(_, session)| session.clone())
    }

    fn way(&self, faults: Vec<Fault>) -> Way {
        let (app, outbox) = (self.app.clone(), self.outbox.clone());
        Way { app, outbox, session: self.session(), faults: faults.into() }
    }
}

impl Way {
    /// Answers at once, or when a synchronous task is done; the next frame does not wait for it.
    async fn answer(&self, task: Value, effect: &Effect) {
        match one(&self.app, &task, effect, false).await {
            Accepted::Now(answer) => self.push(answer).await,
            Accepted::Later(id) => {
                let way = self.clone();
                tokio::spawn(async move {
                    let answer = poll::deliver(&way.app, &id).await;
                    way.results(&task, answer).await;
                });
            }
        }
    }

    /// A frame for each independent result; the pictures of one sequence come together.
    async fn results(&self, task: &Value, answer: Answer) {
        let asked = task["numberResults"].as_u64().and_then(|it| usize::try_from(it).ok());
        let each = answer.data.len().div_ceil(asked.unwrap_or(1).max(1)).max(1);
        for data in answer.data.chunks(each) {
            self.push(Answer { data: data.to_vec(), ..Answer::default() }).await;
        }
        if !answer.errors.is_empty() {
            self.push(Answer { data: Vec::new(), ..answer }).await;
        }
    }

    async fn refuse(&self, task: &Value, refusal: &Refusal) {
        self.push(Answer::refused(task, std::slice::from_ref(refusal))).await;
    }

    /// Data and errors in frames of their own: official SDKs lose the data beside errors.
    async fn push(&self, answer: Answer) {
        let Answer { data, errors, .. } = answer;
        if !data.is_empty() || errors.is_empty() {
            self.send(json!({"data": data}).to_string()).await;
        }
        if !errors.is_empty() {
            self.send(json!({"errors": errors}).to_string()).await;
        }
    }

    async fn send(&self, mut text: String) {
        for fault in &*self.faults {
            match fault {
                Fault::DelayAfter { ms } => sleep(Duration::from_millis(*ms)).await,
                Fault::ResetAfter => return self.lose(text),
                Fault::Truncate => return self.cut(&text),
                Fault::Html => "<html><body>Bad gateway</body></html>".clone_into(&mut text),
                Fault::Empty => text.clear(),
                Fault::NoId => "{}".clone_into(&mut text),
                Fault::Replace { from, to } => text = text.replace(from, to),
                _ => (),
            }
        }
        match &self.session {
            Some(session) => self.app.runware.push(session, text),
            None => self.out(Out::Frame { session: None, text }),
        }
    }

    /// Breaks the connection before the frame is out.
    fn lose(&self, text: String) {
        self.app.runware.keep(self.session.clone(), text);
        self.out(Out::Reset);
    }

    /// Half the frame, and the end.
    fn cut(&self, text: &str) {
        let half = text.chars().take(text.chars().count() / 2).collect();
        self.out(Out::Frame { session: None, text: half });
        self.out(Out::Close);
    }

    fn out(&self, out: Out) {
        // A connection that is over needs nothing any more.
        let _over = self.outbox.send(out);
    }
}
