//! The vendor's errors in our words: refusals of calls, and reasons of failed predictions.
//!
//! Refusals are `application/problem+json` with `title`, `detail` and `status`; a refused input
//! adds `invalid_fields`, whose types and texts are those of the Go library gojsonschema.

use std::time::Duration;

use genmux_core::{
    Charged, ErrorKind, Reply, Side, VendorError, ViolationKind, WireProblem, read_reply, reason,
    retry_after, safe_text,
};
use serde_json::{Number, Value, json};

/// The body of a reply that was a success.
///
/// # Errors
/// What the vendor refuses, or that the body cannot be read.
pub(crate) fn read_body(reply: &Reply) -> Result<Value, VendorError> {
    let body = read_reply(reply)?;
    if reply.status().is_success() { Ok(body) } else { Err(read_refusal(reply, &body)) }
}

fn read_refusal(reply: &Reply, body: &Value) -> VendorError {
    let status = reply.status().as_u16();
    let mut error = VendorError::of_status(status, message(status, body));
    error.retry_after = longest_wait(reply, body);
    error.problems = read_problems(body);
    error
}

/// Title and detail, as far as they are there; a detail of items is told by their texts.
fn message(status: u16, body: &Value) -> String {
    let items = body["detail"].as_array().into_iter().flatten();
    let detail: Vec<&str> = match body["detail"].as_str() {
        Some(text) => vec![text],
        None => items.filter_map(|item| item["msg"].as_str()).collect(),
    };
    let detail = detail.join("; ");
    let parts = [body["title"].as_str().unwrap_or_default(), detail.trim()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { format!("HTTP {status} without a reason") } else { parts.join(": ") }
}

/// The longest of the waits that header, body and text name.
///
/// `retry_after` was seen below $5 of credit (2026), the header never; other bodies tell their wait
/// only within the text (rate limits, 2026-11).
fn longest_wait(reply: &Reply, body: &Value) -> Option<Duration> {
    let stated = body["retry_after"].as_f64().and_then(seconds);
    let told = body["detail"].as_str().and_then(wait_in_text);
    [retry_after(reply), stated, told].into_iter().flatten().max()
}

/// `resets in ~9s`, `available in 1 second`.
fn wait_in_text(text: &str) -> Option<Duration> {
    let mut after = ["resets in ", "available in "].iter();
    let rest = after.find_map(|mark| Some(text.split_once(mark)?.1))?.trim_start_matches('~');
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, unit) = rest.split_at(end);
    if unit.trim_start().starts_with('s') { seconds(number.parse().ok()?) } else { None }
}

fn seconds(number: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(number.max(0.0)).ok()
}

/// What is wrong with which parameter, from the most certain of three forms.
fn read_problems(body: &Value) -> Vec<WireProblem> {
    let fields = body["invalid_fields"].as_array().into_iter().flatten();
    let fields: Vec<WireProblem> = fields.filter_map(of_field).collect();
    if !fields.is_empty() {
        return fields;
    }
    match &body["detail"] {
        Value::String(text) => text.lines().filter_map(of_line).collect(),
        Value::Array(items) => items.iter().filter_map(of_item).collect(),
        _ => Vec::new(),
    }
}

/// `{"type": "enum", "field": "input.format", "description": "..."}`.
fn of_field(field: &Value) -> Option<WireProblem> {
    let text = |key: &str| field[key].as_str().unwrap_or_default();
    field.is_object().then(|| problem(text("field"), text("type"), text("description")))
}

/// `- input.format: ...`; at the root no name stands before the text.
fn of_line(line: &str) -> Option<WireProblem> {
    let rest = line.trim().strip_prefix("- ")?;
    match rest.split_once(": ") {
        Some((field, text)) if !field.contains(' ') => Some(problem(field, "", text)),
        _ => Some(problem("", "", rest)),
    }
}

/// `{"loc": ["body", "input", "prompt"], "msg": "...", "type": "value_error.missing"}`: the form
/// within the containers of models (github.com/replicate/cog, 2026-08).
fn of_item(item: &Value) -> Option<WireProblem> {
    let parts = item["loc"].as_array()?.iter().skip_while(|part| *part == "body");
    let parts: Vec<String> =
        parts.map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned)).collect();
    let missing = item["type"].as_str().is_some_and(|word| word.ends_with("missing"));
    let kind = if missing { ViolationKind::Missing } else { ViolationKind::NotAccepted };
    let message = reason(item["msg"].as_str().unwrap_or_default());
    Some(WireProblem { wire: in_payload(&parts.join(".")), kind, message, accepted: None })
}

