//! The wires: which messages arrive, when, and who cannot hear whom.

use crate::faults::Faults;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Links between nodes, by their numbers. Cuts overlap: a link is whole when none is left on it.
pub struct Network {
    cuts: Vec<Vec<u32>>,
    slow_ms: Vec<Vec<u64>>,
}

impl Network {
    /// All links whole.
    pub fn new(nodes: usize) -> Self {
        Self { cuts: vec![vec![0; nodes]; nodes], slow_ms: vec![vec![0; nodes]; nodes] }
    }

    /// When a message sent now arrives, in milliseconds from now; no entry if it is lost, two if it
    /// is doubled.
    pub fn arrivals(&self, rng: &mut ChaCha8Rng, faults: &Faults, from: usize, to: usize) -> Vec<u64> {
        if self.is_cut(from, to) || rng.random_range(0..1000) < faults.loss_permille {
            return Vec::new();
        }
        let copies = 1 + usize::from(rng.random_range(0..1000) < faults.duplicate_permille);
        (0..copies).map(|_| self.delay(rng, faults, from, to)).collect()
    }

    fn delay(&self, rng: &mut ChaCha8Rng, faults: &Faults, from: usize, to: usize) -> u64 {
        let late = rng.random_range(0..1000) < faults.late_permille;
        let late_ms = if late { rng.random_range(0..=faults.late_ms_max) } else { 0 };
        rng.random_range(faults.delay_ms_min..=faults.delay_ms_max) + late_ms + self.slow_ms[from][to]
    }

    /// Whether nothing gets through.
    pub fn is_cut(&self, from: usize, to: usize) -> bool {
        self.cuts[from][to] > 0
    }

    /// Cuts one link, one way.
    pub fn cut(&mut self, from: usize, to: usize) {
        self.cuts[from][to] += u32::from(from != to);
    }

    /// Takes one cut off a link.
    pub fn mend(&mut self, from: usize, to: usize) {
        self.cuts[from][to] = self.cuts[from][to].saturating_sub(1);
    }

    /// Cuts the nodes into two groups, a bit each; or only what the group of ones sends.
    pub fn partition(&mut self, side: u16, one_way: bool) {
        self.across(side, one_way, Self::cut);
    }

    /// Takes back a partition.
    pub fn rejoin(&mut self, side: u16, one_way: bool) {
        self.across(side, one_way, Self::mend);
    }

    fn across(&mut self, side: u16, one_way: bool, change: fn(&mut Self, usize, usize)) {
        let inside = |node: usize| side >> node & 1 == 1;
        let nodes = self.cuts.len();
        for (from, to) in (0..nodes).flat_map(|from| (0..nodes).map(move |to| (from, to))) {
            if inside(from) != inside(to) && (!one_way || inside(from)) {
                change(self, from, to);
            }
        }
    }

    /// Cuts every link to and from a node.
    pub fn isolate(&mut self, node: usize) {
        self.partition(1 << node, false);
    }

    /// Adds to every delay between two nodes; 0 makes the link as quick as any.
    pub fn slow(&mut self, one: usize, other: usize, delay_ms: u64) {
        (self.slow_ms[one][other], self.slow_ms[other][one]) = (delay_ms, delay_ms);
    }

    /// Makes all links whole and quick.
    pub fn heal(&mut self) {
        *self = Self::new(self.cuts.len());
    }
}
