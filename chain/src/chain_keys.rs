//! The epochs of the private chain's key, as the ledger knows them: which is in force, who was given it,
//! and whether a new one is due.
//!
//! ```text
//!   a bank joins or leaves, or the banks decide so --> due since height d
//!   RotateChainKey settles at h, wrapped for the banks of h --> epoch + 1, in force from h + 2
//! ```
//!
//! The ledger sees that there is a wrap for each bank; whether it opens only the banks can see, and say
//! so with their verdicts. No rule needs a key.

use crate::draft::Draft;
use crate::governance::Rules;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, HpkeSealed, hash_borsh};
use idx_types::chain_key::FIRST_EPOCH;
use idx_types::tx::RotateChainKey;
use idx_types::{BankId, ChainId, EpochKeys, Height, KeyOffer, ValidatorSet};
use std::collections::BTreeMap;

/// A key settles so many heights before it is in force: every bank has opened it by then, also one that
/// has just caught up.
pub const KEY_LEAD_HEIGHTS: u64 = 2;

/// Newest epochs whose wraps are kept in the state; those of older ones are in the blocks.
pub const WRAPPED_EPOCHS_MAX: usize = 16;

/// Most epochs that are kept, about 50 bytes each without wraps.
pub const EPOCHS_MAX: usize = 1_024;

/// What the ledger starts with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FirstChainKey {
    /// [`EpochKey::commitment`](idx_types::EpochKey::commitment) of the first key; its wraps are in the
    /// genesis file.
    pub commitment: Hash32,
    /// Commitment of the pepper, which stays.
    pub pepper_commitment: Hash32,
}

/// An epoch of the private chain.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ChainEpoch {
    /// The first height whose body is sealed under its key.
    pub from: Height,
    /// The height whose block holds its wraps; 0 for those of the genesis file.
    pub settled_at: Height,
    /// Commitment of its key.
    pub commitment: Hash32,
    /// Key and pepper for each bank of `settled_at`; none for the genesis' and for old epochs.
    pub wraps: BTreeMap<BankId, HpkeSealed>,
}

/// All epochs, and whether a new one is due.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct ChainKeys {
    /// By number, without gaps; never empty.
    epochs: BTreeMap<u32, ChainEpoch>,
    /// Commitment of the pepper.
    pepper_commitment: Hash32,
    /// Digest of the banks that were given the newest key, with their HPKE keys.
    holders: Hash32,
    /// The banks have decided on a new key, and have not got it yet.
    asked: bool,
    /// The first height at which a new key was due, if it is.
    due_since: Option<Height>,
}

impl ChainKeys {
    pub(crate) fn first(key: FirstChainKey, founders: &ValidatorSet) -> Self {
        let (from, settled_at) = (Height::GENESIS.next(), Height::GENESIS);
        let epoch = ChainEpoch { from, settled_at, commitment: key.commitment, wraps: BTreeMap::new() };
        Self {
            epochs: [(FIRST_EPOCH, epoch)].into(),
            pepper_commitment: key.pepper_commitment,
            holders: digest_of(founders),
            asked: false,
            due_since: None,
        }
    }

    /// All epochs that are kept with their numbers, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, &ChainEpoch)> + ExactSizeIterator {
        self.epochs.iter().map(|(number, epoch)| (*number, epoch))
    }

    /// The epoch that was begun last; it may not be in force yet.
    pub fn newest(&self) -> u32 {
        self.epochs.last_key_value().map_or(FIRST_EPOCH, |(number, _)| *number)
    }

    /// The epoch under whose key the body of a height is sealed; none for a height long past.
    pub fn in_force(&self, height: Height) -> Option<u32> {
        self.epochs.iter().rev().find(|(_, epoch)| epoch.from <= height).map(|(number, _)| *number)
    }

    /// The first height at which a new key was due, if one is.
    pub const fn due_since(&self) -> Option<Height> {
        self.due_since
    }

    /// What every wrap's pepper is held against.
    pub const fn pepper_commitment(&self) -> Hash32 {
        self.pepper_commitment
    }

    /// What there is of an epoch for a bank.
    pub fn offer(&self, chain_id: ChainId, epoch: u32, bank: BankId) -> Option<KeyOffer<'_>> {
        let ChainEpoch { commitment, wraps, .. } = self.epochs.get(&epoch)?;
        let (commitment, pepper_commitment) = (*commitment, self.pepper_commitment);
        Some(KeyOffer { chain_id, epoch, commitment, pepper_commitment, wrap: wraps.get(&bank)? })
    }

    /// Opens for a bank's ring every epoch that has a wrap for it. Returns those that do not open.
    pub fn teach(&self, chain_id: ChainId, ring: &mut EpochKeys) -> Vec<u32> {
        let bank = ring.bank();
        let offers = self.epochs.keys().filter_map(|epoch| self.offer(chain_id, *epoch, bank));
        offers.filter(|offer| !ring.learn(offer)).map(|offer| offer.epoch).collect()
    }

    pub(crate) fn ask(&mut self) {
        self.asked = true;
    }

    /// A rotation has settled, wrapped for these banks.
    pub(crate) fn adopt(&mut self, rotation: &RotateChainKey, settled_at: Height, banks: &ValidatorSet) {
        let from = Height(settled_at.0.saturating_add(KEY_LEAD_HEIGHTS));
        let (commitment, wraps) = (rotation.commitment, rotation.wraps.clone());
        self.epochs.insert(rotation.epoch, ChainEpoch { from, settled_at, commitment, wraps });
        for (_, old) in self.epochs.iter_mut().rev().skip(WRAPPED_EPOCHS_MAX) {
            old.wraps.clear();
        }
        if self.epochs.len() > EPOCHS_MAX {
            self.epochs.pop_first();
        }
        self.holders = digest_of(banks);
        (self.asked, self.due_since) = (false, None);
    }

    fn is_wanted(&self, banks: &ValidatorSet) -> bool {
        self.asked || self.holders != digest_of(banks)
    }
}

/// At the end of a block: whether those who rule the next height are those who have the newest key.
pub(crate) fn review(draft: &mut Draft<'_>, rules: &Rules) {
    let keys = &draft.registries().chain_keys;
    let wanted = keys.is_wanted(&rules.validators);
    if wanted != keys.due_since.is_some() {
        let next = draft.place.height.next();
        draft.registries_mut().chain_keys.due_since = wanted.then_some(next);
    }
}

fn digest_of(banks: &ValidatorSet) -> Hash32 {
    let holders: Vec<(BankId, Hash32)> = banks.banks().iter().map(|bank| (bank.id, bank.hpke_key)).collect();
    hash_borsh("idx/chain-key-holders/1", &holders)
}
