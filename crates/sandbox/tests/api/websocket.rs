//! Runware's socket, by its page and by what official SDKs need.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use genmux_sandbox::{Fault, Options, Pace, Provider, Rule, Step};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::runware::{image, video, with};
use crate::support::{Lab, lab, lab_with, pause, uuid};

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    async fn open(lab: &Lab) -> Self {
        let stream = TcpStream::connect(lab.sandbox.addr()).await.unwrap();
        let url = lab.sandbox.base_url(Provider::Runware).replace("http", "ws");
        Self(client_async(url + "?sdk=js", stream).await.unwrap().0)
    }

    /// Open, and logged in as somebody; with the id of the session.
    async fn login(lab: &Lab, key: &str) -> (Self, String) {
        let mut socket = Self::open(lab).await;
        let reply = socket.ask(json!([login(key)])).await;
        let session = reply["data"][0]["connectionSessionUUID"].as_str().unwrap().to_owned();
        (socket, session)
    }

    /// As another connection of a session.
    async fn resume(lab: &Lab, key: &str, session: &str) -> (Self, String) {
        let mut socket = Self::open(lab).await;
        let task = with(login(key), json!({"connectionSessionUUID": session}));
        let reply = socket.ask(json!([task])).await;
        (socket, reply["data"][0]["connectionSessionUUID"].as_str().unwrap().to_owned())
    }

    async fn send(&mut self, tasks: Value) {
        self.0.send(Message::text(tasks.to_string())).await.unwrap();
    }

    /// The next frame as text; `None` when the connection is over, however it ended.
    async fn text(&mut self) -> Option<String> {
        match timeout(Duration::from_secs(5), self.0.next()).await.unwrap() {
            Some(Ok(Message::Text(text))) => Some(text.to_string()),
            _ => None,
        }
    }

    async fn next(&mut self) -> Value {
        serde_json::from_str(&self.text().await.unwrap()).unwrap()
    }

    async fn ask(&mut self, tasks: Value) -> Value {
        self.send(tasks).await;
        self.next().await
    }

    /// The end of the connection, told apart: closed, or broken.
    async fn is_reset(&mut self) -> bool {
        matches!(timeout(Duration::from_secs(5), self.0.next()).await.unwrap(), Some(Err(_)))
    }
}

fn login(key: &str) -> Value {
    json!({"taskType": "authentication", "apiKey": key})
}

fn ask(number: u32) -> Value {
    json!({"taskType": "getResponse", "taskUUID": uuid(number)})
}

fn set(lab: &Lab, step: Step, fault: Fault) {
    lab.sandbox.set_faults(vec![Rule::new(Provider::Runware, step, fault)]);
}

