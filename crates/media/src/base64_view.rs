//! Base64 text as a medium: checked in one pass, then read by seeking in the text.

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, DecodeSliceError, Engine};
use std::io::{self, Read, Seek, SeekFrom};

/// Characters decoded at once, a multiple of 4.
const TEXT: usize = 4096;
const BYTES: usize = TEXT / 4 * 3;

/// Checks the whole text and counts the bytes that it stands for.
///
/// The standard alphabet with padding, nothing else. An error is the offset in the text.
pub(crate) fn decoded_len(text: &[u8]) -> Result<u64, usize> {
    let mut buffer = [0; BYTES];
    let mut len = 0;
    let mut chunks = text.chunks(TEXT).enumerate().peekable();
    while let Some((index, chunk)) = chunks.next() {
        let offset = index * TEXT;
        let decoded = STANDARD.decode_slice(chunk, &mut buffer);
        let bytes = decoded.map_err(|error| offset + position(chunk, &error))?;
        // Padding in the middle of the text ends a chunk early.
        if bytes < BYTES && chunks.peek().is_some() {
            return Err(offset + first(chunk, |byte| byte == b'='));
        }
        len += bytes as u64;
    }
    Ok(len)
}

/// Where a chunk is wrong. A byte outside the alphabet comes first, whatever the engine met first.
fn position(chunk: &[u8], error: &DecodeSliceError) -> usize {
    let foreign = first(
        chunk,
        |byte| !matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'='),
    );
    if foreign < chunk.len() {
        return foreign;
    }
    match error {
        DecodeSliceError::DecodeError(
            DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol { offset: at, .. },
        ) => *at,
        _ => chunk.len(),
    }
}

fn first(chunk: &[u8], wanted: impl Fn(u8) -> bool) -> usize {
    chunk.iter().position(|byte| wanted(*byte)).unwrap_or(chunk.len())
}

/// The bytes that a text stands for, decoded where they are read.
pub(crate) struct Base64View<'a> {
    text: &'a [u8],
    len: u64,
    at: u64,
}

impl<'a> Base64View<'a> {
    /// A view of a text that [`decoded_len`] has checked.
    pub(crate) fn new(text: &'a [u8], len: u64) -> Self {
        Self { text, len, at: 0 }
    }
}

impl Read for Base64View<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let group = usize::try_from(self.at / 3).unwrap_or(usize::MAX);
        let rest = self.text.get(group.saturating_mul(4)..).unwrap_or_default();
        // Four characters for every three bytes asked for, and a group for those it begins within.
        let want = out.len().div_ceil(3).saturating_add(1).saturating_mul(4);
        let text = rest.get(..want.min(TEXT)).unwrap_or(rest);
        let mut buffer = [0; BYTES];
        let decoded = STANDARD.decode_slice(text, &mut buffer).map_err(io::Error::other)?;
        let skipped = usize::try_from(self.at % 3).unwrap_or_default();
        let bytes = buffer.get(skipped..decoded).unwrap_or_default();
        let count = bytes.len().min(out.len());
        out[..count].copy_from_slice(&bytes[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Base64View<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::base64;

    fn check(text: &str, expected: Result<u64, usize>) {
        assert_eq!(decoded_len(text.as_bytes()), expected, "{text:?}");
    }

    #[test]
    fn lengths() {
        check("", Ok(0));
        check("AAAA", Ok(3));
        check("AAA=", Ok(2));
        check("AA==", Ok(1));
    }

    #[test]
    fn missing_padding_is_wrong_at_the_end() {
        check("AA", Err(2));
        check("AAA", Err(3));
        check("AA=", Err(3));
        check("AAAAA", Err(5));
    }

    #[test]
    fn padding_in_other_places() {
        check("=", Err(0));
        check("AA==AAAA", Err(2));
        check("AAAA====", Err(4));
    }

    #[test]
    fn bytes_outside_the_alphabet() {
        check("AAA AAAA", Err(3));
        check("AAAA\n", Err(4));
        check("\r\nAAAA", Err(0));
        check("AA-_", Err(2));
        check("AAA\u{e9}", Err(3));
        check("AAAAA%3D", Err(5));
    }

    #[test]
    fn bits_left_over() {
        check("AB==", Err(1));
    }

    #[test]
    fn positions_behind_the_first_chunk() {
        let long = "A".repeat(3 * TEXT);
        check(&long, Ok(3 * BYTES as u64));
        check(&format!("{long}AA*A"), Err(3 * TEXT + 2));
        let padded = format!("{}AA==", "A".repeat(TEXT - 4));
        check(&format!("{padded}{long}"), Err(TEXT - 2));
        check(&padded, Ok(BYTES as u64 - 2));
    }

    #[test]
    fn view_reads_what_was_encoded_from_everywhere() {
        let bytes: Vec<u8> = (0..=255).cycle().take(9001).collect();
        let text = base64(&bytes);
        let mut view = Base64View::new(text.as_bytes(), 9001);
        for at in [0, 1, 2, 3, 100, 3071, 3072, 3073, 8999, 9000, 9001, 90_000] {
            let mut out = Vec::new();
            view.seek(SeekFrom::Start(at)).unwrap();
            view.read_to_end(&mut out).unwrap();
            let from = usize::try_from(at).unwrap().min(bytes.len());
            assert_eq!(out, bytes[from..]);
        }
    }

    #[test]
    fn view_seeks_like_a_file() {
        let mut view = Base64View::new(b"AAAA", 3);
        assert_eq!(view.seek(SeekFrom::End(-1)).unwrap(), 2);
        assert_eq!(view.seek(SeekFrom::Current(-2)).unwrap(), 0);
        assert!(view.seek(SeekFrom::Current(-1)).is_err());
        assert!(view.seek(SeekFrom::Start(u64::MAX)).is_ok());
        assert_eq!(view.read(&mut [0; 4]).unwrap(), 0);
    }
}
