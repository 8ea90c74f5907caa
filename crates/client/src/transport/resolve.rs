//! Names become addresses that the lane admits, or nothing.

use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::reach::Lane;

/// Finds the addresses of names, in place of the system: a name server of one's own.
#[async_trait]
pub trait Names: Send + Sync + Debug {
    /// All addresses of a name.
    ///
    /// # Errors
    /// When it has none that can be found.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Resolves for the connector, which connects to these addresses and looks nothing up by itself:
/// what was checked is what is connected to, whatever the name server says a moment later.
#[derive(Debug)]
pub(super) struct Guarded {
    pub(super) lane: Lane,
    pub(super) names: Option<Arc<dyn Names>>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (lane, names) = (self.lane, self.names.clone());
        Box::pin(async move {
            let found = match names {
                Some(names) => names.addresses(name.as_str()).await?,
                None => by_the_system(name.as_str()).await?,
            };
            for address in &found {
                lane.admit(*address)?;
            }
            // The port is the connector's.
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}

async fn by_the_system(name: &str) -> io::Result<Vec<IpAddr>> {
    let found = tokio::net::lookup_host((name, 0)).await?;
    Ok(found.map(|address| address.ip()).collect())
}
