//! What only the banks know: the pepper of pseudonyms and the first key of the private chain, wrapped in
//! the genesis file for each bank (document 4.1).
//!
//! ```text
//! 32 bytes of entropy --SharedEntry::seal--> commitments, one wrap a bank --SharedEntry::open--> ChainSecrets
//! ```
//!
//! Whoever seals knows the secrets, as every bank does. Each bank opens its wrap before it signs the
//! file, so that all have agreed on secrets that all have.

use crate::body::{BankEntry, Genesis};
use borsh::BorshSerialize;
use idx_chain::FirstChainKey;
use idx_crypto::{Hash32, HpkeOpen, HpkePublic, HpkeSealed, KdfCost, hkdf_derive, hpke_seal};
use idx_types::chain_key::{FIRST_EPOCH, pepper_commitment};
use idx_types::{BankCode, ChainSecrets, EpochKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

const DOMAIN: &str = "idx/genesis-shared/1";

/// The shared secrets as the file carries them.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedEntry {
    /// What the making of one pseudonym costs (Argon2id): the same at all banks, for ever.
    pub pseudonym_cost: KdfCost,
    /// Digest of the pepper.
    pub pepper_commitment: Hash32,
    /// [`EpochKey::commitment`] of the first key of the private chain.
    pub epoch_commitment: Hash32,
    /// One for each bank, in the order of the banks.
    pub wraps: Vec<Wrap>,
}

/// The secrets for one bank.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrap {
    /// Whose it is.
    pub bank: BankCode,
    /// The key to which it is sealed: the bank's HPKE key.
    pub key: Hash32,
    /// One-time public key of the sealing.
    pub encapsulated: Hash32,
    /// Ciphertext of both secrets, hexadecimal: 80 bytes.
    #[serde(with = "hex_text")]
    pub sealed: Vec<u8>,
}

/// Why a bank cannot read the shared secrets, or nobody can be given them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SharedError {
    /// The file has none.
    #[error("the genesis file holds no shared secrets: seal them with `idx-node genesis seal-shared`")]
    Missing,
    /// The bank is not among those they were sealed for.
    #[error(
        "the shared secrets are not sealed for {0} and its HPKE key: seal them again when all banks are in"
    )]
    NotForYou(BankCode),
    /// They do not open, or are not what the commitments say.
    #[error("the shared secrets of {0} are damaged: ask who sealed them to do it again, and sign nothing")]
    Damaged(BankCode),
    /// A bank's HPKE key cannot be sealed to.
    #[error("the HPKE key of {0} is not sound, so nothing can be sealed to it")]
    UnsoundKey(BankCode),
}

impl SharedEntry {
    /// Makes both secrets from 32 bytes of fresh entropy, and seals them for these banks.
    ///
    /// # Errors
    /// [`SharedError::UnsoundKey`] names the bank.
    pub fn seal(
        banks: &[BankEntry],
        entropy: &[u8; 32],
        pseudonym_cost: KdfCost,
    ) -> Result<Self, SharedError> {
        let pepper = hkdf_derive(entropy, "idx/genesis-pepper/1", b"");
        let key = hkdf_derive(entropy, "idx/genesis-epoch-key/1", b"");
        let epoch_commitment = EpochKey::new(FIRST_EPOCH, key.clone()).commitment();
        let pepper_commitment = pepper_commitment(&pepper);
        let mut shared = Self { pseudonym_cost, pepper_commitment, epoch_commitment, wraps: Vec::new() };
        let plain = Zeroizing::new([pepper.as_slice(), key.as_slice()].concat());
        for bank in banks {
            let to =
                HpkePublic::new(bank.hpke_key.0).map_err(|_| SharedError::UnsoundKey(bank.code.clone()))?;
            let seed = hkdf_derive(entropy, "idx/genesis-shared-seed/1", bank.code.as_str().as_bytes());
            let sealed = hpke_seal(&to, DOMAIN, &shared.associated(&bank.code), &plain, &seed);
            shared.wraps.push(Wrap {
                bank: bank.code.clone(),
                key: bank.hpke_key,
                encapsulated: Hash32(sealed.encapsulated),
                sealed: sealed.sealed,
            });
        }
        Ok(shared)
    }

    /// Opens a bank's wrap and checks it against the commitments.
    ///
    /// # Errors
    /// [`SharedError::NotForYou`] or [`SharedError::Damaged`].
    pub fn open(&self, bank: &BankCode, secret: &dyn HpkeOpen) -> Result<ChainSecrets, SharedError> {
        let own = |wrap: &&Wrap| wrap.bank == *bank && wrap.key.0 == *secret.public().as_bytes();
        let wrap = self.wraps.iter().find(own).ok_or_else(|| SharedError::NotForYou(bank.clone()))?;
        let damaged = || SharedError::Damaged(bank.clone());
        let sealed = HpkeSealed { encapsulated: wrap.encapsulated.0, sealed: wrap.sealed.clone() };
        let plain = secret.open(DOMAIN, &self.associated(bank), &sealed).map_err(|_| damaged())?;
        let (pepper, key) = plain.split_first_chunk::<32>().ok_or_else(damaged)?;
        let key: [u8; 32] = key.try_into().map_err(|_| damaged())?;
        let (pepper, key) = (Zeroizing::new(*pepper), EpochKey::new(FIRST_EPOCH, Zeroizing::new(key)));
        let promised =
            FirstChainKey { commitment: key.commitment(), pepper_commitment: pepper_commitment(&pepper) };
        if promised == self.first_chain_key() { Ok(ChainSecrets { key, pepper }) } else { Err(damaged()) }
    }

