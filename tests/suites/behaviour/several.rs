//! More than one result: several jobs, several results of one job, and fewer than asked.

use std::collections::BTreeSet;

use genmux::{
    Call, Charged, ErrorKind, JobStatus, Outcome, Provider as _, RunOptions, Shortfall, VendorError,
};
use genmux_sandbox::{Fault, Options, Rule, Step, Strictness};
use serde_json::json;

use crate::list::List;
use crate::stage::Stage;

pub(crate) fn trials(list: &mut List) {
    list.add("several::each_call_is_a_job_and_a_charge", each_call);
    list.add("several::with_a_seed_every_call_sends_its_own", different_seeds);
    list.add("several::a_refused_submission_keeps_the_first", refused_second);
    list.add("several::a_lost_submission_keeps_the_first", lost_second);
    list.add("several::a_failed_job_is_an_error_that_keeps_what_is_known", failed_job);
    if list.subject.sequence.is_some() {
        list.add("several::a_sequence_is_one_job", sequence);
        list.add("several::fewer_of_a_sequence_are_a_shortfall", fewer);
    }
    if list.subject.name != "runware" {
        list.add("several::a_success_without_results_is_an_error", no_results);
    }
    if list.capability().tasks_per_submit > 1 {
        list.add("several::one_refused_task_leaves_the_others", one_refused);
        list.add("several::data_beside_errors_is_a_partial_success", data_beside_errors);
        list.add("several::a_failed_job_leaves_its_neighbours", neighbours);
        let strictness = Strictness { failed_poll_is_400: true, ..Strictness::default() };
        let options = Options { strictness, ..Options::default() };
        list.with("several::a_failed_job_may_fail_the_poll", options, failed_job);
    }
    if list.capability().results_trickle {
        list.add("several::results_may_trickle", |stage| trickle(stage, false));
        list.add("several::results_may_trickle_in_silence", |stage| trickle(stage, true));
    }
}

async fn each_call(stage: Stage) {
    let mut request = stage.request();
    request.count = Some(stage.subject.many);
    let provider = stage.provider();
    let calls = provider.translate(&request, &RunOptions::default()).unwrap().calls;
    let job = provider.submit(&request, &RunOptions::default()).await.unwrap();
    assert_eq!(job.tickets().count() as u64, calls);
    let per_submit = genmux::adapter(stage.subject.name).unwrap().capability().tasks_per_submit;
    let submissions = usize::try_from(calls).unwrap().div_ceil(per_submit);
    assert!(submissions > 1);
    assert_eq!(stage.calls("submit").await, submissions);
    let outcome = provider.wait(&job, &RunOptions::default()).await.unwrap();
    assert_eq!(outcome.artifacts.len() as u64, stage.subject.many);
    assert!(outcome.failures.is_empty() && outcome.shortfall.is_none(), "{outcome:?}");
    stage.charged(usize::try_from(calls).unwrap());
}

/// How a vendor seeds several results of one call is its own affair.
async fn different_seeds(stage: Stage) {
    let mut request = stage.request();
    request.count = Some(stage.subject.many);
    let provider = stage.provider();
    let calls = provider.translate(&request, &RunOptions::default()).unwrap().calls;
    let outcome = provider.run(&request, &RunOptions::default()).await.unwrap();
    let seeds: BTreeSet<u64> = outcome.artifacts.iter().filter_map(|it| it.seed).collect();
    assert!(seeds.is_empty() || seeds.len() as u64 >= calls, "{seeds:?}");
}

/// What came of all calls when the second submission went wrong.
async fn second_goes_wrong(stage: &Stage, fault: Fault) -> Outcome {
    let rule = Rule { nth: 2, ..Rule::new(stage.subject.sandbox, Step::Submit, fault) };
    stage.sandbox.set_faults(vec![rule]);
    let mut request = stage.request();
    request.count = Some(stage.subject.many);
    stage.provider().run(&request, &RunOptions::default()).await.unwrap()
}

