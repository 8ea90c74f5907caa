//! Replicate, by its OpenAPI and recordings.

use genmux_sandbox::{Options, Pace};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{Lab, lab, lab_with, pause, read, send};

const ROUTE: &str = "/models/bytedance/seedance-2.0-fast/predictions";

fn input() -> Value {
    json!({"prompt": "a paper boat", "duration": 4, "resolution": "480p", "aspect_ratio": "21:9"})
}

async fn create(lab: &Lab, input: Value) -> (u16, Value) {
    send(lab.replicate("POST", ROUTE).json(&json!({"input": input}))).await
}

async fn get(lab: &Lab, prediction: &Value) -> Value {
    let path = format!("/predictions/{}", prediction["id"].as_str().unwrap());
    send(lab.replicate("GET", &path)).await.1
}

#[tokio::test]
async fn a_prediction_starts_processes_and_succeeds() {
    let lab = lab_with(Options { pace: Pace::Polls(2), ..Options::default() }).await;
    let (status, made) = create(&lab, input()).await;
    assert_eq!((status, &made["status"]), (201, &json!("starting")));
    assert_eq!((made["id"].as_str().unwrap().len(), &made["version"]), (26, &json!("hidden")));
    assert!(made.get("completed_at").is_none() && made["output"].is_null());
    assert_eq!(get(&lab, &made).await["status"], "starting");
    assert_eq!(get(&lab, &made).await["status"], "processing");
    let done = get(&lab, &made).await;
    assert_eq!(done["status"], "succeeded");
    assert_eq!(done["metrics"]["video_output_duration_seconds"], 4.0);
    let file = lab.client.get(done["output"].as_str().unwrap()).send().await.unwrap();
    let file = re_mp4::Mp4::read_bytes(&file.bytes().await.unwrap()).unwrap();
    let track = file.tracks().values().next().unwrap();
    assert_eq!((track.width, track.height), (992, 432));
}

#[tokio::test]
async fn a_version_may_be_an_official_model_and_nothing_else() {
    let lab = lab().await;
    let by = async |version: &str| {
        let body = json!({"version": version, "input": input()});
        send(lab.replicate("POST", "/predictions").json(&body)).await
    };
    let (status, made) = by("bytedance/seedance-2.0-fast").await;
    assert_eq!((status, &made["model"]), (201, &json!("bytedance/seedance-2.0-fast")));
    assert_eq!(made["version"], "hidden");
    for unknown in ["bytedance/seedance-9", "bytedance/seedance-2.0-fast:latest", "a"] {
        let (status, body) = by(unknown).await;
        assert_eq!((status, &body["title"]), (422, &json!("Invalid version or not permitted")));
    }
    let (status, body) =
        by("90388a62748fab7edda739f1df78e8cbc66cc9275cfe232888ce53dea3d5e7b5").await;
    assert_eq!((status, &body["title"]), (422, &json!("Invalid version or not permitted")));
    let body = json!({"model": "a/b", "input": input()});
    let (_, body) = send(lab.replicate("POST", "/predictions").json(&body)).await;
    assert_eq!(
        body["detail"],
        "- version is required\n- Additional property model is not allowed\n"
    );
}

#[tokio::test]
async fn a_waiting_create_has_output_but_is_not_final() {
    let lab = lab().await;
    let request = lab.replicate("POST", ROUTE).header("Prefer", "wait=5");
    let response = request.json(&json!({"input": input()})).send().await.unwrap();
    assert_eq!(response.headers()["preference-applied"], "wait=5");
    let (status, made) = read(response).await;
    assert_eq!((status, &made["status"]), (201, &json!("processing")));
    assert!(made["output"].is_string() && made.get("metrics").is_none());
}

#[tokio::test]
async fn bad_input_is_refused_in_the_exact_form() {
    let lab = lab().await;
    let request = lab.replicate("POST", ROUTE).json(&json!({"input": {"duration": 99}}));
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let (status, body) = read(response).await;
    assert_eq!(status, 422);
    assert_eq!(body["title"], "Input validation failed");
    assert_eq!(
        body["detail"],
        "- input: prompt is required\n- input.duration: Must be less than or equal to 15\n"
    );
    assert_eq!(
        body["invalid_fields"][1],
        json!({"type": "number_lte", "field": "input.duration",
            "description": "Must be less than or equal to 15"})
    );
    assert!(lab.sandbox.ledger().is_empty());
}

