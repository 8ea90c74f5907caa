//! Submissions on a bad line: what may have arrived is never paid twice.

use genmux::{ErrorKind, JobStatus, Provider as _, RunOptions};
use genmux_sandbox::{Fault, Step};

use crate::list::List;
use crate::stage::Stage;

pub(crate) fn trials(list: &mut List) {
    let status = Fault::Status { status: 503, body: None };
    let elsewhere = Fault::Redirect { to: "http://127.0.0.1:1/".to_owned() };
    for (name, fault, arrives) in [
        ("reset_before", Fault::ResetBefore, 0),
        ("reset_after", Fault::ResetAfter, 1),
        ("truncated", Fault::Truncate, 1),
        ("html", Fault::Html, 1),
        ("empty", Fault::Empty, 1),
        ("no_id", Fault::NoId, 1),
        ("gateway", status, 0),
        ("redirect", elsewhere, 0),
    ] {
        let name = format!("lost::{name}_never_pays_twice");
        list.add(&name, move |stage| lost(stage, fault, arrives));
    }
    list.add("lost::a_refused_connection_is_transport_and_free", refused_connection);
    list.add("lost::a_late_answer_is_an_answer", late_answer);
    if list.capability().dedupes_submits {
        list.add("lost::a_line_that_stays_bad_leaves_a_handle", stays_bad);
        list.add("lost::a_handle_of_what_never_arrived_says_so", never_arrived);
    }
}

/// Where the vendor knows tasks by ids of ours it is sent again, and taken once. Everywhere else
/// nobody knows, and it is not.
async fn lost(stage: Stage, fault: Fault, arrives: usize) {
    stage.fault(Step::Submit, fault);
    let ran = stage.provider().run(&stage.request(), &RunOptions::default()).await;
    if genmux::adapter(stage.subject.name).unwrap().capability().dedupes_submits {
        assert_eq!(ran.unwrap().artifacts.len(), 1);
        assert_eq!(stage.calls("submit").await, 2);
        return stage.charged(1);
    }
    let failed = ran.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::Ambiguous, "{error}");
    assert!(error.may_have_been_charged() && !error.is_retryable());
    assert_eq!(stage.calls("submit").await, 1);
    stage.charged(arrives);
}

async fn refused_connection(stage: Stage) {
    let provider = stage.client_without_vendor().provider(stage.work().offer).unwrap();
    let failed = provider.run(&stage.request(), &RunOptions::default()).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::Transport);
    assert!(!error.may_have_been_charged() && error.is_retryable(), "{error:?}");
    stage.untouched().await;
}

async fn late_answer(stage: Stage) {
    stage.fault(Step::Submit, Fault::DelayAfter { ms: 300 });
    stage.provider().run(&stage.request(), &RunOptions::default()).await.unwrap();
    assert_eq!(stage.calls("submit").await, 1);
    stage.charged(1);
}

async fn stays_bad(stage: Stage) {
    stage.fault_for_ever(Step::Submit, Fault::ResetAfter);
    let failed = stage.provider().run(&stage.request(), &RunOptions::default()).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::Ambiguous);
    let job = error.job.as_ref().expect("the handle of what may be there");
    let outcome = stage.provider().wait(job, &RunOptions::default()).await.unwrap();
    assert_eq!(outcome.artifacts.len(), 1);
    stage.charged(1);
}

async fn never_arrived(stage: Stage) {
    stage.fault_for_ever(Step::Submit, Fault::ResetBefore);
    let failed = stage.provider().run(&stage.request(), &RunOptions::default()).await.unwrap_err();
    let job = failed.failed().unwrap().job.clone().unwrap();
    let snapshot = stage.hurried().status(&job, &RunOptions::default()).await.unwrap();
    assert_eq!((snapshot.status, snapshot.calls), (JobStatus::Queued, vec![None]));
    stage.charged(0);
}
