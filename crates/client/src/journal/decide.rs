//! What is decided about submissions, as pure functions: what is sent again, what a vendor's list
//! tells, what a record says after a failure.
//!
//! [`Journaled`](super::Journaled) and [`Vendor`](crate::Vendor) ask them, and so does the model
//! check (`tests/model`), which tries every order of events on them.

use genmux_core::{Charged, ErrorKind};

use super::record::{Millis, Record};
use super::state::State;

/// Whether a record has no handle yet, and may never have one.
pub const fn is_unsent(state: State) -> bool {
    matches!(state, State::Intended | State::Submitting | State::Ambiguous)
}

/// Whether a person may have to say what became of a record.
pub const fn is_unsettled(state: State) -> bool {
    matches!(state, State::Submitting | State::Ambiguous)
}

/// What comes first when a record is taken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum First {
    /// Nothing is unknown: what was not answered yet is sent.
    Send,
    /// The vendor is asked for the tasks that carry our ids.
    Ask,
    /// Those that may be ours are looked for in the vendor's list.
    Look,
}

/// What comes first: with calls that may be on their way the vendor has the word.
pub const fn first(on_their_way: bool, dedupes: bool) -> First {
    match (on_their_way, dedupes) {
        (false, _) => First::Send,
        (true, true) => First::Ask,
        (true, false) => First::Look,
    }
}

/// Whether all tasks that carry our ids were accepted, by what the vendor knows of each; otherwise
/// they are sent again under the same ids, because the vendor takes each once.
pub fn are_accepted<T>(known: &[Option<T>]) -> bool {
    known.iter().all(Option::is_some)
}

/// Whether the same submission may be sent again at once: nothing came of it for certain, or the
/// vendor takes the same task once, however often it is sent.
pub const fn may_be_repeated(charged: Charged, dedupes: bool) -> bool {
    match charged {
        Charged::No => true,
        Charged::Unknown => dedupes,
        Charged::Yes => false,
    }
}

/// Whether a try that failed may have been accepted.
pub fn may_be_accepted(charged: Charged) -> bool {
    charged != Charged::No
}

/// How a submission ended of which any try may have been accepted, whatever the last one says: that
/// one may have been refused for free.
pub fn as_unknown(charged: Charged) -> (ErrorKind, Charged) {
    (ErrorKind::Ambiguous, charged.max(Charged::Unknown))
}

/// Whether a submission that ended so is looked for at once: by our ids where the vendor knows
/// them, in its list elsewhere.
pub fn is_looked_for(kind: ErrorKind) -> bool {
    kind == ErrorKind::Ambiguous
}

/// One job of the vendor for each call, if there is exactly one candidate for each.
pub fn only(candidates: &[Vec<String>]) -> Option<Vec<String>> {
    candidates.iter().map(|ids| <[String; 1]>::try_from(ids.clone()).ok().map(|[id]| id)).collect()
}

/// Whether a job of the vendor belongs to another piece of work than that of a key, by the record
/// that names the job, or may: somebody who submits the same right now may be about to name it.
pub fn is_anothers(
    owner: Option<&Record>,
    sending: &[Record],
    (key, digest): (&str, &str),
    now: Millis,
) -> bool {
    let rival = |it: &Record| {
        it.state == State::Submitting
            && it.intent.key != key
            && it.intent.digest == digest
            && it.is_held(now)
    };
    match owner {
        Some(owner) => owner.intent.key != key,
        None => sending.iter().any(rival),
    }
}

/// A submission that gave no handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Failure {
    /// What went wrong.
    pub kind: ErrorKind,
    /// Whether something has to be paid.
    pub charged: Charged,
    /// Whether it is the vendor's own answer.
    pub answered: bool,
    /// Whether something may have been sent before the record was taken up.
    pub doubt: bool,
    /// Whether there is such a beginning, and nothing was sent since.
    pub untouched: bool,
}

/// Where a record goes after a failure; `None` stays.
pub fn after_failure(failure: Failure) -> Option<State> {
    match failure.kind {
        ErrorKind::Ambiguous => Some(State::Ambiguous),
        // What may have been sent before is as unknown as it was.
        _ if failure.untouched => None,
        _ if failure.charged != Charged::No || leaves_open(failure) => Some(State::Ambiguous),
        _ => Some(State::Failed),
    }
}

/// Whether a free failure leaves open what became of an earlier submission: only a verdict on the
/// very same payload holds for both.
fn leaves_open(failure: Failure) -> bool {
    let verdict = matches!(failure.kind, ErrorKind::Invalid | ErrorKind::Moderation(_));
    failure.doubt && !(verdict && failure.answered)
}

#[cfg(test)]
mod tests {
    use genmux_core::Side;

    use super::super::record::{Intent, Lease};
    use super::*;

    fn ids(lists: &[&[&str]]) -> Vec<Vec<String>> {
        lists.iter().map(|list| list.iter().map(|id| (*id).to_owned()).collect()).collect()
    }

    #[test]
    fn what_has_no_handle_is_unsent_and_what_may_be_on_its_way_is_unsettled() {
        for state in State::ALL {
            let unsettled = matches!(state, State::Submitting | State::Ambiguous);
            assert_eq!(is_unsettled(state), unsettled, "{state}");
            assert_eq!(is_unsent(state), unsettled || state == State::Intended, "{state}");
        }
    }

