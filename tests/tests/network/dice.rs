//! Chance from one printed number, so that what a run does can be done again.

use idx_node::testnet::BANKS;

/// SplitMix64: what a run does, from one printed number.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    /// The dice of this purpose.
    pub const fn of(seed: u64, purpose: u64) -> Self {
        Self(seed ^ (purpose << 32))
    }

    /// A number below a bound.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of the six banks, by its place.
    pub fn bank(&mut self) -> usize {
        usize::try_from(self.below(BANKS.len() as u64)).expect("there are six")
    }
}

/// The seed of this run: `TEST_SEED`, else one of now.
pub fn seed() -> u64 {
    let given = std::env::var("TEST_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| super::ledger::now().0);
    println!("TEST_SEED={seed} repeats what this run does");
    seed
}
