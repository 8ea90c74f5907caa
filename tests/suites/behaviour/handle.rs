//! Handles: work outlives the call, the client and the process that began it.

use futures_util::StreamExt as _;
use genmux::{Cancel, ErrorKind, Event, Job, JobStatus, Progress, Provider as _, RunOptions};
use genmux_sandbox::{Fault, Step};
use tokio::sync::mpsc;

use crate::list::List;
use crate::stage::Stage;

pub(crate) fn trials(list: &mut List) {
    list.add("submit::the_handle_resumes_elsewhere", resumes_elsewhere);
    list.add("submit::a_dropped_run_leaves_its_job", dropped_run);
    list.add("submit::a_dropped_stream_leaves_its_job", dropped_stream);
    list.add("submit::the_handle_keeps_the_callers_notes", notes);
    list.add("submit::a_handle_is_not_sent_to_another_address", other_address);
    if list.capability().dedupes_submits {
        list.add("submit::the_same_key_is_the_same_job", same_key);
        list.add("submit::the_same_key_is_not_another_requests_job", same_key_other_request);
    }
    list.add("submit::two_runs_are_two_jobs", two_runs);
    list.add("submit::two_may_wait_for_one_job", two_waits);
    list.add("status::tells_how_far_a_job_is", how_far);
    list.add("status::does_not_know_a_strange_job", strange_job);
    match list.capability().cancel {
        Cancel::Stops => list.add("cancel::stops_the_job", stops),
        Cancel::None | Cancel::BestEffort => list.add("cancel::leaves_the_job", leaves),
    }
    list.add("cancel::of_a_job_that_is_done_changes_nothing", too_late);
}

fn none() -> RunOptions {
    RunOptions::default()
}

async fn resumes_elsewhere(stage: Stage) {
    let job = stage.submitted().await;
    let text = serde_json::to_string(&job).unwrap();
    assert!(!text.contains("paper boat") && !text.contains("a-key"), "{text}");
    let read: Job = serde_json::from_str(&text).unwrap();
    assert_eq!(read, job);
    let outcome = stage.client().provider_of(&read).unwrap().wait(&read, &none()).await.unwrap();
    assert_eq!((outcome.job, outcome.artifacts.len()), (job.id, 1));
    stage.charged(1);
}

async fn dropped_run(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 500 });
    let (sender, mut jobs) = mpsc::unbounded_channel();
    let progress = Progress::new(move |event| {
        if let Event::Submitted(job) = event {
            sender.send(*job).unwrap();
        }
    });
    let options = RunOptions { progress: Some(progress), ..none() };
    let (provider, request) = (stage.provider(), stage.request());
    let job = tokio::select! {
        outcome = provider.run(&request, &options) => panic!("too soon: {outcome:?}"),
        job = jobs.recv() => job.unwrap(),
    };
    let outcome = provider.wait(&job, &none()).await.unwrap();
    assert_eq!(outcome.artifacts.len(), 1);
    stage.charged(1);
}

async fn dropped_stream(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 500 });
    let (provider, request, none) = (stage.provider(), stage.request(), none());
    let mut events = provider.events(&request, &none);
    assert!(matches!(events.next().await, Some(Ok(Event::Submitting(_)))));
    let Some(Ok(Event::Submitted(job))) = events.next().await else { panic!("no handle") };
    drop(events);
    assert_eq!(provider.wait(&job, &none).await.unwrap().artifacts.len(), 1);
    stage.charged(1);
}

async fn notes(stage: Stage) {
    let mut options = none();
    options.tags.insert("order".to_owned(), "4711".to_owned());
    let job = stage.provider().submit(&stage.request(), &options).await.unwrap();
    assert_eq!(job.tags, options.tags);
    assert_eq!((job.provider(), job.kind), (stage.subject.name, stage.work().kind));
}

async fn other_address(stage: Stage) {
    let mut job = stage.submitted().await;
    "http://127.0.0.1:1/v1?key=canary".clone_into(&mut job.base_url);
    let provider = stage.provider();
    let refused = provider.wait(&job, &none()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Invalid);
    assert!(!refused.message.contains("canary"), "{refused}");
    assert_eq!(provider.status(&job, &none()).await.unwrap_err().kind, ErrorKind::Invalid);
    assert_eq!(provider.cancel(&job, &none()).await.unwrap_err().kind, ErrorKind::Invalid);
    assert_eq!(stage.calls("poll").await, 0);
}

