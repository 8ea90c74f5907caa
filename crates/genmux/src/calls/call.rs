//! One call as people keep it: a body, a body with its address, or a curl command.

use std::fmt;

use genmux_core::{one_line, read_payload};
use serde_json::Value;

use super::{curl, shell};
use crate::Hints;

/// A call: where it goes, if that is known, and what it sends.
#[non_exhaustive]
pub struct Call {
    /// The address, which may hold keys in its query.
    pub url: Option<String>,
    /// The body; `null` where there is none.
    pub body: Value,
    /// A part of the body that a shell would fill in.
    pub filled_in: Option<String>,
    /// Names of headers that change what the vendor does.
    pub headers: Vec<String>,
}

/// Why a call cannot be read, in a few words that follow the name of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CallError(String);

impl From<String> for CallError {
    fn from(problem: String) -> CallError {
        CallError(told(&problem))
    }
}

/// What is wrong with a file may quote its text, and goes to a terminal.
pub(super) fn told(problem: &str) -> String {
    one_line(problem, 500)
}

impl Call {
    /// Reads JSON, or one curl command.
    ///
    /// # Errors
    /// When the text is neither, or holds several commands.
    pub fn read(text: &[u8]) -> Result<Call, CallError> {
        Ok(Call::one(text)?)
    }

    fn one(text: &[u8]) -> Result<Call, String> {
        let start = text.trim_ascii_start();
        let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
        if matches!(start.first(), None | Some(b'{' | b'[' | b'"')) || !is_shell(start) {
            let value = read_payload(text).map_err(|error| error.to_string())?;
            return Call::of(value).map_err(|(_, problem)| problem);
        }
        let text = std::str::from_utf8(text).map_err(|_| "is no UTF-8 text".to_owned())?;
        let commands = shell::commands(text)?;
        let mut calls = commands.iter().filter_map(curl::read);
        match (calls.next(), calls.next()) {
            (None, _) => {
                let seen = curl::without_body(&commands);
                Err(format!("holds no curl command that sends a body{seen}"))
            }
            (Some(_), Some(_)) => Err("holds several commands; audit reads them all".to_owned()),
            (Some(sent), None) => Call::sent(sent.map_err(|broken| broken.problem)?),
        }
    }

    /// `{"url", "body"}`, as logs keep it, or a body alone; a logged body may be its text.
    pub(super) fn of(value: Value) -> Result<Call, (Option<String>, String)> {
        let Value::Object(mut object) = value else { return Ok(Call::alone(value)) };
        let is_body =
            |body: &Value| matches!(body, Value::Object(_) | Value::Array(_) | Value::String(_));
        let logged = object.get("url").is_some_and(Value::is_string)
            && object.get("body").is_some_and(is_body);
        if !logged {
            return Ok(Call::alone(object.into()));
        }
        let url = object.get("url").and_then(Value::as_str).map(str::to_owned);
        let body = match object.shift_remove("body").unwrap_or_default() {
            Value::String(text) if text.is_empty() => Value::Null,
            Value::String(text) => match read_payload(text.as_bytes()) {
                Ok(body) => body,
                Err(error) => return Err((url, format!("the text of body: {error}"))),
            },
            body => body,
        };
        Ok(Call { url, ..Call::alone(body) })
    }

    pub(super) const fn alone(body: Value) -> Call {
        Call { url: None, body, filled_in: None, headers: Vec::new() }
    }

    /// What a curl command sends.
    pub(super) fn sent(sent: curl::Sent) -> Result<Call, String> {
        let filled_in = sent.filled_in;
        let body = read_payload(sent.body.as_bytes()).map_err(|error| match &filled_in {
            Some(name) => format!("the body is no JSON before the shell fills in {name}: {error}"),
            None => format!("the body of the command: {error}"),
        })?;
        Ok(Call { url: sent.url, body, filled_in, headers: sent.headers })
    }

    /// What is known of it beforehand.
    pub fn hints<'a>(&'a self, from: Option<&'a str>) -> Hints<'a> {
        let mut hints = Hints::default();
        (hints.from, hints.url) = (from, self.url.as_deref());
        hints
    }
}

fn is_shell(start: &[u8]) -> bool {
    start.windows(4).any(|window| window == b"curl")
}

/// Bodies hold prompts, and addresses may hold keys.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Call { headers, filled_in, .. } = self;
        write!(f, "Call(headers {headers:?}, filled in {filled_in:?})")
    }
}