async fn refused_second(stage: Stage) {
    let (status, body) = (stage.subject.refusal.status, stage.subject.refusal.body.to_owned());
    let outcome = second_goes_wrong(&stage, Fault::Status { status, body: Some(body) }).await;
    let asked = stage.subject.many;
    assert_eq!(outcome.shortfall, Some(Shortfall { asked, got: asked - 1 }));
    assert_eq!(outcome.artifacts.len() as u64, asked - 1);
    let [failure] = &outcome.failures[..] else { panic!("one failure: {outcome:?}") };
    assert_eq!((failure.kind, failure.charged), (ErrorKind::Invalid, Charged::No));
    assert_eq!(outcome.status, JobStatus::Succeeded);
}

async fn lost_second(stage: Stage) {
    let dedupes = genmux::adapter(stage.subject.name).unwrap().capability().dedupes_submits;
    let outcome = second_goes_wrong(&stage, Fault::ResetAfter).await;
    if dedupes {
        assert_eq!(outcome.artifacts.len() as u64, stage.subject.many);
        return stage.charged(11);
    }
    let [failure] = &outcome.failures[..] else { panic!("one failure: {outcome:?}") };
    assert_eq!((failure.kind, failure.charged), (ErrorKind::Ambiguous, Charged::Unknown));
    assert_eq!(outcome.shortfall, Some(Shortfall { asked: 2, got: 1 }));
    stage.charged(2);
}

async fn failed_job(stage: Stage) {
    let (code, message) = ("taskFailed".to_owned(), "no luck today".to_owned());
    stage.fault(Step::Submit, Fault::FailJob { code, message });
    let failed = stage.provider().run(&stage.request(), &RunOptions::default()).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::ProviderFailed);
    assert!(error.message.contains("no luck today"), "{error}");
    let outcome = error.outcome.as_ref().unwrap();
    assert_eq!((outcome.status, outcome.failures.len()), (JobStatus::Failed, 1));
    assert!(error.job.is_some());
    // Only one vendor says that it gives the money back.
    let charged = if stage.subject.name == "scenario" { Charged::No } else { Charged::Unknown };
    assert_eq!(error.charged, charged);
    stage.charged(1);
}

async fn sequence(stage: Stage) {
    let work = stage.subject.sequence.as_ref().unwrap();
    let provider = stage.client().provider(work.offer).unwrap();
    let outcome = provider.run(&work.request(), &stage.saving()).await.unwrap();
    assert_eq!((outcome.artifacts.len(), outcome.shortfall), (3, None));
    let mut paths: Vec<_> = outcome.artifacts.iter().map(|it| it.path.clone().unwrap()).collect();
    let size = Some(work.size);
    assert!(outcome.artifacts.iter().all(|it| it.width.zip(it.height) == size), "{outcome:?}");
    paths.dedup();
    assert_eq!(paths.len(), 3);
    stage.charged(1);
}

async fn fewer(stage: Stage) {
    stage.fault(Step::Submit, Fault::Fewer { outputs: 2 });
    let work = stage.subject.sequence.as_ref().unwrap();
    let provider = stage.client().provider(work.offer).unwrap();
    let outcome = provider.run(&work.request(), &RunOptions::default()).await.unwrap();
    assert_eq!(outcome.status, JobStatus::Succeeded);
    assert_eq!(outcome.shortfall, Some(Shortfall { asked: 3, got: 2 }));
    assert!(outcome.failures.is_empty(), "{outcome:?}");
    stage.charged(1);
}

