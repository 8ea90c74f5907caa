//! Runs of all vendors while everything listens: that succeed, that fail, that are lost.

use std::sync::Arc;

use genmux::journal::{Journal, SqliteOptions, SqliteStore};
use genmux::{Client, Credentials, Request, RunError, Settings};
use genmux_sandbox::{Fault, Options, Rule, Step};
use genmux_tests::stage::Stage;
use genmux_tests::subject::{SUBJECTS, Subject};

use crate::heard::{heard, listen};
use crate::{HOOK, KEY, PROMPT, SECRET, silent};

#[test]
fn nothing_that_is_marked_is_traced_by_any_crate() {
    listen();
    for subject in &SUBJECTS {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(play(subject));
    }
    let heard = heard();
    silent("what is traced", &heard.text);
    // Controls: our own spans are there, and what others say is.
    for subject in &SUBJECTS {
        assert!(heard.text.contains(subject.name), "{}", subject.name);
    }
    let ours = |target: &String| target.starts_with("genmux");
    assert!(heard.targets.iter().any(ours), "{:?}", heard.targets);
    assert!(heard.targets.iter().any(|target| !ours(target)), "{:?}", heard.targets);
}

/// A client of marked keys, and a journal on disk.
pub(crate) async fn client(stage: &Stage) -> Client {
    let store = SqliteStore::open(stage.folder().join("journal.db"), SqliteOptions::default());
    let journal = Some(Journal::new(Arc::new(store.await.unwrap())));
    let mut settings = Settings { journal, ..stage.settings() };
    for (name, credentials) in &mut settings.credentials {
        *credentials = match name.as_str() {
            "scenario" => Credentials::pair(KEY, SECRET),
            _ => Credentials::key(KEY),
        };
    }
    Client::new(settings).unwrap()
}

pub(crate) fn request(stage: &Stage) -> Request {
    let mut request = stage.request();
    request.prompt = Some(PROMPT.to_owned());
    if stage.subject.name != "scenario" {
        request.delivery.webhook_url = Some(HOOK.to_owned());
    }
    request
}

/// All that a vendor knows of a call.
pub(crate) fn echo(provider: &str) -> String {
    let known = if provider == "scenario" { SECRET } else { HOOK };
    let said = format!("{KEY} {PROMPT} {known}");
    serde_json::json!({ "detail": said, "reason": said,
        "errors": [{ "code": said, "message": said, "parameter": said }] })
    .to_string()
}

async fn play(subject: &'static Subject) {
    let status = |status| Fault::Status { status, body: Some(echo(subject.name)) };
    let rule = |step, fault| Rule { times: 2, ..Rule::new(subject.sandbox, step, fault) };
    let elsewhere = Fault::Redirect { to: format!("http://127.0.0.1:1/{KEY}?t={KEY}") };
    let plans = [
        (Vec::new(), true),
        (vec![rule(Step::Poll, status(500)), rule(Step::Download, status(503))], true),
        (vec![rule(Step::Download, elsewhere)], true),
        (vec![rule(Step::Submit, status(401))], false),
        (
            vec![rule(
                Step::Submit,
                Fault::FailJob { code: echo(subject.name), message: echo(subject.name) },
            )],
            false,
        ),
    ];
    for (rules, succeeds) in plans {
        let stage = Stage::start(subject, Options::default()).await;
        stage.sandbox.set_faults(rules);
        let provider = client(&stage).await.provider(stage.work().offer).unwrap();
        let ended = provider.run(&request(&stage), &stage.saving()).await;
        assert_eq!(ended.is_ok(), succeeds, "{}: {ended:?}", subject.name);
        if let Err(RunError::Failed(error)) = &ended {
            silent("an error", &format!("{error} {error:?} {}", causes(error)));
        }
    }
}

/// The words of everything below an error.
pub(crate) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(|error| format!("{error} {error:?} {error:#?}")).collect::<Vec<_>>().join(" ")
}
