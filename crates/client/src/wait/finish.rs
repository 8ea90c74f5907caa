//! All calls of a job put together: an outcome, or the error that left nothing.

use genmux_core::{Charged, Cost, ErrorKind, Expect, JobStatus, Kind, Number, Range, VendorError};

use super::Done;
use crate::error::Error;
use crate::job::Job;
use crate::outcome::{Artifact, Difference, Outcome, Shortfall, total};

/// Success as soon as there is one artifact, with everything beside it that failed.
pub(super) fn outcome(job: &Job, calls: Vec<Option<Done>>) -> Result<Outcome, Error> {
    let mut outcome = Outcome::new(JobStatus::Failed, &job.offer, &job.id);
    let mut costs: Vec<Option<Cost>> = Vec::new();
    let mut ends = Vec::new();
    for done in calls.into_iter().flatten() {
        let free = done.artifacts.is_empty() && owed(&done.state.failures) == Charged::No;
        if !free || done.state.cost.is_some() {
            costs.push(done.state.cost);
        }
        ends.push(done.state.status);
        outcome.artifacts.extend(done.artifacts);
        outcome.failures.extend(done.state.failures);
    }
    outcome.cost = total(&costs);
    outcome.differences = differences(&job.expect, &outcome.artifacts);
    outcome.shortfall = Shortfall::of(asked(&job.expect), outcome.artifacts.len() as u64);
    if !outcome.artifacts.is_empty() {
        outcome.status = JobStatus::Succeeded;
        return Ok(outcome);
    }
    outcome.status =
        ends.into_iter().find(|end| *end != JobStatus::Succeeded).unwrap_or(outcome.status);
    Err(nothing(outcome))
}

fn owed(failures: &[VendorError]) -> Charged {
    failures.iter().map(|error| error.charged).max().unwrap_or(Charged::Unknown)
}

/// Why nothing was made: the first failure, or what the end of the job says.
fn nothing(outcome: Outcome) -> Error {
    let first = outcome.failures.first().cloned();
    let (kind, message, charged) = match outcome.status {
        JobStatus::Canceled => {
            (ErrorKind::Canceled, "the job was stopped while it ran", Charged::Yes)
        }
        JobStatus::Aborted => {
            (ErrorKind::Canceled, "the job was stopped before it ran", Charged::No)
        }
        JobStatus::Expired => (ErrorKind::Expired, "the outputs are gone", Charged::Yes),
        _ => (ErrorKind::ProviderFailed, "the job is done and gave nothing", Charged::Unknown),
    };
    let mut error = match first {
        Some(first) => Error::from(first),
        None => Error::new(kind, message).charged(charged),
    };
    if !outcome.failures.is_empty() {
        error.charged = owed(&outcome.failures);
    }
    error.outcome = Some(outcome);
    error
}

fn asked(expect: &Expect) -> Range {
    expect.images.or(expect.videos).unwrap_or(Range { min: 1, max: 1 })
}

/// What came out otherwise than the translation said; what is not known is no difference.
fn differences(expect: &Expect, artifacts: &[Artifact]) -> Vec<Difference> {
    let each = artifacts.iter().enumerate();
    each.flat_map(|(at, artifact)| difference(expect, at, artifact)).collect()
}

fn difference(expect: &Expect, at: usize, artifact: &Artifact) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut differs = |field: &'static str, asked: String, got: String| {
        found.push(Difference { artifact: at, field: field.into(), asked, got });
    };
    let sides = artifact.width.zip(artifact.height);
    if let (Some(size), Some((width, height))) = (expect.size, sides)
        && (size.width, size.height) != (width, height)
    {
        differs("size", size.to_string(), format!("{width}x{height}"));
    }
    if let (Some(asked), Some(got)) = (expect.duration, artifact.seconds)
        && asked.distance(got) > tolerance()
    {
        differs("duration", asked.to_string(), got.to_string());
    }
    let wanted = if expect.videos.is_some() { Kind::Video } else { Kind::Image };
    let is_wanted = |mime: &str| mime.starts_with(wanted.name());
    match artifact.mime.as_deref() {
        Some(mime) if !is_wanted(mime) => differs("kind", wanted.to_string(), mime.to_owned()),
        None if artifact.kind != wanted => {
            differs("kind", wanted.to_string(), artifact.kind.to_string());
        }
        _ => {}
    }
    if let (Some(format), Some(mime)) = (expect.format, artifact.mime.as_deref())
        && format.mime() != mime
    {
        differs("output.format", format.to_string(), mime.to_owned());
    }
    found
}

