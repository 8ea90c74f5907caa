//! New predictions, by model or by version.

use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::http::header::HeaderValue;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::{admit, catalog, check, error, made, poll, webhook};
use crate::faults::Effect;
use crate::jobs::Job;
use crate::provider::Provider;
use crate::reply::{either, header, json};
use crate::state::{App, Order};

/// A call, as both routes have it.
struct Call {
    app: App,
    headers: HeaderMap,
    effect: Effect,
}

pub(crate) async fn by_model(
    State(app): State<App>,
    Path((owner, name)): Path<(String, String)>,
    Extension(effect): Extension<Effect>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = Call { app, headers, effect };
    let slug = catalog::slug(&owner, &name).ok_or_else(error::not_found);
    either(create(call, slug, &body, false).await)
}

/// `version` may be `owner/name` of an official model; hashes of hidden versions are refused.
pub(crate) async fn by_version(
    State(app): State<App>,
    Extension(effect): Extension<Effect>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let call = Call { app, headers, effect };
    let version = read(&body).and_then(|it| it.get("version")?.as_str().map(str::to_owned));
    let named = version.as_deref().and_then(|it| it.split_once('/'));
    let slug = match (&version, named) {
        // Without a version, the check of the body has its own word.
        (None, _) => Ok(""),
        (_, Some((owner, name))) => catalog::slug(owner, name).ok_or_else(error::bad_version),
        _ => Err(error::bad_version()),
    };
    either(create(call, slug, &body, true).await)
}

fn read(body: &Bytes) -> Option<Map<String, Value>> {
    serde_json::from_slice(body).ok()
}

async fn create(
    call: Call,
    slug: Result<&'static str, Response>,
    body: &Bytes,
    by_version: bool,
) -> Result<Response, Response> {
    // Bad input is told even to accounts without credit.
    admit(&call.app, &call.headers, false)?;
    let body = read(body).ok_or_else(|| error::plain(400))?;
    refuse(&check::body(&body, by_version))?;
    let slug = slug?;
    let schema = catalog::input_schema(slug).ok_or_else(error::not_found)?;
    refuse(&check::input(&body["input"], &schema))?;
    admit(&call.app, &call.headers, true)?;
    let job = accept(&call, slug, &body)?;
    webhook::watch(&call.app, &job, &body);
    Ok(answer(&call, job).await)
}

fn refuse(found: &[check::Invalid]) -> Result<(), Response> {
    if found.is_empty() { Ok(()) } else { Err(error::invalid(found)) }
}

fn accept(call: &Call, slug: &str, body: &Map<String, Value>) -> Result<Job, Response> {
    let (app, input) = (&call.app, &body["input"]);
    let deadline = match header(&call.headers, "cancel-after") {
        None => None,
        Some(text) => Some(span(text).ok_or_else(error::bad_deadline)?),
    };
    let mut effect = call.effect.clone();
    effect.failure = effect.failure.or_else(|| made::fails_later(app, slug, input));
    let order = Order {
        provider: Provider::Replicate,
        id: app.ids.text(26),
        vendor_id: format!("bytedance/{}", catalog::name(slug)),
        input: input.clone(),
        specs: made::media(slug, input, app.options.seed),
        effect,
        deadline,
    };
    app.accept(order).ok_or_else(|| error::plain(500))
}

/// At once, or with `Prefer: wait` when the output is there. Either way the answer is not final.
async fn answer(call: &Call, job: Job) -> Response {
    let app = &call.app;
    let prefer = header(&call.headers, "prefer").filter(|it| it.starts_with("wait"));
    let Some(prefer) = prefer else { return json(201, &poll::created(app, &job, false)) };
    let seconds = prefer.strip_prefix("wait=").and_then(|it| it.parse().ok()).unwrap_or(60);
    let waited = app.wait(Provider::Replicate, &job.id, u64::min(seconds, 60) * 1000).await;
    let job = waited.unwrap_or(job);
    let mut response = json(201, &poll::created(app, &job, true));
    if let Ok(applied) = HeaderValue::from_str(prefer) {
        response.headers_mut().insert("preference-applied", applied);
    }
    response
}

/// Milliseconds of `30`, `30s`, `5m` or `2h30m`; at least five seconds.
fn span(text: &str) -> Option<u64> {
    let (mut total, mut number) = (0_u64, None);
    for letter in text.trim().chars() {
        if let Some(digit) = letter.to_digit(10) {
            number = Some(number.unwrap_or(0_u64).checked_mul(10)?.checked_add(digit.into())?);
            continue;
        }
        let seconds = match letter {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(seconds)?)?;
    }
    total.checked_add(number.unwrap_or(0)).filter(|it| *it >= 5)?.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn spans_are_read_in_all_forms() {
        assert_eq!(span("30"), Some(30_000));
        assert_eq!(span("5m"), Some(300_000));
        assert_eq!(span("1h30m45s"), Some(5_445_000));
        assert_eq!(span("4s"), None);
        assert_eq!(span("soon"), None);
        assert_eq!(span("18446744073709551616"), None);
        assert_eq!(span("18446744073709551615h"), None);
    }
}
