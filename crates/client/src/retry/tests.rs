use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use genmux_core::{Charged, Ticket};

use super::scripted::{Gets, Scripted};
use super::*;
use crate::job::Call;
use crate::poller::{Letter, News, Tickets, Whose};
use crate::transport::{Sent, TransportError, TransportErrorKind};

/// What an attempt is told, in its order; then success.
struct Script(RefCell<VecDeque<Error>>);

impl AsRef<Error> for Error {
    fn as_ref(&self) -> &Error {
        self
    }
}

fn refused() -> Error {
    TransportError::new(TransportErrorKind::Connect, Sent::No).into()
}

fn reset() -> Error {
    TransportError::new(TransportErrorKind::Broken, Sent::Maybe).into()
}

fn throttled(wait: Option<Duration>) -> Error {
    let mut error = VendorError::of_status(429, "slow down");
    error.retry_after = wait;
    error.into()
}

fn invalid() -> Error {
    VendorError::of_status(400, "no such size").into()
}

const NEVER: Terms = Terms { dedupes: false, within: Duration::from_mins(30) };
const DEDUPES: Terms = Terms { dedupes: true, ..NEVER };

/// How often it was sent, how long it took in seconds, and how it ended.
async fn run(
    retries: &Retries,
    terms: Terms,
    script: impl IntoIterator<Item = Error>,
) -> (u32, u64, Result<(), Refused<Error>>) {
    let script = Script(RefCell::new(script.into_iter().collect()));
    let (sent, started) = (RefCell::new(0), Instant::now());
    let attempt = || async {
        *sent.borrow_mut() += 1;
        script.0.borrow_mut().pop_front().map_or(Ok(()), Err)
    };
    let ended = submit(retries, terms, attempt).await;
    (sent.take(), started.elapsed().as_secs(), ended)
}

