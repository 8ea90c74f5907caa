//! Submissions held back to a rate, before anything is sent.

use std::num::NonZeroU32;
use std::time::Duration;

use genmux::{ErrorKind, Provider, RateLimited, RateLimits, RunError, RunOptions, Vendor};

use crate::list::List;
use crate::stage::Stage;

pub(crate) fn trials(list: &mut List) {
    list.add("rate::a_deadline_shorter_than_the_wait_sends_nothing", held_back);
    list.add("rate::a_burst_goes_at_once", burst);
    list.add("rate::a_rejection_needs_no_turn", rejection);
    list.add("rate::offers_of_an_account_share_it", shared);
    list.add("rate::waiting_is_not_held_back", waiting);
    list.add("rate::chains_are_held_back_too", around_a_chain);
    list.add("rate::the_next_offer_of_a_chain_takes_over", within_a_chain);
}

/// One a minute, and so many at once.
fn limits(burst: u32) -> RateLimits {
    RateLimits::per_minute(NonZeroU32::MIN, NonZeroU32::new(burst).unwrap())
}

fn limited(stage: &Stage, limits: &RateLimits) -> RateLimited<Vendor> {
    let (client, limits) = (stage.client(), limits.clone());
    let label = client.account(stage.subject.name).unwrap().label();
    RateLimited::new(client.vendor(stage.work().offer).unwrap(), limits, label)
}

fn soon() -> RunOptions {
    RunOptions { deadline: Some(Duration::from_millis(300)), ..RunOptions::default() }
}

/// Submits, and says whether it was held back.
async fn submits(stage: &Stage, provider: &dyn Provider) -> bool {
    let before = stage.look("requests").await.len();
    let Err(failed) = provider.submit(&stage.request(), &soon()).await else { return true };
    let error = failed.failed().unwrap();
    assert_eq!(error.kind, ErrorKind::RateLimited, "{error}");
    assert!(!error.may_have_been_charged() && error.is_retryable());
    assert_eq!(stage.look("requests").await.len(), before);
    false
}

async fn held_back(stage: Stage) {
    let provider = limited(&stage, &limits(1));
    assert!(submits(&stage, &provider).await);
    assert!(!submits(&stage, &provider).await);
    assert!(!submits(&stage, &provider).await);
    let failed = provider.run(&stage.request(), &soon()).await.unwrap_err();
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::RateLimited);
    stage.charged(1);
}

async fn burst(stage: Stage) {
    let provider = limited(&stage, &limits(3));
    for _ in 0..3 {
        assert!(submits(&stage, &provider).await);
    }
    assert!(!submits(&stage, &provider).await);
    stage.charged(3);
}

async fn rejection(stage: Stage) {
    let provider = limited(&stage, &limits(1));
    let mut request = stage.request();
    request.prompt = None;
    for _ in 0..3 {
        let failed = provider.run(&request, &soon()).await.unwrap_err();
        assert!(matches!(failed, RunError::Rejected(_)), "{failed}");
    }
    assert!(submits(&stage, &provider).await);
}

/// Two offers, or twice the same: the key is what counts.
async fn shared(stage: Stage) {
    let limits = limits(1);
    assert!(submits(&stage, &limited(&stage, &limits)).await);
    assert!(!submits(&stage, &limited(&stage, &limits)).await);
    let other = stage.client_with_key("another-key");
    let label = other.account(stage.subject.name).unwrap().label();
    assert!(!label.contains("another-key"));
    let other = RateLimited::new(other.vendor(stage.work().offer).unwrap(), limits, label);
    assert!(submits(&stage, &other).await);
}

async fn waiting(stage: Stage) {
    let provider = limited(&stage, &limits(1));
    let job = provider.submit(&stage.request(), &RunOptions::default()).await.unwrap();
    provider.status(&job, &soon()).await.unwrap();
    assert_eq!(provider.wait(&job, &RunOptions::default()).await.unwrap().artifacts.len(), 1);
    provider.cancel(&job, &soon()).await.unwrap();
}

async fn around_a_chain(stage: Stage) {
    let offers = [stage.work().offer, stage.subject.other().work().offer];
    let chain = stage.client_without_vendor().chain(&offers).unwrap();
    let provider = RateLimited::new(chain, limits(1), "all of them");
    let mut request = genmux::Request::default();
    request.prompt = Some("a paper boat".to_owned());
    let job = provider.submit(&request, &RunOptions::default()).await.unwrap();
    assert_eq!(job.offer, offers[1]);
    provider.submit(&request, &soon()).await.unwrap_err();
    stage.charged(1);
}

/// What was held back was not sent, and so costs nothing.
async fn within_a_chain(stage: Stage) {
    let first = std::sync::Arc::new(limited(&stage, &limits(1)));
    let other = stage.client().provider(stage.subject.other().work().offer).unwrap();
    let chain = genmux::Fallback::new(first, [other]);
    let mut request = genmux::Request::default();
    request.prompt = Some("a paper boat".to_owned());
    let mut offers = Vec::new();
    for _ in 0..2 {
        offers.push(chain.submit(&request, &soon()).await.unwrap().offer);
    }
    assert_eq!(offers, [stage.work().offer, stage.subject.other().work().offer]);
    stage.charged(2);
}
