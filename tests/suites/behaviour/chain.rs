//! Offers in a chain: the next one serves only where the last one certainly cost nothing.

use std::sync::Arc;
use std::time::Duration;

use genmux::{
    Client, ErrorKind, Event, Fallback, Outcome, Provider, Request, RunError, RunOptions,
};
use genmux_sandbox::{Fault, Rule, Step};

use crate::list::List;
use crate::stage::{Stage, Told};
use crate::subject::SUBJECTS;

pub(crate) fn trials(list: &mut List) {
    list.add("fallback::a_vendor_that_is_down_is_followed", down);
    list.add("fallback::a_chain_that_is_down_is_an_error", all_down);
    list.add("fallback::a_rejected_request_is_followed", rejected);
    list.add("fallback::a_refused_key_is_followed", refused_key);
    list.add("fallback::a_lost_submission_is_not_followed", lost);
    list.add("fallback::a_failed_job_is_followed_if_it_is_free", failed_job);
    list.add("fallback::a_passed_deadline_is_not_followed", deadline);
    list.add("fallback::a_passed_deadline_pays_for_no_other_job", too_late);
    list.add("fallback::a_chain_of_no_known_offer_is_refused", of_none);
    list.add("fallback::a_handle_goes_to_the_offer_that_serves_it", handle);
    if list.subject.moderation.is_some() {
        list.add("fallback::a_content_check_is_followed_only_on_request", content_check);
    }
}

/// What every offer takes, as a picture or as a clip.
fn boat() -> Request {
    Request::from_json(br#"{"prompt": "a paper boat"}"#).unwrap()
}

/// The provider's offer, then another provider's.
fn chain(stage: &Stage, client: &Client) -> Fallback {
    client.chain(&[stage.work().offer, stage.subject.other().work().offer]).unwrap()
}

/// Only the second offer was paid, once, and it was told.
async fn followed(stage: &Stage, chain: &Fallback, request: &Request) -> Outcome {
    let told = Told::default();
    let options = told.options();
    let outcome = chain.run(request, &options).await.unwrap();
    let second = stage.subject.other().work().offer;
    assert_eq!(outcome.offer, second);
    let charges = stage.owed();
    let providers: Vec<_> = charges.iter().map(|charge| charge.provider).collect();
    assert_eq!(providers, [stage.subject.other().name]);
    let told = told.all();
    let tells = |event: &&Event| matches!(event, Event::Fallback { .. });
    let Some(Event::Fallback { from, to, reason }) = told.iter().find(tells) else {
        panic!("{told:?}")
    };
    assert_eq!((from.as_str(), to.as_str()), (stage.work().offer, second));
    assert!(!reason.is_empty());
    outcome
}

/// The first offer's error, and the second one was not asked.
async fn not_followed(stage: &Stage, chain: &Fallback) -> RunError {
    let failed = chain.run(&boat(), &RunOptions::default()).await.unwrap_err();
    let requests = stage.look("requests").await;
    let asked = requests.iter().filter(|it| it["provider"] == stage.subject.other().name).count();
    assert_eq!(asked, 0);
    failed
}

async fn down(stage: Stage) {
    followed(&stage, &chain(&stage, &stage.client_without_vendor()), &boat()).await;
    stage.charged(1);
}

async fn all_down(stage: Stage) {
    let mut settings = stage.settings();
    for subject in &SUBJECTS {
        settings.base_urls.insert(subject.name.to_owned(), crate::stage::nowhere());
    }
    let chain = chain(&stage, &Client::new(settings).unwrap());
    let failed = chain.run(&boat(), &RunOptions::default()).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::Transport);
    assert_eq!(error.offer.as_deref(), Some(stage.subject.other().work().offer));
    stage.untouched().await;
}

/// A request of the other kind, which the first offer does not make.
async fn rejected(stage: Stage) {
    let mut request = boat();
    request.kind = Some(stage.subject.other().work().kind);
    if request.kind == Some(stage.work().kind) {
        // Both make pictures; only the second one knows sequences.
        request.sequential_count = Some(2);
    }
    followed(&stage, &chain(&stage, &stage.client()), &request).await;
    stage.charged(1);
}

