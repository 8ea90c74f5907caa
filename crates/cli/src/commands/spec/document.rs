//! A vendor's document, from a file or from the vendor.

use std::time::SystemTime;

use genmux::drift::{self, Address, FetchError, Published};
use genmux::spec::Date;
use genmux::{Catalog, HttpOptions, HttpTransport};
use serde_json::Value;

use crate::args::DocumentArgs;
use crate::fail::Failure;
use crate::input;

/// What a vendor publishes, with date and page of the revision that may come of it.
pub(super) struct Document {
    pub(super) published: Published,
    pub(super) since: Date,
    pub(super) source: String,
}

/// Reads the document that the arguments name.
pub(super) fn document(
    catalog: &Catalog,
    (provider, vendor_id): (&str, &str),
    args: &DocumentArgs,
) -> Result<Document, Failure> {
    let said = |error: &dyn std::fmt::Display| Failure::Said(error.to_string());
    let own = catalog.base_url(provider).unwrap_or_default();
    let public = drift::address(provider, &own, vendor_id).map_err(|error| said(&error))?;
    let document = if let Some(path) = &args.schema {
        from_file(path, args.max_bytes)?
    } else {
        let base = variable(&format!("{}_BASE_URL", provider.to_ascii_uppercase()));
        let address = drift::address(provider, &base.unwrap_or(own), vendor_id);
        live(provider, &address.map_err(|error| said(&error))?)?
    };
    let published = drift::read_published(provider, &document).map_err(|error| said(&error))?;
    let since = args.since.map_or_else(today, Ok)?;
    let source = args.source.clone().unwrap_or(public.url);
    Ok(Document { published, since, source })
}

fn from_file(path: &std::path::Path, max_bytes: u64) -> Result<Value, Failure> {
    let text = input::bytes(path, max_bytes)?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::Said(format!("{}: {error}", path.display())))
}

fn live(provider: &str, address: &Address) -> Result<Value, Failure> {
    let adapter = genmux::adapter(provider)
        .ok_or_else(|| Failure::Said(format!("provider {provider} is not built in")))?;
    let transport = HttpTransport::new(HttpOptions::default());
    let work = async {
        let fetched = drift::fetch(&transport, address, adapter.auth(), variable).await;
        fetched.map_err(|error| {
            let said = format!("{}: {error}", genmux::safe_text(&address.url));
            match error {
                FetchError::Key(_) | FetchError::Unusable => Failure::Said(said),
                _ => Failure::Vendor(said),
            }
        })
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

/// A variable of the environment; an empty one is none.
fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok()?.trim().to_owned();
    Some(value).filter(|value| !value.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the command line may read a clock")]
fn today() -> Result<Date, Failure> {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let day = now.get(..10).and_then(|day| day.parse().ok());
    day.ok_or_else(|| Failure::Said("the clock tells no date; give --since".to_owned()))
}
