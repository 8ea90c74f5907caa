//! What `/_sandbox/…` tells about the calls that came in.

use serde_json::{Value, json};

use crate::support::{lab, send};

#[tokio::test]
async fn calls_are_listed_with_their_headers_and_without_credentials() {
    let lab = lab().await;
    let route = "/models/bytedance/seedance-2.0-fast/predictions";
    let body = json!({"input": {"prompt": "a paper boat"}});
    let create = lab.replicate("POST", route).header("Prefer", "wait=5").header("X-Mine", "1");
    send(create.header("Cancel-After", "5m").json(&body)).await;
    let listed = lab.admin("requests").await;
    let headers = &listed["requests"][0]["headers"];
    assert_eq!(headers["prefer"], "wait=5");
    assert_eq!(headers["cancel-after"], "5m");
    assert_eq!(headers["content-type"], "application/json");
    for hidden in ["authorization", "x-mine"] {
        assert_eq!(headers.get(hidden), Some(&Value::Null), "{hidden}");
    }
    assert!(!listed.to_string().contains("a-key"));
}
