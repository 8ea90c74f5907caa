//! `Debug` of everything public that holds a key, a prompt or an address.

use std::collections::BTreeMap;

use genmux::webhook::{self, About, Delivery, Receiver};
use genmux::{
    Catalog, Credentials, Manifest, Policy, Progress, Provider as _, Recognizer, Request,
    RunOptions, Unsaid, adapter, context,
};
use genmux_sandbox::{Fault, Options, Step};
use genmux_tests::stage::{Stage, Told};
use genmux_tests::subject::{SUBJECTS, Subject};
use http::{HeaderMap, HeaderValue};
use serde_json::json;

use crate::traced::{causes, client, echo, request};
use crate::{HOOK, HOOK_SECRET, KEY, PROMPT, SECRET, silent};

fn check(what: &str, shown: &dyn std::fmt::Debug) {
    silent(what, &format!("{shown:?} {shown:#?}"));
}

fn run<F: Future<Output = ()>>(play: impl Fn(&'static Subject) -> F) {
    for subject in &SUBJECTS {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(play(subject));
    }
}

#[test]
fn what_is_run_shows_no_mark() {
    run(|subject| async move {
        let stage = Stage::start(subject, Options::default()).await;
        let (client, request) = (client(&stage).await, request(&stage));
        check("Client", &client);
        check("Account", &client.account(subject.name).unwrap());
        let provider = client.provider(stage.work().offer).unwrap();
        check("dyn Provider", &provider);
        check("Fallback", &client.chain(&[stage.work().offer]).unwrap());
        let told = Told::default();
        let options = RunOptions { save: stage.saving().save, ..told.options() };
        let preview = provider.translate(&request, &options).unwrap();
        check("Preview", &preview);
        let job = provider.submit(&request, &options).await.unwrap();
        check("Job", &job);
        let outcome = provider.wait(&job, &options).await.unwrap();
        check("Outcome", &outcome);
        check("Snapshot", &provider.status(&job, &options).await);
        let manifest = Manifest::new(&request, &preview, &job).done(&outcome);
        assert!(serde_json::to_string(&manifest).unwrap().contains(PROMPT), "a control");
        check("Manifest", &manifest);
        check("Event", &told.all());
        let journal = client.journal().unwrap();
        check("Journal", journal);
        let records = journal.store().list(genmux::journal::Filter::default()).await.unwrap();
        assert!(serde_json::to_string(&records).unwrap().contains(PROMPT), "a control");
        check("Record", &records);
        check("Intent", &records[0].intent);
    });
}

#[test]
fn what_fails_shows_no_mark() {
    run(|subject| async move {
        let stage = Stage::start(subject, Options::default()).await;
        let (client, request) = (client(&stage).await, request(&stage));
        let body = Some(echo(subject.name));
        stage.fault_for_ever(Step::Submit, Fault::Status { status: 400, body });
        let vendor = client.vendor(stage.work().offer).unwrap();
        let error = vendor.submit(&request, &RunOptions::default()).await.unwrap_err();
        check("RunError", &error);
        silent("its causes", &causes(&error));
        let shown = serde_json::to_string(error.failed().unwrap()).unwrap();
        assert!(shown.contains("[…]"), "the vendor was heard: {shown}");
        silent("its JSON", &shown);
    });
}

#[test]
fn what_is_translated_and_lifted_shows_no_mark() {
    let request = json!({ "prompt": PROMPT, "size": "1024x1024",
        "delivery": { "webhook_url": HOOK }, "provider_options": { "runware": { "outputType": "URL" } } });
    let request: Request = serde_json::from_value(request).unwrap();
    let (catalog, context) = (Catalog::embedded(), context(&request));
    check("Request", &request);
    let offer = catalog.offer("runware/seedream-4.0").unwrap();
    let translation = offer.translate(&request, &Policy::default(), &context).unwrap();
    check("Translation", &translation);
    check("Row", &translation.ledger());
    let http = genmux::http(&offer, &translation.payload(0)).unwrap();
    check("HttpRequest", &http);
    let body: serde_json::Value = serde_json::from_slice(http.body.as_bytes().unwrap()).unwrap();
    assert!(body.to_string().contains(PROMPT), "a control");
    let recognizer = Recognizer::new(&catalog);
    let read = recognizer.recognize(&body, &genmux::Hints::default()).unwrap();
    check("Recognized", &read);
    check("Unsaid", &Unsaid::of(&request));
}

#[test]
fn what_is_told_and_set_shows_no_mark() {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static(KEY));
    let options = RunOptions {
        headers: headers.clone(),
        credentials: Some(Credentials::pair(KEY, SECRET)),
        progress: Some(Progress::new(|_| ())),
        ..RunOptions::default()
    };
    check("RunOptions", &options);
    let settings = genmux::Settings {
        credentials: BTreeMap::from([("runware".to_owned(), Credentials::key(KEY))]),
        ..genmux::Settings::default()
    };
    check("Settings", &settings);
}

#[test]
fn webhooks_show_no_mark() {
    let adapters = SUBJECTS.iter().map(|subject| adapter(subject.name).unwrap()).collect();
    let mut settings = webhook::Settings::new(adapters);
    settings.signing_secrets.insert("replicate".to_owned(), vec![HOOK_SECRET.into()]);
    settings.url_secrets = vec![SECRET.into()];
    check("webhook::Settings", &settings);
    let receiver = Receiver::new(settings).unwrap();
    check("Receiver", &receiver);
    let url = receiver.url(HOOK, "runware", About::Key("order")).unwrap();
    silent("the token", url.rsplit('.').next().unwrap());
    let headers = HeaderMap::new();
    let body = json!({ "id": "j", "status": PROMPT, "error": "failed" }).to_string();
    for delivery in [
        Delivery::at(&url, &headers, body.as_bytes()),
        Delivery::from("replicate", &headers, body.as_bytes()),
        Delivery::at(HOOK, &headers, PROMPT.as_bytes()),
    ] {
        check("Delivery", &delivery);
        let told = receiver.receive(&delivery);
        check("Received", &told);
        silent("its words", &told.map_or_else(|error| error.to_string(), |_| "told".to_owned()));
    }
}
