//! Assets of other providers: asked of the one that holds them, to be given to another.

use genmux_core::{Charged, ErrorKind, Media, MediaSource};
use http::HeaderMap;

use crate::account::{Account, Line};
use crate::error::Error;
use crate::options::RunOptions;
use crate::transport::Reach;

impl Account {
    /// The provider's name, where it gives out an asset by its id.
    pub(super) fn lends(&self) -> Option<&'static str> {
        let adapter = self.line().adapter;
        adapter.capability().lends_assets.then(|| adapter.provider())
    }
}

/// Where a medium can be fetched and how far that may lead: an asset's own address is asked of the
/// provider that holds it.
pub(super) async fn address(
    media: &Media,
    to: &Line,
    options: &RunOptions,
) -> Result<Option<(String, Reach)>, Error> {
    match media.source() {
        MediaSource::Url(url) => Ok(Some((url.to_string(), to.reach()))),
        MediaSource::Asset { provider, id } => {
            let mut lenders = options.copy_from.iter();
            let Some(holder) = lenders.find(|account| account.lends() == Some(*provider)) else {
                return Ok(None);
            };
            let url = lent(holder.line(), id).await.map_err(|error| error.charged(Charged::No))?;
            Ok(Some((url, holder.line().reach())))
        }
        _ => Ok(None),
    }
}

/// The address of one asset, which is good for a while.
async fn lent(holder: &Line, id: &str) -> Result<String, Error> {
    let provider = holder.adapter.provider();
    let missing = || {
        let message = format!("{provider} holds no asset {id} that can be fetched");
        Error::new(ErrorKind::NotFound, message)
    };
    let call = holder.adapter.assets(holder.base(), &[id.to_owned()]).ok_or_else(missing)?;
    let reply = holder.send(call, &HeaderMap::new()).await?;
    let found = holder.adapter.read_assets(&reply)?;
    let wanted = format!("{provider}:{id}");
    let found = found.into_iter().find(|found| found.asset.as_deref() == Some(&wanted));
    Ok(found.ok_or_else(missing)?.url)
}
