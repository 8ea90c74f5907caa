//! Replies to submit, poll and cancel: prediction objects.

use genmux_core::{
    Charged, ErrorKind, JobState, JobStatus, Kind, Recent, RemoteArtifact, Reply, Sighting,
    SubmitResult, Submitted, VendorError, read_time,
};
use serde_json::Value;

use crate::error::{read_body, read_failure};

/// The prediction that was made, at whatever stage: a caller may have asked to wait for it.
///
/// # Errors
/// When it was refused, or the reply cannot be read.
pub(crate) fn read_submit(reply: &Reply) -> Result<Vec<SubmitResult>, VendorError> {
    let prediction = read_body(reply)?;
    let Some(id) = read_id(&prediction) else {
        return Err(VendorError::unreadable(reply.status().as_u16(), "it has no id"));
    };
    Ok(vec![Ok(Submitted { id: id.to_owned(), state: read_state(&prediction) })])
}

/// The prediction as it stands; `None` where there is none of this id.
///
/// # Errors
/// When the call failed, or the reply cannot be read.
pub(crate) fn read_status(reply: &Reply) -> Result<Vec<Option<JobState>>, VendorError> {
    if reply.status() == 404 {
        return Ok(vec![None]);
    }
    let prediction = read_prediction(reply)?;
    Ok(vec![Some(read_state(&prediction))])
}

/// Whether it is stopped or on its way there.
///
/// The recorded reply says `canceled` at once (2023). That to a prediction which had ended before
/// is documented nowhere; an object that says how it ended is taken at its word.
///
/// # Errors
/// When the call failed, or the reply cannot be read.
pub(crate) fn read_cancel(reply: &Reply) -> Result<bool, VendorError> {
    let prediction = read_prediction(reply)?;
    Ok(!matches!(told(&prediction), JobStatus::Succeeded | JobStatus::Failed))
}

/// One page of the account's predictions, those made on the website among them.
///
/// # Errors
/// When the call failed, or the reply cannot be read. A list owes nothing.
pub(crate) fn read_recent(reply: &Reply) -> Result<Recent, VendorError> {
    let page = read_body(reply).and_then(|body| {
        let unreadable = |what| VendorError::unreadable(reply.status().as_u16(), what);
        let rows = body["results"].as_array().ok_or_else(|| unreadable("it holds no list"))?;
        let jobs: Option<Vec<Sighting>> = rows.iter().map(read_sighting).collect();
        let jobs = jobs.ok_or_else(|| unreadable("a prediction of the list has no id"))?;
        let next = read_next(&body["next"]).map_err(unreadable)?;
        Ok(Recent::new(jobs, next))
    });
    page.map_err(|mut error| {
        error.charged = Charged::No;
        error
    })
}

fn read_sighting(prediction: &Value) -> Option<Sighting> {
    let mut job = Sighting::new(read_id(prediction)?);
    job.model = prediction["model"].as_str().map(str::to_owned);
    job.created_at = prediction["created_at"].as_str().and_then(read_time);
    // Removed an hour after the end (OpenAPI, 2026-03). A prediction that names no model could be
    // anyone's.
    let shown = job.model.is_some() && prediction["data_removed"] != true;
    job.input = Some(prediction["input"].clone()).filter(|input| shown && input.is_object());
    Some(job)
}

/// The query of the next page's address, which carries the cursor (OpenAPI, 2026-03).
fn read_next(next: &Value) -> Result<Option<String>, &'static str> {
    let Some(url) = next.as_str().filter(|url| !url.is_empty()) else { return Ok(None) };
    let query = url.split('#').next().and_then(|url| url.split_once('?')).map(|(_, query)| query);
    let query = query.filter(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_graphic()));
    query.map(|query| Some(query.to_owned())).ok_or("its next page has no cursor")
}

fn read_prediction(reply: &Reply) -> Result<Value, VendorError> {
    let body = read_body(reply)?;
    if read_id(&body).is_some() || body["status"].is_string() {
        return Ok(body);
    }
    Err(VendorError::unreadable(reply.status().as_u16(), "it is no prediction"))
}

/// The id of a prediction: opaque.
pub(crate) fn read_id(prediction: &Value) -> Option<&str> {
    prediction["id"].as_str().filter(|id| !id.is_empty())
}

