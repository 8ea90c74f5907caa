//! Scenario, by its SDK and live notes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use genmux_sandbox::{Options, Pace, Strictness};
use serde_json::{Value, json};

use crate::support::{Lab, lab, lab_with, pause, send};

const SEEDREAM_4: &str = "model_bytedance-seedream-4-editing";
pub(crate) const LITE: &str = "model_bytedance-seedream-5-0-lite";

pub(crate) async fn generate(lab: &Lab, model: &str, body: Value) -> (u16, Value) {
    send(lab.scenario("POST", &format!("/generate/custom/{model}")).json(&body)).await
}

pub(crate) async fn job(lab: &Lab, id: &Value) -> Value {
    let path = format!("/jobs/{}", id.as_str().unwrap());
    send(lab.scenario("GET", &path)).await.1["job"].take()
}

pub(crate) async fn upload(lab: &Lab) -> String {
    let image = STANDARD.encode(b"\x89PNG\r\n\x1a\n");
    let body = json!({"name": "x.png", "image": image});
    let (status, body) = send(lab.scenario("POST", "/assets").json(&body)).await;
    assert_eq!(status, 200);
    body["asset"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_job_goes_through_its_states_to_its_assets() {
    let lab = lab_with(Options { pace: Pace::Polls(20), ..Options::default() }).await;
    let (status, made) =
        generate(&lab, LITE, json!({"prompt": "a boat", "width": 1024, "height": 2000})).await;
    assert_eq!(status, 200);
    assert_eq!(made["creativeUnitsCost"], 5.0);
    let mut seen = vec![made["job"]["status"].as_str().unwrap().to_owned()];
    for _ in 0..21 {
        let status = job(&lab, &made["job"]["jobId"]).await["status"].as_str().unwrap().to_owned();
        if seen.last() != Some(&status) {
            seen.push(status);
        }
    }
    assert_eq!(seen, ["pending", "queued", "warming-up", "in-progress", "finalizing", "success"]);
    let done = job(&lab, &made["job"]["jobId"]).await;
    assert_eq!(
        (&done["progress"], done["statusHistory"].as_array().unwrap().len()),
        (&json!(1.0), 6)
    );
    let path = format!("/assets/{}", done["metadata"]["assetIds"][0].as_str().unwrap());
    let asset = send(lab.scenario("GET", &path)).await.1["asset"].take();
    assert_eq!(
        (&asset["properties"]["width"], &asset["properties"]["height"]),
        (&json!(1024), &json!(2000))
    );
    let file = lab.client.get(asset["url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(file.headers()["content-type"], "image/jpeg");
    assert_eq!(json!(file.bytes().await.unwrap().len()), asset["properties"]["size"]);
}

#[tokio::test]
async fn addresses_are_signed() {
    let lab = lab().await;
    let id = upload(&lab).await;
    let asset = send(lab.scenario("GET", &format!("/assets/{id}"))).await.1["asset"].take();
    let url = asset["url"].as_str().unwrap();
    assert_eq!(lab.client.get(url).send().await.unwrap().status(), 200);
    let forged = url.split('?').next().unwrap();
    assert_eq!(lab.client.get(forged).send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_sequence_is_several_assets() {
    let lab = lab().await;
    let body =
        json!({"prompt": "a", "size": "1K", "sequentialImageGeneration": "auto", "maxImages": 3});
    let (_, made) = generate(&lab, SEEDREAM_4, body).await;
    pause().await;
    let done = job(&lab, &made["job"]["jobId"]).await;
    assert_eq!(done["metadata"]["assetIds"].as_array().unwrap().len(), 3);
    let (_, bulk) = send(
        lab.scenario("POST", "/assets/get-bulk")
            .json(&json!({"assetIds": done["metadata"]["assetIds"]})),
    )
    .await;
    assert_eq!(bulk["assets"].as_array().unwrap().len(), 3);
    assert_eq!(lab.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn a_dry_run_is_269_and_free_and_only_in_the_query() {
    let lab = lab().await;
    let path = format!("/generate/custom/{LITE}?dryRun=true");
    let (status, body) = send(lab.scenario("POST", &path).json(&json!({"prompt": "a"}))).await;
    assert_eq!((status, &body["creativeUnitsCost"]), (269, &json!(5.0)));
    assert!(body.get("job").is_none() && lab.sandbox.ledger().is_empty());
    let (status, _) = send(lab.scenario("POST", &path).json(&json!({}))).await;
    assert_eq!(status, 400);
    let (status, _) = generate(&lab, LITE, json!({"prompt": "a", "dryRun": true})).await;
    assert_eq!((status, lab.sandbox.ledger().len()), (200, 1));
}

#[tokio::test]
async fn refusals_are_sentences() {
    let lab = lab().await;
    for (model, body, reason) in [
        (LITE, json!({}), "Input prompt is required"),
        (LITE, json!({"prompt": "a", "width": 9}), "Input width must be at least 1024"),
        (LITE, json!({"prompt": "a", "size": "2K"}), "Input size is not allowed"),
        (
            SEEDREAM_4,
            json!({"prompt": "a", "size": "8K"}),
            "Input size must be one of [\"4K\",\"2K\",\"1K\"]",
        ),
    ] {
        assert_eq!(generate(&lab, model, body).await, (400, json!({"reason": reason})));
    }
    assert_eq!(generate(&lab, "model_x", json!({"prompt": "a"})).await.0, 404);
    assert!(lab.sandbox.ledger().is_empty());
}

#[tokio::test]
async fn uncertain_rules_are_switches() {
    let strictness = Strictness {
        refuse_unknown_inputs: false,
        enforce_text_rules: false,
        ..Strictness::default()
    };
    let lab = lab_with(Options { strictness, ..Options::default() }).await;
    assert_eq!(generate(&lab, LITE, json!({"prompt": "a", "size": "2K"})).await.0, 200);
    let (status, made) = generate(&lab, LITE, json!({"prompt": "a", "maxImages": 2})).await;
    assert_eq!(status, 200);
    pause().await;
    assert_eq!(job(&lab, &made["job"]["jobId"]).await["status"], "failure");
}

#[tokio::test]
async fn references_are_assets_and_a_bare_string_is_dropped_in_silence() {
    let lab = lab().await;
    let id = upload(&lab).await;
    let (status, _) = generate(&lab, LITE, json!({"prompt": "a", "referenceImages": [id]})).await;
    assert_eq!(status, 200);
    let unknown = json!({"prompt": "a", "referenceImages": ["asset_none"]});
    assert_eq!(generate(&lab, LITE, unknown).await.0, 404);
    let (status, made) = generate(&lab, LITE, json!({"prompt": "a", "referenceImages": id})).await;
    assert_eq!(status, 200);
    assert!(made["job"]["metadata"]["input"].get("referenceImages").is_none());
}

#[tokio::test]
async fn uploads_in_parts_become_assets() {
    let lab = lab().await;
    let body = json!({"kind": "image", "fileName": "x.png", "contentType": "image/png",
        "fileSize": 5, "parts": 2});
    let (_, made) = send(lab.scenario("POST", "/uploads").json(&body)).await;
    let upload = &made["upload"];
    assert_eq!(upload["status"], "pending");
    for (part, bytes) in upload["parts"].as_array().unwrap().iter().zip(["\u{89}", "PNG"]) {
        let put = lab.client.put(part["url"].as_str().unwrap()).body(bytes);
        assert_eq!(put.send().await.unwrap().status(), 200);
    }
    let path = format!("/uploads/{}", upload["id"].as_str().unwrap());
    let complete =
        lab.scenario("POST", &format!("{path}/action")).json(&json!({"action": "complete"}));
    assert_eq!(send(complete).await.1["upload"]["status"], "validating");
    let (_, body) = send(lab.scenario("GET", &path)).await;
    assert_eq!(body["upload"]["status"], "imported");
    assert_eq!(
        (&body["upload"]["fileSize"], &body["upload"]["partsCount"]),
        (&json!(5), &json!(2))
    );
    let job = job(&lab, &upload["jobId"]).await;
    assert_eq!(job["metadata"]["output"]["entityId"], body["upload"]["entityId"]);
    assert!(body["upload"]["entityId"].as_str().unwrap().starts_with("asset_"));
}

#[tokio::test]
async fn a_missing_part_fails_the_upload() {
    let lab = lab().await;
    let body = json!({"kind": "image", "fileName": "x", "contentType": "image/png", "parts": 1});
    let (_, made) = send(lab.scenario("POST", "/uploads").json(&body)).await;
    let path = format!("/uploads/{}", made["upload"]["id"].as_str().unwrap());
    send(lab.scenario("POST", &format!("{path}/action")).json(&json!({"action": "complete"})))
        .await;
    assert_eq!(send(lab.scenario("GET", &path)).await.1["upload"]["status"], "failed");
}

#[tokio::test]
async fn a_cancel_is_refused() {
    let lab = lab().await;
    let (_, made) = generate(&lab, LITE, json!({"prompt": "a"})).await;
    let path = format!("/jobs/{}/action", made["job"]["jobId"].as_str().unwrap());
    let (status, body) = send(lab.scenario("POST", &path).json(&json!({"action": "cancel"}))).await;
    assert_eq!(status, 400);
    assert_eq!(body["reason"], "Cannot cancel this type of job. Action not permitted.");
}

#[tokio::test]
async fn too_many_jobs_at_once_are_429() {
    let options =
        Options { scenario_parallel: Some(1), pace: Pace::Millis(60_000), ..Options::default() };
    let lab = lab_with(options).await;
    assert_eq!(generate(&lab, LITE, json!({"prompt": "a"})).await.0, 200);
    let (status, body) = generate(&lab, LITE, json!({"prompt": "b"})).await;
    assert_eq!((status, &body["details"]["actionLimit"]), (429, &json!(1)));
    assert_eq!(lab.sandbox.ledger().len(), 1);
}

#[tokio::test]
async fn keys_are_refused_with_the_known_bodies() {
    for (key, status) in
        [("invalid-key", 401), ("no-credit", 402), ("no-plan", 403), ("throttled", 429)]
    {
        let lab = Lab { key, ..lab().await };
        let (given, body) = generate(&lab, LITE, json!({"prompt": "a"})).await;
        assert_eq!(given, status);
        assert!(body["reason"].is_string());
        assert_eq!(body["name"] == "ModelAccessRestrictedError", status == 403);
    }
}

#[tokio::test]
async fn models_describe_their_inputs_and_lists_are_private_unless_asked() {
    let lab = lab().await;
    let (_, body) = send(lab.scenario("GET", &format!("/models/{SEEDREAM_4}"))).await;
    let inputs = body["model"]["inputs"].as_array().unwrap();
    let find = |name: &str| inputs.iter().find(|it| it["name"] == name).unwrap();
    assert_eq!(find("prompt")["required"], json!({"always": true}));
    assert_eq!(find("size")["default"], "4K");
    assert_eq!((&find("maxImages")["min"], &find("maxImages")["max"]), (&json!(1), &json!(15)));
    assert_eq!(find("referenceImages")["type"], "file_array");
    assert_eq!(send(lab.scenario("GET", "/models")).await.1["models"], json!([]));
    let (_, public) = send(lab.scenario("GET", "/models?privacy=public")).await;
    assert_eq!(public["models"].as_array().unwrap().len(), 14);
}

#[tokio::test]
async fn jobs_are_listed_in_pages_without_repeats() {
    let lab = lab().await;
    for _ in 0..3 {
        generate(&lab, LITE, json!({"prompt": "a"})).await;
    }
    let (_, first) = send(lab.scenario("GET", "/jobs?pageSize=2")).await;
    let token = first["nextPaginationToken"].as_str().unwrap();
    let path = format!("/jobs?pageSize=2&paginationToken={token}");
    let (_, second) = send(lab.scenario("GET", &path)).await;
    assert_eq!(second["jobs"].as_array().unwrap().len(), 1);
    assert!(second.get("nextPaginationToken").is_none());
    let rows = first["jobs"].as_array().unwrap();
    assert!(!rows.contains(&second["jobs"][0]));
    let (status, _) =
        send(lab.scenario("GET", "/jobs?createdAfter=2026-01-01&status=success")).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn jobs_since_a_moment_repeat_the_body_that_was_sent() {
    let lab = lab().await;
    let body = json!({"prompt": "a", "width": 2048, "height": 2048});
    let (_, made) = generate(&lab, LITE, body.clone()).await;
    let created = made["job"]["createdAt"].as_str().unwrap();
    let list = |since: &str| lab.scenario("GET", &format!("/jobs?createdAfter={since}"));
    let (_, now) = send(list(created)).await;
    assert_eq!(now["jobs"][0]["jobId"], made["job"]["jobId"]);
    assert_eq!(now["jobs"][0]["metadata"]["input"], body);
    assert_eq!(send(list("2999-01-01T00:00:00.000Z")).await.1["jobs"], json!([]));
}