/// Type and text of every finding that gojsonschema words, and what limit it breaks.
const FINDINGS: &[(&str, &str, ViolationKind)] = &[
    ("required", " is required", ViolationKind::Missing),
    ("additional_property_not_allowed", "Additional property ", ViolationKind::Unsupported),
    ("enum", " must be one of the following: ", ViolationKind::NotAccepted),
    ("number_lte", "Must be less than ", ViolationKind::AboveMaximum),
    ("number_lt", "Must be less than ", ViolationKind::AboveMaximum),
    ("number_gte", "Must be greater than ", ViolationKind::BelowMinimum),
    ("number_gt", "Must be greater than ", ViolationKind::BelowMinimum),
    ("array_max_items", "Array must have at most ", ViolationKind::TooMany),
    ("array_min_items", "Array must have at least ", ViolationKind::TooFew),
    ("string_lte", "String length must be less than ", ViolationKind::TooLong),
    ("string_gte", "String length must be greater than ", ViolationKind::TooShort),
    ("multiple_of", "Must be a multiple of ", ViolationKind::OffStep),
];

fn problem(field: &str, word: &str, text: &str) -> WireProblem {
    let text = text.trim();
    let by_word = FINDINGS.iter().find(|finding| finding.0 == word);
    let finding = by_word.or_else(|| FINDINGS.iter().find(|finding| text.contains(finding.1)));
    // Types such as `invalid_type`, `format` and `pattern`, and those never seen before.
    let kind = finding.map_or(ViolationKind::NotAccepted, |finding| finding.2);
    let wire = wire(field, kind, text);
    WireProblem { wire, kind, message: reason(text), accepted: accepted(kind, text) }
}

/// Of two kinds of finding, `field` is the parent, and the text names the parameter.
fn wire(field: &str, kind: ViolationKind, text: &str) -> String {
    let name = match kind {
        ViolationKind::Missing => text.strip_suffix(" is required"),
        ViolationKind::Unsupported => text
            .strip_prefix("Additional property ")
            .and_then(|rest| rest.strip_suffix(" is not allowed")),
        _ => None,
    };
    match name {
        Some(name) if field.is_empty() => in_payload(name),
        Some(name) => in_payload(&format!("{field}.{name}")),
        None => in_payload(field),
    }
}

/// The payload is the value of `input`; keys beside it keep their names.
fn in_payload(path: &str) -> String {
    safe_text(if path == "input" { "" } else { path.strip_prefix("input.").unwrap_or(path) })
}

fn accepted(kind: ViolationKind, text: &str) -> Option<Value> {
    use ViolationKind as Kind;
    match kind {
        Kind::NotAccepted => {
            let (_, values) = text.split_once(" must be one of the following: ")?;
            serde_json::from_str(&format!("[{values}]")).ok()
        }
        Kind::AboveMaximum | Kind::TooMany | Kind::TooLong => Some(json!({ "max": bound(text)? })),
        Kind::BelowMinimum | Kind::TooFew | Kind::TooShort => Some(json!({ "min": bound(text)? })),
        Kind::OffStep => Some(json!({ "step": bound(text)? })),
        _ => None,
    }
}

