//! Banks as validators, and the set of them that rules a height.

use crate::ids::{BankCode, BankId, NetworkKey};
use crate::money::Paise;
use crate::planted::{self, Bug};
use crate::quorum::Quorums;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{Hash32, PublicKey, hash_borsh};

/// Most banks a network can have; bounds every list that holds one entry a bank.
pub const MAX_BANKS: usize = 64;

/// One bank as the others know it.
#[derive(
    Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Bank {
    /// Its number.
    pub id: BankId,
    /// Its short name.
    pub code: BankCode,
    /// Verifies its votes, verdicts, mined headers and bank transactions.
    pub consensus_key: PublicKey,
    /// Its libp2p identity.
    pub network_key: NetworkKey,
    /// Its HPKE (X25519) public key.
    pub hpke_key: Hash32,
    /// Its stake in paise; weighs in the election of miners, is what slashing takes.
    pub stake: Paise,
}

/// The banks of a height, in order of their numbers.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize)]
pub struct ValidatorSet {
    banks: Vec<Bank>,
}

impl ValidatorSet {
    /// A set of the given banks. Sorts them; two with one number are one bank too many.
    ///
    /// # Errors
    /// Names what is wrong: no bank, too many, or a number, code or key used twice.
    pub fn new(mut banks: Vec<Bank>) -> Result<Self, String> {
        banks.sort_by_key(|bank| bank.id);
        if banks.is_empty() || banks.len() > MAX_BANKS {
            return Err(format!("{} banks: a network has 1 to {MAX_BANKS}", banks.len()));
        }
        for (i, bank) in banks.iter().enumerate() {
            if let Some(twin) = banks[..i].iter().find(|b| clash(b, bank)) {
                return Err(format!("{} and {} share a number, code or key", twin.code, bank.code));
            }
        }
        Ok(Self { banks })
    }

    /// All banks, by number.
    pub fn banks(&self) -> &[Bank] {
        &self.banks
    }

    /// How many banks there are.
    pub fn len(&self) -> usize {
        self.banks.len()
    }

    /// Never true; a set has at least one bank.
    pub fn is_empty(&self) -> bool {
        self.banks.is_empty()
    }

    /// The bank with this number.
    pub fn get(&self, id: BankId) -> Option<&Bank> {
        self.position(id).map(|i| &self.banks[i])
    }

    /// The place of a bank in the order of the set.
    pub fn position(&self, id: BankId) -> Option<usize> {
        self.banks.binary_search_by_key(&id, |bank| bank.id).ok()
    }

    /// The bank with this short name.
    pub fn by_code(&self, code: &str) -> Option<&Bank> {
        self.banks.iter().find(|bank| bank.code.as_str() == code)
    }

    /// The bank with this libp2p identity.
    pub fn by_network_key(&self, key: &NetworkKey) -> Option<&Bank> {
        self.banks.iter().find(|bank| bank.network_key == *key)
    }

    /// Thresholds of this set; `margin` is the chain parameter that raises the quorum.
    pub fn quorums(&self, margin: u16) -> Quorums {
        let quorums = Quorums::of(self.len(), usize::from(margin));
        let less = usize::from(planted::has(Bug::QuorumOneLess));
        Quorums { quorum: quorums.quorum - less, ..quorums }
    }

    /// The digest that public headers carry.
    pub fn hash(&self) -> Hash32 {
        hash_borsh("idx/validator-set/1", self)
    }
}

fn clash(a: &Bank, b: &Bank) -> bool {
    a.id == b.id || a.code == b.code || a.consensus_key == b.consensus_key || a.network_key == b.network_key
}

impl BorshDeserialize for ValidatorSet {
    fn deserialize_reader<R: std::io::Read>(reader: &mut R) -> std::io::Result<Self> {
        let banks = Vec::<Bank>::deserialize_reader(reader)?;
        if !banks.is_sorted_by(|a, b| a.id < b.id) {
            return Err(std::io::Error::other("banks are not in order of their numbers"));
        }
        Self::new(banks).map_err(std::io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bank(id: u16, code: &str) -> Bank {
        Bank {
            id: BankId(id),
            code: code.parse().unwrap(),
            consensus_key: PublicKey([id as u8; 32]),
            network_key: NetworkKey([id as u8; 32]),
            hpke_key: Hash32::ZERO,
            stake: Paise(1),
        }
    }

    #[test]
    fn sorted_unique_and_found() {
        let set = ValidatorSet::new(vec![bank(2, "SBI"), bank(1, "HDFC")]).unwrap();
        assert_eq!(set.position(BankId(2)), Some(1));
        assert_eq!(set.by_code("HDFC").unwrap().id, BankId(1));
        assert!(ValidatorSet::new(vec![bank(1, "HDFC"), bank(1, "SBI")]).is_err());
        assert!(ValidatorSet::new(vec![]).is_err());
        assert_ne!(set.hash(), ValidatorSet::new(vec![bank(1, "HDFC")]).unwrap().hash());
    }

    #[test]
    fn unsorted_bytes_are_not_canonical() {
        let bytes = borsh::to_vec(&vec![bank(2, "SBI"), bank(1, "HDFC")]).unwrap();
        assert!(borsh::from_slice::<ValidatorSet>(&bytes).is_err());
    }
}
