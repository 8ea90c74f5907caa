//! Replies to submissions, polls, cancels, prices and reads of assets.

use std::time::Duration;

use genmux_core::{
    Charged, Cost, CostBasis, ErrorKind, JobState, JobStatus, Kind, Number, Recent, RemoteArtifact,
    Reply, Sighting, SubmitResult, Submitted, Unit, VendorError, read_time,
};
use serde::Deserialize as _;
use serde_json::Value;

use crate::error;

/// The status of a dry run, which the vendor made up: a price, and no job.
const DRY_RUN: u16 = 269;

/// What became of the one payload.
pub(crate) fn read_submit(reply: &Reply) -> Result<Vec<SubmitResult>, VendorError> {
    if is_dry_run(reply) {
        return Err(only_priced());
    }
    let body = error::read_body(reply)?;
    let job = &body["job"];
    let id = text(&job["jobId"]).ok_or_else(|| unreadable(reply, "it names no job"))?;
    let mut state = read_job(job);
    if state.failures.is_empty() {
        // Told beside the job; the job itself tells it when it is polled.
        state.cost = cost(&body["creativeUnitsCost"]).or(state.cost);
    }
    Ok(vec![Ok(Submitted { id: id.to_owned(), state })])
}

fn only_priced() -> VendorError {
    let message = "the vendor answered as to a dry run (HTTP 269): nothing was run";
    let mut error = VendorError::new(ErrorKind::Invalid, message);
    error.status = Some(DRY_RUN);
    error
}

/// The state of the one job; a job that is not known is not an error.
pub(crate) fn read_status(reply: &Reply) -> Result<Vec<Option<JobState>>, VendorError> {
    if reply.status().as_u16() == 404 {
        return Ok(vec![None]);
    }
    let body = error::read_body(reply)?;
    let job = &body["job"];
    if !job.is_object() {
        return Err(unreadable(reply, "it holds no job"));
    }
    Ok(vec![Some(read_job(job))])
}

fn read_job(job: &Value) -> JobState {
    let word = text(&job["status"]);
    let mut state = JobState::new(word.map_or(JobStatus::Running, status));
    state.vendor_status = word.map(genmux_core::safe_text);
    state.progress = job["progress"].as_f64().and_then(percent);
    state.assets = strings(&job["metadata"]["assetIds"]);
    state.cost = billed(&job["billing"]);
    fail(&mut state, job);
    state
}

/// One page of the project's jobs; a list owes nothing.
pub(crate) fn read_recent(reply: &Reply) -> Result<Recent, VendorError> {
    let page = error::read_body(reply).and_then(|body| {
        let rows = body["jobs"].as_array().ok_or_else(|| unreadable(reply, "it holds no jobs"))?;
        let jobs: Option<Vec<Sighting>> = rows.iter().map(read_sighting).collect();
        let jobs = jobs.ok_or_else(|| unreadable(reply, "a job of the list has no id"))?;
        Ok(Recent::new(jobs, text(&body["nextPaginationToken"]).map(str::to_owned)))
    });
    page.map_err(free)
}

/// A job names no model, and `metadata.input` repeats the body (`scenario-sdk` 2.4.0). No source
/// says that it repeats it exactly, so that only an exact repetition is worth anything.
fn read_sighting(job: &Value) -> Option<Sighting> {
    let mut seen = Sighting::new(text(&job["jobId"])?);
    seen.created_at = text(&job["createdAt"]).and_then(read_time);
    seen.input = Some(job["metadata"]["input"].clone()).filter(Value::is_object);
    Some(seen)
}

/// The eight words of `scenario-sdk` 2.4.0. The vendor's pages also speak of `processing`,
/// `succeeded` and `failed`, which never come; a word that is not known ends no job.
fn status(word: &str) -> JobStatus {
    match word {
        "pending" | "queued" => JobStatus::Queued,
        "success" => JobStatus::Succeeded,
        "failure" => JobStatus::Failed,
        "canceled" => JobStatus::Canceled,
        // `warming-up`, `in-progress`, `finalizing`, and what is not known.
        _ => JobStatus::Running,
    }
}

