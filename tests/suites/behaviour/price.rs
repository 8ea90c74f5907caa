//! The price before the run, where the vendor tells it.

use genmux::{CostBasis, ErrorKind, RunError, RunOptions, Unit};
use genmux_sandbox::{Fault, Step};

use crate::list::List;
use crate::stage::Stage;

pub(crate) fn trials(list: &mut List) {
    if list.capability().price.is_none() {
        return list.add("price::is_not_told_and_nothing_is_sent", none);
    }
    list.add("price::is_told_and_nothing_is_run", told);
    list.add("price::of_what_is_refused_is_the_refusal", refused);
    list.add("price::of_a_broken_reply_is_an_error", broken);
    list.add("price::is_asked_again_on_a_bad_line", bad_line);
}

async fn none(stage: Stage) {
    let vendor = stage.client().vendor(stage.work().offer).unwrap();
    let failed = vendor.price(&stage.request(), &RunOptions::default()).await.unwrap_err();
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::Invalid);
    stage.untouched().await;
}

async fn told(stage: Stage) {
    let vendor = stage.client().vendor(stage.work().offer).unwrap();
    let price = vendor.price(&stage.request(), &RunOptions::default()).await.unwrap();
    assert_eq!((price.unit, price.basis), (Unit::Cu, CostBasis::Reported));
    assert!(price.amount.as_float() > 0.0);
    stage.charged(0);
    assert!(stage.look("jobs").await.is_empty());
    let outcome = stage.provider().run(&stage.request(), &RunOptions::default()).await.unwrap();
    assert_eq!(outcome.cost.unwrap().amount, price.amount);
}

async fn refused(stage: Stage) {
    let vendor = stage.client_with_key("no-plan").vendor(stage.work().offer).unwrap();
    let failed = vendor.price(&stage.request(), &RunOptions::default()).await.unwrap_err();
    assert_eq!(failed.failed().unwrap().kind, ErrorKind::Plan);
    let mut request = stage.request();
    request.prompt = None;
    let failed = vendor.price(&request, &RunOptions::default()).await.unwrap_err();
    assert!(matches!(failed, RunError::Rejected(_)), "{failed}");
    stage.charged(0);
}

async fn broken(stage: Stage) {
    let vendor = stage.client().vendor(stage.work().offer).unwrap();
    for fault in [Fault::Html, Fault::Empty, Fault::NoId] {
        stage.fault(Step::Submit, fault);
        vendor.price(&stage.request(), &RunOptions::default()).await.unwrap_err();
    }
    stage.charged(0);
}

async fn bad_line(stage: Stage) {
    let vendor = stage.client().vendor(stage.work().offer).unwrap();
    let gateway = Fault::Status { status: 503, body: None };
    for fault in [Fault::Truncate, Fault::ResetAfter, Fault::ResetBefore, gateway] {
        stage.fault(Step::Submit, fault);
        vendor.price(&stage.request(), &RunOptions::default()).await.unwrap();
    }
    stage.charged(0);
    assert!(stage.look("jobs").await.is_empty());
}
