//! Error objects and the status codes that carry them (runware.ai/docs/models-api/errors).

use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::keys::Refused;
use crate::reply;

/// One entry of `errors`, before it knows its task.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// One name or several; null if none is at fault.
    pub(crate) parameter: Value,
    pub(crate) kind: Option<&'static str>,
    pub(crate) allowed: Option<Value>,
}

impl Refusal {
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            code: code.into(),
            message: message.into(),
            parameter: Value::Null,
            kind: None,
            allowed: None,
        }
    }

    pub(crate) fn on(self, parameter: impl Into<Value>) -> Self {
        Self { parameter: parameter.into(), ..self }
    }

    pub(crate) fn of_type(self, kind: &'static str) -> Self {
        Self { kind: Some(kind), ..self }
    }

    pub(crate) fn allowing(self, values: Value) -> Self {
        Self { allowed: Some(values), ..self }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The entry for a task; keys without a value are left out.
    pub(crate) fn body(&self, task: &Value) -> Value {
        let name = self.parameter.as_str().or_else(|| self.parameter[0].as_str());
        let page = name.map(|name| documentation(task, name));
        let members = [
            ("code", json!(self.code)),
            ("message", json!(self.message)),
            ("parameter", self.parameter.clone()),
            ("type", json!(self.kind)),
            ("documentation", json!(page)),
            ("taskType", task["taskType"].clone()),
            ("taskUUID", task["taskUUID"].clone()),
            ("allowedValues", json!(self.allowed)),
        ];
        let present = members.into_iter().filter(|(_, value)| !value.is_null());
        Value::Object(present.map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
    }
}

fn documentation(task: &Value, parameter: &str) -> String {
    let model = task["model"].as_str().unwrap_or_default().replace([':', '@', '.'], "-");
    format!("https://runware.ai/docs/models/{model}#request-{parameter}")
}

pub(crate) fn refused_key(refused: Refused) -> Response {
    let login = json!({"taskType": "authentication"});
    match refused {
        Refused::Throttled => throttled(Some(1)),
        other => {
            let refusal = key_refusal(other);
            response(refusal.status, &refusal.body(&login))
        }
    }
}

/// What is said about a key.
pub(crate) fn key_refusal(refused: Refused) -> Refusal {
    let on_key = |refusal: Refusal| refusal.on("apiKey").of_type("string").with_status(401);
    match refused {
        Refused::Missing => on_key(Refusal::new("missingApiKey", "no API key was given")),
        Refused::Invalid => {
            let text = "Invalid API key. Get one at https://my.runware.ai/signup";
            on_key(Refusal::new("invalidApiKey", text))
        }
        Refused::NoCredit => {
            Refusal::new("insufficientCredits", "the balance is too low").with_status(402)
        }
        Refused::NoPlan => {
            Refusal::new("insufficientPermissions", "this key may not do that").with_status(403)
        }
        Refused::Throttled => full(Some(1)),
    }
}

pub(crate) fn throttled(seconds: Option<u64>) -> Response {
    let mut response = response(429, &full(seconds).body(&Value::Null));
    if let Some(seconds) = seconds {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The queue is full; the wait is also written into the message, since no field is documented.
pub(crate) fn full(seconds: Option<u64>) -> Refusal {
    let wait = seconds.map(|it| format!("; try again in {it} seconds")).unwrap_or_default();
    Refusal::new("rateLimitExceeded", format!("the queue is full{wait}")).with_status(429)
}

/// An error without a task, as a gateway gives it.
pub(crate) fn plain(status: u16) -> Response {
    response(status, &of_status(status).body(&Value::Null))
}

/// An error of which only the status is known.
pub(crate) fn of_status(status: u16) -> Refusal {
    let code = match status {
        401 => "invalidApiKey",
        402 => "insufficientCredits",
        403 => "insufficientPermissions",
        404 => "taskNotFound",
        429 => return full(None),
        504 => "failedTaskTimeout",
        503 => "serviceUnavailable",
        500.. => "internalServerError",
        _ => "unknownError",
    };
    Refusal::new(code, format!("status {status}")).with_status(status)
}

fn response(status: u16, error: &Value) -> Response {
    reply::json(status, &json!({"data": [], "errors": [error]}))
}
