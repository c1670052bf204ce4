//! The banks' key of the private chain, by epochs: drawn by one bank, wrapped for all, kept in a ring.
//!
//! ```text
//! EpochKey (fresh) + pepper --ChainSecrets::rotation--> RotateChainKey: commitment, one wrap a bank
//!                                                            |
//!    every bank, before it votes: EpochKeys::agrees  <-------+
//!    every bank, once it is on the ledger: EpochKeys::learn --> EpochKey of the epoch
//! ```
//!
//! A wrap follows from the secrets alone, without chance: so every bank that opens its own wrap makes all
//! the others again and compares. Who draws a key cannot give one bank less than the others without
//! all of them seeing it. The secrets are of 512 bits, so that nobody can try values against a wrap.

use crate::bank::{Bank, ValidatorSet};
use crate::ids::{BankId, ChainId, Height};
use crate::private::{BodyError, EpochKey, PrivateRecord};
use crate::tx::RotateChainKey;
use idx_crypto::{Hash32, Hasher, HpkeOpen, HpkePublic, HpkeSealed, UnsoundKey, hkdf_derive, hpke_seal};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The epoch of the key that comes with the genesis.
pub const FIRST_EPOCH: u32 = 1;

/// Bytes of a wrap's ciphertext: pepper and key, and the tag.
pub const WRAP_BYTES: usize = 32 + 32 + idx_crypto::AEAD_TAG_BYTES;

const DOMAIN: &str = "idx/chain-key-wrap/1";

/// What the ledger knows of the pepper.
pub fn pepper_commitment(pepper: &[u8; 32]) -> Hash32 {
    Hasher::new("idx/pepper/1").part(pepper).finish()
}

/// What a bank is given with an epoch. Masked and wiped.
#[derive(Clone)]
pub struct ChainSecrets {
    /// Seals the bodies of the epoch.
    pub key: EpochKey,
    /// Goes into every pseudonym; the same for ever.
    pub pepper: Zeroizing<[u8; 32]>,
}

/// What the ledger has of an epoch for one bank.
#[derive(Clone, Copy, Debug)]
pub struct KeyOffer<'a> {
    /// The network.
    pub chain_id: ChainId,
    /// The epoch.
    pub epoch: u32,
    /// [`EpochKey::commitment`] of its key.
    pub commitment: Hash32,
    /// [`pepper_commitment`] of the pepper.
    pub pepper_commitment: Hash32,
    /// The bank's wrap.
    pub wrap: &'a HpkeSealed,
}

impl ChainSecrets {
    /// The transaction by which a bank gives these secrets to all banks of a height.
    ///
    /// # Errors
    /// A bank's HPKE key is not sound; the ledger has none such.
    pub fn rotation(
        &self,
        by: BankId,
        chain_id: ChainId,
        banks: &ValidatorSet,
    ) -> Result<RotateChainKey, UnsoundKey> {
        let wrap = |bank: &Bank| self.wrap(chain_id, bank).map(|wrap| (bank.id, wrap));
        let wraps = banks.banks().iter().map(wrap).collect::<Result<_, _>>()?;
        let (epoch, commitment) = (self.key.epoch(), self.key.commitment());
        Ok(RotateChainKey { bank: by, epoch, commitment, wraps })
    }

    /// The seed is derived from what is sealed: the same secrets have the same wraps.
    fn wrap(&self, chain_id: ChainId, bank: &Bank) -> Result<HpkeSealed, UnsoundKey> {
        let to = HpkePublic::new(bank.hpke_key.0)?;
        let context = context(chain_id, self.key.epoch(), &self.key.commitment(), bank.id);
        let plain = Zeroizing::new([self.pepper.as_slice(), self.key.expose()].concat());
        let seed = hkdf_derive(&plain, "idx/chain-key-wrap-seed/1", &context);
        Ok(hpke_seal(&to, DOMAIN, &context, &plain, &seed))
    }

    /// What a bank's wrap holds, if that is what the ledger says.
    fn open(bank: BankId, opener: &dyn HpkeOpen, offer: &KeyOffer<'_>) -> Option<Self> {
        let context = context(offer.chain_id, offer.epoch, &offer.commitment, bank);
        let plain = opener.open(DOMAIN, &context, offer.wrap).ok()?;
        let (pepper, key) = plain.split_first_chunk::<32>()?;
        let key: [u8; 32] = key.try_into().ok()?;
        let (pepper, key) = (Zeroizing::new(*pepper), EpochKey::new(offer.epoch, Zeroizing::new(key)));
        let promised =
            key.commitment() == offer.commitment && pepper_commitment(&pepper) == offer.pepper_commitment;
        promised.then_some(Self { key, pepper })
    }
}

