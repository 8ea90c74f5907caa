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
    outcome.differences = differences(&job.expect, &outcome.artifacts);
    outcome.cost = cost(&costs, &job.expect, &outcome);
    outcome.shortfall = Shortfall::of(asked(&job.expect), outcome.artifacts.len() as u64);
    if !outcome.artifacts.is_empty() {
        outcome.status = JobStatus::Succeeded;
        return Ok(outcome);
    }
    outcome.status =
        ends.into_iter().find(|end| *end != JobStatus::Succeeded).unwrap_or(outcome.status);
    Err(nothing(outcome))
}

/// What the vendor reports; where it reports nothing and all came as asked, what was reckoned.
fn cost(reported: &[Option<Cost>], expect: &Expect, outcome: &Outcome) -> Option<Cost> {
    if reported.iter().any(Option::is_some) {
        return total(reported);
    }
    let price = expect.price.as_ref()?;
    let (asked, got) = (asked(expect), outcome.artifacts.len() as u64);
    let measured = |it: &Difference| matches!(&*it.field, "size" | "duration" | "kind");
    let otherwise = outcome.differences.iter().any(measured) || !outcome.failures.is_empty();
    if otherwise || got < asked.min.max(1) || got > asked.max {
        return None;
    }
    // A range means that images are paid for one by one.
    let each = |most: Number| most.times(Number::whole(got)).part(asked.max);
    let amount = if price.least.is_some() { each(price.amount) } else { price.amount };
    Some(Cost { amount, ..price.most() })
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
    use genmux_core::{CostBasis, JobState, Size, Unit};
    use serde_json::json;

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

    /// A job that should cost 0.03 USD an image, and what is made of it without a vendor's word.
    #[track_caller]
    fn check_cost((min, max): (u64, u64), made: Vec<Artifact>, reported: Option<u64>, text: &str) {
        let mut job = job(1);
        job.expect = Expect::default();
        job.expect.size = Some(Size { width: 864, height: 480 });
        job.expect.images = Some(Range { min, max });
        let mut price = json!({ "amount": Number::millis(30).times(Number::whole(max)), "unit": "USD", "basis": "estimated",
            "source": "p", "since": "2026-01-01" });
        if min < max {
            price["least"] = json!(Number::millis(30).times(Number::whole(min)));
        }
        job.expect.price = serde_json::from_value(price).unwrap();
        let mut end = done(JobStatus::Succeeded, made, vec![]);
        end.state.cost = reported.map(|whole| Cost {
            amount: Number::whole(whole),
            unit: Unit::Usd,
            basis: CostBasis::Reported,
        });
        let cost = outcome(&job, vec![Some(end)]).unwrap().cost;
        let shown = cost.map(|cost| format!("{cost} {:?}", cost.basis));
        assert_eq!(shown.as_deref().unwrap_or("unknown"), text);
    }

    fn image(width: u32) -> Artifact {
        let mime = Some("image/png".into());
        Artifact { kind: Kind::Image, mime, seconds: None, ..artifact(width, 480, 0) }
    }

    #[test]
    fn without_the_vendors_word_the_cost_is_what_was_reckoned() {
        check_cost((1, 1), vec![image(864)], None, "0.03 USD Estimated");
        check_cost((2, 2), vec![image(864), image(864)], None, "0.06 USD Estimated");
        check_cost((1, 1), vec![image(864)], Some(2), "2.00 USD Reported");
    }

    #[test]
    fn a_sequence_of_fewer_is_reckoned_by_what_came() {
        check_cost((1, 4), vec![image(864); 3], None, "0.09 USD Estimated");
        check_cost((1, 4), vec![image(864); 4], None, "0.12 USD Estimated");
    }

    #[test]
    fn the_cost_of_what_was_not_asked_for_is_unknown() {
        check_cost((2, 2), vec![image(864)], None, "unknown");
        check_cost((1, 1), vec![image(860)], None, "unknown");
        let busy = VendorError::new(ErrorKind::ProviderFailed, "busy");
        let mut job = job(1);
        job.expect.price = serde_json::from_value(json!({ "amount": 1, "unit": "USD",
            "basis": "estimated", "source": "p", "since": "2026-01-01" }))
        .unwrap();
        let end = done(JobStatus::Failed, vec![artifact(864, 480, 5)], vec![busy]);
        assert_eq!(outcome(&job, vec![Some(end)]).unwrap().cost, None);
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