async fn same_key(stage: Stage) {
    let options = RunOptions { idempotency_key: Some("order 4711".to_owned()), ..none() };
    let mut request = stage.request();
    request.count = Some(5);
    let first = stage.provider().submit(&request, &options).await.unwrap();
    let again = stage.provider().run(&request, &options).await.unwrap();
    assert_eq!((again.job, again.artifacts.len()), (first.id, 5));
    stage.charged(2);
}

/// An error, or a job of its own: never a picture of something else.
async fn same_key_other_request(stage: Stage) {
    let options = RunOptions { idempotency_key: Some("order 4711".to_owned()), ..none() };
    let first = stage.provider().submit(&stage.request(), &options).await.unwrap();
    let mut other = stage.request();
    other.prompt = Some("a submarine".to_owned());
    if let Ok(second) = stage.provider().submit(&other, &options).await {
        assert_ne!(second.id, first.id, "the job of another request");
    }
}

async fn two_runs(stage: Stage) {
    let (first, second) = (stage.submitted().await, stage.submitted().await);
    assert_ne!(first.id, second.id);
    stage.charged(2);
}

async fn two_waits(stage: Stage) {
    let job = stage.submitted().await;
    let (one, other, none) = (stage.provider(), stage.hurried(), none());
    let (first, second) = tokio::join!(one.wait(&job, &none), other.wait(&job, &none));
    assert_eq!(first.unwrap().artifacts[0].kind, second.unwrap().artifacts[0].kind);
    stage.charged(1);
}

async fn how_far(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 60_000 });
    let (slow, quick) = (stage.submitted().await, stage.submitted().await);
    let provider = stage.provider();
    let snapshot = provider.status(&slow, &none()).await.unwrap();
    assert!(!snapshot.status.is_final(), "{snapshot:?}");
    assert_eq!(snapshot.calls[0].as_ref().unwrap().artifacts, 0);
    provider.wait(&quick, &none()).await.unwrap();
    let snapshot = provider.status(&quick, &none()).await.unwrap();
    assert_eq!(snapshot.status, JobStatus::Succeeded);
    assert_eq!(snapshot.calls[0].as_ref().unwrap().artifacts, 1);
}

async fn strange_job(stage: Stage) {
    let job = stage.submitted().await;
    let strange = serde_json::to_string(&job).unwrap().replace(&job.id, "job_nobody_knows");
    let strange: Job = serde_json::from_str(&strange).unwrap();
    let snapshot = stage.provider().status(&strange, &none()).await.unwrap();
    assert_eq!((snapshot.status, snapshot.calls), (JobStatus::Queued, vec![None]));
}

async fn stops(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 60_000 });
    let job = stage.submitted().await;
    let provider = stage.provider();
    assert!(provider.cancel(&job, &none()).await.unwrap());
    assert_eq!(stage.look("jobs").await[0]["stage"], "canceled");
    let error = provider.wait(&job, &none()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Canceled);
    assert_eq!(error.outcome.as_ref().unwrap().status, JobStatus::Canceled);
    assert!(error.may_have_been_charged(), "what ran is paid: {error:?}");
    stage.charged(1);
}

async fn leaves(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 1000 });
    let job = stage.submitted().await;
    let provider = stage.provider();
    assert!(!provider.cancel(&job, &none()).await.unwrap());
    let outcome = provider.wait(&job, &none()).await.unwrap();
    assert_eq!(outcome.artifacts.len(), 1);
    assert_eq!(stage.owed().len(), 1);
}

async fn too_late(stage: Stage) {
    let job = stage.submitted().await;
    let provider = stage.provider();
    provider.wait(&job, &none()).await.unwrap();
    assert!(!provider.cancel(&job, &none()).await.unwrap());
    assert_eq!(stage.hurried().wait(&job, &none()).await.unwrap().artifacts.len(), 1);
}
