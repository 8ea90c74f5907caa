//! What a person has done to a record that nobody can settle from here.

use genmux_client::journal::State;
use genmux_client::journal::decide;

use crate::record;
use crate::search::Next;
use crate::worker::Worker;
use crate::world::{Step, Task, World};

impl Worker<'_> {
    /// A person read the record; it is taken in the next step.
    pub(crate) fn settled_by_a_person(&self, task: Task, state: State, next: &mut Next) {
        if !decide::is_unsettled(state) || self.world.decisions == 0 {
            return;
        }
        let decided = World { decisions: self.world.decisions - 1, settled: true, ..*self.world };
        let at = |step| decided.with(self.number, Task { step, ..task });
        next.push(("is told to send again", at(Step::SendAgain)));
        for id in (0..4).filter(|id| self.world.job(*id).is_some()) {
            let others = self.world.rows.iter().enumerate().any(|(at, row)| {
                at != usize::from(task.row) && row.is_some_and(|row| row.named & (1 << id) != 0)
            });
            if !others {
                next.push(("is told to adopt", at(Step::Adopt(id))));
            }
        }
    }

    pub(crate) fn settles(&self, task: Task, next: &mut Next) {
        let at = usize::from(task.row);
        let taken = record::acquire(self.world, self.setting, self.number, at);
        let (Some(world), Some(found)) = (taken, self.world.rows[at]) else {
            next.push(("does not get it", self.world.idle(self.number)));
            return;
        };
        let task = Task { fresh: true, begun: true, doubt: found.begun, ..task };
        let settled = self.rules.looks_again && !decide::is_unsettled(found.state);
        let step = match task.step {
            _ if settled => Step::Release,
            Step::Adopt(id) => Step::Accepted(id),
            _ => self.begins((self.rules.first)(false, self.setting.dedupes)),
        };
        let mut world = if step == Step::Write {
            world.with(self.number, Task { step, ..task })
        } else {
            world.with(self.number, task.at_last(step))
        };
        if step == Step::Write {
            world.again[at] += 1;
        }
        next.push(("takes what is to be settled", world));
    }

    pub(crate) fn gives_up(&self, task: Task, next: &mut Next) {
        let state = self.world.row(task.row).map(|row| row.state);
        if state == Some(State::Submitting) {
            let ambiguous = self.to(State::Ambiguous);
            let written = record::change((self.world, self.rules), self.number, task, ambiguous);
            next.push(("gives up", written.unwrap_or(self.world.idle(self.number))));
        } else {
            self.last("gives up", task, self.release(Some(State::Canceled)), next);
        }
    }
}
