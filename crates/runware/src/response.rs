//! Replies to submissions and polls: entries, matched to tasks by their UUID.

mod artifact;

use std::collections::HashSet;

use genmux_core::{
    Charged, Cost, CostBasis, ErrorKind, JobState, JobStatus, Reply, SubmitResult, Submitted,
    Ticket, Unit, VendorError, read_reply, safe_text,
};
use serde_json::Value;

use crate::error::{
    Around, CONFLICT, ENTRY, Subject, code, cost, failure, is_bare_error, is_blank, is_error,
    is_of_no_task, merged, refusal, subject, tells_error, text, word,
};
use artifact::{artifact, place, uuid};

/// What became of each payload.
///
/// # Errors
/// When the reply tells of none of them.
pub(crate) fn read_submit(
    reply: &Reply,
    asked: &[Ticket],
) -> Result<Vec<SubmitResult>, VendorError> {
    let entries = Entries::read(reply)?;
    let alone = asked.len() == 1;
    let results: Vec<_> = asked.iter().map(|ticket| entries.submitted(ticket, alone)).collect();
    if results.iter().all(Option::is_none) {
        return Err(entries.refused());
    }
    let unreadable = || entries.around.unreadable("it tells nothing of this task");
    let silent = || entries.shared().unwrap_or_else(unreadable);
    Ok(results.into_iter().map(|result| result.unwrap_or_else(|| Err(silent()))).collect())
}

/// The state of each job; `None` where no entry tells of it.
///
/// # Errors
/// When the poll failed and not a job.
pub(crate) fn read_status(
    reply: &Reply,
    tickets: &[Ticket],
) -> Result<Vec<Option<JobState>>, VendorError> {
    let entries = Entries::read(reply)?;
    // Looked up once: many tasks are asked about together.
    let names = entries.names();
    let states: Vec<_> = tickets.iter().map(|ticket| entries.state_among(&names, ticket)).collect();
    match entries.failed_poll() {
        Some(error) if states.iter().all(Option::is_none) => Err(error),
        _ => Ok(states),
    }
}

/// There is no such call, so a reply to it is an error.
pub(crate) fn read_cancel(_reply: &Reply) -> Result<bool, VendorError> {
    Err(VendorError::new(ErrorKind::Invalid, "Runware has no call that stops a job"))
}

/// The entries of a body, in whatever form it came.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// Acknowledgements, states and results.
    pub(crate) data: Vec<Value>,
    /// Errors, also those that stand in `data`.
    pub(crate) errors: Vec<Value>,
    /// The reply around them.
    pub(crate) around: Around,
}

impl Entries {
    pub(crate) fn read(reply: &Reply) -> Result<Entries, VendorError> {
        let around = Around::of(reply);
        let none = || around.bare("the body has no data and no errors");
        Ok(Entries { around, ..Entries::of(read_reply(reply)?).ok_or_else(none)? })
    }

    /// Reads `{data, errors}`, and what gateways and webhooks send: `{error}`, one bare entry, a
    /// bare list. `None` for anything else.
    pub(crate) fn of(body: Value) -> Option<Entries> {
        match body {
            Value::Array(items) => Some(Entries::sorted(items, is_bare_error)),
            Value::Object(mut map) if map.contains_key("data") || map.contains_key("errors") => {
                let mut entries = Entries::sorted(items(map.remove("data")), is_error);
                entries.errors.extend(items(map.remove("errors")));
                let rest = Value::Object(map);
                entries.errors.extend(tells_error(&rest).then_some(rest));
                Some(entries)
            }
            entry if ENTRY.iter().any(|key| entry.get(key).is_some()) => {
                Some(Entries::sorted(vec![entry], is_bare_error))
            }
            _ => None,
        }
    }

    fn sorted(items: Vec<Value>, is_error: fn(&Value) -> bool) -> Entries {
        let (errors, data) = items.into_iter().partition(is_error);
        Entries { data, errors, around: Around::default() }
    }

