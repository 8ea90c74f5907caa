//! What Runware refuses, with its codes and parameters.

use genmux_sandbox::{Options, Strictness};
use serde_json::{Value, json};

use crate::runware::{image, video, with};
use crate::support::{Lab, lab, lab_with, uuid};

/// Code and parameter of the first error of a refused submit.
pub(crate) async fn refusal(lab: &Lab, task: Value) -> (String, Value) {
    let (status, body) = lab.runware(&json!([task])).await;
    assert_eq!(status, 400, "{body}");
    assert_eq!(body["data"], json!([]));
    let error = &body["errors"][0];
    assert!(error["taskUUID"].is_string() && error["message"].is_string(), "{error}");
    (error["code"].as_str().unwrap().to_owned(), error["parameter"].clone())
}

#[tokio::test]
async fn refusals_name_code_and_parameter() {
    let lab = lab().await;
    let cases = [
        (with(video(1), json!({"duration": 99})), "unsupportedDuration", json!("duration")),
        (with(video(1), json!({"size": "1280x720"})), "unsupportedParameter", json!("size")),
        (with(video(1), json!({"model": "bytedance:9@9"})), "invalidModel", json!("model")),
        (with(video(1), json!({"resolution": "720p"})), "invalidResolution", json!("resolution")),
        (
            with(image(1), json!({"width": 1280, "height": 720})),
            "invalidPixels",
            json!(["width", "height"]),
        ),
        (
            with(image(1), json!({"positivePrompt": "x".repeat(2001)})),
            "invalidPositivePromptLength",
            json!("positivePrompt"),
        ),
        (
            with(video(1), json!({"outputFormat": "WEBM"})),
            "invalidOutputFormat",
            json!("outputFormat"),
        ),
    ];
    for (task, code, parameter) in cases {
        assert_eq!(refusal(&lab, task).await, (code.to_owned(), parameter), "{code}");
    }
    assert!(lab.sandbox.ledger().is_empty());
}

#[tokio::test]
async fn missing_parts_are_named() {
    let lab = lab().await;
    let mut task = video(1);
    task.as_object_mut().unwrap().shift_remove("positivePrompt");
    assert_eq!(
        refusal(&lab, task).await,
        ("missingPositivePrompt".into(), json!("positivePrompt"))
    );
    let mut task = video(1);
    task.as_object_mut().unwrap().shift_remove("resolution");
    assert_eq!(refusal(&lab, task).await.0, "missingDimensionParameters");
    let mut task = image(1);
    task.as_object_mut().unwrap().shift_remove("height");
    let parameter = json!(["width", "height"]);
    assert_eq!(refusal(&lab, task).await, ("missingDimensionParameters".into(), parameter));
}

#[tokio::test]
async fn sums_and_exclusions_are_incompatible() {
    let lab = lab().await;
    let references = vec!["https://example.com/a.png"; 10];
    let task = with(
        image(1),
        json!({"inputs": {"referenceImages": references},
        "settings": {"maxSequentialImages": 6}}),
    );
    assert_eq!(refusal(&lab, task).await.0, "incompatibleParameters");
    let task = with(video(1), json!({"width": 864, "height": 480}));
    assert_eq!(refusal(&lab, task).await.0, "incompatibleParameters");
}

#[tokio::test]
async fn the_payloads_of_2025_are_taken_unless_refused() {
    let legacy = with(
        video(1),
        json!({"checkNSFW": true,
        "frameImages": [{"inputImage": "https://example.com/a.png", "frame": "first"}]}),
    );
    let (status, _) = lab().await.runware(&json!([legacy])).await;
    assert_eq!(status, 200);
    let strictness = Strictness { refuse_legacy: true, ..Strictness::default() };
    let strict = lab_with(Options { strictness, ..Options::default() }).await;
    assert_eq!(refusal(&strict, legacy).await.0, "unsupportedParameter");
}

#[tokio::test]
async fn rules_are_those_of_the_chosen_day() {
    let lab = lab_with(Options { as_of: "2025-10-27".into(), ..Options::default() }).await;
    let task = with(video(1), json!({"duration": 7}));
    assert_eq!(lab.runware(&json!([task])).await.0, 400);
}

#[tokio::test]
async fn named_keys_are_refused() {
    for (key, status, code) in [
        ("invalid-key", 401, "invalidApiKey"),
        ("no-credit", 402, "insufficientCredits"),
        ("no-plan", 403, "insufficientPermissions"),
        ("throttled", 429, "rateLimitExceeded"),
    ] {
        let lab = Lab { key, ..lab().await };
        let (given, body) = lab.runware(&json!([video(1)])).await;
        assert_eq!((given, &body["errors"][0]["code"]), (status, &json!(code)));
    }
}

#[tokio::test]
async fn a_bare_object_and_unknown_tasks_are_refused() {
    let lab = lab().await;
    assert_eq!(lab.runware(&video(1)).await.0, 400);
    let (_, body) = lab.runware(&json!([{"taskType": "dream", "taskUUID": uuid(1)}])).await;
    assert_eq!(body["errors"][0]["code"], "unsupportedTaskType");
}
