//! How the wires misbehave: chances that hold for every message.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// What can happen to a message while faults are on. Chances are per thousand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// Messages that never arrive.
    pub loss_permille: u32,
    /// Messages that arrive twice.
    pub duplicate_permille: u32,
    /// Least delay of a message, milliseconds.
    pub delay_ms_min: u64,
    /// Greatest delay; differing delays reorder.
    pub delay_ms_max: u64,
    /// Messages that arrive very late, having been held up.
    pub late_permille: u32,
    /// How late, at most, milliseconds.
    pub late_ms_max: u64,
    /// Clocks differ by at most so much either way, milliseconds.
    pub skew_ms_max: u64,
}

impl Faults {
    /// A quiet local network.
    pub const NONE: Self = Self {
        loss_permille: 0,
        duplicate_permille: 0,
        delay_ms_min: 1,
        delay_ms_max: 3,
        late_permille: 0,
        late_ms_max: 0,
        skew_ms_max: 0,
    };

    /// A mix in which each kind of fault is on in about half of all draws.
    pub(crate) fn draw(rng: &mut ChaCha8Rng) -> Self {
        let mut on = |most: u64| if rng.random_bool(0.5) { rng.random_range(1..=most) } else { 0 };
        Self {
            loss_permille: on(150) as u32,
            duplicate_permille: on(100) as u32,
            delay_ms_min: 1,
            delay_ms_max: 3 + on(150),
            late_permille: on(20) as u32,
            late_ms_max: 1 + on(5_000),
            skew_ms_max: on(2_000),
        }
    }
}
