//! What a trial has for itself: a sandbox, clients for it, and a folder.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // A panic is a failed test.

use std::path::Path;
use std::sync::{Arc, Mutex};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use genmux::{
    Account, Body, Client, Credentials, Download, Event, Files, HttpTransport, Job, Progress,
    Provider, Reach, RunOptions, SaveTo, Settings, Transport, Vendor,
};
use genmux_sandbox::{Charge, Fault, Options, Provider as Played, Rule, Sandbox, Step};
use http::Request;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpSocket;

use crate::hurried::hurried;
use crate::subject::{Subject, Work};

/// What a trial has for itself.
pub struct Stage {
    /// The provider that it is about.
    pub subject: &'static Subject,
    /// The vendors.
    pub sandbox: Sandbox,
    folder: TempDir,
}

impl Stage {
    /// A stage for a provider, with a sandbox that was told something.
    pub async fn start(subject: &'static Subject, options: Options) -> Stage {
        let sandbox = Sandbox::start(options).await.unwrap();
        Stage { subject, sandbox, folder: tempfile::tempdir().unwrap() }
    }

    /// All three providers at the sandbox, with keys that work; nothing of the environment.
    pub fn settings(&self) -> Settings {
        let all = || Played::ALL.into_iter();
        let base_url = |it: Played| (it.name().to_owned(), self.sandbox.base_url(it));
        let key = |it: Played| (it.name().to_owned(), key(it.name(), "a-key"));
        Settings {
            environment: false,
            base_urls: all().map(base_url).collect(),
            credentials: all().map(key).collect(),
            ..Settings::default()
        }
    }

    /// A new client: connections and polling of its own.
    pub fn client(&self) -> Client {
        Client::new(self.settings()).unwrap()
    }

    /// A client whose key for the provider is another one.
    pub fn client_with_key(&self, text: &str) -> Client {
        let mut settings = self.settings();
        let name = self.subject.name;
        settings.credentials.insert(name.to_owned(), key(name, text));
        Client::new(settings).unwrap()
    }

    /// A client for which the provider is down.
    pub fn client_without_vendor(&self) -> Client {
        let mut settings = self.settings();
        settings.base_urls.insert(self.subject.name.to_owned(), nowhere());
        Client::new(settings).unwrap()
    }