    #[test]
    fn only_what_cannot_be_charged_twice_is_sent_again_at_once() {
        for (charged, dedupes, expected) in [
            (Charged::No, false, true),
            (Charged::No, true, true),
            (Charged::Unknown, false, false),
            (Charged::Unknown, true, true),
            (Charged::Yes, false, false),
            (Charged::Yes, true, false),
        ] {
            assert_eq!(may_be_repeated(charged, dedupes), expected, "{charged:?} {dedupes}");
        }
    }

    #[test]
    fn only_what_is_ambiguous_is_looked_for() {
        assert!(is_looked_for(ErrorKind::Ambiguous) && !is_looked_for(ErrorKind::Transport));
    }

    /// A record of other work on the same request that is sent right now.
    fn rival() -> Record {
        let intent = Intent { key: "b".into(), digest: "same".into(), ..Intent::default() };
        let lease = Lease { owner: "other".into(), until: 10 };
        Record { state: State::Submitting, ..Record::new(intent, Some(lease)) }
    }

    #[track_caller]
    fn check_rival(change: impl Fn(&mut Record), is_one: bool) {
        let mut rival = rival();
        change(&mut rival);
        assert_eq!(is_anothers(None, &[rival], ("a", "same"), 9), is_one);
    }

    #[test]
    fn a_job_that_a_record_names_is_its_own() {
        assert!(is_anothers(Some(&rival()), &[], ("a", "same"), 9));
        assert!(!is_anothers(Some(&rival()), &[rival()], ("b", "same"), 9));
    }

    #[test]
    fn a_job_that_nobody_names_may_be_that_of_whoever_sends_the_same_now() {
        assert!(!is_anothers(None, &[], ("a", "same"), 9));
        check_rival(|_| {}, true);
        check_rival(|it| it.state = State::Ambiguous, false);
        check_rival(|it| "a".clone_into(&mut it.intent.key), false);
        check_rival(|it| "other".clone_into(&mut it.intent.digest), false);
        check_rival(|it| it.lease = None, false);
        check_rival(|it| it.lease = Some(Lease { owner: "other".into(), until: 9 }), false);
    }

    #[test]
    fn one_job_for_each_call_is_adopted_and_nothing_else() {
        assert_eq!(only(&ids(&[&["a"], &["b"]])), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(only(&ids(&[&["a"], &[]])), None);
        assert_eq!(only(&ids(&[&["a", "b"]])), None);
    }

    #[test]
    fn all_tasks_were_accepted_or_all_are_sent_again() {
        assert!(are_accepted(&[Some(()), Some(())]));
        assert!(!are_accepted(&[Some(()), None]));
    }

    #[test]
    fn a_later_refusal_does_not_take_back_an_earlier_try() {
        assert_eq!(as_unknown(Charged::No), (ErrorKind::Ambiguous, Charged::Unknown));
        assert_eq!(as_unknown(Charged::Yes), (ErrorKind::Ambiguous, Charged::Yes));
        assert!(may_be_accepted(Charged::Unknown) && !may_be_accepted(Charged::No));
    }

    #[test]
    fn the_vendor_is_asked_only_about_what_may_have_been_sent() {
        for (on_their_way, dedupes, expected) in [
            (false, false, First::Send),
            (false, true, First::Send),
            (true, false, First::Look),
            (true, true, First::Ask),
        ] {
            assert_eq!(first(on_their_way, dedupes), expected);
        }
    }

    /// A free failure of a fresh record; the cases say what differs.
    const FREE: Failure = Failure {
        kind: ErrorKind::Quota,
        charged: Charged::No,
        answered: true,
        doubt: false,
        untouched: false,
    };

    #[track_caller]
    fn check(failure: Failure, expected: Option<State>) {
        assert_eq!(after_failure(failure), expected, "{failure:?}");
    }

    #[test]
    fn a_refusal_is_final_unless_something_was_sent_before() {
        check(FREE, Some(State::Failed));
        check(Failure { doubt: true, ..FREE }, Some(State::Ambiguous));
    }

    #[test]
    fn a_verdict_of_the_vendor_holds_for_what_was_sent_before() {
        let verdict = Failure { kind: ErrorKind::Invalid, doubt: true, ..FREE };
        check(verdict, Some(State::Failed));
        check(Failure { answered: false, ..verdict }, Some(State::Ambiguous));
        let kind = ErrorKind::Moderation(Side::Input);
        check(Failure { kind, ..verdict }, Some(State::Failed));
        check(Failure { kind: ErrorKind::Auth, ..verdict }, Some(State::Ambiguous));
    }

    #[test]
    fn what_may_be_charged_is_open() {
        check(Failure { charged: Charged::Unknown, ..FREE }, Some(State::Ambiguous));
        check(Failure { charged: Charged::Yes, ..FREE }, Some(State::Ambiguous));
    }

    #[test]
    fn a_vendor_that_cannot_be_asked_changes_nothing() {
        let unasked = Failure { kind: ErrorKind::Transport, doubt: true, untouched: true, ..FREE };
        check(unasked, None);
        check(Failure { kind: ErrorKind::Ambiguous, ..unasked }, Some(State::Ambiguous));
    }
}
