//! A person as the target of an order: each home bank named reads the IDX, nobody else does.

use super::ORDER_BANKS_MAX;
use crate::ids::{BankId, Idx};
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{AEAD_TAG_BYTES, Hash32, Hasher, HpkePublic, HpkeSealed, HpkeSecret, hpke_seal};
use std::collections::BTreeMap;

const DOMAIN: &str = "idx/person-sought/1";

/// An IDX and its blind.
const PLAIN_BYTES: usize = 64;

/// A person whom some banks are asked about. The public and the other banks learn which banks, not who
/// (document 1.4).
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize)]
pub struct PersonSought {
    /// A digest of the IDX and a blind: all banks are asked about one person.
    commitment: Hash32,
    /// For each home bank, 1 to [`ORDER_BANKS_MAX`] of them: IDX and blind sealed to its HPKE key.
    sealed: BTreeMap<BankId, HpkeSealed>,
}

/// Why a bank cannot read whom an order seeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    /// The order does not ask this bank.
    #[error("the order does not ask this bank")]
    NotForYou,
    /// What is sealed does not open, or is another person than the order commits to.
    #[error("what is sealed to this bank does not open, or is not whom the order commits to")]
    Damaged,
}

impl PersonSought {
    /// Asks these banks about a person. `blind` and `seed` are 32 random bytes each, used for nothing
    /// else.
    pub fn new(idx: Idx, banks: &BTreeMap<BankId, HpkePublic>, blind: &[u8; 32], seed: &[u8; 32]) -> Self {
        let commitment = commitment(idx, blind);
        let plain = [idx.0, *blind].concat();
        let seal = |(bank, key): (&BankId, &HpkePublic)| {
            (*bank, hpke_seal(key, DOMAIN, commitment.as_bytes(), &plain, seed))
        };
        Self { commitment, sealed: banks.iter().map(seal).collect() }
    }

    /// The person, for a bank that is asked.
    ///
    /// # Errors
    /// [`PersonError`].
    pub fn open(&self, bank: BankId, secret: &HpkeSecret) -> Result<Idx, PersonError> {
        let sealed = self.sealed.get(&bank).ok_or(PersonError::NotForYou)?;
        let plain = secret.open(DOMAIN, self.commitment.as_bytes(), sealed);
        let plain = plain.map_err(|_| PersonError::Damaged)?;
        let (Some(idx), Some(blind)) = (plain.first_chunk::<32>(), plain.last_chunk::<32>()) else {
            return Err(PersonError::Damaged);
        };
        let fits = plain.len() == PLAIN_BYTES && commitment(Idx(*idx), blind) == self.commitment;
        if fits { Ok(Idx(*idx)) } else { Err(PersonError::Damaged) }
    }

    /// A digest of the IDX and a blind.
    pub const fn commitment(&self) -> Hash32 {
        self.commitment
    }

    /// The home banks that are asked, in order of their numbers.
    pub fn banks(&self) -> impl Iterator<Item = BankId> + '_ {
        self.sealed.keys().copied()
    }

    pub(super) fn is_sound(&self) -> bool {
        let right_size = |part: &HpkeSealed| part.sealed.len() == PLAIN_BYTES + AEAD_TAG_BYTES;
        (1..=ORDER_BANKS_MAX).contains(&self.sealed.len()) && self.sealed.values().all(right_size)
    }
}

fn commitment(idx: Idx, blind: &[u8; 32]) -> Hash32 {
    Hasher::new("idx/person-commitment/1").part(blind).part(&idx.0).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::hpke_secret;

    const ASHA: Idx = Idx([7; 32]);

    fn keys(banks: impl IntoIterator<Item = u16>) -> BTreeMap<BankId, HpkePublic> {
        banks.into_iter().map(|bank| (BankId(bank), hpke_secret(bank as u8 + 1).public())).collect()
    }

    #[test]
    fn the_banks_asked_read_whom_and_nobody_else() {
        let sought = PersonSought::new(ASHA, &keys([2, 4]), &[1; 32], &[2; 32]);
        assert!(sought.is_sound());
        assert_eq!(sought.banks().collect::<Vec<_>>(), [BankId(2), BankId(4)]);
        assert_eq!(sought.open(BankId(2), &hpke_secret(3)), Ok(ASHA));
        assert_eq!(sought.open(BankId(4), &hpke_secret(5)), Ok(ASHA));
        assert_eq!(sought.open(BankId(4), &hpke_secret(3)), Err(PersonError::Damaged));
        assert_eq!(sought.open(BankId(3), &hpke_secret(4)), Err(PersonError::NotForYou));
        let bytes = borsh::to_vec(&sought).unwrap();
        assert!(!bytes.windows(32).any(|window| window == ASHA.0), "the IDX is not in clear");
    }

    /// A judge cannot ask two banks about two people in one order.
    #[test]
    fn another_person_under_the_same_commitment_is_refused() {
        let mut sought = PersonSought::new(ASHA, &keys([2, 4]), &[1; 32], &[2; 32]);
        let other = PersonSought::new(Idx([8; 32]), &keys([4]), &[1; 32], &[2; 32]);
        sought.sealed.extend(other.sealed);
        assert_eq!(sought.open(BankId(2), &hpke_secret(3)), Ok(ASHA));
        assert_eq!(sought.open(BankId(4), &hpke_secret(5)), Err(PersonError::Damaged));
    }

    #[test]
    fn at_least_one_bank_and_at_most_eight_each_with_its_part() {
        let of = |banks| PersonSought::new(ASHA, &keys(0..banks), &[1; 32], &[2; 32]);
        assert!(of(8).is_sound());
        assert!(!of(0).is_sound() && !of(9).is_sound());
        let mut short = of(1);
        short.sealed.values_mut().for_each(|part| part.sealed.truncate(20));
        assert!(!short.is_sound());
    }
}