/// What a prediction object says, of a reply or a webhook.
pub(crate) fn read_state(prediction: &Value) -> JobState {
    let told = told(prediction);
    let artifacts = read_output(&prediction["output"]);
    let mut state = JobState::new(settle(told, prediction, !artifacts.is_empty()));
    if let Some(word) = prediction["status"].as_str() {
        state = state.said(word);
    }
    state.failures.extend(failure(told, state.status, prediction));
    state.artifacts = artifacts;
    state
}

/// The vendor's word. One that was never seen before ends nothing.
fn told(prediction: &Value) -> JobStatus {
    match prediction["status"].as_str().unwrap_or_default() {
        "starting" => JobStatus::Queued,
        // One page prints `successful` (create a prediction, 2026-11); the wire says `succeeded`.
        "succeeded" | "successful" => JobStatus::Succeeded,
        "failed" => JobStatus::Failed,
        "canceled" => JobStatus::Canceled,
        "aborted" => JobStatus::Aborted,
        // Outputs of `processing` do not end it: a blocking answer has them early (recorded 2024).
        _ => JobStatus::Running,
    }
}

/// The word, seen beside what there is to fetch.
fn settle(told: JobStatus, prediction: &Value, outputs: bool) -> JobStatus {
    match (told, outputs) {
        (JobStatus::Succeeded, false) if prediction["data_removed"] == true => JobStatus::Expired,
        // An empty success would hide that there is nothing.
        (JobStatus::Succeeded, false) => JobStatus::Failed,
        // A partial success: the outputs that came before the error are kept.
        (JobStatus::Failed, true) => JobStatus::Succeeded,
        _ => told,
    }
}

fn failure(told: JobStatus, settled: JobStatus, prediction: &Value) -> Option<VendorError> {
    match told {
        JobStatus::Failed => Some(read_failure(&prediction["error"])),
        JobStatus::Canceled => Some(canceled("the prediction was canceled", billed(prediction))),
        // "No charge" (prediction lifecycle, 2026-11).
        JobStatus::Aborted => {
            Some(canceled("the prediction was stopped before it ran", Charged::No))
        }
        JobStatus::Succeeded if settled == JobStatus::Failed => Some(nothing(prediction)),
        _ => None,
    }
}

fn canceled(text: &str, charged: Charged) -> VendorError {
    let mut error = VendorError::new(ErrorKind::Canceled, text);
    error.charged = charged;
    error
}

/// The time that it ran is paid (prediction lifecycle, 2026-11).
fn billed(prediction: &Value) -> Charged {
    let seconds = prediction["metrics"]["predict_time"].as_f64().unwrap_or_default();
    if prediction["started_at"].is_string() || seconds > 0.0 {
        Charged::Yes
    } else {
        Charged::Unknown
    }
}

fn nothing(prediction: &Value) -> VendorError {
    let mut error = match &prediction["output"] {
        Value::Null => {
            VendorError::new(ErrorKind::ProviderFailed, "the prediction succeeded without output")
        }
        _ => VendorError::new(ErrorKind::Decode, "the output of the prediction names no file"),
    };
    error.charged = Charged::Unknown;
    error
}

/// Files in order: one, a list, or objects that name them.
fn read_output(output: &Value) -> Vec<RemoteArtifact> {
    match output {
        Value::String(text) => file(text).into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(read_output).collect(),
        Value::Object(members) => {
            let named = ["uri", "url"].iter().find_map(|key| file(members.get(*key)?.as_str()?));
            match named {
                Some(file) => vec![file],
                None => members.values().flat_map(read_output).collect(),
            }
        }
        _ => Vec::new(),
    }
}

/// A place to fetch from, or a `data:` URI; any other text is no file.
fn file(text: &str) -> Option<RemoteArtifact> {
    if let Some(rest) = text.strip_prefix("data:") {
        return Some(inlined(text, rest.split([';', ',']).next().unwrap_or_default()));
    }
    let remote = text.starts_with("https://") || text.starts_with("http://");
    remote.then(|| RemoteArtifact::at(text))
}

