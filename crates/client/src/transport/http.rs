//! The transport over reqwest.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use genmux_core::Body;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{Method, Request, Response};
use reqwest::Client;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::sync::{Notify, OnceCell};
use tokio::time::{sleep, timeout};
use url::Url;

use super::outgoing::Outgoing;
use super::reach::Lane;
use super::reply::Chunks;
use super::resolve::{Guarded, Names};
use super::{
    Reach, ResponseBody, Sent, Transport, TransportError, TransportErrorKind as Kind, failure,
};

/// How long [`HttpTransport`] waits, and how it introduces itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpOptions {
    /// Until a connection stands, handshake included; 10 s.
    pub connect_timeout: Duration,
    /// Without a byte in either direction, as long as a request lasts; 60 s.
    pub idle_timeout: Duration,
    /// `User-Agent` of requests that name none; `genmux/<version>`.
    pub user_agent: String,
    /// Who finds the addresses of names; the system. Whatever it finds is checked as the
    /// [`Reach`] demands, each time that a connection is made.
    pub names: Option<Arc<dyn Names>>,
}

impl Default for HttpOptions {
    fn default() -> HttpOptions {
        HttpOptions {
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
            user_agent: concat!("genmux/", env!("CARGO_PKG_VERSION")).to_owned(),
            names: None,
        }
    }
}

/// A connection that nobody used for so long is closed: shorter than the servers' own limits (a
/// minute is common), because a request that meets the server's closing is lost halfway.
const POOL_IDLE: Duration = Duration::from_secs(30);

/// What a server may send ahead of the reader on one stream: a slow disk holds no more in memory.
const WINDOW: u32 = 512 * 1024;

/// The transport over reqwest: HTTP/1 and HTTP/2 over rustls, with pooled connections.
///
/// It is made without cost: connections, certificates and pools come with the first request that
/// needs them. Neither redirects, cookies nor compression; certificates are those that the system
/// trusts. Bodies of requests are sent in pieces of at most 64 KiB with a `Content-Length`.
///
/// Proxies of the environment serve [`Reach::Provider`] only, see there.
#[derive(Default)]
pub struct HttpTransport {
    options: HttpOptions,
    clients: [OnceCell<Client>; Lane::COUNT],
    tls: OnceCell<ClientConfig>,
}

impl HttpTransport {
    /// A transport with these options.
    pub fn new(options: HttpOptions) -> HttpTransport {
        HttpTransport { options, ..HttpTransport::default() }
    }

    async fn client(&self, lane: Lane) -> Result<&Client, TransportError> {
        let make = async || {
            let builder = Client::builder()
                .tls_backend_preconfigured(self.tls(lane).await?)
                .redirect(reqwest::redirect::Policy::none())
                // Even a repetition that a protocol calls safe is the caller's to decide.
                .retry(reqwest::retry::never())
                .referer(false)
                .tcp_nodelay(true)
                .connect_timeout(self.options.connect_timeout)
                .pool_idle_timeout(POOL_IDLE)
                .http2_initial_stream_window_size(WINDOW)
                .user_agent(&self.options.user_agent);
            self.guarded(builder, lane).build().map_err(failure::read)
        };
        self.clients[lane as usize].get_or_try_init(make).await
    }

    fn guarded(&self, builder: reqwest::ClientBuilder, lane: Lane) -> reqwest::ClientBuilder {
        let names = self.options.names.clone();
        match (lane, &names) {
            (Lane::Open, None) => builder,
            (Lane::Open, Some(_)) => builder.dns_resolver(Guarded { lane, names }),
            _ => builder.no_proxy().dns_resolver(Guarded { lane, names }),
        }
    }

    /// The lane of plain HTTP needs no certificates, so that it works where there are none.
    async fn tls(&self, lane: Lane) -> Result<ClientConfig, TransportError> {
        let config = match lane {
            Lane::Loopback => without_certificates(),
            _ => self.tls.get_or_try_init(trusted).await.cloned(),
        };
        config.map_err(|error| {
            TransportError::new(Kind::Tls, Sent::No).because(&error).with_source(error)
        })
    }

