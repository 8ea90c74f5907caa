//! Webhooks of all vendors, read by one call: bytes in, meaning out.
//!
//! A delivery shortens waiting and is never needed: polling remains the truth. Only what a vendor
//! signs (Replicate) is believed at once. Everything else (Runware, Scenario) is a hint that a job
//! is worth asking for now, taken only under a URL that [`Receiver::url`] made.
//!
//! Nothing here does I/O, and no web framework is known. In any handler:
//!
//! ```
//! use genmux_client::webhook::{Delivery, Meaning, Receiver};
//! use http::{HeaderMap, StatusCode, Uri};
//!
//! /// As axum calls it: `post(|State(receiver), uri, headers, body| ...)`.
//! async fn hook(receiver: &Receiver, uri: Uri, headers: HeaderMap, body: Vec<u8>) -> StatusCode {
//!     let target = uri.path_and_query().map_or("", |it| it.as_str());
//!     let received = match receiver.receive(&Delivery::at(target, &headers, &body)) {
//!         Ok(received) => received,
//!         Err(error) => return error.status(),
//!     };
//!     if received.is_news() {
//!         match received.meaning {
//!             Meaning::State(state) => println!("{} is {}", received.job, state.status),
//!             // Put it on a queue: vendors want their answer within seconds.
//!             Meaning::ReadBack => println!("{} is to be asked for", received.job),
//!         }
//!     }
//!     StatusCode::OK
//! }
//! ```
//!
//! The URL for a request's `delivery.webhook_url`, or for a webhook endpoint of Scenario:
//!
//! ```
//! use genmux_client::webhook::{About, Receiver, Settings};
//! use genmux_core::Adapter;
//!
//! fn address(adapters: Vec<&'static dyn Adapter>, secret: String) -> Option<String> {
//!     // Adapters by name: `genmux::adapter("runware")`.
//!     let mut settings = Settings::new(adapters);
//!     settings.url_secrets = vec![secret.into()];
//!     let receiver = Receiver::new(settings).ok()?;
//!     receiver.url("https://app.example/hooks", "runware", About::Key("order-17")).ok()
//! }
//! ```

mod address;
mod delivery;
mod error;
mod memory;
mod settings;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use genmux_core::{Adapter, ErrorKind, Hook, HookEvent, Hooks, JobStatus};
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use crate::error::Error;
use address::{Address, Keys};
pub use delivery::{About, Delivery, Meaning, Received};
pub use error::ReceiveError;
use memory::Recent;
pub use memory::later;
pub use settings::{Clock, Settings};

/// Reads deliveries of all vendors; one for a whole application.
pub struct Receiver {
    settings: Settings,
    keys: Keys,
    memory: Mutex<Memory>,
}

#[derive(Debug)]
struct Memory {
    deliveries: Recent<()>,
    states: Recent<JobStatus>,
}

impl Receiver {
    /// A receiver that has seen nothing yet.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a secret of tokens that is shorter than 16 bytes.
    pub fn new(settings: Settings) -> Result<Receiver, Error> {
        let keys = Keys::new(&settings.url_secrets).ok_or_else(|| {
            Error::new(
                ErrorKind::Invalid,
                "a secret of webhook URLs is too short; 16 bytes or more",
            )
        })?;
        let most = settings.remembered;
        let memory = Memory { deliveries: Recent::new(most), states: Recent::new(most) };
        Ok(Receiver { settings, keys, memory: Mutex::new(memory) })
    }

    /// The URL to give to a vendor: `base` with one query parameter, `genmux`, whose token nobody
    /// can guess. Whoever logs or sees the URL can send hints with it, and nothing else.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a provider without adapter, or without any
    /// [`Settings::url_secrets`].
    pub fn url(&self, base: &str, provider: &str, about: About<'_>) -> Result<String, Error> {
        let refused = |why: &str| Error::new(ErrorKind::Invalid, why);
        let adapter = self.adapter(provider);
        let adapter = adapter.ok_or_else(|| refused("no adapter of this provider was given"))?;
        let address = Address::new(adapter.provider(), about);
        let token = self.keys.sign(&address);
        let token = token.ok_or_else(|| refused("there is no secret for webhook URLs"))?;
        Ok(address.write(base, &token))
    }

