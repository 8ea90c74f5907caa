//! A model check of submitting: every order of what two workers, the vendor and a person may do.
//!
//! The worlds are searched breadth first, each once. Records take their real steps
//! (`Record::changed`, `acquired`, `renewed`, `released`), and what is decided is decided by
//! `journal::decide`, as in the code that runs. Between any two steps a process may die or a lease
//! run out; a request may be accepted, refused, lost, or arrive late; a reply may be lost; the
//! vendor's list may lag. A law that breaks is printed with the shortest way there.
//!
//! `cargo test -p genmux-client --test model -- --nocapture` prints the numbers of worlds.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // A panic is a failed test; it prints.
#![allow(clippy::struct_excessive_bools)] // A world is made of little else.

mod laws;
mod person;
mod record;
mod rules;
mod search;
mod vendor;
mod worker;
mod world;

use genmux_client::journal::State;
use genmux_client::journal::decide::{Failure, First, after_failure};

use laws::{ALL, DOUBLE, LOST, SHARED, STUCK, SWAPPED, WRITTEN_OFF};
use rules::{RULES, Rules};
use search::{Searched, search};
use tokio::time::Instant;
use world::Setting;

/// A vendor whose jobs have to be looked for, one record, and one decision of a person.
const LISTS: Setting = Setting {
    dedupes: false,
    rows: 1,
    waits: true,
    decisions: 1,
    outsiders: 0,
    prompt: false,
    vague_clock: false,
    one_process: false,
};

/// A vendor that takes a task once by our id.
const DEDUPES: Setting = Setting { dedupes: true, ..LISTS };

/// Somebody who asks the vendor for the very same without this journal.
const OUTSIDER: Setting = Setting { outsiders: 1, waits: false, ..LISTS };

/// Two records of the same request.
const TWO_KEYS: Setting = Setting { rows: 2, decisions: 0, waits: false, ..LISTS };

/// All laws hold, some aside.
#[track_caller]
fn holds_but(excepted: &[&str], setting: Setting) -> Searched {
    let laws: Vec<&str> = ALL.into_iter().filter(|law| !excepted.contains(law)).collect();
    let start = Instant::now();
    let searched = search(&setting, &RULES, &laws);
    let searched = searched.unwrap_or_else(|broken| panic!("{}:\n{}", broken.law, broken.way));
    println!("{} worlds in {:.1} s: {setting:?}", searched.worlds, start.elapsed().as_secs_f64());
    searched
}

#[track_caller]
fn holds(setting: Setting) -> Searched {
    holds_but(&[], setting)
}

#[track_caller]
fn breaks(law: &str, setting: Setting, rules: Rules) {
    match search(&setting, &rules, &[law]) {
        Ok(searched) => panic!("{law}: not found in {} worlds", searched.worlds),
        Err(broken) => assert_eq!(broken.law, law),
    }
}

#[test]
fn one_key_at_a_vendor_that_lists() {
    let searched = holds(LISTS);
    let all = State::ALL.into_iter().filter(|state| *state != State::Expired);
    assert!(searched.states.into_iter().eq(all), "the search goes everywhere");
    holds(Setting { vague_clock: true, ..LISTS });
}

#[test]
fn one_key_at_a_vendor_that_dedupes() {
    holds(DEDUPES);
}

#[test]
fn one_key_in_two_tasks_of_one_process() {
    holds(Setting { one_process: true, ..LISTS });
    holds(Setting { one_process: true, ..DEDUPES });
}

#[test]
fn two_keys_of_the_same_request() {
    holds(TWO_KEYS);
}

#[test]
fn somebody_else_asks_for_the_same() {
    holds(Setting { prompt: true, ..OUTSIDER });
    holds_but(&[LOST], OUTSIDER);
}

/// The one gap: of two equal jobs the list shows the stranger's alone, and it is taken for ours.
/// Only whoever asks for the very same at the very same time, at the same vendor's account and
/// without this journal, is such a stranger.
#[test]
fn a_list_that_shows_only_the_strangers_job_hides_ours() {
    breaks(LOST, OUTSIDER, RULES);
}

mod mutations {
    //! What the check is worth: each of these mistakes is found.

    use super::*;

    #[test]
    fn it_is_written_down_after_it_was_sent() {
        breaks(DOUBLE, LISTS, Rules { writes_first: false, ..RULES });
    }

    #[test]
    fn what_may_have_arrived_is_sent_again_after_a_crash() {
        breaks(DOUBLE, LISTS, Rules { first: |_, _| First::Send, ..RULES });
    }

    #[test]
    fn what_may_have_arrived_is_sent_again_at_once() {
        breaks(DOUBLE, LISTS, Rules { may_be_repeated: |_, _| true, ..RULES });
    }

    #[test]
    fn the_first_of_several_candidates_is_adopted() {
        let only = |lists: &[Vec<String>]| lists.iter().map(|ids| ids.last().cloned()).collect();
        breaks(LOST, Setting { prompt: true, ..OUTSIDER }, Rules { only, ..RULES });
    }

    #[test]
    fn a_refusal_takes_back_what_was_sent_before() {
        let after = |failure: Failure| after_failure(Failure { doubt: false, ..failure });
        breaks(WRITTEN_OFF, LISTS, Rules { after_failure: after, ..RULES });
        breaks(WRITTEN_OFF, DEDUPES, Rules { after_failure: after, ..RULES });
    }

    #[test]
    fn a_lost_reply_is_a_failure() {
        breaks(LOST, LISTS, Rules { after_failure: |_| Some(State::Failed), ..RULES });
    }

    #[test]
    fn a_task_that_the_vendor_does_not_know_counts_as_accepted() {
        breaks(STUCK, DEDUPES, Rules { are_accepted: |_| true, ..RULES });
    }

    #[test]
    fn a_person_settles_what_was_settled_meanwhile() {
        breaks(SWAPPED, OUTSIDER, Rules { looks_again: false, ..RULES });
    }

    #[test]
    fn the_store_lets_two_records_name_one_job() {
        breaks(SHARED, TWO_KEYS, Rules { unique: false, ..RULES });
    }

    #[test]
    fn the_store_takes_changes_that_are_out_of_date() {
        breaks(DOUBLE, LISTS, Rules { fences: false, ..RULES });
    }
}
