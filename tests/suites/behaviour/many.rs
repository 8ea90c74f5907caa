//! Many jobs that wait together: each ends as it would alone.

use std::collections::BTreeMap;
use std::slice;
use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use genmux::journal::JobStore as _;
use genmux::{ErrorKind, Event, Job, JobStatus, Progress, Provider, RunOptions, Waited};
use genmux_sandbox::{Fault, Rule, Step};
use tokio::sync::mpsc;

use crate::journal::Shared;
use crate::list::List;
use crate::stage::Stage;

pub(crate) fn trials(list: &mut List) {
    list.add("many::each_ends_as_it_would_alone", each);
    list.add("many::none_is_the_end_at_once", none_at_all);
    list.add("many::calls_of_one_handle_end_as_one", several_calls);
    list.add("many::one_that_fails_leaves_the_others", one_fails);
    list.add("many::a_deadline_gives_handles_that_resume", deadline);
    list.add("many::one_that_is_done_does_not_wait_for_the_others", not_held_up);
    list.add("many::a_dropped_stream_asks_no_more", dropped);
    list.add("many::they_come_while_others_wait", come_later);
    list.add("many::polls_that_fail_are_survived", survives);
    list.add("many::polls_that_are_refused_end_them_all", refused);
    list.add("many::what_belongs_elsewhere_is_given_back", elsewhere);
    list.add("many::no_folder_is_told_for_each", no_folder);
    list.add("many::with_a_journal_their_ends_are_written_down", journaled);
    if list.subject.sequence.is_some() && list.capability().results_trickle {
        list.add("many::results_may_trickle", trickle);
    }
    if list.capability().lends_assets {
        list.add("many::outputs_that_cannot_be_looked_up_are_asked_for_again", look_up);
    }
    if list.capability().jobs_per_poll > 1 {
        list.add("many::they_are_asked_about_at_once", at_once);
    }
}

pub(crate) fn none() -> RunOptions {
    RunOptions::default()
}

fn within(millis: u64) -> RunOptions {
    RunOptions { deadline: Some(Duration::from_millis(millis)), ..none() }
}

pub(crate) fn of(jobs: &[Job]) -> BoxStream<'static, Job> {
    stream::iter(jobs.to_vec()).boxed()
}

async fn submitted(provider: &dyn Provider, stage: &Stage, jobs: usize) -> Vec<Job> {
    let mut handles = Vec::new();
    for _ in 0..jobs {
        handles.push(provider.submit(&stage.request(), &none()).await.unwrap());
    }
    handles
}

/// How each of some jobs ended, by their ids.
pub(crate) async fn ends(ended: BoxStream<'_, Waited>) -> BTreeMap<String, Waited> {
    ended.map(|one| (one.job.id.clone(), one)).collect().await
}

/// All jobs ended, each with one artifact of its own, and were charged once.
async fn all_end(provider: &dyn Provider, stage: &Stage, jobs: &[Job]) {
    let ended = ends(provider.wait_many(of(jobs), &none())).await;
    assert_eq!(ended.len(), jobs.len());
    for job in jobs {
        let Waited { job: came, result } = &ended[&job.id];
        let outcome = result.as_ref().unwrap();
        assert_eq!((came, &outcome.job), (job, &job.id));
        assert_eq!((outcome.artifacts.len(), outcome.failures.len()), (1, 0));
    }
    stage.charged(jobs.len());
}

/// Progress is not told: nobody could say of which job.
async fn each(stage: Stage) {
    let provider = stage.hurried();
    let jobs = submitted(&provider, &stage, 7).await;
    let told = Progress::new(|event: Event| panic!("{event:?}"));
    let options = RunOptions { progress: Some(told), ..stage.saving() };
    let ended = ends(provider.wait_many(of(&jobs), &options)).await;
    assert!(jobs.iter().all(|job| ended[&job.id].job == *job), "{ended:?}");
    for (id, Waited { result, .. }) in ended {
        let outcome = result.unwrap();
        let path = outcome.artifacts[0].path.as_ref().unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(path.is_file() && name.starts_with(&format!("{id}-0.")), "{name}");
    }
    stage.charged(7);
}

async fn none_at_all(stage: Stage) {
    let provider = stage.hurried();
    assert!(provider.wait_many(stream::empty().boxed(), &none()).next().await.is_none());
    stage.untouched().await;
}