    fn reply(&self, reply: reqwest::Response, host: &str) -> Response<ResponseBody> {
        let mut head = Response::new(());
        *head.status_mut() = reply.status();
        *head.version_mut() = reply.version();
        head.headers_mut().clone_from(reply.headers());
        let len = reply.content_length();
        let idle = self.options.idle_timeout;
        let incoming = Incoming { reply, idle, host: host.into() };
        head.map(|()| ResponseBody::from_chunks(incoming, len))
    }
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request<Body>) -> Result<Response<ResponseBody>, TransportError> {
        let url = read_url(&request)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let reach = request.extensions().get::<Reach>().copied().unwrap_or_default();
        let send = async {
            let client = self.client(reach.check(&url)?).await?;
            let moved = Arc::new(Notify::new());
            let request = outgoing(request, url, Arc::clone(&moved)).await?;
            match within(self.options.idle_timeout, &moved, client.execute(request)).await {
                Some(reply) => reply.map_err(failure::read),
                None => Err(too_slow(self.options.idle_timeout)),
            }
        };
        match send.await {
            Ok(reply) => Ok(self.reply(reply, &host)),
            Err(error) => Err(error.at_host(&host)),
        }
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Parsed by the crate by which reqwest parses: what is checked is what is sent.
fn read_url(request: &Request<Body>) -> Result<Url, TransportError> {
    Url::parse(&request.uri().to_string())
        .map_err(|error| TransportError::new(Kind::Other, Sent::No).because(error))
}

fn without_certificates() -> Result<ClientConfig, rustls::Error> {
    let builder = tls_builder()?.with_root_certificates(RootCertStore::empty());
    Ok(builder.with_no_client_auth())
}

/// Reads the certificates of the system, which takes a while, off the threads of the runtime.
async fn trusted() -> Result<ClientConfig, rustls::Error> {
    let read = || {
        let mut config = tls_builder()?.with_platform_verifier()?.with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|error| Err(rustls::Error::General(error.to_string())))
}

type TlsBuilder = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;

/// With ring, named here: a default provider of the process is the application's to install.
fn tls_builder() -> Result<TlsBuilder, rustls::Error> {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions()
}

async fn outgoing(
    request: Request<Body>,
    url: Url,
    moved: Arc<Notify>,
) -> Result<reqwest::Request, TransportError> {
    let (mut head, body) = request.into_parts();
    // A wrong length would smuggle a second request. Some servers insist on one of 0, too.
    head.headers.remove(CONTENT_LENGTH);
    head.headers.remove(TRANSFER_ENCODING);
    if !body.is_empty() || [Method::POST, Method::PUT, Method::PATCH].contains(&head.method) {
        head.headers.insert(CONTENT_LENGTH, body.len().into());
    }
    let unreadable = |error: std::io::Error| {
        TransportError::new(Kind::Body, Sent::No).because(&error).with_source(error)
    };
    let body = Outgoing::open(body, moved).await.map_err(unreadable)?;
    let mut request = reqwest::Request::new(head.method, url);
    *request.headers_mut() = head.headers;
    *request.body_mut() = Some(reqwest::Body::wrap(body));
    Ok(request)
}

/// Waits as long as something moves; `None` when nothing did for so long.
async fn within<T>(idle: Duration, moved: &Notify, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return Some(done),
            () = moved.notified() => {}
            () = sleep(idle) => return None,
        }
    }
}

fn too_slow(idle: Duration) -> TransportError {
    TransportError::new(Kind::Timeout, Sent::Maybe)
        .because(format_args!("nothing moved for {} s", idle.as_secs_f64()))
}

/// The body of a reply on its way here.
struct Incoming {
    reply: reqwest::Response,
    idle: Duration,
    host: Box<str>,
}

#[async_trait]
impl Chunks for Incoming {
    async fn next(&mut self) -> Result<Option<Bytes>, TransportError> {
        match timeout(self.idle, self.reply.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => Err(failure::read(error).at_host(&self.host)),
            Err(_) => Err(too_slow(self.idle).at_host(&self.host)),
        }
    }
}
