//! `genmux sandbox`: the three vendors' APIs on loopback, until it is interrupted.

use std::io::Write;
use std::net::SocketAddr;

use genmux_sandbox::{Options, Provider, Sandbox};

use crate::Done;
use crate::fail::Failure;

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
    writeln!(anstream::stderr(), "any key is taken and nothing is paid for; Ctrl-C stops it")?;
    tokio::signal::ctrl_c().await?;
    sandbox.shutdown().await;
    Ok(Done::Interrupted)
}
