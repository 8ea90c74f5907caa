//! One GET, and the redirects that it meets.

use genmux_core::{Body, safe_text};
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HeaderMap, IF_RANGE, LOCATION, RANGE,
};
use http::{HeaderValue, Request, Response};
use tokio::time::timeout;
use url::Url;

use super::{Download, DownloadError};
use crate::transport::{
    Reach, ResponseBody, Sent, Transport, TransportError, TransportErrorKind as Kind,
};

/// Most redirects of one download.
const MOST: usize = 5;

/// Longest URL that can be sent.
const LONGEST: usize = 65_534;

/// From which byte to go on, and the mark of the version that those before it are of.
pub(super) type Resume = (u64, HeaderValue);

/// The reply at the end of all redirects, and who gave it.
pub(super) async fn get(
    transport: &dyn Transport,
    from: &Download<'_>,
    resume: Option<&Resume>,
) -> Result<(String, Response<ResponseBody>), DownloadError> {
    if from.url.len() > LONGEST {
        return Err(DownloadError::Url("it has more than 65,534 bytes"));
    }
    let mut url = Url::parse(from.url).map_err(|_| DownloadError::Url("it is no URL"))?;
    let mut reach = from.reach;
    for _ in 0..=MOST {
        let request = request(from, &url, reach, resume)?;
        let reply = timeout(from.idle, transport.send(request)).await;
        let reply = reply.unwrap_or_else(|_| Err(too_slow(&url)))?;
        let Some(next) = location(&url, &reply)? else { return Ok((host(&url), reply)) };
        reach = reach.of_redirect(&url);
        url = next;
    }
    Err(DownloadError::Redirect { host: host(&url), how: "more than 5 times" })
}

fn request(
    from: &Download<'_>,
    url: &Url,
    reach: Reach,
    resume: Option<&Resume>,
) -> Result<Request<Body>, TransportError> {
    // Whatever the transport is; it is the one that resolves names, though.
    reach.check(url)?;
    let request = Request::get(url.as_str()).extension(reach).body(Body::default());
    let mut request = request.map_err(|error| {
        TransportError::new(Kind::Other, Sent::No).at_host(&host(url)).because(error)
    })?;
    let headers = request.headers_mut();
    // Ranges and lengths of another encoding are not those of the file.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    authorize(from, url, headers);
    if let Some((offset, version)) = resume {
        let range = HeaderValue::try_from(format!("bytes={offset}-"));
        headers.extend(range.ok().map(|range| (RANGE, range)));
        headers.insert(IF_RANGE, version.clone());
    }
    Ok(request)
}

/// Credentials go to their own origin alone, wherever a redirect leads.
fn authorize(from: &Download<'_>, url: &Url, headers: &mut HeaderMap) {
    if let Some((origin, value)) = &from.authorize
        && *origin == url.origin()
    {
        let mut value = value.clone();
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
}

fn location(here: &Url, reply: &Response<ResponseBody>) -> Result<Option<Url>, DownloadError> {
    if !matches!(reply.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = reply.headers().get(LOCATION).and_then(|to| str::from_utf8(to.as_bytes()).ok());
    let next = location.and_then(|to| here.join(to).ok());
    next.map(Some).ok_or_else(|| DownloadError::Redirect { host: host(here), how: "to no URL" })
}

/// Whether the body of a reply is the file itself.
pub(super) fn is_plain(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity")
}

fn host(url: &Url) -> String {
    safe_text(url.host_str().unwrap_or_default())
}

fn too_slow(url: &Url) -> TransportError {
    TransportError::new(Kind::Timeout, Sent::Maybe).at_host(&host(url))
}
