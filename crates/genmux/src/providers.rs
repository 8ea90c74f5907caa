//! The providers that are built in: one line each.

use genmux_core::{
    Adapter, Context, HttpRequest, Offer, Payload, Rejection, Request, Shown, Translation,
};

static ADAPTERS: &[&dyn Adapter] = &[
    #[cfg(feature = "replicate")]
    &genmux_replicate::Replicate,
    #[cfg(feature = "runware")]
    &genmux_runware::Runware,
    #[cfg(feature = "scenario")]
    &genmux_scenario::Scenario,
];

/// The adapter of a provider, if it is built in.
pub fn adapter(provider: &str) -> Option<&'static dyn Adapter> {
    ADAPTERS.iter().copied().find(|adapter| adapter.provider() == provider)
}

/// The adapters that are built in.
pub(crate) fn adapters() -> impl Iterator<Item = &'static dyn Adapter> {
    ADAPTERS.iter().copied()
}

/// The HTTP request that submits one payload, with credentials by name only.
///
/// # Errors
/// When the provider is not built in.
pub fn http(offer: &Offer, payload: &Payload<'_>) -> serde_json::Result<HttpRequest> {
    require(offer.provider())?.submit(payload.base_url(), std::slice::from_ref(payload), None)
}

/// The JSON form of what became of a request at an offer, accepted or rejected.
///
/// # Errors
/// When the provider is not built in.
pub fn shown<'a>(
    offer: &Offer,
    request: &Request,
    context: &Context,
    result: &'a Result<Translation<'_>, Box<Rejection>>,
) -> serde_json::Result<Shown<'a>> {
    match result {
        Ok(translation) => Shown::accepted(translation, require(offer.provider())?),
        Err(rejection) => Ok(Shown::rejected(rejection, request, context)),
    }
}

fn require(provider: &str) -> serde_json::Result<&'static dyn Adapter> {
    use serde::de::Error;
    adapter(provider).ok_or_else(|| {
        serde_json::Error::custom(format!(
            "provider {provider} is not built in; enable its feature"
        ))
    })
}
