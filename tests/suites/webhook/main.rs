//! Webhooks of all vendors through their real adapters: what is believed, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod delivered;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use genmux::webhook::{About, Delivery, Meaning, ReceiveError, Received, Receiver, Settings};
use genmux::{HookError, JobStatus, adapter};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue};
use proptest::prelude::{any, proptest};
use sha2::Sha256;

/// The secrets of the two published vectors: of the docs' sample, of the clients' tests.
const DOCS: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const CLIENTS: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const URLS: &str = "a secret of webhook urls";
const NOW: u64 = 1_700_000_000;
const RUNWARE: &[u8] = br#"{"taskUUID":"t1","imageUUID":"a","imageURL":"https://a.b/c.jpg"}"#;
const SCENARIO: &[u8] = br#"{"payload":{"job":{"jobId":"t1","status":"success"}}}"#;

fn settings() -> Settings {
    let names = ["runware", "replicate", "scenario"];
    let mut settings = Settings::new(names.map(|name| adapter(name).unwrap()).to_vec());
    settings.signing_secrets.insert("replicate".to_owned(), vec![DOCS.into()]);
    settings.url_secrets = vec![URLS.into()];
    settings.clock = Arc::new(|| NOW);
    settings
}

fn receiver(change: impl FnOnce(&mut Settings)) -> Receiver {
    let mut settings = settings();
    change(&mut settings);
    Receiver::new(settings).unwrap()
}

/// What Replicate sends: signed at `time`.
fn signed(secret: &str, id: &str, time: u64, body: &[u8]) -> HeaderMap {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(format!("{id}.{time}."));
    let code = STANDARD.encode(mac.chain_update(body).finalize().into_bytes());
    headers(id, time, &format!("v1,{code}"))
}

fn headers(id: &str, time: u64, signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", id.parse().unwrap());
    headers.insert("webhook-timestamp", time.into());
    headers.insert("webhook-signature", signature.parse().unwrap());
    headers
}

