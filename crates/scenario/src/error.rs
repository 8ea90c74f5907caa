//! The vendor's errors, of calls and of jobs, in our words.
//!
//! No schema types them. Known from live replies (2026): the text stands in `reason`, at times in
//! `message`; the vendor's page on errors shows another form, `{status, code, message}`.

use std::time::Duration;

use genmux_core::{
    Charged, ErrorKind, Reply, Side, VendorError, ViolationKind, WireProblem, read_reply,
    retry_after, safe_text,
};
use serde_json::{Map, Value, json};

use crate::response::text;

/// Where the text of an error stands, in the order of the vendor's plugin for Blender.
const PLACES: [&str; 4] = ["reason", "message", "error", "detail"];

/// Words of an account that has run dry; which of 402 and 429 comes is not documented.
const CREDIT: [&str; 3] = ["credit", "compute unit", "creative unit"];

/// Words of a gateway that refuses the credentials with 403; every other 403 is a lack of rights.
const CREDENTIALS: [&str; 3] = ["authentication", "credential", "token"];

/// The JSON of a reply that tells of success, or the error of any other.
pub(crate) fn read_body(reply: &Reply) -> Result<Value, VendorError> {
    if reply.status().is_success() { read_reply(reply) } else { Err(refusal(reply)) }
}

fn refusal(reply: &Reply) -> VendorError {
    // Gateways answer in HTML, or in nothing.
    let body = match read_reply::<Map<String, Value>>(reply) {
        Ok(members) => Value::Object(members),
        Err(error) => return error,
    };
    let status = reply.status().as_u16();
    let said = words(&body).unwrap_or_default();
    let mut error = VendorError::of_status(status, message(status, said, &body));
    if error.kind == ErrorKind::Invalid {
        error.problems = problems(said);
    }
    error.kind = kind(&error, said, &body).unwrap_or(error.kind);
    error.retry_after = wait(&body).max(retry_after(reply));
    match code(&body) {
        Some(code) => error.with_code(&code),
        None => error,
    }
}

/// The first text at the known places.
pub(crate) fn words(value: &Value) -> Option<&str> {
    match value {
        Value::Object(members) => PLACES.iter().find_map(|key| words(members.get(*key)?)),
        Value::Array(items) => items.iter().find_map(words),
        other => text(other),
    }
}

/// The vendor's text, and what its other members add to it.
fn message(status: u16, said: &str, body: &Value) -> String {
    let said =
        if said.is_empty() { format!("HTTP {status} without a reason") } else { said.into() };
    let plan = find(body, "requiredPlan").and_then(text);
    let plan = plan.map(|plan| format!("it needs the plan {plan}"));
    let trace = text(&body["trace_id"]).or_else(|| text(&body["traceId"]));
    let trace = trace.map(|trace| format!("trace {trace}"));
    let parts = [Some(said), plan, limit(body), trace];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Too many jobs at once: where in the body the two stand is not documented.
fn limit(body: &Value) -> Option<String> {
    let limit = find(body, "actionLimit").filter(|limit| limit.is_number())?;
    let action = find(body, "actionName").and_then(text).unwrap_or("the team's plan");
    Some(format!("{action} allows {limit} at a time"))
}

/// What the body says better than the status.
fn kind(error: &VendorError, said: &str, body: &Value) -> Option<ErrorKind> {
    let said = said.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    match error.status? {
        _ if code(body).is_some_and(|name| name == "ModelAccessRestrictedError") => {
            Some(ErrorKind::Plan)
        }
        403 if says(&CREDENTIALS) => Some(ErrorKind::Auth),
        429 if is_throttle(body) => None,
        402 | 429 if says(&CREDIT) => Some(ErrorKind::Quota),
        // Told of a line of models that was taken away (changelog of the SDK), not of outputs.
        410 => Some(ErrorKind::NotFound),
        // What is refused before a run can only be the input.
        400 | 422 if error.problems.is_empty() => {
            moderation(&said).map(|_| ErrorKind::Moderation(Side::Input))
        }
        _ => None,
    }
}

fn is_throttle(body: &Value) -> bool {
    ["actionName", "actionLimit", "remainingSeconds"].iter().any(|key| find(body, key).is_some())
}

/// The rest of a team's cooldown.
fn wait(body: &Value) -> Option<Duration> {
    let rest = find(body, "remainingSeconds")?;
    let seconds: f64 = rest.as_f64().or_else(|| rest.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(seconds.max(0.0)).ok()
}

fn code(body: &Value) -> Option<String> {
    let mut values = ["name", "code"].iter().map(|key| &body[*key]);
    values.find_map(|value| match value {
        Value::Number(number) => Some(number.to_string()),
        other => text(other).map(str::to_owned),
    })
}

/// A member by its name, however deep it stands.
fn find<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Object(members) => {
            let own = members.get(key).filter(|value| !value.is_null());
            own.or_else(|| members.values().find_map(|value| find(value, key)))
        }
        Value::Array(items) => items.iter().find_map(|value| find(value, key)),
        _ => None,
    }
}

