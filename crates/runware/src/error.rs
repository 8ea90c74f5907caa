//! The vendor's errors in our words.
//!
//! Codes are camelCase, many, unlisted and unstable (platform/errors, 2026-11-20), so they are
//! sorted as the vendor's own SDK sorts them: by parts of their names, first match wins.

use std::borrow::Cow;
use std::time::Duration;

use genmux_core::{
    Charged, ErrorKind, Number, Reply, Side, VendorError, ViolationKind, WireProblem, retry_after,
    safe_text,
};
use serde_json::Value;

/// What stands around the body that tells of an error; nothing in a webhook.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Around {
    /// The HTTP status.
    pub(crate) status: Option<u16>,
    /// How long the vendor asks to wait: headers only, because no page names a key of the body.
    pub(crate) wait: Option<Duration>,
}

impl Around {
    pub(crate) fn of(reply: &Reply) -> Around {
        Around { status: Some(reply.status().as_u16()), wait: retry_after(reply) }
    }

    /// The status, where it tells of a failure.
    pub(crate) fn failed(self) -> Option<u16> {
        self.status.filter(|status| !(200..300).contains(status))
    }

    /// A reply whose body says nothing of use.
    pub(crate) fn bare(self, what: &str) -> VendorError {
        let Some(status) = self.failed() else { return self.unreadable(what) };
        let mut error = VendorError::of_status(status, format!("HTTP {status}, and {what}"));
        error.retry_after = self.wait;
        error
    }

    /// Something that is none of the forms that the vendor documents.
    pub(crate) fn unreadable(self, what: &str) -> VendorError {
        VendorError::unreadable(self.status.unwrap_or(200), what)
    }
}

/// A refused call: nothing is owed where it is certain that no task came of it.
pub(crate) fn refusal(entry: &Value, around: Around) -> VendorError {
    let mut error = read(entry, around);
    error.charged = match (category(&code(entry)), around.failed()) {
        (Some(kind), _) if comes_before_a_task(kind) => Charged::No,
        (Some(ErrorKind::Moderation(_)) | None, Some(status)) => {
            VendorError::of_status(status, "").charged
        }
        // `failedTaskTimeout` among them: the task goes on and is billed.
        _ => Charged::Unknown,
    };
    error
}

/// Refused by validation there is no task and no cost, and the others come before that.
const fn comes_before_a_task(kind: ErrorKind) -> bool {
    use ErrorKind::{Auth, Invalid, Moderation, NotFound, Plan, Quota, RateLimited};
    matches!(kind, Auth | Plan | Quota | RateLimited | NotFound | Invalid | Moderation(Side::Input))
}

/// A failed task, or one failed result of it: only a cost says whether it is paid.
pub(crate) fn failure(entry: &Value, around: Around) -> VendorError {
    let mut error = read(entry, around);
    error.charged = match cost(entry) {
        Some(cost) if cost > Number::default() => Charged::Yes,
        Some(_) => Charged::No,
        None => Charged::Unknown,
    };
    error
}

/// One error of several: the first one, with what is wrong with the parameters of all.
pub(crate) fn merged(errors: impl IntoIterator<Item = VendorError>) -> Option<VendorError> {
    let mut errors = errors.into_iter();
    let mut first = errors.next()?;
    for next in errors {
        first.charged = first.charged.max(next.charged);
        first.problems.extend(next.problems);
    }
    Some(first)
}

/// A key of an entry, or of the error that is nested in it; null is nothing.
pub(crate) fn field<'a>(entry: &'a Value, key: &str) -> Option<&'a Value> {
    let nested = entry.get("error").and_then(|error| error.get(key));
    [nested, entry.get(key)].into_iter().flatten().find(|value| !value.is_null())
}

/// A text of an entry that is not empty.
pub(crate) fn text<'a>(entry: &'a Value, key: &str) -> Option<&'a str> {
    field(entry, key)?.as_str().filter(|text| !text.is_empty())
}

/// The code, also where it is printed as a number.
pub(crate) fn code(entry: &Value) -> String {
    match field(entry, "code") {
        Some(Value::String(code)) => code.clone(),
        Some(Value::Number(code)) => code.to_string(),
        _ => String::new(),
    }
}

/// What an entry says that it costs, in US dollars.
pub(crate) fn cost(entry: &Value) -> Option<Number> {
    serde_json::from_value(field(entry, "cost")?.clone()).ok()
}

