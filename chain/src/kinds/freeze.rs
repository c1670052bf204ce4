//! `Freeze`: stops an account, for the bank's own reason or for a court order (document 3.3).

use super::{Plan, Record, customer_account, signed_by_bank};
use crate::draft::Draft;
use idx_types::tx::Freeze;
use idx_types::{FreezeState, Reason, TxSignature};

/// An order replaces a bank's own freeze; nothing a bank does replaces an order's.
pub(super) fn plan(draft: &Draft<'_>, ask: &Freeze, by: &[TxSignature]) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let (index, account) = customer_account(draft, ask.bank, ask.handle.shown()?)?;
    match (account.freeze, ask.cause) {
        (_, FreezeState::Free) => Err(Reason::Malformed),
        (FreezeState::ByOrder(_), _) => Err(Reason::FrozenByOrder),
        (FreezeState::ByBank(_), FreezeState::ByBank(_)) => Err(Reason::AccountFrozen),
        (_, cause) => Ok(Plan::record(Record::Freeze(index, cause))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::system_handle;
    use crate::testing::{World, handle};
    use idx_types::testing::concealed;
    use idx_types::{AccountHandle, AccountKind, BankId, OrderId, TxKind};

    const BY_BANK: FreezeState = FreezeState::ByBank(7);
    const BY_ORDER: FreezeState = FreezeState::ByOrder(OrderId([5; 32]));

    fn ask(bank: u16, handle: AccountHandle, cause: FreezeState) -> TxKind {
        TxKind::Freeze(Freeze { bank: BankId(bank), handle: concealed(handle), cause })
    }

    #[test]
    fn an_order_outranks_the_bank() {
        let mut world = World::new(6);
        let account = world.account(0, 500);
        world.done(ask(0, account, BY_BANK), 0);
        world.refused(ask(0, account, BY_BANK), 0, Reason::AccountFrozen);
        world.done(ask(0, account, BY_ORDER), 0);
        assert_eq!(world.state.account(&account).unwrap().freeze, BY_ORDER);
        world.refused(ask(0, account, BY_BANK), 0, Reason::FrozenByOrder);
        let other = FreezeState::ByOrder(OrderId([6; 32]));
        world.refused(ask(0, account, other), 0, Reason::FrozenByOrder);
    }

    #[test]
    fn refusals() {
        let mut world = World::new(6);
        let account = world.account(0, 0);
        let reserve = system_handle(BankId(0), AccountKind::BankReserve);
        let table = [
            (ask(9, account, BY_BANK), 0, Reason::UnknownBank),
            (ask(0, account, BY_BANK), 1, Reason::WrongSigner),
            (ask(1, account, BY_BANK), 1, Reason::WrongHomeBank),
            (ask(0, handle(99), BY_BANK), 0, Reason::UnknownAccount),
            (ask(0, reserve, BY_BANK), 0, Reason::WrongAccountKind),
            (ask(0, account, FreezeState::Free), 0, Reason::Malformed),
        ];
        for (kind, signer, reason) in table {
            world.refused(kind, signer, reason);
        }
    }
}
