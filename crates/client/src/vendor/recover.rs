//! What became of calls that may have been sent: the vendor is asked, and nothing is guessed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use genmux_core::{Charged, ErrorKind, Reply, Sighting, Ticket, safe_text};
use http::HeaderMap;
use http::header::DATE;

use super::submit::Failed;
use crate::account::Line;
use crate::bounds::is_id;
use crate::error::Error;
use crate::job::{Call, Job};
use crate::journal::decide::{self, First};
use crate::journal::{Begun, Entry, Journal, Millis};
use crate::poller;

/// A vendor's list may show a job late.
const LOOKS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(2), Duration::from_secs(5)];

/// More pages than that hold no recent jobs.
const MOST_PAGES: usize = 50;

/// More jobs of one request are nobody's to tell apart.
const MOST_FOUND: usize = 1_000;

/// So many of them are told.
const MOST_TOLD: usize = 10;

/// A list that takes longer is not read to its end.
const LIST_WITHIN: Duration = Duration::from_mins(2);

/// The handle of a submission that was begun, as far as the vendor knows of it.
///
/// Where the vendor knows jobs by ids of ours, those that it does not know are left to be sent
/// again under the same ids: it takes each once.
pub(super) async fn job(
    line: &Line,
    vendor_id: &str,
    (entry, begun): (&Entry, &Begun),
) -> Result<Job, Failed> {
    let mut job = begun.answered_job();
    let tickets = begun.on_their_way();
    if let Some(id) = &begun.adopts {
        check_adopted(line, vendor_id, (id, begun)).await?;
        return Ok(job);
    }
    let open = !tickets.is_empty() && !begun.payloads.is_empty();
    match decide::first(open, line.adapter.capability().dedupes_submits) {
        First::Send => Ok(job),
        First::Look => {
            let found = look(line, vendor_id, (entry, begun)).await?;
            job.calls.extend(found.into_iter().map(Call::Accepted));
            Ok(job.named())
        }
        First::Ask => Ok(if all_known(line, &tickets).await? { begun.job.clone() } else { job }),
    }
}

/// Refuses a job that a person named where the vendor shows that it is of another request.
async fn check_adopted(
    line: &Line,
    vendor_id: &str,
    (id, begun): (&str, &Begun),
) -> Result<(), Error> {
    let other = |it: &Sighting| {
        it.id == id && it.input.is_some() && begun.payloads.iter().all(|p| !it.is_of(vendor_id, p))
    };
    let shown = recent(line, (vendor_id, begun.at), other).await.map_err(unasked)?;
    if shown.is_empty() {
        return Ok(());
    }
    let provider = line.adapter.provider();
    let message = format!(
        "{provider} shows the job {id:?} with another model or another input than what was sent; \
         nothing was changed; accepted: a job of the very same request"
    );
    Err(Error::new(ErrorKind::Invalid, message))
}

/// Whether the vendor knows all of some jobs.
async fn all_known(line: &Line, tickets: &[Ticket]) -> Result<bool, Error> {
    let known = poller::ask(line, tickets).await.map_err(unasked)?;
    Ok(decide::are_accepted(&known))
}

/// A vendor that cannot be asked says nothing about what it has.
fn unasked(mut error: Error) -> Error {
    error.message = format!("the vendor cannot be asked what it has: {}", error.message);
    error.charged(Charged::Unknown)
}

/// The vendor's jobs of calls that may have been accepted: those with our ids where it knows them,
/// elsewhere each the only one of its request since it was sent that no other work has.
pub(super) async fn look(
    line: &Line,
    vendor_id: &str,
    (entry, begun): (&Entry, &Begun),
) -> Result<Vec<Ticket>, Error> {
    if line.adapter.capability().dedupes_submits {
        let tickets = begun.on_their_way();
        return if all_known(line, &tickets).await? {
            Ok(tickets)
        } else {
            Err(ambiguous(line, &[]))
        };
    }
    let mut last = Ok(Vec::new());
    for wait in LOOKS {
        tokio::time::sleep(wait).await;
        last = candidates(line, vendor_id, (entry, begun)).await.map_err(unasked);
        let Ok(last) = &last else { continue };
        if let Some(found) = decide::only(last) {
            let tickets = begun.on_their_way().into_iter().zip(found);
            return Ok(tickets.map(|(ticket, id)| Ticket { id, ..ticket }).collect());
        }
    }
    Err(ambiguous(line, &last?))
}

fn ambiguous(line: &Line, candidates: &[Vec<String>]) -> Error {
    let several = told(candidates);
    let provider = line.adapter.provider();
    let found = match several.as_slice() {
        [] => format!("{provider} shows no job that is certainly this one"),
        ids => format!("{provider} shows several that may be this one: {}", ids.join(", ")),
    };
    let message = format!(
        "the request may have been accepted, and {found}; settle it with genmux resume (--adopt, \
         --allow-duplicate or --give-up)"
    );
    Error::new(ErrorKind::Ambiguous, message).charged(Charged::Unknown)
}

/// Some ids, as they can be shown.
fn told(candidates: &[Vec<String>]) -> Vec<String> {
    candidates.iter().flatten().take(MOST_TOLD).map(|id| safe_text(id)).collect()
}

