//! What can go wrong in a run, and how often.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// How the network and the machines misbehave while faults are on. Chances are per thousand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults {
    /// Messages that never arrive.
    pub loss_permille: u32,
    /// Messages that arrive twice.
    pub duplicate_permille: u32,
    /// Least delay of a message, milliseconds.
    pub delay_ms_min: u64,
    /// Greatest delay; differing delays reorder.
    pub delay_ms_max: u64,
    /// Average time between crashes of one node, milliseconds; 0 for none.
    pub crash_every_ms: u64,
    /// Longest time a crashed node stays down, milliseconds.
    pub down_ms_max: u64,
    /// Average time between partitions, milliseconds; 0 for none.
    pub partition_every_ms: u64,
    /// Longest time a partition lasts, milliseconds.
    pub partition_ms_max: u64,
    /// Clocks differ by at most so much, milliseconds.
    pub skew_ms_max: u64,
}

impl Faults {
    /// A quiet local network.
    pub const NONE: Self = Self {
        loss_permille: 0,
        duplicate_permille: 0,
        delay_ms_min: 1,
        delay_ms_max: 3,
        crash_every_ms: 0,
        down_ms_max: 0,
        partition_every_ms: 0,
        partition_ms_max: 0,
        skew_ms_max: 0,
    };

    /// A mix drawn from a seed: each kind of fault is on in about half of the seeds (swarm testing).
    pub fn swarm(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5741_524d);
        let mut on = |most: u64| if rng.random_bool(0.5) { rng.random_range(1..=most) } else { 0 };
        let delay_ms_max = 3 + on(150);
        Self {
            loss_permille: on(150) as u32,
            duplicate_permille: on(100) as u32,
            delay_ms_min: 1,
            delay_ms_max,
            crash_every_ms: on(10) * 2_000,
            down_ms_max: 200 + on(8_000),
            partition_every_ms: on(8) * 3_000,
            partition_ms_max: 500 + on(8_000),
            skew_ms_max: on(2_000),
        }
    }
}