async fn several_calls(stage: Stage) {
    let provider = stage.hurried();
    let mut request = stage.request();
    request.count = Some(stage.subject.many);
    let several = provider.submit(&request, &none()).await.unwrap();
    let alone = provider.submit(&stage.request(), &none()).await.unwrap();
    let ended = ends(provider.wait_many(of(&[several.clone(), alone.clone()]), &none())).await;
    let results = |job: &Job| ended[&job.id].result.as_ref().unwrap().artifacts.len() as u64;
    assert_eq!((results(&several), results(&alone)), (stage.subject.many, 1));
    assert_eq!(ended[&several.id].job, several);
}

async fn one_fails(stage: Stage) {
    let (code, message) = ("taskFailed".to_owned(), "no luck today".to_owned());
    stage.fault(Step::Submit, Fault::FailJob { code, message });
    let provider = stage.hurried();
    let jobs = submitted(&provider, &stage, 4).await;
    let ended = ends(provider.wait_many(of(&jobs), &none())).await;
    let failed = ended[&jobs[0].id].result.as_ref().unwrap_err();
    assert_eq!(failed.kind, ErrorKind::ProviderFailed);
    assert_eq!(failed.outcome.as_ref().unwrap().status, JobStatus::Failed);
    assert_eq!(
        (failed.job.as_ref(), failed.offer.as_ref()),
        (Some(&jobs[0]), Some(&jobs[0].offer))
    );
    assert!(jobs[1..].iter().all(|job| ended[&job.id].result.is_ok()));
    assert_eq!(stage.owed().len(), 3);
}

async fn deadline(stage: Stage) {
    let rule = Rule::new(stage.subject.sandbox, Step::Submit, Fault::Slow { ms: 1500 });
    stage.sandbox.set_faults(vec![Rule { times: 0, ..rule }]);
    let provider = stage.hurried();
    let jobs = submitted(&provider, &stage, 3).await;
    let ended = ends(provider.wait_many(of(&jobs), &within(100))).await;
    for job in &jobs {
        let late = ended[&job.id].result.as_ref().unwrap_err();
        assert_eq!((late.kind, late.job.as_ref()), (ErrorKind::Timeout, Some(job)));
        assert!(late.may_have_been_charged() && late.is_retryable());
        assert!(late.message.starts_with("not all done after 0.1 s"), "{late}");
    }
    all_end(&provider, &stage, &jobs).await;
}

async fn not_held_up(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 60_000 });
    let provider = stage.hurried();
    let jobs = submitted(&provider, &stage, 2).await;
    let first = provider.wait_many(of(&jobs), &none()).next().await.unwrap();
    assert_eq!(first.job, jobs[1]);
    assert_eq!(first.result.unwrap().artifacts.len(), 1);
}

async fn dropped(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 60_000 });
    let provider = stage.hurried();
    let jobs = submitted(&provider, &stage, 2).await;
    let mut ended = provider.wait_many(of(&jobs), &none());
    assert_eq!(ended.next().await.unwrap().job, jobs[1]);
    drop(ended);
    // One poll may have been on its way.
    let polls = stage.calls("poll").await + 1;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(stage.calls("poll").await <= polls);
}

async fn come_later(stage: Stage) {
    let provider = stage.hurried();
    let (sender, jobs) = mpsc::unbounded_channel();
    let jobs = stream::unfold(jobs, |mut jobs| async { Some((jobs.recv().await?, jobs)) });
    let mut ended = provider.wait_many(jobs.boxed(), &none());
    for _ in 0..3 {
        let job = provider.submit(&stage.request(), &none()).await.unwrap();
        sender.send(job.clone()).unwrap();
        assert_eq!(ended.next().await.unwrap().job, job);
    }
    drop(sender);
    assert!(ended.next().await.is_none());
}

async fn survives(stage: Stage) {
    let provider = stage.hurried();
    let jobs = submitted(&provider, &stage, 3).await;
    let faults = [Fault::ResetAfter, Fault::Html, Fault::Status { status: 500, body: None }];
    let rule = |(nth, fault)| Rule { nth, ..Rule::new(stage.subject.sandbox, Step::Poll, fault) };
    stage.sandbox.set_faults((1..).zip(faults).map(rule).collect());
    all_end(&provider, &stage, &jobs).await;
}