fn read(entry: &Value, around: Around) -> VendorError {
    let code = code(entry);
    let by_status = around.failed().map(|status| VendorError::of_status(status, "").kind);
    let kind = category(&code).or(by_status).unwrap_or(ErrorKind::ProviderFailed);
    let mut error = VendorError::new(kind, message(entry, &code)).with_code(&code);
    (error.status, error.retry_after) = (around.status, around.wait);
    error.problems = problems(entry, &code, &error);
    error
}

fn message(entry: &Value, code: &str) -> String {
    // Gateways write the whole error as one text.
    let alone = entry.as_str().or_else(|| entry.get("error")?.as_str());
    let told = text(entry, "message").or(alone).filter(|text| !text.trim().is_empty());
    let told = told.unwrap_or(if code.is_empty() { "the vendor gives no reason" } else { code });
    // What is wrong with a prompt may be said by quoting it.
    let mut about = names(entry).into_iter().chain([code]);
    let prompt = about.any(|name| name.to_lowercase().contains("prompt"));
    match (told.find('"'), told.rfind('"')) {
        (Some(from), Some(to)) if prompt => format!("{}\"…{}", &told[..from], &told[to..]),
        _ => told.to_owned(),
    }
}

// Words between blanks.
const QUOTA: &str = "quotaExceeded paymentRequired environmentPaused";
const BLOCKED: &str = "promptBlocked imageBlocked";
const SAFETY: &str = "\
    contentPolicyViolation providerContentPolicyViolation sensitiveContentDetected \
    unsafeContentDetected nsfwContentDetected moderationFailed invalidProviderContent";
/// Of the vendor's category `auth`, those that another key of the same account would cure.
const RIGHTS: &str = "forbidden permissionDenied insufficientPermissions";
const AUTH: &str = "\
    unauthorized authenticationFailed authFailed authTimeout invalidAuthentication \
    invalidCredentials missingAuthentication tokenExpired tokenInvalid tokenMissing tokenRevoked \
    accountSuspended accountDisabled organizationSuspended organizationDisabled \
    workspaceSuspended workspaceDisabled";
const SERVER: &str = "\
    internalServerError serviceUnavailable serverUnavailable standardError unknownError \
    undefinedError defaultError unrecognizedResponse errorRetrievingAccountManagement";
const PROVIDER: &str = "\
    inferenceError processingFailed taskFailed downloadFailed uploadFailed noAvailableServer \
    modelUnavailable modelDisabled modelNotReady mediaStorageFileCouldNotBeMoved";
const VALIDATION: &str = "\
    unknownParameter incompatibleParameters mismatchProviderSettingsProvider \
    unknownProviderSettingsProvider transparentModelMismatch modelOwnershipValidationError \
    modelAlreadyExists validationFailed";
const VALIDATION_STARTS: &str = "invalid missing conflict duplicate unsupported value array max";

/// The kind by the code alone; `None` for codes that the vendor's SDK does not know either.
fn category(code: &str) -> Option<ErrorKind> {
    let has = |parts: &[&str]| parts.iter().any(|part| code.contains(part));
    let is = |words: &str| words.split_whitespace().any(|word| word == code);
    let starts = |words: &str| words.split_whitespace().any(|word| code.starts_with(word));
    let kind = match code {
        _ if has(&["Credits", "Quota", "Balance"]) || is(QUOTA) => ErrorKind::Quota,
        _ if has(&["RateLimit", "rateLimitExceeded"]) => ErrorKind::RateLimited,
        _ if is(BLOCKED) => ErrorKind::Moderation(Side::Input),
        _ if is(SAFETY) => ErrorKind::Moderation(Side::Either),
        _ if is(RIGHTS) => ErrorKind::Plan,
        _ if has(&["ApiKey"]) || is(AUTH) => ErrorKind::Auth,
        _ if has(&["Timeout"]) || code == "timeout" => ErrorKind::Timeout,
        "taskCancelled" => ErrorKind::Canceled,
        "taskFailedOrNotFound" | "unknownModel" => ErrorKind::NotFound,
        _ if code.ends_with("NotFound") || code.ends_with("Expired") => ErrorKind::NotFound,
        _ if is(SERVER) || is(PROVIDER) || starts("provider") => ErrorKind::ProviderFailed,
        _ if is(VALIDATION) || starts(VALIDATION_STARTS) || has(&["Conflict"]) => {
            ErrorKind::Invalid
        }
        _ => return None,
    };
    Some(kind)
}

/// What is wrong with which parameter: one name, or several of a rule over them.
fn problems(entry: &Value, code: &str, error: &VendorError) -> Vec<WireProblem> {
    // `apiKey` is no parameter of a payload.
    if error.kind == ErrorKind::Auth {
        return Vec::new();
    }
    let accepted = field(entry, "allowedValues");
    let problem = |name: &str| WireProblem {
        wire: safe_text(name),
        kind: violation(code),
        message: error.message.clone(),
        accepted: accepted.cloned(),
    };
    names(entry).into_iter().map(problem).collect()
}

