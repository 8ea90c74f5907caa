//! Tasks read out of a body, bare or in an array.

use genmux_core::{Enclosed, Kind, LiftError};
use serde_json::Value;

const BARE: &str = "the body is a bare object; the vendor takes an array of tasks";

/// The tasks that ask for pictures or clips. Those that log in or keep a connection open are no
/// requests; others beside a request make it one that nobody can read as a whole.
pub(crate) fn read<'a>(url: Option<&str>, body: &'a Value) -> Result<Vec<Enclosed<'a>>, LiftError> {
    let tasks = match body {
        Value::Array(tasks) => tasks.as_slice(),
        one => std::slice::from_ref(one),
    };
    let types: Vec<&str> = tasks.iter().map(task_type).collect();
    let kinds = |types: &[&str]| types.iter().filter_map(|name| kind(name)).collect::<Vec<_>>();
    if kinds(&types).is_empty() {
        return Ok(untyped(url, tasks));
    }
    let service = |name: &&str| matches!(*name, "authentication" | "ping");
    let mut asked = types.iter().filter(|name| !service(name));
    let first = asked.next().copied().unwrap_or_default();
    if let Some(other) = asked.find(|name| **name != first) {
        let other = if other.is_empty() { "one without a type" } else { other };
        let other: String = other.chars().take(40).collect();
        let message = format!("the array holds tasks of two kinds, {first} and {other}; give one");
        return Err(LiftError::Body(message));
    }
    let requests = tasks.iter().zip(types).filter_map(|(task, name)| Some((task, kind(name)?)));
    let bare = (url.is_some() && body.is_object()).then_some(BARE);
    Ok(requests.map(|(task, kind)| of_kind(task, kind).malformed(bare)).collect())
}

/// A lone object without a task type may be what somebody keeps of a task.
fn untyped<'a>(url: Option<&str>, tasks: &'a [Value]) -> Vec<Enclosed<'a>> {
    match tasks {
        [task] if url.is_none() && task.is_object() && task_type(task).is_empty() => {
            vec![of_model(task)]
        }
        _ => Vec::new(),
    }
}

/// What the pages of the models document; clips take too long to wait for.
const OF_IMAGES: &[(&str, &[&str])] = &[("deliveryMethod", &["sync", "async"])];
const OF_VIDEOS: &[(&str, &[&str])] = &[("deliveryMethod", &["async"])];

fn of_kind(task: &Value, kind: Kind) -> Enclosed<'_> {
    let sent = of_model(task).certain(Some(kind));
    sent.documented(if kind == Kind::Video { OF_VIDEOS } else { OF_IMAGES })
}

fn of_model(task: &Value) -> Enclosed<'_> {
    Enclosed::bare(task).strict().of(task["model"].as_str().map(Into::into))
}

fn task_type(task: &Value) -> &str {
    task["taskType"].as_str().unwrap_or_default()
}

fn kind(task_type: &str) -> Option<Kind> {
    match task_type {
        "imageInference" => Some(Kind::Image),
        "videoInference" => Some(Kind::Video),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(body: &Value, expected: &str) {
        let read = match read(None, body) {
            Ok(sent) => {
                let model = |sent: &Enclosed<'_>| format!("{:?} {}", sent.kind, sent.is_certain);
                sent.iter().map(model).collect::<Vec<_>>().join(", ")
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(read, expected, "{body}");
    }

    #[test]
    fn tasks_stand_bare_or_in_an_array() {
        let image = json!({ "taskType": "imageInference", "model": "a:1@1" });
        let video = json!({ "taskType": "videoInference", "model": "a:1@1" });
        let login = json!({ "taskType": "authentication", "apiKey": "secret" });
        check(&image, "Some(Image) true");
        check(&json!([login, image, image]), "Some(Image) true, Some(Image) true");
        let two = "the array holds tasks of two kinds, imageInference and videoInference; give one";
        check(&json!([image, video]), two);
        check(&json!([{ "taskType": "getResponse", "taskUUID": "x" }]), "");
        check(&json!([login]), "");
        check(&json!([]), "");
        check(&json!("x"), "");
        check(&json!({ "positivePrompt": "a" }), "None false");
        check(
            &json!([image, {}]),
            "the array holds tasks of two kinds, imageInference and one without a type; give one",
        );
    }
}