    /// What became of one payload; `None` where no entry carries its UUID.
    fn submitted(&self, ticket: &Ticket, alone: bool) -> Option<SubmitResult> {
        let own = || self.errors.iter().filter(|error| is_of(error, ticket));
        // Without a UUID it can only be about the one task that was sent.
        let lone = self.errors.iter().filter(|error| alone && is_of_no_task(error));
        // Used before: by this very task, since its UUID is derived from the request.
        let before = own().chain(lone).any(|error| code(error) == CONFLICT);
        let state = match () {
            () if self.data.iter().any(|item| is_of(item, ticket)) => self.state(ticket)?,
            () if before => JobState::new(JobStatus::Queued),
            () => return merged(own().map(|error| refusal(error, self.around))).map(Err),
        };
        Some(Ok(Submitted { id: ticket.id.clone(), state }))
    }

    /// What is said of no task, and so of every one.
    fn shared(&self) -> Option<VendorError> {
        let shared = self.errors.iter().filter(|error| is_of_no_task(error));
        merged(shared.map(|error| self.refusal(error)))
    }

    /// The error of a call that says nothing of what was asked.
    fn refused(&self) -> VendorError {
        let foreign = self.errors.iter().filter(|_| self.around.failed().is_some());
        let told = self.shared().or_else(|| merged(foreign.map(|error| self.refusal(error))));
        told.unwrap_or_else(|| self.around.bare("the body names none of the tasks"))
    }

    fn refusal(&self, error: &Value) -> VendorError {
        let mut refused = refusal(error, self.around);
        if code(error) == CONFLICT {
            // One of the tasks exists, and nobody knows which.
            (refused.kind, refused.charged) = (ErrorKind::Ambiguous, Charged::Unknown);
        }
        refused
    }

    /// What all entries of a task say of it; `None` where there is none.
    pub(crate) fn state(&self, ticket: &Ticket) -> Option<JobState> {
        self.state_among(&self.names(), ticket)
    }

    /// The UUID of the task that each entry of the data tells of.
    fn names(&self) -> Vec<Option<&str>> {
        self.data.iter().map(|item| text(item, "taskUUID")).collect()
    }

    fn state_among(&self, names: &[Option<&str>], ticket: &Ticket) -> Option<JobState> {
        let mut tally = Tally::new(self.around);
        for (item, name) in self.data.iter().zip(names) {
            if name.is_some_and(|name| is_named(name, ticket)) {
                tally.add(item);
            }
        }
        let own = self.errors.iter().filter(|error| is_of(error, ticket));
        let failures = own.filter(|error| subject(error, self.around) == Subject::Task);
        failures.for_each(|error| tally.fail(error));
        tally.state(ticket)
    }

    /// The error of a poll as such, which says nothing about jobs.
    fn failed_poll(&self) -> Option<VendorError> {
        let about = |what| self.errors.iter().find(|error| subject(error, self.around) == what);
        match (about(Subject::Call), about(Subject::NoTask), self.around.failed()) {
            (Some(error), ..) => Some(refusal(error, self.around)),
            (None, None, Some(_)) => Some(self.refused()),
            _ => None,
        }
    }
}

/// A list, also of one entry that stands alone: one page prints `data` as an object.
fn items(value: Option<Value>) -> Vec<Value> {
    let items = match value {
        Some(Value::Array(items)) => items,
        other => other.into_iter().collect(),
    };
    items.into_iter().filter(|item| !is_blank(item)).collect()
}

fn is_of(entry: &Value, ticket: &Ticket) -> bool {
    text(entry, "taskUUID").is_some_and(|name| is_named(name, ticket))
}

const fn is_named(name: &str, ticket: &Ticket) -> bool {
    name.eq_ignore_ascii_case(ticket.id.as_str())
}

/// The entries of one task, summed up.
struct Tally<'a> {
    around: Around,
    /// Results that were counted: polls repeat them, and deliveries may be doubled.
    seen: HashSet<&'a str>,
    /// The farthest stage of what is not done.
    unfinished: Option<JobStatus>,
    /// Whether a failure names no result, and so speaks of the whole task.
    whole: bool,
    state: JobState,
}

