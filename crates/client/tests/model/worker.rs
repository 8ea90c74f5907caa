//! What a worker does: one step that touches record or vendor at a time, in the order of
//! `journaled.rs`, `settle.rs`, `submit.rs` and `recover.rs`.

use genmux_client::journal::State;
use genmux_client::journal::decide::{self, Failure, First};
use genmux_core::{Charged, ErrorKind};

use crate::record::{self, Refused, Write};
use crate::rules::Rules;
use crate::search::Next;
use crate::vendor::strayed;
use crate::world::{Flight, Setting, Step, Task, World};

/// How a call ended without a result: what it is, what it costs, whether the vendor said so.
type Ended = (ErrorKind, Charged, bool);

const UNASKED: Ended = (ErrorKind::Transport, Charged::Unknown, false);
const UNKNOWN: Ended = (ErrorKind::Ambiguous, Charged::Unknown, false);

/// One worker in a world.
pub(crate) struct Worker<'a> {
    pub(crate) world: &'a World,
    pub(crate) setting: &'a Setting,
    pub(crate) rules: &'a Rules,
    pub(crate) number: usize,
}

impl Worker<'_> {
    pub(crate) fn moves(&self, next: &mut Next) {
        let Some(task) = self.world.workers[self.number] else {
            return self.takes_up(next);
        };
        match task.step {
            Step::Ask => self.asks(task, next),
            Step::Look => self.looks(task, next),
            Step::Write => self.writes(task, next),
            Step::Send => self.sends(task, next),
            Step::WriteLate => self.writes_late(task, next),
            Step::Wait(flight) => self.hears(task, flight, next),
            Step::Accepted(id) => self.accepted(task, id, next),
            Step::Failed(state) => {
                self.last("writes the failure", task, self.release(state), next);
            }
            Step::Poll(id) => self.polls(task, id, next),
            Step::Ended(state) => {
                let write = Write { outcome: state.is_some(), ..self.release(state) };
                self.last("writes the end", task, write, next);
            }
            Step::Adopt(_) | Step::SendAgain => self.settles(task, next),
            Step::GiveUp => self.gives_up(task, next),
            Step::Release => {
                let at = (self.number, task.row);
                let released = record::leased(self.world, self.setting, at, false);
                next.push(("gives back", released.unwrap_or(*self.world).idle(self.number)));
            }
        }
    }

    pub(crate) fn to(&self, state: State) -> Write {
        Write::to(self.setting.owner(self.number), Some(state))
    }

    pub(crate) fn release(&self, state: Option<State>) -> Write {
        Write { release: true, ..Write::to(self.setting.owner(self.number), state) }
    }

    fn at(&self, task: Task, step: Step) -> World {
        self.world.with(self.number, Task { step, ..task })
    }

    /// The world in which a submission gave no handle, before that is written.
    fn fails(&self, world: World, task: Task, (kind, charged, answered): Ended) -> World {
        let untouched = task.begun && !task.sent;
        let failure = Failure { kind, charged, answered, doubt: task.doubt, untouched };
        let state = (self.rules.after_failure)(failure);
        world.with(self.number, task.at_last(Step::Failed(state)))
    }

    /// A last write: whether it is refused or not, the worker is done.
    pub(crate) fn last(&self, what: &'static str, task: Task, write: Write, next: &mut Next) {
        let written = record::change((self.world, self.rules), self.number, task, write);
        next.push((what, written.unwrap_or(*self.world).idle(self.number)));
    }

    /// New work, or work that lies there.
    fn takes_up(&self, next: &mut Next) {
        for at in 0..self.setting.rows {
            let row = u8::try_from(at).unwrap();
            let mut task = Task {
                row,
                step: Step::Release,
                fresh: true,
                begun: false,
                doubt: false,
                sent: false,
                maybe: false,
            };
            let Some(found) = self.world.rows[at] else {
                if at > 0 && self.world.rows[at - 1].is_none() {
                    // Which of the records comes first makes no difference.
                    continue;
                }
                let world = record::insert(*self.world, self.setting, self.number, at);
                task.step = self.begins(First::Send);
                next.push(("writes an intent", world.with(self.number, task)));
                continue;
            };
            self.settled_by_a_person(task, found.state, next);
            if found.state.is_final() || !(self.setting.waits || decide::is_unsent(found.state)) {
                continue;
            }
            let taken = record::acquire(self.world, self.setting, self.number, at);
            let Some(world) = taken else { continue };
            if let (Some(id), false) = (found.job, decide::is_unsent(found.state)) {
                task.step = Step::Poll(id);
                next.push(("goes on waiting", world.with(self.number, task)));
                continue;
            }
            let give_up = task.at_last(Step::GiveUp);
            next.push(("is told to give up", world.with(self.number, give_up)));
            (task.begun, task.doubt) = (found.begun, found.begun);
            task.step = self.begins((self.rules.first)(found.begun, self.setting.dedupes));
            next.push(("takes a record up", world.with(self.number, task)));
        }
    }

    pub(crate) fn begins(&self, first: First) -> Step {
        match first {
            First::Ask => Step::Ask,
            First::Look => Step::Look,
            First::Send if self.rules.writes_first => Step::Write,
            First::Send => Step::Send,
        }
    }

    /// A vendor that knows our ids says whether it has the task; what it has it may not show yet.
    fn asks(&self, task: Task, next: &mut Next) {
        let shown = self.world.job(task.row).filter(|job| job.shown);
        let known = (self.rules.are_accepted)(&[shown.map(|_| ())]);
        let send = Task { step: self.begins(First::Send), ..task };
        let after = if known { task.at_last(Step::Accepted(task.row)) } else { send };
        next.push(("asks", self.world.with(self.number, after)));
        next.push(("cannot ask", self.fails(*self.world, task, UNASKED)));
    }

    /// What was lost is looked for: by our id where the vendor knows it, in its list elsewhere.
    fn looks(&self, task: Task, next: &mut Next) {
        let found = if self.setting.dedupes {
            let shown = self.world.job(task.row).filter(|job| job.shown);
            let known = (self.rules.are_accepted)(&[shown.map(|_| ())]);
            known.then(|| vec![task.row.to_string()])
        } else {
            let found = record::candidates(self.world, self.setting, task.row);
            (self.rules.only)(&[found])
        };
        let after = match found.as_deref() {
            Some([id]) => {
                let accepted = task.at_last(Step::Accepted(id.parse().unwrap()));
                self.world.with(self.number, accepted)
            }
            _ => self.fails(*self.world, task, UNKNOWN),
        };
        next.push(("looks", after));
        // The answer to what was just sent stays what it is.
        let failure = if task.sent { UNKNOWN } else { UNASKED };
        next.push(("cannot look", self.fails(*self.world, task, failure)));
    }

    fn writes(&self, task: Task, next: &mut Next) {
        let world = match self.sending(task) {
            Ok(world) => world.with(self.number, Task { step: Step::Send, ..now_sent(task) }),
            Err(_) => self.fails(*self.world, task, (ErrorKind::Invalid, Charged::No, false)),
        };
        next.push(("writes that it sends", world));
    }

    fn writes_late(&self, task: Task, next: &mut Next) {
        let step = Step::Wait(Flight::Away);
        let world = match self.sending(task) {
            Ok(world) => world.with(self.number, Task { step, ..now_sent(task) }),
            Err(_) => strayed(*self.world, self.setting, self.number).idle(self.number),
        };
        next.push(("writes that it sent", world));
    }

    fn sending(&self, task: Task) -> Result<World, Refused> {
        let names = self.setting.dedupes.then_some((task.row, false));
        let write = Write { begun: true, names, ..self.to(State::Submitting) };
        let mut world = record::change((self.world, self.rules), self.number, task, write)?;
        for job in world.jobs.iter_mut().flatten() {
            job.since[usize::from(task.row)] = false;
        }
        Ok(world)
    }

    fn sends(&self, task: Task, next: &mut Next) {
        let away = if self.rules.writes_first { Step::Wait(Flight::Away) } else { Step::WriteLate };
        next.push(("sends", self.at(task, away)));
        self.tried(task, (ErrorKind::Transport, Charged::No, false), next);
    }

    fn hears(&self, task: Task, flight: Flight, next: &mut Next) {
        self.tried(task, UNASKED, next);
        match flight {
            Flight::Away => {}
            Flight::Accepted(id) => {
                let accepted = task.at_last(Step::Accepted(id));
                next.push(("hears", self.world.with(self.number, accepted)));
            }
            Flight::Verdict => self.tried(task, (ErrorKind::Invalid, Charged::No, true), next),
            Flight::Refused => self.tried(task, (ErrorKind::Quota, Charged::No, true), next),
        }
    }

    /// A try that failed is made again where that is safe; or the submission ends so.
    fn tried(&self, task: Task, how: Ended, next: &mut Next) {
        let (mut kind, mut charged, answered) = how;
        let world = strayed(*self.world, self.setting, self.number);
        let task = Task { maybe: task.maybe || decide::may_be_accepted(charged), ..task };
        let again = (self.rules.may_be_repeated)(charged, self.setting.dedupes);
        if again && kind == ErrorKind::Transport {
            let step = Step::Send;
            next.push(("tries again", world.with(self.number, Task { step, ..task })));
        }
        if task.maybe {
            (kind, charged) = decide::as_unknown(charged);
        }
        let looks = decide::is_looked_for(kind);
        next.push(if looks {
            ("fails, and looks", world.with(self.number, Task { step: Step::Look, ..task }))
        } else {
            ("fails", self.fails(world, task, (kind, charged, answered)))
        });
    }

    fn accepted(&self, task: Task, id: u8, next: &mut Next) {
        let write = Write { names: Some((id, true)), ..self.release(Some(State::Submitted)) };
        self.last("writes the handle", task, write, next);
    }

    fn polls(&self, task: Task, id: u8, next: &mut Next) {
        next.push(("waits in vain", self.at(task, Step::Ended(None))));
        if self.world.job(id).is_none() {
            return;
        }
        let running =
            record::change((self.world, self.rules), self.number, task, self.to(State::Running));
        next.push(("writes that it runs", running.unwrap_or(*self.world)));
        for end in [State::Succeeded, State::Failed] {
            next.push(("sees the end", self.at(task, Step::Ended(Some(end)))));
        }
    }
}

fn now_sent(task: Task) -> Task {
    Task { sent: true, fresh: true, ..task }
}
