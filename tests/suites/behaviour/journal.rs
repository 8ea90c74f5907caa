//! Work that is written down: one key, one job, one charge, whatever happens in between.

use std::sync::Arc;
use std::time::Duration;

use genmux::journal::{Filter, JobStore as _, Journal, Journaled, MemoryStore, Record, State};
use genmux::{ErrorKind, Provider as _, RunError, RunOptions, Vendor};
use genmux_sandbox::{Fault, Step};

use crate::list::List;
use crate::stage::Stage;

pub(crate) fn trials(list: &mut List) {
    list.add("journal::one_key_is_one_job", one_key);
    list.add("journal::one_key_for_two_requests_is_an_error", two_requests);
    list.add("journal::one_key_at_once_is_one_job", at_once);
    if list.capability().dedupes_submits {
        list.add("journal::one_key_in_two_journals_is_one_job", two_journals);
    }
    list.add("journal::a_refused_submission_answers_the_same_again", refused);
    list.add("journal::what_cannot_be_sent_is_not_written_down", not_ready);
    list.add("journal::a_process_that_stops_while_it_waits_is_followed", stopped_waiting);
    list.add("journal::a_finished_job_is_not_asked_for_again", finished);
    list.add("journal::work_that_was_never_sent_is_sent_on_demand", never_sent);
    for (name, fault) in [
        ("reset", Fault::ResetAfter),
        ("truncated", Fault::Truncate),
        ("html", Fault::Html),
        ("empty", Fault::Empty),
        ("no_id", Fault::NoId),
    ] {
        let name = format!("journal::accepted_and_lost_by_{name}_is_found");
        list.add(&name, move |stage| accepted_and_lost(stage, fault));
    }
    list.add("journal::one_key_in_two_tasks_is_one_job", two_tasks);
    list.add("journal::a_chain_goes_on_where_its_key_was_begun", chain_is_pinned);
}

/// What two processes share: the journal's file, and nothing else.
#[derive(Default)]
pub(crate) struct Shared(pub(crate) Arc<MemoryStore>);

impl Shared {
    /// The provider's offer in a process of its own, which is not heard of for as long as a lease.
    pub(crate) fn process(&self, stage: &Stage) -> Journaled<Vendor> {
        let journal = Journal::with_lease(self.0.clone(), Duration::from_millis(600));
        Journaled::new(stage.hurried(), journal, "an account")
    }

    pub(crate) async fn only(&self) -> Record {
        let mut records = self.0.list(Filter::default()).await.unwrap();
        assert_eq!(records.len(), 1, "{records:?}");
        records.remove(0)
    }
}

pub(crate) fn keyed() -> RunOptions {
    RunOptions { idempotency_key: Some("a-key".to_owned()), ..RunOptions::default() }
}

async fn one_key(stage: Stage) {
    let shared = Shared::default();
    let first = shared.process(&stage).run(&stage.request(), &keyed()).await.unwrap();
    let again = shared.process(&stage).run(&stage.request(), &keyed()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(stage.calls("submit").await, 1);
    assert_eq!(shared.only().await.state, State::Succeeded);
    stage.charged(1);
}

async fn two_requests(stage: Stage) {
    let shared = Shared::default();
    shared.process(&stage).submit(&stage.request(), &keyed()).await.unwrap();
    let mut other = stage.request();
    other.prompt = Some("another boat".to_owned());
    let failed = shared.process(&stage).submit(&other, &keyed()).await.unwrap_err();
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::Invalid, "{failed}");
    assert!(failed.to_string().contains("was used for another request"), "{failed}");
    stage.charged(1);
}

async fn at_once(stage: Stage) {
    stage.fault(Step::Submit, Fault::DelayAfter { ms: 400 });
    let shared = Shared::default();
    let (one, other) = (shared.process(&stage), shared.process(&stage));
    let (request, options) = (stage.request(), keyed());
    let (one, other) = tokio::join!(one.run(&request, &options), other.run(&request, &options));
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(stage.calls("submit").await, 1);
    stage.charged(1);
}

/// Task ids are made of the key: the vendor takes each once, whoever sends it.
async fn two_journals(stage: Stage) {
    let (one, other) = (Shared::default(), Shared::default());
    let first = one.process(&stage).run(&stage.request(), &keyed()).await.unwrap();
    let again = other.process(&stage).run(&stage.request(), &keyed()).await.unwrap();
    assert_eq!(first.job, again.job);
    assert_eq!(other.only().await.state, State::Succeeded);
    stage.charged(1);
}