/// Adds what went wrong; a success beside an error text is a partial one.
fn fail(state: &mut JobState, job: &Value) {
    match state.status {
        JobStatus::Failed => {
            let failure = error::of_job(job);
            // The price of a job that is refunded is nobody's cost.
            state.cost = state.cost.filter(|_| failure.charged != Charged::No);
            state.failures = vec![failure];
        }
        JobStatus::Succeeded if error::words(&job["metadata"]["error"]).is_some() => {
            let mut failure = error::of_job(job);
            // Refunds are told of jobs that fail as a whole.
            failure.charged = Charged::Unknown;
            state.failures = vec![failure];
        }
        _ => {}
    }
}

/// Told as 0 to 1.
fn percent(share: f64) -> Option<u8> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
    (0.0..=1.0).contains(&share).then(|| (share * 100.0).round() as u8)
}

/// `cuCostDetails` holds what comes on top of `cuCost` (`scenario-sdk` 2.4.0).
fn billed(billing: &Value) -> Option<Cost> {
    let mut cost = cost(&billing["cuCost"])?;
    let added = billing["cuCostDetails"].as_object().into_iter().flatten();
    for amount in added.filter_map(|(_, amount)| number(amount)) {
        cost.amount = cost.amount.plus(amount);
    }
    Some(cost)
}

fn cost(amount: &Value) -> Option<Cost> {
    let amount = number(amount).filter(|amount| *amount >= Number::default())?;
    Some(Cost { amount, unit: Unit::Cu, basis: CostBasis::Reported })
}

