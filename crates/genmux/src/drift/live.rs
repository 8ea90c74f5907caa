//! What a vendor publishes now.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use genmux_client::{Credentials, Reach, Transport, TransportError};
use genmux_core::{Auth, Body};
use http::{HeaderValue, Request};
use serde_json::Value;

use super::published::Address;

/// Documents of models have some hundred kilobytes.
const MOST: usize = 8 * 1024 * 1024;

/// A vendor's document could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The vendor wants a key.
    #[error("there is no key: set {0}")]
    Key(String),
    /// The key or the address cannot be sent.
    #[error("the key or the address holds characters that no request can carry")]
    Unusable,
    /// No reply came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The vendor refused.
    #[error("the vendor answered HTTP {0}")]
    Status(u16),
    /// The reply is no JSON.
    #[error("the vendor's reply is no JSON: {0}")]
    Json(serde_json::Error),
}

/// Fetches a vendor's document; keys are looked up by the names of their variables.
///
/// An address that takes no key is not told one.
///
/// # Errors
/// When a key is missing, or no readable reply comes.
pub async fn fetch(
    transport: &dyn Transport,
    address: &Address,
    auth: Auth,
    key: impl Fn(&str) -> Option<String>,
) -> Result<Value, FetchError> {
    let mut request = Request::get(&address.url).header("accept", "application/json");
    let mut credentials = None;
    if address.key {
        let (authorization, used) = authorization(auth, key)?;
        request = request.header("authorization", authorization);
        credentials = Some(used);
    }
    // The address comes from the user's base URL, or is the vendor's own; nobody returned it.
    let request = request.extension(Reach::Provider);
    let request = request.body(Body::default()).map_err(|_| FetchError::Unusable)?;
    let (head, body) = transport.send(request).await?.into_parts();
    if !head.status.is_success() {
        return Err(FetchError::Status(head.status.as_u16()));
    }
    let body = body.collect(MOST).await?;
    // What is printed of the document holds no key, whatever the vendor repeats.
    let body = credentials.map_or_else(|| body.clone(), |used| used.blotted(body.clone()));
    serde_json::from_slice(&body).map_err(FetchError::Json)
}

/// The header of a key, and the key.
fn authorization(
    auth: Auth,
    key: impl Fn(&str) -> Option<String>,
) -> Result<(HeaderValue, Credentials), FetchError> {
    let (text, used) = match auth {
        Auth::Bearer(name) => {
            let key = key(name).ok_or_else(|| FetchError::Key(name.to_owned()))?;
            (format!("Bearer {key}"), Credentials::key(key))
        }
        Auth::Basic(name, secret) => {
            let missing = || FetchError::Key(format!("{name} and {secret}"));
            let (key, secret) = key(name).zip(key(secret)).ok_or_else(missing)?;
            let coded = BASE64_STANDARD.encode(format!("{key}:{secret}"));
            (format!("Basic {coded}"), Credentials::pair(key, secret))
        }
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| FetchError::Unusable)?;
    value.set_sensitive(true);
    Ok((value, used))
}
