//! Runware's socket: the tasks of REST in text frames, on the same address
//! (runware.ai/docs/platform/websockets, 2026-11).
//!
//! A connection has two sides. One holds the stream: it reads frames, writes frames and cuts what
//! is silent. The other carries out what frames ask, in their order, and goes on when the stream
//! is gone: its results then wait for the session to be resumed.

mod session;
mod upgrade;
mod work;

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use crate::state::App;
pub(crate) use session::Sessions;
pub(crate) use upgrade::Asked;
use work::Worker;

/// Milliseconds without a frame of the client, after which the vendor closes.
const SILENCE: u64 = 120_000;

/// What a connection is to do.
#[derive(Debug)]
enum Out {
    /// A frame; where it cannot be written, it is kept for its session.
    Frame { session: Option<String>, text: String },
    /// Close, as if all were said.
    Close,
    /// Break.
    Reset,
}

type Outbox = UnboundedSender<Out>;

/// The stream's side of a connection.
struct Line {
    socket: WebSocketStream<TcpStream>,
    inbox: UnboundedReceiver<Out>,
    frames: UnboundedSender<String>,
    /// How long silence lasts at most, by the wall.
    patience: Duration,
    heard: Instant,
}

/// Serves a connection that was upgraded; `read` came behind the handshake.
pub(crate) async fn serve(stream: TcpStream, read: Bytes, app: App) {
    // Media come in frames, as large as over REST.
    let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
    let socket =
        WebSocketStream::from_partially_read(stream, read.into(), Role::Server, Some(config)).await;
    let (outbox, inbox) = mpsc::unbounded_channel();
    let (frames, work) = mpsc::unbounded_channel();
    tokio::spawn(Worker::new(app.clone(), outbox).run(work));
    let patience = app.clock.wall(SILENCE);
    let mut line = Line { socket, inbox, frames, patience, heard: Instant::now() };
    while line.turn(&app).await.is_some() {}
    line.keep(&app);
}

impl Line {
    /// Reads or writes once; `None` when the connection is over.
    async fn turn(&mut self, app: &App) -> Option<()> {
        let until = self.heard + self.patience;
        tokio::select! {
            out = self.inbox.recv() => self.write(out?, app).await,
            message = timeout_at(until, self.socket.next()) => match message {
                Ok(message) => self.read(message?.ok()?),
                Err(_silent) => self.write(Out::Close, app).await,
            },
        }
    }

    /// Pings of the protocol itself are answered by the socket.
    fn read(&mut self, message: Message) -> Option<()> {
        self.heard = Instant::now();
        match message {
            Message::Text(text) => self.frames.send(text.to_string()).ok(),
            Message::Binary(bytes) => {
                self.frames.send(String::from_utf8_lossy(&bytes).into_owned()).ok()
            }
            Message::Close(_) => None,
            _ => Some(()),
        }
    }

    async fn write(&mut self, out: Out, app: &App) -> Option<()> {
        match out {
            Out::Frame { session, text } => {
                let sent = self.socket.send(Message::text(text.clone())).await;
                if sent.is_err() {
                    app.runware.keep(session, text);
                }
                sent.ok()
            }
            Out::Close => {
                let _gone_already = self.socket.close(None).await;
                None
            }
            Out::Reset => {
                let _as_good_as_possible = self.socket.get_ref().set_zero_linger();
                None
            }
        }
    }

    /// What waits to be written is not lost.
    fn keep(&mut self, app: &App) {
        self.inbox.close();
        while let Ok(out) = self.inbox.try_recv() {
            if let Out::Frame { session, text } = out {
                app.runware.keep(session, text);
            }
        }
    }
}