/// The parameters that an error names.
fn names(entry: &Value) -> Vec<&str> {
    let one_or_several = match field(entry, "parameter") {
        Some(Value::Array(names)) => names.as_slice(),
        Some(name) => std::slice::from_ref(name),
        None => &[],
    };
    let names = one_or_several.iter().filter_map(Value::as_str);
    names.filter(|name| !name.is_empty()).collect()
}

fn violation(code: &str) -> ViolationKind {
    let has = |parts: &[&str]| parts.iter().any(|part| code.contains(part));
    match code {
        "unsupportedParameter" | "unknownParameter" => ViolationKind::Unsupported,
        _ if code.starts_with("missing") => ViolationKind::Missing,
        _ if !code.starts_with("array") => ViolationKind::NotAccepted,
        _ if has(&["Small", "Few", "Short", "Min", "Empty"]) => ViolationKind::TooFew,
        _ if has(&["Large", "Big", "Many", "Long", "Max"]) => ViolationKind::TooMany,
        _ => ViolationKind::NotAccepted,
    }
}

/// What an error of a poll is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The task failed, or one of its results.
    Task,
    /// The call failed.
    Call,
    /// The vendor does not know the task, or not yet.
    NoTask,
}

/// What an error is about. Failures of tasks that are read by a poll say `status: "error"`
/// (platform/errors, 2026-11-20); errors of the poll as such may carry the task's UUID too.
pub(crate) fn subject(error: &Value, around: Around) -> Subject {
    let word = [error.get("status"), field(error, "status")];
    let call = matches!(text(error, "taskType"), Some("getResponse" | "authentication"));
    match &*code(error) {
        "taskNotFound" | "taskFailedOrNotFound" => Subject::NoTask,
        _ if is_of_no_task(error) => Subject::Call,
        _ if word.iter().flatten().any(|word| *word == ERROR) => Subject::Task,
        _ if call || matches!(around.status, Some(401 | 403 | 429)) => Subject::Call,
        _ => Subject::Task,
    }
}

/// The code of a UUID that was used before.
pub(crate) const CONFLICT: &str = "conflictTaskUUID";
/// The status of what failed.
const ERROR: &str = "error";
/// By one of these an object is an entry and not the reply of somebody else.
pub(crate) const ENTRY: [&str; 4] = ["taskUUID", "code", "message", "error"];

/// Whether a value stands for nothing.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Whether an error is nested in an entry.
pub(crate) fn tells_error(entry: &Value) -> bool {
    entry.get(ERROR).is_some_and(|error| !is_blank(error))
}

/// Whether an entry of `data` is an error: newer task types put them there.
pub(crate) fn is_error(entry: &Value) -> bool {
    word(entry).map_or_else(|| tells_error(entry), |word| word == ERROR)
}

/// Whether an entry without a list is an error.
pub(crate) fn is_bare_error(entry: &Value) -> bool {
    is_error(entry) || field(entry, "code").is_some() || is_of_no_task(entry)
}

/// Whether an entry names no task.
pub(crate) fn is_of_no_task(entry: &Value) -> bool {
    text(entry, "taskUUID").is_none()
}

