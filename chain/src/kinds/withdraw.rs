//! `Withdraw`: money from a customer back to the bank's reserve.

use super::{Plan, check_cash, rupee_account, signed_by_bank};
use crate::draft::Draft;
use crate::posting::Entry;
use idx_types::tx::Cash;
use idx_types::{Reason, TxSignature};

pub(super) fn plan(draft: &Draft<'_>, ask: &Cash, by: &[TxSignature]) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let (index, account) = rupee_account(draft, ask.bank, ask.handle.shown()?)?;
    check_cash(draft, ask.amount)?;
    if account.balance < ask.amount {
        return Err(Reason::InsufficientFunds);
    }
    let reserve = draft.system(ask.bank)?.reserve;
    Ok(Plan::entries(vec![Entry::debit(index, ask.amount), Entry::credit(reserve, ask.amount)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::system_handle;
    use crate::testing::{World, handle};
    use idx_types::testing::concealed;
    use idx_types::{AccountHandle, AccountKind, BankId, Paise, TxKind};

    fn ask(bank: u16, handle: AccountHandle, amount: u64) -> TxKind {
        TxKind::Withdraw(Cash { bank: BankId(bank), handle: concealed(handle), amount: Paise(amount) })
    }

    #[test]
    fn moves_money_back_to_the_reserve() {
        let mut world = World::new(6);
        let reserve = system_handle(BankId(1), AccountKind::BankReserve);
        let before = world.balance(&reserve);
        let account = world.account(1, 500);
        world.done(ask(1, account, 500), 1);
        assert_eq!((world.balance(&account), world.balance(&reserve)), (Paise::ZERO, before));
    }

    #[test]
    fn refusals() {
        let mut world = World::new(6);
        let (account, frozen) = (world.account(0, 500), world.account(0, 500));
        world.done(world.freeze(0, frozen), 0);
        let rewards = system_handle(BankId(0), AccountKind::BankFees);
        let table = [
            (ask(9, account, 1), 0, Reason::UnknownBank),
            (ask(0, account, 1), 1, Reason::WrongSigner),
            (ask(1, account, 1), 1, Reason::WrongHomeBank),
            (ask(0, handle(99), 1), 0, Reason::UnknownAccount),
            (ask(0, rewards, 1), 0, Reason::WrongAccountKind),
            (ask(0, frozen, 1), 0, Reason::AccountFrozen),
            (ask(0, account, 0), 0, Reason::AmountTooSmall),
            (ask(0, account, u64::MAX), 0, Reason::AmountTooLarge),
            (ask(0, account, 501), 0, Reason::InsufficientFunds),
        ];
        for (kind, signer, reason) in table {
            world.refused(kind, signer, reason);
        }
    }
}
