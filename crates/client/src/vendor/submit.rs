//! The one step that costs money.

use genmux_core::{
    ErrorKind, HttpRequest, Payload, Request, SubmitResult, Translation, VendorError, Violation,
    Wiring,
};

use tokio::time::{Instant, timeout};

use super::{Vendor, prepare, recover, unwritten};
use crate::account::{Account, Line};
use crate::error::{Error, RunError};
use crate::event::Event;
use crate::job::{Call, Job};
use crate::journal::decide::{as_unknown, is_looked_for};
use crate::journal::{Begun, Entry, Journal, ticket};
use crate::options::RunOptions;
use crate::retry::{self, Terms};
use crate::{bounds, save};

pub(super) async fn submit(
    vendor: &Vendor,
    request: &Request,
    options: &RunOptions,
) -> Result<Job, RunError> {
    let here = |error: Error| error.at(vendor.offer.name());
    let begun = options.entry.as_ref().and_then(Entry::begun);
    let account = vendor.account.of(options).map_err(here)?;
    let context = vendor.context(request, options);
    let translation = vendor.affordable(request, options, &context)?;
    vendor.check(&account, options).map_err(here)?;
    if begun.is_none() {
        check_names(&account, &translation, options).map_err(here)?;
    }
    let wiring = prepare::wiring(vendor, &account, &translation, request, options);
    let wiring = wiring.await.map_err(here)?;
    vendor.check_price(&account, &translation, &wiring, options).await?;
    let job = submit_calls(vendor, &account, &translation, &wiring, options).await;
    Ok(job.map_err(|failed| here(refusal(failed, &translation, vendor)))?)
}

/// More jobs than that are a slip of the pen.
const MOST_CALLS: u64 = 1000;

/// Where tasks carry ids of ours, the names of their files are known before they are paid for.
fn check_names(
    account: &Account,
    translation: &Translation<'_>,
    options: &RunOptions,
) -> Result<(), Error> {
    let known = account.line().adapter.capability().dedupes_submits;
    let Some(save) = options.save.as_ref().filter(|_| known) else { return Ok(()) };
    (0..translation.calls()).try_for_each(|call| {
        save::check_names(save, &translation.payload(call).task_id().to_string())
    })
}

/// A failed submission, before the vendor's wire parameters have canonical names.
pub(super) struct Failed {
    pub(super) error: Error,
    vendor: Option<VendorError>,
}

impl AsRef<Error> for Failed {
    fn as_ref(&self) -> &Error {
        &self.error
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed { error, vendor: None }
    }
}

/// Submits all calls, several at once where the vendor takes several; stops at the first refusal.
async fn submit_calls(
    vendor: &Vendor,
    account: &Account,
    translation: &Translation<'_>,
    wiring: &Wiring,
    options: &RunOptions,
) -> Result<Job, Failed> {
    let (line, started) = (account.line(), Instant::now());
    if translation.calls() > MOST_CALLS {
        let calls = translation.calls();
        let message = format!("count becomes {calls} calls; accepted up to {MOST_CALLS} at once");
        return Err(Error::new(ErrorKind::Invalid, message).into());
    }
    let payloads: Vec<Payload<'_>> =
        (0..translation.calls()).map(|call| translation.payload(call).wired(wiring)).collect();
    let mut job = match options.entry.as_ref().and_then(|it| Some((it, it.begun()?))) {
        Some((entry, begun)) => {
            recover::job(line, vendor.offer.vendor_id(), (entry, begun)).await?
        }
        None => empty_job(vendor, line, translation, options),
    };
    let left = payloads.get(job.calls.len()..).unwrap_or_default();
    for batch in left.chunks(line.adapter.capability().tasks_per_submit) {
        if let Some(why) = stopped(&job, started, options) {
            job.calls.extend(batch.iter().map(|_| Call::Refused(why.clone())));
            continue;
        }
        send_batch(vendor, line, &mut job, (batch, options)).await?;
        if let Ok(job) = named(job.clone()) {
            options.tell(|| Event::Submitted(Box::new(job)));
        }
    }
    named(job)
}