fn state(word: &str) -> Vec<u8> {
    let output = if word == "succeeded" { r#""https://a.b/c.mp4""# } else { "null" };
    format!(r#"{{"id":"p1","status":"{word}","output":{output}}}"#).into_bytes()
}

/// A signed delivery, now, at a URL of the application's own.
fn tell(receiver: &Receiver, id: &str, word: &str) -> Result<Received, ReceiveError> {
    let body = state(word);
    let headers = signed(DOCS, id, NOW, &body);
    receiver.receive(&Delivery::from("replicate", &headers, &body))
}

/// An unsigned one at a target.
fn hint(receiver: &Receiver, target: &str, body: &[u8]) -> Result<Received, ReceiveError> {
    receiver.receive(&Delivery::at(target, &HeaderMap::new(), body))
}

fn forged() -> ReceiveError {
    HookError::Signature.into()
}

#[test]
fn both_published_vectors_are_genuine() {
    let receiver = receiver(|it| {
        let secrets = vec![CLIENTS.into(), DOCS.into()];
        it.signing_secrets.insert("replicate".to_owned(), secrets);
    });
    let head = headers("msg_test_1", NOW, "v1,CB90cZfez/lXyQRzH62fIu+8jz0b1PrdFOrn0aW4+lE=");
    let body = br#"{"id":"abc","status":"succeeded"}"#;
    let told = receiver.receive(&Delivery::from("replicate", &head, body)).unwrap();
    assert_eq!((told.provider, &*told.job, told.is_news()), ("replicate", "abc", true));
    let Meaning::State(state) = told.meaning else { panic!("{told:?}") };
    // It succeeded and names no output, which is no success to us.
    assert_eq!(
        (state.vendor_status.as_deref(), state.status),
        (Some("succeeded"), JobStatus::Failed)
    );
}

/// The other one is signed and no prediction.
#[test]
fn the_vector_of_the_clients_is_signed_at_its_time_only() {
    let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let head = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, signature);
    let delivery = Delivery::from("replicate", &head, br#"{"test": 2432232314}"#);
    let at = |now: u64, secret: &str| {
        let secrets = vec![secret.into()];
        let receiver = receiver(|it| {
            it.signing_secrets.insert("replicate".to_owned(), secrets);
            it.clock = Arc::new(move || now);
        });
        receiver.receive(&delivery).unwrap_err()
    };
    assert_eq!(at(1614265331, CLIENTS), HookError::Body("it has no id".into()).into());
    assert_eq!(at(1614265331, DOCS), forged());
    assert_eq!(at(1614265330 + 301, CLIENTS), HookError::Stale(301).into());
    assert_eq!(at(1614265330 - 301, CLIENTS), HookError::Stale(301).into());
}

#[test]
fn what_is_forged_is_refused() {
    let receiver = receiver(|_| ());
    let (body, other) = (state("succeeded"), state("failed"));
    let head = signed(DOCS, "m1", NOW, &body);
    let refused = |headers: &HeaderMap, body: &[u8]| {
        receiver.receive(&Delivery::from("replicate", headers, body)).unwrap_err()
    };
    assert_eq!(refused(&head, &other), forged());
    assert_eq!(refused(&signed(CLIENTS, "m1", NOW, &body), &body), forged());
    assert_eq!(refused(&HeaderMap::new(), &body), HookError::Header("webhook-id").into());
    let mut junk = head.clone();
    junk.insert("webhook-signature", HeaderValue::from_bytes(&[0xff, 0x80]).unwrap());
    assert_eq!(refused(&junk, &body), HookError::Header("webhook-signature").into());
    // Nothing of all that was remembered.
    assert!(tell(&receiver, "m1", "succeeded").unwrap().is_news());
}

#[test]
fn a_delivery_that_comes_again_is_a_duplicate_until_it_is_too_old() {
    let now = Arc::new(AtomicU64::new(NOW));
    let clock = now.clone();
    let receiver = receiver(|it| it.clock = Arc::new(move || clock.load(Ordering::Relaxed)));
    let first = tell(&receiver, "m1", "succeeded").unwrap();
    let again = tell(&receiver, "m1", "succeeded").unwrap();
    assert!(first.is_news() && again.duplicate && !again.is_news());
    assert_eq!((first.job, first.meaning), (again.job, again.meaning));
    now.store(NOW + 300, Ordering::Relaxed);
    assert!(tell(&receiver, "m1", "succeeded").unwrap().duplicate);
    now.store(NOW + 301, Ordering::Relaxed);
    assert_eq!(tell(&receiver, "m1", "succeeded"), Err(HookError::Stale(301).into()));
}

#[test]
fn disorder_takes_nothing_back() {
    let receiver = receiver(|_| ());
    let order = [
        ("m1", "starting", true),
        ("m3", "succeeded", true),
        ("m2", "processing", false),
        ("m4", "failed", false),
        ("m5", "succeeded", true),
    ];
    for (id, word, news) in order {
        let told = tell(&receiver, id, word).unwrap();
        assert_eq!((told.is_news(), told.outdated), (news, !news), "{id} {word}");
    }
}

#[test]
fn only_what_is_proven_is_remembered() {
    let receiver = receiver(|it| it.remembered = 2);
    let target = receiver.url("/hooks", "runware", About::Key("k")).unwrap();
    assert!(tell(&receiver, "m1", "succeeded").unwrap().is_news());
    for number in 0..10 {
        let junk = format!(r#"{{"taskUUID":"{number}"}}"#);
        assert_eq!(hint(&receiver, "/hooks", junk.as_bytes()), Err(ReceiveError::NoToken));
        assert_eq!(tell_forged(&receiver), Err(forged()));
    }
    assert!(tell(&receiver, "m1", "succeeded").unwrap().duplicate);
    for body in [RUNWARE, br#"{"taskUUID":"t2"}"#] {
        assert!(hint(&receiver, &target, body).unwrap().is_news());
    }
    assert!(!tell(&receiver, "m1", "succeeded").unwrap().duplicate, "the oldest is forgotten");
}

fn tell_forged(receiver: &Receiver) -> Result<Received, ReceiveError> {
    let body = state("succeeded");
    receiver.receive(&Delivery::from("replicate", &signed(CLIENTS, "m9", NOW, &body), &body))
}

#[test]
fn unsigned_deliveries_are_hints() {
    let receiver = receiver(|_| ());
    for (provider, body) in [("runware", RUNWARE), ("scenario", SCENARIO)] {
        let url = receiver.url("https://a.b/hooks?x=1", provider, About::Key("my order")).unwrap();
        let told = hint(&receiver, &url, body).unwrap();
        assert_eq!((told.provider, &*told.job), (provider, "t1"));
        assert_eq!(told.key.as_deref(), Some("my order"));
        assert_eq!((&told.meaning, told.is_news()), (&Meaning::ReadBack, true));
        let path = url.strip_prefix("https://a.b").unwrap();
        assert!(hint(&receiver, path, body).unwrap().duplicate, "the whole URL, or its end");
        // Headers that would be a signature elsewhere are nothing here.
        for head in [HeaderMap::new(), signed(DOCS, "m1", NOW, body)] {
            let bare = Delivery::from(provider, &head, body);
            assert_eq!(receiver.receive(&bare), Err(ReceiveError::NoToken));
        }
    }
}

#[test]
fn a_token_is_of_one_provider_and_one_subject() {
    let receiver = receiver(|_| ());
    let url = receiver.url("/hooks", "runware", About::Job("t1")).unwrap();
    assert_eq!(hint(&receiver, &url, RUNWARE).unwrap().key, None);
    let other = hint(&receiver, &url, br#"{"taskUUID":"t2"}"#);
    assert_eq!(other, Err(ReceiveError::OtherJob));
    let flipped = if url.ends_with('A') { "B" } else { "A" };
    let wrong = [
        url.replace("t1", "t2"),
        url.replace(".j.", ".k."),
        url.replace("runware", "scenario"),
        url[..url.len() - 2].to_owned(),
        format!("{}{flipped}", &url[..url.len() - 1]),
        "/hooks?genmux=runware.j.t1.".to_owned(),
        "/hooks?genmux=".to_owned(),
    ];
    for target in wrong {
        assert_eq!(hint(&receiver, &target, RUNWARE), Err(ReceiveError::Token), "{target}");
    }
    let head = HeaderMap::new();
    let astray = Delivery { provider: Some("replicate"), ..Delivery::at(&url, &head, RUNWARE) };
    assert_eq!(receiver.receive(&astray), Err(ReceiveError::Token));
    let stranger = Delivery::from("nobody", &head, RUNWARE);
    assert_eq!(receiver.receive(&stranger), Err(ReceiveError::Provider));
}

#[test]
fn a_signature_does_not_make_up_for_a_wrong_token() {
    let receiver = receiver(|_| ());
    let url = receiver.url("/hooks", "replicate", About::Key("k")).unwrap();
    let body = state("succeeded");
    let head = signed(DOCS, "m1", NOW, &body);
    let wrong = url.replace(".k.k.", ".k.l.");
    assert_eq!(receiver.receive(&Delivery::at(&wrong, &head, &body)), Err(ReceiveError::Token));
    assert_eq!(receiver.receive(&Delivery::at(&url, &head, &body)).unwrap().key.unwrap(), "k");
    // Nor the other way round.
    assert!(hint(&receiver, &url, &body).is_err());
}

#[test]
fn secrets_are_rotated() {
    let old = receiver(|_| ()).url("/hooks", "runware", About::Key("k")).unwrap();
    let both = receiver(|it| it.url_secrets = vec!["a newer secret of urls".into(), URLS.into()]);
    let new = both.url("/hooks", "runware", About::Key("k")).unwrap();
    assert_ne!(old, new);
    assert!(hint(&both, &old, RUNWARE).is_ok() && hint(&both, &new, RUNWARE).is_ok());
    let only = receiver(|it| it.url_secrets = vec!["a newer secret of urls".into()]);
    assert_eq!(hint(&only, &old, RUNWARE), Err(ReceiveError::Token));
    assert!(hint(&only, &new, RUNWARE).is_ok());
}

#[test]
fn a_large_body_is_refused_before_it_is_read() {
    let (receiver, body) = (receiver(|_| ()), vec![b' '; 10 << 20]);
    let refused = Err(ReceiveError::TooLarge { bytes: 10 << 20, most: 4 << 20 });
    assert_eq!(hint(&receiver, "/hooks?genmux=junk", &body), refused);
    let head = signed(DOCS, "m1", NOW, b"");
    assert_eq!(receiver.receive(&Delivery::from("replicate", &head, &body)), refused);
}

#[test]
fn no_secret_is_shown() {
    let receiver = receiver(|_| ());
    let shown = format!("{receiver:?} {:?}", settings());
    assert!(!shown.contains("whsec") && !shown.contains(URLS), "{shown}");
    let short = Settings { url_secrets: vec!["boat".into()], ..settings() };
    assert!(!Receiver::new(short).unwrap_err().to_string().contains("boat"));
}

proptest! {
    #[test]
    fn junk_is_refused_and_nothing_panics(target in ".*", body in any::<Vec<u8>>(), name in ".*") {
        let receiver = receiver(|_| ());
        assert!(hint(&receiver, &target, &body).is_err());
        let url = receiver.url(&target.replace(['#', '?'], ""), "runware", About::Key(&name));
        let told = hint(&receiver, &url.unwrap(), RUNWARE).unwrap();
        assert_eq!(told.key.unwrap(), name);
    }
}
