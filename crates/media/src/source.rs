//! The only way the parsers read: at an offset, within a budget, never past the end.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Bytes read from one medium at most, whatever its headers claim.
pub(crate) const BUDGET: usize = 64 * 1024;

/// Bytes read at once: small, so that hopping over many boxes does not spend the budget.
const PAGE: usize = 256;

/// What a medium is read from.
pub(crate) trait Medium: Read + Seek {}

impl<T: Read + Seek> Medium for T {}

/// A medium of known length, read by offset within [`BUDGET`].
///
/// Every read answers `None` past the end, after the budget and after a failure, so a parser that
/// moves forward ends by itself. Offsets that were read successfully leave room for adding small
/// constants, because the length is held far below `u64::MAX`.
pub(crate) struct Source<'a> {
    medium: &'a mut dyn Medium,
    len: u64,
    left: usize,
    start: u64,
    page: Vec<u8>,
    failure: Option<io::Error>,
}

impl<'a> Source<'a> {
    /// A source over a medium that is `len` bytes long.
    pub(crate) fn new(medium: &'a mut dyn Medium, len: u64) -> Self {
        Self {
            medium,
            len: len.min(u64::MAX / 2),
            left: BUDGET,
            start: 0,
            page: Vec::new(),
            failure: None,
        }
    }

    /// The length of the whole medium in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The failure of the medium, if it had one.
    pub(crate) fn into_failure(self) -> Option<io::Error> {
        self.failure
    }

    /// Exactly `want` bytes at an offset.
    pub(crate) fn slice(&mut self, at: u64, want: usize) -> Option<&[u8]> {
        if self.cached(at, want).is_none() {
            self.load(at, want);
        }
        let range = self.cached(at, want)?;
        self.page.get(range)
    }

    /// Exactly `N` bytes at an offset.
    pub(crate) fn array<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        self.slice(at, N)?.try_into().ok()
    }

    /// A big-endian number of up to 8 bytes.
    pub(crate) fn be(&mut self, at: u64, size: usize) -> Option<u64> {
        let bytes = self.slice(at, size)?;
        Some(bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
    }

    /// A little-endian number of up to 8 bytes.
    pub(crate) fn le(&mut self, at: u64, size: usize) -> Option<u64> {
        let bytes = self.slice(at, size)?.iter().rev();
        Some(bytes.fold(0, |n, byte| n << 8 | u64::from(*byte)))
    }

    /// The first bytes, `want` or as many as there are.
    pub(crate) fn head(&mut self, want: usize) -> Option<&[u8]> {
        let want = usize::try_from(self.len).map_or(want, |len| len.min(want));
        self.slice(0, want)
    }

    /// The last bytes, as many as the budget still allows.
    pub(crate) fn tail(&mut self) -> Option<&[u8]> {
        let want = usize::try_from(self.len).map_or(self.left, |len| len.min(self.left));
        self.slice(self.len - want as u64, want)
    }

    fn cached(&self, at: u64, want: usize) -> Option<Range<usize>> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        let to = from.checked_add(want)?;
        (to <= self.page.len()).then_some(from..to)
    }

    fn load(&mut self, at: u64, want: usize) {
        let rest = self.len.saturating_sub(at);
        let room = usize::try_from(rest).map_or(self.left, |rest| rest.min(self.left));
        if want > room {
            return;
        }
        if let Err(error) = self.fill(at, want.max(PAGE).min(room)) {
            self.page.clear();
            self.left = 0;
            self.failure = Some(error);
        }
    }

    fn fill(&mut self, at: u64, amount: usize) -> io::Result<()> {
        self.page.clear();
        self.start = at;
        self.medium.seek(SeekFrom::Start(at))?;
        let limited = &mut (&mut *self.medium).take(amount as u64);
        self.left -= limited.read_to_end(&mut self.page)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn check(bytes: &[u8], read: impl Fn(&mut Source<'_>) -> Option<u64>, expected: Option<u64>) {
        let mut medium = Cursor::new(bytes);
        let mut source = Source::new(&mut medium, bytes.len() as u64);
        assert_eq!(read(&mut source), expected);
    }

    #[test]
    fn numbers_in_both_orders() {
        check(&[0, 1, 2, 3], |s| s.be(1, 3), Some(0x01_0203));
        check(&[0, 1, 2, 3], |s| s.le(1, 3), Some(0x03_0201));
        check(&[255; 8], |s| s.be(0, 8), Some(u64::MAX));
    }

    #[test]
    fn nothing_past_the_end() {
        check(&[1, 2, 3], |s| s.be(0, 4), None);
        check(&[1, 2, 3], |s| s.be(3, 1), None);
        check(&[1, 2, 3], |s| s.be(u64::MAX, 8), None);
    }

    #[test]
    fn head_and_tail_of_short_media() {
        check(&[7, 8], |s| s.head(1024).map(|b| b.len() as u64), Some(2));
        check(&[7, 8], |s| s.tail().map(|b| b.len() as u64), Some(2));
        check(&[], |s| s.tail().map(|b| b.len() as u64), Some(0));
    }

    #[test]
    fn budget_ends_reading() {
        let bytes = vec![1; BUDGET * 4];
        let hop = |s: &mut Source<'_>| {
            let offsets = (0..).map(|n| n * 512);
            Some(offsets.take_while(|at| s.be(*at, 1).is_some()).count() as u64)
        };
        check(&bytes, hop, Some((BUDGET / PAGE) as u64));
        check(&bytes, |s| s.be(0, BUDGET + 1), None);
    }

    #[test]
    fn length_may_lie() {
        let mut medium = Cursor::new([1, 2, 3]);
        let mut source = Source::new(&mut medium, u64::MAX);
        assert_eq!(source.be(2, 1), Some(3));
        assert_eq!(source.be(2, 2), None);
        assert!(source.tail().is_none());
    }
}
