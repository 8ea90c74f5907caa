//! HTTP values: requests whose credentials are names, and what all replies share.

use std::fmt;
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::value::RawValue;

use super::{Body, Reply, VendorError};

/// An HTTP request whose credentials are still names.
#[derive(Clone)]
#[non_exhaustive]
pub struct HttpRequest {
    /// Method, such as `POST`.
    pub method: &'static str,
    /// Whole URL.
    pub url: String,
    /// How the request is authorized; nothing at places that carry their own signature.
    pub auth: Option<Auth>,
    /// Headers beside authorization and content type.
    pub headers: Vec<(&'static str, String)>,
    /// Type of the body, where there is one.
    pub content_type: Option<String>,
    /// The body.
    pub body: Body,
}

/// How a request is authorized: by environment variables, never by their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer <key>`; the variable that holds the key.
    Bearer(&'static str),
    /// `Authorization: Basic base64(<key>:<secret>)`; the variables that hold them.
    Basic(&'static str, &'static str),
}

const JSON: &str = "application/json";

impl HttpRequest {
    /// A request without a body.
    pub fn new(method: &'static str, url: String, auth: Auth) -> HttpRequest {
        let (auth, headers) = (Some(auth), Vec::new());
        HttpRequest { method, url, auth, headers, content_type: None, body: Body::default() }
    }

    /// A POST of a JSON body.
    pub fn post(url: String, auth: Auth, body: Body) -> HttpRequest {
        let content_type = Some(JSON.to_owned());
        HttpRequest { content_type, body, ..HttpRequest::new("POST", url, auth) }
    }

    /// A POST of a form with one file.
    pub fn post_file(
        url: String,
        auth: Auth,
        field: &str,
        file: &super::UploadFile,
    ) -> HttpRequest {
        let boundary = &file.boundary;
        let name: String =
            file.name.chars().filter(|c| !matches!(c, '"' | '\\' | '\r' | '\n')).collect();
        let mut body = Body::bytes(format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; \
             filename=\"{name}\"\r\nContent-Type: {}\r\n\r\n",
            file.mime
        ));
        body.append(file.body.clone());
        body.push(format!("\r\n--{boundary}--\r\n"));
        let content_type = Some(format!("multipart/form-data; boundary={boundary}"));
        HttpRequest { content_type, body, ..HttpRequest::new("POST", url, auth) }
    }

    /// A PUT of bytes to a place that carries its own signature, without credentials.
    pub fn put_signed(url: String, body: Body) -> HttpRequest {
        let headers = Vec::new();
        HttpRequest { method: "PUT", url, auth: None, headers, content_type: None, body }
    }

    /// The JSON form, in which keys stand by the names of their variables.
    ///
    /// # Errors
    /// When the body is no JSON in memory.
    pub fn shown(self) -> serde_json::Result<ShownRequest> {
        let body = String::from_utf8_lossy(self.body.as_bytes().unwrap_or_default()).into_owned();
        let headers = ShownHeaders(self.auth, self.headers);
        Ok(ShownRequest {
            method: self.method,
            url: self.url,
            headers,
            body: RawValue::from_string(body)?,
        })
    }

