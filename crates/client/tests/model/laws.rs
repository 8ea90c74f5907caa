//! What must hold in every world, and on every step between two.

use genmux_client::journal::State;
use genmux_client::journal::decide::is_unsettled;

use crate::world::{JOBS, OUTSIDER, Row, Setting, World};

pub(crate) const DOUBLE: &str = "charged twice";
pub(crate) const LOST: &str = "a charged job is lost";
pub(crate) const WRITTEN_OFF: &str = "failed, and charged";
pub(crate) const FALSE: &str = "success without an accepted job";
pub(crate) const SHARED: &str = "two records have one job";
pub(crate) const SWAPPED: &str = "a handle became another one";
pub(crate) const STUCK: &str = "no way leads to an end";
pub(crate) const ALL: [&str; 7] = [DOUBLE, LOST, WRITTEN_OFF, FALSE, SHARED, SWAPPED, STUCK];

/// The laws that a step breaks.
pub(crate) fn broken(before: &World, world: &World) -> Vec<&'static str> {
    let laws = [
        (charged_twice(world), DOUBLE),
        (lost(world), LOST),
        (written_off(world), WRITTEN_OFF),
        (false_success(world), FALSE),
        (shared(world), SHARED),
        (swapped(before, world), SWAPPED),
    ];
    laws.into_iter().filter_map(|(broken, law)| broken.then_some(law)).collect()
}

fn rows(world: &World) -> impl Iterator<Item = &Row> {
    world.rows.iter().flatten()
}

/// One charge a record, and one more for each time that a person asked for it.
fn charged_twice(world: &World) -> bool {
    (0..).zip(world.again).any(|(row, again)| {
        let charged = world.jobs.iter().flatten().filter(|job| job.by == row).count();
        charged > 1 + usize::from(again)
    })
}

/// Every job that was charged is named by a record, or a record says that there may be one more;
/// what a person decided may leave jobs behind.
fn lost(world: &World) -> bool {
    let named = rows(world).fold(0, |named, row| named | row.named);
    let unnamed = (0..JOBS).filter(|at| {
        world.jobs[*at].is_some_and(|job| job.by != OUTSIDER) && named & (1 << at) == 0
    });
    let open = rows(world).filter(|row| is_unsettled(row.state)).count();
    let given_up = rows(world).filter(|row| row.state == State::Canceled).count();
    unnamed.count() > open + given_up + usize::from(world.settled)
}

/// A record says that the vendor refused, and has charged for it.
fn written_off(world: &World) -> bool {
    let charged = |at: u8| world.jobs.iter().flatten().any(|job| job.by == at);
    let refused = |row: &Row| row.state == State::Failed && row.job.is_none();
    (0..).zip(world.rows).any(|(at, row)| row.as_ref().is_some_and(refused) && charged(at))
}

fn false_success(world: &World) -> bool {
    let accepted = |row: &Row| row.job.is_some_and(|job| world.job(job).is_some());
    rows(world).any(|row| row.state == State::Succeeded && !accepted(row))
}

fn shared(world: &World) -> bool {
    let [Some(one), Some(other)] = &world.rows else { return false };
    one.named & other.named != 0 || (one.job.is_some() && one.job == other.job)
}

fn swapped(before: &World, world: &World) -> bool {
    let handles = |world: &World| world.rows.map(|row| row.and_then(|row| row.job));
    handles(before).iter().zip(handles(world)).any(|(old, new)| old.is_some() && *old != new)
}

/// Whether all work has ended.
pub(crate) fn ended(world: &World, setting: &Setting) -> bool {
    let ended = |row: &Row| row.state.is_final() || (row.state.has_job() && !setting.waits);
    world.rows[0].is_some() && rows(world).all(ended)
}
