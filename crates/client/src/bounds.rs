//! How much of a reply is believed: a vendor that answers without measure fills neither memory nor
//! disk nor the screen.

use std::collections::HashSet;
use std::mem::take;

use genmux_core::{
    Charged, ErrorKind, JobState, RemoteArtifact, Reply, SubmitResult, VendorError, WireProblem,
};

/// Outputs of one call; a job makes some 15.
const MOST_OUTPUTS: usize = 100;

/// Failures of one call, and refused parameters of one failure.
const MOST_FAILURES: usize = 20;

/// Characters of all that is said of refused parameters.
const MOST_WORDS: usize = 1_000;

/// Bytes of the JSON of what the vendor says that it accepts.
const MOST_ACCEPTED: usize = 4_000;

/// Bytes of an id: it stands in addresses, and servers take some thousands of those.
const MOST_ID: usize = 1_024;

/// Bytes of an address that servers and CDNs take; `data:` is none.
const MOST_URL: usize = 16 * 1024;

/// Characters of a type: 127 on either side of the slash (RFC 6838).
const MOST_MIME: usize = 255;

/// Refuses ids that no address can hold.
///
/// # Errors
/// When there is one: nobody knows then what the vendor has.
pub(crate) fn ids(
    results: Vec<SubmitResult>,
    reply: &Reply,
) -> Result<Vec<SubmitResult>, VendorError> {
    let ids = results.iter().flatten().map(|submitted| submitted.id.len());
    match ids.max().filter(|longest| *longest > MOST_ID) {
        None => Ok(results),
        Some(longest) => {
            let what = format!("its job's id has {longest} bytes; accepted up to {MOST_ID}");
            Err(VendorError::unreadable(reply.status().as_u16(), &what))
        }
    }
}

/// Whether an id can stand in an address.
pub(crate) fn is_id(id: &str) -> bool {
    id.len() <= MOST_ID
}

/// Takes of a state what is worth having; that there was more is one failure.
pub(crate) fn state(state: &mut JobState) {
    let mut seen = HashSet::new();
    state.assets.retain(|id| is_id(id) && seen.insert(id.clone()));
    let named = state.artifacts.len() + state.assets.len();
    state.assets.truncate(MOST_OUTPUTS);
    let mut beside = addresses(&mut state.artifacts);
    if named > MOST_OUTPUTS {
        let what = format!("the vendor names {named} outputs; the first {MOST_OUTPUTS} are taken");
        beside.push(what);
    }
    state.failures.truncate(MOST_FAILURES);
    for failure in &mut state.failures {
        failure.problems = problems(take(&mut failure.problems));
    }
    state.failures.extend(beside.into_iter().map(|what| {
        let mut failure = VendorError::new(ErrorKind::Decode, what);
        failure.charged = Charged::Yes;
        failure
    }));
}

/// Leaves the outputs that can be fetched, and says what is wrong with the others.
pub(crate) fn addresses(artifacts: &mut Vec<RemoteArtifact>) -> Vec<String> {
    artifacts.truncate(MOST_OUTPUTS);
    let is_data = |url: &str| url.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("data:"));
    let fits = |it: &RemoteArtifact| it.url.len() <= MOST_URL || is_data(&it.url);
    let long: Vec<usize> = artifacts.iter().filter(|it| !fits(it)).map(|it| it.url.len()).collect();
    artifacts.retain(fits);
    for artifact in artifacts {
        artifact.mime = artifact.mime.take().filter(|mime| is_mime(mime));
        artifact.asset = artifact.asset.take().filter(|id| is_id(id));
    }
    let told = |len| format!("the address of an output has {len} bytes; accepted up to {MOST_URL}");
    long.into_iter().map(told).take(1).collect()
}

/// Whether a text can be a type: vendors and servers write what they like.
pub(crate) fn is_mime(text: &str) -> bool {
    text.len() <= MOST_MIME && text.contains('/') && text.bytes().all(|it| it.is_ascii_graphic())
}

/// The first of what is wrong with parameters.
pub(crate) fn problems(mut problems: Vec<WireProblem>) -> Vec<WireProblem> {
    let mut room = MOST_WORDS;
    let fits = |problem: &&WireProblem| {
        room = room.saturating_sub(problem.wire.len() + problem.message.len());
        room > 0
    };
    let some = problems.iter().take(MOST_FAILURES).take_while(fits).count();
    problems.truncate(some.max(1));
    for problem in &mut problems {
        let text = |value: &_| serde_json::to_string(value).map_or(0, |text| text.len());
        problem.accepted = problem.accepted.take().filter(|value| text(value) <= MOST_ACCEPTED);
    }
    problems
}

#[cfg(test)]
mod tests {
    use genmux_core::{JobStatus, ViolationKind};
    use serde_json::json;

    use super::*;

    fn made(outputs: usize, failures: usize) -> JobState {
        let mut state = JobState::new(JobStatus::Succeeded);
        let output = |at| RemoteArtifact::at(format!("https://a.example/{at}"));
        state.artifacts = (0..outputs).map(output).collect();
        let failure = || VendorError::new(ErrorKind::ProviderFailed, "no");
        state.failures = (0..failures).map(|_| failure()).collect();
        state
    }

    #[track_caller]
    fn check(mut before: JobState, outputs: usize, failures: usize) {
        state(&mut before);
        assert_eq!((before.artifacts.len(), before.failures.len()), (outputs, failures));
    }

    #[test]
    fn what_a_job_can_make_is_taken_whole() {
        check(made(100, 20), 100, 20);
        check(made(0, 0), 0, 0);
    }

    #[test]
    fn more_is_cut_and_told_once() {
        check(made(5000, 0), 100, 1);
        check(made(101, 5000), 100, 21);
    }

    #[test]
    fn an_asset_is_looked_up_once() {
        let mut before = JobState::new(JobStatus::Succeeded);
        before.assets = vec!["a".into(), "b".into(), "a".into(), "x".repeat(2000)];
        state(&mut before);
        assert_eq!(before.assets, ["a", "b"]);
    }

    #[test]
    fn an_address_that_nobody_takes_is_no_output() {
        let mut before = made(1, 0);
        before.artifacts.push(RemoteArtifact::at("https://a/".to_owned() + &"a".repeat(20_000)));
        before.artifacts.push(RemoteArtifact::at("data:,".to_owned() + &"a".repeat(20_000)));
        check(before, 2, 1);
    }

    #[test]
    fn types_are_types() {
        assert!(is_mime("image/png") && is_mime("application/vnd.x+json"));
        assert!(!is_mime("image") && !is_mime("image/p\u{1b}[2J") && !is_mime("a b/c"));
        assert!(!is_mime(&format!("image/{}", "x".repeat(300))));
    }

    #[test]
    fn some_of_many_problems_are_told() {
        let problem = |words: usize| WireProblem {
            wire: "width".into(),
            kind: ViolationKind::NotAccepted,
            message: "no ".repeat(words),
            accepted: Some(json!(vec![1; 5000])),
        };
        let told = |words: usize, times: usize| {
            let all = problems(vec![problem(words); times]);
            assert!(all.iter().all(|it| it.accepted.is_none()));
            all.len()
        };
        assert_eq!((told(1, 3), told(1, 5000), told(100, 5000), told(5000, 2)), (3, 20, 3, 1));
        assert!(problems(Vec::new()).is_empty());
    }
}
