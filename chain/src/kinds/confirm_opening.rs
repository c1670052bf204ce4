//! `ConfirmOpening`: the judge leaves a trace of an identity that was opened.

use super::{Plan, active_order, signed_by_judge};
use crate::draft::Draft;
use crate::orders::{Deed, EnvelopeOf, Order};
use idx_types::tx::ConfirmOpening;
use idx_types::{Reason, TxId, TxSignature};

/// Nothing can be opened before both halves are on the ledger, so nothing is confirmed before.
pub(super) fn plan(
    draft: &Draft<'_>,
    ask: &ConfirmOpening,
    by: &[TxSignature],
    tx: TxId,
) -> Result<Plan, Reason> {
    let order = active_order(draft, &ask.order)?;
    signed_by_judge(draft, order.asked.judge, by)?;
    let envelope = EnvelopeOf::try_from(&ask.identity)?;
    if !order.covers(&envelope) {
        return Err(Reason::NotTheTarget);
    }
    if !order.can_open(&envelope) {
        return Err(Reason::NotShared);
    }
    if is_opened(order, &envelope) {
        return Err(Reason::AlreadyAnswered);
    }
    let deed = Deed::Opened { envelope, digest: ask.digest };
    Ok(Plan::step(draft, tx, ask.order, deed, Vec::new()))
}

fn is_opened(order: &Order, envelope: &EnvelopeOf) -> bool {
    order.deeds().any(|deed| matches!(deed, Deed::Opened { envelope: of, .. } if of == envelope))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{World, share};
    use idx_crypto::Hash32;
    use idx_types::tx::OrderIdentity;
    use idx_types::{Holder, JudgeId, OrderId, SessionId, TxKind};

    fn ask(order: OrderId, session: SessionId) -> TxKind {
        let identity = OrderIdentity::Session(session);
        TxKind::ConfirmOpening(ConfirmOpening { order, identity, digest: Hash32([9; 32]) })
    }

    #[test]
    fn one_half_alone_is_not_enough_whoevers_it_is() {
        let mut world = World::with_judges(6, 1);
        let (_, session) = world.customer(3);
        for holder in [Holder::Company, Holder::Regulator(0)] {
            let order = world.order(JudgeId(1), World::session_target(3, session));
            world.done_by_holder(share(order, holder, OrderIdentity::Session(session)), holder);
            world.refused_by_judge(ask(order, session), JudgeId(1), Reason::NotShared);
        }
    }

    #[test]
    fn follows_both_halves_and_is_said_once() {
        let mut world = World::with_judges(6, 2);
        let (_, session) = world.customer(3);
        let order = world.order(JudgeId(1), World::session_target(3, session));
        for holder in [Holder::Regulator(0), Holder::Company] {
            world.refused_by_judge(ask(order, session), JudgeId(1), Reason::NotShared);
            world.done_by_holder(share(order, holder, OrderIdentity::Session(session)), holder);
        }
        let table = [
            (ask(order, session), 2, Reason::WrongSigner),
            (ask(OrderId([7; 32]), session), 1, Reason::UnknownOrder),
            (ask(order, SessionId([7; 32])), 1, Reason::NotTheTarget),
        ];
        for (kind, signer, reason) in table {
            world.refused_by_judge(kind, JudgeId(signer), reason);
        }
        world.done_by_judge(ask(order, session), JudgeId(1));
        let opened = Deed::Opened { envelope: EnvelopeOf::Session(session), digest: Hash32([9; 32]) };
        assert_eq!(world.state.orders().get(&order).unwrap().steps.last().unwrap().deed, opened);
        world.refused_by_judge(ask(order, session), JudgeId(1), Reason::AlreadyAnswered);
    }
}
