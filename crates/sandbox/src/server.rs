//! Accepts connections on loopback and leads every call through the faults to its vendor.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Method, Request};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Collected};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt as _;

use crate::clock::rfc3339;
use crate::faults::Effect;
use crate::ledger::Charge;
use crate::options::Options;
use crate::provider::{Provider, Step};
use crate::runware::socket::{self, Asked};
use crate::state::{App, State};
use crate::trouble::{self, Dropped};
use crate::{admin, outputs, replicate, reply, runware, scenario};

/// A running sandbox; dropping it stops it.
///
/// ```no_run
/// # async fn demo() -> std::io::Result<()> {
/// use genmux_sandbox::{Options, Provider, Sandbox};
///
/// let sandbox = Sandbox::start(Options::default()).await?;
/// println!("{}", sandbox.base_url(Provider::Runware)); // http://127.0.0.1:40123/runware/v1
/// sandbox.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Sandbox {
    app: App,
    task: JoinHandle<()>,
}

impl Sandbox {
    /// Listens and serves until [`Sandbox::shutdown`] or drop.
    ///
    /// # Errors
    ///
    /// An address that is not loopback is [`io::ErrorKind::InvalidInput`]: the sandbox checks no
    /// key and is not for a network. Otherwise what listening says.
    pub async fn start(options: Options) -> io::Result<Self> {
        if !options.addr.ip().is_loopback() {
            let text = format!("{} is not a loopback address", options.addr);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let listener = TcpListener::bind(options.addr).await?;
        let app: App = Arc::new(State::new(options, listener.local_addr()?));
        let task = tokio::spawn(accept(listener, Arc::clone(&app)));
        Ok(Self { app, task })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.app.addr
    }

    /// What stands in for the vendor's base URL: `http://127.0.0.1:40123/replicate/v1`.
    pub fn base_url(&self, provider: Provider) -> String {
        self.app.url(&format!("/{}/v1", provider.name()))
    }

    /// All charges so far.
    pub fn ledger(&self) -> Vec<Charge> {
        self.app.charges()
    }

    /// Replaces the fault plan.
    pub fn set_faults(&self, rules: Vec<crate::faults::Rule>) {
        self.app.faults.set(rules);
    }

    /// Stops listening and cuts open connections.
    pub async fn shutdown(mut self) {
        self.task.abort();
        // The only error is that it was stopped, which was asked for.
        let _stopped = (&mut self.task).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Connections live in the set, so that they end with it.
async fn accept(listener: TcpListener, app: App) {
    let router = router(&app);
    let mut connections = JoinSet::new();
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve(stream, router.clone(), Arc::clone(&app)));
        }
        while connections.try_join_next().is_some() {}
    }
}

fn router(app: &App) -> Router {
    Router::new()
        .nest("/runware", runware::routes())
        .nest("/replicate/v1", replicate::routes())
        .nest("/scenario/v1", scenario::routes())
        .nest("/outputs", outputs::routes())
        .nest("/_sandbox", admin::routes())
        .with_state(Arc::clone(app))
}

/// A connection that breaks is the client's affair, unless it is to be broken from here.
///
/// One that becomes a socket stays in this task, so that it too ends with the sandbox.
async fn serve(stream: TcpStream, router: Router, app: App) {
    let _small_answers_go_at_once = stream.set_nodelay(true);
    let asked = Asked::default();
    let service =
        service_fn(|request| answer(request, router.clone(), Arc::clone(&app), asked.clone()));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended = Pin::new(&mut connection).await;
    let dropped = |error: &hyper::Error| error.source().is_some_and(<dyn Error>::is::<Dropped>);
    let resets = ended.as_ref().is_err_and(dropped);
    let parts = connection.into_parts();
    if resets {
        // Without lingering, its end is a reset.
        let _as_good_as_possible = parts.io.inner().set_zero_linger();
    } else if ended.is_ok() && asked.is_granted() {
        socket::serve(parts.io.into_inner(), parts.read_buf, app).await;
    }
}

async fn answer(
    request: Request<Incoming>,
    router: Router,
    app: App,
    asked: Asked,
) -> Result<Response, Dropped> {
    let Some(provider) = provider(request.uri().path()) else {
        return Ok(call(router, request.map(Body::new)).await);
    };
    if let Some(response) = asked.grant(&request) {
        return Ok(response);
    }
    let (step, request) = classify(provider, request).await;
    app.note(json!({
        "at": rfc3339(app.clock.now()), "provider": provider, "step": step,
        "method": request.method().as_str(), "path": request.uri().path(),
        "headers": headers(request.headers()),
    }));
    with_faults(app.faults.take(provider, step), provider, router, request).await
}

/// The names of all headers, and the values of those that steer the call: the rest may be secret.
fn headers(given: &HeaderMap) -> Value {
    let shown = ["prefer", "cancel-after", "content-type"];
    let row = |name: &HeaderName| {
        let value = shown.contains(&name.as_str()).then(|| reply::header(given, name.as_str()));
        (name.as_str().to_owned(), json!(value.flatten()))
    };
    Value::Object(given.keys().map(row).collect())
}

async fn with_faults(
    faults: Vec<crate::faults::Fault>,
    provider: Provider,
    router: Router,
    mut request: Request<Body>,
) -> Result<Response, Dropped> {
    for fault in &faults {
        if let Some(response) = trouble::before(fault, provider, request.uri()).await? {
            return Ok(response);
        }
    }
    request.extensions_mut().insert(Effect::of(&faults));
    let mut response = call(router, request).await;
    for fault in &faults {
        response = trouble::after(fault, response).await?;
    }
    Ok(response)
}

async fn call(router: Router, request: Request<Body>) -> Response {
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// The vendor of a path; `/outputs/<vendor>/…` belongs to the vendor too.
fn provider(path: &str) -> Option<Provider> {
    let path = path.trim_start_matches('/');
    let path = path.strip_prefix("outputs/").unwrap_or(path);
    Provider::named(path.split('/').next()?)
}

/// Runware has one address for everything, so that its step stands in the body.
async fn classify(provider: Provider, request: Request<Incoming>) -> (Step, Request<Body>) {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    if path.starts_with("/outputs/") {
        return (Step::Download, Request::from_parts(parts, Body::new(body)));
    }
    if provider == Provider::Runware && parts.method == Method::POST {
        let bytes: Bytes = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        return (runware::step(&bytes), Request::from_parts(parts, Body::from(bytes)));
    }
    let step = by_path(&parts.method, path);
    (step, Request::from_parts(parts, Body::new(body)))
}

/// Replicate and Scenario name the step in method and path.
fn by_path(method: &Method, path: &str) -> Step {
    let is = |part: &str| path.contains(part);
    let posts = method == Method::POST;
    match () {
        // Assets are how results are read; only bringing and deleting them is an upload.
        () if is("/assets/") => Step::Poll,
        () if is("/files") || is("/uploads") || is("/assets") => Step::Upload,
        () if posts && (path.ends_with("/cancel") || is("/jobs/")) => Step::Cancel,
        () if posts && (is("/predictions") || is("/generate/")) => Step::Submit,
        () if is("/predictions") || is("/jobs") => Step::Poll,
        () => Step::Other,
    }
}