/// The status word, also where it is no text.
pub(crate) fn word(entry: &Value) -> Option<Cow<'_, str>> {
    let word = match entry.get("status")? {
        Value::String(word) => Cow::Borrowed(word.as_str()),
        other => Cow::Owned(other.to_string()),
    };
    Some(word).filter(|word| !word.is_empty() && word != "null")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn around(status: u16) -> Around {
        Around { status: Some(status), wait: None }
    }

    #[track_caller]
    fn check(code: &str, status: u16, kind: ErrorKind, charged: Charged) {
        let error = refusal(&json!({ "code": code, "message": "text" }), around(status));
        assert_eq!((error.kind, error.charged), (kind, charged), "{code}");
        assert_eq!((error.code.as_deref(), error.status), (Some(code), Some(status)));
    }

    #[test]
    fn validation_costs_nothing() {
        let codes = "unsupportedParameter unknownParameter incompatibleParameters invalidModel \
            missingDimensionParameters missingPositivePrompt invalidPositivePrompt invalidWidth \
            invalidPositivePromptLength invalidPixels unsupportedDuration unsupportedTaskType \
            invalidProviderSettings mismatchProviderSettingsProvider unsupportedLoraModel \
            unknownProviderSettingsProvider valueTooLarge arrayTooSmall maxReached duplicateItem \
            invalidValueUploadFailed conflictTaskUUID someConflict";
        for code in codes.split_whitespace() {
            check(code, 400, ErrorKind::Invalid, Charged::No);
        }
    }

    #[test]
    fn accounts_are_refused_before_anything_is_owed() {
        use Charged::No;
        use ErrorKind::{Auth, Plan, Quota, RateLimited};
        check("invalidApiKey", 401, Auth, No);
        check("missingApiKey", 401, Auth, No);
        check("tokenExpired", 401, Auth, No);
        check("workspaceSuspended", 403, Auth, No);
        check("insufficientPermissions", 403, Plan, No);
        check("forbidden", 403, Plan, No);
        check("insufficientCredits", 402, Quota, No);
        check("providerInsufficientCredits", 400, Quota, No);
        check("environmentPaused", 400, Quota, No);
        check("rateLimitExceeded", 429, RateLimited, No);
        check("providerRateLimitExceeded", 400, RateLimited, No);
        check("inferenceRateLimitExceeded", 429, RateLimited, No);
    }

    #[test]
    fn content_checks_say_which_side_where_the_code_does() {
        use ErrorKind::Moderation;
        check("promptBlocked", 400, Moderation(Side::Input), Charged::No);
        check("imageBlocked", 200, Moderation(Side::Input), Charged::No);
        check("invalidProviderContent", 400, Moderation(Side::Either), Charged::No);
        check("invalidProviderContent", 200, Moderation(Side::Either), Charged::Unknown);
        check("nsfwContentDetected", 500, Moderation(Side::Either), Charged::Unknown);
    }

    #[test]
    fn what_fails_at_the_vendor_may_have_been_charged() {
        use Charged::{No, Unknown};
        use ErrorKind::{Canceled, NotFound, ProviderFailed, Timeout};
        check("failedTaskTimeout", 504, Timeout, Unknown);
        check("timeout", 400, Timeout, Unknown);
        check("taskNotFound", 404, NotFound, No);
        check("mediaNotFound", 404, NotFound, No);
        check("unknownModel", 400, NotFound, No);
        check("linkExpired", 400, NotFound, No);
        check("taskCancelled", 400, Canceled, Unknown);
        check("internalServerError", 500, ProviderFailed, Unknown);
        check("standardError", 400, ProviderFailed, Unknown);
        check("providerHiccup", 400, ProviderFailed, Unknown);
        check("noAvailableServer", 503, ProviderFailed, Unknown);
    }

    #[test]
    fn the_order_of_the_categories_decides() {
        check("invalidQuotaTimeout", 400, ErrorKind::Quota, Charged::No);
        check("missingAuthentication", 400, ErrorKind::Auth, Charged::No);
        check("providerTimeout", 400, ErrorKind::Timeout, Charged::Unknown);
        check("providerNotFound", 400, ErrorKind::NotFound, Charged::No);
    }

    #[test]
    fn the_status_speaks_where_the_code_says_nothing() {
        check("timeoutProvider", 200, ErrorKind::ProviderFailed, Charged::Unknown);
        check("timeoutProvider", 504, ErrorKind::Timeout, Charged::Unknown);
        check("neverSeen", 400, ErrorKind::Invalid, Charged::No);
        check("neverSeen", 403, ErrorKind::Plan, Charged::No);
        check("neverSeen", 429, ErrorKind::RateLimited, Charged::No);
        check("neverSeen", 302, ErrorKind::Decode, Charged::Unknown);
        check("unsupportedDuration", 500, ErrorKind::Invalid, Charged::No);
    }

    #[track_caller]
    fn check_problems(entry: &Value, expected: &[(&str, ViolationKind)]) {
        let error = refusal(entry, around(400));
        let found: Vec<_> = error.problems.iter().map(|one| (&*one.wire, one.kind)).collect();
        assert_eq!(found, expected);
        assert!(error.problems.iter().all(|one| one.message == error.message));
    }

    #[test]
    fn parameters_become_problems() {
        use ViolationKind::{Missing, NotAccepted, TooFew, TooMany, Unsupported};
        let table = [
            ("unsupportedDuration", json!("duration"), vec![("duration", NotAccepted)]),
            (
                "missingDimensionParameters",
                json!(["width", "height", "referenceImages"]),
                vec![("width", Missing), ("height", Missing), ("referenceImages", Missing)],
            ),
            ("unsupportedParameter", json!("fps"), vec![("fps", Unsupported)]),
            ("unknownParameter", json!("fps"), vec![("fps", Unsupported)]),
            ("arrayTooSmall", json!("inputs.frameImages"), vec![("inputs.frameImages", TooFew)]),
            ("arrayTooLarge", json!("inputs.frameImages"), vec![("inputs.frameImages", TooMany)]),
            ("arrayOdd", json!("a"), vec![("a", NotAccepted)]),
            ("invalidModel", json!(null), vec![]),
            ("invalidModel", json!(""), vec![]),
            ("invalidModel", json!({ "name": "model" }), vec![]),
            ("invalidModel", json!(["model", 7, null, ""]), vec![("model", NotAccepted)]),
            ("invalidApiKey", json!("apiKey"), vec![]),
        ];
        for (code, parameter, expected) in table {
            let entry = json!({ "code": code, "message": "text", "parameter": parameter });
            check_problems(&entry, &expected);
        }
    }

    #[test]
    fn accepted_values_are_kept() {
        let accepted = |values: Value| {
            let entry = json!({ "code": "invalidDuration", "parameter": "duration",
                "type": "float", "allowedValues": values, "documentation": "https://a.example" });
            refusal(&entry, around(400)).problems.remove(0).accepted
        };
        assert_eq!(accepted(json!([5, 10.5])), Some(json!([5, 10.5])));
        assert_eq!(accepted(json!({ "min": 1 })), Some(json!({ "min": 1 })));
        assert_eq!(accepted(Value::Null), None);
    }

    #[track_caller]
    fn check_text(entry: &Value, message: &str, code: Option<&str>) {
        let error = refusal(entry, around(400));
        assert_eq!((&*error.message, error.code.as_deref()), (message, code));
    }

    #[test]
    fn every_form_of_an_error_tells_its_message() {
        check_text(&json!({ "code": "x", "message": "why" }), "why", Some("x"));
        let nested = json!({ "status": "error", "error": { "code": "x", "message": "why" } });
        check_text(&nested, "why", Some("x"));
        check_text(&json!({ "error": "Unauthorized" }), "Unauthorized", None);
        check_text(&json!("bad gateway"), "bad gateway", None);
        check_text(&json!({ "code": 7, "message": null }), "7", Some("7"));
        check_text(&json!({ "code": "x", "message": " " }), "x", Some("x"));
        check_text(&json!({ "message": ["why"] }), "the vendor gives no reason", None);
        check_text(&json!(null), "the vendor gives no reason", None);
        let signed = json!({ "code": "x", "message": "see https://a.example/b?sig=SECRET" });
        check_text(&signed, "see https://a.example/b?…", Some("x"));
    }

    #[test]
    fn a_prompt_is_not_repeated() {
        let message = "\"a \"red\" boat\" is longer than 9 characters";
        let check = |parameter: Value, expected: &str| {
            let entry = json!({ "code": "x", "message": message, "parameter": parameter });
            check_text(&entry, expected, Some("x"));
        };
        check(json!("positivePrompt"), "\"…\" is longer than 9 characters");
        check(json!(["seed", "negativePrompt"]), "\"…\" is longer than 9 characters");
        check(json!("model"), message);
        let entry = json!({ "code": "invalidPositivePromptLength", "message": message });
        let code = Some("invalidPositivePromptLength");
        check_text(&entry, "\"…\" is longer than 9 characters", code);
    }

    #[test]
    fn a_failed_task_is_paid_if_it_tells_a_cost() {
        let charged = |cost: Value| failure(&json!({ "cost": cost }), Around::default()).charged;
        assert_eq!(charged(json!(0.02)), Charged::Yes);
        assert_eq!(charged(json!(0)), Charged::No);
        assert_eq!(charged(Value::Null), Charged::Unknown);
        assert_eq!(charged(json!("much")), Charged::Unknown);
    }

    #[test]
    fn several_errors_become_one_with_all_problems() {
        let entry = |name: &str| json!({ "code": "invalidSize", "parameter": name });
        let errors = ["width", "height"].map(|name| refusal(&entry(name), around(400)));
        let merged = merged(errors).unwrap();
        let names: Vec<_> = merged.problems.iter().map(|problem| &*problem.wire).collect();
        assert_eq!(names, ["width", "height"]);
        assert!(super::merged([]).is_none());
    }

    #[test]
    fn a_body_that_says_nothing_leaves_the_status() {
        let wait = Some(Duration::from_secs(3));
        let error = Around { status: Some(429), wait }.bare("nothing");
        assert_eq!((error.kind, error.retry_after), (ErrorKind::RateLimited, wait));
        let error = around(200).bare("nothing");
        assert_eq!((error.kind, error.charged), (ErrorKind::Decode, Charged::Unknown));
    }
}
