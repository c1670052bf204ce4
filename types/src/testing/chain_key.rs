//! The private chain's key in tests: the first one, and a bank's ring with it.

use super::kinds::{hpke_secret, seed_of};
use crate::chain_key::{ChainSecrets, EpochKeys, FIRST_EPOCH};
use crate::ids::BankId;
use crate::private::EpochKey;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What founders of test networks share.
pub fn chain_secrets() -> ChainSecrets {
    let key = EpochKey::new(FIRST_EPOCH, Zeroizing::new([7; 32]));
    ChainSecrets { key, pepper: Zeroizing::new([6; 32]) }
}

/// The ring of a test bank that was not there at genesis.
pub fn epoch_keys(bank: BankId) -> EpochKeys {
    EpochKeys::new(bank, Arc::new(hpke_secret(seed_of(bank))))
}
