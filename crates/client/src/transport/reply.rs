//! Bodies of replies: read piece by piece, or whole up to a limit.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;

use super::{Sent, TransportError, TransportErrorKind};

/// The body of a reply, not yet read.
#[derive(Default)]
pub struct ResponseBody {
    chunks: Option<Box<dyn Chunks>>,
    len: Option<u64>,
}

/// What gives one piece after the other.
#[async_trait]
pub(super) trait Chunks: Send {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError>;
}

impl ResponseBody {
    /// A body that a stream gives piece by piece.
    pub fn from_stream<S>(stream: S) -> ResponseBody
    where
        S: Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    {
        ResponseBody::from_chunks(Streamed(Box::pin(stream)), None)
    }

    pub(super) fn from_chunks(chunks: impl Chunks + 'static, len: Option<u64>) -> ResponseBody {
        ResponseBody { chunks: Some(Box::new(chunks)), len }
    }

    /// The next piece; `None` at the end, and ever after the end or an error.
    ///
    /// # Errors
    /// When the body broke off or the peer took too long.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        let Some(chunks) = &mut self.chunks else { return Ok(None) };
        let next = chunks.next().await;
        if !matches!(next, Ok(Some(_))) {
            self.chunks = None;
        }
        next
    }

    /// The whole body, if it has at most `most` bytes.
    ///
    /// # Errors
    /// [`TransportErrorKind::TooLarge`] as soon as there is more; else as [`ResponseBody::chunk`].
    pub async fn collect(mut self, most: usize) -> Result<Bytes, TransportError> {
        let too_large = || {
            TransportError::new(TransportErrorKind::TooLarge, Sent::Maybe)
                .because(format_args!("more than {most} bytes"))
        };
        let told = self.len.map_or(Ok(0), usize::try_from).map_err(|_| too_large())?;
        if told > most {
            return Err(too_large());
        }
        let mut whole = Vec::new();
        // Of the right size from the start: a body that grows is copied, and held twice. A length
        // for which there is no memory may still be a lie.
        let _ = whole.try_reserve_exact(told);
        while let Some(chunk) = self.chunk().await? {
            if chunk.len() > most - whole.len() {
                return Err(too_large());
            }
            if chunk.len() > whole.capacity() - whole.len() {
                // Twice as much, as any vector grows, and no more than is taken at all.
                whole.reserve_exact(whole.len().max(chunk.len()).min(most - whole.len()));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.into())
    }
}

impl From<Bytes> for ResponseBody {
    fn from(bytes: Bytes) -> ResponseBody {
        let len = bytes.len() as u64;
        ResponseBody::from_chunks(Whole(Some(bytes)), Some(len))
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.len {
            Some(len) => write!(f, "ResponseBody({len} bytes)"),
            None => f.write_str("ResponseBody"),
        }
    }
}

struct Streamed<S>(Pin<Box<S>>);

#[async_trait]
impl<S: Stream<Item = Result<Bytes, TransportError>> + Send> Chunks for Streamed<S> {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        poll_fn(|context| self.0.as_mut().poll_next(context)).await.transpose()
    }
}

struct Whole(Option<Bytes>);

#[async_trait]
impl Chunks for Whole {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        Ok(self.0.take().filter(|bytes| !bytes.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::task::{Context, Poll};

    use super::*;

    /// Panics when it is polled after its end, as a stream may.
    struct Script(VecDeque<Option<Result<Bytes, TransportError>>>);

    impl Stream for Script {
        type Item = Result<Bytes, TransportError>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.pop_front().unwrap())
        }
    }

    fn body(
        script: impl IntoIterator<Item = Result<&'static str, TransportErrorKind>>,
    ) -> ResponseBody {
        let item = |item: Result<&'static str, TransportErrorKind>| {
            item.map(Bytes::from).map_err(|kind| TransportError::new(kind, Sent::Maybe))
        };
        let script = script.into_iter().map(item).map(Some);
        ResponseBody::from_stream(Script(script.chain([None]).collect()))
    }

    #[tokio::test]
    async fn a_body_is_collected_up_to_a_limit() {
        assert_eq!(body([Ok("abc"), Ok(""), Ok("de")]).collect(5).await.unwrap(), "abcde");
        let error = body([Ok("abc"), Ok("de")]).collect(4).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::TooLarge);
        let error = body([Ok("abc"), Err(TransportErrorKind::Broken)]).collect(9).await;
        assert_eq!(error.unwrap_err().kind(), TransportErrorKind::Broken);
        assert_eq!(ResponseBody::from(Bytes::from("abc")).collect(3).await.unwrap(), "abc");
        assert!(ResponseBody::from(Bytes::from("abc")).collect(2).await.is_err());
        assert_eq!(ResponseBody::default().collect(0).await.unwrap(), "");
    }

    #[tokio::test]
    async fn nothing_is_asked_of_a_stream_after_its_end() {
        let mut broken = body([Err(TransportErrorKind::Broken)]);
        broken.chunk().await.unwrap_err();
        assert!(broken.chunk().await.unwrap().is_none());
        let mut ended = body([]);
        assert!(ended.chunk().await.unwrap().is_none());
        assert!(ended.chunk().await.unwrap().is_none());
    }
}
