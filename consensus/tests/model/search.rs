//! Breadth-first search over every reachable state of a model.
//!
//! States are kept whole, not as fingerprints: two states never pass for one. A model may name a
//! representative of states that differ by names only; the search then keeps one of each such class,
//! and [`Explored::trace`] finds the way through the states themselves again.

use std::hash::{Hash, Hasher};

/// A system of states and the steps between them.
pub trait Model {
    type State: Copy + Eq + Hash;
    type Action: Copy;

    /// Where it may begin.
    fn starts(&self) -> Vec<Self::State>;

    /// All steps from a state.
    fn steps(&self, state: &Self::State, out: &mut Vec<(Self::Action, Self::State)>);

    /// The state that stands for all that differ from this one by names only.
    fn representative(&self, state: &Self::State) -> Self::State;

    /// The claim that does not hold in this state.
    fn broken(&self, state: &Self::State) -> Option<&'static str>;
}

/// The shortest way to a state.
pub struct Trace<M: Model> {
    pub start: M::State,
    pub steps: Vec<(M::Action, M::State)>,
}

/// What was seen.
pub struct Explored<M: Model> {
    pub model: M,
    pub states: Vec<M::State>,
    parents: Vec<u32>,
    /// Steps taken, those to known states included.
    pub steps: u64,
    /// The length of the longest of all shortest ways.
    pub depth: u32,
    /// The first broken claim, and the state it is broken in.
    pub broken: Option<(&'static str, usize)>,
}

const NONE: u32 = u32::MAX;

/// Visits every reachable state, or stops at the first in which a claim is broken.
pub fn explore<M: Model>(model: M) -> Explored<M> {
    let mut seen = Explored { model, states: vec![], parents: vec![], steps: 0, depth: 0, broken: None };
    let mut table = Table::default();
    for start in seen.model.starts() {
        let start = seen.model.representative(&start);
        seen.add(start, NONE, &mut table);
    }
    let (mut next, mut level_end, mut out) = (0, seen.states.len(), Vec::new());
    while next < seen.states.len() && seen.broken.is_none() {
        if next == level_end {
            (level_end, seen.depth) = (seen.states.len(), seen.depth + 1);
        }
        seen.expand(next, &mut out, &mut table);
        next += 1;
    }
    seen
}

impl<M: Model> Explored<M> {
    fn expand(&mut self, index: usize, out: &mut Vec<(M::Action, M::State)>, table: &mut Table) {
        let state = self.states[index];
        out.clear();
        self.model.steps(&state, out);
        self.steps += out.len() as u64;
        for (_, after) in out.iter() {
            let after = self.model.representative(after);
            self.add(after, index as u32, table);
        }
    }

    fn add(&mut self, state: M::State, parent: u32, table: &mut Table) {
        if !table.insert(&state, &self.states) {
            return;
        }
        self.states.push(state);
        self.parents.push(parent);
        if self.broken.is_none()
            && let Some(claim) = self.model.broken(&state)
        {
            self.broken = Some((claim, self.states.len() - 1));
        }
    }

    /// A shortest way to the state of this index, or to one that differs by names only.
    pub fn trace(&self, index: usize) -> Trace<M> {
        let mut way = vec![index];
        while self.parents[way[way.len() - 1]] != NONE {
            way.push(self.parents[way[way.len() - 1]] as usize);
        }
        let mut ahead = way.into_iter().rev().map(|place| self.states[place]);
        let start = ahead.next().expect("a way has a beginning");
        let (mut state, mut steps, mut out) = (start, Vec::new(), Vec::new());
        for wanted in ahead {
            out.clear();
            self.model.steps(&state, &mut out);
            let leads = |step: &&(M::Action, M::State)| self.model.representative(&step.1) == wanted;
            if !out.iter().any(|step| leads(&step)) {
                // The names have changed too much (`merge`): go on from the representative.
                state = self.model.representative(&state);
                out.clear();
                self.model.steps(&state, &mut out);
            }
            let step = *out.iter().find(leads).expect("a class has the steps of its representative");
            state = step.1;
            steps.push(step);
        }
        Trace { start, steps }
    }
}

/// Which states are known: their places in the list of states, by hash, open addressing.
#[derive(Default)]
struct Table {
    places: Vec<u32>,
    used: usize,
}

impl Table {
    /// Takes the next place of the list for this state; `false` if it is known.
    fn insert<S: Eq + Hash>(&mut self, state: &S, states: &[S]) -> bool {
        if self.used * 2 >= self.places.len() {
            self.grow(states);
        }
        let mask = self.places.len() - 1;
        let mut at = hash(state) as usize & mask;
        while self.places[at] != NONE {
            if states[self.places[at] as usize] == *state {
                return false;
            }
            at = (at + 1) & mask;
        }
        self.places[at] = states.len() as u32;
        self.used += 1;
        true
    }

    fn grow<S: Hash>(&mut self, states: &[S]) {
        let size = (self.places.len() * 2).max(1 << 12);
        self.places = vec![NONE; size];
        for (place, state) in states.iter().enumerate() {
            let mut at = hash(state) as usize & (size - 1);
            while self.places[at] != NONE {
                at = (at + 1) & (size - 1);
            }
            self.places[at] = place as u32;
        }
    }
}

fn hash<S: Hash>(state: &S) -> u64 {
    let mut mixer = Mixer(0);
    state.hash(&mut mixer);
    mixer.finish()
}

/// Fast and good enough: no one chooses the states to annoy us.
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }
    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xd6e8_feb8_6659_fd93;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
    fn finish(&self) -> u64 {
        self.0
    }
}
