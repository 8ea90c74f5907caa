//! Polls on a bad line: a vendor that cannot be asked says nothing about the job.

use std::time::Duration;

use genmux::{ErrorKind, Event, Provider as _, RunOptions};
use genmux_sandbox::{Fault, Rule, Step};

use crate::list::List;
use crate::run::statuses;
use crate::stage::{Stage, Told};

pub(crate) fn trials(list: &mut List) {
    let status = |status| Fault::Status { status, body: None };
    for (name, fault) in [
        ("resets_before", Fault::ResetBefore),
        ("resets_after", Fault::ResetAfter),
        ("cut_replies", Fault::Truncate),
        ("html_pages", Fault::Html),
        ("empty_replies", Fault::Empty),
        ("replies_of_nothing", Fault::NoId),
        ("server_errors", status(500)),
        ("unknown_jobs", status(404)),
        ("redirects", Fault::Redirect { to: "http://10.0.0.1/".to_owned() }),
    ] {
        let name = format!("poll::survives_five_{name}");
        list.add(&name, move |stage| survives(stage, fault));
    }
    if list.subject.name == "scenario" {
        for (name, fault) in [
            ("lost", Fault::ResetAfter),
            ("html", Fault::Html),
            ("refused", status(500)),
            ("short", Fault::Status { status: 200, body: Some(r#"{"assets": []}"#.to_owned()) }),
        ] {
            let name = format!("poll::survives_a_{name}_list_of_outputs");
            list.after_polls(0, &name, move |stage| outputs(stage, fault));
        }
    }
    list.add("poll::ends_when_the_vendor_refuses_to_answer", refuses);
    list.add("poll::waits_as_long_as_the_header_says", |stage| waits(stage, true, false));
    if list.subject.name != "runware" {
        list.add("poll::waits_as_long_as_the_body_says", |stage| waits(stage, false, true));
    }
    list.add("poll::a_word_never_seen_before_ends_nothing", new_word);
    list.after_polls(6, "poll::a_status_that_goes_backwards_is_not_told", backwards);
    list.add("poll::a_dropped_wait_asks_no_more", dropped);
    if list.capability().jobs_per_poll > 1 {
        list.add("poll::several_jobs_are_asked_about_at_once", at_once);
    }
}

fn none() -> RunOptions {
    RunOptions::default()
}

async fn survives(stage: Stage, fault: Fault) {
    let rule = Rule { times: 5, ..Rule::new(stage.subject.sandbox, Step::Poll, fault) };
    stage.sandbox.set_faults(vec![rule]);
    let outcome = stage.hurried().run(&stage.request(), &none()).await.unwrap();
    assert_eq!((outcome.artifacts.len(), outcome.failures.len()), (1, 0));
    assert!(stage.calls("poll").await > 5);
    stage.charged(1);
}

/// The second call reads the outputs that the first one named.
async fn outputs(stage: Stage, fault: Fault) {
    let rule = Rule::new(stage.subject.sandbox, Step::Poll, fault);
    stage.sandbox.set_faults(vec![Rule { nth: 2, times: 3, ..rule }]);
    let outcome = stage.hurried().run(&stage.request(), &stage.saving()).await.unwrap();
    assert_eq!((outcome.artifacts.len(), outcome.failures.len()), (1, 0));
    assert!(stage.calls("poll").await >= 6);
    stage.charged(1);
}

async fn refuses(stage: Stage) {
    stage.fault_for_ever(Step::Poll, Fault::Status { status: 401, body: None });
    let told = Told::default();
    let options = told.options();
    let failed = stage.hurried().run(&stage.request(), &options).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::Auth);
    assert!(error.may_have_been_charged(), "the job goes on: {error:?}");
    assert!(told.all().iter().any(|event| matches!(event, Event::PollFailed { .. })));
    stage.no_fault();
    let job = error.job.as_ref().unwrap();
    assert_eq!(stage.hurried().wait(job, &none()).await.unwrap().artifacts.len(), 1);
    stage.charged(1);
}

/// Asked every few milliseconds, it would be asked dozens of times; what slows this trial down
/// makes them fewer.
async fn waits(stage: Stage, header: bool, body: bool) {
    stage.fault_for_ever(Step::Poll, Fault::Throttle { seconds: 1, header, body });
    let provider = stage.hurried();
    let options = RunOptions { deadline: Some(Duration::from_millis(1500)), ..none() };
    let failed = provider.run(&stage.request(), &options).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::Timeout, "{error}");
    let polls = stage.calls("poll").await;
    assert!((1..=3).contains(&polls), "{polls} polls");
    stage.no_fault();
    provider.wait(error.job.as_ref().unwrap(), &none()).await.unwrap();
    stage.charged(1);
}

async fn new_word(stage: Stage) {
    let postponed = r#""status":"postponed""#.to_owned();
    stage.fault(Step::Poll, Fault::Replace { from: stage.subject.done.to_owned(), to: postponed });
    let outcome = stage.hurried().run(&stage.request(), &none()).await.unwrap();
    assert_eq!((outcome.artifacts.len(), outcome.shortfall), (1, None));
    stage.charged(1);
}

async fn backwards(stage: Stage) {
    let (from, to) = stage.subject.back;
    let fault = Fault::Replace { from: from.to_owned(), to: to.to_owned() };
    let rule = Rule { nth: 4, ..Rule::new(stage.subject.sandbox, Step::Poll, fault) };
    stage.sandbox.set_faults(vec![rule]);
    let told = Told::default();
    let options = told.options();
    stage.hurried().run(&stage.request(), &options).await.unwrap();
    let stages = statuses(&told.all());
    assert!(stages.is_sorted(), "{stages:?}");
    assert_eq!(stages.last(), Some(&2));
}

async fn dropped(stage: Stage) {
    stage.fault(Step::Submit, Fault::Slow { ms: 60_000 });
    let provider = stage.hurried();
    let job = provider.submit(&stage.request(), &none()).await.unwrap();
    let told = Told::default();
    let options = told.options();
    let first_poll = async {
        while told.all().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        ended = provider.wait(&job, &options) => panic!("it runs for a minute: {ended:?}"),
        () = first_poll => {}
    }
    // One poll may have been on its way.
    let polls = stage.calls("poll").await + 1;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(stage.calls("poll").await <= polls);
}

/// Each job is first asked about after a second or two: eleven of them fall together somewhere.
async fn at_once(stage: Stage) {
    let client = stage.client();
    let mut jobs = Vec::new();
    for work in stage.subject.works {
        let (provider, mut request) = (client.provider(work.offer).unwrap(), work.request());
        request.count = Some(24);
        jobs.push((provider.submit(&request, &none()).await.unwrap(), provider));
    }
    let options = none();
    let waits = jobs.iter().map(|(job, provider)| provider.wait(job, &options));
    for outcome in futures_util::future::join_all(waits).await {
        assert_eq!(outcome.unwrap().artifacts.len(), 24);
    }
    assert_eq!(jobs.iter().map(|(job, _)| job.tickets().count()).sum::<usize>(), 12);
    assert!(stage.calls("poll").await < 12);
    stage.charged(12);
}