/// Whether the job was stopped. A generation never is: it goes on, and only the waiting ends.
pub(crate) fn read_cancel(reply: &Reply) -> Result<bool, VendorError> {
    match error::read_body(reply) {
        Ok(body) if body["job"].is_object() => Ok(body["job"]["status"] == "canceled"),
        Ok(_) => Err(unreadable(reply, "it holds no job")),
        // "Cannot cancel this type of job. Action not permitted." (seen live, 2026-09).
        Err(error) if is_refused_cancel(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn is_refused_cancel(error: &VendorError) -> bool {
    error.status == Some(400) && error.message.to_lowercase().contains("cannot cancel")
}

/// The price by a dry run.
///
/// `creativeUnitsCost` as it stands: `costDetails`, which sums to it, is told after the discount
/// (`scenario-sdk` 2.4.0), so that `creativeUnitsDiscount` is not subtracted once more.
pub(crate) fn read_price(reply: &Reply) -> Result<Cost, VendorError> {
    let body = error::read_body(reply);
    if reply.status().is_success() && !is_dry_run(reply) {
        return Err(may_have_run(reply, &body.unwrap_or_default()));
    }
    let price = body.and_then(|body| {
        cost(&body["creativeUnitsCost"]).ok_or_else(|| unreadable(reply, "it tells no price"))
    });
    price.map_err(|error| if is_dry_run(reply) { free(error) } else { error })
}

fn may_have_run(reply: &Reply, body: &Value) -> VendorError {
    let status = reply.status().as_u16();
    let id = text(&body["job"]["jobId"]);
    let job = id.map_or_else(|| "a paid job".to_owned(), |id| format!("the paid job {id}"));
    let message = format!(
        "a price was asked for and the vendor answered as to a run (HTTP {status}): \
         {job} may have been started"
    );
    let mut error = VendorError::new(ErrorKind::Ambiguous, message);
    error.status = Some(status);
    error.charged = if id.is_some() { Charged::Yes } else { Charged::Unknown };
    error
}

/// The assets that can be fetched. Those that are not ready or have failed are left out, so that
/// the others still arrive; the caller misses them by their ids.
pub(crate) fn read_assets(reply: &Reply) -> Result<Vec<RemoteArtifact>, VendorError> {
    let body = error::read_body(reply)?;
    match body["assets"].as_array() {
        Some(assets) => Ok(assets.iter().filter_map(artifact).collect()),
        None => Err(unreadable(reply, "it holds no assets")),
    }
}

fn artifact(asset: &Value) -> Option<RemoteArtifact> {
    if matches!(text(&asset["status"]), Some("pending" | "error")) {
        return None;
    }
    let properties = &asset["properties"];
    let side = |key: &str| u32::try_from(whole(&properties[key])?).ok();
    let mut artifact = RemoteArtifact::at(text(&asset["url"])?);
    artifact.asset = text(&asset["id"]).map(canonical);
    artifact.kind = text(&asset["kind"]).and_then(kind);
    artifact.mime = text(&asset["mimeType"]).map(str::to_owned);
    artifact.width = side("width");
    artifact.height = side("height");
    artifact.millis = properties["duration"].as_f64().and_then(millis);
    artifact.bytes = whole(&properties["size"]);
    artifact.seed = seed(&asset["metadata"]["seed"]);
    artifact.flagged = asset["nsfw"].as_array().map(|labels| !labels.is_empty());
    Some(artifact)
}

/// An asset as next requests name it.
pub(crate) fn canonical(id: &str) -> String {
    format!("scenario:{id}")
}

/// What is a picture and what a clip; the other kinds (`3d`, `audio`, `image-hdr`, ...) are none.
fn kind(word: &str) -> Option<Kind> {
    match word {
        "image" => Some(Kind::Image),
        "video" => Some(Kind::Video),
        _ => None,
    }
}

fn millis(seconds: f64) -> Option<u64> {
    u64::try_from(Duration::try_from_secs_f64(seconds).ok()?.as_millis()).ok()
}

/// A text by `scenario-sdk` 2.4.0, where requests hold a number.
fn seed(value: &Value) -> Option<u64> {
    text(value).map_or_else(|| whole(value), |text| text.parse().ok())
}

pub(crate) fn unreadable(reply: &Reply, what: &str) -> VendorError {
    VendorError::unreadable(reply.status().as_u16(), what)
}

/// The same error of a call that can cost nothing.
pub(crate) fn free(mut error: VendorError) -> VendorError {
    error.charged = Charged::No;
    error
}

fn is_dry_run(reply: &Reply) -> bool {
    reply.status().as_u16() == DRY_RUN
}

/// A text that is not empty.
pub(crate) fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.trim().is_empty())
}

fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(text).map(str::to_owned).collect()
}

/// Costs may be fractional (7.25, 0.75), so that they are decimals and no floats.
fn number(value: &Value) -> Option<Number> {
    Number::deserialize(value).ok()
}

