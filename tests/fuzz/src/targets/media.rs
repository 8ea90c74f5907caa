//! The bytes of a medium.

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use genmux_media::{inspect, inspect_bytes, sniff};

/// Bytes that are read of a medium at most.
const BUDGET: u64 = 64 * 1024;

/// A reader and memory tell the same, within the budget; a type that is told is one of those that
/// have an extension.
pub fn run(data: &[u8]) {
    let facts = inspect_bytes(data);
    let mut counted = Counted { inner: Cursor::new(data), read: 0 };
    assert_eq!(inspect(&mut counted).unwrap(), facts);
    assert!(counted.read <= BUDGET, "{} bytes read", counted.read);
    assert_eq!(facts.bytes, Some(data.len() as u64));
    assert_eq!(facts.width.is_some(), facts.height.is_some());
    assert!(facts.width != Some(0) && facts.height != Some(0));
    assert_eq!(facts.mime.is_some(), sniff(data).is_some());
    if let Some(mime) = facts.mime {
        assert!(genmux_media::extension(mime).is_some(), "{mime} has no extension");
    }
}

struct Counted<'a> {
    inner: Cursor<&'a [u8]>,
    read: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.read += count as u64;
        Ok(count)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
