//! Clients at the vendors, and at the embedded sandbox.

use std::collections::BTreeMap;

use genmux::journal::Journal;
use genmux::{Catalog, Client, Credentials, Files, Settings};
use genmux_sandbox::{Options, Provider, Sandbox};

use crate::commands::journal;
use crate::fail::Failure;

/// A client of the vendors themselves, keys from the environment.
pub(crate) fn vendors(catalog: &Catalog, journal: Option<Journal>) -> Result<Client, Failure> {
    Ok(Client::new(Settings { journal, ..settings(catalog) })?)
}

/// A client whose vendors are played by a sandbox in this process.
pub(super) async fn sandboxed(
    catalog: &Catalog,
    options: Options,
) -> Result<(Client, Sandbox), Failure> {
    let failed = |error| Failure::Said(format!("cannot start the sandbox: {error}"));
    let sandbox = Sandbox::start(options).await.map_err(failed)?;
    // What the sandbox has is gone with it.
    let journal = Some(journal::in_memory());
    let mut settings = Settings { environment: false, journal, ..settings(catalog) };
    for provider in Provider::ALL {
        let name = provider.name().to_owned();
        settings.base_urls.insert(name.clone(), sandbox.base_url(provider));
        settings.credentials.insert(name, Credentials::pair("sandbox", "sandbox"));
    }
    Ok((Client::new(settings)?, sandbox))
}

fn settings(catalog: &Catalog) -> Settings {
    Settings {
        catalog: Some(catalog.clone()),
        files: Files::Anywhere,
        base_urls: BTreeMap::new(),
        ..Settings::default()
    }
}
