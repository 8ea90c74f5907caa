//! Data URIs as bodies: their text is shared, their bytes are decoded while they are sent.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use base64::prelude::BASE64_STANDARD;
use base64::read::DecoderReader;
use bytes::Bytes;
use genmux_core::{Body, Segment, Source};
use genmux_media::DataUri;

/// Shares the text of a data URI with its request.
pub(super) struct Text(pub(super) Arc<str>);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The bytes that a data URI stands for.
pub(super) fn data_body(uri: &Arc<str>, parsed: &DataUri<'_>) -> Body {
    let start = uri.find(',').map_or(uri.len(), |comma| comma + 1);
    let text = Bytes::from_owner(Text(uri.clone())).slice(start..);
    Body::from(Segment::Source(if parsed.is_base64() {
        Arc::new(Decoded(text))
    } else {
        Arc::new(Unescaped { len: unescaped_len(&text), text })
    }))
}

/// Base64 that was checked when the request was looked at.
struct Decoded(Bytes);

impl Source for Decoded {
    fn len(&self) -> u64 {
        let padding = self.0.iter().rev().take_while(|byte| **byte == b'=').count() as u64;
        (self.0.len() as u64 / 4 * 3).saturating_sub(padding)
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(DecoderReader::new(Cursor::new(self.0.clone()), &BASE64_STANDARD)))
    }
}

/// Text in which `%XX` is a byte and everything else stands for itself.
struct Unescaped {
    text: Bytes,
    len: u64,
}

impl Source for Unescaped {
    fn len(&self) -> u64 {
        self.len
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Unescaping { text: self.text.clone() }))
    }
}

fn unescaped_len(mut text: &[u8]) -> u64 {
    let mut len = 0;
    while let Some((_, rest)) = next_byte(text) {
        (text, len) = (rest, len + 1);
    }
    len
}

/// The first byte that a text stands for, and the text behind it.
fn next_byte(text: &[u8]) -> Option<(u8, &[u8])> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    let escaped = || u8::try_from(digit(1)? * 16 + digit(2)?).ok();
    let first = *text.first()?;
    match escaped().filter(|_| first == b'%') {
        Some(byte) => Some((byte, &text[3..])),
        None => Some((first, &text[1..])),
    }
}

/// What is left of a text while it is read.
struct Unescaping {
    text: Bytes,
}

impl Read for Unescaping {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (mut rest, mut read) = (&*self.text, 0);
        for place in buffer {
            let Some((byte, behind)) = next_byte(rest) else { break };
            (*place, rest, read) = (byte, behind, read + 1);
        }
        let used = self.text.len() - rest.len();
        let _read = self.text.split_to(used);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(uri: &str, bytes: &[u8]) {
        let uri: Arc<str> = uri.into();
        let body = data_body(&uri, &DataUri::parse(&uri).unwrap());
        assert_eq!(body.len(), bytes.len() as u64);
        let [Segment::Source(source)] = body.segments() else { panic!("{body:?}") };
        let mut read = Vec::new();
        source.open().unwrap().read_to_end(&mut read).unwrap();
        assert_eq!(read, bytes);
        let mut first = [0];
        let one = source.open().unwrap().read(&mut first).unwrap();
        assert_eq!(&first[..one], &bytes[..bytes.len().min(1)]);
    }

    #[test]
    fn base64_is_decoded_where_it_is_read() {
        check("data:;base64,", b"");
        check("data:;base64,YQ==", b"a");
        check("data:;base64,YWI=", b"ab");
        check("data:text/plain;base64,YWJj", b"abc");
    }

    #[test]
    fn escapes_are_decoded_where_they_are_read() {
        check("data:,", b"");
        check("data:,a%20b", b"a b");
        check("data:,%00%ff%2C,%", b"\x00\xff,,%");
        check("data:,100%", b"100%");
        check("data:,%zz%2", b"%zz%2");
        check(&format!("data:,{}", "%41b".repeat(100_000)), "Ab".repeat(100_000).as_bytes());
    }
}
