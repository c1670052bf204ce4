//! Public and private blocks (documents 1.2, 2.1, 3.5 and 4.4).

use crate::ids::{BankId, ChainId, Height, PrivateHash, PublicHash, Round, TimestampMs, TxHash};
use crate::outcome::Outcome;
use crate::private::OPENINGS_BYTES_MAX;
use crate::tx::Transaction;
use crate::verdict::ApprovalCertificate;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, counted_root, hash_borsh, leaf_hash, root_of};

/// Version of the block format this software reads and writes.
pub const BLOCK_VERSION: u16 = 1;

/// The mined header. Its 193 bytes end with the nonce, so that a search hashes one block of SHA-256
/// over a constant midstate.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct PublicHeader {
    /// Format version, [`BLOCK_VERSION`].
    pub version: u16,
    /// The network.
    pub chain_id: ChainId,
    /// Its number.
    pub height: Height,
    /// The round in which it was mined.
    pub round: Round,
    /// Who mined it.
    pub miner: BankId,
    /// The public block before.
    pub parent_public: PublicHash,
    /// The private block before.
    pub parent_private: PrivateHash,
    /// [`tx_root`] of the transactions: RFC 6962 style, bound to their number.
    pub tx_root: Hash32,
    /// The banks that rule this height.
    pub validator_set_hash: Hash32,
    /// When mining began by the miner's clock; later than the parent's.
    pub timestamp: TimestampMs,
    /// Leading zero bits that the hash must have.
    pub difficulty: u8,
    /// What the search found.
    pub nonce: u64,
}

/// Domain label of the header's hash: 47 bytes, which with the header make 240 bytes, so that the
/// nonce lies in the fourth and last 64-byte block of SHA-256, together with the padding.
const HEADER_DOMAIN: &[u8; 47] = b"idx/public-header/1 proof of work by one bank  ";

impl PublicHeader {
    /// Length of the hashed bytes.
    pub const PREIMAGE_LEN: usize = 240;

    /// The bytes whose SHA-256 is the proof of work: a fixed label, then the borsh of the header.
    /// The last eight are the nonce, little-endian.
    pub fn pow_preimage(&self) -> [u8; Self::PREIMAGE_LEN] {
        let mut bytes = [0; Self::PREIMAGE_LEN];
        bytes[..HEADER_DOMAIN.len()].copy_from_slice(HEADER_DOMAIN);
        let mut rest = &mut bytes[HEADER_DOMAIN.len()..];
        self.serialize(&mut rest).expect("the header has a fixed length");
        assert!(rest.is_empty(), "label and header fill the preimage");
        bytes
    }

    /// The digest that names the block and carries the work.
    pub fn hash(&self) -> PublicHash {
        PublicHash(idx_crypto::sha256(&self.pow_preimage()).0)
    }
}

/// Header with proof of work and ordered transactions.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct PublicBlock {
    /// The mined header.
    pub header: PublicHeader,
    /// What it orders.
    pub transactions: Vec<Transaction>,
}

/// The Merkle root of transactions given by their hashes, together with how many they are: a plain
/// root would let a leaf pass for one of another index in a shorter list.
pub fn tx_root(hashes: &[TxHash]) -> Hash32 {
    let leaves: Vec<Hash32> = hashes.iter().map(|hash| leaf_hash(&hash.0)).collect();
    counted_root(&root_of(&leaves), leaves.len() as u64)
}

/// What the banks agree on for a height.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct PrivateHeader {
    /// Format version, [`BLOCK_VERSION`].
    pub version: u16,
    /// The network.
    pub chain_id: ChainId,
    /// Its number, that of the public block.
    pub height: Height,
    /// The public block it settles.
    pub public_hash: PublicHash,
    /// The private block before.
    pub parent_private: PrivateHash,
    /// Digest of the approval certificate.
    pub certificate_hash: Hash32,
    /// Digest of the outcomes.
    pub outcomes_hash: Hash32,
    /// Root of the state after this block.
    pub state_root: Hash32,
    /// Digest of the encrypted body.
    pub body_hash: Hash32,
    /// How long the search took by the miner's word, milliseconds; the difficulty rule takes the
    /// median of many, so one bank's word moves nothing.
    pub mining_ms: u32,
}

impl PrivateHeader {
    /// The digest that banks vote on.
    pub fn hash(&self) -> PrivateHash {
        PrivateHash(hash_borsh("idx/private-header/1", self).0)
    }
}

/// Most bytes of a private body: the openings that a miner may take in, and their sealing.
pub const BODY_BYTES_MAX: usize = OPENINGS_BYTES_MAX + 128;

/// Approvals, outcomes, state root and the encrypted body of a height.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct PrivateBlock {
    /// What the banks vote on.
    pub header: PrivateHeader,
    /// On what the outcomes rest.
    pub certificate: ApprovalCertificate,
    /// One for each transaction of the public block.
    pub outcomes: Vec<Outcome>,
    /// What its transactions conceal, sealed for the banks ([`crate::private`]); empty if that is nothing.
    pub body: Vec<u8>,
}

/// Digest of outcomes as private headers carry it.
pub fn outcomes_hash(outcomes: &[Outcome]) -> Hash32 {
    hash_borsh("idx/outcomes/1", outcomes)
}

/// Digest of a private body as private headers carry it.
pub fn body_hash(body: &[u8]) -> Hash32 {
    hash_borsh("idx/private-body/1", body)
}

/// The value that banks agree on, as it travels: everything that a bank holding the public block
/// cannot work out by itself.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct Candidate {
    /// The header voted on; its hash is the value id.
    pub header: PrivateHeader,
    /// The verdicts from which the outcomes follow.
    pub certificate: ApprovalCertificate,
    /// The encrypted body.
    pub body: Vec<u8>,
}

impl Candidate {
    /// The value id.
    pub fn id(&self) -> PrivateHash {
        self.header.hash()
    }

    /// The private block, once the outcomes are worked out.
    pub fn into_block(self, outcomes: Vec<Outcome>) -> PrivateBlock {
        PrivateBlock { header: self.header, certificate: self.certificate, outcomes, body: self.body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::header;

    #[test]
    fn the_nonce_ends_the_preimage_and_lies_in_its_last_sha_block() {
        let mut mined = header();
        mined.nonce = 0x0102_0304_0506_0708;
        let preimage = mined.pow_preimage();
        assert_eq!(preimage[232..], mined.nonce.to_le_bytes());
        let last_block_at = (PublicHeader::PREIMAGE_LEN + 9).div_ceil(64) * 64 - 64;
        assert!(last_block_at <= 232, "nonce and padding share the last block");
        assert_eq!(last_block_at, 192);
    }

    #[test]
    fn every_field_of_a_header_moves_its_hash() {
        let base = header();
        let mut changed = vec![base.clone(); 4];
        changed[0].height = Height(9);
        changed[1].miner = BankId(9);
        changed[2].timestamp = TimestampMs(99);
        changed[3].nonce = 9;
        for other in changed {
            assert_ne!(other.hash(), base.hash());
        }
    }
}