/// The number of a text, if it is itself accepted: `Must be less than 5` tells none.
fn bound(text: &str) -> Option<Number> {
    let marks = ["equal to ", "at most ", "at least ", "multiple of "];
    let rest = marks.iter().find_map(|mark| Some(text.split_once(mark)?.1))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// Why a prediction failed, from its `error`.
///
/// Whether a failed prediction is billed depends on the model, and no reply says it.
pub(crate) fn read_failure(error: &Value) -> VendorError {
    let text = error.as_str().or_else(|| error["detail"].as_str()).unwrap_or_default();
    let reason =
        if text.trim().is_empty() { "the prediction failed without a reason" } else { text };
    let code = code(text).unwrap_or_default();
    let mut failure = VendorError::new(kind_of(code), reason).with_code(code);
    failure.charged = Charged::Unknown;
    failure
}

/// The code in parentheses: `(E005)`, `(code: PA)`. More parentheses may follow (2026).
fn code(text: &str) -> Option<&str> {
    let inner = text.split('(').skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    let mut codes = inner.map(|inner| inner.strip_prefix("code:").unwrap_or(inner).trim());
    codes.find(|code| *code == "PA" || is_numbered(code))
}

/// Platform codes have four digits (error codes, 2026-11), those of proxied models three.
fn is_numbered(code: &str) -> bool {
    let digits = code.strip_prefix('E').unwrap_or_default();
    (3..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn kind_of(code: &str) -> ErrorKind {
    match code {
        // The vendor's text: "input or output".
        "E005" => ErrorKind::Moderation(Side::Either),
        // The URL of the webhook is empty.
        "E4875" => ErrorKind::Invalid,
        // All others lie with the vendor or the lab behind it. E001 and E002 speak of the vendor's
        // own account there, not of the caller's.
        _ => ErrorKind::ProviderFailed,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)] // A reply that cannot be made should stop the test.

    use bytes::Bytes;

    use super::*;

    const UNAUTHENTICATED: &str = r#"{"title":"Unauthenticated","detail":"You did not pass a valid authentication token","status":401}
"#;
    const NO_CREDIT: &str = r#"{"title":"Insufficient credit","detail":"You have insufficient credit to run this model. Go to https://replicate.com/account/billing#billing to purchase credit. Once you purchase credit, please wait a few minutes before trying again.","status":402}"#;
    const NO_RESOURCE: &str =
        r#"{"detail":"The requested resource could not be found.","status":404}"#;
    const TOO_LARGE: &str = r#"{"detail":"Files must be less than 100MB in size"}"#;
    const NO_VERSION: &str = r#"{"title":"Invalid version or not permitted","detail":"The specified version does not exist (or perhaps you don't have permission to use it?)","status":422}"#;
    const LOW_CREDIT: &str = r#"{"detail":"Request was throttled. Your rate limit for creating predictions is reduced to 6 requests per minute with a burst of 1 requests while you have less than $5.0 in credit. Your rate limit resets in ~9s.","status":429,"retry_after":9}"#;
    const THROTTLED: &str =
        r#"{"detail":"Request was throttled. Expected available in 1 second."}"#;
    const BAD_FORMAT: &str = r#"{"detail":"- input.output_format: output_format must be one of the following: \"jpg\", \"png\"\n","status":422,"title":"Input validation failed","invalid_fields":[{"type":"enum","field":"input.output_format","description":"output_format must be one of the following: \"jpg\", \"png\""}]}"#;
    const BAD_BODY: &str = r#"{"detail":"- version is required\n- Additional property model is not allowed\n","status":422,"title":"Input validation failed"}"#;
    const CONTAINER: &str = r#"{"detail":[{"loc":["body","input","prompt"],"msg":"Field required","type":"value_error.missing"}]}"#;
    const GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head></html>";

    /// Every body above, with its status.
    pub(crate) const RECORDED: &[(u16, &str)] = &[
        (401, UNAUTHENTICATED),
        (402, NO_CREDIT),
        (404, NO_RESOURCE),
        (413, TOO_LARGE),
        (422, NO_VERSION),
        (429, LOW_CREDIT),
        (429, THROTTLED),
        (422, BAD_FORMAT),
        (422, BAD_BODY),
        (422, CONTAINER),
        (502, GATEWAY),
    ];

    pub(crate) fn reply(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        let mut reply = Reply::new(Bytes::from(body.into()));
        *reply.status_mut() = status.try_into().unwrap();
        reply
    }

    #[track_caller]
    fn refused(status: u16, body: &str) -> VendorError {
        let error = read_body(&reply(status, body)).unwrap_err();
        assert_eq!(error.status, Some(status));
        error
    }

    #[track_caller]
    fn check(status: u16, body: &str, kind: ErrorKind, charged: Charged, message: &str) {
        let error = refused(status, body);
        assert_eq!((error.kind, error.charged), (kind, charged), "{error}");
        assert!(error.message.starts_with(message), "{error}");
    }

    #[test]
    fn a_wrong_token() {
        let text = "Unauthenticated: You did not pass a valid authentication token";
        check(401, UNAUTHENTICATED, ErrorKind::Auth, Charged::No, text);
    }

    #[test]
    fn no_credit() {
        check(402, NO_CREDIT, ErrorKind::Quota, Charged::No, "Insufficient credit: You have");
    }

    #[test]
    fn a_model_that_the_account_may_not_run() {
        let body = r#"{"title":"Forbidden","status":403}"#;
        check(403, body, ErrorKind::Plan, Charged::No, "Forbidden");
    }

    #[test]
    fn no_such_model() {
        check(404, NO_RESOURCE, ErrorKind::NotFound, Charged::No, "The requested resource");
    }

    #[test]
    fn a_file_that_is_too_large() {
        check(413, TOO_LARGE, ErrorKind::Invalid, Charged::No, "Files must be less than 100MB");
    }

    #[test]
    fn a_version_that_is_hidden() {
        let text = "Invalid version or not permitted: The specified version";
        check(422, NO_VERSION, ErrorKind::Invalid, Charged::No, text);
        assert_eq!(refused(422, NO_VERSION).problems, []);
    }

    #[test]
    fn too_many_requests() {
        let text = "Request was throttled. Expected available in 1 second.";
        check(429, THROTTLED, ErrorKind::RateLimited, Charged::No, text);
    }

    #[test]
    fn a_failing_service_leaves_open_what_became_of_the_call() {
        let body = r#"{"detail":"Internal server error","status":500}"#;
        check(500, body, ErrorKind::ProviderFailed, Charged::Unknown, "Internal server error");
    }

    #[test]
    fn a_page_of_a_gateway() {
        let text = "HTTP 502 without a body that can be read";
        check(502, GATEWAY, ErrorKind::ProviderFailed, Charged::Unknown, text);
        check(504, GATEWAY, ErrorKind::Timeout, Charged::Unknown, "HTTP 504");
        check(403, GATEWAY, ErrorKind::Plan, Charged::No, "HTTP 403");
    }

    #[test]
    fn nothing_at_all() {
        check(503, "", ErrorKind::ProviderFailed, Charged::Unknown, "HTTP 503 without a body");
        check(200, "", ErrorKind::Decode, Charged::Unknown, "the reply (HTTP 200) cannot be read");
    }

    #[test]
    fn a_body_that_was_cut_off() {
        check(422, &BAD_FORMAT[..80], ErrorKind::Invalid, Charged::No, "HTTP 422 without a body");
        check(401, &UNAUTHENTICATED[..40], ErrorKind::Auth, Charged::No, "HTTP 401 without a body");
    }

    #[test]
    fn json_of_another_form() {
        for body in ["{}", "[]", "null", "7", r#""no""#, r#"{"detail":null,"title":[1]}"#] {
            check(400, body, ErrorKind::Invalid, Charged::No, "HTTP 400 without a reason");
        }
    }

    #[test]
    fn a_redirect_says_nothing_about_the_call() {
        check(302, "{}", ErrorKind::Decode, Charged::Unknown, "HTTP 302 without a reason");
    }

    #[test]
    fn the_status_of_the_reply_counts_and_not_that_of_the_body() {
        check(500, UNAUTHENTICATED, ErrorKind::ProviderFailed, Charged::Unknown, "Unauth");
    }

    #[test]
    fn texts_show_no_media_and_no_signatures() {
        let body = json!({
            "title": "data:image/png;base64,CANARY",
            "detail": "- input.https://x.example/y?sig=CANARY: at https://x.example/y?sig=CANARY",
        });
        let error = refused(422, &body.to_string());
        assert!(!format!("{error} {error:?}").contains("CANARY"), "{error:?}");
        let failure = read_failure(&json!("no https://x.example/y?sig=CANARY (E1000)"));
        assert!(!format!("{failure} {failure:?}").contains("CANARY"), "{failure:?}");
    }

    #[track_caller]
    fn check_wait(header: Option<&str>, body: &Value, millis: Option<u64>) {
        let mut reply = reply(429, body.to_string());
        if let Some(header) = header {
            reply.headers_mut().insert("retry-after", header.parse().unwrap());
        }
        let wait = read_body(&reply).unwrap_err().retry_after;
        assert_eq!(wait, millis.map(Duration::from_millis), "{header:?} {body}");
    }

    #[test]
    fn a_wait_in_the_header() {
        check_wait(Some("7"), &json!({}), Some(7000));
        check_wait(Some("7"), &json!("throttled"), Some(7000));
    }

    #[test]
    fn a_wait_in_the_body() {
        check_wait(None, &json!({"retry_after": 9}), Some(9000));
        check_wait(None, &json!({"retry_after": 0.5}), Some(500));
        check_wait(None, &json!({"retry_after": "9"}), None);
        check_wait(None, &json!({"retry_after": null}), None);
    }

    #[test]
    fn a_wait_in_the_text() {
        let text = |text: &str| json!({"detail": text});
        check_wait(None, &text("Your rate limit resets in ~9s."), Some(9000));
        check_wait(None, &text("Expected available in 1 second."), Some(1000));
        check_wait(None, &text("Expected available in 12.5 seconds."), Some(12_500));
        check_wait(None, &text("Your rate limit resets in ~1m30s."), None);
        check_wait(None, &text("Expected available in a second."), None);
        check_wait(None, &text("resets in "), None);
        check_wait(None, &text("resets in ~....s"), None);
    }

    #[test]
    fn the_longest_wait_counts() {
        let body: Value = serde_json::from_str(LOW_CREDIT).unwrap();
        check_wait(None, &body, Some(9000));
        check_wait(Some("1"), &body, Some(9000));
        check_wait(Some("30"), &body, Some(30_000));
    }

    #[test]
    fn absurd_waits() {
        check_wait(None, &json!({"retry_after": -5}), Some(0));
        check_wait(None, &json!({"retry_after": 1e300}), None);
        check_wait(Some("inf"), &json!({"retry_after": 2}), Some(2000));
        check_wait(Some("99999999999"), &json!({}), Some(99_999_999_999_000));
        let digits = format!("available in {}s", "9".repeat(400));
        check_wait(None, &json!({"detail": digits}), None);
    }

    #[test]
    fn a_wait_beside_a_page() {
        let mut reply = reply(503, GATEWAY);
        reply.headers_mut().insert("retry-after", "3".parse().unwrap());
        assert_eq!(read_body(&reply).unwrap_err().retry_after, Some(Duration::from_secs(3)));
    }

    /// A finding as `invalid_fields` and as a line of `detail` says the same.
    #[track_caller]
    fn check_problem(
        word: &str,
        field: &str,
        text: &str,
        expected: (&str, ViolationKind),
        accepted: Value,
    ) {
        let item = json!({"type": word, "field": field, "description": text});
        let head = if field.is_empty() { String::new() } else { format!("{field}: ") };
        let lines = json!({"detail": format!("- {head}{text}\n")});
        let accepted = Some(accepted).filter(|value| !value.is_null());
        for body in [json!({"invalid_fields": [item]}), lines] {
            let problems = refused(422, &body.to_string()).problems;
            let [problem] = problems.as_slice() else { panic!("{problems:?}") };
            assert_eq!((problem.wire.as_str(), problem.kind), expected, "{body}");
            assert_eq!((&problem.accepted, problem.message.as_str()), (&accepted, text), "{body}");
        }
    }

    #[test]
    fn a_word_that_is_not_accepted() {
        let text = r#"resolution must be one of the following: "480p", "720p""#;
        let expected = ("resolution", ViolationKind::NotAccepted);
        check_problem("enum", "input.resolution", text, expected, json!(["480p", "720p"]));
    }

    #[test]
    fn a_number_that_is_not_accepted() {
        let text = "fps must be one of the following: 24, 30";
        check_problem(
            "enum",
            "input.fps",
            text,
            ("fps", ViolationKind::NotAccepted),
            json!([24, 30]),
        );
    }

    #[test]
    fn accepted_values_that_were_cut_off() {
        let text = r#"size must be one of the following: "1K", "2"#;
        check_problem(
            "enum",
            "input.size",
            text,
            ("size", ViolationKind::NotAccepted),
            Value::Null,
        );
    }

    #[test]
    fn a_missing_parameter() {
        let expected = ("prompt", ViolationKind::Missing);
        check_problem("required", "input", "prompt is required", expected, Value::Null);
        let expected = ("camera.path", ViolationKind::Missing);
        check_problem("required", "input.camera", "path is required", expected, Value::Null);
    }

    #[test]
    fn missing_keys_of_the_body() {
        let expected = ("", ViolationKind::Missing);
        check_problem("required", "", "input is required", expected, Value::Null);
        let expected = ("version", ViolationKind::Missing);
        check_problem("required", "", "version is required", expected, Value::Null);
    }

    #[test]
    fn a_key_that_does_not_belong_there() {
        let text = "Additional property model is not allowed";
        let expected = ("model", ViolationKind::Unsupported);
        check_problem("additional_property_not_allowed", "", text, expected, Value::Null);
    }

    #[test]
    fn a_number_out_of_its_range() {
        let field = "input.duration";
        let (above, below) = (ViolationKind::AboveMaximum, ViolationKind::BelowMinimum);
        let text = "Must be less than or equal to 15";
        check_problem("number_lte", field, text, ("duration", above), json!({"max": 15}));
        let text = "Must be greater than or equal to -1";
        check_problem("number_gte", field, text, ("duration", below), json!({"min": -1}));
        check_problem(
            "number_lt",
            field,
            "Must be less than 1.5",
            ("duration", above),
            Value::Null,
        );
        check_problem(
            "number_gt",
            field,
            "Must be greater than 0",
            ("duration", below),
            Value::Null,
        );
    }

    #[test]
    fn a_number_between_two_steps() {
        let expected = ("width", ViolationKind::OffStep);
        check_problem(
            "multiple_of",
            "input.width",
            "Must be a multiple of 8",
            expected,
            json!({"step": 8}),
        );
    }

    #[test]
    fn a_list_of_the_wrong_length() {
        let field = "input.reference_images";
        let expected = ("reference_images", ViolationKind::TooMany);
        let text = "Array must have at most 9 items";
        check_problem("array_max_items", field, text, expected, json!({"max": 9}));
        let expected = ("reference_images", ViolationKind::TooFew);
        let text = "Array must have at least 1 items";
        check_problem("array_min_items", field, text, expected, json!({"min": 1}));
    }

    #[test]
    fn a_text_of_the_wrong_length() {
        let expected = ("prompt", ViolationKind::TooLong);
        let text = "String length must be less than or equal to 2000";
        check_problem("string_lte", "input.prompt", text, expected, json!({"max": 2000}));
        let expected = ("prompt", ViolationKind::TooShort);
        let text = "String length must be greater than or equal to 1";
        check_problem("string_gte", "input.prompt", text, expected, json!({"min": 1}));
    }

    #[test]
    fn values_of_another_form() {
        let not_accepted = |wire| (wire, ViolationKind::NotAccepted);
        let text = "Invalid type. Expected: string, given: array";
        check_problem("invalid_type", "input.image", text, not_accepted("image"), Value::Null);
        check_problem("invalid_type", "", text, not_accepted(""), Value::Null);
        let text = "Invalid type. Expected: object, given: null";
        check_problem("invalid_type", "input", text, not_accepted(""), Value::Null);
        let text = "Does not match format 'uri'";
        let wire = not_accepted("reference_images.0");
        check_problem("format", "input.reference_images.0", text, wire, Value::Null);
        check_problem("format", "webhook", text, not_accepted("webhook"), Value::Null);
        let text = "Does not match pattern '^a: b$'";
        check_problem("pattern", "input.id", text, not_accepted("id"), Value::Null);
        let text = "array items[0,2] must be unique";
        check_problem("unique", "input.images", text, not_accepted("images"), Value::Null);
    }

    #[test]
    fn a_finding_never_seen_before() {
        let text = "Must be a palindrome";
        let expected = ("prompt", ViolationKind::NotAccepted);
        check_problem("palindrome", "input.prompt", text, expected, Value::Null);
    }

    #[test]
    fn a_finding_without_a_text_has_a_message() {
        for body in [
            r#"{"detail":[{"loc":["body","input","prompt"],"type":"missing"}]}"#,
            r#"{"detail":"- input.prompt: \u001b"}"#,
        ] {
            let problems = refused(422, body).problems;
            assert_eq!(problems[0].message, "the vendor gives no reason", "{body}");
        }
    }

    #[test]
    fn every_recorded_refusal_names_its_parameters() {
        let wires = |body| -> Vec<String> {
            refused(422, body).problems.into_iter().map(|problem| problem.wire).collect()
        };
        assert_eq!(wires(BAD_FORMAT), ["output_format"]);
        assert_eq!(wires(BAD_BODY), ["version", "model"]);
        assert_eq!(wires(CONTAINER), ["prompt"]);
    }

    #[test]
    fn the_form_of_containers() {
        let error = refused(422, CONTAINER);
        assert_eq!(error.message, "Field required");
        assert_eq!(error.problems[0].kind, ViolationKind::Missing);
        let items = json!({"detail": [
            {"loc": ["body", "input", "images", 0], "msg": "not a URL", "type": "value_error.url"},
            {"loc": "body"}, null, {"loc": []},
        ]});
        let problems = refused(422, &items.to_string()).problems;
        assert_eq!((problems[0].wire.as_str(), problems.len()), ("images.0", 2));
        assert_eq!(problems[0].kind, ViolationKind::NotAccepted);
    }

    #[test]
    fn fields_that_cannot_be_read_leave_the_detail() {
        for fields in [json!(null), json!([]), json!("x"), json!([1, null]), json!({"a": 1})] {
            let body = json!({"detail": "- input: prompt is required\n", "invalid_fields": fields});
            let problems = refused(422, &body.to_string()).problems;
            assert_eq!(problems.len(), 1, "{body}");
            assert_eq!(problems[0].wire, "prompt", "{body}");
        }
    }

    #[test]
    fn fields_without_their_usual_keys() {
        let body = json!({"invalid_fields": [{"field": "input.seed", "more": 1}, {"type": null}]});
        let problems = refused(422, &body.to_string()).problems;
        let wires: Vec<&str> = problems.iter().map(|problem| problem.wire.as_str()).collect();
        assert_eq!(wires, ["seed", ""]);
    }

    #[track_caller]
    fn check_failure(text: &str, kind: ErrorKind, code: Option<&str>) {
        let failure = read_failure(&json!(text));
        assert_eq!((failure.kind, failure.code.as_deref()), (kind, code), "{text}");
        assert_eq!((failure.message.as_str(), failure.charged), (text, Charged::Unknown));
    }

    #[test]
    fn codes_of_proxied_models() {
        let failed = ErrorKind::ProviderFailed;
        check_failure("The provider has no credit. (E001)", failed, Some("E001"));
        check_failure("The provider refused the key. (E002)", failed, Some("E002"));
        check_failure("Service is currently unavailable. (E003)", failed, Some("E003"));
        check_failure("Service is temporarily unavailable. (E004)", failed, Some("E004"));
    }

    #[test]
    fn what_was_flagged() {
        let kind = ErrorKind::Moderation(Side::Either);
        let text = "The input or output was flagged as sensitive. Please try again with different \
                    inputs. (E005)";
        check_failure(text, kind, Some("E005"));
        check_failure("Flagged as sensitive. (E005) (uIJ6l3ruRD)", kind, Some("E005"));
        check_failure("(a (b) Flagged. (E005) (E003)", kind, Some("E005"));
    }

    #[test]
    fn codes_of_the_platform() {
        for code in ["E1000", "E1001", "E6716", "E8367", "E8765", "E9243", "E9825", "E9828"] {
            let text = format!("Director: unexpected error handling prediction ({code})");
            check_failure(&text, ErrorKind::ProviderFailed, Some(code));
        }
        check_failure("The webhook URL is empty (E4875)", ErrorKind::Invalid, Some("E4875"));
        let text = "Prediction interrupted; please retry (code: PA)";
        check_failure(text, ErrorKind::ProviderFailed, Some("PA"));
    }

    #[test]
    fn texts_without_a_code() {
        for text in ["out of memory", "E005", "(E)", "(E12)", "(E12345)", "(e005)", "(", "(E005"] {
            check_failure(text, ErrorKind::ProviderFailed, None);
        }
    }

    #[test]
    fn reasons_that_are_no_text() {
        for error in [json!(null), json!(""), json!(" "), json!(7), json!([]), json!({"a": 1})] {
            let failure = read_failure(&error);
            assert_eq!(failure.message, "the prediction failed without a reason", "{error}");
        }
        assert_eq!(read_failure(&json!({"detail": "no (E1001)"})).code.as_deref(), Some("E1001"));
    }
}
