//! What every store has to do: one list of named cases, for tests of any store.
//!
//! A case gets two ways to the same empty store: two connections, two processes' worth of them, or
//! the same thing twice where there is no more than one. Run each case of [`CASES`] on a runtime
//! of tokio with several threads, with a store of its own:
//!
//! ```
//! # use std::sync::Arc;
//! # use genmux_client::journal::{JobStore, MemoryStore, conformance};
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # runtime.block_on(async {
//! for case in conformance::CASES {
//!     let store: Arc<dyn JobStore> = Arc::new(MemoryStore::new());
//!     let result = case.run([Arc::clone(&store), store]).await;
//!     assert!(result.is_ok(), "{}: {result:?}", case.name);
//! }
//! # });
//! ```

mod change;
mod claim;
mod insert;
mod lease;
mod list;
mod race;

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::json;

use super::{
    Change, Inserted, Intent, JobStore, Lease, Millis, Record, State, StoreError, VendorJob,
};

/// Two ways to the same empty store.
pub type Stores = [Arc<dyn JobStore>; 2];

/// One thing that every store has to do.
#[derive(Clone, Copy)]
pub struct Case {
    /// What it has to do, in one sentence with underscores.
    pub name: &'static str,
    run: fn(Stores) -> BoxFuture<'static, Result<(), Failed>>,
}

impl Case {
    /// Tries it.
    ///
    /// # Errors
    /// What the store did instead.
    pub async fn run(&self, stores: Stores) -> Result<(), Failed> {
        (self.run)(stores).await
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// What a store did instead.
#[derive(Clone, PartialEq, Eq)]
pub struct Failed(String);

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Failed {
        Failed(error.to_string())
    }
}

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! cases {
    ($($module:ident: $($name:ident)*;)*) => {
        /// Everything that a store has to do.
        pub const CASES: &[Case] = &[$($(Case {
            name: stringify!($name),
            run: |stores| Box::pin($module::$name(stores)),
        },)*)*];
    };
}

cases! {
    insert:
        an_intent_is_kept_as_it_was_given
        a_known_key_gives_the_record_that_has_it
        an_unknown_key_is_no_record
        an_intent_may_be_held_from_the_start;
    change:
        work_goes_through_its_states
        what_is_not_named_stays
        a_change_of_an_older_version_is_refused
        steps_that_do_not_exist_are_refused
        outputs_need_their_handle_and_outcome
        final_records_still_learn_facts
        a_vendor_job_belongs_to_one_record
        unknown_records_cannot_be_changed;
    lease:
        a_lease_keeps_others_out
        a_lease_ends_on_time
        a_takeover_fences_the_former_holder
        renewing_prolongs_and_keeps_the_version
        releasing_lets_others_in
        a_change_can_end_the_lease;
    claim:
        claims_give_what_is_in_flight
        claims_keep_to_their_time_and_filter
        claims_take_turns
        the_work_of_a_dead_worker_is_claimed;
    list:
        records_are_listed_newest_first
        filters_narrow_the_list
        pruning_forgets_old_final_records_only;
    race:
        one_key_is_one_record_however_many_insert_it
        one_of_many_changes_of_a_version_comes_through
        one_of_many_adopts_a_vendor_job
        many_workers_share_all_the_work
        every_counted_change_is_kept;
}

/// The time at which cases begin.
const NOW: Millis = 1_700_000_000_000;
/// How long their leases are.
const LENGTH: Millis = 30_000;

fn check(holds: bool, what: impl fmt::Display) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(Failed(what.to_string())) }
}

fn same<T: PartialEq + fmt::Debug>(got: &T, expected: &T, what: &str) -> Result<(), Failed> {
    check(got == expected, format_args!("{what}: expected {expected:?}, got {got:?}"))
}

/// An error was expected; which one, a function tells.
fn refused<T>(
    result: Result<T, StoreError>,
    expected: impl FnOnce(&StoreError) -> bool,
    what: &str,
) -> Result<(), Failed> {
    match result {
        Ok(_) => Err(Failed(format!("{what}: not refused"))),
        Err(error) => check(expected(&error), format_args!("{what}: refused with {error}")),
    }
}

fn intent(key: &str) -> Intent {
    Intent {
        key: key.to_owned(),
        digest: format!("digest of {key}"),
        offer: "runware/seedance-1.0-pro".to_owned(),
        account: "runware:label".to_owned(),
        request: json!({ "prompt": "a \"fox\" \u{1F98A}\u{0}", "seed": u64::MAX, "x": [null] }),
        options: json!({ "policy": "strict" }),
        tags: [("project".to_owned(), "p1".to_owned())].into(),
        save_to: Some("out".to_owned()),
        created_at: NOW,
    }
}

fn lease(owner: &str, now: Millis) -> Lease {
    Lease::new(owner, now, LENGTH)
}

async fn new(store: &dyn JobStore, key: &str) -> Result<Record, Failed> {
    match store.insert(intent(key), None).await? {
        Inserted::New(record) => Ok(record),
        Inserted::Existing(_) => Err(Failed(format!("{key} is in an empty store"))),
    }
}

/// The change that takes a record to a state, with what the state needs.
fn into(state: State, at: Millis) -> Change {
    Change {
        job: state.has_job().then(|| json!({ "id": "v1" })),
        outcome: (state == State::Succeeded).then(|| json!({ "status": "succeeded" })),
        ..Change::to(state, "", at)
    }
}

/// Takes a record along some states.
async fn lead(
    store: &dyn JobStore,
    mut record: Record,
    states: &[State],
) -> Result<Record, Failed> {
    for state in states {
        let at = record.updated_at;
        record = store.change(&record.intent.key, record.version, into(*state, at)).await?;
    }
    Ok(record)
}

/// A new record in flight.
async fn submitted(store: &dyn JobStore, key: &str) -> Result<Record, Failed> {
    let record = new(store, key).await?;
    lead(store, record, &[State::Submitting, State::Submitted]).await
}

fn vendor_job(call: u32, id: &str) -> VendorJob {
    VendorJob { call, id: id.to_owned() }
}

async fn stored(store: &dyn JobStore, key: &str) -> Result<Record, Failed> {
    store.read(key).await?.ok_or_else(|| Failed(format!("{key} is not there")))
}
