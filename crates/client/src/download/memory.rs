//! A download that stays in memory.

use bytes::Bytes;

use super::{DownloadError, Sink};

#[derive(Default)]
pub(super) struct Memory(Vec<u8>);

impl Memory {
    pub(super) fn into_bytes(self) -> Bytes {
        self.0.into()
    }
}

impl Sink for Memory {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    /// Of the right size from the start: what grows is copied, and held twice. A length for which
    /// there is no memory may still be a lie.
    fn expect(&mut self, len: u64) {
        let more = usize::try_from(len).unwrap_or_default().saturating_sub(self.0.len());
        let _ = self.0.try_reserve_exact(more);
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), DownloadError> {
        self.0.extend_from_slice(&bytes);
        Ok(())
    }

    async fn restart(&mut self) -> Result<(), DownloadError> {
        self.0.clear();
        Ok(())
    }
}