/// Sends some calls, once that is written down, and adds what became of them.
async fn send_batch(
    vendor: &Vendor,
    line: &Line,
    job: &mut Job,
    (batch, options): (&[Payload<'_>], &RunOptions),
) -> Result<(), Failed> {
    let ours = line.adapter.capability().dedupes_submits;
    let begun = Begun::new(job.clone(), batch, ours, Journal::now());
    if let Some(entry) = &options.entry
        && let Err(error) = entry.sending(&begun).await
    {
        return failed_batch(job, error.into(), batch, line);
    }
    options.tell(|| Event::Submitting(ours.then(|| Box::new(begun.job.clone()))));
    let sent = submit_batch(line, batch, options).await;
    if let (Err(lost), Some(entry)) = (&sent, &options.entry)
        && is_looked_for(lost.error.kind)
        && let look = recover::look(line, vendor.offer.vendor_id(), (entry, &begun))
        && let Ok(Ok(found)) = timeout(options.waits(), look).await
    {
        job.calls.extend(found.into_iter().map(Call::Accepted));
        return Ok(());
    }
    match sent {
        Ok(results) => {
            job.calls.extend(results.into_iter().zip(batch).map(|it| call(it.0, it.1)));
            Ok(())
        }
        Err(failed) => failed_batch(job, failed, batch, line),
    }
}

/// Why nothing more is sent: an earlier call was refused, or the deadline has passed.
fn stopped(job: &Job, started: Instant, options: &RunOptions) -> Option<VendorError> {
    let refused = job.calls.iter().find_map(|call| match call {
        Call::Refused(error) => Some(error),
        Call::Accepted(_) => None,
    });
    if let Some(refused) = refused {
        let message = "not sent, because an earlier call was refused";
        return Some(VendorError::new(refused.kind, message));
    }
    let late = !job.calls.is_empty() && started.elapsed() >= options.waits();
    late.then(|| VendorError::new(ErrorKind::Timeout, "not sent, because the deadline has passed"))
}

fn empty_job(
    vendor: &Vendor,
    line: &Line,
    translation: &Translation<'_>,
    options: &RunOptions,
) -> Job {
    Job {
        version: Job::current(),
        id: String::new(),
        offer: vendor.offer.name().to_owned(),
        revision: vendor.offer.revision(),
        catalogue: vendor.offer.catalogue().to_owned(),
        base_url: line.base().to_owned(),
        kind: vendor.offer.kind(),
        expect: translation.expect(),
        calls: Vec::new(),
        tags: options.tags.clone(),
    }
}

fn call(result: SubmitResult, payload: &Payload<'_>) -> Call {
    match result {
        Ok(submitted) => Call::Accepted(ticket(submitted.id, payload)),
        Err(error) => Call::Refused(error),
    }
}

/// A batch of which nothing is known: an error if it is the first one, part of the work otherwise.
///
/// Where the vendor knows tasks by ids of ours, the handle asks for them: whether they exist will
/// show.
fn failed_batch(
    job: &mut Job,
    failed: Failed,
    batch: &[Payload<'_>],
    line: &Line,
) -> Result<(), Failed> {
    let ours = line.adapter.capability().dedupes_submits;
    if ours && failed.error.kind == ErrorKind::Ambiguous {
        let handle = Begun::new(job.clone(), batch, ours, Journal::now()).job;
        return Err(Failed { error: failed.error.of_job(&handle), vendor: failed.vendor });
    }
    if job.calls.is_empty() {
        return Err(failed);
    }
    let Failed { error: whole, vendor } = failed;
    let mut error = vendor.unwrap_or_else(|| VendorError::new(whole.kind, &whole.message));
    (error.kind, error.charged) = (whole.kind, whole.charged);
    job.calls.extend(batch.iter().map(|_| Call::Refused(error.clone())));
    Ok(())
}

/// The handle carries the name of its first job; without any there is no handle.
fn named(job: Job) -> Result<Job, Failed> {
    if job.tickets().next().is_some() {
        return Ok(job.named());
    }
    let refused = job.calls.into_iter().find_map(|call| match call {
        Call::Refused(error) => Some(error),
        Call::Accepted(_) => None,
    });
    let refused =
        refused.unwrap_or_else(|| VendorError::new(ErrorKind::Decode, "no call was made"));
    Err(Failed { error: refused.clone().into(), vendor: Some(refused) })
}

/// Submits payloads in one request.
///
/// What may have reached the vendor is sent again only where the vendor knows the tasks by ids of
/// ours and takes them once; everywhere else nobody knows then whether a job exists.
async fn submit_batch(
    line: &Line,
    batch: &[Payload<'_>],
    options: &RunOptions,
) -> Result<Vec<SubmitResult>, Failed> {
    let cancel_after = options.deadline.filter(|_| options.cancel_at_deadline);
    let http = line.adapter.submit(line.base(), batch, cancel_after);
    let http = http.map_err(|error| unwritten(&error))?;
    line.retries.admit(line.adapter.provider())?;
    let dedupes = line.adapter.capability().dedupes_submits;
    let terms = Terms { dedupes, within: options.waits() };
    let tried =
        retry::submit(&line.retries, terms, || attempt(line, http.clone(), batch, options)).await;
    tried.map_err(
        |refused| {
            if refused.maybe_accepted { ambiguous(refused.last, line) } else { refused.last }
        },
    )
}

async fn attempt(
    line: &Line,
    http: HttpRequest,
    batch: &[Payload<'_>],
    options: &RunOptions,
) -> Result<Vec<SubmitResult>, Failed> {
    let reply = line.send(http, &options.headers).await?;
    let read = line.adapter.read_submit(&reply, batch).and_then(|it| bounds::ids(it, &reply));
    let read = read.and_then(|results| retry::all_throttled(&results).map_or(Ok(results), Err));
    read.map_err(|vendor| Failed { error: vendor.clone().into(), vendor: Some(vendor) })
}

fn ambiguous(mut failed: Failed, line: &Line) -> Failed {
    let why = &failed.error.message;
    let message = format!(
        "the request may have reached {}, and nobody knows whether a job exists: {why}; look at \
         the vendor's list of jobs before it is sent again",
        line.adapter.provider()
    );
    (failed.error.kind, failed.error.charged) = as_unknown(failed.error.charged);
    failed.error.message = message;
    failed
}

/// The vendor's wire parameters under their canonical names.
fn refusal(failed: Failed, translation: &Translation<'_>, vendor: &Vendor) -> Error {
    let mut error = failed.error;
    if error.kind == ErrorKind::Auth {
        error.message = format!("{}; the key is that of {}", error.message, vendor.key_names());
    }
    let problems = failed.vendor.map(|it| bounds::problems(it.problems)).unwrap_or_default();
    if problems.is_empty() {
        return error;
    }
    let ledger = translation.ledger();
    for problem in problems {
        let carries =
            |wire: &str| wire == problem.wire || problem.wire.starts_with(&format!("{wire}."));
        let row = ledger.iter().find(|row| row.wire.iter().any(|wire| carries(wire)));
        let field = match row {
            Some(row) => row.field.to_string(),
            None => format!("provider_options.{}.{}", vendor.offer.provider(), problem.wire),
        };
        let mut violation = Violation::named(field, problem.kind, problem.message);
        violation.accepted = problem.accepted;
        violation.stage = Some("run");
        error.violations.push(violation);
    }
    error
}
