//! The attempts of one download: what breaks off is resumed, what changed is begun again.

use std::time::Duration;

use bytes::Bytes;
use genmux_core::{Reply, retry_after};
use http::header::{
    CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, DATE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED,
};
use http::response::Parts;
use http::{HeaderValue, StatusCode};
use tokio::time::{sleep, timeout};

use super::follow::{self, Resume};
use super::{Download, DownloadError, Sink, put};
use crate::bounds::is_mime;
use crate::transport::{ResponseBody, Sent, Transport, TransportError, TransportErrorKind as Kind};

/// An attempt that brought so much was worth it: it does not count.
const GAIN: u64 = 1 << 20;

/// Longest wait that a server may ask for.
const LONGEST: Duration = Duration::from_secs(30);

/// A date marks a version only if it was long past when it was told.
const SETTLED: Duration = Duration::from_mins(1);

/// Brings all bytes of an HTTP URL, and tells the declared type.
pub(super) async fn run<S: Sink>(
    transport: &dyn Transport,
    from: &Download<'_>,
    sink: &mut S,
) -> Result<Option<String>, DownloadError> {
    let (mut version, mut tries) = (Version::default(), Tries::default());
    loop {
        match attempt(transport, from, &mut version, sink).await {
            Ok(()) => return Ok(version.mime),
            Err(error) => {
                if matches!(error, DownloadError::Inconsistent { .. }) {
                    // What is here may be of another version: begin again.
                    version.mark = None;
                }
                tries.again(from, error, sink.len()).await?;
            }
        }
    }
}

async fn attempt<S: Sink>(
    transport: &dyn Transport,
    from: &Download<'_>,
    version: &mut Version,
    sink: &mut S,
) -> Result<(), DownloadError> {
    let resume = version.resume(sink.len());
    let (host, reply) = follow::get(transport, from, resume.as_ref()).await?;
    let (head, body) = reply.into_parts();
    let inconsistent = |what| Err(DownloadError::Inconsistent { host: host.clone(), what });
    match head.status {
        StatusCode::OK => {
            if sink.len() > 0 {
                sink.restart().await?;
            }
            *version = Version::read(&head.headers);
        }
        StatusCode::PARTIAL_CONTENT if version.goes_on(&head.headers, sink.len()) => {}
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE if resume.is_some() => {
            return inconsistent("a range that does not fit");
        }
        _ => return Err(refusal(host, head)),
    }
    if !follow::is_plain(&head.headers) {
        return inconsistent("a compressed file that was not asked for");
    }
    match receive(from, version.total, body, sink).await? {
        Some(()) => Ok(()),
        None => inconsistent("more than it announced"),
    }
}

/// `None` where more comes than was announced.
async fn receive<S: Sink>(
    from: &Download<'_>,
    total: Option<u64>,
    mut body: ResponseBody,
    sink: &mut S,
) -> Result<Option<()>, DownloadError> {
    let most = from.most_bytes;
    if let Some(total) = total {
        if total > most {
            return Err(DownloadError::TooLarge { most });
        }
        sink.expect(total);
    }
    while let Some(chunk) = next(from, &mut body).await? {
        if total.is_some_and(|total| sink.len() + chunk.len() as u64 > total) {
            return Ok(None);
        }
        put(sink, chunk, most).await?;
    }
    match total {
        Some(expected) if sink.len() < expected => {
            Err(DownloadError::Truncated { got: sink.len(), expected })
        }
        _ => Ok(Some(())),
    }
}

async fn next(
    from: &Download<'_>,
    body: &mut ResponseBody,
) -> Result<Option<Bytes>, TransportError> {
    let too_slow = |_| Err(TransportError::new(Kind::Timeout, Sent::Maybe));
    timeout(from.idle, body.chunk()).await.unwrap_or_else(too_slow)
}

fn refusal(host: String, head: Parts) -> DownloadError {
    let status = head.status.as_u16();
    let retry_after = retry_after(&Reply::from_parts(head, Bytes::new()));
    DownloadError::Status { host, status, retry_after }
}

/// What a server says of the file as it is now.
#[derive(Default)]
struct Version {
    /// The header that tells this version from others.
    mark: Option<(HeaderName, HeaderValue)>,
    total: Option<u64>,
    mime: Option<String>,
}

impl Version {
    fn read(headers: &HeaderMap) -> Version {
        let text = |name| headers.get(name)?.to_str().ok();
        Version {
            mark: mark(headers),
            total: text(CONTENT_LENGTH).and_then(|len| len.parse().ok()),
            mime: text(CONTENT_TYPE).map(essence).filter(|mime| is_mime(mime)),
        }
    }

