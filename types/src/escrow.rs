//! Who can open identities together: `company AND any one regulator` (documents 1.1 and 4.3).

use crate::authority::{Holder, name_is_sound};
use crate::day::NetworkDay;
use borsh::{BorshDeserialize, BorshSerialize};
use idx_crypto::{ENVELOPE_REGULATORS_MAX, Envelope, HpkePublic, PublicKey};
use std::collections::BTreeMap;

/// Most days whose company key is on chain at a time: a year ahead, and some behind.
pub const DAY_KEYS_MAX: usize = 400;

/// A regulator that holds one half of every identity, as the Reserve Bank of India does.
#[derive(
    Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Regulator {
    /// Its name: 2 to 64 printable ASCII characters.
    pub name: String,
    /// Signs what its custodian publishes.
    pub signing_key: PublicKey,
    /// Its half of an identity is sealed to this.
    pub hpke_key: HpkePublic,
}

/// The company that holds the other half, under another key every day.
#[derive(
    Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Signs what its custodian publishes: day keys, shares.
    pub signing_key: PublicKey,
    /// Its key of each network day, at most [`DAY_KEYS_MAX`].
    pub day_keys: BTreeMap<NetworkDay, HpkePublic>,
}

/// Company and regulators as the ledger has them.
#[derive(
    Clone, PartialEq, Eq, Debug, BorshSerialize, BorshDeserialize, serde::Serialize, serde::Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Escrow {
    /// One to eight; any of them, with the company.
    pub regulators: Vec<Regulator>,
    /// Always needed.
    pub company: Company,
}

/// Why an envelope is not sealed as the ledger wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EscrowMismatch {
    /// The company has announced no key for the day.
    #[error("the company has announced no key for the day")]
    NoDayKey,
    /// Its shape is wrong, or a part is sealed to another key than it must be.
    #[error("a part of the envelope is sealed to another key than it must be")]
    WrongKeys,
}

impl Escrow {
    /// Checks names, counts and that no key serves two holders.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn check(&self) -> Result<(), String> {
        if !(1..=ENVELOPE_REGULATORS_MAX).contains(&self.regulators.len()) {
            let found = self.regulators.len();
            return Err(format!("{found} regulators: there are 1 to {ENVELOPE_REGULATORS_MAX}"));
        }
        if let Some(regulator) = self.regulators.iter().find(|regulator| !name_is_sound(&regulator.name)) {
            return Err(format!(
                "regulator {:?}: a name is 2 to 64 printable ASCII characters",
                regulator.name
            ));
        }
        if self.company.day_keys.len() > DAY_KEYS_MAX {
            return Err(format!("{} company day keys: at most {DAY_KEYS_MAX}", self.company.day_keys.len()));
        }
        let mut holders: Vec<(PublicKey, HpkePublic)> =
            self.regulators.iter().map(|regulator| (regulator.signing_key, regulator.hpke_key)).collect();
        holders.extend(self.company.day_keys.values().map(|key| (self.company.signing_key, *key)));
        let clash = self.regulators.iter().enumerate().any(|(place, one)| {
            holders.iter().enumerate().any(|(other, (signing, hpke))| {
                other != place && (*signing == one.signing_key || *hpke == one.hpke_key)
            })
        });
        if clash { Err("two holders share a key".to_owned()) } else { Ok(()) }
    }

    /// What a holder signs with; `None` if there is no such holder.
    pub fn signing_key(&self, holder: Holder) -> Option<PublicKey> {
        match holder {
            Holder::Company => Some(self.company.signing_key),
            Holder::Regulator(place) => Some(self.regulators.get(usize::from(place))?.signing_key),
        }
    }

    /// Whether a holder signs with this key.
    pub fn signs_with(&self, key: &PublicKey) -> bool {
        self.company.signing_key == *key || self.regulators.iter().any(|one| one.signing_key == *key)
    }

    /// Whether an envelope made on this day is sealed to its home bank, to the company's key of the day
    /// and to every regulator.
    ///
    /// # Errors
    /// [`EscrowMismatch`].
    pub fn check_envelope(
        &self,
        envelope: &Envelope,
        home: &[u8; 32],
        day: NetworkDay,
    ) -> Result<(), EscrowMismatch> {
        let company = self.company.day_keys.get(&day).ok_or(EscrowMismatch::NoDayKey)?;
        let regulators = self.regulators.iter().map(|regulator| regulator.hpke_key);
        let fits = envelope.check_shape().is_ok()
            && envelope.home_key().as_bytes() == home
            && envelope.company_key() == *company
            && envelope.regulator_keys().eq(regulators);
        if fits { Ok(()) } else { Err(EscrowMismatch::WrongKeys) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TEST_DAY, envelope_of, escrow, hpke_secret};
    use crate::{BankId, TimestampMs};

    #[test]
    fn a_sound_escrow_and_every_way_to_spoil_it() {
        assert_eq!(escrow().check(), Ok(()));
        let twin = escrow().regulators[0].clone();
        let day_key = *escrow().company.day_keys.values().next().unwrap();
        type Spoil<'a> = &'a dyn Fn(&mut Escrow);
        let table: [(Spoil<'_>, &str); 6] = [
            (&|e| e.regulators.clear(), "0 regulators"),
            (&|e| e.regulators = vec![twin.clone(); 9], "9 regulators"),
            (&|e| e.regulators.push(twin.clone()), "share a key"),
            (&|e| e.regulators[0].hpke_key = day_key, "share a key"),
            (&|e| e.regulators[0].signing_key = e.company.signing_key, "share a key"),
            (&|e| e.regulators[0].name = "R\n".into(), "a name is"),
        ];
        for (spoil, why) in table {
            let mut escrow = escrow();
            spoil(&mut escrow);
            assert!(escrow.check().unwrap_err().contains(why), "{why}");
        }
    }

    #[test]
    fn an_envelope_is_for_its_bank_its_day_and_all_regulators() {
        let (escrow, envelope) = (escrow(), envelope_of(BankId(2)));
        let [home, other] = [3, 4].map(|seed| *hpke_secret(seed).public().as_bytes());
        let day = NetworkDay::of(TimestampMs(TEST_DAY.start().0 + 7));
        assert_eq!(escrow.check_envelope(&envelope, &home, day), Ok(()));
        assert_eq!(escrow.check_envelope(&envelope, &other, day), Err(EscrowMismatch::WrongKeys));
        let never = NetworkDay(1);
        assert_eq!(escrow.check_envelope(&envelope, &home, never), Err(EscrowMismatch::NoDayKey));
        let mut more = escrow.clone();
        let second = Regulator { hpke_key: hpke_secret(77).public(), ..escrow.regulators[0].clone() };
        more.regulators.push(second);
        assert_eq!(more.check_envelope(&envelope, &home, day), Err(EscrowMismatch::WrongKeys));
    }
}
