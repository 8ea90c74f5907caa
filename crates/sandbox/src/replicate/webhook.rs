//! Webhooks signed by Standard Webhooks, as Replicate's page on verifying them says.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value};
use sha2::Sha256;

use super::poll;
use crate::hook;
use crate::jobs::Job;
use crate::provider::Provider;
use crate::state::App;

/// Sent unless the request says otherwise.
const DEFAULT_EVENTS: [&str; 2] = ["output", "completed"];

/// Delivers the events of a prediction, if its request named an address.
pub(crate) fn watch(app: &App, job: &Job, body: &Map<String, Value>) {
    let Some(url) = body.get("webhook").and_then(Value::as_str) else { return };
    let named = body.get("webhook_events_filter").and_then(Value::as_array);
    let events = named.map_or_else(
        || DEFAULT_EVENTS.map(str::to_owned).to_vec(),
        |list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    );
    tokio::spawn(deliver(Arc::clone(app), job.clone(), url.to_owned(), events));
}

async fn deliver(app: App, job: Job, url: String, events: Vec<String>) {
    let wants = |event: &str| events.iter().any(|it| it == event);
    if wants("start") {
        send(&app, &url, &poll::created(&app, &job, false)).await;
    }
    let Some(done) = app.wait(Provider::Replicate, &job.id, u64::MAX / 2).await else { return };
    let body = poll::object(&app, &done);
    if wants("output") && !body["output"].is_null() {
        send(&app, &url, &poll::created(&app, &done, true)).await;
    }
    if wants("completed") {
        send(&app, &url, &body).await;
    }
}

/// The id stays the same over all attempts, the time is that of each.
async fn send(app: &App, url: &str, body: &Value) {
    let id = format!("msg_{}", app.ids.text(27));
    let text = body.to_string();
    let secret = &app.options.webhook_secret;
    let headers = || {
        let time = app.clock.now() / 1000;
        let signature = sign(secret, &id, time, &text).unwrap_or_default();
        vec![
            ("webhook-id", id.clone()),
            ("webhook-timestamp", time.to_string()),
            ("webhook-signature", signature),
        ]
    };
    hook::post(app, url, &text, headers).await;
}

/// `v1,` and the base64 of the HMAC; the key is what the text after `whsec_` decodes to.
fn sign(secret: &str, id: &str, time: u64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{time}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::sign;

    #[test]
    fn both_published_vectors_hold() {
        let first = sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(first.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let second = sign(
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "msg_test_1",
            1_700_000_000,
            r#"{"id":"abc","status":"succeeded"}"#,
        );
        assert_eq!(second.unwrap(), "v1,CB90cZfez/lXyQRzH62fIu+8jz0b1PrdFOrn0aW4+lE=");
    }
}
