//! Runware, by the reference that was gathered from its pages and SDKs.

use genmux_sandbox::{Fault, Options, Pace, Provider, Rule, Step, Strictness};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::refusals::refusal;
use crate::support::{Lab, lab, lab_with, pause, read, uuid};

pub(crate) fn image(number: u32) -> Value {
    json!({
        "taskType": "imageInference", "taskUUID": uuid(number), "model": "bytedance:5@0",
        "positivePrompt": "a paper boat", "width": 1024, "height": 1024, "outputFormat": "PNG",
    })
}

pub(crate) fn video(number: u32) -> Value {
    json!({
        "taskType": "videoInference", "taskUUID": uuid(number), "model": "bytedance:2@1",
        "positivePrompt": "a paper boat", "duration": 1.2, "resolution": "480p",
    })
}

pub(crate) fn with(mut task: Value, patch: Value) -> Value {
    let Value::Object(patch) = patch else { panic!("a patch is an object") };
    for (key, value) in patch {
        task[key] = value;
    }
    task
}

fn ask(number: u32) -> Value {
    json!({"taskType": "getResponse", "taskUUID": uuid(number)})
}

#[tokio::test]
async fn an_image_is_answered_at_once_and_not_again() {
    let lab = lab().await;
    let (status, body) = lab.runware(&json!([image(1)])).await;
    assert_eq!(status, 200);
    assert!(body.get("errors").is_none());
    let item = &body["data"][0];
    assert_eq!(item["taskUUID"], uuid(1));
    assert!(item["imageUUID"].is_string() && item["seed"].is_u64());
    let url = item["imageURL"].as_str().unwrap();
    let picture = lab.client.get(url).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(&picture[16..24], [0, 0, 4, 0, 0, 0, 4, 0]);
    assert_eq!(lab.runware(&json!([ask(1)])).await, (200, json!({"data": []})));
}

#[tokio::test]
async fn a_video_is_acknowledged_polled_and_found_cumulatively() {
    let lab = lab_with(Options { pace: Pace::Polls(2), ..Options::default() }).await;
    let ack = json!({"taskType": "videoInference", "taskUUID": uuid(1)});
    assert_eq!(lab.runware(&json!([video(1)])).await, (200, json!({"data": [ack]})));
    for _ in 0..2 {
        let (_, body) = lab.runware(&json!([ask(1)])).await;
        assert_eq!(body["data"][0]["status"], "processing");
        assert_eq!(body["data"][0]["taskType"], "videoInference");
    }
    let (_, first) = lab.runware(&json!([ask(1)])).await;
    let (_, again) = lab.runware(&json!([ask(1)])).await;
    assert_eq!(first, again);
    assert_eq!(first["data"][0]["status"], "success");
    assert!(first["data"][0]["videoURL"].as_str().unwrap().contains("/outputs/runware/"));
}

