//! Chain parameters: set in genesis, changed only by governance (document 3.1).

use crate::money::{Bps, Paise};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, hash_borsh};

/// Milliseconds in a network day.
pub const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Everything the banks have agreed to tune. Times in milliseconds, sizes in bytes, money in paise.
#[derive(
    Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Version of the rules in force; a node that does not know it stops.
    pub protocol_version: u16,
    /// Miner's part of a transfer fee.
    pub miner_fee: Bps,
    /// The banks' part of a transfer fee, divided equally.
    pub banks_fee: Bps,
    /// Least transfer.
    pub min_transfer: Paise,
    /// Greatest transfer, deposit or withdrawal.
    pub max_transfer: Paise,
    /// Longest span from `created_at` to `valid_until` of a transaction.
    pub max_validity_ms: u64,
    /// Most transactions in a block.
    pub max_block_transactions: u32,
    /// Most bytes of transactions in a block.
    pub max_block_bytes: u32,
    /// Least time between the timestamps of two blocks.
    pub min_block_interval_ms: u64,
    /// After this long without a block an empty one is made.
    pub max_block_interval_ms: u64,
    /// How far a block's timestamp may be from a bank's clock when it first sees it.
    pub max_clock_drift_ms: u64,
    /// The search for a nonce should take about this long.
    pub target_mining_time_ms: u32,
    /// Least difficulty, leading zero bits.
    pub min_difficulty: u8,
    /// Greatest difficulty, leading zero bits.
    pub max_difficulty: u8,
    /// How long a miner waits for verdicts.
    pub approval_timeout_ms: u64,
    /// Time to wait for a proposal in round 0.
    pub propose_timeout_ms: u64,
    /// Time to wait for more prevotes or precommits in round 0.
    pub vote_timeout_ms: u64,
    /// What each further round adds to both.
    pub timeout_step_ms: u64,
    /// Cap of both (fault 23: a timeout without a cap takes hours to recover from).
    pub timeout_cap_ms: u64,
    /// Raises the approval quorum above the least safe one: 0 is 4 of 6.
    pub approval_margin: u16,
    /// Raises the agreement quorum above the least safe one: 0 is 4 of 6, 1 is 5 of 6.
    pub agreement_margin: u16,
    /// Part of its stake that a bank loses for a proven contradiction.
    pub slash: Bps,
    /// The home bank's part of the rupees that are changed into a travel account, and of those that return.
    pub travel_fee: Bps,
    /// Least rupees with which a travel account opens.
    pub min_travel: Paise,
    /// Most rupees with which a travel account opens.
    pub max_travel: Paise,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            protocol_version: PROTOCOL_VERSION,
            miner_fee: Bps(50),
            banks_fee: Bps(100),
            min_transfer: Paise::ONE_RUPEE,
            max_transfer: Paise(100_000_000_000),
            max_validity_ms: DAY_MS,
            max_block_transactions: 2_000,
            max_block_bytes: 1 << 20,
            min_block_interval_ms: 50,
            max_block_interval_ms: 10_000,
            max_clock_drift_ms: 10_000,
            target_mining_time_ms: 10,
            min_difficulty: 16,
            max_difficulty: 24,
            approval_timeout_ms: 500,
            propose_timeout_ms: 2_000,
            vote_timeout_ms: 500,
            timeout_step_ms: 500,
            timeout_cap_ms: 10_000,
            approval_margin: 0,
            agreement_margin: 0,
            slash: Bps(1_000),
            travel_fee: Bps(15),
            min_travel: Paise(100_000),
            max_travel: Paise(1_000_000_000),
        }
    }
}

/// The rules this software knows.
pub const PROTOCOL_VERSION: u16 = 1;

/// Bounds that no governance may leave; the memory and wire limits of a node rest on them.
pub mod bounds {
    /// Most transactions in a block, ever.
    pub const BLOCK_TRANSACTIONS_MAX: u32 = 20_000;
    /// Most bytes of transactions in a block, ever.
    pub const BLOCK_BYTES_MAX: u32 = 8 << 20;
    /// Greatest difficulty, ever: about a second of search on one machine of today.
    pub const DIFFICULTY_MAX: u8 = 28;
    /// Greatest margin of a quorum.
    pub const MARGIN_MAX: u16 = 16;
}

