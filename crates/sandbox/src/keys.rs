//! What a key may do: any non-empty one works, some names are there to be refused.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::state::State;

/// What is wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Missing,
    /// 401
    Invalid,
    /// 402, when something is to be paid.
    NoCredit,
    /// 403, when something is to be paid.
    NoPlan,
    /// 429
    Throttled,
}

impl State {
    /// `pays`: the call costs money, so that credit and plan count.
    pub(crate) fn admit(&self, key: Option<&str>, pays: bool) -> Result<(), Refused> {
        let key = key.filter(|key| !key.is_empty()).ok_or(Refused::Missing)?;
        let keys = &self.options.keys;
        match key {
            "invalid-key" => Err(Refused::Invalid),
            "no-credit" if pays => Err(Refused::NoCredit),
            "no-plan" if pays => Err(Refused::NoPlan),
            "throttled" => Err(Refused::Throttled),
            _ if keys.is_empty() || keys.iter().any(|it| it == key) => Ok(()),
            "no-credit" | "no-plan" => Ok(()),
            _ => Err(Refused::Invalid),
        }
    }
}

/// The key of `Authorization: Bearer …` (Replicate still knows `Token …`).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    let known = ["bearer", "token"].iter().any(|it| scheme.eq_ignore_ascii_case(it));
    known.then(|| key.trim().to_owned())
}

/// The user of `Authorization: Basic …`, if it comes with a password.
pub(crate) fn basic(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let coded = value.strip_prefix("Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(coded.trim()).ok()?).ok()?;
    let (key, secret) = pair.split_once(':')?;
    (!secret.is_empty()).then(|| key.to_owned())
}
