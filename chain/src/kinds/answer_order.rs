//! `AnswerOrder`: a home bank names the accounts it keeps for the person that an order seeks.

use super::{Plan, active_order, kept_account, signed_by_bank};
use crate::draft::Draft;
use crate::orders::{Deed, Order};
use idx_types::tx::{ANSWER_ACCOUNTS_MAX, ANSWER_BYTES_MAX, AnswerOrder, OrderTarget};
use idx_types::{AccountHandle, BankId, Reason, TxId, TxSignature};
use std::collections::BTreeSet;

/// The accounts are frozen at once if the order says so; closed ones can be named too.
pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &AnswerOrder,
    by: &[TxSignature],
    tx: TxId,
) -> Result<Plan, Reason> {
    signed_by_bank(draft, ask.bank, by)?;
    let order = active_order(draft, &ask.order)?;
    check_asked(order, ask.bank)?;
    let accounts = ask.accounts.shown()?;
    if accounts.len() > ANSWER_ACCOUNTS_MAX || ask.sealed.sealed.len() > ANSWER_BYTES_MAX {
        return Err(Reason::BadOrder);
    }
    let numbers = numbers_of(draft, ask.bank, accounts)?;
    let hold = if order.asked.freeze { numbers } else { Vec::new() };
    if !draft.registries().orders.can_hold(hold.len()) {
        return Err(Reason::TooManyOrders);
    }
    let deed = Deed::Answered { bank: ask.bank, accounts: accounts.clone() };
    Ok(Plan::step(draft, tx, ask.order, deed, hold))
}

/// Only an order for a person is answered, once by each bank it asks.
fn check_asked(order: &Order, bank: BankId) -> Result<(), Reason> {
    match &order.asked.target {
        OrderTarget::Person(person) if person.banks().any(|asked| asked == bank) => {}
        _ => return Err(Reason::NotTheTarget),
    }
    if order.answer_of(bank).is_some() { Err(Reason::AlreadyAnswered) } else { Ok(()) }
}

fn numbers_of(
    draft: &Draft<'_>,
    bank: BankId,
    accounts: &BTreeSet<AccountHandle>,
) -> Result<Vec<u64>, Reason> {
    accounts.iter().map(|handle| Ok(kept_account(draft, bank, handle)?.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::system_handle;
    use crate::testing::{World, answer, handle};
    use idx_types::testing::{concealed, court_order, person};
    use idx_types::{AccountKind, FreezeState, Idx, JudgeId, OrderId, TxKind};

    #[test]
    fn names_and_freezes_a_persons_accounts() {
        let mut world = World::with_judges(6, 1);
        let (open, closed) = (world.account(3, 500), world.account(3, 0));
        world.done(TxKind::CloseAccount(idx_types::testing::account_ref(BankId(3), closed)), 3);
        let order = world.order(JudgeId(1), person(Idx([7; 32]), &[3, 4]));
        assert_eq!(world.state.account(&open).unwrap().freeze, FreezeState::Free);
        world.done(answer(3, order, &[open, closed]), 3);
        assert_eq!(world.state.account(&open).unwrap().freeze, FreezeState::ByOrder(order));
        assert_eq!(world.state.account(&closed).unwrap().freeze, FreezeState::Free, "closed stays as it is");
        assert_eq!(world.state.orders().get(&order).unwrap().answer_of(BankId(3)).unwrap().len(), 2);
        world.done(answer(4, order, &[]), 4);
        world.refused(answer(4, order, &[]), 4, Reason::AlreadyAnswered);
    }

    #[test]
    fn an_order_without_freeze_freezes_nothing() {
        let mut world = World::with_judges(6, 1);
        let account = world.account(3, 500);
        let ends = world.next_time().plus(1_000_000);
        let mut asked = court_order(JudgeId(1), person(Idx([7; 32]), &[3]), ends);
        asked.freeze = false;
        let order = world.ordered(asked);
        world.done(answer(3, order, &[account]), 3);
        assert_eq!(world.state.account(&account).unwrap().freeze, FreezeState::Free);
    }

    #[test]
    fn refusals() {
        let mut world = World::with_judges(6, 1);
        let (account, session) = world.customer(3);
        let others = world.account(4, 0);
        let of_session = world.order(JudgeId(1), World::session_target(3, session));
        let order = world.order(JudgeId(1), person(Idx([7; 32]), &[3]));
        let reserve = system_handle(BankId(3), AccountKind::BankReserve);
        let many: Vec<AccountHandle> = (0..=ANSWER_ACCOUNTS_MAX as u64).map(handle).collect();
        let TxKind::AnswerOrder(mut long) = answer(3, order, &[account]) else { unreachable!() };
        long.sealed.sealed = vec![0; ANSWER_BYTES_MAX + 1];
        let TxKind::AnswerOrder(mut hidden) = answer(3, order, &[account]) else { unreachable!() };
        hidden.accounts = concealed([account].into()).hidden();
        let table = [
            (answer(9, order, &[account]), 3, Reason::UnknownBank),
            (answer(3, order, &[account]), 4, Reason::WrongSigner),
            (answer(3, OrderId([7; 32]), &[account]), 3, Reason::UnknownOrder),
            (answer(4, order, &[others]), 4, Reason::NotTheTarget),
            (answer(3, of_session, &[account]), 3, Reason::NotTheTarget),
            (answer(3, order, &[others]), 3, Reason::WrongHomeBank),
            (answer(3, order, &[handle(99)]), 3, Reason::UnknownAccount),
            (answer(3, order, &[reserve]), 3, Reason::WrongAccountKind),
            (answer(3, order, &many), 3, Reason::BadOrder),
            (TxKind::AnswerOrder(long), 3, Reason::BadOrder),
            (TxKind::AnswerOrder(hidden), 3, Reason::Concealed),
        ];
        for (kind, signer, reason) in table {
            world.refused(kind, signer, reason);
        }
    }
}