    /// A command line that a person can paste into a shell.
    pub fn curl(&self) -> String {
        let auth = match self.auth {
            Some(Auth::Bearer(key)) => format!("-H \"Authorization: Bearer ${key}\""),
            Some(Auth::Basic(key, secret)) => format!("-u \"${key}:${secret}\""),
            None => String::new(),
        };
        let body = String::from_utf8_lossy(self.body.as_bytes().unwrap_or_default());
        let head = format!(
            "curl -X {} {} {auth} -H 'Content-Type: application/json'",
            self.method,
            quoted(&self.url)
        );
        // One argument may have 128 KiB on Linux; a longer body comes by standard input.
        if body.len() < 100_000 {
            return format!("{head} --data-raw {}", quoted(&body));
        }
        format!("{head} --data-binary @- <<'GENMUX_BODY'\n{body}\nGENMUX_BODY")
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &super::safe_text(&self.url))
            .field("auth", &self.auth)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// The JSON form of an HTTP request.
#[derive(Serialize)]
pub struct ShownRequest {
    method: &'static str,
    url: String,
    headers: ShownHeaders,
    body: Box<RawValue>,
}

struct ShownHeaders(Option<Auth>, Vec<(&'static str, String)>);

impl Serialize for ShownHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.0 {
            Some(Auth::Bearer(key)) => {
                map.serialize_entry("Authorization", &format!("Bearer ${key}"))?;
            }
            Some(Auth::Basic(key, secret)) => {
                let authorization = format!("Basic base64(${key}:${secret})");
                map.serialize_entry("Authorization", &authorization)?;
            }
            None => {}
        }
        map.serialize_entry("Content-Type", JSON)?;
        for (name, value) in &self.1 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Everything but unreserved characters.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// An id as one segment of a path: whatever a vendor returned, it stays one segment.
pub fn path_segment(id: &str) -> String {
    match id {
        // A dot segment would be resolved away, encoded or not.
        "." | ".." => format!("%00{id}"),
        _ => utf8_percent_encode(id, SEGMENT).to_string(),
    }
}

/// Commas and brackets in a reply that is read; a list of a hundred jobs has some thousands.
const MOST_VALUES: usize = 200_000;

/// Whether a text has more values than a reply can have: they take a hundred times its memory.
fn is_bomb(body: &[u8]) -> bool {
    let begins = |byte: &&u8| matches!(**byte, b',' | b'[' | b'{');
    body.len() > MOST_VALUES && body.iter().filter(begins).count() > MOST_VALUES
}

/// The JSON body of a reply, whatever its status and content type.
///
/// # Errors
/// [`ErrorKind::Decode`](super::ErrorKind::Decode) when a good status comes with another body,
/// what the status says otherwise.
pub fn read_reply<T: DeserializeOwned>(reply: &Reply) -> Result<T, VendorError> {
    let status = reply.status().as_u16();
    let (bomb, body) = (is_bomb(reply.body()), reply.body().as_ref());
    // What is too much is read as nothing, and told as what it is.
    serde_json::from_slice(if bomb { b"" } else { body }).map_err(|error| {
        if reply.status().is_success() {
            let what = match (bomb, body) {
                (true, _) => format!("it holds more than {MOST_VALUES} values"),
                (false, []) => "it is empty".to_owned(),
                (false, _) => error.to_string(),
            };
            return VendorError::unreadable(status, &what);
        }
        let text = format!("HTTP {status} without a body that can be read");
        VendorError { retry_after: retry_after(reply), ..VendorError::of_status(status, text) }
    })
}

/// How long a reply asks to wait: `Retry-After` in seconds or as a date, `retry-after-ms`.
pub fn retry_after(reply: &Reply) -> Option<Duration> {
    let header = |name: &str| reply.headers().get(name)?.to_str().ok().map(str::trim);
    if let Some(millis) = header("retry-after-ms").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(millis));
    }
    let text = header("retry-after")?;
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds.max(0.0)).ok();
    }
    // The vendor's own clock is the one that its date was reckoned with.
    let (due, now) = (httpdate::parse_http_date(text).ok()?, header("date")?);
    Some(due.duration_since(httpdate::parse_http_date(now).ok()?).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_cannot_leave_its_quotes() {
        let body = br#"{"prompt":"it's $HOME `id`"}"#.to_vec();
        let curl =
            HttpRequest::post("https://a.b/c".into(), Auth::Bearer("KEY"), Body::bytes(body))
                .curl();
        assert!(curl.contains(r#"--data-raw '{"prompt":"it'\''s $HOME `id`"}'"#), "{curl}");
        assert!(curl.contains("Bearer $KEY"));
    }

    #[test]
    fn a_long_body_comes_by_standard_input() {
        let body = vec![b' '; 200_000];
        let curl =
            HttpRequest::post("https://a.b/c".into(), Auth::Basic("K", "S"), Body::bytes(body))
                .curl();
        assert!(curl.contains("-u \"$K:$S\"") && curl.ends_with("\nGENMUX_BODY"));
    }

    #[track_caller]
    fn waits(headers: &[(&'static str, &str)], expected: Option<u64>) {
        let mut reply = Reply::default();
        for (name, value) in headers {
            reply.headers_mut().insert(*name, value.parse().unwrap());
        }
        assert_eq!(retry_after(&reply), expected.map(Duration::from_millis));
    }

    #[test]
    fn waits_are_read_in_every_form() {
        waits(&[], None);
        waits(&[("retry-after", "9")], Some(9000));
        waits(&[("retry-after", " 0.5 ")], Some(500));
        waits(&[("retry-after", "-3")], Some(0));
        waits(&[("retry-after", "soon")], None);
        waits(&[("retry-after", "9"), ("retry-after-ms", "20")], Some(20));
        let date = ("date", "Sat, 21 Nov 2026 13:00:00 GMT");
        waits(&[("retry-after", "Sat, 21 Nov 2026 13:01:00 GMT"), date], Some(60_000));
        waits(&[("retry-after", "Sat, 21 Nov 2026 12:01:00 GMT"), date], Some(0));
        waits(&[("retry-after", "Sat, 21 Nov 2026 13:01:00 GMT")], None);
    }

    #[track_caller]
    fn read(body: Vec<u8>, expected: &str) {
        let reply = http::Response::new(body.into());
        let error = read_reply::<serde_json::Value>(&reply).unwrap_err();
        assert_eq!(error.message, format!("the reply (HTTP 200) cannot be read: {expected}"));
    }

    #[test]
    fn a_reply_of_too_many_values_is_not_read() {
        let lists = |count: usize| [b"[", &*b"[],".repeat(count), b"[]]"].concat();
        read(lists(150_000), "it holds more than 200000 values");
        read(Vec::new(), "it is empty");
        let reply = http::Response::new(lists(90_000).into());
        assert_eq!(read_reply::<Vec<serde_json::Value>>(&reply).unwrap().len(), 90_001);
    }

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(path_segment("job_1-a"), "job_1-a");
        assert_eq!(path_segment("../b?c#d"), "..%2Fb%3Fc%23d");
        assert_eq!(path_segment(".."), "%00..");
    }

    #[test]
    fn a_form_names_its_file() {
        let file = super::super::UploadFile {
            name: "a\".png".into(),
            mime: "image/png".into(),
            body: Body::bytes("PNG"),
            boundary: "b0".into(),
        };
        let http =
            HttpRequest::post_file("https://a.b".into(), Auth::Bearer("K"), "content", &file);
        let len = |at: usize| http.body.segments()[at].len();
        assert_eq!(http.body.len(), len(0) + 3 + len(2));
        assert_eq!(http.content_type.unwrap(), "multipart/form-data; boundary=b0");
    }
}
