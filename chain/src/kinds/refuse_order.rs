//! `RefuseOrder`: a custodian keeps its half and says why, for everyone to read.

use super::order_share::has_refused;
use super::{Plan, active_order, signed_by_holder};
use crate::draft::Draft;
use crate::orders::{Deed, Order};
use idx_types::tx::RefuseOrder;
use idx_types::{Holder, Reason, TxId, TxSignature};

pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &RefuseOrder,
    by: &[TxSignature],
    tx: TxId,
) -> Result<Plan, Reason> {
    signed_by_holder(draft, ask.holder, by)?;
    let order = active_order(draft, &ask.order)?;
    if has_refused(order, ask.holder) || has_nothing_left(order, ask.holder) {
        return Err(Reason::AlreadyAnswered);
    }
    let deed = Deed::Refused { holder: ask.holder, why: ask.why };
    Ok(Plan::step(draft, tx, ask.order, deed, Vec::new()))
}

/// Of a session there is one envelope; of a person a custodian may release some and refuse the rest.
fn has_nothing_left(order: &Order, holder: Holder) -> bool {
    let shared = |deed: &Deed| matches!(deed, Deed::Shared { holder: who, .. } if *who == holder);
    order.asked.target.session().is_some() && order.deeds().any(shared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, answer, share};
    use idx_types::testing::person;
    use idx_types::tx::{OrderIdentity, RefusalCause};
    use idx_types::{Idx, JudgeId, OrderId, TxKind};

    fn ask(order: OrderId, holder: Holder, why: RefusalCause) -> TxKind {
        TxKind::RefuseOrder(RefuseOrder { order, holder, why })
    }

    #[test]
    fn every_cause_is_on_record_and_a_refusal_is_final() {
        let mut world = World::with_judges(6, 1);
        for why in RefusalCause::ALL {
            let (_, session) = world.customer(3);
            let order = world.order(JudgeId(1), World::session_target(3, session));
            world.done_by_holder(ask(order, Holder::Company, why), Holder::Company);
            let steps = &world.state.orders().get(&order).unwrap().steps;
            assert_eq!(steps.last().unwrap().deed, Deed::Refused { holder: Holder::Company, why });
            let then = share(order, Holder::Company, OrderIdentity::Session(session));
            world.refused_by_holder(then, Holder::Company, Reason::AlreadyAnswered);
            let twice = ask(order, Holder::Company, RefusalCause::Declined);
            world.refused_by_holder(twice, Holder::Company, Reason::AlreadyAnswered);
        }
    }

    /// Of a person's accounts a custodian may be able to open some only.
    #[test]
    fn what_is_released_is_not_refused() {
        let mut world = World::with_judges(6, 1);
        let (account, session) = world.customer(3);
        let (of_session, of_person) = (
            world.order(JudgeId(1), World::session_target(3, session)),
            world.order(JudgeId(1), person(Idx([7; 32]), &[3])),
        );
        world.done(answer(3, of_person, &[account]), 3);
        let account = OrderIdentity::Account(idx_types::testing::concealed(account));
        world.done_by_holder(share(of_person, Holder::Company, account), Holder::Company);
        let session = OrderIdentity::Session(session);
        world.done_by_holder(share(of_session, Holder::Company, session), Holder::Company);
        let late = ask(of_session, Holder::Company, RefusalCause::Declined);
        world.refused_by_holder(late, Holder::Company, Reason::AlreadyAnswered);
        world.done_by_holder(ask(of_person, Holder::Company, RefusalCause::NoPart), Holder::Company);
    }

    #[test]
    fn refusals() {
        let mut world = World::with_judges(6, 1);
        let (_, session) = world.customer(3);
        let order = world.order(JudgeId(1), World::session_target(3, session));
        let (company, first, second) = (Holder::Company, Holder::Regulator(0), Holder::Regulator(1));
        let table = [
            (ask(order, second, RefusalCause::Declined), first, Reason::UnknownHolder),
            (ask(order, company, RefusalCause::Declined), first, Reason::WrongSigner),
            (ask(order, first, RefusalCause::Declined), company, Reason::WrongSigner),
            (ask(OrderId([7; 32]), company, RefusalCause::Declined), company, Reason::UnknownOrder),
        ];
        for (kind, signer, reason) in table {
            world.refused_by_holder(kind, signer, reason);
        }
    }
}
