//! Small fixtures for tests of this and other crates.

mod chain_key;
mod kinds;
mod orders;
mod travel;

pub use chain_key::{chain_secrets, epoch_keys};
pub use kinds::{
    TEST_DAY, acceptance, account_ref, cash, envelope_of, escrow, hpke_key_of, hpke_secret, open_account,
    open_session, transfer,
};

pub use orders::{court_order, judge, judge_key, person};
pub use travel::{close_travel, foreign_bank, forex_rate, open_travel, publisher_key};

use crate::block::{BLOCK_VERSION, PublicHeader};
use crate::concealed::Concealed;
use crate::ids::{BankId, ChainId, Height, PrivateHash, PublicHash, Round, TimestampMs};
use idx_crypto::{Hash32, SecretKey};

/// A made-up network.
pub fn chain_id() -> ChainId {
    ChainId(Hash32([0xc1; 32]))
}

/// The key of a small seed.
pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// A header of height 1.
pub fn header() -> PublicHeader {
    PublicHeader {
        version: BLOCK_VERSION,
        chain_id: chain_id(),
        height: Height(1),
        round: Round(0),
        miner: BankId(0),
        parent_public: PublicHash::ZERO,
        parent_private: PrivateHash::ZERO,
        tx_root: Hash32::ZERO,
        validator_set_hash: Hash32::ZERO,
        timestamp: TimestampMs(1),
        difficulty: 16,
        nonce: 0,
    }
}

/// A value concealed under a blind that anyone can guess.
pub const fn concealed<T: borsh::BorshSerialize>(value: T) -> Concealed<T> {
    Concealed::new(value, [0xb1; 32])
}