    /// What the ledger starts with.
    pub(crate) const fn first_chain_key(&self) -> FirstChainKey {
        let (commitment, pepper_commitment) = (self.epoch_commitment, self.pepper_commitment);
        FirstChainKey { commitment, pepper_commitment }
    }

    /// Whether there is a wrap for each of these banks and its key, in their order, and none besides, and
    /// pseudonyms can be made.
    pub(crate) fn covers(&self, banks: &[BankEntry]) -> bool {
        let wrapped = self.wraps.iter().map(|wrap| (&wrap.bank, wrap.key));
        self.pseudonym_cost.is_in_range() && wrapped.eq(banks.iter().map(|bank| (&bank.code, bank.hpke_key)))
    }

    fn associated(&self, bank: &BankCode) -> Vec<u8> {
        let common = (self.pseudonym_cost, self.pepper_commitment, self.epoch_commitment);
        borsh::to_vec(&(common, bank)).expect("writing borsh to memory cannot fail")
    }
}

impl Genesis {
    /// What the banks share, as this bank reads it.
    ///
    /// # Errors
    /// [`SharedError`].
    pub fn open_shared(&self, bank: &BankCode, secret: &dyn HpkeOpen) -> Result<ChainSecrets, SharedError> {
        self.shared.as_ref().ok_or(SharedError::Missing)?.open(bank, secret)
    }
}

/// Bytes as hexadecimal text.
mod hex_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = <String as Deserialize>::deserialize(from)?;
        hex::decode(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use idx_crypto::HpkeSecret;
    use idx_types::{NetworkKey, Paise};

    fn secret(bank: u8) -> HpkeSecret {
        HpkeSecret::from_bytes(&[50 + bank; 32])
    }

    fn banks() -> Vec<BankEntry> {
        let bank = |(number, code): (u8, &str)| BankEntry {
            code: code.parse().unwrap(),
            consensus_key: idx_crypto::PublicKey([number; 32]),
            network_key: NetworkKey([number; 32]),
            hpke_key: Hash32(*secret(number).public().as_bytes()),
            stake: Paise(1),
            reserve: Paise(1),
            addresses: Vec::new(),
            http_url: None,
        };
        (0..).zip(["HDFC", "ICICI", "SBI", "AXIS"]).map(bank).collect()
    }

    #[test]
    fn every_bank_reads_the_same_and_nobody_else_reads() {
        let shared = SharedEntry::seal(&banks(), &[9; 32], KdfCost::testnet()).unwrap();
        let first = shared.open(&banks()[0].code, &secret(0)).unwrap();
        for (number, bank) in (0..).zip(banks()) {
            let secrets = shared.open(&bank.code, &secret(number)).unwrap();
            assert_eq!((&secrets.pepper, &secrets.key), (&first.pepper, &first.key));
            let not_for_you = |opened: Result<ChainSecrets, _>| opened.unwrap_err();
            let stranger = not_for_you(shared.open(&bank.code, &secret(99)));
            assert_eq!(stranger, SharedError::NotForYou(bank.code.clone()));
        }
        assert_ne!(*first.pepper, [0; 32]);
    }

    #[test]
    fn whatever_is_altered_is_found_out() {
        let shared = SharedEntry::seal(&banks(), &[9; 32], KdfCost::testnet()).unwrap();
        let other = SharedEntry::seal(&banks(), &[8; 32], KdfCost::testnet()).unwrap();
        type Alter<'a> = &'a dyn Fn(&mut SharedEntry);
        let table: [(&str, Alter<'_>); 5] = [
            ("pepper", &|s| s.pepper_commitment = other.pepper_commitment),
            ("epoch", &|s| s.epoch_commitment = other.epoch_commitment),
            ("ciphertext", &|s| s.wraps[1].sealed[5] ^= 1),
            ("one-time key", &|s| s.wraps[1].encapsulated.0[5] ^= 1),
            ("another's wrap", &|s| s.wraps[1].sealed = s.wraps[0].sealed.clone()),
        ];
        let bank = &banks()[1].code;
        for (what, alter) in table {
            let mut altered = shared.clone();
            alter(&mut altered);
            assert_eq!(
                altered.open(bank, &secret(1)).unwrap_err(),
                SharedError::Damaged(bank.clone()),
                "{what}"
            );
        }
    }

    #[test]
    fn a_bank_that_came_later_is_not_covered() {
        let shared = SharedEntry::seal(&banks()[..3], &[9; 32], KdfCost::testnet()).unwrap();
        assert!(shared.covers(&banks()[..3]) && !shared.covers(&banks()) && !shared.covers(&banks()[..2]));
        let text = serde_json::to_string(&shared).unwrap();
        assert_eq!(serde_json::from_str::<SharedEntry>(&text).unwrap(), shared);
    }
}