async fn refused(stage: Stage) {
    let provider = stage.hurried();
    let jobs = submitted(&provider, &stage, 2).await;
    stage.fault_for_ever(Step::Poll, Fault::Status { status: 401, body: None });
    let ended = ends(provider.wait_many(of(&jobs), &none())).await;
    for job in &jobs {
        let error = ended[&job.id].result.as_ref().unwrap_err();
        assert_eq!((error.kind, error.job.as_ref()), (ErrorKind::Auth, Some(job)));
        assert!(error.may_have_been_charged(), "the job goes on: {error:?}");
    }
    stage.no_fault();
    all_end(&provider, &stage, &jobs).await;
}

async fn elsewhere(stage: Stage) {
    let provider = stage.hurried();
    let mut jobs = submitted(&provider, &stage, 2).await;
    "strange".clone_into(&mut jobs[0].id);
    "http://127.0.0.1:1/v1?key=canary".clone_into(&mut jobs[0].base_url);
    let ended = ends(provider.wait_many(of(&jobs), &none())).await;
    let error = ended["strange"].result.as_ref().unwrap_err();
    assert_eq!((error.kind, error.job.as_ref()), (ErrorKind::Invalid, Some(&jobs[0])));
    assert!(!error.message.contains("canary"), "{error}");
    assert!(ended[&jobs[1].id].result.is_ok());
}

async fn no_folder(stage: Stage) {
    let provider = stage.hurried();
    let jobs = submitted(&provider, &stage, 2).await;
    let mut options = stage.saving();
    let taken = stage.folder().join("taken");
    std::fs::write(&taken, "").unwrap();
    options.save.as_mut().unwrap().folder = taken;
    let ended = ends(provider.wait_many(of(&jobs), &options)).await;
    for job in &jobs {
        let error = ended[&job.id].result.as_ref().unwrap_err();
        assert_eq!((error.kind, error.job.as_ref()), (ErrorKind::Invalid, Some(job)));
    }
    assert_eq!(stage.calls("poll").await, 0);
}

/// The first job goes on: it is late, and its record stays open.
async fn journaled(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 60_000 });
    let (shared, options) = (Shared::default(), stage.saving());
    let jobs = submitted(&shared.process(&stage), &stage, 3).await;
    let late = ends(shared.process(&stage).wait_many(of(&jobs[..1]), &within(100))).await;
    assert_eq!(late[&jobs[0].id].result.as_ref().unwrap_err().kind, ErrorKind::Timeout);
    let process = shared.process(&stage);
    let ended = ends(process.wait_many(of(&jobs), &options).take(2).boxed()).await;
    for (at, job) in jobs.iter().enumerate() {
        let found = shared.0.find_vendor_job(job.provider(), &job.id).await.unwrap();
        assert_eq!(found.unwrap().state.is_final(), at > 0);
        assert_eq!(ended.contains_key(&job.id), at > 0);
    }
    for one in ended.values() {
        let outcome = one.result.as_ref().unwrap();
        assert!(outcome.artifacts[0].path.as_ref().unwrap().is_file());
    }
    let again = ends(shared.process(&stage).wait_many(of(&jobs[1..]), &options)).await;
    assert_eq!(format!("{again:?}"), format!("{ended:?}"));
    stage.charged(3);
}

async fn trickle(stage: Stage) {
    stage.fault(Step::Submit, Fault::Trickle { polls: 1, silent: true });
    let work = stage.subject.sequence.as_ref().unwrap();
    let provider = stage.hurried_at(work.offer);
    let job = provider.submit(&work.request(), &none()).await.unwrap();
    let ended = ends(provider.wait_many(of(slice::from_ref(&job)), &none())).await;
    let outcome = ended[&job.id].result.as_ref().unwrap();
    assert_eq!((outcome.artifacts.len(), outcome.shortfall), (3, None));
}

async fn look_up(stage: Stage) {
    let provider = stage.hurried();
    let jobs = submitted(&provider, &stage, 1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let rule = Rule::new(stage.subject.sandbox, Step::Poll, Fault::Html);
    stage.sandbox.set_faults(vec![Rule { nth: 2, times: 3, ..rule }]);
    all_end(&provider, &stage, &jobs).await;
    assert!(stage.calls("poll").await >= 6);
}

async fn at_once(stage: Stage) {
    let provider = stage.client().provider(stage.work().offer).unwrap();
    let jobs = submitted(&*provider, &stage, 60).await;
    all_end(&*provider, &stage, &jobs).await;
    let polls = stage.calls("poll").await;
    assert!(polls < 30, "{polls} polls for 60 jobs");
}
