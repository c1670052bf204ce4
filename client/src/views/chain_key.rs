//! The epochs of the private chain's key: since when, and for whom; never a key.

use super::{BankNames, BankTag};
use crate::encoding::Hex;
use idx_crypto::Hash32;
use idx_types::Height;
use idx_types::tx::RotateChainKey;
use serde::{Deserialize, Serialize};

/// The epochs after a height.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChainKeysView {
    /// The height after which it stands so.
    pub as_of: Height,
    /// The epoch under whose key the next height's private body is sealed.
    pub in_force: u32,
    /// Since which height a new key is due; absent if none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_since: Option<Height>,
    /// Digest of the pepper of pseudonyms.
    pub pepper_commitment: Hex<Hash32>,
    /// All epochs that the ledger keeps, oldest first.
    pub epochs: Vec<ChainEpochView>,
    /// The epochs whose keys the answering node has itself.
    pub held: Vec<u32>,
}

/// An epoch of the private chain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChainEpochView {
    /// Its number, from 1.
    pub epoch: u32,
    /// The first height whose private body is sealed under its key.
    pub from: Height,
    /// The height whose block holds the wraps; 0 for those of the genesis file.
    pub settled_at: Height,
    /// Digest of its key.
    pub commitment: Hex<Hash32>,
    /// The banks for which the ledger keeps a wrap; none of the first epoch and of old ones.
    pub wrapped_for: Vec<BankTag>,
}

/// A new key of the private chain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RotateChainKeyView {
    /// Who drew it.
    pub bank: BankTag,
    /// The epoch that it opens.
    pub epoch: u32,
    /// Digest of the key.
    pub commitment: Hex<Hash32>,
    /// The banks that are given it.
    pub wrapped_for: Vec<BankTag>,
}

impl RotateChainKeyView {
    pub(super) fn new(tx: &RotateChainKey, names: &dyn BankNames) -> Self {
        Self {
            bank: names.tag(tx.bank),
            epoch: tx.epoch,
            commitment: Hex(tx.commitment),
            wrapped_for: tx.wraps.keys().map(|bank| names.tag(*bank)).collect(),
        }
    }
}