/// Why a job failed: `metadata.error`, and advice in `metadata.hint`; there is no `job.error`.
pub(crate) fn of_job(job: &Value) -> VendorError {
    let metadata = &job["metadata"];
    let said = words(&metadata["error"]);
    // The hint is advice for many causes and not taken as the cause.
    let kind = said.and_then(moderation).map_or(ErrorKind::ProviderFailed, ErrorKind::Moderation);
    let said = said.unwrap_or("the job failed, and the vendor does not say why");
    let mut error = match words(&metadata["hint"]) {
        Some(hint) => VendorError::new(kind, format!("{said}; {hint}")),
        None => VendorError::new(kind, said),
    };
    error.charged = charged(&job["billing"]);
    error
}

/// A failed job is refunded unless it says otherwise (`scenario-sdk` 2.4.0).
fn charged(billing: &Value) -> Charged {
    match (billing.is_object(), &billing["disableRefund"]) {
        (false, _) => Charged::Unknown,
        (true, Value::Bool(true)) => Charged::Yes,
        (true, _) => Charged::No,
    }
}

/// Whether a text tells of a content check, and of which side. No code does, only words.
fn moderation(said: &str) -> Option<Side> {
    let mut said = said.to_lowercase();
    for other in ["insensitive", "case-sensitive", "case sensitive"] {
        said = said.replace(other, "");
    }
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    // Not the whole stem: a moderate value is no content check.
    let checks = ["moderati", "moderated", "moderator", "nsfw", "sensitive", "content polic"];
    if !says(&checks) {
        return None;
    }
    match (says(&["input", "prompt"]), says(&["output", "generated"])) {
        (true, false) => Some(Side::Input),
        (false, true) => Some(Side::Output),
        _ => Some(Side::Either),
    }
}

/// The inputs that a text refuses: `Input prompt is required`, `Input width must be at least 672`.
fn problems(said: &str) -> Vec<WireProblem> {
    said.split("Input ").skip(1).filter_map(problem).collect()
}

fn problem(sentence: &str) -> Option<WireProblem> {
    let sentence = sentence.trim().trim_end_matches([',', ';', '.']);
    let (name, rule) = sentence.split_once(char::is_whitespace)?;
    let (kind, accepted) = broken(rule.trim_start())?;
    let wire = safe_text(name.trim_matches(['\'', '"', '`']));
    let message = safe_text(&format!("Input {sentence}"));
    Some(WireProblem { wire, kind, message, accepted })
}

fn broken(rule: &str) -> Option<(ViolationKind, Option<Value>)> {
    if rule.starts_with("is required") {
        return Some((ViolationKind::Missing, None));
    }
    if let Some(least) = rule.strip_prefix("must be at least ") {
        return Some((ViolationKind::BelowMinimum, bound("min", least)));
    }
    if let Some(most) = rule.strip_prefix("must be at most ") {
        return Some((ViolationKind::AboveMaximum, bound("max", most)));
    }
    let words = rule.strip_prefix("must be one of")?;
    Some((ViolationKind::NotAccepted, Some(list(words))))
}

fn bound(side: &str, text: &str) -> Option<Value> {
    let first = text.split_whitespace().next()?.trim_end_matches([',', ';', '.']);
    let number: Value = serde_json::from_str(first).ok()?;
    number.is_number().then(|| json!({side: number}))
}

/// As JSON or as words with commas between them.
fn list(text: &str) -> Value {
    let text = text.trim_start_matches(':').trim();
    if let Ok(Value::Array(items)) = serde_json::from_str(text) {
        return items.into_iter().filter(|item| item.is_number() || item.is_string()).collect();
    }
    let text = text.trim_matches(['[', ']']).replace(" or ", ",");
    let items = text.split(',').map(|item| item.trim().trim_matches(['\'', '"', '`']));
    items.filter(|item| !item.is_empty()).map(word).collect()
}