async fn refused(stage: Stage) {
    let refusal = &stage.subject.refusal;
    let body = Some(refusal.body.to_owned());
    stage.fault(Step::Submit, Fault::Status { status: refusal.status, body });
    let shared = Shared::default();
    let first = shared.process(&stage).run(&stage.request(), &keyed()).await.unwrap_err();
    let again = shared.process(&stage).run(&stage.request(), &keyed()).await.unwrap_err();
    let kind = |failed: &RunError| failed.failed().unwrap().kind;
    assert_eq!(kind(&first), kind(&again));
    assert_eq!(stage.calls("submit").await, 1);
    assert_eq!(shared.only().await.state, State::Failed);
    stage.charged(0);
}

async fn not_ready(stage: Stage) {
    let shared = Shared::default();
    let options = RunOptions { deadline: Some(Duration::ZERO), ..keyed() };
    shared.process(&stage).run(&stage.request(), &options).await.unwrap_err();
    shared.process(&stage).run(&stage.request(), &keyed()).await.unwrap();
    stage.charged(1);
}

async fn stopped_waiting(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 700 });
    let shared = Shared::default();
    let (process, request) = (shared.process(&stage), stage.request());
    let options = RunOptions { save: stage.saving().save, ..keyed() };
    let run = process.run(&request, &options);
    assert!(tokio::time::timeout(Duration::from_millis(300), run).await.is_err());
    let key = shared.only().await.intent.key;
    let outcome = shared.process(&stage).resume(&key, &RunOptions::default()).await.unwrap();
    assert!(outcome.artifacts.iter().all(|it| it.path.as_ref().unwrap().exists()));
    assert_eq!(shared.only().await.state, State::Succeeded);
    stage.charged(1);
}

async fn finished(stage: Stage) {
    let shared = Shared::default();
    let outcome = shared.process(&stage).run(&stage.request(), &keyed()).await.unwrap();
    let asked = stage.look("requests").await.len();
    let key = shared.only().await.intent.key;
    let again = shared.process(&stage).resume(&key, &RunOptions::default()).await.unwrap();
    assert_eq!(outcome, again);
    assert_eq!(stage.look("requests").await.len(), asked);
}

async fn never_sent(stage: Stage) {
    stage.fault(Step::Submit, Fault::ResetBefore);
    let shared = Shared::default();
    // An intent, and then nothing: the process ended before it sent anything.
    let intent = {
        let other = Shared::default();
        let _ambiguous = other.process(&stage).submit(&stage.request(), &keyed()).await;
        other.only().await.intent
    };
    stage.no_fault();
    let charged = stage.sandbox.ledger().len();
    shared.0.insert(intent.clone(), None).await.unwrap();
    let process = shared.process(&stage);
    let outcome = process.resume(&intent.key, &RunOptions::default()).await.unwrap();
    assert!(!outcome.artifacts.is_empty());
    let dedupes = genmux::adapter(stage.subject.name).unwrap().capability().dedupes_submits;
    stage.charged(if dedupes { charged } else { charged + 1 });
}

async fn accepted_and_lost(stage: Stage, fault: Fault) {
    stage.fault(Step::Submit, fault);
    let shared = Shared::default();
    let outcome = shared.process(&stage).run(&stage.request(), &keyed()).await.unwrap();
    assert!(!outcome.artifacts.is_empty());
    assert_eq!(shared.only().await.state, State::Succeeded);
    stage.charged(1);
}

/// As by a double click: both wait for the same.
async fn two_tasks(stage: Stage) {
    stage.fault(Step::Submit, Fault::DelayAfter { ms: 300 });
    let shared = Shared::default();
    let process = shared.process(&stage);
    let (request, options) = (stage.request(), keyed());
    let (one, other) =
        tokio::join!(process.run(&request, &options), process.run(&request, &options));
    assert_eq!(one.unwrap(), other.unwrap());
    assert_eq!(stage.calls("submit").await, 1);
    stage.charged(1);
}

/// The first vendor was down when the key was used; it is up when the same is asked for again.
async fn chain_is_pinned(stage: Stage) {
    let shared = Shared::default();
    let journal = || Some(Journal::new(shared.0.clone()));
    let offers = [stage.work().offer, stage.subject.other().work().offer];
    let request = genmux::Request::from_json(br#"{"prompt": "a paper boat"}"#).unwrap();
    let mut settings = stage.settings();
    settings.journal = journal();
    settings.credentials.remove(stage.subject.name);
    let without_key = genmux::Client::new(settings).unwrap();
    let first = without_key.chain(&offers).unwrap().run(&request, &keyed()).await.unwrap();
    let with_key = genmux::Settings { journal: journal(), ..stage.settings() };
    let with_key = genmux::Client::new(with_key).unwrap();
    let again = with_key.chain(&offers).unwrap().run(&request, &keyed()).await.unwrap();
    assert_eq!(first, again);
    stage.charged(1);
}
