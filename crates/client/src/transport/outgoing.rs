//! The body of a request as reqwest takes it: of known length, read while it is sent.

use std::fmt;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use genmux_core::{Body, Segment};
use http_body::{Frame, SizeHint};
use tokio::sync::{Notify, mpsc};
use tokio::task::spawn_blocking;

use super::read::{self, Reader};

/// Most bytes of one piece. A piece in hand, one that waits and one that is sent are all of a body
/// that is in memory at a time, beside what was in memory before.
const PIECE: usize = 64 * 1024;

/// A body on its way.
pub(super) struct Outgoing {
    pieces: Pieces,
    left: u64,
    /// Told of every piece that leaves, so that a long upload is not taken for a silent peer.
    moved: Arc<Notify>,
}

enum Pieces {
    Memory(std::vec::IntoIter<Bytes>, Bytes),
    Read(Option<Bytes>, mpsc::Receiver<io::Result<Bytes>>),
}

/// A part of the body that could not be read while it was sent.
#[derive(Debug)]
pub(super) struct Unreadable(pub(super) io::Error);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for Unreadable {}

impl Outgoing {
    /// Opens a body and reads its first piece, before anything is sent.
    ///
    /// # Errors
    /// When a file of the body is missing or too short, or its first piece cannot be read.
    pub(super) async fn open(body: Body, moved: Arc<Notify>) -> io::Result<Outgoing> {
        let left = body.len();
        let in_memory = |segment: &Segment| match segment {
            Segment::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        };
        let whole: Option<Vec<Bytes>> = body.segments().iter().map(in_memory).collect();
        let pieces = match whole {
            Some(whole) => Pieces::Memory(whole.into_iter(), Bytes::new()),
            None => Pieces::read(body).await?,
        };
        Ok(Outgoing { pieces, left, moved })
    }
}

impl Pieces {
    async fn read(body: Body) -> io::Result<Pieces> {
        let (sender, mut receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            if let Err(error) = pump(body, &sender).await {
                // Nobody listens when the request is over.
                let _ = sender.send(Err(error)).await;
            }
        });
        let first = receiver.recv().await.transpose()?;
        Ok(Pieces::Read(first, receiver))
    }

    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match self {
            Pieces::Memory(waiting, current) => {
                while current.is_empty() {
                    let Some(next) = waiting.next() else { return Poll::Ready(None) };
                    *current = next;
                }
                Poll::Ready(Some(Ok(split(current))))
            }
            Pieces::Read(first, rest) => match first.take() {
                Some(piece) => Poll::Ready(Some(Ok(piece))),
                None => rest.poll_recv(context),
            },
        }
    }
}

fn split(bytes: &mut Bytes) -> Bytes {
    bytes.split_to(bytes.len().min(PIECE))
}

type Sender = mpsc::Sender<io::Result<Bytes>>;

/// Sends a body piece by piece, as fast as they are taken; ends when nobody takes them any more.
async fn pump(body: Body, sender: &Sender) -> io::Result<()> {
    let body = on_disk(move || read::check(&body).map(|()| body)).await?;
    for segment in body.segments() {
        if let Segment::Bytes(bytes) = segment {
            let mut bytes = bytes.clone();
            while !bytes.is_empty() && sender.send(Ok(split(&mut bytes))).await.is_ok() {}
        } else {
            let segment = segment.clone();
            let reader = on_disk(move || read::open(&segment)).await?;
            pump_reader(reader, sender).await?;
        }
    }
    Ok(())
}

async fn pump_reader(mut reader: Reader, sender: &Sender) -> io::Result<()> {
    loop {
        let piece;
        (reader, piece) = on_disk(move || {
            let mut piece = Vec::with_capacity(PIECE);
            reader.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
            Ok((reader, piece))
        })
        .await?;
        if piece.is_empty() || sender.send(Ok(piece.into())).await.is_err() {
            return Ok(());
        }
    }
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = Unreadable;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Unreadable>>> {
        let Poll::Ready(next) = self.pieces.poll_next(context) else { return Poll::Pending };
        self.moved.notify_one();
        Poll::Ready(match next {
            Some(Ok(piece)) => {
                self.left = self.left.saturating_sub(piece.len() as u64);
                Some(Ok(Frame::data(piece)))
            }
            Some(Err(error)) => Some(Err(Unreadable(error))),
            // The peer must not take what was announced longer for the whole.
            None if self.left > 0 => Some(Err(Unreadable(io::ErrorKind::UnexpectedEof.into()))),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