impl<'a> Tally<'a> {
    fn new(around: Around) -> Tally<'a> {
        let state = JobState::new(JobStatus::Queued);
        Tally { around, seen: HashSet::new(), unfinished: None, whole: false, state }
    }

    fn add(&mut self, item: &'a Value) {
        let stage = stage(item);
        if stage == JobStatus::Succeeded {
            self.finish(item);
        } else {
            let running = self.unfinished.filter(|status| *status == JobStatus::Running);
            self.unfinished = running.or(Some(stage));
            self.state.progress = self.state.progress.into_iter().chain(progress(item)).min();
        }
        self.hear(item, stage != JobStatus::Succeeded);
    }

    fn finish(&mut self, item: &'a Value) {
        let id = uuid(item).or_else(|| Some(place(item)?.1));
        if id.is_some_and(|id| !self.seen.insert(id)) {
            return;
        }
        match artifact(item) {
            Some(artifact) => self.state.artifacts.push(artifact),
            None => self.state.failures.push(self.around.unreadable("a result has no file")),
        }
        self.pay(item);
    }

    fn fail(&mut self, error: &Value) {
        self.whole |= uuid(error).is_none();
        self.state.failures.push(failure(error, self.around));
        self.pay(error);
        self.hear(error, false);
    }

    /// Keeps the word of what is not done, else the first one.
    fn hear(&mut self, entry: &Value, unfinished: bool) {
        if unfinished || self.state.vendor_status.is_none() {
            let word = word(entry).map(|word| safe_text(&word));
            self.state.vendor_status = word.or(self.state.vendor_status.take());
        }
    }

    fn pay(&mut self, entry: &Value) {
        let Some(cost) = cost(entry) else { return };
        let amount = self.state.cost.map_or(cost, |sum| sum.amount.plus(cost));
        self.state.cost = Some(Cost { amount, unit: Unit::Usd, basis: CostBasis::Reported });
    }

    /// Done when nothing is under way and enough has come. Fewer results than asked may still
    /// grow, but a task that failed as a whole does so once, however many were asked for.
    fn state(mut self, ticket: &Ticket) -> Option<JobState> {
        let (made, failed) = (self.state.artifacts.len(), self.state.failures.len());
        let enough = (made + failed) as u64 >= ticket.results || made == 0 && self.whole;
        self.state.status = match self.unfinished {
            Some(stage) if made == 0 => stage,
            None if made + failed == 0 => return None,
            None if enough && made > 0 => JobStatus::Succeeded,
            None if enough => JobStatus::Failed,
            _ => JobStatus::Running,
        };
        Some(self.state)
    }
}

/// Only known words end anything. Acknowledgements have none, and nor have results that come at
/// once or by a webhook.
fn stage(item: &Value) -> JobStatus {
    match word(item).as_deref() {
        Some("success") => JobStatus::Succeeded,
        None if place(item).is_some() => JobStatus::Succeeded,
        None => JobStatus::Queued,
        Some(_) => JobStatus::Running,
    }
}

