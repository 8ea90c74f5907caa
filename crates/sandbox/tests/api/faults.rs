//! Calls that go wrong on order, judged by the ledger.

use std::time::{Duration, Instant};

use genmux_sandbox::{Fault, Provider, Rule, Step};
use serde_json::{Value, json};

use crate::runware::{image, video};
use crate::support::{Lab, lab, pause, read, send, uuid};

async fn broken(step: Step, fault: Fault) -> Lab {
    let lab = lab().await;
    lab.sandbox.set_faults(vec![Rule::new(Provider::Runware, step, fault)]);
    lab
}

fn ask() -> Value {
    json!([{"taskType": "getResponse", "taskUUID": uuid(1)}])
}

#[tokio::test]
async fn a_reset_before_costs_nothing_and_one_after_costs_once() {
    for (fault, charges) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        let lab = broken(Step::Submit, fault).await;
        assert!(lab.runware_raw(&json!([video(1)])).send().await.is_err());
        assert_eq!(lab.sandbox.ledger().len(), charges);
        let (status, _) = lab.runware(&json!([video(1)])).await;
        assert_eq!(status, if charges == 0 { 200 } else { 400 });
        assert_eq!(lab.sandbox.ledger().len(), 1);
    }
}

#[tokio::test]
async fn statuses_come_in_the_form_of_each_vendor() {
    let lab = lab().await;
    lab.sandbox.set_faults(vec![Rule {
        times: 0,
        ..Rule::new(Provider::Runware, Step::Submit, Fault::Status { status: 503, body: None })
    }]);
    let (status, body) = lab.runware(&json!([video(1)])).await;
    assert_eq!((status, &body["errors"][0]["code"]), (503, &json!("serviceUnavailable")));
    let fault = Fault::Status { status: 500, body: None };
    lab.sandbox.set_faults(vec![Rule {
        provider: None,
        ..Rule::new(Provider::Runware, Step::Poll, fault)
    }]);
    assert_eq!(send(lab.replicate("GET", "/predictions/x")).await.1["status"], 500);
    assert!(lab.sandbox.ledger().is_empty());
}

#[tokio::test]
async fn a_throttle_names_its_wait_where_asked() {
    for (header, body) in [(true, true), (true, false), (false, true), (false, false)] {
        let lab = lab().await;
        let fault = Fault::Throttle { seconds: 7, header, body };
        lab.sandbox.set_faults(vec![Rule::new(Provider::Replicate, Step::Poll, fault)]);
        let response = lab.replicate("GET", "/predictions/x").send().await.unwrap();
        assert_eq!(response.headers().get("retry-after").is_some(), header);
        let (status, answer) = read(response).await;
        assert_eq!((status, answer.get("retry_after").is_some()), (429, body));
    }
}

#[tokio::test]
async fn bodies_are_cut_exchanged_or_left_out_after_payment() {
    for fault in [Fault::Truncate, Fault::Html, Fault::Empty, Fault::NoId] {
        let lab = broken(Step::Submit, fault.clone()).await;
        let response = lab.runware_raw(&json!([video(1)])).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let text = response.text().await;
        match fault {
            Fault::Truncate => assert!(text.is_err()),
            Fault::Html => assert!(text.unwrap().starts_with("<html>")),
            Fault::Empty => assert_eq!(text.unwrap(), ""),
            _ => assert_eq!(text.unwrap(), "{}"),
        }
        assert_eq!(lab.sandbox.ledger().len(), 1);
    }
}

#[tokio::test]
async fn a_job_fails_with_the_given_code() {
    let fault = Fault::FailJob { code: "invalidProviderContent".into(), message: "no".into() };
    let lab = broken(Step::Submit, fault).await;
    lab.runware(&json!([video(1)])).await;
    pause().await;
    let (status, body) = lab.runware(&ask()).await;
    assert_eq!(status, 200);
    assert_eq!(body["errors"][0]["code"], "invalidProviderContent");
    assert_eq!(body["errors"][0]["status"], "error");
    assert!(lab.sandbox.ledger()[0].refunded);
}

