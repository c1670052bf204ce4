//! How a mined header attaches to the height before it.

use crate::election;
use idx_crypto::Hash32;
use idx_types::block::BLOCK_VERSION;
use idx_types::{ChainId, Height, Params, PrivateHash, PublicHash, PublicHeader, TimestampMs, ValidatorSet};

/// The height before, and who and what rules the next one.
#[derive(Clone, Copy, Debug)]
pub struct Parent<'a> {
    /// The network.
    pub chain_id: ChainId,
    /// Its number.
    pub height: Height,
    /// Its public block.
    pub public_hash: PublicHash,
    /// Its private block.
    pub private_hash: PrivateHash,
    /// Its time.
    pub time: TimestampMs,
    /// The banks of the next height.
    pub banks: &'a ValidatorSet,
    /// The parameters of the next height.
    pub params: &'a Params,
}

impl Parent<'_> {
    /// Whether a header may follow: all but its work, and but what only the ledger and a clock can say
    /// (the difficulty in force, a time near the present).
    ///
    /// # Errors
    /// What does not fit, as a sentence whose subject is the header.
    pub fn admits(&self, header: &PublicHeader) -> Result<(), &'static str> {
        let earliest = self.time.plus(self.params.min_block_interval_ms);
        let bits = self.params.min_difficulty..=self.params.max_difficulty;
        let rules = [
            (header.version == BLOCK_VERSION, "its version is unknown"),
            (header.chain_id == self.chain_id, "it is of another network"),
            (header.height == self.height.next(), "its height does not follow the tip"),
            (header.parent_public == self.public_hash, "its public parent is not the tip"),
            (header.parent_private == self.private_hash, "its private parent is not the tip"),
            (header.validator_set_hash == self.banks.hash(), "it names other banks"),
            (bits.contains(&header.difficulty), "its difficulty is out of bounds"),
            (
                header.miner == election::miner(self.banks, header.height, header.round),
                "its miner was not elected",
            ),
            (header.timestamp >= earliest, "it comes too soon after its parent"),
        ];
        rules.iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, what)| Err(*what))
    }
}

/// Leading zero bits of the header's hash: its work.
pub fn work_of(header: &PublicHeader) -> u32 {
    Hash32(header.hash().0).leading_zero_bits()
}

/// Whether the header's hash has the zero bits that its difficulty asks for. Whether that is the
/// difficulty in force is for the ledger to say.
pub fn work_holds(header: &PublicHeader) -> bool {
    work_of(header) >= u32::from(header.difficulty)
}
