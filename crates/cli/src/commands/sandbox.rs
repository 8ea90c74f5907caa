//! `genmux sandbox`: the three vendors' APIs on loopback, until it is interrupted.

use std::io::Write;
use std::net::SocketAddr;

use genmux_sandbox::{Options, Provider, Sandbox};

use crate::Done;
use crate::fail::Failure;

/// The variables of each vendor's key, with one that the sandbox takes.
const KEYS: [(Provider, &str); 3] = [
    (Provider::Runware, "RUNWARE_API_KEY=sandbox"),
    (Provider::Replicate, "REPLICATE_API_TOKEN=sandbox"),
    (Provider::Scenario, "SCENARIO_SDK_API_KEY=sandbox SCENARIO_SDK_API_SECRET=sandbox"),
];

pub(crate) fn sandbox(addr: SocketAddr) -> Result<Done, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(addr))
}

async fn serve(addr: SocketAddr) -> Result<Done, Failure> {
    let failed = |error| Failure::Said(format!("cannot serve on {addr}: {error}"));
    let sandbox = Sandbox::start(Options { addr, ..Options::default() }).await.map_err(failed)?;
    let mut out = anstream::stdout();
    for provider in [Provider::Runware, Provider::Replicate, Provider::Scenario] {
        writeln!(out, "{}", sandbox.base_url(provider))?;
    }
    out.flush()?;
    let mut talk = anstream::stderr();
    writeln!(talk, "any key is taken and nothing is paid for; Ctrl-C stops it. To be asked here:")?;
    for (provider, keys) in KEYS {
        let (name, url) = (provider.name().to_uppercase(), sandbox.base_url(provider));
        writeln!(talk, "export {name}_BASE_URL={url} {keys}")?;
    }
    tokio::signal::ctrl_c().await?;
    sandbox.shutdown().await;
    Ok(Done::Interrupted)
}
