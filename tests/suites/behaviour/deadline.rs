//! Deadlines: the waiting ends, and the job goes on unless its end is asked for.

use std::time::Duration;

use genmux::{Cancel, ErrorKind, Job, Provider as _, RunOptions};
use genmux_sandbox::{Fault, Step};
use serde_json::json;

use crate::list::List;
use crate::stage::Stage;

pub(crate) fn trials(list: &mut List) {
    list.add("deadline::passes_and_leaves_the_job", passes);
    list.add("deadline::of_zero_is_refused_and_sends_nothing", zero);
    list.add("deadline::may_be_as_far_as_it_likes", as_far);
    match list.capability().cancel {
        Cancel::Stops => list.add("deadline::stops_the_job_on_request", stops),
        Cancel::None | Cancel::BestEffort => {
            list.add("deadline::says_that_the_job_cannot_be_stopped", cannot_stop);
        }
    }
    if list.capability().cancel_after {
        list.add("deadline::is_told_to_the_vendor", told_to_the_vendor);
    }
}

fn within(millis: u64) -> RunOptions {
    RunOptions { deadline: Some(Duration::from_millis(millis)), ..RunOptions::default() }
}

async fn passes(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 1000 });
    let provider = stage.hurried();
    let failed = provider.run(&stage.request(), &within(100)).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert!(error.may_have_been_charged());
    let json = serde_json::to_value(error).unwrap();
    assert_eq!((&json["kind"], &json["retryable"]), (&json!("timeout"), &json!(true)));
    let job: Job = serde_json::from_value(json["job"].clone()).expect("the handle");
    assert_eq!(Some(&job), error.job.as_ref());
    let outcome = provider.wait(&job, &RunOptions::default()).await.unwrap();
    assert_eq!(outcome.artifacts.len(), 1);
    assert_eq!(stage.owed().len(), 1);
}

async fn zero(stage: Stage) {
    let failed = stage.provider().run(&stage.request(), &within(0)).await.unwrap_err();
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::Invalid);
    assert!(!failed.may_have_been_charged());
    stage.untouched().await;
}

async fn as_far(stage: Stage) {
    let options = RunOptions { deadline: Some(Duration::MAX), ..RunOptions::default() };
    stage.hurried().run(&stage.request(), &options).await.unwrap();
    stage.charged(1);
}

/// The message of a run that is stopped after a moment, and how the job then is.
async fn stopped(stage: &Stage) -> (String, String) {
    stage.fault(Step::Submit, Fault::Slow { ms: 60_000 });
    let options = RunOptions { cancel_at_deadline: true, ..within(100) };
    let failed = stage.hurried().run(&stage.request(), &options).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::Timeout);
    assert!(error.job.is_some());
    stage.charged(1);
    let jobs = stage.look("jobs").await;
    (error.message.clone(), jobs[0]["stage"].as_str().unwrap().to_owned())
}

async fn stops(stage: Stage) {
    let (message, now) = stopped(&stage).await;
    assert_eq!(now, "canceled");
    assert!(message.contains("stopped at the vendor"), "{message}");
}

async fn cannot_stop(stage: Stage) {
    let (message, now) = stopped(&stage).await;
    assert!(["waiting", "running"].contains(&now.as_str()), "{now}");
    assert!(message.contains("goes on"), "{message}");
}

async fn told_to_the_vendor(stage: Stage) {
    let options = RunOptions { cancel_at_deadline: true, ..within(90_000) };
    stage.provider().run(&stage.request(), &options).await.unwrap();
    let requests = stage.look("requests").await;
    let submit = requests.iter().find(|request| request["step"] == "submit").unwrap();
    assert_eq!(submit["headers"]["cancel-after"], "90s");
    stage.provider().run(&stage.request(), &within(90_000)).await.unwrap();
    let requests = stage.look("requests").await;
    let submit = requests.iter().rfind(|request| request["step"] == "submit").unwrap();
    assert!(submit["headers"].get("cancel-after").is_none(), "only on request: {submit}");
}
