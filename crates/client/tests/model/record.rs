//! The records' own steps, taken on real records.

use std::cell::RefCell;
use std::collections::HashMap;

use genmux_client::journal::decide;
use genmux_client::journal::{Change, Intent, Lease, Millis, Record, State, VendorJob, Version};

use crate::rules::Rules;
use crate::world::{GONE, Held, JOBS, ROWS, Row, Setting, Task, World};

const NOW: Millis = 100;
const OVER: Millis = 50;
const LONG: Millis = 100;
const OWNERS: [&str; 3] = ["one", "other", "gone"];
const KEYS: [&str; ROWS] = ["first", "second"];
const DIGEST: &str = "the same";
const VERSION: Version = Version(7);

fn owner(owner: u8) -> &'static str {
    OWNERS[usize::from(owner)]
}

fn intent(row: usize) -> Intent {
    let key = KEYS[row].to_owned();
    Intent { key, digest: DIGEST.to_owned(), created_at: NOW, ..Intent::default() }
}

fn lease(of: u8) -> Lease {
    Lease::new(owner(of), NOW, LONG)
}

fn named(jobs: u8) -> Vec<VendorJob> {
    let bits = (0..JOBS).filter(|bit| jobs & (1 << bit) != 0);
    bits.map(|bit| VendorJob { call: 0, id: bit.to_string() }).collect()
}

fn record(row: usize, of: Row) -> Record {
    let until = |held: Held| Lease {
        owner: owner(held.owner).to_owned(),
        until: if held.live { NOW + LONG } else { OVER },
    };
    Record {
        state: of.state,
        version: VERSION,
        lease: of.lease.map(until),
        begun: of.begun.then(|| true.into()),
        job: of.job.map(Into::into),
        vendor_jobs: named(of.named),
        outcome: of.outcome.then(|| true.into()),
        ..Record::new(intent(row), None)
    }
}

fn row(of: &Record) -> Row {
    let name = |lease: &Lease| (0..).zip(OWNERS).find(|(_, name)| *name == lease.owner);
    let held = |lease: &Lease| Held {
        owner: name(lease).map_or(GONE, |(owner, _)| owner),
        live: lease.until > NOW,
    };
    let bit = |job: &VendorJob| 1 << job.id.parse::<u8>().unwrap();
    Row {
        state: of.state,
        lease: of.lease.as_ref().map(held),
        begun: of.begun.is_some(),
        job: of.job.as_ref().map(|job| u8::try_from(job.as_u64().unwrap()).unwrap()),
        named: of.vendor_jobs.iter().map(bit).sum(),
        outcome: of.outcome.is_some(),
    }
}

/// A change, in the few words that the model needs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Write {
    pub(crate) owner: u8,
    pub(crate) state: Option<State>,
    pub(crate) begun: bool,
    /// The vendor's job that it names, and whether that is the handle.
    pub(crate) names: Option<(u8, bool)>,
    pub(crate) outcome: bool,
    pub(crate) release: bool,
}

impl Write {
    pub(crate) fn to(owner: u8, state: Option<State>) -> Write {
        Write { owner, state, begun: false, names: None, outcome: false, release: false }
    }

    fn change(self) -> Change {
        let handle = self.names.filter(|(_, handle)| *handle);
        Change {
            state: self.state,
            begun: self.begun.then(|| true.into()),
            vendor_jobs: self.names.map(|(job, _)| named(1 << job)).unwrap_or_default(),
            job: handle.map(|(job, _)| job.into()),
            outcome: self.outcome.then(|| true.into()),
            release: self.release,
            ..Change::new(owner(self.owner), NOW)
        }
    }
}

/// A step of a record.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Take {
    /// And whether the record is as the writer read it.
    Write(Write, bool),
    Acquire(u8),
    Renew(u8),
    Release(u8),
}

/// The record after a step, and whether its version went up.
type Taken = Option<(Row, bool)>;

thread_local! {
    /// The steps that were taken already: there are a few thousand, each taken a thousand times.
    static TAKEN: RefCell<HashMap<(Row, Take), Taken>> = RefCell::default();
}