async fn sends(terms: Terms, script: impl IntoIterator<Item = Error>) -> u32 {
    run(&Retries::default(), terms, script).await.0
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_tried_again() {
    let (sent, _, ended) = run(&Retries::default(), NEVER, [refused(), refused()]).await;
    assert_eq!((sent, ended.is_ok()), (3, true));
}

#[tokio::test(start_paused = true)]
async fn three_tries_are_enough() {
    let failures = std::iter::repeat_with(refused).take(9);
    let (sent, _, ended) = run(&Retries::default(), NEVER, failures).await;
    let ended = ended.unwrap_err();
    assert_eq!((sent, ended.maybe_accepted), (3, false));
    assert_eq!(ended.last.charged, Charged::No);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_arrived_is_sent_once() {
    let (sent, _, ended) = run(&Retries::default(), NEVER, [reset()]).await;
    assert_eq!((sent, ended.unwrap_err().maybe_accepted), (1, true));
    assert_eq!(sends(NEVER, [refused(), reset()]).await, 2);
    assert_eq!(sends(DEDUPES, [reset(), reset()]).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_later_refusal_does_not_take_back_an_earlier_try() {
    let (sent, _, ended) = run(&Retries::default(), DEDUPES, [reset(), invalid()]).await;
    let ended = ended.unwrap_err();
    assert_eq!((sent, ended.maybe_accepted, ended.last.kind), (2, true, ErrorKind::Invalid));
    let (_, _, ended) = run(&Retries::default(), DEDUPES, [invalid()]).await;
    assert!(!ended.unwrap_err().maybe_accepted);
}

#[tokio::test(start_paused = true)]
async fn the_wait_that_the_vendor_asks_for_is_kept() {
    let wait = Some(Duration::from_secs(9));
    let (sent, seconds, ended) = run(&Retries::default(), NEVER, [throttled(wait)]).await;
    assert_eq!((sent, seconds, ended.is_ok()), (2, 9, true));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_nobody_tells_is_a_second_or_two() {
    for wait in [None, Some(Duration::ZERO)] {
        let (sent, seconds, _) = run(&Retries::default(), NEVER, [throttled(wait)]).await;
        assert!(sent == 2 && (1..=2).contains(&seconds), "{seconds} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_reason_is_told_at_once() {
    for wait in [LONGEST_WAIT + Duration::from_millis(1), Duration::from_hours(9000), Duration::MAX]
    {
        let script = [throttled(Some(wait))];
        let (sent, seconds, ended) = run(&Retries::default(), NEVER, script).await;
        let last = ended.unwrap_err().last;
        assert_eq!((sent, seconds, last.kind), (1, 0, ErrorKind::RateLimited));
        assert_eq!(last.retry_after, Some(wait));
    }
    assert_eq!(sends(NEVER, [throttled(Some(LONGEST_WAIT))]).await, 2);
}

#[tokio::test(start_paused = true)]
async fn no_try_comes_after_the_deadline() {
    let terms = Terms { within: Duration::from_secs(8), ..NEVER };
    assert_eq!(sends(terms, [throttled(Some(Duration::from_secs(9)))]).await, 1);
    assert_eq!(sends(terms, [throttled(Some(Duration::from_secs(7)))]).await, 2);
    let forever = Terms { within: Duration::MAX, ..NEVER };
    assert_eq!(sends(forever, [throttled(None)]).await, 2);
}

#[tokio::test(start_paused = true)]
async fn an_empty_budget_ends_the_retries_of_everybody() {
    let retries = Retries::default();
    let mut sent = 0;
    for _ in 0..100 {
        sent += run(&retries, NEVER, [refused(), refused(), refused()]).await.0;
    }
    assert_eq!(sent, 100 + 500 / 14, "every call once, and what the tokens pay for");
    for _ in 0..4 {
        assert_eq!(run(&retries, NEVER, []).await.0, 1);
    }
    assert_eq!(run(&retries, NEVER, [refused()]).await.0, 2, "10 are left, 4 were given");
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_is_down_is_named_and_costs_nothing() {
    let retries = Retries::default();
    for _ in 0..circuit::MOST_FAILURES {
        retries.admit("acme").unwrap();
        retries.note(Err(&refused()));
    }
    let error = retries.admit("acme").unwrap_err();
    assert_eq!((error.kind, error.charged), (ErrorKind::Transport, Charged::No));
    assert_eq!(error.retry_after, Some(circuit::OPEN_FOR));
    assert!(error.is_retryable());
    let message = "acme failed 10 times in a row, so that nothing was sent; it will be tried again \
                   in 10 s";
    assert_eq!(error.message, message);
}

/// Whether so many replies of a status, or errors, make a vendor count as down.
fn is_down(sent: Result<u16, Error>) -> bool {
    let retries = Retries::default();
    let sent = sent.map(|status| {
        let mut reply = Reply::default();
        *reply.status_mut() = status.try_into().unwrap();
        reply
    });
    (0..circuit::MOST_FAILURES).for_each(|_| retries.note(sent.as_ref()));
    retries.is_down()
}

#[tokio::test(start_paused = true)]
async fn refusals_are_answers_and_server_errors_are_none() {
    for status in [200, 302, 400, 401, 404, 429] {
        assert!(!is_down(Ok(status)), "{status}");
    }
    for status in [500, 502, 503, 529] {
        assert!(is_down(Ok(status)), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bad_line_counts_and_a_mistake_of_ours_does_not() {
    assert!(is_down(Err(refused())));
    assert!(is_down(Err(reset())));
    assert!(is_down(Err(Error::new(ErrorKind::Timeout, "no reply within 90 seconds"))));
    let guarded = TransportError::new(TransportErrorKind::Guarded, Sent::No);
    assert!(!is_down(Err(guarded.into())));
    assert!(!is_down(Err(Error::new(ErrorKind::Auth, "there is no key"))));
}

/// How often a read of these replies is sent, and how it ends.
async fn repeats(replies: impl IntoIterator<Item = Gets>) -> (usize, Result<(), ErrorKind>) {
    let vendor = Scripted::new(replies);
    let call = HttpRequest::new("GET", "http://127.0.0.1:1/v1/x".into(), scripted::KEY);
    let account = vendor.account();
    let ended = repeat(account.line(), &call, scripted::read).await;
    (vendor.sent(), ended.map_err(|error| error.kind))
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_whatever_befell_it() {
    use Gets::{Refused, Reset, Status};
    for failure in [Refused, Reset, Status(429), Status(500), Status(503), Status(408)] {
        assert_eq!(repeats([failure, failure, Status(200)]).await, (3, Ok(())), "{failure:?}");
    }
    assert_eq!(repeats([Status(503)]).await, (3, Err(ErrorKind::ProviderFailed)));
    assert_eq!(repeats([Status(404)]).await, (1, Err(ErrorKind::NotFound)));
}

#[tokio::test(start_paused = true)]
async fn calls_of_an_account_open_its_circuit_and_those_to_other_places_do_not() {
    let vendor = Scripted::new([Gets::Status(503)]);
    let account = vendor.account();
    let line = account.line();
    let elsewhere =
        HttpRequest::put_signed("http://127.0.0.1:2/x".into(), genmux_core::Body::bytes("x"));
    for _ in 0..circuit::MOST_FAILURES {
        line.send(elsewhere.clone(), &HeaderMap::new()).await.unwrap();
    }
    assert!(line.retries.admit("acme").is_ok());
    let home = HttpRequest::new("GET", "http://127.0.0.1:1/v1/x".into(), scripted::KEY);
    for _ in 0..circuit::MOST_FAILURES {
        line.send(home.clone(), &HeaderMap::new()).await.unwrap();
    }
    assert!(line.retries.admit("acme").is_err());
}

/// Each job by itself would be asked about every ten seconds: 1800 polls a minute.
#[tokio::test(start_paused = true)]
async fn a_vendor_that_is_down_for_minutes_is_polled_by_one_and_comes_back() {
    const JOBS: usize = 300;
    let vendor = Scripted::new([Gets::Status(503)]);
    let account = vendor.account();
    let (mailbox, mut news) = tokio::sync::mpsc::unbounded_channel();
    let ticket = Call::Accepted(Ticket { id: "a".into(), results: 1, most: 1 });
    let tickets = Arc::new(Tickets::new("m".into(), &vec![ticket; JOBS]));
    let whose = Whose { mailbox, name: 0, parked: false };
    let watch = account.poller().watch(&tickets, 0..JOBS, &whose);
    tokio::time::sleep(Duration::from_mins(5)).await;
    let polls = vendor.sent();
    assert!((30..60).contains(&polls), "{polls} polls in 5 minutes");
    assert!(account.line().retries.is_down());
    vendor.always(Gets::Status(200));
    let mut open: std::collections::HashSet<usize> = (0..JOBS).collect();
    while !open.is_empty() {
        if let Some(Letter { call, news: News::Ended(_), .. }) = news.recv().await {
            open.remove(&call);
        }
    }
    assert!(!account.line().retries.is_down());
    drop(watch);
}
