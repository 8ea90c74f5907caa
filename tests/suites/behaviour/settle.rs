//! What nobody knows of, and what a person says of it.

use std::sync::Arc;
use std::time::Duration;

use genmux::journal::{Change, JobStore, Journal, Journaled, Lease, State};
use genmux::{ErrorKind, Provider as _, RunOptions};
use genmux_sandbox::{Fault, Step};

use crate::blind::Blind;
use crate::journal::{Shared, keyed};
use crate::list::List;
use crate::stage::Stage;

pub(crate) fn trials(list: &mut List) {
    if !list.capability().dedupes_submits {
        list.add("journal::a_job_that_turns_out_to_be_anothers_leaves_it_open", anothers_after_all);
    }
    list.add("journal::lost_before_it_arrived_is_settled_by_a_person", never_arrived);
    list.add("journal::two_of_the_same_are_settled_by_a_person", two_candidates);
    list.add("journal::what_another_job_has_is_not_adopted", not_anothers);
    list.add("journal::a_job_of_another_request_is_not_adopted", not_of_another_request);
    list.add("journal::what_was_settled_meanwhile_stays_so", settled_meanwhile);
}

async fn never_arrived(stage: Stage) {
    stage.fault_for_ever(Step::Submit, Fault::ResetBefore);
    let shared = Shared::default();
    let failed = shared.process(&stage).run(&stage.request(), &keyed()).await.unwrap_err();
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::Ambiguous, "{failed}");
    assert_eq!(shared.only().await.state, State::Ambiguous);
    stage.charged(0);
    stage.no_fault();
    let options = RunOptions::default();
    let outcome = shared.process(&stage).send_again("a-key", &options).await.unwrap();
    assert!(!outcome.artifacts.is_empty());
    assert_eq!(shared.only().await.state, State::Succeeded);
    stage.charged(1);
}

async fn not_of_another_request(stage: Stage) {
    if genmux::adapter(stage.subject.name).unwrap().capability().dedupes_submits {
        return;
    }
    stage.fault_for_ever(Step::Submit, Fault::ResetBefore);
    let shared = Shared::default();
    let process = shared.process(&stage);
    process.run(&stage.request(), &keyed()).await.unwrap_err();
    stage.no_fault();
    let mut other = stage.request();
    other.prompt = Some("another boat".to_owned());
    let id = stage.provider().submit(&other, &RunOptions::default()).await.unwrap().id;
    let failed = process.adopt("a-key", &id, &RunOptions::default()).await.unwrap_err();
    assert!(failed.to_string().contains("another input"), "{failed}");
    assert_eq!(shared.only().await.state, State::Ambiguous);
    stage.charged(1);
}

/// Somebody else asks for the very same while nobody knows.
async fn two_candidates(stage: Stage) {
    if genmux::adapter(stage.subject.name).unwrap().capability().dedupes_submits {
        return;
    }
    let shared = Shared::default();
    stage.fault(Step::Submit, Fault::ResetAfter);
    let process = shared.process(&stage);
    let (request, options) = (stage.request(), keyed());
    let (lost, other) = tokio::join!(process.run(&request, &options), async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        stage.submitted().await
    });
    // Whichever of the two was lost, two jobs look the same; either way nothing is sent twice.
    if let Err(error) = lost {
        assert_eq!(error.failed().unwrap().kind, ErrorKind::Ambiguous, "{error}");
        let unknown = shared.process(&stage).adopt("a-key", "no-such-job", &options).await;
        assert_eq!(unknown.unwrap_err().failed().unwrap().kind, ErrorKind::NotFound);
        let id = other.id;
        let outcome = shared.process(&stage).adopt("a-key", &id, &options).await.unwrap();
        assert_eq!(outcome.job, id);
        assert_eq!(shared.only().await.state, State::Succeeded);
    }
    stage.charged(2);
}

async fn not_anothers(stage: Stage) {
    if genmux::adapter(stage.subject.name).unwrap().capability().dedupes_submits {
        return;
    }
    let shared = Shared::default();
    let first = shared.process(&stage).run(&stage.request(), &RunOptions::default()).await.unwrap();
    stage.fault_for_ever(Step::Submit, Fault::ResetBefore);
    let process = shared.process(&stage);
    let failed = process.run(&stage.request(), &keyed()).await.unwrap_err();
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::Ambiguous, "{failed}");
    let stolen = process.adopt("a-key", &first.job, &RunOptions::default()).await.unwrap_err();
    assert!(stolen.to_string().contains("belongs to another job"), "{stolen}");
    process.give_up("a-key", &RunOptions::default()).await.unwrap();
    let again = process.run(&stage.request(), &keyed()).await.unwrap_err();
    assert_eq!(again.failed().unwrap().kind, ErrorKind::Canceled, "{again}");
    stage.charged(1);
}

/// A person decides on what was read; another process finds the job before the decision is taken.
async fn settled_meanwhile(stage: Stage) {
    let (one, other) = (stage.submitted().await, stage.submitted().await);
    stage.fault_for_ever(Step::Submit, Fault::ResetBefore);
    let shared = Shared::default();
    shared.process(&stage).run(&stage.request(), &keyed()).await.unwrap_err();
    let lease = Lease::new("another", Journal::now(), 60_000);
    let held = shared.0.acquire("a-key", lease, Journal::now()).await.unwrap();
    let (process, options) = (shared.process(&stage), RunOptions::default());
    let found = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let mut found = Change::to(State::Submitted, "another", Journal::now());
        (found.job, found.release) = (serde_json::to_value(&one).ok(), true);
        shared.0.change("a-key", held.version, found).await.unwrap();
    };
    let (late, ()) = tokio::join!(process.adopt("a-key", &other.id, &options), found);
    assert!(late.unwrap_err().to_string().contains("nothing to settle"));
    assert_eq!(shared.only().await.handle().unwrap().unwrap().id, one.id);
}

/// Another process gets the job between the look at it and the change that names it.
async fn anothers_after_all(stage: Stage) {
    stage.fault(Step::Submit, Fault::ResetBefore);
    let store: Arc<dyn JobStore> = Arc::new(Blind::default());
    let process = || Journaled::new(stage.hurried(), Journal::new(store.clone()), "an account");
    let (lost, other) = (process(), process());
    let (request, key, free) = (stage.request(), keyed(), RunOptions::default());
    let (lost, other) = tokio::join!(lost.run(&request, &key), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        other.run(&request, &free).await
    });
    other.unwrap();
    let failed = lost.unwrap_err();
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::Ambiguous, "{failed}");
    assert!(failed.may_have_been_charged(), "another offer would take over: {failed}");
    assert!(failed.to_string().contains("belongs to another job"), "{failed}");
    let record = store.read("a-key").await.unwrap().unwrap();
    assert_eq!((record.state, record.lease), (State::Ambiguous, None));
    stage.charged(1);
}
