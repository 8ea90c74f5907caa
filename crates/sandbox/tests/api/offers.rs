//! Every offer that has a schema is served: its plainest request runs, and gives a real file.

use std::collections::BTreeSet;
use std::path::Path;

use genmux_sandbox::{schema, schemas};
use serde_json::{Value, json};

use crate::support::{Lab, lab, pause, send, uuid};

/// What the vendors call the models.
const NAMES: [(&str, &str, &str); 44] = [
    ("replicate", "omnihuman-1", "omni-human"),
    ("replicate", "omnihuman-1.5", "omni-human-1.5"),
    ("replicate", "seedance-1.0-lite", "seedance-1-lite"),
    ("replicate", "seedance-1.0-pro", "seedance-1-pro"),
    ("replicate", "seedance-1.0-pro-fast", "seedance-1-pro-fast"),
    ("replicate", "seedance-1.5-pro", "seedance-1.5-pro"),
    ("replicate", "seedance-2.0", "seedance-2.0"),
    ("replicate", "seedance-2.0-fast", "seedance-2.0-fast"),
    ("replicate", "seedance-2.5", "seedance-2.5"),
    ("replicate", "seededit-3.0", "seededit-3.0"),
    ("replicate", "seedream-3.0", "seedream-3"),
    ("replicate", "seedream-4.0", "seedream-4"),
    ("replicate", "seedream-4.5", "seedream-4.5"),
    ("replicate", "seedream-5.0-lite", "seedream-5-lite"),
    ("scenario", "dreamina-3.1", "dreamina-3-1"),
    ("scenario", "omnihuman-1.5", "omni-human-1-5"),
    ("scenario", "seedance-1.0-pro", "seedance-1-pro"),
    ("scenario", "seedance-1.0-pro-fast", "seedance-1-pro-fast"),
    ("scenario", "seedance-1.5-pro", "seedance-1-5-pro"),
    ("scenario", "seedance-2.0", "seedance-2-0"),
    ("scenario", "seedance-2.0-fast", "seedance-2-0-fast"),
    ("scenario", "seedance-2.0-mini", "seedance-2-0-mini"),
    ("scenario", "seedance-2.5", "seedance-2-5"),
    ("scenario", "seedream-3.0", "seedream-3"),
    ("scenario", "seedream-4.0", "seedream-4-editing"),
    ("scenario", "seedream-4.5", "seedream-4-5-editing"),
    ("scenario", "seedream-5.0-lite", "seedream-5-0-lite"),
    ("scenario", "seedream-5.0-pro", "seedream-5-0-pro"),
    ("runware", "omnihuman-1", "5@1"),
    ("runware", "omnihuman-1.5", "5@2"),
    ("runware", "seedance-1.0-lite", "1@1"),
    ("runware", "seedance-1.0-pro", "2@1"),
    ("runware", "seedance-1.0-pro-fast", "2@2"),
    ("runware", "seedance-1.5-pro", "seedance@1.5-pro"),
    ("runware", "seedance-2.0", "seedance@2.0"),
    ("runware", "seedance-2.0-fast", "seedance@2.0-fast"),
    ("runware", "seedance-2.0-mini", "seedance@2.0-mini"),
    ("runware", "seedance-2.5", "seedance@2.5"),
    ("runware", "seededit-3.0", "4@1"),
    ("runware", "seedream-4.0", "5@0"),
    ("runware", "seedream-4.5", "seedream@4.5"),
    ("runware", "seedream-5.0-flash", "seedream@5.0-flash"),
    ("runware", "seedream-5.0-lite", "seedream@5.0-lite"),
    ("runware", "seedream-5.0-pro", "seedream@5.0-pro"),
];

/// The plainest body of an offer, from the cases of its newest schema.
fn base(provider: &str, model: &str) -> Value {
    let it = schema(provider, model, "9999-12-31").unwrap();
    let file = format!("tests/cases/{provider}/{model}@{}.json", it.since);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    cases["base"].clone()
}

#[test]
fn every_offer_has_a_name_here() {
    let named: BTreeSet<_> = NAMES.iter().map(|(provider, model, _)| (*provider, *model)).collect();
    for it in schemas() {
        assert!(named.contains(&(it.provider, it.model)), "{}/{}", it.provider, it.model);
    }
}

/// Media that the service can have: an address, or an asset that was uploaded.
async fn with_media(lab: &Lab, body: Value, provider: &str) -> Value {
    let media = if provider == "scenario" {
        let image = "data:image/png;base64,iVBORw0KGgo=";
        let upload = lab.scenario("POST", "/assets").json(&json!({"name": "a", "image": image}));
        send(upload).await.1["asset"]["id"].clone()
    } else {
        json!("https://example.com/a.png")
    };
    let text = body.to_string().replace("\"asset\"", &media.to_string());
    serde_json::from_str(&text).unwrap()
}

async fn runware(lab: &Lab, number: u32, name: &str, mut task: Value) -> Value {
    assert_eq!(task["model"], format!("bytedance:{name}"));
    task["taskUUID"] = json!(uuid(number));
    task["deliveryMethod"] = json!("async");
    let (status, body) = lab.runware(&json!([task])).await;
    assert_eq!(status, 200, "{body}");
    pause().await;
    let ask = json!([{"taskType": "getResponse", "taskUUID": uuid(number)}]);
    let (_, body) = lab.runware(&ask).await;
    let item = &body["data"][0];
    if item["videoURL"].is_string() { item["videoURL"].clone() } else { item["imageURL"].clone() }
}