#[tokio::test]
async fn results_and_sequences_are_entries_with_their_own_ids() {
    let lab = lab().await;
    let task = with(
        image(1),
        json!({"settings": {"maxSequentialImages": 3}, "seed": 0,
        "deliveryMethod": "async", "includeCost": true, "numberResults": 2}),
    );
    lab.runware(&json!([task])).await;
    pause().await;
    let (_, body) = lab.runware(&json!([ask(1)])).await;
    let items = body["data"].as_array().unwrap();
    let mut ids: Vec<&str> = items.iter().map(|it| it["imageUUID"].as_str().unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 6);
    assert!(items.iter().all(|it| it["taskUUID"] == uuid(1) && it["cost"].is_f64()));
    assert_eq!(items[0]["seed"], 0);
    assert_eq!(lab.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn several_tasks_and_polls_go_in_one_array() {
    let lab = lab().await;
    let (_, body) = lab.runware(&json!([video(1), video(2)])).await;
    assert_eq!(body["data"].as_array().unwrap().len(), 2);
    pause().await;
    let (_, body) = lab.runware(&json!([ask(2), ask(1), ask(3)])).await;
    let ids: Vec<&Value> =
        body["data"].as_array().unwrap().iter().map(|it| &it["taskUUID"]).collect();
    assert_eq!(ids, [&json!(uuid(2)), &json!(uuid(1))]);
}

#[tokio::test]
async fn errors_stand_beside_data() {
    let lab = lab().await;
    let bad = with(video(2), json!({"duration": 99}));
    let (status, body) = lab.runware(&json!([video(1), bad])).await;
    assert_eq!(status, 200);
    assert_eq!(body["data"][0]["taskUUID"], uuid(1));
    assert_eq!(body["errors"][0]["taskUUID"], uuid(2));
    assert_eq!(lab.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn one_call_may_hold_everything() {
    let lab = lab().await;
    lab.runware(&json!([video(1)])).await;
    pause().await;
    let media = json!({"taskType": "mediaStorage", "taskUUID": uuid(5), "media": "iVBORw0KGgo="});
    let dream = json!({"taskType": "dream", "taskUUID": uuid(6)});
    let tasks = json!([ask(1), image(2), video(3), media, dream, video(3), ask(9)]);
    let (status, body) = lab.runware(&tasks).await;
    assert_eq!(status, 200);
    let told = |list: &str, key: &str, number: u32| {
        let mut rows = body[list].as_array().unwrap().iter();
        rows.any(|it| it["taskUUID"] == uuid(number) && it.get(key).is_some())
    };
    assert!(told("data", "videoURL", 1) && told("data", "imageURL", 2));
    assert!(told("data", "taskType", 3) && told("data", "mediaURL", 5));
    assert_eq!(body["data"].as_array().unwrap().len(), 4);
    assert!(told("errors", "code", 6) && told("errors", "code", 3));
    assert_eq!(body["errors"].as_array().unwrap().len(), 2);
    assert_eq!(lab.sandbox.ledger().len(), 3);
}

#[tokio::test]
async fn one_poll_finds_what_runs_what_is_done_and_what_failed() {
    let lab = lab_with(Options { pace: Pace::Polls(1), ..Options::default() }).await;
    lab.runware(&json!([video(1)])).await;
    let fault = Fault::FailJob { code: "taskFailed".into(), message: "no".into() };
    lab.sandbox.set_faults(vec![Rule::new(Provider::Runware, Step::Submit, fault)]);
    lab.runware(&json!([video(2)])).await;
    lab.runware(&json!([ask(1), ask(2)])).await;
    lab.runware(&json!([video(3)])).await;
    let (status, body) = lab.runware(&json!([ask(1), ask(2), ask(3)])).await;
    assert_eq!(status, 200);
    let state = |row: &Value| (row["taskUUID"].clone(), row["status"].clone());
    assert_eq!(state(&body["data"][0]), (json!(uuid(1)), json!("success")));
    assert_eq!(state(&body["data"][1]), (json!(uuid(3)), json!("processing")));
    assert_eq!(state(&body["errors"][0]), (json!(uuid(2)), json!("error")));
}

#[tokio::test]
async fn a_submit_behind_a_poll_is_still_one() {
    let poor = Lab { key: "no-credit", ..lab().await };
    assert_eq!(poor.runware(&json!([ask(1), video(2)])).await.0, 402);
    let lab = lab().await;
    let fault = Fault::Status { status: 503, body: None };
    lab.sandbox.set_faults(vec![Rule::new(Provider::Runware, Step::Submit, fault)]);
    assert_eq!(lab.runware(&json!([ask(1), video(2)])).await.0, 503);
}

#[tokio::test]
async fn a_task_id_is_taken_once() {
    let lab = lab().await;
    lab.runware(&json!([video(1)])).await;
    assert_eq!(refusal(&lab, video(1)).await.0, "conflictTaskUUID");
    assert_eq!(lab.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn keys_come_by_header_or_first_element() {
    let lab = lab().await;
    let login = json!({"taskType": "authentication", "apiKey": "a-key"});
    let url = lab.sandbox.base_url(Provider::Runware);
    let body = json!([login, video(1)]);
    let (status, body) = read(lab.client.post(&url).json(&body).send().await.unwrap()).await;
    assert_eq!(status, 200);
    assert!(body["data"][0]["connectionSessionUUID"].is_string());
    let (status, body) =
        read(lab.client.post(&url).json(&json!([video(2)])).send().await.unwrap()).await;
    assert_eq!((status, &body["errors"][0]["code"]), (401, &json!("missingApiKey")));
}

#[tokio::test]
async fn media_is_stored_and_deleted() {
    let lab = lab().await;
    let task = |patch| with(json!({"taskType": "mediaStorage", "taskUUID": uuid(1)}), patch);
    let png = "data:image/png;base64,iVBORw0KGgo=";
    let (_, body) = lab.runware(&json!([task(json!({"operation": "upload", "media": png}))])).await;
    let id = body["data"][0]["mediaUUID"].clone();
    let url = body["data"][0]["mediaURL"].as_str().unwrap();
    assert_eq!(lab.client.get(url).send().await.unwrap().headers()["content-type"], "image/png");
    let delete = task(json!({"operation": "delete", "mediaUUID": id}));
    assert_eq!(lab.runware(&json!([delete])).await.0, 200);
    let (status, body) = lab.runware(&json!([delete])).await;
    assert_eq!((status, &body["errors"][0]["code"]), (404, &json!("mediaNotFound")));
}

#[tokio::test]
async fn the_old_image_upload_answers_in_its_own_words() {
    let lab = lab().await;
    let task = json!({"taskType": "imageUpload", "taskUUID": uuid(1), "image": "iVBORw0KGgo="});
    let (_, body) = lab.runware(&json!([task])).await;
    assert!(body["data"][0]["imageUUID"].is_string() && body["data"][0]["imageURL"].is_string());
    let task = json!({"taskType": "imageUpload", "taskUUID": uuid(1), "image": "!"});
    let (_, body) = lab.runware(&json!([task])).await;
    assert_eq!(body["errors"][0]["code"], "invalidValueUploadFailed");
}

#[tokio::test]
async fn a_dry_run_prices_and_remembers_nothing() {
    let lab = lab().await;
    let dry = lab.runware_raw(&json!([video(1)])).header("X-Runware-Dry-Run", "1");
    let (status, body) = read(dry.send().await.unwrap()).await;
    assert_eq!(status, 200);
    assert!(body["data"][0]["cost"].is_f64());
    assert!(lab.sandbox.ledger().is_empty());
    assert_eq!(lab.runware(&json!([video(1)])).await.0, 200);
}

#[tokio::test]
async fn pictures_also_come_inline() {
    let lab = lab().await;
    let inline = |number, kind| with(image(number), json!({"outputType": kind}));
    let (_, body) = lab.runware(&json!([inline(1, "dataURI"), inline(2, "base64Data")])).await;
    let uri = body["data"][0]["imageDataURI"].as_str().unwrap();
    assert!(uri.starts_with("data:image/png;base64,iVBORw0KGgo"));
    assert!(body["data"][1]["imageBase64Data"].as_str().unwrap().starts_with("iVBORw0KGgo"));
}

#[tokio::test]
async fn the_account_is_told() {
    let lab = lab().await;
    let task =
        json!({"taskType": "accountManagement", "taskUUID": uuid(1), "operation": "getDetails"});
    let (_, body) = lab.runware(&json!([task])).await;
    assert_eq!(body["data"][0]["balance"]["currency"], "USD");
}

#[tokio::test]
async fn a_failed_poll_is_400_where_the_switch_says_so() {
    let strictness = Strictness { failed_poll_is_400: true, ..Strictness::default() };
    let lab = lab_with(Options { strictness, ..Options::default() }).await;
    let fault = Fault::FailJob { code: "taskFailed".into(), message: "no".into() };
    lab.sandbox.set_faults(vec![Rule::new(Provider::Runware, Step::Submit, fault)]);
    lab.runware(&json!([video(1)])).await;
    pause().await;
    assert_eq!(lab.runware(&json!([ask(1)])).await.0, 400);
}

#[tokio::test]
async fn a_webhook_brings_each_result_flat() {
    let lab = lab().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?secret=1", listener.local_addr().unwrap());
    lab.runware(&json!([with(video(1), json!({"webhookURL": url}))])).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut text = String::new();
    while !text.ends_with('}') {
        let mut piece = vec![0; 4096];
        let count = stream.read(&mut piece).await.unwrap();
        assert_ne!(count, 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&piece[..count]));
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    assert!(text.starts_with("POST /hook?secret=1 HTTP/1.1\r\n"));
    let item: Value = serde_json::from_str(text.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!((&item["taskUUID"], &item["status"]), (&json!(uuid(1)), &json!("success")));
    assert!(item["videoURL"].is_string() && item.get("data").is_none());
}

#[tokio::test]
async fn outputs_are_put_where_the_task_says() {
    let lab = lab().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/bucket/a.png?signed=1", listener.local_addr().unwrap());
    let task = with(image(1), json!({"uploadEndpoint": url}));
    let (_, body) = lab.runware(&json!([task])).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    let file = lab.client.get(body["data"][0]["imageURL"].as_str().unwrap()).send().await.unwrap();
    let bytes = file.bytes().await.unwrap();
    let mut put = Vec::new();
    while !put.ends_with(&bytes) {
        assert_ne!(stream.read_buf(&mut put).await.unwrap(), 0);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    let head = String::from_utf8_lossy(&put[..put.len() - bytes.len()]).into_owned();
    assert!(head.starts_with("PUT /bucket/a.png?signed=1 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: image/png\r\n"), "{head}");
}