/// A whole number, also where it is written `1024.0`.
fn whole(value: &Value) -> Option<u64> {
    number(value)?.as_whole()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::needless_pass_by_value)] // Cases are easier to read so.

    use serde_json::json;

    use super::*;

    fn reply(status: u16, body: impl ToString) -> Reply {
        http::Response::builder().status(status).body(body.to_string().into()).unwrap()
    }

    fn submitted(body: &Value) -> Submitted {
        let mut all = read_submit(&reply(200, body)).unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0).unwrap()
    }

    fn polled(job: &Value) -> JobState {
        let mut all = read_status(&reply(200, json!({"job": job}))).unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0).unwrap()
    }

    /// What is wrong: kind, whether it is owed, and a piece of the message.
    #[track_caller]
    fn check<T: std::fmt::Debug>(
        result: Result<T, VendorError>,
        kind: ErrorKind,
        charged: Charged,
        message: &str,
    ) {
        let error = result.unwrap_err();
        assert_eq!((error.kind, error.charged), (kind, charged), "{error}");
        assert!(error.message.contains(message), "{error}");
    }

    fn units(text: &str) -> Cost {
        let amount = serde_json::from_str(text).unwrap();
        Cost { amount, unit: Unit::Cu, basis: CostBasis::Reported }
    }

    /// A job as the vendor answers to a submission.
    fn job(status: &str) -> Value {
        json!({
            "jobId": "job_1", "jobType": "custom", "status": status, "progress": 0,
            "statusHistory": [{"date": "2026-01-01T00:00:00.000Z", "status": status}],
            "metadata": {"input": {"prompt": "a boat"}, "assetIds": []},
            "billing": {"cuCost": 7.25, "cuDiscount": 0},
            "createdAt": "2026-01-01T00:00:00.000Z", "updatedAt": "2026-01-01T00:00:00.000Z",
        })
    }

    #[test]
    fn a_submission_gives_a_job_and_its_cost() {
        let body = json!({
            "job": job("queued"), "creativeUnitsCost": 10.75, "creativeUnitsDiscount": 1,
            "costDetails": {"custom-generation": 10.75}, "later": [1, {"x": null}],
        });
        let Submitted { id, state } = submitted(&body);
        assert_eq!((id.as_str(), state.status), ("job_1", JobStatus::Queued));
        assert_eq!(state.vendor_status.as_deref(), Some("queued"));
        assert_eq!((state.cost, state.progress), (Some(units("10.75")), Some(0)));
    }

    #[test]
    fn the_smallest_submission_is_a_running_job() {
        let Submitted { id, state } = submitted(&json!({"job": {"jobId": "job_1"}}));
        assert_eq!((id.as_str(), state), ("job_1", JobState::new(JobStatus::Running)));
    }

    #[test]
    fn the_cost_is_the_jobs_where_the_reply_tells_none() {
        for cost in [Value::Null, json!("9"), json!(-1), json!({})] {
            let body = json!({"job": job("pending"), "creativeUnitsCost": cost});
            assert_eq!(submitted(&body).state.cost, Some(units("7.25")));
        }
    }

    #[test]
    fn a_submission_may_be_done_at_once() {
        let mut job = job("success");
        job["metadata"]["assetIds"] = json!(["asset_1"]);
        let state = submitted(&json!({"job": job})).state;
        assert_eq!((state.status, state.assets), (JobStatus::Succeeded, vec!["asset_1".into()]));
    }

    #[test]
    fn an_id_is_taken_as_it_is() {
        let body = json!({"job": {"jobId": "../a?b/c", "status": "queued"}});
        assert_eq!(submitted(&body).id, "../a?b/c");
    }

    #[test]
    fn a_submission_without_an_id_may_have_been_paid() {
        for body in [
            "{}",
            "[]",
            "null",
            "\"job_1\"",
            "",
            "<html>ok</html>",
            "{\"job\":{\"jobId\":\"job",
            r#"{"job":null}"#,
            r#"{"job":"job_1"}"#,
            r#"{"job":{}}"#,
            r#"{"job":{"jobId":null}}"#,
            r#"{"job":{"jobId":""}}"#,
            r#"{"job":{"jobId":7}}"#,
            r#"{"reason":"odd"}"#,
        ] {
            let result = read_submit(&reply(200, body));
            check(result, ErrorKind::Decode, Charged::Unknown, "HTTP 200");
        }
    }

    #[test]
    fn a_dry_run_is_never_a_run() {
        for job in [json!({}), json!({"jobId": "job_1"}), Value::Null] {
            let result = read_submit(&reply(269, json!({"job": job, "creativeUnitsCost": 9})));
            check(result, ErrorKind::Invalid, Charged::No, "nothing was run");
        }
        check(read_submit(&reply(269, "")), ErrorKind::Invalid, Charged::No, "nothing was run");
    }

    #[test]
    fn a_refused_submission_owes_nothing() {
        let body = json!({"reason": "Input prompt is required"});
        check(read_submit(&reply(400, body)), ErrorKind::Invalid, Charged::No, "Input prompt");
        let result = read_submit(&reply(503, "<html>"));
        check(result, ErrorKind::ProviderFailed, Charged::Unknown, "HTTP 503");
    }

    #[track_caller]
    fn check_status(word: &Value, status: JobStatus) {
        let state = polled(&json!({"status": word, "progress": null, "metadata": null}));
        assert_eq!((state.status, state.vendor_status.as_deref()), (status, word.as_str()));
    }

    #[test]
    fn every_status_word_has_its_meaning() {
        check_status(&json!("pending"), JobStatus::Queued);
        check_status(&json!("queued"), JobStatus::Queued);
        check_status(&json!("warming-up"), JobStatus::Running);
        check_status(&json!("in-progress"), JobStatus::Running);
        check_status(&json!("finalizing"), JobStatus::Running);
        check_status(&json!("success"), JobStatus::Succeeded);
        check_status(&json!("failure"), JobStatus::Failed);
        check_status(&json!("canceled"), JobStatus::Canceled);
    }

    #[test]
    fn a_word_never_seen_ends_nothing() {
        for word in ["reticulating", "succeeded", "failed", "cancelled", "SUCCESS", "processing"] {
            check_status(&json!(word), JobStatus::Running);
        }
        check_status(&Value::Null, JobStatus::Running);
        check_status(&json!(3), JobStatus::Running);
    }

    #[test]
    fn progress_is_told_as_a_share() {
        let progress = |share: Value| polled(&json!({"progress": share})).progress;
        assert_eq!(progress(json!(0)), Some(0));
        assert_eq!(progress(json!(0.29)), Some(29));
        assert_eq!(progress(json!(1)), Some(100));
        for odd in [json!(-0.1), json!(45), json!(1e300), json!("0.5"), Value::Null] {
            assert_eq!(progress(odd), None);
        }
    }

    #[test]
    fn outputs_come_in_their_order() {
        let metadata = json!({"assetIds": ["asset_2", "asset_1", null, "", 4, "a/../b?c"]});
        let state = polled(&json!({"status": "success", "metadata": metadata}));
        assert_eq!(state.assets, ["asset_2", "asset_1", "a/../b?c"]);
        assert!(state.artifacts.is_empty() && state.failures.is_empty());
    }

    #[test]
    fn a_success_with_fewer_outputs_or_none_is_one() {
        for ids in [json!(["asset_1"]), json!([]), Value::Null, json!("asset_1")] {
            let state = polled(&json!({"status": "success", "metadata": {"assetIds": ids}}));
            assert_eq!((state.status, state.failures.len()), (JobStatus::Succeeded, 0));
        }
    }

    #[test]
    fn a_success_beside_an_error_is_a_partial_one() {
        let metadata = json!({"assetIds": ["asset_1"], "error": "one image is NSFW"});
        let billing = json!({"cuCost": 9});
        let state = polled(&json!({"status": "success", "metadata": metadata, "billing": billing}));
        assert_eq!((state.status, state.assets.len()), (JobStatus::Succeeded, 1));
        assert_eq!(state.failures[0].kind, ErrorKind::Moderation(genmux_core::Side::Either));
        assert_eq!((state.failures[0].charged, state.cost), (Charged::Unknown, Some(units("9"))));
    }

    #[test]
    fn a_failure_keeps_what_was_made() {
        let metadata = json!({"assetIds": ["asset_1"], "error": "the second one failed"});
        let state = polled(&json!({"status": "failure", "metadata": metadata}));
        assert_eq!((state.status, state.assets.len()), (JobStatus::Failed, 1));
        assert_eq!(state.failures.len(), 1);
    }

    #[test]
    fn the_price_of_a_refunded_job_is_no_cost() {
        let failed = |billing: Value| {
            let body = json!({"status": "failure", "billing": billing});
            (polled(&body).cost, polled(&body).failures[0].charged)
        };
        assert_eq!(failed(json!({"cuCost": 9})), (None, Charged::No));
        let kept = json!({"cuCost": 9, "disableRefund": true});
        assert_eq!(failed(kept), (Some(units("9")), Charged::Yes));
        assert_eq!(failed(Value::Null), (None, Charged::Unknown));
        let body = json!({"job": job("failure"), "creativeUnitsCost": 9});
        assert_eq!(submitted(&body).state.cost, None);
    }

    #[test]
    fn costs_are_decimals_with_what_comes_on_top() {
        let cost = |billing: Value| polled(&json!({"billing": billing})).cost;
        assert_eq!(cost(json!({"cuCost": 0.75, "cuDiscount": 3})), Some(units("0.75")));
        assert_eq!(cost(json!({"cuCost": 0})), Some(units("0")));
        let added = json!({"quality-gate": 0.1, "ip-detection": null, "odd": "x"});
        assert_eq!(cost(json!({"cuCost": 0.2, "cuCostDetails": added})), Some(units("0.3")));
        assert_eq!(cost(json!({"cuCost": null, "cuDiscount": 1})), None);
    }

    #[test]
    fn a_job_that_is_not_known_is_no_error() {
        for body in ["", "<html>", r#"{"reason":"no such job"}"#] {
            assert_eq!(read_status(&reply(404, body)).unwrap(), [None]);
        }
    }

    #[test]
    fn a_poll_that_fails_says_nothing_about_the_job() {
        for body in ["", "{}", "<html>", r#"{"job":null}"#, r#"{"job":[]}"#, "{\"job\":{\"st"] {
            let result = read_status(&reply(200, body));
            check(result, ErrorKind::Decode, Charged::Unknown, "HTTP 200");
        }
        let result = read_status(&reply(502, "<html>"));
        check(result, ErrorKind::ProviderFailed, Charged::Unknown, "HTTP 502");
        let result = read_status(&reply(401, r#"{"reason":"Unauthorized"}"#));
        check(result, ErrorKind::Auth, Charged::No, "Unauthorized");
    }

    #[test]
    fn a_generation_goes_on() {
        let reason = "Cannot cancel this type of job. Action not permitted.";
        assert_eq!(read_cancel(&reply(400, json!({"reason": reason}))), Ok(false));
        assert_eq!(read_cancel(&reply(200, json!({"job": job("in-progress")}))), Ok(false));
        assert_eq!(read_cancel(&reply(200, json!({"job": job("success")}))), Ok(false));
        assert_eq!(read_cancel(&reply(200, json!({"job": job("canceled")}))), Ok(true));
    }

    #[test]
    fn a_cancel_that_fails_is_an_error() {
        let result = read_cancel(&reply(400, r#"{"reason":"Unknown action"}"#));
        check(result, ErrorKind::Invalid, Charged::No, "Unknown action");
        check(read_cancel(&reply(404, "{}")), ErrorKind::NotFound, Charged::No, "HTTP 404");
        check(read_cancel(&reply(200, "{}")), ErrorKind::Decode, Charged::Unknown, "no job");
        check(read_cancel(&reply(200, "<html>")), ErrorKind::Decode, Charged::Unknown, "HTTP 200");
    }

    #[test]
    fn a_price_is_told_by_a_dry_run_alone() {
        let price = json!({
            "creativeUnitsCost": 13.25, "creativeUnitsDiscount": 2.5,
            "costDetails": {"custom-generation": 13.25},
        });
        assert_eq!(read_price(&reply(269, &price)).ok(), Some(units("13.25")));
        for job in [json!({}), Value::Null, json!({"jobId": "job_1"})] {
            let mut price = price.clone();
            price["job"] = job;
            assert_eq!(read_price(&reply(269, price)).ok(), Some(units("13.25")));
        }
    }

    #[test]
    fn a_price_that_cannot_be_read_costs_nothing() {
        for body in ["", "<html>", "{}", r#"{"creativeUnitsCost":null}"#, "{\"creative"] {
            let result = read_price(&reply(269, body));
            check(result, ErrorKind::Decode, Charged::No, "HTTP 269");
        }
    }

    #[test]
    fn a_run_in_place_of_a_price_is_told_by_its_id() {
        let body = json!({"job": job("queued"), "creativeUnitsCost": 9});
        check(read_price(&reply(200, body)), ErrorKind::Ambiguous, Charged::Yes, "job_1");
        for body in ["", "<html>", "{}", r#"{"creativeUnitsCost":9}"#, r#"{"job":{}}"#] {
            let result = read_price(&reply(200, body));
            check(result, ErrorKind::Ambiguous, Charged::Unknown, "may have been started");
        }
    }

    #[test]
    fn a_price_is_refused_as_a_run_is() {
        let body = json!({"reason": "Input width must be at least 672"});
        check(read_price(&reply(400, body)), ErrorKind::Invalid, Charged::No, "672");
        let body = json!({"name": "ModelAccessRestrictedError", "requiredPlan": "cu-max"});
        check(read_price(&reply(403, body)), ErrorKind::Plan, Charged::No, "cu-max");
    }

    /// An asset as the vendor tells of it.
    fn asset() -> Value {
        json!({
            "id": "asset_1", "authorId": "u", "ownerId": "proj_1", "collectionIds": [],
            "kind": "image", "mimeType": "image/jpeg", "privacy": "private", "status": "success",
            "metadata": {"kind": "image", "type": "txt2img", "seed": "42"}, "nsfw": [],
            "properties": {"size": 123456, "width": 2048, "height": 1152.0}, "source": "txt2img",
            "url": "https://cdn.example/assets/a.jpeg?Policy=p&Signature=SECRET&Key-Pair-Id=k",
        })
    }

    #[track_caller]
    fn read(assets: Value) -> Vec<RemoteArtifact> {
        read_assets(&reply(200, json!({"assets": assets}))).unwrap()
    }

    #[test]
    fn an_asset_is_read_with_its_properties() {
        let [artifact] = read(json!([asset()])).try_into().unwrap();
        assert_eq!(artifact.asset.as_deref(), Some("scenario:asset_1"));
        assert_eq!((artifact.width, artifact.height), (Some(2048), Some(1152)));
        assert_eq!((artifact.kind, artifact.bytes), (Some(Kind::Image), Some(123456)));
        assert_eq!((artifact.mime.as_deref(), artifact.seed), (Some("image/jpeg"), Some(42)));
        assert_eq!((artifact.flagged, artifact.millis), (Some(false), None));
        assert!(artifact.url.contains("SECRET") && !format!("{artifact:?}").contains("SECRET"));
    }

    #[test]
    fn an_asset_may_be_a_clip() {
        let mut clip = asset();
        clip["kind"] = json!("video");
        clip["properties"] = json!({"size": 1, "duration": 5.042, "frameRate": 24, "odd": {}});
        let [artifact] = read(json!([clip])).try_into().unwrap();
        assert_eq!((artifact.kind, artifact.millis), (Some(Kind::Video), Some(5042)));
    }

    #[test]
    fn an_asset_needs_only_an_address() {
        let [artifact] = read(json!([{"url": "https://a.example/b"}])).try_into().unwrap();
        assert_eq!(artifact, RemoteArtifact::at("https://a.example/b"));
        let nulls = json!({
            "url": "https://a.example/b", "id": null, "kind": null, "mimeType": null, "nsfw": null,
            "properties": {"width": null, "size": null}, "metadata": null, "status": null,
        });
        let [artifact] = read(json!([nulls])).try_into().unwrap();
        assert_eq!(artifact, RemoteArtifact::at("https://a.example/b"));
    }

    #[test]
    fn odd_members_of_an_asset_are_left_out() {
        let odd = json!({
            "url": "https://a.example/b", "kind": "image-hdr", "nsfw": ["suggestive"],
            "properties": {"width": -1, "height": 1e300, "size": 0.5, "duration": -3},
            "metadata": {"seed": 7.5},
        });
        let [artifact] = read(json!([odd])).try_into().unwrap();
        let mut expected = RemoteArtifact::at("https://a.example/b");
        expected.flagged = Some(true);
        assert_eq!(artifact, expected);
    }

    #[test]
    fn assets_that_cannot_be_fetched_are_left_out() {
        let with = |key: &str, value: Value| {
            let mut asset = asset();
            asset[key] = value;
            asset
        };
        let assets = json!([
            with("status", json!("pending")),
            with("status", json!("error")),
            null,
            "asset_1",
            with("url", Value::Null),
            with("url", json!("")),
            with("status", json!("new word")),
        ]);
        assert_eq!(read(assets).len(), 1);
        assert_eq!(read(json!([])), []);
    }

    #[test]
    fn assets_keep_the_order_of_the_reply_and_their_ids() {
        let ids = ["b/../a", "asset_1"];
        let assets: Vec<Value> =
            ids.iter().map(|id| json!({"id": id, "url": "https://a.example/b"})).collect();
        let assets = read(json!(assets)).into_iter().map(|artifact| artifact.asset.unwrap());
        let assets: Vec<String> = assets.collect();
        assert_eq!(assets, ["scenario:b/../a", "scenario:asset_1"]);
    }

    #[test]
    fn a_reply_without_assets_cannot_be_read() {
        for body in ["", "{}", "[]", "<html>", r#"{"assets":null}"#, "{\"assets\":[{\"id"] {
            let result = read_assets(&reply(200, body));
            check(result, ErrorKind::Decode, Charged::Unknown, "HTTP 200");
        }
        let result = read_assets(&reply(404, r#"{"reason":"no such asset"}"#));
        check(result, ErrorKind::NotFound, Charged::No, "no such asset");
    }

    #[test]
    fn a_list_shows_jobs_with_their_input() {
        let body = json!({"jobs": [job("queued"), {"jobId": "job_2", "metadata": {}}]});
        let Recent { jobs, next, .. } = read_recent(&reply(200, body)).unwrap();
        assert_eq!((jobs.len(), next), (2, None));
        let millis = 1_767_225_600_000;
        assert_eq!((jobs[0].id.as_str(), jobs[0].created_at), ("job_1", Some(millis)));
        assert!(jobs[0].is_of("model_boat", &json!({"prompt": "a boat"})));
        assert!(!jobs[0].is_of("model_boat", &json!({"prompt": "a boat", "width": 1024})));
        assert_eq!((&jobs[1].input, jobs[1].created_at), (&None, None));
        assert!(!jobs[1].is_of("model_boat", &json!({})));
    }

    #[test]
    fn the_token_of_the_next_page_is_taken_as_it_is() {
        for (token, next) in [
            (json!("a&b=/"), Some("a&b=/")),
            (json!(""), None),
            (Value::Null, None),
            (json!(3), None),
        ] {
            let body = json!({"jobs": [], "nextPaginationToken": token});
            let recent = read_recent(&reply(200, body)).unwrap();
            assert_eq!((recent.jobs.len(), recent.next.as_deref()), (0, next));
        }
    }

    #[test]
    fn a_list_that_cannot_be_read_tells_of_no_job_and_owes_nothing() {
        for body in [json!({}), json!({"jobs": null}), json!({"jobs": [job("queued"), {}]})] {
            check(read_recent(&reply(200, body)), ErrorKind::Decode, Charged::No, "cannot be read");
        }
        let refused = read_recent(&reply(503, "<html>"));
        check(refused, ErrorKind::ProviderFailed, Charged::No, "");
    }
}
