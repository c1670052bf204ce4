//! The wires: which messages arrive, when, and who cannot hear whom.

use crate::faults::Faults;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Links between nodes, by their numbers; partitions cut them.
pub struct Network {
    cut: Vec<Vec<bool>>,
}

impl Network {
    /// All links whole.
    pub fn new(nodes: usize) -> Self {
        Self { cut: vec![vec![false; nodes]; nodes] }
    }

    /// When a message sent now arrives, in milliseconds from now; no entry if it is lost, two if it
    /// is doubled.
    pub fn arrivals(&self, rng: &mut ChaCha8Rng, faults: &Faults, from: usize, to: usize) -> Vec<u64> {
        if self.cut[from][to] || rng.random_range(0..1000) < faults.loss_permille {
            return Vec::new();
        }
        let copies = 1 + usize::from(rng.random_range(0..1000) < faults.duplicate_permille);
        (0..copies).map(|_| rng.random_range(faults.delay_ms_min..=faults.delay_ms_max)).collect()
    }

    /// Cuts the nodes into two groups; in a third of cases only one direction is cut.
    pub fn partition(&mut self, rng: &mut ChaCha8Rng) {
        let one_way = rng.random_range(0..3) == 0;
        let side: Vec<bool> = self.cut.iter().map(|_| rng.random_bool(0.5)).collect();
        for (from, row) in self.cut.iter_mut().enumerate() {
            for (to, cut) in row.iter_mut().enumerate() {
                *cut = side[from] != side[to] && (!one_way || side[from]);
            }
        }
    }

    /// Cuts every link to and from a node.
    pub fn isolate(&mut self, node: usize) {
        for other in 0..self.cut.len() {
            self.cut[node][other] = other != node;
            self.cut[other][node] = other != node;
        }
    }

    /// Makes all links whole.
    pub fn heal(&mut self) {
        for row in &mut self.cut {
            row.fill(false);
        }
    }
}
