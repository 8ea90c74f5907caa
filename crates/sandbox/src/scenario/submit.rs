//! `POST /generate/custom/{model}`, dry or paid.

use std::collections::HashMap;

use axum::extract::{Extension, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::{admit, asset, check, error, made, model, poll, webhook};
use crate::faults::Effect;
use crate::media::Spec;
use crate::provider::Provider;
use crate::reply::{either, json};
use crate::state::{App, Order};

pub(crate) async fn generate(
    State(app): State<App>,
    (Path(id), Query(query)): (Path<String>, Query<HashMap<String, String>>),
    Extension(effect): Extension<Effect>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // `dryRun` counts in the query only: in the body it is ignored and a paid job starts.
    let dry = query.get("dryRun").is_some_and(|it| it == "true" || it == "api");
    either(
        plan(&app, &id, &headers, &body, effect).and_then(|order| {
            if dry { Ok(json(269, &price(&order.specs))) } else { run(&app, order) }
        }),
    )
}

/// Everything that can be refused is refused here, on dry runs too.
fn plan(
    app: &App,
    id: &str,
    headers: &HeaderMap,
    body: &Bytes,
    effect: Effect,
) -> Result<Order, Response> {
    admit(app, headers, true)?;
    let (slug, schema) =
        model::find(app, id).ok_or_else(|| error::reason(404, &format!("Model {id} not found")))?;
    let mut body: Value =
        serde_json::from_slice(body).map_err(|_| error::reason(400, "Invalid JSON"))?;
    if let Some(members) = body.as_object_mut() {
        members.retain(|key, _| !["dryRun", "projectId", "ipDetection"].contains(&key.as_str()));
    }
    let properties = model::properties(schema);
    let checked =
        check::check(app, schema, &body, &properties).map_err(|text| error::reason(400, &text))?;
    asset::known(app, &checked.body, &properties)?;
    Ok(Order {
        provider: Provider::Scenario,
        id: format!("job_{}", app.ids.text(24)),
        vendor_id: id.to_owned(),
        specs: made::media(slug, &checked.body, app.options.seed),
        input: checked.body,
        effect: Effect { failure: effect.failure.or(checked.failure), ..effect },
        deadline: None,
    })
}

fn price(specs: &[Spec]) -> Value {
    let cost = model::cost(specs);
    json!({
        "creativeUnitsCost": cost, "creativeUnitsDiscount": 0,
        "costDetails": {"custom-generation": cost},
    })
}

fn run(app: &App, order: Order) -> Result<Response, Response> {
    if let Some(limit) = app.options.scenario_parallel
        && poll::unfinished(app) >= limit
    {
        return Err(error::concurrency(limit));
    }
    let mut body = price(&order.specs);
    let job = app.accept(order).ok_or_else(|| error::plain(500))?;
    body["job"] = poll::object(app, &job);
    webhook::watch(app, &job);
    Ok(json(200, &body))
}
