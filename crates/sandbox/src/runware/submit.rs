//! New tasks.

use serde_json::{Value, json};

use super::error::Refusal;
use super::{Answer, check, model, webhook};
use crate::faults::Effect;
use crate::media::Spec;
use crate::provider::Provider;
use crate::state::{App, Order};

/// Acknowledged, or to be answered when it is done.
pub(crate) enum Accepted {
    Now(Answer),
    Later(String),
}

pub(crate) fn submit(app: &App, task: &Value, effect: Effect) -> Accepted {
    match accept(app, task, effect) {
        Err(refusals) => Accepted::Now(Answer::refused(task, &refusals)),
        Ok(id) if waits(task) => Accepted::Later(id),
        // The acknowledgement carries nothing that looks like a result: SDKs would believe it.
        Ok(id) => {
            Accepted::Now(Answer::data(json!({"taskType": task["taskType"], "taskUUID": id})))
        }
    }
}

/// Pictures are synchronous unless asked otherwise, videos never.
fn waits(task: &Value) -> bool {
    task["taskType"] == "imageInference" && task["deliveryMethod"] != "async"
}

fn accept(app: &App, task: &Value, effect: Effect) -> Result<String, Vec<Refusal>> {
    let (checked, specs) = read(app, task)?;
    let id = checked["taskUUID"].as_str().unwrap_or_default().to_owned();
    let order = Order {
        provider: Provider::Runware,
        id: id.clone(),
        vendor_id: checked["model"].as_str().unwrap_or_default().to_owned(),
        input: checked,
        specs,
        effect,
        deadline: None,
    };
    let job = app.accept(order).ok_or_else(|| vec![conflict()])?;
    webhook::watch(app, &job);
    Ok(id)
}

fn read(app: &App, task: &Value) -> Result<(Value, Vec<Spec>), Vec<Refusal>> {
    let checked = check::check(app, task)?;
    let specs = model::media(&checked, app.options.seed).ok_or_else(|| vec![no_webm()])?;
    Ok((checked, specs))
}

/// Validated and priced, neither run nor remembered.
pub(crate) fn dry(app: &App, task: &Value) -> Answer {
    match read(app, task) {
        Err(refusals) => Answer::refused(task, &refusals),
        Ok((checked, specs)) => Answer::data(json!({
            "taskType": checked["taskType"],
            "taskUUID": checked["taskUUID"],
            "cost": model::cost(&specs),
        })),
    }
}

fn conflict() -> Refusal {
    Refusal::new("conflictTaskUUID", "this taskUUID was used before")
        .on("taskUUID")
        .of_type("string")
}

/// The sandbox has no encoder for it and does not rename another file.
fn no_webm() -> Refusal {
    Refusal::new("invalidOutputFormat", "the sandbox cannot make this format")
        .on("outputFormat")
        .of_type("string")
        .allowing(json!(["MP4", "MOV"]))
}