#[tokio::test]
async fn outputs_are_fewer_or_of_the_wrong_type() {
    let lab = broken(Step::Submit, Fault::Fewer { outputs: 2 }).await;
    let mut task = image(1);
    task["numberResults"] = json!(4);
    let (_, body) = lab.runware(&json!([task])).await;
    assert_eq!(body["data"].as_array().unwrap().len(), 2);
    let lab = broken(Step::Submit, Fault::WrongType).await;
    let (_, body) = lab.runware(&json!([image(1)])).await;
    let url = body["data"][0]["imageURL"].as_str().unwrap();
    let file = lab.client.get(url).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "video/mp4");
}

#[tokio::test]
async fn a_status_never_seen_before_is_shown() {
    let fault = Fault::Replace { from: "success".into(), to: "postponed".into() };
    let lab = broken(Step::Poll, fault).await;
    lab.runware(&json!([video(1)])).await;
    pause().await;
    assert_eq!(lab.runware(&ask()).await.1["data"][0]["status"], "postponed");
    assert_eq!(lab.runware(&ask()).await.1["data"][0]["status"], "success");
}

#[tokio::test]
async fn downloads_redirect_vanish_and_drip() {
    let lab = lab().await;
    let (_, body) = lab.runware(&json!([image(1)])).await;
    let url = body["data"][0]["imageURL"].as_str().unwrap().to_owned();
    let rule = |fault| vec![Rule::new(Provider::Runware, Step::Download, fault)];
    lab.sandbox.set_faults(rule(Fault::Redirect { to: "http://10.0.0.1/".into() }));
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    let response = client.build().unwrap().get(&url).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["location"]),
        (302, &"http://10.0.0.1/".parse().unwrap())
    );
    lab.sandbox.set_faults(rule(Fault::Status { status: 403, body: None }));
    assert_eq!(lab.client.get(&url).send().await.unwrap().status(), 403);
    lab.sandbox.set_faults(rule(Fault::Drip { ms: 1, bytes: 20_000 }));
    let dripped = lab.client.get(&url).send().await.unwrap().bytes().await.unwrap();
    assert!(dripped == lab.client.get(&url).send().await.unwrap().bytes().await.unwrap());
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "measures a delay")]
async fn delays_come_before_and_after() {
    for fault in [Fault::Delay { ms: 120 }, Fault::DelayAfter { ms: 120 }] {
        let lab = broken(Step::Submit, fault).await;
        let started = Instant::now();
        lab.runware(&json!([video(1)])).await;
        assert!(started.elapsed() >= Duration::from_millis(120));
    }
}

#[tokio::test]
async fn plans_are_set_over_http_and_misspelt_ones_refused() {
    let lab = lab().await;
    let url = format!("http://{}/_sandbox/faults", lab.sandbox.addr());
    let plan =
        json!([{"provider": "runware", "step": "submit", "nth": 2, "fault": {"kind": "html"}}]);
    let (status, body) = send(lab.client.post(&url).json(&plan)).await;
    assert_eq!((status, &body["rules"][0]["nth"]), (200, &json!(2)));
    let wrong = json!([{"fault": {"kind": "htlm"}}]);
    assert_eq!(send(lab.client.post(&url).json(&wrong)).await.0, 400);
    assert_eq!(lab.runware(&json!([video(1)])).await.1["data"][0]["taskUUID"], uuid(1));
    assert!(lab.runware(&json!([video(2)])).await.1.is_string());
    assert_eq!(lab.admin("ledger").await["charges"].as_array().unwrap().len(), 2);
    assert_eq!(lab.admin("jobs").await["jobs"][0]["id"], uuid(1));
    assert_eq!(lab.admin("requests").await["requests"][0]["step"], "submit");
}
