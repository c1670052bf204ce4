//! `ReleaseOrder`: the judge who ordered ends the order before its time.

use super::{Plan, active_order, signed_by_judge};
use crate::draft::Draft;
use crate::orders::Deed;
use idx_types::tx::ReleaseOrder;
use idx_types::{Reason, TxId, TxSignature};

pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &ReleaseOrder,
    by: &[TxSignature],
    tx: TxId,
) -> Result<Plan, Reason> {
    signed_by_judge(draft, ask.judge, by)?;
    let order = active_order(draft, &ask.order)?;
    if order.asked.judge != ask.judge {
        return Err(Reason::WrongSigner);
    }
    // The banks that must approve are read from the release itself.
    if !order.asked.target.banks().eq(ask.banks.iter().copied()) {
        return Err(Reason::NotTheTarget);
    }
    Ok(Plan::step(draft, tx, ask.order, Deed::Released, Vec::new()))
}

#[cfg(test)]
mod tests {
    use crate::orders::OrderStatus;
    use crate::testing::{World, release};
    use idx_types::{BankId, FreezeState, JudgeId, OrderId, Reason, TxKind};

    #[test]
    fn ends_the_order_and_its_freeze() {
        let mut world = World::with_judges(6, 2);
        let (account, session) = world.customer(3);
        let order = world.order(JudgeId(1), World::session_target(3, session));
        assert_eq!(world.state.account(&account).unwrap().freeze, FreezeState::ByOrder(order));
        world.done_by_judge(release(1, order, &[3]), JudgeId(1));
        assert_eq!(world.state.account(&account).unwrap().freeze, FreezeState::Free);
        assert_eq!(world.state.orders().get(&order).unwrap().status(), OrderStatus::Released);
        world.refused_by_judge(release(1, order, &[3]), JudgeId(1), Reason::OrderReleased);
    }

    #[test]
    fn refusals() {
        let mut world = World::with_judges(6, 2);
        let (_, session) = world.customer(3);
        let order = world.order(JudgeId(1), World::session_target(3, session));
        let table: [(TxKind, u16, Reason); 8] = [
            (release(9, order, &[3]), 1, Reason::UnknownJudge),
            (release(1, order, &[3]), 2, Reason::WrongSigner),
            (release(2, order, &[3]), 2, Reason::WrongSigner),
            (release(1, OrderId([7; 32]), &[3]), 1, Reason::UnknownOrder),
            (release(1, order, &[]), 1, Reason::NotTheTarget),
            (release(1, order, &[2]), 1, Reason::NotTheTarget),
            (release(1, order, &[2, 3]), 1, Reason::NotTheTarget),
            (release(1, order, &[0, 1, 2, 3, 4, 5, 6, 7, 8]), 1, Reason::NotTheTarget),
        ];
        for (kind, signer, reason) in table {
            world.refused_by_judge(kind, JudgeId(signer), reason);
        }
        let involved = release(1, order, &[3]).involved_banks();
        assert!(involved.contains(BankId(3)), "the home bank must approve");
    }
}
