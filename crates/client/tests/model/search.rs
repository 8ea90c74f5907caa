//! Every world that can be reached, breadth first.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::hash::{BuildHasherDefault, Hasher};

use genmux_client::journal::State;

use crate::laws::{self, STUCK};
use crate::rules::Rules;
use crate::vendor;
use crate::worker::Worker;
use crate::world::{Setting, WORKERS, World};

/// What may come next, and the worlds after it.
pub(crate) type Next = Vec<(&'static str, World)>;

/// A law that does not hold, and the shortest way to where it breaks.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) law: &'static str,
    pub(crate) way: String,
}

/// What a search went through.
#[derive(Debug)]
pub(crate) struct Searched {
    pub(crate) worlds: usize,
    pub(crate) states: BTreeSet<State>,
}

/// The worlds of a search, with how each was reached first and from where it can be reached.
struct Found {
    numbers: HashMap<World, usize, BuildHasherDefault<Quick>>,
    worlds: Vec<World>,
    first: Vec<(usize, &'static str)>,
    arrows: Vec<(usize, usize)>,
}

/// Hashes worlds in a fraction of the time that the standard one takes; nobody chooses them.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u8(*byte);
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.write_u64(u64::from(byte));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word.cast_unsigned() as u64);
    }
}

/// Tries everything; the number of worlds, or the first law that breaks, of those that count.
pub(crate) fn search(setting: &Setting, rules: &Rules, laws: &[&str]) -> Result<Searched, Broken> {
    let start = setting.start();
    let mut found = Found {
        numbers: HashMap::from_iter([(start, 0)]),
        worlds: vec![start],
        first: vec![(0, "start")],
        arrows: Vec::new(),
    };
    let mut at = 0;
    let mut next = Next::new();
    while at < found.worlds.len() {
        let world = found.worlds[at];
        successors(&world, setting, rules, &mut next);
        for (what, after) in next.drain(..) {
            let broken = laws::broken(&world, &after);
            if let Some(law) = broken.into_iter().find(|law| laws.contains(law)) {
                return Err(Broken { law, way: found.way((at, what), &after) });
            }
            let number = found.add(after.named(setting), (at, what));
            found.arrows.push((number, at));
        }
        at += 1;
    }
    match found.stuck(setting) {
        None => Ok(Searched { worlds: found.worlds.len(), states: found.states() }),
        Some(at) => Err(Broken { law: STUCK, way: found.way(found.first[at], &found.worlds[at]) }),
    }
}

fn successors(world: &World, setting: &Setting, rules: &Rules, next: &mut Next) {
    for number in 0..WORKERS {
        Worker { world, setting, rules, number }.moves(next);
    }
    vendor::happens(world, setting, next);
}

impl Found {
    fn states(&self) -> BTreeSet<State> {
        let rows = self.worlds.iter().flat_map(|world| world.rows.iter().flatten());
        rows.map(|row| row.state).collect()
    }

    fn add(&mut self, world: World, by: (usize, &'static str)) -> usize {
        let new = self.worlds.len();
        let number = *self.numbers.entry(world).or_insert(new);
        if number == new {
            self.worlds.push(world);
            self.first.push(by);
        }
        number
    }

    /// A world from which no world is reached in which all work has ended.
    fn stuck(&self, setting: &Setting) -> Option<usize> {
        let mut into = vec![Vec::new(); self.worlds.len()];
        for (to, from) in &self.arrows {
            into[*to].push(*from);
        }
        let mut ends: Vec<bool> =
            self.worlds.iter().map(|world| laws::ended(world, setting)).collect();
        let mut open: Vec<usize> = (0..ends.len()).filter(|at| ends[*at]).collect();
        while let Some(at) = open.pop() {
            for &from in &into[at] {
                if !ends[from] {
                    ends[from] = true;
                    open.push(from);
                }
            }
        }
        ends.iter().position(|ends| !ends)
    }

    /// What happened, in order, and where it led.
    fn way(&self, last: (usize, &'static str), to: &World) -> String {
        let (mut at, mut events) = (last.0, vec![last.1]);
        while at != 0 {
            events.push(self.first[at].1);
            at = self.first[at].0;
        }
        events.reverse();
        let mut way = events.join("\n");
        let _ok = write!(way, "\n{to:#?}");
        way
    }
}
