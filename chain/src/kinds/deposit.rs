//! `Deposit`: money from the bank's reserve to one of its customers.

use super::{Plan, check_cash, rupee_account, signed_by_bank};
use crate::draft::Draft;
use crate::posting::Entry;
use idx_types::tx::Cash;
use idx_types::{Reason, TxSignature};

pub(super) fn plan(draft: &Draft<'_>, ask: &Cash, by: &[TxSignature]) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let (account, _) = rupee_account(draft, ask.bank, ask.handle.shown()?)?;
    check_cash(draft, ask.amount)?;
    let reserve = draft.system(ask.bank)?.reserve;
    Ok(Plan::entries(vec![Entry::debit(reserve, ask.amount), Entry::credit(account, ask.amount)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::system_handle;
    use crate::testing::{World, handle};
    use idx_types::{AccountKind, BankId, Paise};

    #[test]
    fn moves_money_out_of_the_reserve() {
        let mut world = World::new(6);
        let account = world.account(3, 0);
        let reserve = system_handle(BankId(3), AccountKind::BankReserve);
        let before = world.balance(&reserve);
        world.done(world.cash_in(3, account, 12_345), 3);
        assert_eq!(world.balance(&account), Paise(12_345));
        assert_eq!(world.balance(&reserve), Paise(before.0 - 12_345));
    }

    #[test]
    fn refusals() {
        let mut world = World::new(6);
        let (account, frozen) = (world.account(0, 0), world.account(0, 0));
        world.done(world.freeze(0, frozen), 0);
        let reserve = system_handle(BankId(0), AccountKind::BankReserve);
        let most = world.state.params().max_transfer.0;
        let table = [
            (9, account, 1, 0, Reason::UnknownBank),
            (0, account, 1, 1, Reason::WrongSigner),
            (1, account, 1, 1, Reason::WrongHomeBank),
            (0, handle(99), 1, 0, Reason::UnknownAccount),
            (0, reserve, 1, 0, Reason::WrongAccountKind),
            (0, frozen, 1, 0, Reason::AccountFrozen),
            (0, account, 0, 0, Reason::AmountTooSmall),
            (0, account, most + 1, 0, Reason::AmountTooLarge),
            (0, account, u64::MAX, 0, Reason::AmountTooLarge),
        ];
        for (bank, account, amount, signer, reason) in table {
            world.refused(world.cash_in(bank, account, amount), signer, reason);
        }
    }

    #[test]
    fn a_bank_cannot_give_what_it_does_not_have() {
        let mut world = World::with_reserve(6, 1_000);
        let account = world.account(0, 400);
        world.refused(world.cash_in(0, account, 601), 0, Reason::InsufficientFunds);
        world.done(world.cash_in(0, account, 600), 0);
    }
}
