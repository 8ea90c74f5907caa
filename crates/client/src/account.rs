//! One account at one provider: where its calls go, and how one is sent.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use genmux_core::{Adapter, Auth, Charged, ErrorKind, HttpRequest, Reply};
use http::{HeaderMap, HeaderValue, Request};
use sha2::{Digest, Sha256};
use url::{Origin, Url};

use crate::error::Error;
use crate::job::Job;
use crate::options::{Credentials, RunOptions};
use crate::poller::Poller;
use crate::retry::Retries;
use crate::transport::{Reach, Transport};

/// Replies are short texts; artifacts are fetched elsewhere and streamed.
const MOST_REPLY: usize = 32 * 1024 * 1024;

/// Jobs answer at once at all three vendors; a reply that takes longer will not come.
const REPLY_WITHIN: Duration = Duration::from_secs(90);

/// Bytes a second of the slowest line on which something large is still worth sending.
const SLOWEST: u64 = 64 * 1024;

/// One account at one provider: adapter, address, credentials.
pub struct Account {
    line: Arc<Line>,
    poller: Poller,
}

/// How one call is sent.
pub(crate) struct Line {
    pub(crate) adapter: &'static dyn Adapter,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) retries: Retries,
    base: Url,
    credentials: Option<Credentials>,
    reply_within: Duration,
}

impl Account {
    /// An account at the address of the specs or another one.
    ///
    /// # Errors
    /// When the base URL is none.
    pub fn new(
        adapter: &'static dyn Adapter,
        transport: Arc<dyn Transport>,
        base_url: &str,
        credentials: Option<Credentials>,
    ) -> Result<Account, Error> {
        let base = base(base_url, adapter.provider())?;
        let (retries, reply_within) = (Retries::default(), REPLY_WITHIN);
        Ok(Account::on(Line { adapter, transport, retries, base, credentials, reply_within }))
    }

    fn on(line: Line) -> Account {
        let line = Arc::new(line);
        Account { poller: Poller::new(line.clone()), line }
    }

    /// How long one call may take, its whole reply included; 90 s unless it is said. What a call
    /// sends has a second more for every 64 KiB. Outputs are not replies: a
    /// [`deadline`](RunOptions::deadline) bounds their download.
    #[must_use]
    pub fn reply_within(self, most: Duration) -> Account {
        let Line { adapter, transport, base, credentials, .. } = &*self.line;
        let (transport, retries) = (transport.clone(), Retries::default());
        let (base, credentials) = (base.clone(), credentials.clone());
        let reply_within = most;
        Account::on(Line { adapter: *adapter, transport, retries, base, credentials, reply_within })
    }

    /// This account, or that which a call names instead.
    pub(crate) fn of(self: &Arc<Account>, options: &RunOptions) -> Result<Arc<Account>, Error> {
        if options.credentials.is_none() && options.base_url.is_none() {
            return Ok(self.clone());
        }
        let Line { adapter, transport, base, credentials, reply_within, .. } = &*self.line;
        let base = options.base_url.as_deref().unwrap_or(base.as_str());
        let credentials = options.credentials.clone().or_else(|| credentials.clone());
        let other = Account::new(*adapter, transport.clone(), base, credentials)?;
        Ok(Arc::new(other.reply_within(*reply_within)))
    }

    /// Whether a job was submitted through this account.
    ///
    /// A handle may come from anywhere: its address is compared and never sent to.
    pub(crate) fn check(&self, job: &Job) -> Result<(), Error> {
        if self.line.base() == job.base_url {
            return Ok(());
        }
        let message = format!(
            "the job was submitted to {}, and {} is asked now; set the base URL to that of the job",
            genmux_core::safe_text(&job.base_url),
            self.line.base()
        );
        Err(Error::new(ErrorKind::Invalid, message))
    }

    pub(crate) fn line(&self) -> &Arc<Line> {
        &self.line
    }

    pub(crate) const fn poller(&self) -> &Poller {
        &self.poller
    }

