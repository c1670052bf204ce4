//! `Freeze`: stops an account, for the bank's own reason or for a court order (document 3.3).

use super::{Plan, Record, active_order, open_account_of, signed_by_bank};
use crate::draft::Draft;
use crate::orders::{Deed, HELD_PER_ORDER_MAX, Order};
use idx_types::tx::Freeze;
use idx_types::{Account, FreezeState, OrderId, Reason, TxId, TxSignature};

/// Orders freeze beside each other and over a bank's own freeze; under an order's a bank freezes nothing.
pub(super) fn plan(draft: &Draft<'_>, ask: &Freeze, by: &[TxSignature], id: TxId) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let (index, account) = open_account_of(draft, ask.bank, ask.handle.shown()?)?;
    match (account.freeze, ask.cause) {
        (_, FreezeState::Free) => Err(Reason::Malformed),
        (_, FreezeState::ByOrder(order)) => for_order(draft, order, (index, account), id),
        (FreezeState::ByOrder(_), FreezeState::ByBank(_)) => Err(Reason::FrozenByOrder),
        (FreezeState::ByBank(_), FreezeState::ByBank(_)) => Err(Reason::AccountFrozen),
        (FreezeState::Free, cause) => Ok(Plan::record(Record::Freeze(index, cause))),
    }
}

/// A freeze that a bank makes for an order: one of a person's accounts, beyond those of its answer.
fn for_order(
    draft: &Draft<'_>,
    id: OrderId,
    (index, account): (u64, &Account),
    tx: TxId,
) -> Result<Plan, Reason> {
    let order = active_order(draft, &id)?;
    if !order.asked.freeze {
        return Err(Reason::NoFreezeOrdered);
    }
    if !targets(draft, order, account) {
        return Err(Reason::NotTheTarget);
    }
    if order.held.contains(&index) {
        return Err(Reason::FrozenByOrder);
    }
    if order.held.len() >= HELD_PER_ORDER_MAX || !draft.registries().orders.can_hold(1) {
        return Err(Reason::TooManyOrders);
    }
    Ok(Plan::step(draft, tx, id, Deed::Froze { account: account.handle }, vec![index]))
}

/// Of a person the ledger knows only the banks: whose account it is, only the bank can tell.
fn targets(draft: &Draft<'_>, order: &Order, account: &Account) -> bool {
    match order.asked.target.session() {
        Some(session) => draft.session(&session).is_some_and(|session| session.account == account.handle),
        None => order.asked.target.banks().any(|bank| bank == account.home_bank),
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
    fn ask(bank: u16, handle: AccountHandle, cause: FreezeState) -> TxKind {
        TxKind::Freeze(Freeze { bank: BankId(bank), handle: concealed(handle), cause })
    }

    #[test]
    fn a_bank_stops_an_account_once() {
        let mut world = World::new(6);
        let account = world.account(0, 500);
        world.done(ask(0, account, BY_BANK), 0);
        world.refused(ask(0, account, BY_BANK), 0, Reason::AccountFrozen);
        assert_eq!(world.state.account(&account).unwrap().freeze, BY_BANK);
    }

    /// An order's freeze needs an order; the rest of its rules is told in `orders/tests.rs`.
    #[test]
    fn an_invented_order_freezes_nothing() {
        let mut world = World::new(6);
        let account = world.account(0, 500);
        let invented = FreezeState::ByOrder(OrderId([5; 32]));
        world.refused(ask(0, account, invented), 0, Reason::UnknownOrder);
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