fn word(item: &str) -> Value {
    let number = serde_json::from_str(item).ok().filter(Value::is_number);
    number.unwrap_or_else(|| Value::String(safe_text(item)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::needless_pass_by_value)] // Cases are easier to read so.

    use genmux_core::Reply;
    use serde_json::json;

    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        http::Response::builder().status(status).body(body.to_owned().into()).unwrap()
    }

    #[track_caller]
    fn check(status: u16, body: &str, kind: ErrorKind, message: &str) -> VendorError {
        let error = read_body(&reply(status, body)).unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (kind, message));
        assert_eq!(error.status, Some(status));
        error
    }

    #[track_caller]
    fn check_problem(reason: &str, wire: &str, kind: ViolationKind, accepted: Option<Value>) {
        let body = json!({"reason": reason}).to_string();
        let error = check(400, &body, ErrorKind::Invalid, reason);
        let [problem] = error.problems.as_slice() else { panic!("{:?}", error.problems) };
        assert_eq!((problem.wire.as_str(), problem.kind), (wire, kind));
        assert_eq!(problem.accepted, accepted);
    }

    #[test]
    fn a_missing_input_is_named() {
        check_problem("Input prompt is required", "prompt", ViolationKind::Missing, None);
    }

    #[test]
    fn a_bound_is_read_with_its_number() {
        let (below, above) = (ViolationKind::BelowMinimum, ViolationKind::AboveMaximum);
        let bound = |bound| Some(bound);
        check_problem(
            "Input width must be at least 672",
            "width",
            below,
            bound(json!({"min": 672})),
        );
        check_problem("Input fps must be at least 0.5.", "fps", below, bound(json!({"min": 0.5})));
        check_problem(
            "Input width must be at most 3136",
            "width",
            above,
            bound(json!({"max": 3136})),
        );
        check_problem("Input width must be at most wide", "width", above, None);
    }

    #[test]
    fn words_are_read_in_whatever_form() {
        let check = |reason: &str, words: Value| {
            check_problem(reason, "size", ViolationKind::NotAccepted, Some(words));
        };
        check("Input size must be one of 2K, 4K", json!(["2K", "4K"]));
        check("Input size must be one of: '2K', '4K'.", json!(["2K", "4K"]));
        check("Input size must be one of [\"2K\",\"4K\"]", json!(["2K", "4K"]));
        check("Input `size` must be one of [4, 5 or 6]", json!([4, 5, 6]));
        check("Input size must be one of", json!([]));
    }

    #[test]
    fn several_inputs_are_several_problems() {
        let reason = "Input prompt is required, Input width must be at least 672";
        let body = json!({"reason": reason}).to_string();
        let error = check(400, &body, ErrorKind::Invalid, reason);
        let wires: Vec<_> = error.problems.iter().map(|problem| problem.wire.as_str()).collect();
        assert_eq!(wires, ["prompt", "width"]);
        assert_eq!(error.problems[0].message, "Input prompt is required");
    }

    #[test]
    fn a_refusal_in_other_words_names_no_input() {
        for reason in ["Unhandled image format", "Input", "Input ", "Input width", "Input a is odd"]
        {
            let body = json!({"reason": reason}).to_string();
            let error = check(400, &body, ErrorKind::Invalid, reason.trim());
            assert_eq!((error.problems, error.charged), (vec![], Charged::No));
        }
    }

    #[test]
    fn the_text_is_looked_for_in_order() {
        let check = |body: Value, message: &str| {
            let error = check(400, &body.to_string(), ErrorKind::Invalid, message);
            assert_eq!(error.charged, Charged::No);
        };
        check(json!({"detail": "d", "error": "e", "message": "m", "reason": "r"}), "r");
        check(json!({"detail": "d", "error": "e", "message": "m"}), "m");
        check(json!({"detail": "d", "error": "e", "message": " "}), "e");
        check(json!({"detail": "d", "error": null, "reason": 7}), "d");
        check(json!({"error": {"message": "nested"}}), "nested");
        check(json!({"detail": [{"loc": ["body"], "message": "listed"}]}), "listed");
        check(json!({"unknown": "?"}), "HTTP 400 without a reason");
        check(json!({}), "HTTP 400 without a reason");
    }

    #[test]
    fn the_form_of_the_page_on_errors_is_read_too() {
        let body = r#"{"status":"error","code":"INVALID_PARAMETER","message":"bad size"}"#;
        let error = check(400, body, ErrorKind::Invalid, "bad size");
        assert_eq!(error.code.as_deref(), Some("INVALID_PARAMETER"));
        let numbered = check(400, r#"{"code":17,"reason":"no"}"#, ErrorKind::Invalid, "no");
        assert_eq!(numbered.code.as_deref(), Some("17"));
    }

    #[test]
    fn a_trace_is_kept() {
        for key in ["trace_id", "traceId"] {
            let body = json!({"reason": "oops", key: "t-1"}).to_string();
            check(500, &body, ErrorKind::ProviderFailed, "oops; trace t-1");
        }
    }

    #[test]
    fn wrong_credentials() {
        check(401, r#"{"reason":"Unauthorized"}"#, ErrorKind::Auth, "Unauthorized");
        check(401, "", ErrorKind::Auth, "HTTP 401 without a body that can be read");
        let body = r#"{"message":"Missing Authentication Token"}"#;
        check(403, body, ErrorKind::Auth, "Missing Authentication Token");
    }

    #[test]
    fn a_model_beyond_the_plan_names_the_plan() {
        let body = json!({
            "name": "ModelAccessRestrictedError", "reason": "Model is restricted",
            "modelId": "model_1", "requiredPlan": "cu-pro-q3-25",
        });
        let message = "Model is restricted; it needs the plan cu-pro-q3-25";
        let error = check(403, &body.to_string(), ErrorKind::Plan, message);
        assert_eq!(error.code.as_deref(), Some("ModelAccessRestrictedError"));
        assert!(!error.kind.is_transient());
        let nested = json!({
            "name": "ModelAccessRestrictedError", "details": {"requiredPlan": "cu-max"}
        });
        let message = "HTTP 403 without a reason; it needs the plan cu-max";
        check(403, &nested.to_string(), ErrorKind::Plan, message);
    }

    #[test]
    fn a_lack_of_rights_is_the_plan() {
        let text = "API Keys cannot access protected resources";
        check(403, &json!({"message": text}).to_string(), ErrorKind::Plan, text);
        check(403, r#"{"reason":"wrong project"}"#, ErrorKind::Plan, "wrong project");
    }

    #[test]
    fn what_is_not_there() {
        check(404, r#"{"reason":"no such model"}"#, ErrorKind::NotFound, "no such model");
        let text = "Creating SD 1.5 and SDXL models is no longer available.";
        check(410, &json!({"reason": text}).to_string(), ErrorKind::NotFound, text);
    }

    #[test]
    fn too_many_jobs_wherever_the_details_stand() {
        let details = json!({"actionName": "custom", "actionLimit": 5});
        for body in [
            json!({"reason": "too many", "details": details}),
            json!({"reason": "too many", "error": {"info": [{"details": details}]}}),
        ] {
            let message = "too many; custom allows 5 at a time";
            let error = check(429, &body.to_string(), ErrorKind::RateLimited, message);
            assert_eq!((error.retry_after, error.charged), (None, Charged::No));
        }
    }

    #[test]
    fn a_limit_on_jobs_is_not_a_lack_of_credit() {
        let body = json!({"reason": "credits are used by 5 jobs", "details": {"actionName": "a"}});
        let text = "credits are used by 5 jobs";
        check(429, &body.to_string(), ErrorKind::RateLimited, text);
    }

    #[test]
    fn no_credit_left() {
        for text in ["Not enough credits", "Compute Units exhausted", "no creative units"] {
            let body = json!({"reason": text}).to_string();
            check(402, &body, ErrorKind::Quota, text);
            check(429, &body, ErrorKind::Quota, text);
        }
        check(402, r#"{"reason":"pay"}"#, ErrorKind::Quota, "pay");
        check(429, r#"{"reason":"slow down"}"#, ErrorKind::RateLimited, "slow down");
    }

    #[track_caller]
    fn check_wait(header: Option<&str>, rest: Value, expected: Option<u64>) {
        let mut reply = reply(429, &json!({"reason": "w", "remainingSeconds": rest}).to_string());
        if let Some(text) = header {
            reply.headers_mut().insert("retry-after", text.parse().unwrap());
        }
        let error = read_body(&reply).unwrap_err();
        assert_eq!(error.kind, ErrorKind::RateLimited);
        assert_eq!(error.retry_after, expected.map(Duration::from_millis));
    }

    #[test]
    fn the_longer_of_two_waits_holds() {
        check_wait(None, json!(900), Some(900_000));
        check_wait(None, json!("12.5"), Some(12_500));
        check_wait(Some("7"), Value::Null, Some(7_000));
        check_wait(Some("7"), json!(9), Some(9_000));
        check_wait(Some("7"), json!(2), Some(7_000));
    }

    #[test]
    fn absurd_waits_are_none() {
        check_wait(None, json!(-5), Some(0));
        check_wait(None, json!(1e300), None);
        check_wait(None, json!("inf"), None);
        check_wait(None, json!("NaN"), Some(0));
        check_wait(None, json!("soon"), None);
        check_wait(None, json!([]), None);
    }

    #[test]
    fn a_gateway_answers_in_html_or_in_nothing() {
        for body in ["<html><h1>502 Bad Gateway</h1></html>", "", "\"text\"", "[]", "{\"reason\":"]
        {
            let message = "HTTP 502 without a body that can be read";
            let error = check(502, body, ErrorKind::ProviderFailed, message);
            assert_eq!(error.charged, Charged::Unknown);
        }
        let message = "HTTP 504 without a body that can be read";
        check(504, "<html>", ErrorKind::Timeout, message);
    }

    #[test]
    fn a_good_status_with_another_body_cannot_be_read() {
        for body in ["<html>", "", "{\"job\":"] {
            let error = read_body(&reply(200, body)).unwrap_err();
            assert_eq!((error.kind, error.charged), (ErrorKind::Decode, Charged::Unknown));
        }
    }

    #[test]
    fn a_redirect_is_no_success() {
        let error = read_body(&reply(307, "{}")).unwrap_err();
        assert_eq!((error.kind, error.charged), (ErrorKind::Decode, Charged::Unknown));
    }

    #[test]
    fn a_refusal_by_the_content_check_is_of_the_input() {
        let text = "Refused by our content policy";
        let body = json!({"reason": text}).to_string();
        check(400, &body, ErrorKind::Moderation(Side::Input), text);
        let text = "Input moderation must be one of auto, low";
        check(400, &json!({"reason": text}).to_string(), ErrorKind::Invalid, text);
    }

    #[test]
    fn messages_hold_no_signatures_and_no_media() {
        let media = "A".repeat(500);
        let reason =
            format!("bad https://cdn.example/a?Signature=SECRET and data:a;base64,{media}");
        let body = json!({"reason": reason, "name": media, "traceId": media}).to_string();
        let error = read_body(&reply(400, &body)).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("SECRET") && !shown.contains("AAAA"), "{shown}");
    }

    #[track_caller]
    fn check_job(metadata: Value, billing: Value, kind: ErrorKind, charged: Charged) -> String {
        let error = of_job(&json!({"metadata": metadata, "billing": billing}));
        assert_eq!((error.kind, error.charged), (kind, charged), "{error}");
        error.message
    }

    #[test]
    fn a_failed_job_says_why() {
        let failed =
            |metadata| check_job(metadata, json!({}), ErrorKind::ProviderFailed, Charged::No);
        assert_eq!(failed(json!({"error": "upstream is down"})), "upstream is down");
        let both = json!({"error": "upstream is down", "hint": "try later"});
        assert_eq!(failed(both), "upstream is down; try later");
        assert_eq!(failed(json!({"error": {"message": "as an object"}})), "as an object");
        let silent = "the job failed, and the vendor does not say why";
        assert_eq!(failed(json!({"error": null, "hint": 4})), silent);
        assert_eq!(failed(Value::Null), silent);
    }

    #[test]
    fn a_failed_job_is_refunded_unless_it_says_otherwise() {
        let kind = ErrorKind::ProviderFailed;
        check_job(json!({}), json!({"cuCost": 9}), kind, Charged::No);
        check_job(json!({}), json!({"cuCost": 9, "disableRefund": false}), kind, Charged::No);
        check_job(json!({}), json!({"cuCost": 9, "disableRefund": null}), kind, Charged::No);
        check_job(json!({}), json!({"cuCost": 9, "disableRefund": true}), kind, Charged::Yes);
        check_job(json!({}), Value::Null, kind, Charged::Unknown);
        check_job(json!({}), json!("odd"), kind, Charged::Unknown);
    }

    #[track_caller]
    fn check_side(error: &str, side: Option<Side>) {
        let kind = side.map_or(ErrorKind::ProviderFailed, ErrorKind::Moderation);
        check_job(json!({"error": error}), json!({}), kind, Charged::No);
    }

    #[test]
    fn content_checks_are_known_by_their_words() {
        check_side("The prompt was flagged by moderation", Some(Side::Input));
        check_side("input text may contain Sensitive information", Some(Side::Input));
        check_side("OutputVideoSensitiveContentDetected", Some(Side::Output));
        check_side("generated image is NSFW", Some(Side::Output));
        check_side("violates the content policy", Some(Side::Either));
        check_side("NSFW output for this prompt", Some(Side::Either));
    }

    #[test]
    fn other_texts_are_no_content_checks() {
        check_side("model ids are case-sensitive", None);
        check_side("names are case-insensitive", None);
        check_side("use a moderate guidance", None);
        check_side("timed out", None);
        let hint = json!({"error": "upstream is down", "hint": "avoid sensitive prompts"});
        check_job(hint, json!({}), ErrorKind::ProviderFailed, Charged::No);
    }
}