    fn resume(&self, len: u64) -> Option<Resume> {
        let (_, mark) = self.mark.as_ref().filter(|_| len > 0)?;
        Some((len, mark.clone()))
    }

    /// Whether a range begins where the bytes so far end, and is of the same version.
    fn goes_on(&mut self, headers: &HeaderMap, len: u64) -> bool {
        let Some((name, mark)) = &self.mark else { return false };
        let same = headers.get(name).is_none_or(|now| now == mark);
        let Some((start, total)) = range(headers) else { return false };
        let fits = self.total.is_none() || total.is_none() || self.total == total;
        self.total = self.total.or(total);
        same && fits && start == len
    }
}

/// A strong `ETag`, else a date that is old enough (RFC 9110, 8.8.2.2).
fn mark(headers: &HeaderMap) -> Option<(HeaderName, HeaderValue)> {
    if let Some(tag) = headers.get(ETAG).filter(|tag| tag.as_bytes().starts_with(b"\"")) {
        return Some((ETAG, tag.clone()));
    }
    let date = |name| httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok();
    let age = date(DATE)?.duration_since(date(LAST_MODIFIED)?).ok()?;
    let modified = headers.get(LAST_MODIFIED).filter(|_| age >= SETTLED)?;
    Some((LAST_MODIFIED, modified.clone()))
}

/// First byte and length of the whole in `Content-Range: bytes 0-4/9`.
fn range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    Some((start.parse().ok()?, total))
}

/// A type without its parameters.
fn essence(mime: &str) -> String {
    mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[derive(Default)]
struct Tries {
    failed: u32,
    gained: u64,
}

impl Tries {
    /// Waits for the next attempt, or gives up.
    async fn again(
        &mut self,
        from: &Download<'_>,
        error: DownloadError,
        len: u64,
    ) -> Result<(), DownloadError> {
        if len >= self.gained + GAIN {
            (self.failed, self.gained) = (0, len);
        }
        self.failed += 1;
        if !error.is_transient() || self.failed >= from.attempts {
            return Err(error);
        }
        let asked = match error {
            DownloadError::Status { retry_after: Some(asked), .. } => asked.min(LONGEST),
            _ => Duration::ZERO,
        };
        let pause = from.pause.saturating_mul(1 << (self.failed - 1).min(10));
        sleep(pause.min(LONGEST).max(asked)).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let header = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(header).collect()
    }

    #[track_caller]
    fn marked(lines: &[(&'static str, &'static str)], expected: Option<&str>) {
        let mark = mark(&headers(lines));
        assert_eq!(mark.as_ref().map(|(_, value)| value.to_str().unwrap()), expected);
    }

    #[test]
    fn only_a_strong_mark_tells_versions_apart() {
        let old = "Sat, 21 Nov 2026 12:00:00 GMT";
        let (soon, later) = ("Sat, 21 Nov 2026 12:00:59 GMT", "Sat, 21 Nov 2026 12:01:00 GMT");
        marked(&[("etag", "\"a\""), ("last-modified", old)], Some("\"a\""));
        marked(&[("etag", "W/\"a\"")], None);
        marked(&[("last-modified", old)], None);
        marked(&[("last-modified", old), ("date", soon)], None);
        marked(&[("last-modified", old), ("date", later), ("etag", "W/\"a\"")], Some(old));
    }

    #[track_caller]
    fn ranged(text: &'static str, expected: Option<(u64, Option<u64>)>) {
        assert_eq!(range(&headers(&[("content-range", text)])), expected, "{text}");
    }

    #[test]
    fn ranges_are_read() {
        ranged("bytes 3-8/9", Some((3, Some(9))));
        ranged("bytes 3-8/*", Some((3, None)));
        for text in ["bytes */9", "items 3-8/9", "bytes 3-8", "bytes -/9", "bytes 3-8/x", ""] {
            ranged(text, None);
        }
    }

    #[test]
    fn a_range_goes_on_where_it_fits() {
        let whole = headers(&[("etag", "\"a\""), ("content-length", "9")]);
        let goes_on = |lines: &[_]| Version::read(&whole).goes_on(&headers(lines), 3);
        assert!(goes_on(&[("content-range", "bytes 3-8/9"), ("etag", "\"a\"")]));
        assert!(goes_on(&[("content-range", "bytes 3-8/*")]));
        assert!(!goes_on(&[("content-range", "bytes 3-8/9"), ("etag", "\"b\"")]));
        assert!(!goes_on(&[("content-range", "bytes 2-8/9")]));
        assert!(!goes_on(&[("content-range", "bytes 3-8/10")]));
        assert!(!goes_on(&[]));
        assert!(!Version::default().goes_on(&headers(&[("content-range", "bytes 3-8/9")]), 3));
    }
}
