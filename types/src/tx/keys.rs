//! Keys that become known on chain before they are used.

use crate::day::NetworkDay;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::HpkePublic;
use std::collections::BTreeMap;

/// See [`TxKind::AnnounceKeys`](crate::TxKind::AnnounceKeys).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct AnnounceKeys {
    /// The company's key of each of these days, all still ahead and without a key so far.
    pub day_keys: BTreeMap<NetworkDay, HpkePublic>,
}
