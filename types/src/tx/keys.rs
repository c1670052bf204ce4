//! Keys that become known on chain before they are used.

use crate::day::NetworkDay;
use crate::ids::BankId;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, HpkePublic, HpkeSealed};
use std::collections::BTreeMap;

/// See [`TxKind::AnnounceKeys`](crate::TxKind::AnnounceKeys).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct AnnounceKeys {
    /// The company's key of each of these days, all still ahead and without a key so far.
    pub day_keys: BTreeMap<NetworkDay, HpkePublic>,
}

/// See [`TxKind::RotateChainKey`](crate::TxKind::RotateChainKey). Made by
/// [`ChainSecrets::rotation`](crate::ChainSecrets::rotation).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct RotateChainKey {
    /// Who drew the key and signs.
    pub bank: BankId,
    /// The epoch that the key opens: the one after the newest.
    pub epoch: u32,
    /// [`EpochKey::commitment`](crate::EpochKey::commitment) of the key.
    pub commitment: Hash32,
    /// Key and pepper sealed to each bank that rules the height at which this settles, and to no other.
    pub wraps: BTreeMap<BankId, HpkeSealed>,
}
