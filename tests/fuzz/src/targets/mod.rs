//! The targets, one file each.

pub(crate) mod calls;
pub(crate) mod data_uris;
#[cfg(feature = "client")]
pub(crate) mod journal;
pub(crate) mod media;
pub(crate) mod payload;
pub(crate) mod replies;
pub(crate) mod request;
pub(crate) mod specs;
pub(crate) mod waits;
#[cfg(feature = "client")]
pub(crate) mod webhooks;