fn take(of: Row, step: Take) -> Taken {
    let known = TAKEN.with_borrow(|taken| taken.get(&(of, step)).copied());
    known.unwrap_or_else(|| {
        let after = take_really(of, step);
        TAKEN.with_borrow_mut(|taken| taken.insert((of, step), after));
        after
    })
}

fn take_really(of: Row, step: Take) -> Taken {
    // Neither key nor number is looked at by any step.
    let before = record(0, of);
    let after = match step {
        Take::Write(write, true) => before.changed(VERSION, &write.change()),
        Take::Write(write, false) => before.changed(Version(VERSION.0 - 1), &write.change()),
        Take::Acquire(by) => before.acquired(lease(by), NOW),
        Take::Renew(by) => before.renewed(lease(by)),
        Take::Release(by) => before.released(owner(by), NOW),
    };
    let after = after.ok()?;
    Some((row(&after), after.version != before.version))
}

/// The world in which a record is new, and the worker's own.
pub(crate) fn insert(world: World, setting: &Setting, worker: usize, at: usize) -> World {
    let new = Record::new(intent(at), Some(lease(setting.owner(worker))));
    let mut world = world;
    world.rows[at] = Some(row(&new));
    world
}

/// Why a store refuses a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// By the record's own step.
    Step,
    /// Because another record names the vendor's job.
    Taken,
}

/// The world after a worker's change of its record.
pub(crate) fn change(
    (world, rules): (&World, &Rules),
    worker: usize,
    task: Task,
    write: Write,
) -> Result<World, Refused> {
    let at = usize::from(task.row);
    let before = *world.row(task.row).ok_or(Refused::Step)?;
    let (after, _) =
        take(before, Take::Write(write, task.fresh || !rules.fences)).ok_or(Refused::Step)?;
    let others = world.rows.iter().enumerate().filter(|(other, _)| *other != at);
    let taken = others.flat_map(|(_, row)| row).any(|other| other.named & after.named != 0);
    if taken && rules.unique {
        return Err(Refused::Taken);
    }
    let mut world = world.with(worker, Task { fresh: true, ..task });
    world.rows[at] = Some(after);
    Ok(outdated(world, worker, at))
}

/// The world after a worker took a record, if nobody else holds it.
pub(crate) fn acquire(world: &World, setting: &Setting, worker: usize, at: usize) -> Option<World> {
    let by = Take::Acquire(setting.owner(worker));
    let (after, newer) = take(world.rows[at]?, by)?;
    let mut world = *world;
    world.rows[at] = Some(after);
    Some(if newer { outdated(world, worker, at) } else { world })
}

/// The world in which a lease is renewed, or given back.
pub(crate) fn leased(
    world: &World,
    setting: &Setting,
    (worker, at): (usize, u8),
    renew: bool,
) -> Option<World> {
    let by = setting.owner(worker);
    let step = if renew { Take::Renew(by) } else { Take::Release(by) };
    let (after, _) = take(*world.row(at)?, step)?;
    let mut world = *world;
    world.rows[usize::from(at)] = Some(after);
    Some(world)
}

/// What everybody else read of the record is out of date.
fn outdated(mut world: World, worker: usize, at: usize) -> World {
    for (other, task) in world.workers.iter_mut().enumerate() {
        let same = |task: &&mut Task| other != worker && usize::from(task.row) == at;
        if let Some(task) = task.as_mut().filter(same) {
            task.fresh = false;
        }
    }
    world
}

/// The vendor's jobs that may be the lost one of a record, as its list shows them now.
pub(crate) fn candidates(world: &World, setting: &Setting, at: u8) -> Vec<String> {
    let rows = world.rows.iter().enumerate();
    let records: Vec<Record> = rows.filter_map(|(at, row)| Some(record(at, (*row)?))).collect();
    let at = usize::from(at);
    let mut found = Vec::new();
    for (id, job) in world.jobs.iter().enumerate() {
        let old = |since: [bool; ROWS]| !since[at] && !setting.vague_clock;
        if job.is_none_or(|job| !job.shown || old(job.since)) {
            continue;
        }
        let id = id.to_string();
        let owner = records.iter().find(|it| it.vendor_jobs.iter().any(|job| job.id == id));
        let others = decide::is_anothers(owner, &records, (KEYS[at], DIGEST), NOW);
        if !others {
            found.push(id);
        }
    }
    found
}