async fn replicate(lab: &Lab, name: &str, body: &Value) -> Value {
    let path = format!("/models/bytedance/{name}/predictions");
    let (status, made) = send(lab.replicate("POST", &path).json(body)).await;
    assert_eq!(status, 201, "{made}");
    pause().await;
    let path = format!("/predictions/{}", made["id"].as_str().unwrap());
    let (_, done) = send(lab.replicate("GET", &path)).await;
    assert_eq!(done["status"], "succeeded", "{done}");
    if done["output"].is_array() { done["output"][0].clone() } else { done["output"].clone() }
}

async fn scenario(lab: &Lab, name: &str, body: &Value) -> Value {
    let path = format!("/generate/custom/model_bytedance-{name}");
    let (status, made) = send(lab.scenario("POST", &path).json(body)).await;
    assert_eq!(status, 200, "{made}");
    pause().await;
    let path = format!("/jobs/{}", made["job"]["jobId"].as_str().unwrap());
    let (_, done) = send(lab.scenario("GET", &path)).await;
    let id = done["job"]["metadata"]["assetIds"][0].as_str().unwrap();
    send(lab.scenario("GET", &format!("/assets/{id}"))).await.1["asset"]["url"].clone()
}

#[tokio::test]
async fn the_plainest_request_of_every_offer_gives_a_file_of_its_kind() {
    let lab = lab().await;
    for (number, (provider, model, name)) in NAMES.into_iter().enumerate() {
        let body = with_media(&lab, base(provider, model), provider).await;
        let url = match provider {
            "runware" => runware(&lab, u32::try_from(number).unwrap(), name, body).await,
            "replicate" => replicate(&lab, name, &body).await,
            _ => scenario(&lab, name, &body).await,
        };
        let head = lab.client.head(url.as_str().unwrap()).send().await.unwrap();
        let mime = head.headers()["content-type"].to_str().unwrap().to_owned();
        let video = model.starts_with("seedance") || model.starts_with("omnihuman");
        let kind = if video { "video/mp4" } else { "image/jpeg" };
        assert_eq!((head.status().as_u16(), mime.as_str()), (200, kind), "{provider}/{model}");
    }
}

#[tokio::test]
async fn areas_and_halves_are_refused_by_runware_in_its_words() {
    let lab = lab().await;
    let mut small = base("runware", "seedream-4.5");
    (small["width"], small["height"]) = (json!(1024), json!(1024));
    let (status, body) = lab.runware(&json!([small])).await;
    assert_eq!((status, &body["errors"][0]["code"]), (400, &json!("invalidPixels")), "{body}");
    let mut half = base("runware", "seedance-2.5");
    half["duration"] = json!(5.5);
    let (_, body) = lab.runware(&json!([half])).await;
    assert_eq!(body["errors"][0]["code"], "unsupportedDuration", "{body}");
}

async fn prediction(lab: &Lab, name: &str, input: Value) -> Value {
    let path = format!("/models/bytedance/{name}/predictions");
    let (status, made) = send(lab.replicate("POST", &path).json(&json!({"input": input}))).await;
    if status != 201 {
        return made;
    }
    pause().await;
    let path = format!("/predictions/{}", made["id"].as_str().unwrap());
    send(lab.replicate("GET", &path)).await.1
}

#[tokio::test]
async fn replicate_refuses_at_once_fails_later_or_ignores() {
    let lab = lab().await;
    let at_once = json!({"prompt": "a", "size": "1K"});
    let answer = prediction(&lab, "seedream-4.5", at_once).await;
    let line = "- input.size: size must be one of the following: \"2K\", \"4K\"\n";
    assert_eq!(answer["detail"], line, "{answer}");
    let lonely = json!({"prompt": "a", "last_frame_image": "https://example.com/a.png"});
    assert_eq!(prediction(&lab, "seedance-1-pro", lonely).await["status"], "failed");
    let short = json!({"prompt": "a", "duration": 2});
    assert_eq!(prediction(&lab, "seedance-1.5-pro", short.clone()).await["status"], "failed");
    assert_eq!(prediction(&lab, "seedance-1-pro", short).await["status"], "succeeded");
    let ignored = prediction(&lab, "seedream-4", json!({"prompt": "a", "max_images": 3})).await;
    assert_eq!(ignored["output"].as_array().map(Vec::len), Some(1), "{ignored}");
    let three = json!({
        "prompt": "a", "size": "1K", "max_images": 3, "sequential_image_generation": "auto",
    });
    let made = prediction(&lab, "seedream-4", three).await;
    assert_eq!(made["output"].as_array().map(Vec::len), Some(3), "{made}");
    assert_eq!(made["metrics"]["image_output_count"], 3);
}

#[tokio::test]
async fn scenario_wants_assets_and_a_first_frame() {
    let lab = lab().await;
    let path = "/generate/custom/model_bytedance-seedance-2-0";
    let last = json!({"prompt": "a", "lastFrameImage": "asset_x"});
    let (status, body) = send(lab.scenario("POST", path).json(&last)).await;
    assert_eq!((status, &body["reason"]), (400, &json!("Input image is required")));
    let unknown = json!({"prompt": "a", "image": "asset_x"});
    let (status, _) = send(lab.scenario("POST", path).json(&unknown)).await;
    assert_eq!(status, 404, "an input of one file names an asset too");
}