    /// A name that tells accounts apart and tells nothing about their keys.
    pub fn label(&self) -> String {
        let provider = self.line.adapter.provider();
        let Some(credentials) = &self.line.credentials else { return provider.to_owned() };
        let digest = Sha256::digest(credentials.exposed().0);
        format!("{provider}:{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3])
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({}, {})", self.line.adapter.provider(), self.line.base())
    }
}

/// The base URL with its version: `/v1` is added where it is missing.
fn base(text: &str, provider: &str) -> Result<Url, Error> {
    let refused = |why: &str| {
        // It may hold a password.
        let shown = genmux_core::safe_text(text.rsplit('@').next().unwrap_or_default());
        let variable = provider.to_ascii_uppercase();
        let message = format!(
            "base URL {shown:?} of {provider} ({variable}_BASE_URL) {why}; accepted: http:// or https://, a host, and \
             a path, such as https://api.example.com/v1"
        );
        Error::new(ErrorKind::Invalid, message)
    };
    let mut url = Url::parse(text.trim()).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => refused("has no scheme"),
        error => refused(&format!("is no URL ({error})")),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("has a scheme that is not sent to"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(refused("has more than scheme, host and path"));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    let path = if path.ends_with("/v1") { path } else { format!("{path}/v1") };
    url.set_path(&path);
    Ok(url)
}

impl Line {
    /// The base URL, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Whether a URL that the vendor returned may lead to loopback: only where the vendor itself
    /// is played there.
    pub(crate) fn reach(&self) -> Reach {
        Reach::of_returned(&self.base)
    }

    /// Sends one request and reads its whole reply, whatever its status.
    ///
    /// A call that has no credentials of its own goes to the provider all the same: it says best
    /// which key is missing. Where none is set here, that is said before anything is sent.
    pub(crate) async fn send(&self, call: HttpRequest, more: &HeaderMap) -> Result<Reply, Error> {
        // Places that carry their own signature are stores of files: no word about the vendor.
        let to_vendor = call.auth.is_some();
        let request = self.request(call, more)?;
        let sent = self.exchange(request).await;
        if to_vendor {
            self.retries.note(sent.as_ref());
        }
        sent
    }

    async fn exchange(&self, request: Request<genmux_core::Body>) -> Result<Reply, Error> {
        let sends = Duration::from_secs(request.body().len() / SLOWEST);
        let within = self.reply_within.saturating_add(sends);
        let exchange = async {
            let (head, body) = self.transport.send(request).await?.into_parts();
            let body = body.collect(MOST_REPLY).await?;
            // Whatever is made of a reply, a key that it repeats is not.
            let body = match &self.credentials {
                Some(credentials) => credentials.blotted(body),
                None => body,
            };
            Ok(Reply::from_parts(head, body))
        };
        match tokio::time::timeout(within, exchange).await {
            Ok(reply) => reply.map_err(|error: crate::TransportError| error.into()),
            Err(_elapsed) => {
                let seconds = within.as_secs_f64();
                let message = format!("no reply within {seconds} seconds");
                Err(Error::new(ErrorKind::Timeout, message).charged(Charged::Unknown))
            }
        }
    }

    fn request(
        &self,
        call: HttpRequest,
        more: &HeaderMap,
    ) -> Result<Request<genmux_core::Body>, Error> {
        let url = Url::parse(&call.url).map_err(|_| invalid("the address of a call is no URL"))?;
        let at_home = url.origin() == self.base.origin();
        let mut request = Request::builder().method(call.method).uri(url.as_str());
        if let Some(content_type) = &call.content_type {
            request = request.header("content-type", content_type);
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(auth) = call.auth.filter(|_| at_home) {
            request = request.header("authorization", self.authorization(auth)?);
        }
        request = request.extension(if at_home { Reach::Provider } else { self.reach() });
        let mut request =
            request.body(call.body).map_err(|_| invalid("a header of the call cannot be sent"))?;
        request.headers_mut().extend(more.clone());
        Ok(request)
    }

    /// Origin and header of downloads from the provider's own origin, where there is a key.
    pub(crate) fn credentials_at_home(&self) -> Option<(Origin, HeaderValue)> {
        let header = self.authorization(self.adapter.auth()).ok()?;
        Some((self.base.origin(), header))
    }

    /// The header that authorizes calls to the provider's own origin.
    pub(crate) fn authorization(&self, auth: Auth) -> Result<HeaderValue, Error> {
        let Some(credentials) = &self.credentials else { return Err(missing(auth)) };
        let text = match (auth, credentials.exposed()) {
            (Auth::Bearer(_), (key, _)) => format!("Bearer {key}"),
            (Auth::Basic(..), (key, Some(secret))) => {
                format!("Basic {}", BASE64_STANDARD.encode(format!("{key}:{secret}")))
            }
            (Auth::Basic(..), (_, None)) => return Err(missing(auth)),
        };
        let unusable =
            |_| Error::new(ErrorKind::Auth, "the key holds characters that no header can carry");
        let mut value = HeaderValue::from_str(&text).map_err(unusable)?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::Invalid, message)
}

fn missing(auth: Auth) -> Error {
    Error::new(ErrorKind::Auth, format!("there is no key: set {}", variables(auth)))
}

/// The variables of the environment that hold a key.
pub(crate) fn variables(auth: Auth) -> String {
    match auth {
        Auth::Bearer(key) => key.to_owned(),
        Auth::Basic(key, secret) => format!("{key} and {secret}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        match base(text, "runware") {
            Ok(url) => assert_eq!(url.as_str(), expected),
            Err(error) => assert!(error.message.contains(expected), "{error}"),
        }
    }

    #[test]
    fn base_urls_come_with_or_without_their_version() {
        check("https://api.runware.ai/v1", "https://api.runware.ai/v1");
        check("https://api.runware.ai/v1/", "https://api.runware.ai/v1");
        check("https://api.runware.ai", "https://api.runware.ai/v1");
        check("http://127.0.0.1:80/runware", "http://127.0.0.1/runware/v1");
    }

    #[test]
    fn other_base_urls_are_refused_with_the_way_out() {
        check("api.runware.ai/v1", "has no scheme");
        check("localhost:8080", "has a scheme that is not sent to");
        check("", "has no scheme");
        check("https://", "is no URL");
        check("https://key@api.runware.ai", "more than scheme, host and path");
        check("https://api.runware.ai?key=SECRET", "more than scheme, host and path");
    }
}
