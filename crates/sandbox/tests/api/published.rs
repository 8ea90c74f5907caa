//! What the vendors publish of their models.

use genmux_sandbox::{Options, Provider};
use serde_json::json;

use crate::support::{Lab, lab, lab_with, send};

/// What Runware's host of schemas answers, which asks for no key.
async fn runware(lab: &Lab, path: &str) -> (u16, serde_json::Value) {
    let base = lab.sandbox.base_url(Provider::Runware);
    let base = base.strip_suffix("/v1").unwrap();
    send(lab.client.get(format!("{base}/schemas/{path}"))).await
}

#[tokio::test]
async fn runware_resolves_a_model_by_its_id_and_by_its_name() {
    let lab = lab().await;
    let (status, by_id) = runware(&lab, "resolve/bytedance%3A2%401").await;
    assert_eq!(status, 200);
    let schema = &by_id["requestSchema"];
    assert_eq!(schema["properties"]["model"], json!({"const": "bytedance:2@1"}));
    assert_eq!(schema["properties"]["duration"]["maximum"], 12);
    assert_eq!(schema["properties"]["webhookURL"]["format"], "uri");
    assert_eq!(runware(&lab, "resolve/seedance-1.0-pro").await, (200, by_id));
    assert_eq!(runware(&lab, "resolve/bytedance%3A9%409").await.0, 404);
}

#[tokio::test]
async fn runware_publishes_what_was_in_force_on_the_day() {
    let options = Options { as_of: "2025-11-01".into(), ..Options::default() };
    let lab = lab_with(options).await;
    let (_, old) = runware(&lab, "resolve/bytedance%3A2%401").await;
    assert!(old["requestSchema"]["properties"]["frameImages"].is_object());
    let (status, registry) = runware(&lab, "registry.json").await;
    assert_eq!((status, &registry["version"]), (200, &json!("20251101")));
    let pro = json!({"taskType": "videoInference", "id": "seedance-1.0-pro"});
    assert_eq!(registry["models"]["bytedance:2@1"], pro);
    assert!(registry["models"]["bytedance:seedance@2.0"].is_null());
}

#[tokio::test]
async fn replicate_and_scenario_publish_with_the_model() {
    let lab = lab().await;
    let (_, model) = send(lab.replicate("GET", "/models/bytedance/seedance-1-pro")).await;
    let input =
        "/latest_version/openapi_schema/components/schemas/Input/properties/duration/maximum";
    assert_eq!(model.pointer(input), Some(&json!(12)));
    let (_, model) = send(lab.scenario("GET", "/models/model_bytedance-seedance-1-pro")).await;
    let inputs = model["model"]["inputs"].as_array().unwrap();
    assert!(inputs.iter().any(|input| input["name"] == "duration" && input["max"] == 12));
}
