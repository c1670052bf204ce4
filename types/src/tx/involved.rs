//! The involved banks of a transaction: those whose approval nobody can override (document 2.2).

use super::order::ORDER_BANKS_MAX;
use crate::ids::BankId;

/// Most involved banks of a transaction: an order for a person has the most.
pub const INVOLVED_BANKS_MAX: usize = ORDER_BANKS_MAX;

/// The involved banks of a transaction: none, one or two; more for an order about a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InvolvedBanks([Option<BankId>; INVOLVED_BANKS_MAX]);

impl InvolvedBanks {
    pub(super) const fn none() -> Self {
        Self([None; INVOLVED_BANKS_MAX])
    }

    pub(super) const fn one(bank: BankId) -> Self {
        let mut banks = Self::none();
        banks.0[0] = Some(bank);
        banks
    }

    pub(super) fn two(a: BankId, b: BankId) -> Self {
        let mut banks = Self::one(a);
        banks.0[1] = (a != b).then_some(b);
        banks
    }

    /// The first [`INVOLVED_BANKS_MAX`] of these, which have no repeats; the ledger refuses a
    /// transaction that names more.
    pub(super) fn of(banks: impl Iterator<Item = BankId>) -> Self {
        let mut involved = Self::none();
        involved.0.iter_mut().zip(banks).for_each(|(place, bank)| *place = Some(bank));
        involved
    }

    /// The banks, without repeats.
    pub fn iter(&self) -> impl Iterator<Item = BankId> + '_ {
        self.0.iter().flatten().copied()
    }

    /// Whether this bank must approve.
    pub fn contains(&self, bank: BankId) -> bool {
        self.iter().any(|involved| involved == bank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_inside_one_bank_involves_it_once() {
        let banks = InvolvedBanks::two(BankId(1), BankId(1));
        assert_eq!(banks.iter().collect::<Vec<_>>(), [BankId(1)]);
        assert!(banks.contains(BankId(1)) && !banks.contains(BankId(2)));
    }

    #[test]
    fn as_many_as_there_is_room_for() {
        let banks = InvolvedBanks::of((0..20).map(BankId));
        assert_eq!(banks.iter().count(), INVOLVED_BANKS_MAX);
        assert_eq!(InvolvedBanks::of([BankId(4)].into_iter()), InvolvedBanks::one(BankId(4)));
    }
}
