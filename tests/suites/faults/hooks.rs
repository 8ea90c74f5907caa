//! Webhooks that lie, come again, come early, late and in disorder: polling remains the truth.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use genmux::journal::State;
use genmux::webhook::{About, Delivery, Receiver, Settings};
use genmux::{Provider as _, RunOptions, adapter};
use genmux_sandbox::{Fault, Step};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;

use crate::rows::{Row, Rows};
use crate::scene::{KEY, Scene};

const SECRET: &[u8] = b"a secret that the vendor signs with";
const OTHER: &[u8] = b"a secret that somebody made up";
const NOW: u64 = 1_700_000_000;

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Rows::of("Webhooks");
    let sees = "it is refused; the result comes by polling";
    rows.add("forged", sees, |scene| async move { forged(&scene).await });
    let sees = "refused or known; nothing changes";
    rows.add("replayed after an hour", sees, |scene| async move { replayed(&scene).await });
    let sees = "the result, once the submission is written down";
    rows.add("before the vendor's answer", sees, |scene| async move { early(&scene).await });
    rows.add("long after the end", "nothing changes", |scene| async move {
        let app = App::of(&scene, SECRET);
        scene.run().await.unwrap();
        app.told(&scene, &job(&scene), Word::Failed).await;
        app.told(&scene, &job(&scene), Word::Done).await;
    });
    rows.add("twice, at two processes", "the same result", |scene| async move {
        let (one, other) = (App::of(&scene, SECRET), App::of(&scene, SECRET));
        let job = submitted(&scene).await;
        tokio::join!(one.told(&scene, &job, Word::Done), other.told(&scene, &job, Word::Done));
        assert!(!one.told(&scene, &job, Word::Done).await);
    });
    let sees = "the result; what comes too late is known to be";
    rows.add("out of order", sees, |scene| async move {
        let (app, job) = (App::of(&scene, SECRET), submitted(&scene).await);
        for word in [Word::Done, Word::Running, Word::Failed] {
            app.told(&scene, &job, word).await;
        }
    });
    rows.list
}

/// The vendor's id of the only job.
fn job(scene: &Scene) -> String {
    scene.stage.sandbox.ledger()[0].job.clone()
}

async fn submitted(scene: &Scene) -> String {
    let process = scene.process().await;
    process.submit(&scene.stage.request(), &scene.options()).await.unwrap().id
}

async fn forged(scene: &Scene) {
    scene.faulty(Step::Submit, 1, Fault::Slow { ms: 1500 });
    let (app, forger) = (App::of(scene, SECRET), App::of(scene, OTHER));
    let job = submitted(scene).await;
    assert!(!app.heeds(scene, &forger.delivery(&job, Word::Done)).await);
    assert_eq!(scene.state().await, Some(State::Submitted));
    scene.process().await.resume(KEY, &RunOptions::default()).await.unwrap();
}

async fn replayed(scene: &Scene) {
    let (app, job) = (App::of(scene, SECRET), submitted(scene).await);
    let delivery = app.delivery(&job, Word::Done);
    assert!(app.heeds(scene, &delivery).await);
    app.clock.store(NOW + 3600, Ordering::Relaxed);
    assert!(!app.heeds(scene, &delivery).await);
}

async fn early(scene: &Scene) {
    scene.faulty(Step::Submit, 1, Fault::DelayAfter { ms: 400 });
    let app = App::of(scene, SECRET);
    let told = async {
        while scene.stage.sandbox.ledger().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        app.told(scene, &job(scene), Word::Done).await;
    };
    let (ran, ()) = tokio::join!(scene.run(), told);
    ran.unwrap();
}

/// What a vendor says of a job.
#[derive(Clone, Copy)]
enum Word {
    Running,
    Done,
    Failed,
}

/// As it comes to a web server.
struct Letter {
    target: String,
    headers: HeaderMap,
    body: String,
}

/// An application that acts upon what it is told, and the vendor that tells it.
struct App {
    provider: &'static str,
    secret: &'static [u8],
    clock: Arc<AtomicU64>,
    receiver: Receiver,
}

impl App {
    fn of(scene: &Scene, secret: &'static [u8]) -> App {
        let (provider, clock) = (scene.stage.subject.name, Arc::new(AtomicU64::new(NOW)));
        let mut settings = Settings::new(vec![adapter(provider).unwrap()]);
        let whsec = format!("whsec_{}", BASE64_STANDARD.encode(secret));
        settings.signing_secrets.insert("replicate".to_owned(), vec![whsec.into()]);
        settings.url_secrets = vec![String::from_utf8(secret.to_vec()).unwrap().into()];
        let now = Arc::clone(&clock);
        settings.clock = Arc::new(move || now.load(Ordering::Relaxed));
        App { provider, secret, clock, receiver: Receiver::new(settings).unwrap() }
    }

    /// What the vendor sends, signed or to a URL of ours.
    fn delivery(&self, job: &str, word: Word) -> Letter {
        if self.provider == "replicate" {
            let (status, output) = match word {
                Word::Running => ("processing", "null"),
                Word::Done => ("succeeded", r#""https://a.b/c.mp4""#),
                Word::Failed => ("failed", "null"),
            };
            let body = format!(r#"{{"id":"{job}","status":"{status}","output":{output}}}"#);
            let headers = self.signed(&format!("m-{status}"), &body);
            return Letter { target: String::new(), headers, body };
        }
        let target = self.receiver.url("/hooks", self.provider, About::Key(KEY)).unwrap();
        let status = match word {
            Word::Running => "in-progress",
            Word::Done => "success",
            Word::Failed => "failure",
        };
        let body = match self.provider {
            "runware" => format!(r#"{{"taskUUID":"{job}","status":"{status}"}}"#),
            _ => format!(r#"{{"payload":{{"job":{{"jobId":"{job}","status":"{status}"}}}}}}"#),
        };
        Letter { target, headers: HeaderMap::new(), body }
    }

    fn signed(&self, id: &str, body: &str) -> HeaderMap {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret).unwrap();
        let mac = mac.chain_update(format!("{id}.{NOW}.")).chain_update(body);
        let code = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", id.parse().unwrap());
        headers.insert("webhook-timestamp", NOW.into());
        headers.insert("webhook-signature", format!("v1,{code}").parse().unwrap());
        headers
    }

    async fn told(&self, scene: &Scene, job: &str, word: Word) -> bool {
        self.heeds(scene, &self.delivery(job, word)).await
    }

    /// On news of a job that the journal has, the work is resumed; `false` where it was no news.
    async fn heeds(&self, scene: &Scene, letter: &Letter) -> bool {
        let delivery = Delivery {
            provider: Some(self.provider),
            ..Delivery::at(&letter.target, &letter.headers, letter.body.as_bytes())
        };
        let Ok(told) = self.receiver.receive(&delivery) else { return false };
        if told.is_news() {
            let process = scene.process().await;
            let known = process.journal().store().find_vendor_job(self.provider, &told.job).await;
            if let Some(record) = known.unwrap() {
                process.resume(&record.intent.key, &RunOptions::default()).await.unwrap();
            }
        }
        told.is_news()
    }
}
