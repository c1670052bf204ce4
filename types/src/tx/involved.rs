//! The involved banks of a transaction: those whose approval nobody can override (document 2.2).

use crate::ids::BankId;

/// The involved banks of a transaction: none, one or two.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InvolvedBanks([Option<BankId>; 2]);

impl InvolvedBanks {
    pub(super) const fn none() -> Self {
        Self([None, None])
    }

    pub(super) const fn one(bank: BankId) -> Self {
        Self([Some(bank), None])
    }

    pub(super) fn two(a: BankId, b: BankId) -> Self {
        if a == b { Self::one(a) } else { Self([Some(a), Some(b)]) }
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
}