async fn refused_key(stage: Stage) {
    followed(&stage, &chain(&stage, &stage.client_with_key("invalid-key")), &boat()).await;
}

async fn lost(stage: Stage) {
    stage.fault_for_ever(Step::Submit, Fault::ResetAfter);
    let failed = not_followed(&stage, &chain(&stage, &stage.client())).await;
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::Ambiguous);
    assert!(failed.may_have_been_charged());
    stage.charged(1);
}

async fn failed_job(stage: Stage) {
    let (code, message) = ("taskFailed".to_owned(), "no luck today".to_owned());
    stage.fault(Step::Submit, Fault::FailJob { code, message });
    let chain = chain(&stage, &stage.client());
    // Only one vendor says that a failed job costs nothing.
    if stage.subject.name == "scenario" {
        followed(&stage, &chain, &boat()).await;
        return stage.charged(2);
    }
    let failed = not_followed(&stage, &chain).await;
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::ProviderFailed);
    stage.charged(1);
}

async fn deadline(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 60_000 });
    let deadline = Some(Duration::from_millis(300));
    let options = RunOptions { deadline, ..RunOptions::default() };
    let chain = chain(&stage, &stage.client());
    let failed = chain.run(&boat(), &options).await.unwrap_err();
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::Timeout);
    assert!(failed.failed().unwrap().job.is_some());
    stage.charged(1);
}

/// The first offer takes its time to refuse: nobody would wait for what the second one makes.
async fn too_late(stage: Stage) {
    let first = |fault| Rule::new(stage.subject.sandbox, Step::Submit, fault);
    let refused = Fault::Status { status: 404, body: None };
    stage.sandbox.set_faults(vec![first(Fault::Delay { ms: 600 }), first(refused)]);
    let deadline = Some(Duration::from_millis(300));
    let options = RunOptions { deadline, ..RunOptions::default() };
    let failed = chain(&stage, &stage.client()).run(&boat(), &options).await.unwrap_err();
    assert!(!failed.may_have_been_charged(), "{failed:?}");
    stage.charged(0);
}

async fn of_none(stage: Stage) {
    let client = stage.client();
    let refused = |offers: &[&str]| client.chain(offers).unwrap_err().kind;
    assert_eq!(refused(&[]), ErrorKind::Invalid);
    assert_eq!(refused(&[stage.work().offer, "acme/no-such"]), ErrorKind::NotFound);
    let mut settings = stage.settings();
    settings.base_urls.insert(stage.subject.name.to_owned(), "no-url".to_owned());
    let refused = Client::new(settings).unwrap().provider(stage.work().offer).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
}

async fn handle(stage: Stage) {
    let without = chain(&stage, &stage.client_without_vendor());
    let job = without.submit(&boat(), &RunOptions::default()).await.unwrap();
    let second = stage.subject.other().work().offer;
    assert_eq!(job.offer, second);
    let whole = chain(&stage, &stage.client());
    assert!(whole.offers().iter().any(|offer| offer == second));
    whole.status(&job, &RunOptions::default()).await.unwrap();
    let outcome = whole.wait(&job, &RunOptions::default()).await.unwrap();
    assert_eq!(outcome.offer, second);
    let first = stage.client().provider(stage.work().offer).unwrap();
    let alone = Fallback::new(first, Vec::<Arc<dyn Provider>>::new());
    let failed = alone.wait(&job, &RunOptions::default()).await.unwrap_err();
    assert_eq!(failed.kind, ErrorKind::Invalid);
    stage.charged(1);
}

async fn content_check(stage: Stage) {
    let (status, body) = stage.subject.moderation.unwrap();
    let fault = Fault::Status { status, body: Some(body.to_owned()) };
    stage.fault_for_ever(Step::Submit, fault);
    let chain = chain(&stage, &stage.client());
    let failed = not_followed(&stage, &chain).await;
    assert!(matches!(failed.failed().unwrap().kind, ErrorKind::Moderation(_)), "{failed}");
    stage.charged(0);
    followed(&stage, &chain.after_moderation(), &boat()).await;
}
