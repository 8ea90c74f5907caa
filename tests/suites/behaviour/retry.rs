//! What is sent again, when, and what a vendor that is down costs: never money, and not much time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use genmux::{
    Body, Client, Error, ErrorKind, Event, HttpTransport, Provider as _, ResponseBody, RunOptions,
    Sent, Transport, TransportError, TransportErrorKind, Vendor,
};
use genmux_sandbox::{Fault, Rule, Step};
use http::{Request, Response};

use crate::list::List;
use crate::stage::{Stage, Told};

pub(crate) fn trials(list: &mut List) {
    list.add("retry::a_refused_connection_is_tried_again", |stage| down_for(stage, 2, 1));
    list.add("retry::a_refused_connection_is_tried_three_times", |stage| down_for(stage, 3, 0));
    list.add("retry::a_throttled_submission_waits_by_the_header", |it| throttled(it, true, false));
    list.add("retry::a_throttled_submission_waits_without_a_word", |it| {
        throttled(it, false, false)
    });
    if list.subject.name != "runware" {
        list.add("retry::a_throttled_submission_waits_by_the_body", |it| {
            throttled(it, false, true)
        });
    }
    list.add("retry::a_wait_of_a_day_is_returned_at_once", wait_of_a_day);
    list.add("retry::a_wait_beyond_the_deadline_is_returned_at_once", wait_beyond_the_deadline);
    list.add("retry::a_wait_of_aeons_is_not_kept", wait_of_aeons);
    list.add("retry::a_job_survives_a_burst_of_server_errors", burst);
    list.add("retry::nothing_new_is_sent_to_a_vendor_that_is_down", circuit);
    list.add("retry::a_chain_passes_by_a_vendor_that_is_down", chain);
}

/// A network that lets nothing through for the first requests.
#[derive(Debug)]
struct Down {
    left: AtomicU32,
    through: HttpTransport,
}

#[async_trait]
impl Transport for Down {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let left =
            self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |it| it.checked_sub(1));
        match left {
            Ok(_) => Err(TransportError::new(TransportErrorKind::Connect, Sent::No)),
            Err(_) => self.through.send(request).await,
        }
    }
}

async fn down_for(stage: Stage, requests: u32, charges: usize) {
    let through = HttpTransport::default();
    let transport: Arc<dyn Transport> = Arc::new(Down { left: requests.into(), through });
    let settings = genmux::Settings { transport: Some(transport), ..stage.settings() };
    let provider = Client::new(settings).unwrap().provider(stage.work().offer).unwrap();
    let ran = provider.run(&stage.request(), &RunOptions::default()).await;
    assert_eq!(ran.is_ok(), charges == 1);
    if let Err(failed) = ran {
        assert_eq!(failed.failed().unwrap().kind, ErrorKind::Transport);
        assert!(!failed.may_have_been_charged());
    }
    assert_eq!(stage.calls("submit").await, charges);
    stage.charged(charges);
}

async fn throttled(stage: Stage, header: bool, body: bool) {
    stage.fault(Step::Submit, Fault::Throttle { seconds: 1, header, body });
    stage.provider().run(&stage.request(), &RunOptions::default()).await.unwrap();
    assert_eq!(stage.calls("submit").await, 2);
    stage.charged(1);
}

/// How a submission ends that is told to wait for so long.
async fn told_to_wait(stage: &Stage, seconds: u64, options: &RunOptions) -> Error {
    stage.fault(Step::Submit, Fault::Throttle { seconds, header: true, body: true });
    let failed = stage.provider().run(&stage.request(), options).await.unwrap_err();
    assert!(!failed.may_have_been_charged());
    assert_eq!(stage.calls("submit").await, 1);
    stage.charged(0);
    let genmux::RunError::Failed(error) = failed else { panic!("not by the vendor: {failed}") };
    *error
}

async fn wait_of_a_day(stage: Stage) {
    let error = told_to_wait(&stage, 86_400, &RunOptions::default()).await;
    assert_eq!((error.kind, error.is_retryable()), (ErrorKind::RateLimited, true));
    assert_eq!(error.retry_after, Some(Duration::from_hours(24)));
}

async fn wait_beyond_the_deadline(stage: Stage) {
    let deadline = Some(Duration::from_secs(5));
    let options = RunOptions { deadline, ..RunOptions::default() };
    let error = told_to_wait(&stage, 7, &options).await;
    assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
}

/// More seconds than any clock counts: nothing that can be waited for, whatever is made of it.
async fn wait_of_aeons(stage: Stage) {
    stage.fault(Step::Submit, Fault::Throttle { seconds: u64::MAX, header: true, body: true });
    let ran = stage.provider().run(&stage.request(), &RunOptions::default()).await;
    if let Err(failed) = &ran {
        assert_eq!(failed.failed().unwrap().kind, ErrorKind::RateLimited);
        assert!(!failed.may_have_been_charged());
    }
    stage.charged(usize::from(ran.is_ok()));
}

/// At the pace of a vendor it would last for minutes.
async fn burst(stage: Stage) {
    let fault = Fault::Status { status: 503, body: None };
    let rule = Rule { times: 30, ..Rule::new(stage.subject.sandbox, Step::Poll, fault) };
    stage.sandbox.set_faults(vec![rule]);
    let outcome = stage.hurried().run(&stage.request(), &RunOptions::default()).await.unwrap();
    assert_eq!((outcome.artifacts.len(), outcome.failures.len()), (1, 0));
    assert!(stage.calls("poll").await > 30);
    stage.charged(1);
}

/// Polls that fail so often that the vendor counts as down; then they are gone.
async fn fail_polls(stage: &Stage, provider: &Vendor) {
    let job = provider.submit(&stage.request(), &RunOptions::default()).await.unwrap();
    stage.fault_for_ever(Step::Poll, Fault::Status { status: 503, body: None });
    let told = Told::default();
    let options = told.options();
    let failures = async {
        let is_failure = |event: &&Event| matches!(event, Event::PollFailed { .. });
        while told.all().iter().filter(is_failure).count() < 10 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        ended = provider.wait(&job, &options) => panic!("nothing can be known: {ended:?}"),
        () = failures => {}
    }
    stage.charged(1);
}

async fn circuit(stage: Stage) {
    let provider = stage.hurried();
    fail_polls(&stage, &provider).await;
    let failed = provider.submit(&stage.request(), &RunOptions::default()).await.unwrap_err();
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::Transport);
    assert!(error.is_retryable() && !error.may_have_been_charged());
    assert!(error.retry_after.is_some() && error.message.contains(stage.subject.name), "{error}");
    assert_eq!(stage.calls("submit").await, 1);
    stage.no_fault();
    // Another account, of another client, knows nothing of it.
    stage.provider().run(&stage.request(), &RunOptions::default()).await.unwrap();
    stage.charged(2);
}

async fn chain(stage: Stage) {
    let provider = Arc::new(stage.hurried());
    fail_polls(&stage, &provider).await;
    let other = stage.client().provider(stage.subject.other().work().offer).unwrap();
    let chain = genmux::Fallback::new(provider, [other]);
    let mut request = genmux::Request::default();
    request.prompt = Some("a paper boat".to_owned());
    let job = chain.submit(&request, &RunOptions::default()).await.unwrap();
    assert_eq!(job.offer, stage.subject.other().work().offer);
    assert_eq!(stage.calls("submit").await, 2, "one each");
}
