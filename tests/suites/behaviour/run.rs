//! Runs that go well: what comes back, what is told, what is paid.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use genmux::{
    Client, CostBasis, Event, JobStatus, Manifest, Outcome, Provider as _, RunOptions, Settings,
    Unit,
};
use genmux_sandbox::{Fault, Step};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::list::List;
use crate::stage::{Stage, Told, fetch, key};
use crate::subject::Work;

pub(crate) fn trials(list: &mut List) {
    for work in list.subject.works {
        let name = format!("run::{}_is_what_was_asked", work.kind);
        list.add(&name, |stage| what_was_asked(stage, work));
    }
    list.add("run::without_a_folder_artifacts_stay_at_the_vendor", stays_at_the_vendor);
    list.after_polls(4, "run::status_goes_only_forward", only_forward);
    list.add("run::events_begin_with_submitted_and_end_with_done", events);
    list.add("run::events_end_with_the_error", events_of_a_failure);
    list.add("run::the_manifest_goes_on_with_its_job", manifest);
    list.add("run::a_call_may_name_key_and_address", key_and_address_of_a_call);
    list.add("run::cost_is_told_as_far_as_the_vendor_says_it", cost);
    list.add("run::what_was_shown_is_what_is_sent", shown);
    list.add("run::a_client_outlives_its_runtime", outlives);
    list.add("run::many_at_once_are_paid_once_each", many_at_once);
    if list.subject.retired.is_some() {
        list.add("run::a_retired_offer_is_refused_unless_forced", retired);
    }
    if list.capability().cancel_after {
        list.add("run::headers_of_a_call_are_sent", headers);
    }
}

