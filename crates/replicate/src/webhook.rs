//! Deliveries: whole prediction objects, signed by Standard Webhooks.
//!
//! The signature is over the very bytes that came, with the *decoded* secret as key. The full
//! Python and curl samples of the vendor's page sign with the undecoded text, which is wrong; its
//! JavaScript sample and all its clients decode (verifying webhooks, 2026-11).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use genmux_core::{Hook, HookError, HookEvent};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use crate::response::{read_id, read_state};

/// Seconds that a delivery may be away from now, on either side: five minutes in the vendor's
/// example.
const TOLERANCE: u64 = 300;

/// The prediction that a delivery holds, read like a reply to poll.
///
/// # Errors
/// When it is forged, stale or cannot be read.
pub(crate) fn read(hook: &Hook<'_>) -> Result<HookEvent, HookError> {
    verify(hook)?;
    let body: Value =
        serde_json::from_slice(hook.body).map_err(|error| HookError::Body(error.to_string()))?;
    let job = read_id(&body).ok_or_else(|| HookError::Body("it has no id".to_owned()))?;
    Ok(HookEvent { job: job.to_owned(), state: Some(read_state(&body)), signed: true })
}

/// Whether one of the signatures fits one of the secrets, and the delivery is recent.
fn verify(hook: &Hook<'_>) -> Result<(), HookError> {
    let (id, time) = (header(hook, "webhook-id")?, header(hook, "webhook-timestamp")?);
    let signatures = header(hook, "webhook-signature")?;
    let sent: u64 = time.parse().map_err(|_| HookError::Header("webhook-timestamp"))?;
    let away = sent.abs_diff(hook.now);
    if away > TOLERANCE {
        return Err(HookError::Stale(away));
    }
    let head = format!("{id}.{time}.");
    let signed = |mac: &Hmac<Sha256>| mac.clone().chain_update(&head).chain_update(hook.body);
    let keys: Vec<_> = hook.secrets.iter().map(|secret| read_secret(secret)).collect();
    let mut known = keys.iter().flatten().map(signed);
    if known.any(|mac| read_signatures(signatures).any(|given| fits(&mac, &given))) {
        return Ok(());
    }
    Err(if keys.iter().any(Option::is_none) { HookError::Secret } else { HookError::Signature })
}

fn header<'a>(hook: &Hook<'a>, name: &'static str) -> Result<&'a str, HookError> {
    let value = hook.headers.get(name).and_then(|value| value.to_str().ok());
    value.ok_or(HookError::Header(name))
}

/// The key of `whsec_<base64>`. An empty one would let anybody sign.
fn read_secret(secret: &str) -> Option<Hmac<Sha256>> {
    let key = STANDARD.decode(secret.trim().strip_prefix("whsec_")?).ok()?;
    if key.is_empty() { None } else { Hmac::new_from_slice(&key).ok() }
}

/// Signatures of the one version there is, among others that may come.
fn read_signatures(header: &str) -> impl Iterator<Item = Vec<u8>> {
    let items = header.split(' ').filter_map(|item| item.split_once(','));
    items.filter(|(version, _)| *version == "v1").filter_map(|(_, text)| STANDARD.decode(text).ok())
}

