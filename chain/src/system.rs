//! The accounts that every bank has on the ledger from the day it joins: four in rupees, and two in every
//! foreign currency in use.

use idx_crypto::Hasher;
use idx_types::{Account, AccountHandle, AccountKind, BankId, Currency, FreezeState, Height, Paise};
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of a bank's system accounts in rupees, in order of their numbers.
pub const SYSTEM_KINDS: [AccountKind; 4] =
    [AccountKind::BankReserve, AccountKind::BankFees, AccountKind::MinerRewards, AccountKind::Stake];

/// The handle of a bank's system account: a fixed digest of bank and kind, alike on every network.
pub fn system_handle(bank: BankId, kind: AccountKind) -> AccountHandle {
    let kind = borsh::to_vec(&kind).expect("writing borsh to memory cannot fail");
    AccountHandle(Hasher::new("idx/system-account/1").part(&bank.0.to_le_bytes()).part(&kind).finish().0)
}

/// The kinds of a bank's system accounts in a foreign currency, in order of their numbers.
pub const CURRENCY_KINDS: [AccountKind; 2] = [AccountKind::BankFees, AccountKind::MinerRewards];

/// The handle of a bank's system account in a foreign currency: alike on every network.
pub fn currency_handle(bank: BankId, kind: AccountKind, currency: Currency) -> AccountHandle {
    let name = borsh::to_vec(&(bank, kind, currency)).expect("writing borsh to memory cannot fail");
    AccountHandle(Hasher::new("idx/currency-account/1").part(&name).finish().0)
}

/// A bank's system accounts, in order of their numbers. `balance` says what is in those in rupees.
pub(crate) fn system_accounts(
    bank: BankId,
    currencies: &BTreeSet<Currency>,
    opened_at: Height,
    balance: impl Fn(AccountKind) -> Paise,
) -> Vec<Account> {
    let account = |handle, kind, currency, balance| Account {
        handle,
        home_bank: bank,
        kind,
        currency,
        balance,
        freeze: FreezeState::Free,
        opened_at,
        closed_at: None,
        travels: 0,
        terms: None,
    };
    let rupees =
        SYSTEM_KINDS.map(|kind| account(system_handle(bank, kind), kind, Currency::Inr, balance(kind)));
    let foreign = currencies.iter().flat_map(|currency| {
        CURRENCY_KINDS
            .map(|kind| account(currency_handle(bank, kind, *currency), kind, *currency, Paise::ZERO))
    });
    rupees.into_iter().chain(foreign).collect()
}

/// Numbers of a bank's system accounts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SystemAccounts {
    pub reserve: u64,
    pub fees: u64,
    pub rewards: u64,
    pub stake: u64,
}

impl SystemAccounts {
    /// The numbers of four accounts in the order of [`SYSTEM_KINDS`], the first of which is `reserve`.
    pub const fn starting_at(reserve: u64) -> Self {
        Self { reserve, fees: reserve + 1, rewards: reserve + 2, stake: reserve + 3 }
    }

    /// Numbers of fee and reward account in the currency at this place among the foreign ones in use.
    pub const fn in_currency(&self, place: u64) -> (u64, u64) {
        let fees = self.stake + 1 + CURRENCY_KINDS.len() as u64 * place;
        (fees, fees + 1)
    }
}

/// Finds the banks' system accounts among rows in order of their numbers. A bank's lie side by side because
/// they are opened together.
pub(crate) fn index_system<'a>(
    rows: impl Iterator<Item = (u64, &'a Account)>,
) -> BTreeMap<BankId, SystemAccounts> {
    rows.filter(|(_, account)| account.kind == AccountKind::BankReserve)
        .map(|(number, account)| (account.home_bank, SystemAccounts::starting_at(number)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_order_of_opening() {
        let currencies = BTreeSet::from([Currency::Usd, Currency::Gbp]);
        let accounts = system_accounts(BankId(3), &currencies, Height(1), |_| Paise::ZERO);
        let system = SystemAccounts::starting_at(0);
        for (place, currency) in (0..).zip(&currencies) {
            let (fees, rewards) = system.in_currency(place);
            for (number, kind) in [(fees, AccountKind::BankFees), (rewards, AccountKind::MinerRewards)] {
                let account = &accounts[number as usize];
                assert_eq!((account.kind, account.currency), (kind, *currency));
            }
        }
        assert_eq!(accounts.len(), 4 + 2 * currencies.len());
    }

    #[test]
    fn handles_differ_by_bank_and_kind() {
        let mut handles = BTreeSet::new();
        for bank in [BankId(0), BankId(1), BankId(256)] {
            for kind in SYSTEM_KINDS {
                assert!(handles.insert(system_handle(bank, kind)), "{bank} {kind:?}");
            }
            for (kind, currency) in CURRENCY_KINDS.into_iter().zip([Currency::Usd, Currency::Sgd]) {
                assert!(handles.insert(currency_handle(bank, kind, currency)), "{bank} {kind:?}");
            }
        }
    }
}