#[tokio::test]
async fn unknown_inputs_are_ignored_and_rules_in_prose_fail_later() {
    let lab = lab().await;
    let (status, _) = create(&lab, json!({"prompt": "a", "size": "1280x720"})).await;
    assert_eq!(status, 201);
    for late in [
        json!({"prompt": "a", "duration": 2}),
        json!({"prompt": "a", "last_frame_image": "https://a/b.png"}),
        json!({"prompt": "a", "reference_images": vec!["https://a/b.png"; 10]}),
    ] {
        let (status, made) = create(&lab, late).await;
        assert_eq!(status, 201);
        pause().await;
        let done = get(&lab, &made).await;
        assert_eq!(done["status"], "failed");
        assert!(done["error"].as_str().unwrap().ends_with("(E006)"));
    }
}

#[tokio::test]
async fn a_cancel_is_final_at_once_and_harmless_afterwards() {
    let lab = lab_with(Options { pace: Pace::Millis(60_000), ..Options::default() }).await;
    let (_, made) = create(&lab, input()).await;
    let path = format!("/predictions/{}/cancel", made["id"].as_str().unwrap());
    let (status, stopped) = send(lab.replicate("POST", &path)).await;
    assert_eq!((status, &stopped["status"]), (200, &json!("canceled")));
    assert_eq!(send(lab.replicate("POST", &path)).await.1["status"], "canceled");
}

#[tokio::test]
async fn a_deadline_aborts_what_has_not_started() {
    let slow = Options { pace: Pace::Millis(600_000), clock_scale: 100.0, ..Options::default() };
    let lab = lab_with(slow).await;
    let request = lab.replicate("POST", ROUTE).header("Cancel-After", "5s");
    let (_, made) = send(request.json(&json!({"input": input()}))).await;
    assert!(made["deadline"].is_string());
    pause().await;
    assert_eq!(get(&lab, &made).await["status"], "aborted");
    assert!(lab.sandbox.ledger()[0].refunded);
}

#[tokio::test]
async fn deadlines_below_five_seconds_are_refused() {
    let lab = lab().await;
    for header in ["4", "4s", "0h", "soon", ""] {
        let request = lab.replicate("POST", ROUTE).header("Cancel-After", header);
        let (status, body) = send(request.json(&json!({"input": input()}))).await;
        assert_eq!((status, &body["status"]), (422, &json!(422)), "{header}");
        assert!(body["detail"].as_str().unwrap().contains("Cancel-After"), "{body}");
    }
    assert!(lab.sandbox.ledger().is_empty());
    let request = lab.replicate("POST", ROUTE).header("Cancel-After", "5");
    assert_eq!(send(request.json(&json!({"input": input()}))).await.0, 201);
}

#[tokio::test]
async fn lists_are_paged_newest_first_and_filtered_by_time() {
    let lab = lab().await;
    for _ in 0..101 {
        create(&lab, input()).await;
    }
    let (_, first) = send(lab.replicate("GET", "/predictions")).await;
    assert_eq!(first["results"].as_array().unwrap().len(), 100);
    let next = lab.client.get(first["next"].as_str().unwrap()).bearer_auth("a-key");
    let (_, second) = send(next).await;
    assert_eq!(second["results"].as_array().unwrap().len(), 1);
    let oldest = second["results"][0]["created_at"].as_str().unwrap().to_owned();
    let newest = first["results"][0]["created_at"].as_str().unwrap().to_owned();
    let path = format!("/predictions?created_after={newest}");
    let (_, after) = send(lab.replicate("GET", &path)).await;
    assert!(!after["results"].as_array().unwrap().is_empty());
    assert_eq!(after["results"][0]["input"], input());
    let path = format!("/predictions?created_before={oldest}");
    assert_eq!(send(lab.replicate("GET", &path)).await.1["results"], json!([]));
}

