//! `CloseAccount`: ends an account with zero balance; its row stays.

use super::{Plan, Record, rupee_account, signed_by_bank};
use crate::draft::Draft;
use idx_types::tx::AccountRef;
use idx_types::{Paise, Reason, TxSignature};

/// A frozen account cannot be closed: that would end the freeze.
pub(super) fn plan(draft: &Draft<'_>, ask: &AccountRef, by: &[TxSignature]) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let (index, account) = rupee_account(draft, ask.bank, ask.handle.shown()?)?;
    if account.balance != Paise::ZERO {
        return Err(Reason::AccountNotEmpty);
    }
    if account.travels > 0 {
        return Err(Reason::TravelOpen);
    }
    Ok(Plan::record(Record::Close(index)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::system_handle;
    use crate::testing::{World, handle};
    use idx_types::testing::concealed;
    use idx_types::{AccountHandle, AccountKind, BankId, TxKind};

    fn ask(bank: u16, handle: AccountHandle) -> TxKind {
        TxKind::CloseAccount(AccountRef { bank: BankId(bank), handle: concealed(handle) })
    }

    #[test]
    fn a_closed_account_stays_and_does_nothing_more() {
        let mut world = World::new(6);
        let account = world.account(0, 0);
        world.done(ask(0, account), 0);
        assert_eq!(world.state.account(&account).unwrap().closed_at, Some(world.state.tip().height));
        world.refused(ask(0, account), 0, Reason::AccountClosed);
        world.refused(world.cash_in(0, account, 1), 0, Reason::AccountClosed);
        let reopened = world.state.account(&account).unwrap().clone();
        assert_eq!(reopened.balance, Paise::ZERO);
    }

    #[test]
    fn refusals() {
        let mut world = World::new(6);
        let (full, frozen) = (world.account(0, 500), world.account(0, 0));
        world.done(world.freeze(0, frozen), 0);
        let stake = system_handle(BankId(0), AccountKind::MinerRewards);
        let table = [
            (ask(9, full), 0, Reason::UnknownBank),
            (ask(0, full), 1, Reason::WrongSigner),
            (ask(1, full), 1, Reason::WrongHomeBank),
            (ask(0, handle(99)), 0, Reason::UnknownAccount),
            (ask(0, stake), 0, Reason::WrongAccountKind),
            (ask(0, full), 0, Reason::AccountNotEmpty),
            (ask(0, frozen), 0, Reason::AccountFrozen),
        ];
        for (kind, signer, reason) in table {
            world.refused(kind, signer, reason);
        }
    }
}
