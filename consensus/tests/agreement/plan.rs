//! What happens in a run, drawn from its seed.

use idx_types::Quorums;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;

/// The faults of a run. Within `storm_ms` everything may go wrong; after it messages arrive within
/// [`CALM_DELAY_MS`], and only the silent banks and the liar stay what they are.
#[derive(Clone, Debug)]
pub struct Plan {
    pub banks: usize,
    pub margin: usize,
    pub silent: BTreeSet<u16>,
    /// Plays two banks with one key.
    pub liar: Option<u16>,
    pub loss_percent: u32,
    pub duplicate_percent: u32,
    pub delay_ms_max: u64,
    /// Whether banks pass on votes, as gossip does.
    pub relays: bool,
    pub crashes: u32,
    pub partitions: u32,
    pub storm_ms: u64,
    /// Heights to finish.
    pub heights: u64,
}

/// Longest delay of a message after the storm.
pub const CALM_DELAY_MS: u64 = 40;

impl Plan {
    /// No fault at all.
    pub fn calm(banks: usize) -> Self {
        Self {
            banks,
            margin: 0,
            silent: BTreeSet::new(),
            liar: None,
            loss_percent: 0,
            duplicate_percent: 0,
            delay_ms_max: CALM_DELAY_MS,
            relays: false,
            crashes: 0,
            partitions: 0,
            storm_ms: 0,
            heights: 1,
        }
    }

    /// Any mixture that the quorum tolerates: at most one liar, and no more banks that do not help
    /// than the others can do without.
    pub fn of_seed(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let banks = rng.random_range(4..=7);
        let margin = usize::from(rng.random_bool(0.3));
        let spare = Quorums::of(banks, margin).silence_tolerated();
        let liars = usize::from(spare > 0 && rng.random_bool(0.6));
        let silent = rng.random_range(0..=spare - liars);
        let mut odd = pick(&mut rng, banks as u16, liars + silent);
        Self {
            banks,
            margin,
            liar: (liars > 0).then(|| odd.pop().unwrap()),
            silent: odd.into_iter().collect(),
            loss_percent: rng.random_range(0..=40),
            duplicate_percent: rng.random_range(0..=30),
            delay_ms_max: rng.random_range(5..=1_500),
            relays: rng.random_bool(0.5),
            crashes: rng.random_range(0..=8),
            partitions: rng.random_range(0..=4),
            storm_ms: rng.random_range(1_000..=30_000),
            heights: rng.random_range(2..=12),
        }
    }

    pub fn quorums(&self) -> Quorums {
        Quorums::of(self.banks, self.margin)
    }
}

fn pick(rng: &mut impl Rng, below: u16, count: usize) -> Vec<u16> {
    let mut all: Vec<u16> = (0..below).collect();
    (0..count).map(|_| all.remove(rng.random_range(0..all.len()))).collect()
}