impl Params {
    /// The digest that the state root carries.
    pub fn hash(&self) -> Hash32 {
        hash_borsh("idx/params/1", self)
    }

    /// Checks that the values make sense together (fault 19: an accepted bad parameter halts a chain).
    ///
    /// # Errors
    /// Names the first parameter that is out of its range, and the range.
    pub fn check(&self) -> Result<(), String> {
        let rules: [(bool, &str); 16] = [
            (self.protocol_version >= 1, "protocol_version must be at least 1"),
            (
                self.miner_fee.0 <= 1_000 && self.banks_fee.0 <= 1_000,
                "miner_fee and banks_fee are 0 to 1000 bps",
            ),
            (self.min_transfer >= Paise(1), "min_transfer must be at least 0.01"),
            (self.max_transfer >= self.min_transfer, "max_transfer must not be below min_transfer"),
            (self.max_transfer.0 <= 1 << 53, "max_transfer is at most 2^53 paise"),
            ((60_000..=DAY_MS).contains(&self.max_validity_ms), "max_validity_ms is 60000 to 86400000"),
            (
                (1..=bounds::BLOCK_TRANSACTIONS_MAX).contains(&self.max_block_transactions),
                "max_block_transactions is 1 to 20000",
            ),
            (
                (65_536..=bounds::BLOCK_BYTES_MAX).contains(&self.max_block_bytes),
                "max_block_bytes is 65536 to 8388608",
            ),
            (
                (1..=60_000).contains(&self.min_block_interval_ms)
                    && self.max_block_interval_ms >= self.min_block_interval_ms
                    && self.max_block_interval_ms <= 600_000,
                "min_block_interval_ms is 1 to 60000, max_block_interval_ms from there to 600000",
            ),
            ((100..=600_000).contains(&self.max_clock_drift_ms), "max_clock_drift_ms is 100 to 600000"),
            (
                self.min_difficulty <= self.max_difficulty && self.max_difficulty <= bounds::DIFFICULTY_MAX,
                "min_difficulty <= max_difficulty <= 28",
            ),
            (
                self.target_mining_time_ms >= 1
                    && [self.approval_timeout_ms, self.propose_timeout_ms, self.vote_timeout_ms]
                        .iter()
                        .all(|ms| (1..=self.timeout_cap_ms).contains(ms))
                    && (1..=600_000).contains(&self.timeout_cap_ms),
                "timeouts are 1 to timeout_cap_ms, which is at most 600000; target_mining_time_ms is at least 1",
            ),
            (
                self.approval_margin <= bounds::MARGIN_MAX && self.agreement_margin <= bounds::MARGIN_MAX,
                "approval_margin and agreement_margin are 0 to 16",
            ),
            (u64::from(self.slash.0) <= crate::money::BPS_ONE, "slash is 0 to 10000 bps"),
            (self.travel_fee.0 <= 1_000, "travel_fee is 0 to 1000 bps"),
            (
                self.min_travel >= Paise(1)
                    && self.min_travel <= self.max_travel
                    && self.max_travel.0 <= 1 << 53,
                "min_travel is at least 0.01, max_travel from there to 2^53 paise",
            ),
        ];
        match rules.iter().find(|(holds, _)| !holds) {
            Some((_, rule)) => Err((*rule).to_owned()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_sound_and_nonsense_is_named() {
        assert_eq!(Params::default().check(), Ok(()));
        let broken = Params { max_block_transactions: 0, ..Params::default() };
        assert!(broken.check().unwrap_err().contains("max_block_transactions"));
        let broken = Params { timeout_cap_ms: 0, ..Params::default() };
        assert!(broken.check().is_err());
        let broken = Params { travel_fee: Bps(1_001), ..Params::default() };
        assert!(broken.check().unwrap_err().contains("travel_fee"));
        let broken = Params { max_travel: Paise(99_999), ..Params::default() };
        assert!(broken.check().unwrap_err().contains("max_travel"));
    }
}