/// Whole percent, 0 to 100.
fn progress(item: &Value) -> Option<u8> {
    let percent = item.get("progress")?.as_f64()?.clamp(0.0, 100.0).floor();
    percent.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use genmux_core::{Kind, RemoteArtifact};
    use serde_json::json;

    use super::*;
    use crate::tests::{A, B, reply, tickets};

    /// An entry of task `A`.
    fn entry(more: &Value) -> Value {
        let mut entry = json!({ "taskType": "imageInference", "taskUUID": A });
        for (key, value) in more.as_object().unwrap() {
            entry[key] = value.clone();
        }
        entry
    }

    fn made(uuid: &str) -> Value {
        let url = format!("https://im.example/{uuid}.jpg");
        entry(&json!({ "status": "success", "imageUUID": uuid, "imageURL": url }))
    }

    fn processing() -> Value {
        entry(&json!({ "status": "processing", "progress": 40 }))
    }

    fn failed(code: &str) -> Value {
        entry(&json!({ "status": "error", "code": code, "message": "text" }))
    }

    fn error(error: &VendorError) -> String {
        format!("{} {:?}", error.kind, error.charged)
    }

    /// A state in a few words: status, vendor's word, progress, results, failures, cost.
    fn shown(state: &JobState) -> String {
        let mut words = vec![state.status.to_string()];
        words.extend(state.vendor_status.clone());
        words.extend(state.progress.map(|percent| format!("{percent}%")));
        words.push(format!("made {}", state.artifacts.len()));
        words.extend(state.failures.iter().map(|failure| format!("failed {}", error(failure))));
        words.extend(state.cost.map(|cost| cost.to_string()));
        words.join(", ")
    }

    #[track_caller]
    fn check_submit(status: u16, body: &Value, expected: &[&str]) {
        let asked = tickets(&[A, B][..expected.len()], 1, 1);
        let found = match read_submit(&reply(status, &body.to_string()), &asked) {
            Err(whole) => vec![format!("call: {}", error(&whole)); asked.len()],
            Ok(results) => results
                .iter()
                .zip(&asked)
                .map(|(result, ticket)| match result {
                    Ok(submitted) => {
                        assert_eq!(submitted.id, ticket.id);
                        shown(&submitted.state)
                    }
                    Err(refused) => error(refused),
                })
                .collect(),
        };
        assert_eq!(found, expected, "{body}");
    }

    const QUEUED: &str = "queued, made 0";
    const UNREADABLE: &str = "decode Unknown";

    fn ack(task: &str) -> Value {
        json!({ "taskType": "videoInference", "taskUUID": task, "unknown": [1] })
    }

    fn refused(task: &str, code: &str) -> Value {
        json!({ "code": code, "message": "text", "parameter": "duration", "type": "float",
            "taskType": "videoInference", "taskUUID": task, "documentation": "https://a.example" })
    }

    #[test]
    fn acknowledged_tasks_are_queued_whatever_their_order() {
        let acks = json!({ "data": [ack(B), ack(A)], "unknown": { "a": null } });
        check_submit(200, &acks, &[QUEUED, QUEUED]);
        check_submit(200, &json!({ "data": ack(A), "errors": null }), &[QUEUED]);
        check_submit(200, &json!([ack(A)]), &[QUEUED]);
        check_submit(200, &ack(A), &[QUEUED]);
        check_submit(200, &json!({ "data": [ack(&A.to_uppercase())] }), &[QUEUED]);
    }

    #[test]
    fn each_payload_has_its_own_error() {
        let body = json!({ "data": [ack(A)], "errors": [refused(B, "unsupportedDuration")] });
        check_submit(200, &body, &[QUEUED, "invalid No"]);
        check_submit(400, &body, &[QUEUED, "invalid No"]);
        let both = json!({ "data": [],
            "errors": [refused(B, "promptBlocked"), refused(A, "unsupportedDuration")] });
        check_submit(400, &both, &["invalid No", "moderation No"]);
        let failed = json!({ "data": [failed("invalidModel")] });
        check_submit(200, &failed, &["invalid No"]);
    }

    #[test]
    fn an_error_without_a_task_is_that_of_all_that_have_no_entry() {
        let login = json!({ "code": "invalidApiKey", "taskType": "authentication" });
        check_submit(401, &json!({ "errors": [login] }), &["call: auth No", "call: auth No"]);
        let busy = json!({ "code": "rateLimitExceeded" });
        let body = json!({ "data": [ack(A)], "errors": [busy] });
        check_submit(200, &body, &[QUEUED, "rate_limited No"]);
        check_submit(
            400,
            &json!({ "errors": [refused("x", "invalidModel")] }),
            &["call: invalid No"],
        );
    }

    #[test]
    fn a_task_that_was_accepted_before_is_queued() {
        let conflict = json!({ "data": [], "errors": [refused(A, "conflictTaskUUID")] });
        check_submit(400, &conflict, &[QUEUED]);
        check_submit(400, &conflict, &[QUEUED, UNREADABLE]);
        let nameless = json!({ "errors": [{ "code": "conflictTaskUUID" }] });
        check_submit(400, &nameless, &[QUEUED]);
        let unclear = "call: ambiguous Unknown";
        check_submit(400, &nameless, &[unclear, unclear]);
    }

    #[test]
    fn a_reply_that_tells_nothing_of_a_task_leaves_its_charge_open() {
        check_submit(200, &json!({ "data": [ack(A)] }), &[QUEUED, UNREADABLE]);
        for body in [
            json!({ "data": [] }),
            json!({ "data": null, "errors": [] }),
            json!({ "data": ["text", 7, null, { "taskUUID": 7 }, { "taskUUID": null }] }),
            json!({ "data": [ack("../a?b#c")] }),
            json!({}),
            json!({ "status": "ok" }),
            json!([]),
            json!("text"),
            json!(7),
            json!(null),
        ] {
            check_submit(200, &body, &["call: decode Unknown"]);
        }
    }

    #[test]
    fn gateways_speak_for_every_task_or_for_one() {
        let gone = json!({ "code": "serviceUnavailable", "message": "text" });
        let expected = "call: provider_failed Unknown";
        check_submit(503, &json!({ "error": gone }), &[expected]);
        check_submit(503, &gone, &[expected]);
        check_submit(503, &json!([gone]), &[expected]);
        check_submit(503, &json!({ "error": "text" }), &[expected]);
        check_submit(503, &json!({ "message": "text" }), &[expected]);
        check_submit(503, &json!({ "errors": ["text"] }), &[expected]);
        check_submit(503, &json!({}), &[expected]);
        let own = json!({ "error": gone, "taskUUID": A, "taskType": "imageInference" });
        check_submit(503, &own, &["provider_failed Unknown"]);
        check_submit(
            503,
            &json!({ "data": [], "error": { "code": "a", "taskUUID": A } }),
            &["provider_failed Unknown"],
        );
    }

    #[test]
    fn bodies_that_are_no_json_leave_the_status() {
        for body in ["", "<html>bad gateway</html>", "{\"data\":[{\"taskUUID\":\""] {
            let whole = |status| {
                let found = read_submit(&reply(status, body), &tickets(&[A], 1, 1));
                error(&found.unwrap_err())
            };
            assert_eq!(whole(200), UNREADABLE);
            assert_eq!(whole(502), "provider_failed Unknown");
            assert_eq!(whole(504), "timeout Unknown");
            assert_eq!(whole(401), "auth No");
            assert_eq!(whole(413), "invalid No");
        }
    }

    #[test]
    fn a_synchronous_answer_is_a_state_already() {
        let result = entry(&json!({ "imageUUID": "a", "imageURL": "https://im.example/a.jpg" }));
        check_submit(200, &json!({ "data": [result] }), &["succeeded, made 1"]);
        let broken = json!({ "data": [processing()], "errors": [failed("inferenceError")] });
        let expected = "running, processing, 40%, made 0, failed provider_failed Unknown";
        check_submit(200, &broken, &[expected]);
    }

    #[track_caller]
    fn check_wait(headers: &[(&'static str, &str)], expected: Option<u64>) {
        let body = json!({ "errors": [{ "code": "rateLimitExceeded", "retryAfter": 7 }] });
        for body in [body.to_string(), "{}".to_owned(), "<html>".to_owned()] {
            let mut reply = reply(429, &body);
            for (name, value) in headers {
                reply.headers_mut().insert(*name, value.parse().unwrap());
            }
            let submitted = read_submit(&reply, &tickets(&[A], 1, 1)).unwrap_err();
            let polled = read_status(&reply, &tickets(&[A], 1, 1)).unwrap_err();
            for error in [submitted, polled] {
                assert_eq!(error.kind, ErrorKind::RateLimited);
                assert_eq!(error.retry_after, expected.map(Duration::from_secs), "{body}");
            }
        }
    }

    #[test]
    fn waits_are_those_of_headers() {
        check_wait(&[("retry-after", "9")], Some(9));
        check_wait(&[("retry-after-ms", "9000")], Some(9));
        check_wait(&[("retry-after", "-9")], Some(0));
        check_wait(&[("retry-after", "99999999999")], Some(99_999_999_999));
        check_wait(&[("retry-after", "1e999")], None);
        check_wait(&[("retry-after", "soon")], None);
        // No page names a key of the body.
        check_wait(&[], None);
    }

    /// What a poll with these entries says of task `A` that asked for `results`, or of the call.
    #[track_caller]
    fn check_poll(status: u16, body: &Value, results: (u64, u64), expected: &str) {
        let asked = tickets(&[A], results.0, results.1);
        let found = match read_status(&reply(status, &body.to_string()), &asked) {
            Err(whole) => format!("call: {}", error(&whole)),
            Ok(found) => found[0].as_ref().map_or("nothing".to_owned(), shown),
        };
        assert_eq!(found, expected, "{body}");
    }

    fn data(items: &[Value]) -> Value {
        json!({ "data": items })
    }

    const ONE: (u64, u64) = (1, 1);

    #[test]
    fn every_word_is_read_and_only_known_ones_end_a_job() {
        let word = |word: Value| data(&[entry(&json!({ "status": word }))]);
        let with_file = |word: Value| {
            data(&[entry(&json!({ "status": word, "imageURL": "https://a.example/b" }))])
        };
        check_poll(200, &word(json!("processing")), ONE, "running, processing, made 0");
        check_poll(200, &with_file(json!("success")), ONE, "succeeded, success, made 1");
        check_poll(200, &with_file(json!("polishing")), ONE, "running, polishing, made 0");
        check_poll(200, &with_file(json!(7)), ONE, "running, 7, made 0");
        check_poll(200, &with_file(Value::Null), ONE, "succeeded, made 1");
        check_poll(200, &with_file(json!("")), ONE, "succeeded, made 1");
        check_poll(200, &word(json!("cancelled")), ONE, "running, cancelled, made 0");
        check_poll(200, &data(&[entry(&json!({}))]), ONE, QUEUED);
        let failed = "failed, error, made 0, failed provider_failed Unknown";
        check_poll(200, &word(json!("error")), ONE, failed);
        let bare = "failed, success, made 0, failed decode Unknown";
        check_poll(200, &word(json!("success")), ONE, bare);
    }

    #[test]
    fn results_trickle() {
        check_poll(200, &data(&[processing()]), (2, 2), "running, processing, 40%, made 0");
        let some = data(&[made("a"), processing()]);
        check_poll(200, &some, (2, 2), "running, processing, 40%, made 1");
        check_poll(200, &data(&[made("a")]), (2, 2), "running, success, made 1");
        check_poll(200, &data(&[made("a"), made("b")]), (2, 2), "succeeded, success, made 2");
        check_poll(200, &data(&[made("a"), made("a")]), (2, 2), "running, success, made 1");
        let beside = data(&[made("a"), processing()]);
        check_poll(200, &beside, ONE, "running, processing, 40%, made 1");
    }

    #[test]
    fn a_sequence_may_give_fewer_than_its_most() {
        check_poll(200, &data(&[made("a")]), (1, 4), "succeeded, success, made 1");
        let all = data(&[made("a"), made("b"), made("c")]);
        check_poll(200, &all, (1, 4), "succeeded, success, made 3");
        let more = data(&[made("a"), processing()]);
        check_poll(200, &more, (1, 4), "running, processing, 40%, made 1");
    }

    #[test]
    fn a_job_fails_in_every_form() {
        let expected = "failed, error, made 0, failed moderation Unknown";
        let flat = failed("promptBlocked");
        for status in [200, 400, 500] {
            check_poll(status, &json!({ "data": [], "errors": [flat] }), ONE, expected);
            check_poll(status, &json!({ "errors": [flat] }), (4, 4), expected);
            check_poll(status, &data(std::slice::from_ref(&flat)), ONE, expected);
        }
        let error = json!({ "code": "promptBlocked", "message": "text" });
        let nested = entry(&json!({ "status": "error", "error": error }));
        check_poll(200, &data(&[nested]), ONE, expected);
        let silent = entry(&json!({ "error": error }));
        check_poll(200, &data(&[silent]), ONE, "failed, made 0, failed moderation Unknown");
    }

    #[test]
    fn a_partial_success_keeps_both() {
        let body = json!({ "data": [made("a"), made("b")], "errors": [failed("taskFailed")] });
        let expected = "made 2, failed provider_failed Unknown";
        check_poll(200, &body, (3, 3), &format!("succeeded, success, {expected}"));
        check_poll(200, &body, (4, 4), &format!("running, success, {expected}"));
        check_poll(400, &body, (2, 2), &format!("succeeded, success, {expected}"));
        let one = entry(&json!({ "status": "error", "code": "taskFailed", "imageUUID": "a" }));
        let expected = "running, error, made 0, failed provider_failed Unknown";
        check_poll(200, &json!({ "errors": [one] }), (2, 2), expected);
    }

    #[test]
    fn costs_add_up_once_for_each_result() {
        let priced = |uuid: &str, cost: Value| {
            let mut item = made(uuid);
            item["cost"] = cost;
            item
        };
        let body = data(&[
            priced("a", json!(0.1)),
            priced("b", json!(0.2)),
            priced("b", json!(0.2)),
            priced("c", json!("much")),
            priced("d", Value::Null),
        ]);
        check_poll(200, &body, (4, 4), "succeeded, success, made 4, 0.30 USD");
        let paid = entry(&json!({ "status": "error", "code": "taskFailed", "cost": 0.02 }));
        let expected = "failed, error, made 0, failed provider_failed Yes, 0.02 USD";
        check_poll(200, &json!({ "errors": [paid] }), ONE, expected);
    }

    #[test]
    fn progress_is_whole_percent_of_the_slowest() {
        let percent = |value: Value| {
            let item = entry(&json!({ "status": "processing", "progress": value }));
            read_status(&reply(200, &data(&[item]).to_string()), &tickets(&[A], 1, 1))
                .unwrap()
                .remove(0)
                .unwrap()
                .progress
        };
        assert_eq!(percent(json!(0)), Some(0));
        assert_eq!(percent(json!(99.9)), Some(99));
        assert_eq!(percent(json!(-4)), Some(0));
        assert_eq!(percent(json!(1e300)), Some(100));
        assert_eq!(percent(json!("half")), None);
        assert_eq!(percent(Value::Null), None);
        let slow = entry(&json!({ "status": "processing", "progress": 10 }));
        check_poll(200, &data(&[processing(), slow]), ONE, "running, processing, 10%, made 0");
    }

    #[test]
    fn an_unknown_job_is_no_failed_job() {
        check_poll(200, &data(&[]), ONE, "nothing");
        check_poll(200, &json!({ "data": null }), ONE, "nothing");
        check_poll(200, &data(&[ack(B)]), ONE, "nothing");
        for code in ["taskNotFound", "taskFailedOrNotFound"] {
            check_poll(404, &json!({ "errors": [refused(A, code)] }), ONE, "nothing");
            check_poll(200, &json!({ "errors": [failed(code)] }), ONE, "nothing");
        }
        check_poll(200, &json!({ "errors": [refused(B, "taskFailed")] }), ONE, "nothing");
    }

    #[test]
    fn an_error_of_the_poll_is_no_failed_job() {
        let poll = |code: &str| {
            let entry = json!({ "code": code, "taskType": "getResponse", "taskUUID": A });
            json!({ "errors": [entry] })
        };
        check_poll(500, &poll("internalServerError"), ONE, "call: provider_failed Unknown");
        check_poll(
            429,
            &json!({ "errors": [refused(A, "rateLimitExceeded")] }),
            ONE,
            "call: rate_limited No",
        );
        check_poll(401, &json!({ "errors": [refused(A, "invalidApiKey")] }), ONE, "call: auth No");
        check_poll(
            503,
            &json!({ "errors": [{ "code": "x" }] }),
            ONE,
            "call: provider_failed Unknown",
        );
        check_poll(503, &data(&[]), ONE, "call: provider_failed Unknown");
        check_poll(200, &json!({ "unknown": 1 }), ONE, "call: decode Unknown");
        let limited = json!({ "errors": [failed("providerRateLimitExceeded")] });
        check_poll(429, &limited, ONE, "failed, error, made 0, failed rate_limited Unknown");
    }

    #[test]
    fn one_poll_tells_of_several_jobs() {
        let body = json!({ "data": [made("a")], "errors": [refused(B, "taskFailed")] });
        let states = read_status(&reply(500, &body.to_string()), &tickets(&[B, "c", A], 1, 1));
        let states: Vec<_> =
            states.unwrap().iter().map(|state| state.as_ref().map(|state| state.status)).collect();
        assert_eq!(states, [Some(JobStatus::Failed), None, Some(JobStatus::Succeeded)]);
    }

    fn result_of(more: &Value) -> RemoteArtifact {
        artifact(&entry(more)).unwrap()
    }

    #[test]
    fn files_stand_under_many_keys() {
        let check = |key: &str, place: &str, url: &str, kind: Option<Kind>| {
            let artifact = result_of(&json!({ key: place }));
            assert_eq!((&*artifact.url, artifact.kind), (url, kind), "{key}");
        };
        let (https, image) = ("https://a.example/b", Some(Kind::Image));
        check("imageURL", https, https, image);
        check("videoURL", https, https, Some(Kind::Video));
        check("audioURL", https, https, None);
        check("imageDataURI", "data:image/png;base64,A", "data:image/png;base64,A", image);
        check("imageBase64Data", "/9j/4AAQ", "data:image/jpeg;base64,/9j/4AAQ", image);
        let clip = result_of(&json!({ "imageURL": "https://a.example/c", "videoURL": https }));
        assert_eq!((&*clip.url, clip.kind), (https, Some(Kind::Video)));
        for none in
            [json!({}), json!({ "imageURL": null }), json!({ "imageURL": "", "videoURL": 7 })]
        {
            assert!(artifact(&entry(&none)).is_none());
        }
    }

    #[test]
    fn seeds_reach_beyond_i64_and_may_be_floats() {
        let check = |seed: Value, expected: Option<u64>| {
            let item = json!({ "imageURL": "https://a.example/b", "seed": seed });
            assert_eq!(result_of(&item).seed, expected, "{seed}");
        };
        check(json!(0), Some(0));
        check(json!(9_223_372_036_854_776_000_u64), Some(9_223_372_036_854_776_000));
        check(json!(42.0), Some(42));
        check(json!(9.223372036854776e18), Some(9_223_372_036_854_775_808));
        for none in [json!(4.5), json!(-1), json!(1e300), json!("7"), Value::Null, json!([])] {
            check(none, None);
        }
    }

    #[test]
    fn facts_beside_a_file_are_read_where_they_are_there() {
        let item = |uuid: Value, flagged: Value| {
            let url = "https://a.example/b";
            result_of(&json!({ "videoURL": url, "videoUUID": uuid, "NSFWContent": flagged }))
        };
        let full = item(json!(A), json!(true));
        assert_eq!((full.asset, full.flagged), (Some(format!("runware:{A}")), Some(true)));
        for odd in [json!("../a?b"), json!(""), json!(7), Value::Null] {
            let odd = item(odd, json!("yes"));
            assert_eq!((odd.asset, odd.flagged), (None, None));
        }
    }
}