fn inlined(uri: &str, mime: &str) -> RemoteArtifact {
    let mut artifact = RemoteArtifact::at(uri);
    artifact.mime = Some(mime.to_owned()).filter(|mime| mime.contains('/'));
    artifact.kind = match mime.split('/').next() {
        Some("image") => Some(Kind::Image),
        Some("video") => Some(Kind::Video),
        _ => None,
    };
    artifact
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)] // A reply that cannot be read should stop the test.

    use serde_json::json;

    use super::*;
    use crate::error::tests::reply;

    /// A create as the edge renders it (2024).
    const STARTING: &str = r#"{"id":"14m2dc50wnrgp0cjb2ybv46db4","model":"bytedance/seedance-2.0-fast","version":"hidden","input":{"prompt":"a \u003cboat\u003e"},"logs":"","data_removed":false,"error":null,"status":"starting","created_at":"2026-11-20T00:00:00.123Z","urls":{"cancel":"https://api.replicate.com/v1/predictions/14m2dc50wnrgp0cjb2ybv46db4/cancel","get":"https://api.replicate.com/v1/predictions/14m2dc50wnrgp0cjb2ybv46db4"}}
"#;
    /// A blocking create: outputs are there, inlined, and it is not final.
    const EARLY: &str = r#"{"id":"ks8wp4gjxnrgm0cjb3fa2r4zqc","model":"acme/picture","version":"dp-0123456789abcdef","input":{},"logs":"","output":["data:image/png;base64,iVBORw0KGgo="],"data_removed":false,"error":null,"status":"processing","created_at":"2024-10-18T10:00:00.5Z","urls":{"get":"https://api.replicate.com/v1/predictions/ks8wp4gjxnrgm0cjb3fa2r4zqc"}}"#;
    const DONE: &str = r#"{"id":"14m2dc50wnrgp0cjb2ybv46db4","model":"bytedance/seedance-2.0-fast","version":"hidden","input":{"prompt":"a boat"},"logs":"done\n","output":"https://replicate.delivery/xezq/AbCdEf/clip.mp4","data_removed":false,"error":null,"status":"succeeded","source":"api","created_at":"2026-11-20T00:00:00.123Z","started_at":"2026-11-20T00:00:01Z","completed_at":"2026-11-20T00:01:00Z","metrics":{"predict_time":59.1,"total_time":59.9,"video_output_count":1},"urls":{"get":"https://api.replicate.com/v1/predictions/14m2dc50wnrgp0cjb2ybv46db4","web":"https://replicate.com/p/14m2dc50wnrgp0cjb2ybv46db4"}}"#;
    /// A cancel as the database renders it (2023): `logs` is null, and `model` stands twice.
    const CANCELED: &str = r#"{"completed_at":"2023-09-08T16:19:34.791859Z","created_at":"2023-09-08T16:19:34.123456Z","error":null,"id":"gm3qorzdhgbfurvjtvhg6dckhu","input":{"text":"Alice"},"logs":null,"metrics":{"predict_time":0.5},"output":null,"started_at":"2023-09-08T16:19:34.2Z","status":"canceled","urls":{"get":"https://api.replicate.com/v1/predictions/gm3qorzdhgbfurvjtvhg6dckhu"},"model":"replicate/hello-world","version":"5c7d5dc6","model":"replicate/hello-world","webhook_completed":null}"#;
    const FAILED: &str = r#"{"id":"abc","status":"failed","output":null,"error":"The input or output was flagged as sensitive. (E005) (uIJ6l3ruRD)","logs":"","metrics":{"predict_time":1.5}}"#;
    const REMOVED: &str = r#"{"id":"abc","status":"succeeded","input":{},"output":null,"data_removed":true,"error":null,"logs":null}"#;

    /// Every body above.
    pub(crate) const RECORDED: &[&str] = &[STARTING, EARLY, DONE, CANCELED, FAILED, REMOVED];

    /// `status (word) +file !failure charged`.
    fn summary(state: &JobState) -> String {
        assert_eq!((state.progress, state.cost, state.assets.len()), (None, None, 0));
        let word = state.vendor_status.as_deref().unwrap_or("-");
        let files = state.artifacts.iter().map(|artifact| format!(" +{}", artifact.url));
        let failures = state.failures.iter().map(|error| format!(" !{error}, {:?}", error.charged));
        let rest: String = files.chain(failures).collect();
        format!("{} ({word}){rest}", state.status)
    }

    #[track_caller]
    fn check(body: &str, expected: &str) {
        let states = read_status(&reply(200, body)).unwrap();
        let [Some(state)] = states.as_slice() else { panic!("{states:?}") };
        assert_eq!(summary(state), expected, "{body}");
    }

    #[track_caller]
    fn check_object(object: &Value, expected: &str) {
        check(&object.to_string(), expected);
    }

    #[test]
    fn a_prediction_that_has_not_begun() {
        check(STARTING, "queued (starting)");
    }

    #[test]
    fn a_prediction_under_way() {
        check_object(&json!({"id": "a", "status": "processing"}), "running (processing)");
    }

    #[test]
    fn outputs_before_the_end_do_not_end_it() {
        check(EARLY, "running (processing) +data:image/png;base64,iVBORw0KGgo=");
    }

    #[test]
    fn one_output() {
        check(DONE, "succeeded (succeeded) +https://replicate.delivery/xezq/AbCdEf/clip.mp4");
    }

    #[test]
    fn the_word_of_one_page_of_the_docs() {
        let object = json!({"id": "a", "status": "successful", "output": "https://a.b/c.png"});
        check_object(&object, "succeeded (successful) +https://a.b/c.png");
    }

    #[test]
    fn a_prediction_that_failed() {
        let text = "The input or output was flagged as sensitive. (E005) (uIJ6l3ruRD)";
        check(FAILED, &format!("failed (failed) !moderation: {text}, Unknown"));
    }

    #[test]
    fn a_failure_without_a_reason() {
        let text = "!provider_failed: the prediction failed without a reason, Unknown";
        check_object(&json!({"id": "a", "status": "failed"}), &format!("failed (failed) {text}"));
    }

    #[test]
    fn a_prediction_that_was_canceled_while_it_ran() {
        let text = "canceled (canceled) !canceled: the prediction was canceled, Yes";
        check(CANCELED, text);
        check_object(&json!({"status": "canceled", "metrics": {"predict_time": 0.1}}), text);
    }

    #[test]
    fn a_cancel_of_which_nobody_says_that_it_ran() {
        let text = "canceled (canceled) !canceled: the prediction was canceled, Unknown";
        let metrics = json!({"predict_time": 0.0});
        check_object(&json!({"id": "a", "status": "canceled"}), text);
        check_object(&json!({"status": "canceled", "started_at": null, "metrics": metrics}), text);
        check_object(&json!({"id": "a", "status": "canceled", "metrics": null}), text);
    }

    #[test]
    fn a_prediction_that_was_stopped_before_it_ran_is_free() {
        let text = "aborted (aborted) !canceled: the prediction was stopped before it ran, No";
        check_object(&json!({"id": "a", "status": "aborted", "deadline": "2026"}), text);
    }

    #[test]
    fn a_word_never_seen_before_ends_nothing() {
        for word in ["queued", "paused", "SUCCEEDED", "cancelled", ""] {
            let object = json!({"id": "a", "status": word, "completed_at": "2026", "error": "x"});
            check_object(&object, &format!("running ({word})"));
        }
    }

    #[test]
    fn a_status_that_is_missing_or_no_word_ends_nothing() {
        check_object(&json!({"id": "a"}), "running (-)");
        check_object(&json!({"id": "a", "status": null}), "running (-)");
        check_object(&json!({"id": "a", "status": {"a": 1}}), "running (-)");
    }

    #[test]
    fn outputs_that_are_gone() {
        check(REMOVED, "expired (succeeded)");
        let empty = json!({"id": "a", "status": "succeeded", "output": [], "data_removed": true});
        check_object(&empty, "expired (succeeded)");
    }

    #[test]
    fn removed_data_do_not_change_how_it_ended() {
        let text = "failed (failed) !provider_failed: no (E1000), Unknown";
        let object = json!({"status": "failed", "error": "no (E1000)", "data_removed": true});
        check_object(&object, text);
        check_object(
            &json!({"status": "processing", "data_removed": true}),
            "running (processing)",
        );
    }

    #[test]
    fn a_success_without_anything_is_none() {
        let text = "!provider_failed: the prediction succeeded without output, Unknown";
        for removed in [json!(false), json!(null), json!("true")] {
            let object = json!({"status": "succeeded", "output": null, "data_removed": removed});
            check_object(&object, &format!("failed (succeeded) {text}"));
        }
        let text = "!decode: the output of the prediction names no file, Unknown";
        for output in [json!([]), json!("hello"), json!(7), json!([["x"], null]), json!({"a": 1})] {
            let object = json!({"status": "succeeded", "output": output});
            check_object(&object, &format!("failed (succeeded) {text}"));
        }
    }

    #[test]
    fn a_partial_success_keeps_outputs_and_error() {
        let object = json!({"id": "a", "status": "failed", "output": ["https://a.b/1"], "error": "x (E004)"});
        let text = "succeeded (failed) +https://a.b/1 !provider_failed: x (E004), Unknown";
        check_object(&object, text);
    }

    #[test]
    fn a_cancel_keeps_the_outputs_that_came_before() {
        let object = json!({"status": "canceled", "output": ["https://a.b/1"], "started_at": "x"});
        let text = "canceled (canceled) +https://a.b/1 !canceled: the prediction was canceled, Yes";
        check_object(&object, text);
    }

    #[track_caller]
    fn check_output(output: &Value, urls: &[&str]) {
        let files = read_output(output);
        let found: Vec<&str> = files.iter().map(|file| file.url.as_str()).collect();
        assert_eq!(found, urls, "{output}");
    }

    #[test]
    fn lists_keep_their_order() {
        check_output(
            &json!(["https://a.b/2", "https://a.b/1"]),
            &["https://a.b/2", "https://a.b/1"],
        );
    }

    #[test]
    fn fewer_outputs_than_asked_are_what_there_is() {
        check_output(&json!(["https://a.b/1", null, "", 7]), &["https://a.b/1"]);
    }

    #[test]
    fn objects_name_their_files() {
        check_output(&json!({"uri": "https://a.b/1", "mime": "x/y"}), &["https://a.b/1"]);
        check_output(
            &json!([{"url": "https://a.b/1"}, {"uri": "https://a.b/2"}]),
            &["https://a.b/1", "https://a.b/2"],
        );
        let members = json!({"text": "hello", "video": "https://a.b/v", "more": ["https://a.b/m"]});
        check_output(&members, &["https://a.b/v", "https://a.b/m"]);
        check_output(&json!({"uri": null, "file": {"uri": "https://a.b/1"}}), &["https://a.b/1"]);
    }

    #[test]
    fn only_places_are_files() {
        check_output(&json!("http://127.0.0.1:1/a.mp4"), &["http://127.0.0.1:1/a.mp4"]);
        for text in ["hello", "", "httpsx", "ftp://a.b/c", "/a/b.png", "file:///a/b.png"] {
            check_output(&json!(text), &[]);
        }
    }

    #[test]
    fn inlined_outputs_tell_their_type() {
        let read = |uri: &str| {
            let file = file(uri).unwrap();
            (file.kind, file.mime)
        };
        assert_eq!(
            read("data:image/webp;base64,AA"),
            (Some(Kind::Image), Some("image/webp".into()))
        );
        assert_eq!(read("data:video/mp4,AA"), (Some(Kind::Video), Some("video/mp4".into())));
        assert_eq!(read("data:text/plain,AA"), (None, Some("text/plain".into())));
        assert_eq!(read("data:,AA"), (None, None));
        assert_eq!(read("data:;base64"), (None, None));
        assert_eq!(read("https://a.b/c.mp4"), (None, None));
    }

    #[test]
    fn debug_of_outputs_shows_no_media_and_no_signatures() {
        let output = json!(["data:image/png;base64,CANARY", "https://a.b/c?sig=CANARY"]);
        let state = read_state(&json!({"status": "succeeded", "output": output}));
        assert!(!format!("{state:?}").contains("CANARY"), "{state:?}");
    }

    #[test]
    fn unknown_keys_and_wrong_types_are_read_over() {
        let object = json!({
            "id": "a", "status": "succeeded", "output": ["https://a.b/1"], "new": {"a": [1]},
            "error": {"odd": true}, "metrics": "none", "urls": 7, "logs": [], "created_at": -1,
            "data_removed": "no", "input": null, "version": 3,
        });
        check_object(&object, "succeeded (succeeded) +https://a.b/1");
    }

    #[test]
    fn a_prediction_that_the_vendor_does_not_know() {
        for body in [r#"{"detail":"The requested resource could not be found."}"#, "", "<html>"] {
            assert_eq!(read_status(&reply(404, body)).unwrap(), [None], "{body}");
        }
    }

    #[test]
    fn a_failed_poll_says_nothing_about_the_prediction() {
        for (status, kind) in [
            (401, ErrorKind::Auth),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::ProviderFailed),
            (504, ErrorKind::Timeout),
        ] {
            assert_eq!(read_status(&reply(status, "<html>")).unwrap_err().kind, kind);
        }
    }

    #[test]
    fn good_status_and_no_prediction() {
        let truncated = &DONE[..DONE.len() / 2];
        for body in ["", "<html>", truncated, "[]", "{}", "null", r#"{"id":7}"#, r#"{"id":""}"#] {
            let error = read_status(&reply(200, body)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Decode, "{body}");
        }
    }

    #[track_caller]
    fn check_submit(status: u16, body: &str, expected: &str) {
        let results = read_submit(&reply(status, body)).unwrap();
        let [Ok(submitted)] = results.as_slice() else { panic!("{results:?}") };
        assert_eq!(format!("{} {}", submitted.id, summary(&submitted.state)), expected);
    }

    #[test]
    fn a_submission_at_every_stage() {
        check_submit(201, STARTING, "14m2dc50wnrgp0cjb2ybv46db4 queued (starting)");
        let file = "+data:image/png;base64,iVBORw0KGgo=";
        check_submit(
            202,
            EARLY,
            &format!("ks8wp4gjxnrgm0cjb3fa2r4zqc running (processing) {file}"),
        );
        let file = "+https://replicate.delivery/xezq/AbCdEf/clip.mp4";
        check_submit(
            200,
            DONE,
            &format!("14m2dc50wnrgp0cjb2ybv46db4 succeeded (succeeded) {file}"),
        );
        let text = "!provider_failed: x (E003), Unknown";
        let failed = r#"{"id":"a","status":"failed","error":"x (E003)"}"#;
        check_submit(201, failed, &format!("a failed (failed) {text}"));
    }

    #[test]
    fn a_submission_of_which_only_the_id_is_told() {
        check_submit(201, r#"{"id":"../a?b"}"#, "../a?b running (-)");
    }

    #[test]
    fn an_accepted_submission_without_an_id_may_cost() {
        let truncated = &STARTING[..90];
        for body in ["{}", "", "<html>", truncated, "[]", r#"{"id":null,"status":"starting"}"#] {
            let error = read_submit(&reply(201, body)).unwrap_err();
            assert_eq!((error.kind, error.charged), (ErrorKind::Decode, Charged::Unknown));
        }
    }

    #[test]
    fn a_refused_submission_costs_nothing() {
        for (status, body) in crate::error::tests::RECORDED.iter().filter(|entry| entry.0 < 500) {
            let error = read_submit(&reply(*status, *body)).unwrap_err();
            assert_eq!(error.charged, Charged::No, "{error}");
        }
    }

    #[test]
    fn a_submission_that_a_gateway_swallowed_may_cost() {
        for status in [500, 502, 503, 504, 408] {
            let error = read_submit(&reply(status, "<html>")).unwrap_err();
            assert_eq!(error.charged, Charged::Unknown, "{error}");
        }
    }

    #[track_caller]
    fn check_cancel(body: &str, stopped: bool) {
        assert_eq!(read_cancel(&reply(200, body)).unwrap(), stopped, "{body}");
    }

    #[test]
    fn a_prediction_that_is_stopped_or_on_its_way_there() {
        check_cancel(CANCELED, true);
        check_cancel(STARTING, true);
        check_cancel(EARLY, true);
        check_cancel(r#"{"id":"a","status":"aborted"}"#, true);
        check_cancel(r#"{"id":"a","status":"canceling"}"#, true);
        check_cancel(r#"{"id":"a"}"#, true);
    }

    #[test]
    fn a_prediction_that_had_ended_is_not_stopped() {
        check_cancel(DONE, false);
        check_cancel(FAILED, false);
        check_cancel(REMOVED, false);
        check_cancel(r#"{"id":"a","status":"failed","output":["https://a.b/1"]}"#, false);
    }

    #[test]
    fn a_cancel_that_failed_says_nothing_about_the_prediction() {
        assert_eq!(read_cancel(&reply(404, "{}")).unwrap_err().kind, ErrorKind::NotFound);
        assert_eq!(read_cancel(&reply(503, "")).unwrap_err().kind, ErrorKind::ProviderFailed);
        assert_eq!(read_cancel(&reply(200, "")).unwrap_err().kind, ErrorKind::Decode);
        assert_eq!(read_cancel(&reply(200, "{}")).unwrap_err().kind, ErrorKind::Decode);
    }

    /// `id model created_at input` of each prediction, and the next page.
    fn listed(page: &Value) -> String {
        let recent = read_recent(&reply(200, page.to_string())).unwrap();
        let row = |job: &Sighting| {
            let (model, input) = (job.model.as_deref(), job.input.as_ref().map(Value::to_string));
            let (model, input) = (model.unwrap_or("-"), input.unwrap_or("-".into()));
            format!("{} {model} {:?} {input}; ", job.id, job.created_at)
        };
        let rows: String = recent.jobs.iter().map(row).collect();
        format!("{rows}next {:?}", recent.next)
    }

    #[track_caller]
    fn check_row(prediction: &Value, expected: &str) {
        let page = json!({"next": null, "previous": null, "results": [prediction]});
        assert_eq!(listed(&page), format!("{expected}; next None"));
    }

    #[test]
    fn a_list_shows_what_was_sent_and_when() {
        let recorded: Value = serde_json::from_str(STARTING).unwrap();
        let row = r#"14m2dc50wnrgp0cjb2ybv46db4 bytedance/seedance-2.0-fast Some(1795132800123) {"prompt":"a <boat>"}"#;
        check_row(&recorded, row);
        assert!(
            read_sighting(&recorded)
                .unwrap()
                .is_of("bytedance/seedance-2.0-fast", &json!({"prompt": "a <boat>"}))
        );
    }

    #[test]
    fn an_input_that_was_removed_is_not_shown() {
        let mut removed: Value = serde_json::from_str(REMOVED).unwrap();
        removed["model"] = json!("acme/clip");
        check_row(&removed, "abc acme/clip None -");
    }

    #[test]
    fn a_prediction_without_a_model_or_an_input_shows_none() {
        check_row(&json!({"id": "a", "input": {"prompt": "b"}}), "a - None -");
        check_row(&json!({"id": "a", "model": "b/c", "input": "d"}), "a b/c None -");
        check_row(&json!({"id": "a", "model": "b/c", "created_at": "soon"}), "a b/c None -");
    }

    #[track_caller]
    fn check_next(next: &Value, expected: Option<&str>) {
        assert_eq!(listed(&json!({"next": next, "results": []})), format!("next {expected:?}"));
    }

    #[test]
    fn of_the_next_page_only_its_query_is_taken() {
        let url = "https://api.replicate.com/v1/predictions?cursor=cD0yMDI0&created_after=a#b";
        check_next(&json!(url), Some("cursor=cD0yMDI0&created_after=a"));
        check_next(&json!("https://evil.example/?cursor=c"), Some("cursor=c"));
        check_next(&Value::Null, None);
        check_next(&json!(""), None);
    }

    #[test]
    fn a_list_that_cannot_be_read_tells_of_no_job_and_owes_nothing() {
        let next = |url: &str| json!({"results": [], "next": url});
        for page in [
            json!({}),
            json!([]),
            json!({"results": null}),
            json!({"results": [{"id": "a"}, {"id": ""}]}),
            next("https://api.replicate.com/v1/predictions"),
            next("https://api.replicate.com/v1/predictions?"),
            next("https://api.replicate.com/v1/predictions?a=b c"),
            next("https://api.replicate.com/v1/predictions?a=b\r\nc"),
        ] {
            let error = read_recent(&reply(200, page.to_string())).unwrap_err();
            assert_eq!((error.kind, error.charged), (ErrorKind::Decode, Charged::No), "{page}");
        }
        let error = read_recent(&reply(502, "<html>")).unwrap_err();
        assert_eq!((error.kind, error.charged), (ErrorKind::ProviderFailed, Charged::No));
    }
}
