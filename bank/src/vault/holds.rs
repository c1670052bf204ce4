//! What is held on accounts: a row for each open transfer, and what they come to in all, which every payment
//! and every look at a balance asks for.
//!
//! ```text
//!   hold     a row more     total + amount      one step of the desk, one batch
//!   release  the row gone   total - amount      the last one takes the total with it
//! ```
//!
//! An account without a total has no holds, or has them from before totals were kept: then they are added up
//! once more.

use super::rows::{Hold, HoldTotal};
use super::{Draft, Shelf, VaultError};
use idx_types::{AccountHandle, Paise, TxId};

impl Shelf<'_> {
    /// The hold of an intent on an account.
    ///
    /// # Errors
    /// This and all below: [`VaultError`] if a record is damaged or the machine fails.
    pub fn hold(&self, handle: &AccountHandle, id: &TxId) -> Result<Option<Hold>, VaultError> {
        self.get(&Hold::key_of(self.keys, handle, id))
    }

    /// The holds on an account.
    pub fn holds_of(&self, handle: &AccountHandle) -> Result<Vec<Hold>, VaultError> {
        self.all(&Hold::prefix_of(self.keys, handle))
    }

    /// What is held on an account in all; the greatest amount there is if the sum leaves its range.
    pub fn held(&self, handle: &AccountHandle) -> Result<Paise, VaultError> {
        Ok(self.hold_total(handle)?.amount)
    }

    /// How many holds are on an account, and what they come to.
    pub fn hold_total(&self, handle: &AccountHandle) -> Result<HoldTotal, VaultError> {
        if let Some(kept) = self.get(&HoldTotal::key_of(self.keys, handle))? {
            return Ok(kept);
        }
        let none = HoldTotal { handle: *handle, count: 0, amount: Paise::ZERO };
        Ok(self.holds_of(handle)?.iter().fold(none, |total, hold| total.with(hold.amount)))
    }
}

impl HoldTotal {
    fn with(self, more: Paise) -> Self {
        let amount = self.amount.checked_add(more).unwrap_or(Paise(u64::MAX));
        Self { count: self.count.saturating_add(1), amount, ..self }
    }

    fn without(self, less: Paise) -> Self {
        let amount = self.amount.checked_sub(less).unwrap_or(Paise::ZERO);
        Self { count: self.count.saturating_sub(1), amount, ..self }
    }
}

impl Draft<'_> {
    /// Holds money; instead of what was held for the same intent.
    ///
    /// # Errors
    /// As above.
    pub fn hold_money(&mut self, hold: &Hold) -> Result<(), VaultError> {
        self.release_money(&hold.handle, &hold.id)?;
        let total = self.hold_total(&hold.handle)?.with(hold.amount);
        self.put(hold);
        self.put(&total);
        Ok(())
    }

    /// Lets go what was held for an intent, if anything was.
    ///
    /// # Errors
    /// As above.
    pub fn release_money(&mut self, handle: &AccountHandle, id: &TxId) -> Result<(), VaultError> {
        let Some(hold) = self.hold(handle, id)? else { return Ok(()) };
        let total = self.hold_total(handle)?.without(hold.amount);
        self.delete(&hold);
        if total.count == 0 {
            self.delete(&total);
        } else {
            self.put(&total);
        }
        Ok(())
    }
}