fn context(chain_id: ChainId, epoch: u32, commitment: &Hash32, bank: BankId) -> Vec<u8> {
    borsh::to_vec(&(chain_id, epoch, commitment, bank)).expect("writing borsh to memory cannot fail")
}

impl fmt::Debug for ChainSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainSecrets(epoch {})", self.key.epoch())
    }
}

/// The keys of the private chain that a bank has, by epoch, and what it opens more of them with. The
/// bank's HPKE secret itself stays behind [`HpkeOpen`].
#[derive(Clone)]
pub struct EpochKeys {
    bank: BankId,
    opener: Arc<dyn HpkeOpen>,
    pepper: Option<Zeroizing<[u8; 32]>>,
    keys: BTreeMap<u32, EpochKey>,
}

impl EpochKeys {
    /// The ring of a bank that has joined, with nothing on it.
    pub fn new(bank: BankId, opener: Arc<dyn HpkeOpen>) -> Self {
        Self { bank, opener, pepper: None, keys: BTreeMap::new() }
    }

    /// The same with what the bank has from elsewhere: a founder from the genesis.
    #[must_use]
    pub fn with(mut self, secrets: ChainSecrets) -> Self {
        self.put(secrets);
        self
    }

    /// Whose ring it is.
    pub const fn bank(&self) -> BankId {
        self.bank
    }

    /// The key of an epoch.
    pub fn get(&self, epoch: u32) -> Option<&EpochKey> {
        self.keys.get(&epoch)
    }

    /// All keys, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &EpochKey> {
        self.keys.values()
    }

    /// What goes into every pseudonym, once a wrap was opened.
    pub const fn pepper(&self) -> Option<&Zeroizing<[u8; 32]>> {
        self.pepper.as_ref()
    }

    /// Opens what the ledger has for this bank. Answers whether it has the key now.
    pub fn learn(&mut self, offer: &KeyOffer<'_>) -> bool {
        if !self.keys.contains_key(&offer.epoch)
            && let Some(secrets) = ChainSecrets::open(self.bank, &*self.opener, offer)
        {
            self.put(secrets);
        }
        self.keys.contains_key(&offer.epoch)
    }

    /// Reads the body of a height with the key of its epoch.
    ///
    /// # Errors
    /// [`BodyError::NotForYou`] without that key, [`BodyError::Damaged`] if the body is not what was sealed.
    pub fn open_body(
        &self,
        chain_id: ChainId,
        height: Height,
        body: &[u8],
    ) -> Result<Vec<PrivateRecord>, BodyError> {
        let Some(epoch) = EpochKey::epoch_of(body)? else { return Ok(Vec::new()) };
        let key = self.get(epoch).ok_or(BodyError::NotForYou { epoch })?;
        key.open(chain_id, height, body)
    }

    /// Whether a rotation gives this bank, and every other of these, a new key and the pepper.
    pub fn agrees(
        &self,
        rotation: &RotateChainKey,
        chain_id: ChainId,
        pepper_commitment: Hash32,
        banks: &ValidatorSet,
    ) -> bool {
        let Some(wrap) = rotation.wraps.get(&self.bank) else { return false };
        let RotateChainKey { bank, epoch, commitment, .. } = *rotation;
        let offer = KeyOffer { chain_id, epoch, commitment, pepper_commitment, wrap };
        let Some(secrets) = ChainSecrets::open(self.bank, &*self.opener, &offer) else { return false };
        let is_new = self.iter().all(|known| known.expose() != secrets.key.expose());
        is_new && secrets.rotation(bank, chain_id, banks).as_ref() == Ok(rotation)
    }

    /// The rotation to a freshly drawn key; none without the pepper.
    pub fn rotation(&self, key: EpochKey, chain_id: ChainId, banks: &ValidatorSet) -> Option<RotateChainKey> {
        let secrets = ChainSecrets { key, pepper: self.pepper.clone()? };
        secrets.rotation(self.bank, chain_id, banks).ok()
    }

    fn put(&mut self, secrets: ChainSecrets) {
        self.keys.insert(secrets.key.epoch(), secrets.key);
        self.pepper = Some(secrets.pepper);
    }
}

impl fmt::Debug for EpochKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EpochKeys({} of epochs {:?})", self.bank, self.keys.keys())
    }
}

#[cfg(test)]
mod tests;
