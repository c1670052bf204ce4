//! Who can open identities together, as the founders write it down: regulators, and the company with its
//! key of each day.

use crate::body::Genesis;
use crate::check::check_ed25519;
use crate::error::BodyError;
use borsh::BorshSerialize;
use idx_crypto::{HpkePublic, PublicKey, Verifier};
use idx_types::escrow::DAY_KEYS_MAX;
use idx_types::{Company, Escrow, NetworkDay, Regulator};
use serde::{Deserialize, Serialize};
use std::iter::successors;

/// The escrow of a body; a draft until it has a regulator and the company.
#[derive(Clone, PartialEq, Eq, Debug, Default, BorshSerialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscrowEntry {
    /// Any one of them opens an identity, with the company: 1 to 8.
    #[serde(default)]
    pub regulators: Vec<Regulator>,
    /// Always needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<CompanyEntry>,
}

/// What the company brings to the ceremony.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanyEntry {
    /// Signs what its custodian publishes.
    pub signing_key: PublicKey,
    /// The day of the first key; at the latest the day on which the network starts.
    pub first_day: NetworkDay,
    /// One key a day, day after day, 1 to [`DAY_KEYS_MAX`].
    pub day_keys: Vec<HpkePublic>,
}

impl CompanyEntry {
    /// Each day with its key.
    pub fn days(&self) -> impl Iterator<Item = (NetworkDay, HpkePublic)> {
        let days = successors(Some(self.first_day), |day| Some(day.next()));
        days.zip(self.day_keys.iter().copied())
    }

    /// The last day that has a key.
    pub fn last_day(&self) -> NetworkDay {
        self.days().last().map_or(self.first_day, |(day, _)| day)
    }
}

impl EscrowEntry {
    /// The escrow as the ledger has it; `None` while the company is missing.
    pub fn to_escrow(&self) -> Option<Escrow> {
        let company = self.company.as_ref()?;
        let day_keys = company.days().collect();
        let company = Company { signing_key: company.signing_key, day_keys };
        Some(Escrow { regulators: self.regulators.clone(), company })
    }

    /// All keys with whose they are.
    pub(crate) fn keys(&self) -> impl Iterator<Item = ([u8; 32], String)> {
        let of_regulators = self.regulators.iter().flat_map(|regulator| {
            [
                (regulator.signing_key.0, format!("the signing key of {}", regulator.name)),
                (*regulator.hpke_key.as_bytes(), format!("the hpke key of {}", regulator.name)),
            ]
        });
        let of_company = self.company.iter().flat_map(|company| {
            let signing = (company.signing_key.0, "the signing key of the company".to_owned());
            let of_day =
                |(day, key): (_, HpkePublic)| (*key.as_bytes(), format!("the company's key of {day}"));
            std::iter::once(signing).chain(company.days().map(of_day))
        });
        of_regulators.chain(of_company)
    }

    /// Checks what is there; a draft may lack regulators or the company.
    pub(crate) fn check_entries(&self, verifier: &dyn Verifier) -> Result<(), BodyError> {
        for regulator in &self.regulators {
            check_ed25519(&regulator.name, "signing", &regulator.signing_key, verifier)?;
        }
        let Some(company) = &self.company else { return Ok(()) };
        check_ed25519("the company", "signing", &company.signing_key, verifier)?;
        if !(1..=DAY_KEYS_MAX).contains(&company.day_keys.len()) {
            return Err(BodyError::DayKeyCount { found: company.day_keys.len() });
        }
        Ok(())
    }

    /// Checks that it can open what is sealed from the first day on.
    pub(crate) fn check(&self, first: NetworkDay, verifier: &dyn Verifier) -> Result<(), BodyError> {
        if self.regulators.is_empty() {
            return Err(BodyError::NoRegulator);
        }
        let company = self.company.as_ref().ok_or(BodyError::NoCompany)?;
        self.check_entries(verifier)?;
        if !(company.first_day..=company.last_day()).contains(&first) {
            let (from, to) = (company.first_day, company.last_day());
            return Err(BodyError::NoKeyForFirstDay { first, from, to });
        }
        self.to_escrow().ok_or(BodyError::NoCompany)?.check().map_err(BodyError::Escrow)
    }
}

impl Genesis {
    /// Adds a regulator.
    ///
    /// # Errors
    /// [`BodyError`] if a key is unsound, or name or keys are used already; the body stays as it was.
    pub fn add_regulator(&mut self, regulator: Regulator, verifier: &dyn Verifier) -> Result<(), BodyError> {
        let mut changed = self.escrow.clone();
        changed.regulators.push(regulator);
        self.put_escrow(changed, verifier)
    }

    /// Sets the company, in the place of the one that was there.
    ///
    /// # Errors
    /// [`BodyError`] if a key is unsound or used already, or there are too few or too many days; the body
    /// stays as it was.
    pub fn set_company(&mut self, company: CompanyEntry, verifier: &dyn Verifier) -> Result<(), BodyError> {
        let changed = EscrowEntry { company: Some(company), ..self.escrow.clone() };
        self.put_escrow(changed, verifier)
    }

    fn put_escrow(&mut self, changed: EscrowEntry, verifier: &dyn Verifier) -> Result<(), BodyError> {
        changed.check_entries(verifier)?;
        let before = std::mem::replace(&mut self.escrow, changed);
        match self.check_unique() {
            Ok(()) => Ok(()),
            Err(clash) => {
                self.escrow = before;
                Err(clash)
            }
        }
    }
}
