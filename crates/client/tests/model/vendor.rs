//! What happens without any worker: requests arrive or do not, lists catch up, leases run out,
//! processes die.

use crate::record;
use crate::search::Next;
use crate::world::{Flight, GONE, Held, Job, OUTSIDER, Setting, Step, Task, WORKERS, World};

pub(crate) fn happens(world: &World, setting: &Setting, next: &mut Next) {
    arrives(world, setting, next);
    strays(world, setting, next);
    for (at, job) in world.jobs.iter().enumerate() {
        if job.is_some_and(|job| !job.shown) {
            let mut world = *world;
            world.jobs[at] = job.map(|job| Job { shown: true, ..job });
            next.push(("the vendor shows a job", world));
        }
    }
    if world.outsiders > 0 && world.takes != Some(false) {
        let (mut world, _) = world.accept(setting, OUTSIDER);
        world.outsiders -= 1;
        next.push(("somebody else asks for the same", world));
    }
    time(world, setting, next);
    (0..WORKERS).for_each(|worker| crash(world, setting, worker, next));
}

/// The request of a worker that waits for its answer.
fn arrives(world: &World, setting: &Setting, next: &mut Next) {
    for worker in 0..WORKERS {
        let Some(task) = world.workers[worker] else { continue };
        if task.step != Step::Wait(Flight::Away) {
            continue;
        }
        let at =
            |world: World, flight| world.with(worker, Task { step: Step::Wait(flight), ..task });
        next.push(("the vendor refuses for now", at(*world, Flight::Refused)));
        if world.takes != Some(true) {
            let refused = World { takes: Some(false), ..*world };
            next.push(("the vendor refuses the payload", at(refused, Flight::Verdict)));
        }
        if world.takes != Some(false)
            && let (accepted, Some(id)) = world.accept(setting, task.row)
        {
            next.push(("the vendor accepts", at(accepted, Flight::Accepted(id))));
        }
    }
}

/// A request that nobody waits for any more.
fn strays(world: &World, setting: &Setting, next: &mut Next) {
    for (at, row) in (0..).zip(world.orphans) {
        if row == 0 {
            continue;
        }
        let mut less = *world;
        less.orphans[usize::from(at)] -= 1;
        next.push(("a request does not arrive", less));
        if world.takes != Some(false) && !setting.prompt {
            next.push(("a request arrives late", less.accept(setting, at).0));
        }
    }
}

fn time(world: &World, setting: &Setting, next: &mut Next) {
    for at in 0..world.rows.len() {
        let Some(mut row) = world.rows[at] else { continue };
        let lives = |owner| {
            (0..WORKERS).any(|it| {
                let there = world.workers[it].is_some_and(|task| usize::from(task.row) == at);
                there && setting.owner(it) == owner
            })
        };
        if let Some(Held { owner, live: true }) = row.lease
            && !(setting.prompt && lives(owner))
        {
            row.lease = Some(Held { owner, live: false });
            let mut world = *world;
            world.rows[at] = Some(row);
            next.push(("a lease runs out", world));
        }
    }
    for worker in 0..WORKERS {
        let at = world.workers[worker].map(|task| (worker, task.row));
        if let Some(renewed) = at.and_then(|at| record::leased(world, setting, at, true)) {
            next.push(("a lease is renewed", renewed));
        }
    }
}

/// A process dies; its name is never used again.
fn crash(world: &World, setting: &Setting, worker: usize, next: &mut Next) {
    if world.workers[worker].is_none() {
        return;
    }
    let owner = setting.owner(worker);
    let mut world = *world;
    for other in (0..WORKERS).filter(|other| setting.owner(*other) == owner) {
        world = strayed(world, setting, other).idle(other);
    }
    for row in world.rows.iter_mut().flatten() {
        row.lease = row.lease.map(|held| Held {
            owner: if held.owner == owner { GONE } else { held.owner },
            ..held
        });
    }
    next.push(("a process dies", world));
}

/// What a worker stops waiting for may still arrive.
pub(crate) fn strayed(mut world: World, setting: &Setting, worker: usize) -> World {
    if let Some(task) = world.workers[worker]
        && matches!(task.step, Step::Wait(Flight::Away) | Step::WriteLate)
    {
        let count = &mut world.orphans[usize::from(task.row)];
        // Where the vendor takes a task once, one arrival is as good as two.
        *count = if setting.dedupes { 1 } else { *count + 1 };
    }
    world
}
