//! Deliveries of webhooks: one result each, without `data` and unsigned
//! (platform/webhooks, 2026-11-20).

use genmux_core::{Hook, HookError, HookEvent, Ticket};

use crate::error::text;
use crate::response::Entries;

/// The task of a delivery, and the state of the one result that it tells of. A task of several
/// results is delivered in as many pieces, so `Succeeded` here is not the end of the job.
///
/// # Errors
/// When the body names no task.
pub(crate) fn read_webhook(hook: &Hook<'_>) -> Result<HookEvent, HookError> {
    let body = serde_json::from_slice(hook.body).map_err(|error| unreadable(&error.to_string()))?;
    let entries = Entries::of(body).ok_or_else(|| unreadable("it is no result"))?;
    let mut all = entries.data.iter().chain(&entries.errors);
    let job = all.find_map(|entry| text(entry, "taskUUID"));
    let job = job.ok_or_else(|| unreadable("it names no task"))?.to_owned();
    let state = entries.state(&Ticket { id: job.clone(), results: 1, most: 1 });
    Ok(HookEvent { job, state, signed: false })
}

fn unreadable(what: &str) -> HookError {
    HookError::Body(what.to_owned())
}

#[cfg(test)]
mod tests {
    use genmux_core::{JobStatus, Reply};

    use super::*;
    use crate::tests::A;

    fn read(body: &str) -> Result<HookEvent, HookError> {
        let headers = &Reply::default().headers().clone();
        read_webhook(&Hook { headers, body: body.as_bytes(), secrets: &["secret"], now: 0 })
    }

    #[track_caller]
    fn check(body: &str, expected: Option<(JobStatus, usize)>) {
        let event = read(&body.replace("TASK", A)).unwrap();
        let state = event.state.map(|state| (state.status, state.artifacts.len()));
        assert_eq!((&*event.job, state, event.signed), (A, expected, false));
    }

    #[test]
    fn a_result_comes_flat_or_in_a_list() {
        let result = r#"{"taskType":"imageInference","taskUUID":"TASK","imageUUID":"a",
            "imageURL":"https://im.example/a.jpg","seed":7,"unknown":{}}"#;
        check(result, Some((JobStatus::Succeeded, 1)));
        check(&format!("[{result}]"), Some((JobStatus::Succeeded, 1)));
        check(&format!("{{\"data\":[{result}]}}"), Some((JobStatus::Succeeded, 1)));
        check(&format!("{{\"data\":{result}}}"), Some((JobStatus::Succeeded, 1)));
    }

    #[test]
    fn a_failure_comes_in_every_form() {
        let failed = Some((JobStatus::Failed, 0));
        check(r#"{"taskUUID":"TASK","status":"error","code":"taskFailed"}"#, failed);
        check(r#"{"taskUUID":"TASK","error":{"code":"taskFailed"}}"#, failed);
        check(r#"{"errors":[{"taskUUID":"TASK","code":"taskFailed"}]}"#, failed);
    }

    #[test]
    fn a_delivery_may_tell_of_no_end() {
        check(r#"{"taskUUID":"TASK"}"#, Some((JobStatus::Queued, 0)));
        check(r#"{"taskUUID":"TASK","status":"processing"}"#, Some((JobStatus::Running, 0)));
        check(r#"{"taskUUID":"TASK","status":"polishing"}"#, Some((JobStatus::Running, 0)));
        check(r#"{"errors":[{"taskUUID":"TASK","code":"taskNotFound"}]}"#, None);
    }

    #[test]
    fn what_names_no_task_is_ignored() {
        for body in [
            "",
            "<html>",
            "{",
            "7",
            "{}",
            "[]",
            r#"{"taskUUID":null}"#,
            r#"{"data":[]}"#,
            r#"{"code":"x"}"#,
            "\u{0}",
        ] {
            assert!(matches!(read(body), Err(HookError::Body(_))), "{body}");
        }
    }
}
