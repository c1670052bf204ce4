//! `Unfreeze`: lifts a bank's own freeze; a court order's stays.

use super::{Plan, Record, open_account_of, signed_by_bank};
use crate::draft::Draft;
use idx_types::tx::AccountRef;
use idx_types::{FreezeState, Reason, TxSignature};

pub(super) fn plan(draft: &Draft<'_>, ask: &AccountRef, by: &[TxSignature]) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let (index, account) = open_account_of(draft, ask.bank, ask.handle.shown()?)?;
    match account.freeze {
        FreezeState::Free => Err(Reason::NotFrozen),
        FreezeState::ByOrder(_) => Err(Reason::FrozenByOrder),
        FreezeState::ByBank(_) => Ok(Plan::record(Record::Freeze(index, FreezeState::Free))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, handle};
    use idx_types::testing::concealed;
    use idx_types::{AccountHandle, BankId, JudgeId, Paise, TxKind};

    fn ask(bank: u16, handle: AccountHandle) -> TxKind {
        TxKind::Unfreeze(AccountRef { bank: BankId(bank), handle: concealed(handle) })
    }

    #[test]
    fn money_moves_again() {
        let mut world = World::new(6);
        let account = world.account(0, 500);
        world.done(world.freeze(0, account), 0);
        world.refused(world.cash_in(0, account, 1), 0, Reason::AccountFrozen);
        world.done(ask(0, account), 0);
        world.done(world.cash_in(0, account, 1), 0);
        assert_eq!(world.balance(&account), Paise(501));
    }

    #[test]
    fn refusals() {
        let mut world = World::with_judges(6, 1);
        let (free, (ordered, session)) = (world.account(0, 0), world.customer(0));
        world.order(JudgeId(1), World::session_target(0, session));
        let table = [
            (ask(9, free), 0, Reason::UnknownBank),
            (ask(0, free), 1, Reason::WrongSigner),
            (ask(1, free), 1, Reason::WrongHomeBank),
            (ask(0, handle(99)), 0, Reason::UnknownAccount),
            (ask(0, free), 0, Reason::NotFrozen),
            (ask(0, ordered), 0, Reason::FrozenByOrder),
        ];
        for (kind, signer, reason) in table {
            world.refused(kind, signer, reason);
        }
    }
}