/// The jobs that each payload may have become.
async fn candidates(
    line: &Line,
    vendor_id: &str,
    (entry, begun): (&Entry, &Begun),
) -> Result<Vec<Vec<String>>, Error> {
    let ours = |it: &Sighting| begun.payloads.iter().any(|payload| it.is_of(vendor_id, payload));
    let sightings = recent(line, (vendor_id, begun.at), ours).await?;
    let own: Vec<&str> = begun.job.tickets().map(|(_, ticket)| ticket.id.as_str()).collect();
    let mut found = Vec::new();
    for payload in &begun.payloads {
        let same = |it: &&Sighting| it.is_of(vendor_id, payload);
        let mut ids = Vec::new();
        for sighting in sightings.iter().filter(same) {
            let id = sighting.id.as_str();
            if !own.contains(&id) && !entry.is_taken(id).await? {
                ids.push(id.to_owned());
            }
        }
        found.push(ids);
    }
    Ok(found)
}

/// Those of the jobs that the vendor began since a moment of our clock that are wanted.
async fn recent(
    line: &Line,
    (vendor_id, since): (&str, Millis),
    wanted: impl Fn(&Sighting) -> bool,
) -> Result<Vec<Sighting>, Error> {
    let list = pages(line, (vendor_id, since), wanted);
    tokio::time::timeout(LIST_WITHIN, list).await.unwrap_or_else(|_elapsed| {
        let message = format!("its list of jobs takes longer than {} s", LIST_WITHIN.as_secs());
        Err(Error::new(ErrorKind::Timeout, message))
    })
}

async fn pages(
    line: &Line,
    (vendor_id, since): (&str, Millis),
    wanted: impl Fn(&Sighting) -> bool,
) -> Result<Vec<Sighting>, Error> {
    let (mut found, mut page) = (Vec::new(), None);
    // What the vendor's clock showed then is known after its first answer.
    let mut theirs = since.saturating_sub(MOST_SKEW);
    for _ in 0..MOST_PAGES {
        let call = line.adapter.recent(line.base(), theirs, vendor_id, page.as_deref());
        let Some(call) = call else { break };
        let sent = Journal::now();
        let reply = line.send(call, &HeaderMap::new()).await?;
        if page.is_none() {
            theirs = since.saturating_add(skew(&reply, (sent, Journal::now())));
        }
        let read = line.adapter.read_recent(&reply)?;
        let since = |it: &Sighting| it.created_at.is_some_and(|at| at >= theirs);
        found.extend(read.jobs.into_iter().filter(|it| since(it) && is_id(&it.id) && wanted(it)));
        page = read.next.filter(|_| found.len() < MOST_FOUND);
        if page.is_none() {
            break;
        }
    }
    Ok(found)
}

/// Clocks that differ by more than a day are no clocks.
const MOST_SKEW: Millis = 24 * 60 * 60 * 1000;

/// How far the vendor's clock is before ours: nothing unless its answer shows that it is.
///
/// Answers tell whole seconds, and a second is too much: somebody may have asked for the very same
/// in it before. What clocks that agree leave open is open to milliseconds only.
fn skew(reply: &Reply, (sent, received): (Millis, Millis)) -> Millis {
    let date = reply.headers().get(DATE).and_then(|date| date.to_str().ok());
    let theirs = date.and_then(|date| httpdate::parse_http_date(date).ok()).and_then(millis);
    let Some(theirs) = theirs else { return 0 };
    let least = theirs.saturating_sub(received);
    let most = theirs.saturating_add(1000).saturating_sub(sent);
    if (least..=most).contains(&0) { 0 } else { least.clamp(-MOST_SKEW, MOST_SKEW) }
}

fn millis(time: SystemTime) -> Option<Millis> {
    Millis::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sent and received in the middle of a second and a tenth later.
    #[track_caller]
    fn check(date: &str, expected: Millis) {
        let reply = http::Response::builder().header(DATE, date).body(bytes::Bytes::new()).unwrap();
        let noon = millis(httpdate::parse_http_date("Sat, 21 Nov 2026 12:00:00 GMT").unwrap());
        let sent = noon.unwrap() + 500;
        assert_eq!(skew(&reply, (sent, sent + 100)), expected, "{date}");
    }

    #[test]
    fn a_few_ids_are_told_and_none_drives_a_terminal() {
        let ids = vec![vec!["job\u{1b}[2J\n\u{202e}".to_owned(); 5000]];
        assert_eq!(told(&ids), ["job[2J"; MOST_TOLD]);
    }

    #[test]
    fn clocks_that_may_agree_are_taken_to_agree() {
        check("Sat, 21 Nov 2026 12:00:00 GMT", 0);
        check("soon", 0);
    }

    #[test]
    fn the_vendors_clock_is_read_off_its_answers() {
        check("Sat, 21 Nov 2026 12:00:02 GMT", 1400);
        check("Sat, 21 Nov 2026 11:59:50 GMT", -10_600);
        check("Mon, 01 Jan 1990 00:00:00 GMT", -MOST_SKEW);
    }
}
