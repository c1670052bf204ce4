//! The four accounts that every bank has on the ledger from the day it joins.

use idx_crypto::Hasher;
use idx_types::{Account, AccountHandle, AccountKind, BankId, Currency, FreezeState, Height, Paise};
use std::collections::BTreeMap;

/// The kinds of a bank's system accounts, in order of their numbers.
pub const SYSTEM_KINDS: [AccountKind; 4] =
    [AccountKind::BankReserve, AccountKind::BankFees, AccountKind::MinerRewards, AccountKind::Stake];

/// The handle of a bank's system account: a fixed digest of bank and kind, alike on every network.
pub fn system_handle(bank: BankId, kind: AccountKind) -> AccountHandle {
    let kind = borsh::to_vec(&kind).expect("writing borsh to memory cannot fail");
    AccountHandle(Hasher::new("idx/system-account/1").part(&bank.0.to_le_bytes()).part(&kind).finish().0)
}

/// A bank's system account with this balance.
pub(crate) fn system_account(bank: BankId, kind: AccountKind, balance: Paise, opened_at: Height) -> Account {
    Account {
        handle: system_handle(bank, kind),
        home_bank: bank,
        kind,
        currency: Currency::Inr,
        balance,
        freeze: FreezeState::Free,
        opened_at,
        closed_at: None,
    }
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
}

/// Finds the banks' system accounts among rows in order of their numbers. A bank's four lie side by
/// side because they are opened together.
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
    fn handles_differ_by_bank_and_kind() {
        let mut handles = std::collections::BTreeSet::new();
        for bank in [BankId(0), BankId(1), BankId(256)] {
            for kind in SYSTEM_KINDS {
                assert!(handles.insert(system_handle(bank, kind)), "{bank} {kind:?}");
            }
        }
    }
}
