//! Bodies of requests: described in segments of known length, so that nothing large is held.

use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use crate::encoding::Mark;
use crate::wiring::Wiring;

/// The body of a request. Cloning describes the same bytes again, so that it can be sent again.
#[derive(Clone, Default)]
pub struct Body {
    segments: Vec<Segment>,
}

/// A piece of a body.
#[derive(Clone)]
#[non_exhaustive]
pub enum Segment {
    /// Bytes in memory.
    Bytes(Bytes),
    /// A range of a file.
    File {
        /// The file.
        path: PathBuf,
        /// Its first byte.
        offset: u64,
        /// How many bytes.
        len: u64,
    },
    /// Bytes that are made while they are read, such as those of a data URI.
    Source(Arc<dyn Source>),
    /// The base64 of a body, with padding.
    Base64(Box<Body>),
}

/// Bytes that are made while they are read.
pub trait Source: Send + Sync {
    /// How many bytes there are.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads them from the first one.
    ///
    /// # Errors
    /// What the medium says.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;
}

impl Body {
    /// A body of bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Body {
        Body::from(Segment::Bytes(bytes.into()))
    }

    /// The base64 of this body.
    #[must_use]
    pub fn into_base64(self) -> Body {
        Body::from(Segment::Base64(Box::new(self)))
    }

    /// A text, with the media that `wiring` inlines in the places that are marked for them.
    pub(crate) fn cut(text: Vec<u8>, marks: &[Mark], wiring: Option<&Wiring>) -> Body {
        let text = Bytes::from(text);
        let mut body = Body::default();
        let mut from = 0;
        for (at, entry) in marks {
            body.push(text.slice(from..*at));
            body.segments.extend(
                wiring.iter().flat_map(|wiring| wiring.inlined()[*entry].1.segments.clone()),
            );
            from = *at;
        }
        body.push(text.slice(from..));
        body
    }

    /// Adds bytes at the end.
    pub fn push(&mut self, bytes: impl Into<Bytes>) {
        self.segments.push(Segment::Bytes(bytes.into()));
    }

    /// Adds another body at the end.
    pub fn append(&mut self, other: Body) {
        self.segments.extend(other.segments);
    }

    /// The pieces in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How many bytes it has.
    pub fn len(&self) -> u64 {
        self.segments.iter().map(Segment::len).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All bytes, where the body is one piece in memory or none.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self.segments.as_slice() {
            [] => Some(&[]),
            [Segment::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }

    /// A part of the body, described.
    ///
    /// `None` where the range leaves the body or cuts through bytes that are made while they are
    /// read.
    pub fn range(&self, mut offset: u64, mut len: u64) -> Option<Body> {
        let mut part = Body::default();
        for segment in &self.segments {
            let skipped = offset.min(segment.len());
            let taken = len.min(segment.len() - skipped);
            if taken > 0 {
                part.segments.push(segment.range(skipped, taken)?);
            }
            (offset, len) = (offset - skipped, len - taken);
        }
        (len == 0).then_some(part)
    }
}

impl From<Segment> for Body {
    fn from(segment: Segment) -> Body {
        Body { segments: vec![segment] }
    }
}

impl Segment {
    /// How many bytes it has.
    pub fn len(&self) -> u64 {
        match self {
            Segment::Bytes(bytes) => bytes.len() as u64,
            Segment::File { len, .. } => *len,
            Segment::Source(source) => source.len(),
            Segment::Base64(body) => body.len().div_ceil(3) * 4,
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn range(&self, from: u64, len: u64) -> Option<Segment> {
        if from == 0 && len == self.len() {
            return Some(self.clone());
        }
        match self {
            Segment::Bytes(bytes) => {
                let (from, len) = (usize::try_from(from).ok()?, usize::try_from(len).ok()?);
                Some(Segment::Bytes(bytes.slice(from..from + len)))
            }
            Segment::File { path, offset, .. } => {
                Some(Segment::File { path: path.clone(), offset: offset + from, len })
            }
            Segment::Source(_) | Segment::Base64(_) => None,
        }
    }
}

/// A body may hold a prompt or media.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(offset: u64, len: u64) -> Segment {
        Segment::File { path: "a".into(), offset, len }
    }

    #[test]
    fn base64_is_as_long_as_its_text() {
        for (len, expected) in [(0, 0), (1, 4), (2, 4), (3, 4), (4, 8)] {
            assert_eq!(Body::from(file(0, len)).into_base64().len(), expected);
        }
    }

    #[test]
    fn ranges_run_over_pieces() {
        let mut body = Body::bytes("abc");
        body.append(Body::from(file(10, 5)));
        let part = body.range(2, 4).unwrap();
        assert_eq!(part.len(), 4);
        assert!(matches!(part.segments()[1], Segment::File { offset: 10, len: 3, .. }));
        assert!(body.range(2, 7).is_none());
    }
}