/// Takes the same time wherever the two differ.
fn fits(mac: &Hmac<Sha256>, given: &[u8]) -> bool {
    mac.clone().verify_slice(given).is_ok()
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)] // A header that cannot be made should stop the test.

    use genmux_core::JobStatus;
    use http::HeaderMap;

    use super::*;

    /// The secrets of the two published vectors: of the clients' tests, of the docs' sample.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const DOCS: &str = r#"{"id":"abc","status":"succeeded"}"#;
    const DONE: &str = r#"{"id":"abc","status":"succeeded","output":"https://a.b/c.mp4"}"#;
    const NOW: u64 = 1_700_000_000;

    /// A delivery in parts, right until a test changes one of them.
    struct Delivery {
        id: &'static str,
        time: String,
        signature: String,
        body: Vec<u8>,
        secrets: Vec<&'static str>,
        now: u64,
    }

    fn delivery(body: impl Into<Vec<u8>>) -> Delivery {
        let body = body.into();
        let signature = sign(SECRET, "msg_1", &NOW.to_string(), &body);
        let time = NOW.to_string();
        Delivery { id: "msg_1", time, signature, body, secrets: vec![SECRET], now: NOW }
    }

    fn sign(secret: &str, id: &str, time: &str, body: &[u8]) -> String {
        let mac = read_secret(secret).unwrap().chain_update(format!("{id}.{time}."));
        format!("v1,{}", STANDARD.encode(mac.chain_update(body).finalize().into_bytes()))
    }

    impl Delivery {
        fn headers(&self) -> HeaderMap {
            let mut headers = HeaderMap::new();
            headers.insert("webhook-id", self.id.parse().unwrap());
            headers.insert("webhook-timestamp", self.time.parse().unwrap());
            headers.insert("webhook-signature", self.signature.parse().unwrap());
            headers
        }

        fn read(&self) -> Result<HookEvent, HookError> {
            self.read_with(&self.headers())
        }

        fn read_with(&self, headers: &HeaderMap) -> Result<HookEvent, HookError> {
            read(&Hook { headers, body: &self.body, secrets: &self.secrets, now: self.now })
        }
    }

    /// Reads any body as if the vendor had signed it.
    pub(crate) fn read_signed(body: &[u8]) -> Result<HookEvent, HookError> {
        delivery(body).read()
    }

    /// What comes of a delivery in which one thing is changed.
    #[track_caller]
    fn check(change: impl FnOnce(&mut Delivery), expected: impl Into<Option<HookError>>) {
        let mut delivery = delivery(DONE);
        change(&mut delivery);
        assert_eq!(delivery.read().err(), expected.into());
    }

    #[test]
    fn the_vector_of_the_clients_is_genuine() {
        let vector = Delivery {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            time: "1614265330".to_owned(),
            signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned(),
            body: br#"{"test": 2432232314}"#.to_vec(),
            secrets: vec![SECRET],
            now: 1_614_265_331,
        };
        // Signed, and no prediction.
        assert_eq!(vector.read(), Err(HookError::Body("it has no id".into())));
    }

    #[test]
    fn the_vector_of_the_docs_is_genuine() {
        let vector = Delivery {
            id: "msg_test_1",
            signature: "v1,CB90cZfez/lXyQRzH62fIu+8jz0b1PrdFOrn0aW4+lE=".to_owned(),
            secrets: vec![OTHER],
            ..delivery(DOCS)
        };
        let event = vector.read().unwrap();
        assert_eq!((event.job.as_str(), event.signed), ("abc", true));
    }

    #[test]
    fn a_delivery_is_read_like_a_poll() {
        let event = read_signed(DONE.as_bytes()).unwrap();
        assert_eq!(event.job, "abc");
        let state = event.state.unwrap();
        assert_eq!(state, read_state(&serde_json::from_str(DONE).unwrap()));
        assert_eq!((state.status, state.artifacts.len()), (JobStatus::Succeeded, 1));
    }

    #[test]
    fn an_early_event_ends_nothing() {
        let body = r#"{"id":"abc","status":"processing","output":["https://a.b/c"]}"#;
        let state = read_signed(body.as_bytes()).unwrap().state.unwrap();
        assert_eq!(state.status, JobStatus::Running);
    }

    #[test]
    fn a_delivery_that_comes_again_reads_the_same() {
        let delivery = delivery(DONE);
        assert_eq!(delivery.read().unwrap(), delivery.read().unwrap());
    }

    #[test]
    fn any_of_several_secrets_may_fit() {
        check(|it| it.secrets = vec![OTHER, SECRET], None);
        check(|it| it.secrets = vec![SECRET, OTHER], None);
        check(|it| it.secrets = vec!["not yet set", SECRET], None);
    }

    #[test]
    fn a_secret_with_space_around_it_fits() {
        let padded = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n";
        check(|it| it.secrets = vec![padded], None);
    }

    #[test]
    fn any_of_several_signatures_may_fit() {
        check(|it| it.signature = format!("v1,AAAA {}", it.signature), None);
        check(|it| it.signature = format!("{} v1,AAAA", it.signature), None);
        check(|it| it.signature = format!("v1a,AAAA junk  v1 {}", it.signature), None);
    }

    #[test]
    fn a_body_that_was_changed() {
        check(|it| it.body[7] = b'b', HookError::Signature);
        check(|it| it.body.push(b'\n'), HookError::Signature);
        check(|it| it.body.clear(), HookError::Signature);
    }

    #[test]
    fn an_id_or_a_time_that_was_changed() {
        check(|it| it.id = "msg_2", HookError::Signature);
        check(|it| it.time = (NOW + 1).to_string(), HookError::Signature);
        check(|it| it.time = format!("0{NOW}"), HookError::Signature);
    }

    #[test]
    fn signatures_that_do_not_fit() {
        for signature in ["", "v1", "v1,", "v1,AAAA", "v1,%%", ",", "junk"] {
            check(|it| it.signature = signature.to_owned(), HookError::Signature);
        }
        let cut = |it: &mut Delivery| it.signature = STANDARD.encode([0; 31]);
        check(cut, HookError::Signature);
    }

    #[test]
    fn another_version_proves_nothing() {
        check(|it| it.signature = it.signature.replace("v1,", "v2,"), HookError::Signature);
        check(|it| it.signature = it.signature.replace("v1,", ""), HookError::Signature);
    }

    #[test]
    fn a_secret_of_somebody_else() {
        check(|it| it.secrets = vec![OTHER], HookError::Signature);
        check(|it| it.secrets = vec![], HookError::Signature);
    }

    #[test]
    fn secrets_of_another_form() {
        let bare = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        for secret in ["", "whsec_", "whsec_%%", "whsec", bare] {
            check(|it| it.secrets = vec![secret], HookError::Secret);
        }
        check(|it| it.secrets = vec![OTHER, "junk"], HookError::Secret);
    }

    #[test]
    fn the_undecoded_secret_is_no_key() {
        let text = SECRET.strip_prefix("whsec_").unwrap();
        let mac = Hmac::<Sha256>::new_from_slice(text.as_bytes()).unwrap();
        let mac = mac.chain_update(format!("msg_1.{NOW}.{DONE}")).finalize();
        let signature = format!("v1,{}", STANDARD.encode(mac.into_bytes()));
        check(|it| it.signature = signature, HookError::Signature);
    }

    #[test]
    fn deliveries_of_the_last_five_minutes_count() {
        check(|it| it.now = NOW + 300, None);
        check(|it| it.now = NOW + 301, HookError::Stale(301));
    }

    #[test]
    fn a_clock_may_be_slow_by_five_minutes() {
        check(|it| it.now = NOW - 300, None);
        check(|it| it.now = NOW - 301, HookError::Stale(301));
        check(|it| it.now = 0, HookError::Stale(NOW));
        check(|it| it.now = u64::MAX, HookError::Stale(u64::MAX - NOW));
    }

    #[test]
    fn a_time_that_is_none() {
        for time in ["", "soon", "-1", "1.5", "99999999999999999999", "2026-11-20T00:00:00Z"] {
            let error = HookError::Header("webhook-timestamp");
            check(|it| it.time = time.to_owned(), error);
        }
    }

    #[test]
    fn headers_that_are_missing_or_unreadable() {
        for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            let (delivery, mut headers) = (delivery(DONE), delivery(DONE).headers());
            headers.remove(name);
            assert_eq!(delivery.read_with(&headers), Err(HookError::Header(name)));
            headers.insert(name, http::HeaderValue::from_bytes(&[0xff]).unwrap());
            assert_eq!(delivery.read_with(&headers), Err(HookError::Header(name)));
        }
    }

    #[test]
    fn signed_bodies_that_are_no_prediction() {
        let truncated = &DONE.as_bytes()[..20];
        for body in [&b""[..], b"<html>", truncated, b"[]", b"{}", br#"{"id":7}"#, &[0xff]] {
            assert!(matches!(read_signed(body), Err(HookError::Body(_))), "{body:?}");
        }
    }
}