    /// What is asked where it does not matter what, and who takes it.
    pub fn work(&self) -> &'static Work {
        self.subject.work()
    }

    /// What is asked where it does not matter what.
    pub fn request(&self) -> genmux::Request {
        self.work().request()
    }

    /// The offer that takes it, through a client of its own.
    pub fn provider(&self) -> Arc<dyn Provider> {
        self.client().provider(self.work().offer).unwrap()
    }

    /// The same offer, asked every few milliseconds.
    pub fn hurried(&self) -> Vendor {
        self.hurried_at(self.work().offer)
    }

    /// An offer of the provider, asked every few milliseconds.
    pub fn hurried_at(&self, offer: &str) -> Vendor {
        let url = self.sandbox.base_url(self.subject.sandbox);
        self.hurried_over(offer, Arc::new(HttpTransport::default()), &url)
    }

    /// An offer of the provider, asked every few milliseconds, over a line and at an address.
    pub fn hurried_over(&self, offer: &str, line: Arc<dyn Transport>, url: &str) -> Vendor {
        let name = self.subject.name;
        let account = Account::new(hurried(name), line, url, Some(key(name, "a-key")));
        let offer = self.client().catalog().offer(offer).unwrap();
        Vendor::new(offer, Arc::new(account.unwrap()), Arc::new(Files::None))
    }

    /// An empty folder that goes with the trial.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Options of a call that saves into the folder.
    pub fn saving(&self) -> RunOptions {
        let save = SaveTo { folder: self.folder().to_owned(), overwrite: false };
        RunOptions { save: Some(save), ..RunOptions::default() }
    }

    /// The first call of a step at the provider goes wrong.
    pub fn fault(&self, step: Step, fault: Fault) {
        self.sandbox.set_faults(vec![Rule::new(self.subject.sandbox, step, fault)]);
    }

    /// All calls of a step at the provider go wrong.
    pub fn fault_for_ever(&self, step: Step, fault: Fault) {
        let rule = Rule { times: 0, ..Rule::new(self.subject.sandbox, step, fault) };
        self.sandbox.set_faults(vec![rule]);
    }

    /// Nothing goes wrong any more.
    pub fn no_fault(&self) {
        self.sandbox.set_faults(Vec::new());
    }

    /// What was charged and not given back.
    pub fn owed(&self) -> Vec<Charge> {
        self.sandbox.ledger().into_iter().filter(|charge| !charge.refunded).collect()
    }

    /// So many jobs were charged, given back or not.
    #[track_caller]
    pub fn charged(&self, times: usize) {
        let ledger = self.sandbox.ledger();
        assert_eq!(ledger.len(), times, "{ledger:?}");
    }

    /// How often the vendors were called for a step.
    pub async fn calls(&self, step: &str) -> usize {
        let requests = self.look("requests").await;
        requests.iter().filter(|request| request["step"] == step).count()
    }

    /// Nothing at all was sent to a vendor.
    pub async fn untouched(&self) {
        let requests = self.look("requests").await;
        assert!(requests.is_empty(), "{requests:?}");
    }

    /// The rows of `/_sandbox/jobs`, `requests` or `charges`.
    pub async fn look(&self, what: &str) -> Vec<Value> {
        let url = format!("http://{}/_sandbox/{what}", self.sandbox.addr());
        let text = fetch(&url).await;
        let body: Value = serde_json::from_slice(&text).unwrap();
        body[what].as_array().unwrap().clone()
    }

    /// What the vendor answers to a GET with a key.
    pub async fn ask(&self, path: &str) -> Value {
        let url = match path.strip_prefix('/') {
            Some(path) => format!("{}/{path}", self.sandbox.base_url(self.subject.sandbox)),
            None => path.to_owned(),
        };
        let key = match self.subject.name {
            "scenario" => format!("Basic {}", BASE64_STANDARD.encode("a-key:a-secret")),
            _ => "Bearer a-key".to_owned(),
        };
        let request = Request::get(url).header("authorization", key).body(Body::default());
        let reply = HttpTransport::default().send(request.unwrap()).await.unwrap();
        let text = reply.into_body().collect(1 << 20).await.unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Submits what is asked where it does not matter what.
    pub async fn submitted(&self) -> Job {
        self.provider().submit(&self.request(), &RunOptions::default()).await.unwrap()
    }
}

/// Whatever stands behind a URL of the sandbox.
pub async fn fetch(url: &str) -> Vec<u8> {
    let from = Download::new(url, Reach::Loopback);
    genmux::fetch(&HttpTransport::default(), &from).await.unwrap().to_vec()
}

/// A key in the form that a provider takes.
pub fn key(provider: &str, text: &str) -> Credentials {
    match provider {
        "scenario" => Credentials::pair(text, "a-secret"),
        _ => Credentials::key(text),
    }
}

/// A base URL at which nobody listens.
pub fn nowhere() -> String {
    // Bound and not listened at: nobody else gets the port, as a sandbox beside might.
    let socket = Box::leak(Box::new(TcpSocket::new_v4().unwrap()));
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let port = socket.local_addr().unwrap().port();
    format!("http://127.0.0.1:{port}/v1")
}

/// Events, kept while they are told.
#[derive(Clone, Default)]
pub struct Told(Arc<Mutex<Vec<Event>>>);

impl Told {
    /// Options of a call that tells its events here.
    pub fn options(&self) -> RunOptions {
        let told = self.0.clone();
        let progress = Progress::new(move |event| told.lock().unwrap().push(event));
        RunOptions { progress: Some(progress), ..RunOptions::default() }
    }

    /// Everything that was told, in order.
    pub fn all(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }
}