    /// What a delivery means.
    ///
    /// Nothing that this gives, or refuses, need be kept: it may be called twice, late, early and
    /// in any order.
    ///
    /// # Errors
    /// When the delivery is not to be believed, not even as a hint, or cannot be read.
    pub fn receive(&self, delivery: &Delivery<'_>) -> Result<Received, ReceiveError> {
        let (bytes, most) = (delivery.body.len(), self.settings.most_body);
        if bytes > most {
            return Err(ReceiveError::TooLarge { bytes, most });
        }
        let address = self.address(delivery.target)?;
        let adapter = self.sender(delivery, address.as_ref())?;
        if address.is_none() && adapter.capability().hooks != Hooks::Signed {
            return Err(ReceiveError::NoToken);
        }
        let event = self.read(adapter, delivery)?;
        if address.is_none() && !event.signed {
            return Err(ReceiveError::NoToken);
        }
        if address.as_ref().is_some_and(|it| !it.is_about(&event.job)) {
            return Err(ReceiveError::OtherJob);
        }
        Ok(self.remember(adapter.provider(), address, event, delivery))
    }

    fn adapter(&self, provider: &str) -> Option<&'static dyn Adapter> {
        self.settings.adapters.iter().copied().find(|it| it.provider() == provider)
    }

    /// The address that was called, if it is one of ours.
    fn address(&self, target: &str) -> Result<Option<Address>, ReceiveError> {
        let Some(written) = address::find(target) else { return Ok(None) };
        let (address, token) = Address::read(written).ok_or(ReceiveError::Token)?;
        if self.keys.fit(&address, &token) { Ok(Some(address)) } else { Err(ReceiveError::Token) }
    }

    fn sender(
        &self,
        delivery: &Delivery<'_>,
        address: Option<&Address>,
    ) -> Result<&'static dyn Adapter, ReceiveError> {
        let told = address.map(|it| it.provider.as_str());
        match (told, delivery.provider) {
            (Some(told), Some(meant)) if told != meant => Err(ReceiveError::Token),
            (None, None) => Err(ReceiveError::NoToken),
            (told, meant) => {
                told.or(meant).and_then(|it| self.adapter(it)).ok_or(ReceiveError::Provider)
            }
        }
    }

    fn read(
        &self,
        adapter: &dyn Adapter,
        delivery: &Delivery<'_>,
    ) -> Result<HookEvent, ReceiveError> {
        let secrets = self.settings.signing_secrets.get(adapter.provider());
        let secrets: Vec<&str> =
            secrets.into_iter().flatten().map(ExposeSecret::expose_secret).collect();
        let (headers, body, now) = (delivery.headers, delivery.body, (self.settings.clock)());
        Ok(adapter.read_webhook(&Hook { headers, body, secrets: &secrets, now })?)
    }

    /// Only what was proven is remembered, so that nobody else can push anything out.
    fn remember(
        &self,
        provider: &'static str,
        address: Option<Address>,
        event: HookEvent,
        delivery: &Delivery<'_>,
    ) -> Received {
        let key = address.and_then(Address::key);
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let duplicate = memory.deliveries.put(name(provider, &event, delivery), ()).is_some();
        let state = event.state.filter(|_| event.signed);
        let outdated = state.as_ref().is_some_and(|state| {
            memory.states.is_outdated(digest(&[provider, &event.job]), state.status)
        });
        let meaning = state.map_or(Meaning::ReadBack, |state| Meaning::State(Box::new(state)));
        Received { provider, key, job: event.job, meaning, duplicate, outdated }
    }
}

/// What tells deliveries apart: the sender's own id where a signature covers it, else all that
/// was sent.
fn name(provider: &str, event: &HookEvent, delivery: &Delivery<'_>) -> [u8; 32] {
    let id = delivery.headers.get("webhook-id").filter(|_| event.signed);
    if let Some(id) = id.and_then(|id| id.to_str().ok()) {
        return digest(&[provider, "id", id]);
    }
    let hash = Sha256::new_with_prefix(digest(&[provider, "body"]));
    hash.chain_update(delivery.body).finalize().into()
}

/// Of parts with their lengths, so that no two lists are the same text.
fn digest(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Receiver({:?})", self.settings)
    }
}
