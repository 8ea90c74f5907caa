//! What there is at one moment: records, workers, what the vendor has, what is on its way.

use genmux_client::journal::State;

pub(crate) const ROWS: usize = 2;
pub(crate) const WORKERS: usize = 2;
pub(crate) const JOBS: usize = 4;

/// Who held a lease in a life that is over.
pub(crate) const GONE: u8 = 2;
/// Who asked the vendor for the same without this journal.
pub(crate) const OUTSIDER: u8 = 9;

/// A record without what no decision looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Row {
    pub(crate) state: State,
    pub(crate) lease: Option<Held>,
    /// Whether a submission was written down before it was sent.
    pub(crate) begun: bool,
    /// The handle: a job of the vendor by its number.
    pub(crate) job: Option<u8>,
    /// The vendor's jobs that it names, a bit each.
    pub(crate) named: u8,
    pub(crate) outcome: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Held {
    pub(crate) owner: u8,
    pub(crate) live: bool,
}

/// A job that the vendor accepted, and charges for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Job {
    pub(crate) by: u8,
    /// Whether lists and polls show it by now.
    pub(crate) shown: bool,
    /// For each record, whether it was created after that record's submission was written down.
    pub(crate) since: [bool; ROWS],
}

/// What became of a request that a worker waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Flight {
    Away,
    Accepted(u8),
    /// The payload itself was refused.
    Verdict,
    /// Refused for now: no money, a wrong key.
    Refused,
}

/// What a worker does next; a crash may come before any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    Ask,
    Look,
    Write,
    Send,
    /// The mutation that writes after it sent.
    WriteLate,
    Wait(Flight),
    /// To write that the vendor accepted.
    Accepted(u8),
    /// To write that there is no handle; `None`: nothing new.
    Failed(Option<State>),
    Poll(u8),
    /// To write how the work ended; `None`: nothing new.
    Ended(Option<State>),
    /// A person looked at the record and is about to take it.
    Adopt(u8),
    SendAgain,
    GiveUp,
    Release,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Task {
    pub(crate) row: u8,
    pub(crate) step: Step,
    /// Whether nobody changed the record since this worker read it.
    pub(crate) fresh: bool,
    /// Whether there is a beginning that may be other than what the record has.
    pub(crate) begun: bool,
    pub(crate) doubt: bool,
    pub(crate) sent: bool,
    /// Whether one of the tries may have been accepted.
    pub(crate) maybe: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) rows: [Option<Row>; ROWS],
    pub(crate) workers: [Option<Task>; WORKERS],
    pub(crate) jobs: [Option<Job>; JOBS],
    /// Requests of each record on their way, for which nobody waits any more.
    pub(crate) orphans: [u8; ROWS],
    /// Whether the vendor takes the payload, once it has seen it.
    pub(crate) takes: Option<bool>,
    /// How often each record was sent again by a person's word.
    pub(crate) again: [u8; ROWS],
    /// What is left of a person's decisions, of which giving up is none.
    pub(crate) decisions: u8,
    pub(crate) outsiders: u8,
    /// Whether a person adopted a job, or had work sent again.
    pub(crate) settled: bool,
}

/// What may happen in a search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// Whether the vendor knows tasks by our ids and takes each once.
    pub(crate) dedupes: bool,
    pub(crate) rows: usize,
    /// Whether accepted work is waited for; otherwise it ends there.
    pub(crate) waits: bool,
    pub(crate) decisions: u8,
    pub(crate) outsiders: u8,
    /// Whether lists show a job at once, no request arrives after its sender gave it up, and no
    /// lease runs out while its holder lives.
    pub(crate) prompt: bool,
    /// Whether the clocks of client and vendor do not tell what was created earlier.
    pub(crate) vague_clock: bool,
    /// Whether both workers are tasks of one process.
    pub(crate) one_process: bool,
}

impl Task {
    /// The same at a step for which only the record's state counts, not the way there: worlds that
    /// differ in the way only are one.
    pub(crate) fn at_last(self, step: Step) -> Task {
        let Task { row, fresh, .. } = self;
        Task { row, step, fresh, begun: false, doubt: false, sent: false, maybe: false }
    }
}

impl Setting {
    pub(crate) fn start(&self) -> World {
        World {
            rows: [None; ROWS],
            workers: [None; WORKERS],
            jobs: [None; JOBS],
            orphans: [0; ROWS],
            takes: None,
            again: [0; ROWS],
            decisions: self.decisions,
            outsiders: self.outsiders,
            settled: false,
        }
    }

    /// The name under which a worker holds leases.
    pub(crate) fn owner(&self, worker: usize) -> u8 {
        u8::from(!self.one_process && worker == 1)
    }
}

impl World {
    pub(crate) fn row(&self, row: u8) -> Option<&Row> {
        self.rows[usize::from(row)].as_ref()
    }

    pub(crate) fn job(&self, job: u8) -> Option<&Job> {
        self.jobs[usize::from(job)].as_ref()
    }

    /// The one of the worlds that differ in names only: of the workers, and of the records where
    /// the vendor does not know them.
    pub(crate) fn named(mut self, setting: &Setting) -> World {
        if !setting.dedupes && self.rows[1].is_some() && self.rows[0] > self.rows[1] {
            self.swap_rows();
        }
        if self.workers[0] > self.workers[1] {
            self.workers.swap(0, 1);
            let leases = self.rows.iter_mut().flatten().flat_map(|row| &mut row.lease);
            for lease in leases.filter(|lease| lease.owner != GONE && !setting.one_process) {
                lease.owner = 1 - lease.owner;
            }
        }
        self
    }

    fn swap_rows(&mut self) {
        self.rows.swap(0, 1);
        self.orphans.swap(0, 1);
        self.again.swap(0, 1);
        for task in self.workers.iter_mut().flatten() {
            task.row = 1 - task.row;
        }
        for job in self.jobs.iter_mut().flatten() {
            job.since.swap(0, 1);
            job.by = if job.by == OUTSIDER { OUTSIDER } else { 1 - job.by };
        }
    }

    /// The same with a worker at another step.
    pub(crate) fn with(mut self, worker: usize, task: Task) -> World {
        self.workers[worker] = Some(task);
        self
    }

    /// The same with an idle worker.
    pub(crate) fn idle(mut self, worker: usize) -> World {
        self.workers[worker] = None;
        self
    }

    /// The vendor accepts a task; one that it knows by its id is the same one.
    pub(crate) fn accept(mut self, setting: &Setting, by: u8) -> (World, Option<u8>) {
        let free = || self.jobs.iter().position(Option::is_none);
        let at = if setting.dedupes { Some(usize::from(by)) } else { free() };
        let Some(at) = at else { return (self, None) };
        self.takes = Some(true);
        let new = Job { by, shown: setting.prompt, since: [true; ROWS] };
        self.jobs[at].get_or_insert(new);
        (self, u8::try_from(at).ok())
    }
}