async fn what_was_asked(stage: Stage, work: &Work) {
    let provider = stage.client().provider(work.offer).unwrap();
    let outcome = provider.run(&work.request(), &stage.saving()).await.unwrap();
    let [artifact] = &outcome.artifacts[..] else { panic!("one artifact: {outcome:?}") };
    assert_eq!((artifact.width, artifact.height), (Some(work.size.0), Some(work.size.1)));
    assert_eq!((artifact.kind, artifact.mime.as_deref()), (work.kind, Some(work.mime)));
    let seconds = artifact.seconds.map(|it| it.as_float().round());
    assert_eq!(seconds, work.seconds.map(f64::from));
    let path = artifact.path.as_deref().unwrap();
    assert_eq!(path.parent().unwrap(), stage.folder());
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(artifact.bytes, Some(bytes.len() as u64));
    assert_eq!(artifact.sha256.as_deref(), Some(hex(&bytes).as_str()));
    assert!(bytes == fetch(&artifact.url).await, "the file is the one at the vendor");
    good(&stage, &outcome, work);
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Nothing failed, nothing differs, and it was paid once.
fn good(stage: &Stage, outcome: &Outcome, work: &Work) {
    assert_eq!((outcome.status, outcome.offer.as_str()), (JobStatus::Succeeded, work.offer));
    assert!(outcome.failures.is_empty() && outcome.shortfall.is_none(), "{outcome:?}");
    assert_eq!(outcome.differences, []);
    stage.charged(1);
    assert_eq!(stage.owed()[0].job, outcome.job);
}

async fn stays_at_the_vendor(stage: Stage) {
    let run = stage.provider();
    let outcome = run.run(&stage.request(), &RunOptions::default()).await.unwrap();
    let [artifact] = &outcome.artifacts[..] else { panic!("one artifact: {outcome:?}") };
    assert_eq!((artifact.path.as_deref(), artifact.sha256.as_deref()), (None, None));
    assert_eq!(artifact.kind, stage.work().kind);
    assert!(!fetch(&artifact.url).await.is_empty());
    good(&stage, &outcome, stage.work());
}

async fn only_forward(stage: Stage) {
    let told = Told::default();
    let options = told.options();
    stage.hurried().run(&stage.request(), &options).await.unwrap();
    let stages = statuses(&told.all());
    assert!(stages.is_sorted(), "{stages:?}");
    assert!(stages.contains(&rank(JobStatus::Running)), "{stages:?}");
    assert_eq!(stages.last(), Some(&rank(JobStatus::Succeeded)));
}

/// How far the job was, each time that it was told.
pub(crate) fn statuses(events: &[Event]) -> Vec<u8> {
    let status = |event: &Event| match event {
        Event::Status { status, .. } => Some(rank(*status)),
        _ => None,
    };
    events.iter().filter_map(status).collect()
}

fn rank(status: JobStatus) -> u8 {
    match status {
        JobStatus::Queued => 0,
        JobStatus::Running => 1,
        _ => 2,
    }
}

async fn events(stage: Stage) {
    let told = Told::default();
    let options = RunOptions { save: stage.saving().save, ..told.options() };
    let (provider, request) = (stage.provider(), stage.request());
    let events: Vec<_> = provider.events(&request, &options).collect().await;
    let events: Vec<Event> = events.into_iter().map(Result::unwrap).collect();
    let [Event::Submitting(known), Event::Submitted(job), ..] = &events[..] else {
        panic!("{events:?}")
    };
    let ours = genmux::adapter(stage.subject.name).unwrap().capability().dedupes_submits;
    assert_eq!(known.as_ref(), Some(job).filter(|_| ours), "ids of ours are known beforehand");
    let Some(Event::Done(outcome)) = events.last() else { panic!("{events:?}") };
    assert_eq!(job.id, outcome.job);
    let artifacts = events.iter().filter(|event| matches!(event, Event::Artifact { .. }));
    assert_eq!(artifacts.count(), 1);
    // The caller's own listener hears all but the end, which is the stream's.
    assert_eq!(told.all().len(), events.len() - 1);
    stage.charged(1);
}

async fn events_of_a_failure(stage: Stage) {
    let code = "taskFailed".to_owned();
    stage.fault(Step::Submit, Fault::FailJob { code, message: "no luck".to_owned() });
    let (provider, request) = (stage.provider(), stage.request());
    let events: Vec<_> = provider.events(&request, &RunOptions::default()).collect().await;
    assert!(matches!(&events[1], Ok(Event::Submitted(_))), "{events:?}");
    assert!(matches!(events.last(), Some(Err(_))), "{events:?}");
    assert_eq!(events.iter().filter(|event| event.is_err()).count(), 1);
}

async fn manifest(stage: Stage) {
    let (provider, request) = (stage.provider(), stage.request());
    let options = stage.saving();
    let preview = provider.translate(&request, &options).unwrap();
    let job = provider.submit(&request, &options).await.unwrap();
    let manifest = Manifest::new(&request, &preview, &job);
    let path = manifest.write(stage.folder(), false).unwrap();
    assert_eq!(path.file_name().unwrap().to_str(), Some(manifest.file_name().as_str()));
    manifest.write(stage.folder(), false).unwrap_err();

    let read = Manifest::read(&path).unwrap();
    let elsewhere = stage.client().provider_of(&read.job).unwrap();
    let outcome = elsewhere.wait(&read.job, &options).await.unwrap();
    let done = read.done(&outcome);
    done.write(stage.folder(), true).unwrap();
    let (read, done) = (Manifest::read(&path).unwrap(), serde_json::to_value(&done).unwrap());
    assert_eq!(serde_json::to_value(&read).unwrap(), done);
    assert_eq!((read.job, &read.offer), (job, &outcome.offer));
    assert_eq!(read.request, serde_json::to_value(&request).unwrap());
    assert_eq!(read.outcome["artifacts"].as_array().unwrap().len(), 1);
    stage.charged(1);
}

async fn key_and_address_of_a_call(stage: Stage) {
    let bare = Client::new(Settings { environment: false, ..Settings::default() }).unwrap();
    let options = RunOptions {
        credentials: Some(key(stage.subject.name, "a-key")),
        base_url: Some(stage.sandbox.base_url(stage.subject.sandbox)),
        ..RunOptions::default()
    };
    let provider = bare.provider(stage.work().offer).unwrap();
    provider.run(&stage.request(), &options).await.unwrap();
    stage.charged(1);
}

async fn cost(stage: Stage) {
    let mut request = stage.request();
    let tells = genmux::adapter(stage.subject.name).unwrap().capability().tells_cost;
    let outcome = stage.provider().run(&request, &RunOptions::default()).await.unwrap();
    let reported = outcome.cost.filter(|cost| cost.basis == CostBasis::Reported);
    assert_eq!(reported.is_some(), tells);
    let preview = stage.provider().translate(&request, &RunOptions::default()).unwrap();
    let reckoned = preview.expect.price.map(|price| price.most());
    assert_eq!(outcome.cost, reported.or(reckoned));
    request.delivery.include_cost = Some(true);
    let asked = stage.provider().run(&request, &RunOptions::default()).await;
    let unit = match stage.subject.name {
        "runware" => Unit::Usd,
        "scenario" => Unit::Cu,
        _ => return assert!(asked.is_err(), "it has no such field, and says so"),
    };
    let cost = asked.unwrap().cost.unwrap();
    assert_eq!((cost.unit, cost.basis), (unit, CostBasis::Reported));
    assert!(cost.amount.as_float() > 0.0);
}

async fn shown(stage: Stage) {
    let key = Some("order 4711".to_owned());
    let options = RunOptions { idempotency_key: key, ..RunOptions::default() };
    let (provider, request) = (stage.provider(), stage.request());
    let preview = provider.translate(&request, &options).unwrap();
    stage.untouched().await;
    let job = provider.submit(&request, &options).await.unwrap();
    let payload: Value = serde_json::from_str(preview.payload.get()).unwrap();
    assert_eq!(stage.look("jobs").await[0]["input"], payload);
    assert_eq!((preview.offer, preview.expect), (job.offer, job.expect));
}

/// An application that is not asynchronous may make a runtime for every call.
async fn outlives(stage: Stage) {
    let (provider, request) = (Arc::new(stage.hurried()), stage.request());
    for _ in 0..3 {
        let (provider, request) = (provider.clone(), request.clone());
        let call = move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().unwrap();
            runtime.block_on(provider.run(&request, &RunOptions::default()))
        };
        tokio::task::spawn_blocking(call).await.unwrap().unwrap();
    }
    stage.charged(3);
}

