//! Calls that go wrong on order, judged by the ledger.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use genmux_sandbox::{Fault, Options, Pace, Provider, Rule, Step};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::runware::{image, video, with};
use crate::support::{Lab, client, lab, lab_with, pause, read, send, uuid};

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
async fn a_reset_is_one_and_not_an_orderly_end() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        let lab = broken(Step::Submit, fault).await;
        let mut stream = TcpStream::connect(lab.sandbox.addr()).await.unwrap();
        let body = json!([video(1)]).to_string();
        let head = format!(
            "POST /runware/v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        let error = stream.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
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
    let client = client().redirect(reqwest::redirect::Policy::none());
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
async fn a_redirect_without_an_address_leads_to_the_same_output() {
    let lab = lab().await;
    let (_, body) = lab.runware(&json!([image(1)])).await;
    let url = body["data"][0]["imageURL"].as_str().unwrap();
    let plain = lab.client.get(url).send().await.unwrap().bytes().await.unwrap();
    let rule: Rule = serde_json::from_value(
        json!({"provider": "runware", "step": "download", "fault": {"kind": "redirect"}}),
    )
    .unwrap();
    lab.sandbox.set_faults(vec![rule]);
    let led = lab.client.get(url).send().await.unwrap();
    assert!(led.url().path().starts_with("/_sandbox/elsewhere/outputs/runware/"));
    assert!(led.bytes().await.unwrap() == plain);
}

#[tokio::test]
async fn a_job_may_be_slow() {
    let lab = broken(Step::Submit, Fault::Slow { ms: 60_000 }).await;
    lab.runware(&json!([video(1), video(2)])).await;
    lab.runware(&json!([video(3)])).await;
    pause().await;
    let ask = |number| json!({"taskType": "getResponse", "taskUUID": uuid(number)});
    let (_, body) = lab.runware(&json!([ask(1), ask(2), ask(3)])).await;
    let states = body["data"].as_array().unwrap().iter().map(|it| it["status"].clone());
    assert_eq!(states.collect::<Vec<_>>(), ["processing", "processing", "success"]);
}

#[tokio::test]
async fn results_may_be_found_one_by_one() {
    let fault = Fault::Trickle { polls: 2, silent: false };
    let lab = lab_with(Options { pace: Pace::Polls(1), ..Options::default() }).await;
    lab.sandbox.set_faults(vec![Rule::new(Provider::Runware, Step::Submit, fault)]);
    let task = with(image(1), json!({"numberResults": 3, "deliveryMethod": "async"}));
    lab.runware(&json!([task])).await;
    let mut seen = Vec::new();
    for _ in 0..7 {
        let (_, body) = lab.runware(&ask()).await;
        let states = body["data"].as_array().unwrap().iter().map(|it| it["status"].clone());
        seen.push(states.filter_map(|it| it.as_str().map(|it| it[..1].to_owned())).collect());
    }
    let seen: Vec<String> = seen;
    assert_eq!(seen, ["p", "sp", "sp", "ssp", "ssp", "sss", "sss"]);
}

#[tokio::test]
async fn results_may_be_missing_without_a_word() {
    let fault = Fault::Trickle { polls: 1, silent: true };
    let lab = broken(Step::Submit, fault).await;
    let task = with(image(1), json!({"numberResults": 2, "deliveryMethod": "async"}));
    lab.runware(&json!([task])).await;
    pause().await;
    let (_, first) = lab.runware(&ask()).await;
    let (_, then) = lab.runware(&ask()).await;
    assert_eq!(first["data"].as_array().unwrap().len(), 1);
    assert_eq!(then["data"].as_array().unwrap().len(), 2);
    assert_eq!(then["data"][0], first["data"][0], "polls repeat what was found");
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
