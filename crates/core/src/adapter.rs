//! What the author of a provider writes: the HTTP form of a payload.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::value::RawValue;

use crate::translate::Payload;

/// A provider's side of the wire: pure and synchronous.
pub trait Adapter: Send + Sync + fmt::Debug {
    /// The provider's name in specs and offers.
    fn provider(&self) -> &'static str;

    /// The HTTP request that submits one payload.
    ///
    /// # Errors
    /// Those of serialization, which no payload causes.
    fn submit(&self, payload: &Payload<'_>) -> serde_json::Result<HttpRequest>;
}

/// An HTTP request whose credentials are still names.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpRequest {
    /// Method, such as `POST`.
    pub method: &'static str,
    /// Whole URL.
    pub url: String,
    /// How the request is authorized.
    pub auth: Auth,
    /// The JSON body.
    pub body: Vec<u8>,
}

/// How a request is authorized: by environment variables, never by their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer <key>`; the variable that holds the key.
    Bearer(&'static str),
    /// `Authorization: Basic base64(<key>:<secret>)`; the variables that hold them.
    Basic(&'static str, &'static str),
}

impl HttpRequest {
    /// A POST of a JSON body.
    pub const fn post(url: String, auth: Auth, body: Vec<u8>) -> HttpRequest {
        HttpRequest { method: "POST", url, auth, body }
    }

    /// The JSON form, in which keys stand by the names of their variables.
    ///
    /// # Errors
    /// When the body is no JSON.
    pub fn shown(self) -> serde_json::Result<ShownRequest> {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        let headers = ShownHeaders(self.auth);
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
            Auth::Bearer(key) => format!("-H \"Authorization: Bearer ${key}\""),
            Auth::Basic(key, secret) => format!("-u \"${key}:${secret}\""),
        };
        let body = String::from_utf8_lossy(&self.body);
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
            .field("url", &self.url)
            .field("auth", &self.auth)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish()
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

struct ShownHeaders(Auth);

impl Serialize for ShownHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let authorization = match self.0 {
            Auth::Bearer(key) => format!("Bearer ${key}"),
            Auth::Basic(key, secret) => format!("Basic base64(${key}:${secret})"),
        };
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("Authorization", &authorization)?;
        map.serialize_entry("Content-Type", "application/json")?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_cannot_leave_its_quotes() {
        let body = br#"{"prompt":"it's $HOME `id`"}"#.to_vec();
        let curl = HttpRequest::post("https://a.b/c".into(), Auth::Bearer("KEY"), body).curl();
        assert!(curl.contains(r#"--data-raw '{"prompt":"it'\''s $HOME `id`"}'"#), "{curl}");
        assert!(curl.contains("Bearer $KEY"));
    }

    #[test]
    fn a_long_body_comes_by_standard_input() {
        let body = vec![b' '; 200_000];
        let curl = HttpRequest::post("https://a.b/c".into(), Auth::Basic("K", "S"), body).curl();
        assert!(curl.contains("-u \"$K:$S\"") && curl.ends_with("\nGENMUX_BODY"));
    }
}
