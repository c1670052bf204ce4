//! Foreign banks that the founders deal with, and who says what foreign money costs.

use crate::body::Genesis;
use crate::check::check_ed25519;
use crate::error::BodyError;
use borsh::BorshSerialize;
use idx_chain::GenesisForeignBank;
use idx_crypto::{PublicKey, Verifier};
use idx_types::travel::FOREIGN_BANKS_MAX;
use idx_types::{BankCode, BankId, Currency, ForeignBank, Paise};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A foreign bank as the genesis file names it.
#[derive(Clone, PartialEq, Eq, Debug, BorshSerialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForeignBankEntry {
    /// Its short name.
    pub code: BankCode,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub country: String,
    /// The same by ISO 3166-1: two letters.
    pub country_code: String,
    /// Its own currency.
    pub currency: Currency,
    /// The founding bank that keeps its two accounts.
    pub correspondent: BankCode,
    /// Rupees in its vostro account before the first block.
    pub rupees: Paise,
    /// Minor units of its own currency in its nostro account before the first block.
    pub float: Paise,
}

impl ForeignBankEntry {
    fn founding(&self, correspondent: BankId) -> GenesisForeignBank {
        let bank = ForeignBank {
            code: self.code.clone(),
            name: self.name.clone(),
            country: self.country.clone(),
            country_code: self.country_code.clone(),
            currency: self.currency,
            correspondent,
        };
        GenesisForeignBank { bank, rupees: self.rupees, float: self.float }
    }
}

impl Genesis {
    /// Adds a foreign bank; its correspondent is in already.
    ///
    /// # Errors
    /// [`BodyError`] if the entry makes no sense, names an unknown correspondent, or its code is used
    /// already; the body stays as it was.
    pub fn add_foreign_bank(&mut self, entry: ForeignBankEntry) -> Result<(), BodyError> {
        self.founding(&entry)?;
        self.foreign_banks.push(entry);
        self.check_unique().inspect_err(|_| drop(self.foreign_banks.pop()))
    }

    /// Sets the key with which rates are published.
    ///
    /// # Errors
    /// [`BodyError`] if the key is unsound or used already; the body stays as it was.
    pub fn set_rate_publisher(&mut self, key: PublicKey, verifier: &dyn Verifier) -> Result<(), BodyError> {
        check_ed25519("the rate publisher", "signing", &key, verifier)?;
        let before = self.rate_publisher.replace(key);
        self.check_unique().inspect_err(|_| self.rate_publisher = before)
    }

    /// The foreign banks as the ledger starts with them.
    ///
    /// # Errors
    /// [`BodyError`] names the first that makes no sense.
    pub(crate) fn founding_foreign(&self) -> Result<Vec<GenesisForeignBank>, BodyError> {
        self.foreign_banks.iter().map(|entry| self.founding(entry)).collect()
    }

    fn founding(&self, entry: &ForeignBankEntry) -> Result<GenesisForeignBank, BodyError> {
        let refuse = |why: String| BodyError::ForeignBank { bank: entry.code.clone(), why };
        let known = self.bank(entry.correspondent.as_str());
        let (correspondent, _) = known.ok_or_else(|| {
            refuse(format!("{} is no bank of this genesis: add it first", entry.correspondent))
        })?;
        let founding = entry.founding(correspondent);
        founding.bank.check().map_err(refuse)?;
        Ok(founding)
    }

    /// Everything about foreign money that needs no other part of the body but the banks.
    pub(crate) fn check_travel(&self, verifier: &dyn Verifier) -> Result<(), BodyError> {
        self.founding_foreign()?;
        let publisher = self.rate_publisher.as_ref();
        publisher.map_or(Ok(()), |key| check_ed25519("the rate publisher", "signing", key, verifier))
    }

    /// Not too many foreign banks.
    pub(crate) fn check_foreign_count(&self) -> Result<(), BodyError> {
        let found = self.foreign_banks.len();
        if found > FOREIGN_BANKS_MAX { Err(BodyError::ForeignBankCount { found }) } else { Ok(()) }
    }

    /// No more money of a currency than one balance can hold: then no balance can ever overflow.
    pub(crate) fn check_money(&self) -> Result<(), BodyError> {
        let mut totals: BTreeMap<Currency, u128> = BTreeMap::new();
        let of_banks = self.banks.iter().flat_map(|entry| [entry.stake, entry.reserve]);
        let of_banks = of_banks.map(|amount| (Currency::Inr, amount));
        let foreign = self.foreign_banks.iter();
        let foreign = foreign.flat_map(|e| [(Currency::Inr, e.rupees), (e.currency, e.float)]);
        for (currency, amount) in of_banks.chain(foreign) {
            *totals.entry(currency).or_default() += u128::from(amount.0);
        }
        match totals.into_iter().find(|(_, total)| *total > u128::from(u64::MAX)) {
            Some((currency, total)) => Err(BodyError::TooMuchMoney { currency, total }),
            None => Ok(()),
        }
    }
}
