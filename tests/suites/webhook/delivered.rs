//! What the sandbox really delivers.

use std::sync::Arc;
use std::time::Duration;

use genmux::webhook::{About, Delivery, Meaning, Received, Receiver};
use genmux::{Client, Credentials, JobStatus, Request, RunOptions};
use genmux_sandbox::{Options, Provider, Sandbox};
use http::{HeaderMap, HeaderName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::settings;

/// A request line, headers and body, as they came.
struct Call {
    target: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Takes one call and answers it.
async fn take(listener: &TcpListener) -> Call {
    let accepted = timeout(Duration::from_secs(10), listener.accept()).await;
    let (mut stream, _) = accepted.unwrap().unwrap();
    let mut bytes = Vec::new();
    let end = loop {
        stream.read_buf(&mut bytes).await.unwrap();
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let target = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())
    };
    let headers: HeaderMap = lines.map(pair).collect();
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        stream.read_buf(&mut body).await.unwrap();
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    Call { target, headers, body }
}

fn read(receiver: &Receiver, call: &Call) -> Received {
    receiver.receive(&Delivery::at(&call.target, &call.headers, &call.body)).unwrap()
}

async fn start() -> (Sandbox, TcpListener, String, Receiver) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/hooks", listener.local_addr().unwrap());
    // The sandbox signs by the day, with the secret that the docs show.
    let today = genmux::webhook::Settings::new(Vec::new()).clock;
    let settings = genmux::webhook::Settings { clock: Arc::clone(&today), ..settings() };
    (sandbox, listener, base, Receiver::new(settings).unwrap())
}

#[tokio::test]
async fn replicate_signs_what_it_says() {
    let (sandbox, listener, base, receiver) = start().await;
    let url = receiver.url(&base, "replicate", About::Key("order-17")).unwrap();
    let body = format!(
        r#"{{"webhook":"{url}","webhook_events_filter":["completed"],
            "input":{{"prompt":"a paper boat","duration":4,"resolution":"480p"}}}}"#
    );
    let path = "/replicate/v1/models/bytedance/seedance-2.0-fast/predictions";
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: sandbox\r\nauthorization: Bearer a-key\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(sandbox.addr()).await.unwrap();
    stream.write_all((head + &body).as_bytes()).await.unwrap();
    let call = take(&listener).await;
    let told = read(&receiver, &call);
    assert_eq!((told.key.as_deref(), told.is_news()), (Some("order-17"), true));
    assert_eq!(told.job, sandbox.ledger()[0].job);
    let Meaning::State(state) = told.meaning else { panic!("it is signed") };
    assert_eq!((state.status, state.artifacts.len()), (JobStatus::Succeeded, 1));
    assert!(read(&receiver, &call).duplicate);
    let changed = Call { body: [&call.body[..], b" "].concat(), ..call };
    let delivery = Delivery::at(&changed.target, &changed.headers, &changed.body);
    assert!(receiver.receive(&delivery).is_err());
}

#[tokio::test]
async fn runware_gives_a_hint_and_the_job_is_read_back() {
    let (sandbox, listener, base, receiver) = start().await;
    let mut settings = genmux::Settings { environment: false, ..genmux::Settings::default() };
    settings.base_urls.insert("runware".into(), sandbox.base_url(Provider::Runware));
    settings.credentials.insert("runware".into(), Credentials::key("a-key"));
    let provider = Client::new(settings).unwrap().provider("runware/seedream-4.0").unwrap();
    let mut request = Request::image("a paper boat");
    request.size = Some("1024x1024".parse().unwrap());
    let url = receiver.url(&base, "runware", About::Key("order-17")).unwrap();
    request.delivery.webhook_url = Some(url);
    let options = RunOptions::default();
    let job = provider.submit(&request, &options).await.unwrap();
    let told = read(&receiver, &take(&listener).await);
    assert_eq!((&told.meaning, &told.job), (&Meaning::ReadBack, &job.id));
    assert_eq!(told.key.as_deref(), Some("order-17"));
    let snapshot = provider.status(&job, &options).await.unwrap();
    assert_eq!(snapshot.status, JobStatus::Succeeded);
}
