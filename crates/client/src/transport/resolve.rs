//! Names become addresses that the lane admits, or nothing.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::reach::Lane;

/// Resolves for the connector, which connects to these addresses and looks nothing up by itself:
/// what was checked is what is connected to, whatever the name server says a moment later.
#[derive(Debug)]
pub(super) struct Guarded(pub(super) Lane);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let lane = self.0;
        Box::pin(async move {
            // The port is the connector's.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            for address in &found {
                lane.admit(address.ip())?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