/// Two tasks in one submission: the vendor accepts the first and refuses the second.
async fn one_refused(stage: Stage) {
    let mut request = stage.request();
    request.count = Some(5);
    let key = genmux::context(&request).task.keyed(b"order");
    let task = |call| key.task_id(stage.work().offer, call).to_string();
    let accepted = json!({ "taskType": "imageInference", "taskUUID": task(0) });
    let refused = json!({ "code": "promptBlocked", "message": "not that", "taskUUID": task(1) });
    let body = json!({ "data": [accepted], "errors": [refused] }).to_string();
    stage.fault(Step::Submit, Fault::Status { status: 200, body: Some(body) });
    let options = RunOptions { idempotency_key: Some("order".to_owned()), ..RunOptions::default() };
    let job = stage.provider().submit(&request, &options).await.unwrap();
    assert_eq!(job.id, task(0));
    let [Call::Accepted(ticket), Call::Refused(error)] = &job.calls[..] else { panic!("{job:?}") };
    assert_eq!((ticket.id.as_str(), ticket.results), (task(0).as_str(), 4));
    assert!(matches!(error.kind, ErrorKind::Moderation(_)), "{error}");
}

async fn no_results(stage: Stage) {
    stage.fault(Step::Submit, Fault::Fewer { outputs: 0 });
    let failed = stage.hurried().run(&stage.request(), &RunOptions::default()).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert!(matches!(error.kind, ErrorKind::ProviderFailed | ErrorKind::Decode), "{error}");
    assert!(error.may_have_been_charged() && error.outcome.is_some());
}

async fn data_beside_errors(stage: Stage) {
    let mut request = stage.request();
    request.count = Some(2);
    let job = stage.provider().submit(&request, &RunOptions::default()).await.unwrap();
    let made = json!({ "taskType": "imageInference", "taskUUID": job.id, "status": "success",
        "imageUUID": "5b1d0c86-3f55-4b7f-8f0a-6a5f7f3f9a01",
        "imageURL": "https://im.example/a.jpg" });
    let failed = json!({ "code": "inferenceError", "message": "half of it", "status": "error",
        "taskType": "imageInference", "taskUUID": job.id,
        "imageUUID": "0b7c9a52-6d0e-4e0b-9f7e-2f6a1f0f3c11" });
    let body = json!({ "data": [made], "errors": [failed] }).to_string();
    stage.fault_for_ever(Step::Poll, Fault::Status { status: 200, body: Some(body) });
    let outcome = stage.hurried().wait(&job, &RunOptions::default()).await.unwrap();
    assert_eq!((outcome.artifacts.len(), outcome.failures.len()), (1, 1));
    assert_eq!(outcome.shortfall, Some(Shortfall { asked: 2, got: 1 }));
    assert_eq!(outcome.failures[0].kind, ErrorKind::ProviderFailed);
}

/// Jobs that are asked about together: one failed, and the other did not.
async fn neighbours(stage: Stage) {
    let (code, message) = ("taskFailed".to_owned(), "no luck today".to_owned());
    stage.fault(Step::Submit, Fault::FailJob { code, message });
    let (client, none) = (stage.client(), RunOptions::default());
    let provider = client.provider(stage.work().offer).unwrap();
    let bad = provider.submit(&stage.request(), &none).await.unwrap();
    let good = provider.submit(&stage.request(), &none).await.unwrap();
    let (bad, good) = tokio::join!(provider.wait(&bad, &none), provider.wait(&good, &none));
    assert_eq!(bad.unwrap_err().kind, ErrorKind::ProviderFailed);
    let failures: Vec<VendorError> = good.unwrap().failures;
    assert_eq!(failures, []);
    assert_eq!(stage.owed().len(), 1);
}

async fn trickle(stage: Stage, silent: bool) {
    stage.fault(Step::Submit, Fault::Trickle { polls: 1, silent });
    let work = stage.subject.sequence.as_ref().unwrap();
    let provider = stage.hurried_at(work.offer);
    let outcome = provider.run(&work.request(), &RunOptions::default()).await.unwrap();
    assert_eq!((outcome.artifacts.len(), outcome.shortfall), (3, None));
    stage.charged(1);
}
