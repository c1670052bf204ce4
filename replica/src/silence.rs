//! Which banks have been silent lately, so that a miner does not fill blocks with transactions
//! that can only be deferred (document 2.1).

use idx_types::{BankId, TimestampMs};
use std::collections::BTreeMap;

/// First time a silent bank's transactions are left out, milliseconds.
pub const SKIP_MS_FIRST: u64 = 1_000;

/// Longest time they are left out before the bank is tried again, milliseconds.
pub const SKIP_MS_MAX: u64 = 30_000;

/// Remembers silent banks; each further silence doubles the time, a word ends it.
#[derive(Debug, Default)]
pub struct Silence {
    banks: BTreeMap<BankId, Skip>,
}

#[derive(Debug, Clone, Copy)]
struct Skip {
    until: TimestampMs,
    ms: u64,
}

impl Silence {
    /// A certificate was made without this bank.
    pub fn missed(&mut self, bank: BankId, now: TimestampMs) {
        let ms = self.banks.get(&bank).map_or(SKIP_MS_FIRST, |skip| {
            if skip.until > now { skip.ms } else { (skip.ms * 2).min(SKIP_MS_MAX) }
        });
        let until = self.banks.get(&bank).map_or(now.plus(ms), |skip| skip.until.max(now.plus(ms)));
        self.banks.insert(bank, Skip { until, ms });
    }

    /// The bank spoke.
    pub fn heard(&mut self, bank: BankId) {
        self.banks.remove(&bank);
    }

    /// Whether transactions that involve the bank are left out now.
    pub fn skips(&self, bank: BankId, now: TimestampMs) -> bool {
        self.banks.get(&bank).is_some_and(|skip| skip.until > now)
    }

    /// Whether the bank has not spoken since it was last missed, which is not long ago.
    pub fn is_silent(&self, bank: BankId, now: TimestampMs) -> bool {
        self.banks.get(&bank).is_some_and(|skip| now.since(skip.until) <= SKIP_MS_MAX)
    }

    /// The banks held to be silent.
    pub fn silent(&self) -> Vec<BankId> {
        self.banks.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_doubles_to_a_cap_and_a_word_ends_it() {
        let (mut silence, bank) = (Silence::default(), BankId(1));
        let mut now = TimestampMs(0);
        for expected in [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            silence.missed(bank, now);
            assert!(silence.skips(bank, now.plus(expected - 1)));
            assert!(!silence.skips(bank, now.plus(expected)));
            now = now.plus(expected);
        }
        silence.heard(bank);
        assert!(!silence.skips(bank, TimestampMs(0)) && !silence.is_silent(bank, now));
        assert!(silence.silent().is_empty());
    }
}
