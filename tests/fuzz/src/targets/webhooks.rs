//! A delivery of a webhook: `provider [signed] [path?genmux=token]`, then headers, then the body.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use genmux::webhook::{About, Delivery, Meaning, ReceiveError, Received, Receiver, Settings};
use genmux::{Hook, HookEvent, adapter};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use sha2::Sha256;

use super::replies::check_state;
use crate::promise::{check_message, check_silent};
use crate::split::Input;

const PROVIDERS: [&str; 3] = ["runware", "replicate", "scenario"];
const NOW: u64 = 1_700_000_000;
const KEY: &[u8] = b"a key that only the vendor has";

/// Only what is signed is believed; a hint is to be read back; what is refused says nothing of
/// what was delivered.
pub fn run(data: &[u8]) {
    let mut input = Input::with_headers(data);
    let provider = input.one_of(&PROVIDERS.map(|name| (name, name)));
    let is_signed = input.read(|word| (word == "signed").then_some(())).is_some();
    if is_signed {
        sign(&mut input.headers, input.body);
    }
    check_event(provider, &input);
    let receiver = receiver();
    let told = received(receiver.receive(&Delivery::from(provider, &input.headers, input.body)));
    assert!(told.is_none() || is_signed, "a delivery without a signature is believed");
    let target = input.read(|word| word.contains("genmux=").then_some(word)).unwrap_or("/hook");
    let told = received(receiver.receive(&Delivery::at(target, &input.headers, input.body)));
    assert!(told.is_none(), "a token that was never given out is believed");
    let target = receiver.url("https://app.test/hook", provider, About::Key("order")).unwrap();
    let hint = received(receiver.receive(&Delivery::at(&target, &input.headers, input.body)));
    if let Some(hint) = hint {
        assert_eq!((hint.provider, hint.key.as_deref()), (provider, Some("order")));
        let is_state = matches!(hint.meaning, Meaning::State(_));
        assert!(!is_state || is_signed, "a hint without a signature is believed");
    }
}

fn secret() -> String {
    format!("whsec_{}", STANDARD.encode(KEY))
}

fn receiver() -> Receiver {
    let mut settings = Settings::new(PROVIDERS.map(|name| adapter(name).unwrap()).to_vec());
    settings.signing_secrets.insert("replicate".to_owned(), vec![secret().into()]);
    settings.url_secrets = vec!["a secret of webhook urls".into()];
    settings.clock = Arc::new(|| NOW);
    Receiver::new(settings).unwrap()
}

/// Signs as Standard Webhooks say, now.
fn sign(headers: &mut HeaderMap, body: &[u8]) {
    let mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap().chain_update(format!("m1.{NOW}."));
    let code = STANDARD.encode(mac.chain_update(body).finalize().into_bytes());
    headers.insert("webhook-id", "m1".parse().unwrap());
    headers.insert("webhook-timestamp", NOW.into());
    headers.insert("webhook-signature", format!("v1,{code}").parse().unwrap());
}

fn check_event(provider: &str, input: &Input<'_>) {
    let secret = secret();
    let secrets = [secret.as_str()];
    let hook = Hook { headers: &input.headers, body: input.body, secrets: &secrets, now: NOW };
    match adapter(provider).unwrap().read_webhook(&hook) {
        Ok(HookEvent { job, state, .. }) => {
            assert!(!job.is_empty(), "a delivery is about a job");
            state.iter().for_each(check_state);
        }
        Err(error) => check_message(&error.to_string()),
    }
}

fn received(received: Result<Received, ReceiveError>) -> Option<Received> {
    let error = received.as_ref().err();
    if let Some(error) = error {
        check_message(&error.to_string());
        check_silent(&error.to_string());
        assert!(error.status().is_client_error(), "{error}");
    }
    received.ok()
}