/// Clips are whole frames, and vendors add one: a quarter of a second covers both.
fn tolerance() -> Number {
    Number::millis(250)
}

#[cfg(test)]
mod tests {
    use genmux_core::{JobState, Size};

    use super::*;
    use crate::job::Call;

    fn artifact(width: u32, height: u32, seconds: u64) -> Artifact {
        Artifact {
            kind: Kind::Video,
            url: String::new(),
            asset: None,
            path: None,
            mime: Some("video/mp4".into()),
            width: Some(width),
            height: Some(height),
            seconds: Some(Number::whole(seconds)),
            bytes: None,
            sha256: None,
            seed: None,
            flagged: None,
        }
    }

    fn expect() -> Expect {
        let mut expect = Expect::default();
        expect.size = Some(Size { width: 864, height: 480 });
        expect.duration = Some(Number::whole(5));
        expect.videos = Some(Range { min: 1, max: 1 });
        expect
    }

    fn job(calls: usize) -> Job {
        Job {
            version: Job::current(),
            id: "job".into(),
            offer: "runware/x".into(),
            revision: "2026-01-01".parse().unwrap(),
            catalogue: String::new(),
            base_url: String::new(),
            kind: Kind::Video,
            expect: expect(),
            calls: vec![Call::Refused(VendorError::new(ErrorKind::Invalid, "")); calls],
            tags: std::collections::BTreeMap::new(),
        }
    }

    fn done(status: JobStatus, artifacts: Vec<Artifact>, failures: Vec<VendorError>) -> Done {
        let mut state = JobState::new(status);
        state.failures = failures;
        Done { state, artifacts }
    }

    #[track_caller]
    fn differs(artifact: &Artifact, fields: &[&str]) {
        let found = difference(&expect(), 0, artifact);
        assert!(found.iter().map(|it| &*it.field).eq(fields.iter().copied()), "{found:?}");
    }

    #[test]
    fn what_came_out_otherwise_is_named() {
        differs(&artifact(864, 480, 5), &[]);
        differs(&artifact(860, 480, 5), &["size"]);
        differs(&artifact(864, 480, 6), &["duration"]);
        differs(&Artifact { seconds: Some(Number::millis(5040)), ..artifact(864, 480, 5) }, &[]);
        differs(&Artifact { mime: Some("text/html".into()), ..artifact(864, 480, 5) }, &["kind"]);
        differs(&Artifact { mime: None, kind: Kind::Image, ..artifact(864, 480, 5) }, &["kind"]);
        differs(&Artifact { width: None, seconds: None, ..artifact(0, 480, 5) }, &[]);
    }

    #[test]
    fn one_artifact_is_success_and_what_failed_beside_it_is_kept() {
        let failure = VendorError::new(ErrorKind::ProviderFailed, "busy");
        let calls = vec![
            Some(done(JobStatus::Succeeded, vec![artifact(864, 480, 5)], vec![])),
            Some(done(JobStatus::Failed, vec![], vec![failure])),
        ];
        let outcome = outcome(&job(2), calls).unwrap();
        assert_eq!((outcome.status, outcome.failures.len()), (JobStatus::Succeeded, 1));
        assert_eq!(outcome.shortfall, None);
    }

    #[test]
    fn nothing_made_is_an_error_that_keeps_what_is_known() {
        let mut failure = VendorError::new(ErrorKind::ProviderFailed, "busy");
        failure.charged = Charged::Unknown;
        let error = outcome(&job(1), vec![Some(done(JobStatus::Failed, vec![], vec![failure]))]);
        let error = error.unwrap_err();
        assert!(error.may_have_been_charged() && error.kind == ErrorKind::ProviderFailed);
        assert_eq!(error.outcome.as_ref().unwrap().failures.len(), 1);
    }

    #[test]
    fn ends_without_a_word_are_told_apart() {
        for (end, kind, charged) in [
            (JobStatus::Canceled, ErrorKind::Canceled, Charged::Yes),
            (JobStatus::Aborted, ErrorKind::Canceled, Charged::No),
            (JobStatus::Expired, ErrorKind::Expired, Charged::Yes),
            (JobStatus::Succeeded, ErrorKind::ProviderFailed, Charged::Unknown),
        ] {
            let error = outcome(&job(1), vec![Some(done(end, vec![], vec![]))]).unwrap_err();
            assert_eq!((error.kind, error.charged), (kind, charged), "{end}");
        }
    }
}