#[tokio::test]
async fn files_are_kept_with_name_and_type() {
    let lab = lab().await;
    let part = Part::bytes(b"\x89PNG".to_vec()).file_name("a.png").mime_str("image/png").unwrap();
    let form = Form::new().part("content", part);
    let (status, file) = send(lab.replicate("POST", "/files").multipart(form)).await;
    assert_eq!(status, 201);
    assert_eq!((&file["name"], &file["content_type"]), (&json!("a.png"), &json!("image/png")));
    assert_eq!(file["etag"], file["checksums"]["md5"]);
    let path = format!("/files/{}", file["id"].as_str().unwrap());
    assert!(file["urls"]["get"].as_str().unwrap().ends_with(&path));
    assert_eq!(send(lab.replicate("GET", &path)).await.1, file);
    assert_eq!(send(lab.replicate("GET", "/files")).await.1["results"][0], file);
    // The address alone grants it, as with the signature of the vendor's own.
    let url =
        format!("{}/download?owner=a&expiry=1&signature=b", file["urls"]["get"].as_str().unwrap());
    let download = lab.client.get(&url).send().await.unwrap();
    assert_eq!(
        (download.status().as_u16(), &download.headers()["content-type"]),
        (200, &"image/png".parse().unwrap())
    );
    assert_eq!(download.bytes().await.unwrap(), &b"\x89PNG"[..]);
    let part = lab.client.get(&url).header("range", "bytes=1-3").send().await.unwrap();
    assert_eq!(part.bytes().await.unwrap(), &b"PNG"[..]);
    assert_eq!(send(lab.replicate("DELETE", &path)).await.0, 204);
    assert_eq!(send(lab.replicate("GET", &path)).await.1["detail"], "File not found");
}

#[tokio::test]
async fn keys_are_refused_in_the_recorded_words() {
    for (key, status) in [("invalid-key", 401), ("no-credit", 402), ("throttled", 429)] {
        let lab = Lab { key, ..lab().await };
        assert_eq!(create(&lab, input()).await.0, status, "{key}");
    }
    let poor = Lab { key: "no-credit", ..lab().await };
    assert_eq!(create(&poor, json!({})).await.0, 422);
}

#[tokio::test]
async fn models_account_and_secret_are_told() {
    let lab = lab().await;
    let (_, model) = send(lab.replicate("GET", "/models/bytedance/seedance-2.0-fast")).await;
    assert_eq!(model["is_official"], true);
    let input = &model["latest_version"]["openapi_schema"]["components"]["schemas"]["Input"];
    assert_eq!(input["properties"]["duration"]["maximum"], 15);
    let versions = "/models/bytedance/seedance-2.0-fast/versions";
    assert_eq!(send(lab.replicate("GET", versions)).await.1["results"], json!([]));
    let version = format!("{versions}/{}", model["latest_version"]["id"].as_str().unwrap());
    assert!(send(lab.replicate("GET", &version)).await.1["cog_version"].is_string());
    assert_eq!(send(lab.replicate("GET", "/account")).await.1["type"], "user");
    let (_, secret) = send(lab.replicate("GET", "/webhooks/default/secret")).await;
    assert!(secret["key"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(send(lab.replicate("GET", "/models/a/b")).await.0, 404);
    assert_eq!(
        send(lab.replicate("POST", "/models/a/b/predictions").json(&json!({"input": {}}))).await.0,
        404
    );
}

#[tokio::test]
async fn webhooks_are_signed_and_delivered_to_loopback() {
    let lab = lab().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let body = json!({"input": input(), "webhook": url, "webhook_events_filter": ["completed"]});
    assert_eq!(send(lab.replicate("POST", ROUTE).json(&body)).await.0, 201);
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut text = String::new();
    while !text.contains("\"status\":\"succeeded\"") {
        let mut piece = vec![0; 8192];
        let count = stream.read(&mut piece).await.unwrap();
        assert_ne!(count, 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&piece[..count]));
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    assert!(text.starts_with("POST /hook HTTP/1.1\r\n"));
    for header in ["webhook-id: msg_", "webhook-timestamp: ", "webhook-signature: v1,"] {
        assert!(text.contains(header), "{header}");
    }
}

#[tokio::test]
async fn after_an_hour_input_and_output_are_gone() {
    let lab = lab_with(Options { clock_scale: 100_000.0, ..Options::default() }).await;
    let (_, made) = create(&lab, input()).await;
    pause().await;
    let late = get(&lab, &made).await;
    assert_eq!((&late["status"], &late["data_removed"]), (&json!("succeeded"), &json!(true)));
    assert_eq!((&late["output"], &late["input"]), (&Value::Null, &json!({})));
}
