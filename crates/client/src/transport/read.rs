//! The bytes of a body as a blocking reader, which never gives fewer or more than were announced.

use std::fs::{self, File};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use genmux_core::{Body, Segment, Source};

/// A multiple of 3, so that only the last piece has padding; 64 KiB of text.
const RAW: usize = 48 * 1024;

/// What reads a segment; opened when its first byte is asked for.
pub(super) type Reader = Box<dyn Read + Send>;

/// Looks at the files of a body without opening them, so that one that vanished is known before
/// the first byte is sent.
pub(super) fn check(body: &Body) -> io::Result<()> {
    body.segments().iter().try_for_each(|segment| match segment {
        Segment::File { path, offset, len } => {
            let there = fs::metadata(path).map_err(|error| at(path, &error))?.len();
            enough(path, there, *offset, *len)
        }
        Segment::Base64(body) => check(body),
        _ => Ok(()),
    })
}

/// Opens a segment.
pub(super) fn open(segment: &Segment) -> io::Result<Reader> {
    match segment {
        Segment::Bytes(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
        Segment::File { path, offset, len } => open_file(path, *offset, *len),
        Segment::Source(source) => open_source(source),
        Segment::Base64(body) => Ok(Box::new(Encoded::new(Segments::new(body)))),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn open_file(path: &Path, offset: u64, len: u64) -> io::Result<Reader> {
    let named = |error| at(path, &error);
    let mut file = File::open(path).map_err(named)?;
    enough(path, file.metadata().map_err(named)?.len(), offset, len)?;
    file.seek(SeekFrom::Start(offset)).map_err(named)?;
    Ok(Box::new(Exact { inner: file, left: len, ends: false }))
}

fn open_source(source: &Arc<dyn Source>) -> io::Result<Reader> {
    Ok(Box::new(Exact { inner: source.open()?, left: source.len(), ends: true }))
}

fn enough(path: &Path, there: u64, offset: u64, len: u64) -> io::Result<()> {
    if offset.checked_add(len).is_some_and(|end| end <= there) {
        return Ok(());
    }
    let path = path.display();
    let what = format!("{path} has {there} bytes; {len} bytes from byte {offset} were announced");
    Err(io::Error::new(io::ErrorKind::UnexpectedEof, what))
}

fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Gives exactly as many bytes as were announced, or fails.
struct Exact<R> {
    inner: R,
    left: u64,
    /// Whether the inner reader must end there too.
    ends: bool,
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || out.is_empty() {
            return Ok(0);
        }
        let most = usize::try_from(self.left).map_or(out.len(), |left| left.min(out.len()));
        let count = self.inner.read(&mut out[..most])?;
        if count == 0 {
            let what = format!("it ended {} bytes too early", self.left);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, what));
        }
        self.left -= count as u64;
        // Asked before the last bytes are given away: the request is broken off, not cut short.
        if self.left == 0 && self.ends && more(&mut self.inner)? {
            return Err(io::Error::other("it is longer than was announced"));
        }
        Ok(count)
    }
}

fn more(reader: &mut impl Read) -> io::Result<bool> {
    reader.take(1).read_to_end(&mut Vec::new()).map(|count| count > 0)
}

/// One segment after the other.
struct Segments {
    waiting: std::vec::IntoIter<Segment>,
    open: Option<Reader>,
}

impl Segments {
    fn new(body: &Body) -> Segments {
        Segments { waiting: body.segments().to_vec().into_iter(), open: None }
    }
}

impl Read for Segments {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(reader) = &mut self.open {
                let count = reader.read(out)?;
                if count > 0 || out.is_empty() {
                    return Ok(count);
                }
            }
            match self.waiting.next() {
                Some(segment) => self.open = Some(open(&segment)?),
                None => return Ok(0),
            }
        }
    }
}

/// The base64 of what a reader gives, with padding at its end.
struct Encoded<R> {
    inner: R,
    raw: Vec<u8>,
    text: String,
    given: usize,
}

impl<R: Read> Encoded<R> {
    fn new(inner: R) -> Encoded<R> {
        Encoded { inner, raw: Vec::new(), text: String::new(), given: 0 }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.raw.clear();
        self.text.clear();
        self.given = 0;
        self.inner.by_ref().take(RAW as u64).read_to_end(&mut self.raw)?;
        STANDARD.encode_string(&self.raw, &mut self.text);
        Ok(())
    }
}

impl<R: Read> Read for Encoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.text.len() {
            self.refill()?;
        }
        let count = (&self.text.as_bytes()[self.given..]).read(out)?;
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Made {
        bytes: Vec<u8>,
        announced: u64,
    }

    impl Source for Made {
        fn len(&self) -> u64 {
            self.announced
        }

        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(Cursor::new(self.bytes.clone())))
        }
    }

    fn made(len: usize, announced: u64) -> Segment {
        Segment::Source(Arc::new(Made { bytes: vec![7; len], announced }))
    }

    fn read(segment: &Segment) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        open(segment)?.read_to_end(&mut bytes).map(|_| bytes)
    }

    #[test]
    fn a_source_keeps_its_word() {
        assert_eq!(read(&made(5, 5)).unwrap(), [7; 5]);
        assert!(read(&made(0, 0)).unwrap().is_empty());
        let short = read(&made(4, 5)).unwrap_err().to_string();
        assert_eq!(short, "it ended 1 bytes too early");
        let long = read(&made(6, 5)).unwrap_err().to_string();
        assert_eq!(long, "it is longer than was announced");
    }

    #[test]
    fn base64_of_every_length_is_that_of_the_whole() {
        let around = RAW;
        for len in (0..200).chain(around - 4..around + 5).chain([3 * around, 3 * around + 1]) {
            let mut body = Body::from(made(len, len as u64));
            body.push(vec![9; len % 5]);
            let whole = [vec![7; len], vec![9; len % 5]].concat();
            let segment = Segment::Base64(Box::new(body));
            let text = read(&segment).unwrap();
            assert_eq!(text.len() as u64, segment.len(), "{len}");
            assert_eq!(text, STANDARD.encode(&whole).into_bytes(), "{len}");
            let twice = Body::from(segment).into_base64();
            let text_twice = read(&twice.segments()[0]).unwrap();
            assert_eq!(text_twice, STANDARD.encode(&text).into_bytes(), "{len}");
        }
    }

    #[test]
    fn a_file_is_read_from_its_offset() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), b"0123456789").unwrap();
        let part = |offset, len| Segment::File { path: file.path().into(), offset, len };
        assert_eq!(read(&part(2, 3)).unwrap(), b"234");
        assert_eq!(read(&part(10, 0)).unwrap(), b"");
        for (offset, len) in [(8, 3), (11, 0), (u64::MAX, 2)] {
            let body = Body::from(part(offset, len));
            assert_eq!(check(&body).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
            assert_eq!(
                check(&body.into_base64()).unwrap_err().kind(),
                io::ErrorKind::UnexpectedEof
            );
            assert_eq!(read(&part(offset, len)).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn a_file_that_shrinks_while_it_is_read_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), b"0123456789").unwrap();
        let segment = Segment::File { path: file.path().into(), offset: 0, len: 10 };
        let mut reader = open(&segment).unwrap();
        reader.read_exact(&mut [0; 4]).unwrap();
        file.as_file().set_len(6).unwrap();
        let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.to_string(), "it ended 4 bytes too early");
    }

    #[test]
    fn a_missing_file_is_named() {
        let path = std::path::PathBuf::from("no/such.png");
        let segment = Segment::File { path, offset: 0, len: 1 };
        let error = read(&segment).err().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().starts_with("no/such.png: "), "{error}");
    }
}