async fn many_at_once(stage: Stage) {
    let (provider, request, none) = (stage.hurried(), stage.request(), RunOptions::default());
    let runs = (0..20).map(|_| provider.run(&request, &none));
    let outcomes = join_all(runs).await.into_iter().map(Result::unwrap);
    let jobs: BTreeSet<_> = outcomes.map(|outcome| outcome.job).collect();
    assert_eq!(jobs.len(), 20);
    assert_eq!(jobs, stage.owed().into_iter().map(|charge| charge.job).collect());
}

async fn retired(stage: Stage) {
    let provider = stage.client().provider(stage.subject.retired.unwrap()).unwrap();
    let refused = provider.run(&stage.request(), &RunOptions::default()).await.unwrap_err();
    assert!(refused.to_string().contains("retired"), "{refused}");
    stage.untouched().await;
    let options = RunOptions { allow_outdated: true, ..RunOptions::default() };
    provider.run(&stage.request(), &options).await.unwrap();
    stage.charged(1);
}

async fn headers(stage: Stage) {
    let mut options = RunOptions::default();
    options.headers.insert("prefer", "wait=1".parse().unwrap());
    stage.provider().run(&stage.request(), &options).await.unwrap();
    let requests = stage.look("requests").await;
    let sent = requests.iter().filter(|request| request["headers"]["prefer"] == "wait=1");
    let steps: Vec<_> = sent.map(|request| &request["step"]).collect();
    assert_eq!(steps, ["submit"]);
    stage.charged(1);
}