#[tokio::test]
async fn a_video_is_acknowledged_and_polled() {
    let lab = lab_with(Options { pace: Pace::Polls(1), ..Options::default() }).await;
    let (mut socket, session) = Socket::login(&lab, "a-key").await;
    assert_eq!(session.len(), 36);
    let ack = json!({"data": [{"taskType": "videoInference", "taskUUID": uuid(1)}]});
    assert_eq!(socket.ask(json!([video(1)])).await, ack);
    assert_eq!(socket.ask(json!([ask(1)])).await["data"][0]["status"], "processing");
    let found = socket.ask(json!([ask(1)])).await;
    assert_eq!(found["data"][0]["status"], "success");
    let url = found["data"][0]["videoURL"].as_str().unwrap();
    assert_eq!(lab.client.get(url).send().await.unwrap().status(), 200);
    assert_eq!(socket.ask(json!([ask(2)])).await, json!({"data": []}));
    assert_eq!(lab.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn results_come_when_they_are_done_and_hold_nobody_up() {
    let lab = lab_with(Options { pace: Pace::Millis(300), ..Options::default() }).await;
    let (mut socket, _) = Socket::login(&lab, "a-key").await;
    let (three, two) = (json!({"maxSequentialImages": 3}), json!({"numberResults": 2}));
    let task = with(with(image(1), two), json!({"settings": three}));
    socket.send(json!([task])).await;
    let pong = json!({"data": [{"taskType": "ping", "pong": true}]});
    assert_eq!(socket.ask(json!([{"taskType": "ping", "ping": true}])).await, pong);
    for _ in 0..2 {
        let frame = socket.next().await;
        let items = frame["data"].as_array().unwrap();
        assert_eq!(items.len(), 3, "a sequence comes whole: {frame}");
        assert!(items.iter().all(|item| item["taskUUID"] == uuid(1)));
    }
}

#[tokio::test]
async fn data_and_errors_come_in_frames_of_their_own() {
    let lab = lab().await;
    let (mut socket, _) = Socket::login(&lab, "a-key").await;
    let bad = with(video(1), json!({"duration": 99}));
    socket.send(json!([bad, video(2), {"taskType": "juggle", "taskUUID": uuid(3)}])).await;
    let (first, second, third) = (socket.next().await, socket.next().await, socket.next().await);
    assert_eq!(first["errors"][0]["taskUUID"], uuid(1));
    assert_eq!(first["errors"][0]["code"], "unsupportedDuration");
    assert!(first.get("data").is_none() && second.get("errors").is_none());
    assert_eq!(second["data"][0]["taskUUID"], uuid(2));
    assert_eq!(third["errors"][0]["taskUUID"], uuid(3));
}

#[tokio::test]
async fn uploads_and_the_account_work_as_over_rest() {
    let lab = lab().await;
    let (mut socket, _) = Socket::login(&lab, "a-key").await;
    let upload = json!({"taskType": "imageUpload", "taskUUID": uuid(1), "image": "aGVsbG8="});
    let kept = socket.ask(json!([upload])).await;
    assert_eq!(kept["data"][0]["taskUUID"], uuid(1));
    assert!(kept["data"][0]["imageURL"].is_string());
    let account = json!({"taskType": "accountManagement", "taskUUID": uuid(2)});
    assert_eq!(socket.ask(json!([account])).await["data"][0]["balance"]["currency"], "USD");
    let requests = lab.admin("requests").await;
    let steps: Vec<&Value> =
        requests["requests"].as_array().unwrap().iter().map(|row| &row["step"]).collect();
    assert_eq!(steps, ["other", "upload", "other"]);
}

#[tokio::test]
async fn keys_are_refused_in_frames() {
    let lab = lab().await;
    let mut socket = Socket::open(&lab).await;
    let early = socket.ask(json!([video(1)])).await;
    assert_eq!(early["errors"][0]["code"], "missingApiKey");
    assert_eq!(early["errors"][0]["taskUUID"], uuid(1));
    for (key, code) in [("invalid-key", "invalidApiKey"), ("throttled", "rateLimitExceeded")] {
        let refused = socket.ask(json!([login(key)])).await;
        assert_eq!(refused["errors"][0]["code"], code);
        assert_eq!(refused["errors"][0]["taskType"], "authentication");
    }
    for (key, code) in
        [("no-credit", "insufficientCredits"), ("no-plan", "insufficientPermissions")]
    {
        let (mut socket, _) = Socket::login(&lab, key).await;
        let refused = socket.ask(json!([video(1)])).await;
        assert_eq!(refused["errors"][0]["code"], code);
        assert_eq!(refused["errors"][0]["taskUUID"], uuid(1));
    }
    assert!(lab.sandbox.ledger().is_empty());
}

#[tokio::test]
async fn what_is_no_array_is_an_error() {
    let lab = lab().await;
    let (mut socket, _) = Socket::login(&lab, "a-key").await;
    for junk in ["", "{}", "[", "hello"] {
        socket.0.send(Message::text(junk)).await.unwrap();
        assert_eq!(socket.next().await["errors"][0]["code"], "invalidRequestBody");
    }
    assert_eq!(socket.ask(json!([ask(1)])).await, json!({"data": []}));
}

#[tokio::test]
async fn results_that_found_nobody_are_collected_by_the_session() {
    let lab = lab_with(Options { pace: Pace::Millis(200), ..Options::default() }).await;
    let (mut socket, session) = Socket::login(&lab, "a-key").await;
    socket.send(json!([image(1)])).await;
    pause().await;
    drop(socket);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let (_stranger, other) = Socket::resume(&lab, "another-key", &session).await;
    assert_ne!(other, session, "a session belongs to its key");
    let (mut socket, same) = Socket::resume(&lab, "a-key", &session).await;
    assert_eq!(same, session);
    assert_eq!(socket.next().await["data"][0]["taskUUID"], uuid(1));
    drop(socket);
    let (mut socket, _) = Socket::resume(&lab, "a-key", &session).await;
    assert_eq!(socket.ask(json!([ask(1)])).await, json!({"data": []}), "it comes once");
}

#[tokio::test]
async fn a_silent_connection_is_closed() {
    // 120 seconds are 0.3 on the wall.
    let lab = lab_with(Options { clock_scale: 400.0, ..Options::default() }).await;
    let (mut socket, _) = Socket::login(&lab, "a-key").await;
    for _ in 0..5 {
        pause().await;
        socket.ask(json!([{"taskType": "ping", "ping": true}])).await;
    }
    assert!(!socket.is_reset().await);
}

#[tokio::test]
async fn a_reset_before_a_submit_leaves_no_trace() {
    let lab = lab().await;
    let (mut socket, session) = Socket::login(&lab, "a-key").await;
    set(&lab, Step::Submit, Fault::ResetBefore);
    socket.send(json!([video(1)])).await;
    assert!(socket.is_reset().await);
    assert!(lab.sandbox.ledger().is_empty());
    let (mut socket, _) = Socket::resume(&lab, "a-key", &session).await;
    assert_eq!(socket.ask(json!([video(1)])).await["data"][0]["taskUUID"], uuid(1));
}

#[tokio::test]
async fn an_answer_that_a_reset_lost_is_collected() {
    let lab = lab().await;
    let (mut socket, session) = Socket::login(&lab, "a-key").await;
    set(&lab, Step::Submit, Fault::ResetAfter);
    socket.send(json!([video(1)])).await;
    assert!(socket.is_reset().await);
    assert_eq!(lab.sandbox.ledger().len(), 1);
    let (mut socket, _) = Socket::resume(&lab, "a-key", &session).await;
    assert_eq!(socket.next().await["data"][0]["taskUUID"], uuid(1));
    let again = socket.ask(json!([video(1)])).await;
    assert_eq!(again["errors"][0]["code"], "conflictTaskUUID");
    assert_eq!(lab.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn faults_change_frames() {
    let lab = lab().await;
    let (mut socket, _) = Socket::login(&lab, "a-key").await;
    let status =
        |status, body: Option<&str>| Fault::Status { status, body: body.map(str::to_owned) };
    set(&lab, Step::Submit, status(503, None));
    let refused = socket.ask(json!([video(1)])).await;
    assert_eq!(refused["errors"][0]["code"], "serviceUnavailable");
    assert_eq!(refused["errors"][0]["taskUUID"], uuid(1));
    set(&lab, Step::Submit, Fault::Throttle { seconds: 7, header: true, body: true });
    let refused = socket.ask(json!([video(1)])).await;
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("7 seconds"));
    assert!(lab.sandbox.ledger().is_empty());
    set(&lab, Step::Poll, status(200, Some("as it is")));
    socket.send(json!([ask(1)])).await;
    assert_eq!(socket.text().await.unwrap(), "as it is");
    set(&lab, Step::Poll, Fault::NoId);
    assert_eq!(socket.ask(json!([ask(1)])).await, json!({}));
    set(&lab, Step::Poll, Fault::Replace { from: "data".into(), to: "news".into() });
    assert_eq!(socket.ask(json!([ask(1)])).await, json!({"news": []}));
    set(&lab, Step::Poll, Fault::Truncate);
    socket.send(json!([ask(1)])).await;
    assert_eq!(socket.text().await.unwrap(), r#"{"dat"#);
    assert_eq!(socket.text().await, None);
}

#[tokio::test]
async fn a_job_that_fails_is_an_error_of_its_task() {
    let lab = lab().await;
    let (mut socket, _) = Socket::login(&lab, "a-key").await;
    let fault = || Fault::FailJob { code: "taskFailed".into(), message: "it failed".into() };
    set(&lab, Step::Submit, fault());
    let failed = socket.ask(json!([image(1)])).await;
    assert_eq!(failed["errors"][0]["code"], "taskFailed");
    assert_eq!(failed["errors"][0]["taskUUID"], uuid(1));
    set(&lab, Step::Submit, fault());
    socket.ask(json!([video(2)])).await;
    pause().await;
    assert_eq!(socket.ask(json!([ask(2)])).await["errors"][0]["taskUUID"], uuid(2));
    assert!(lab.sandbox.ledger().iter().all(|charge| charge.refunded));
}

#[tokio::test]
async fn a_plain_call_to_the_address_goes_on_working() {
    let lab = lab().await;
    let url = lab.sandbox.base_url(Provider::Runware);
    assert_eq!(lab.client.get(&url).send().await.unwrap().status(), 405);
    let bare = lab.client.get(&url).header("upgrade", "websocket").send().await.unwrap();
    assert_eq!(bare.status(), 400);
    assert_eq!(lab.runware(&json!([ask(1)])).await, (200, json!({"data": []})));
}

#[tokio::test]
async fn sockets_end_with_the_sandbox() {
    let lab = lab().await;
    let (mut socket, _) = Socket::login(&lab, "a-key").await;
    lab.sandbox.shutdown().await;
    assert_eq!(socket.text().await, None);
}
