//! Orders in any sequence: whatever comes, an account stands still exactly as long as an active order
//! holds it, and no order outlives its time.

use super::{Ask, bank_of, session_of};
use idx_chain::testing::{World, answer, handle, holder_key, release, share};
use idx_chain::{OrderStatus, State};
use idx_crypto::{Hash32, SecretKey};
use idx_types::testing::{concealed, court_order, judge_key, key, person};
use idx_types::tx::{ConfirmOpening, OrderIdentity, OrderTarget, RefusalCause, RefuseOrder};
use idx_types::{BankId, FreezeState, Holder, Idx, JudgeId, OrderId, TxKind};

/// One of the orders on the ledger; one that is not there if there is none.
pub fn some_order(world: &World, number: u64) -> OrderId {
    let orders = world.state.orders();
    let place = number as usize % orders.iter().len().max(1);
    orders.iter().nth(place).map_or(OrderId([1; 32]), |order| order.id)
}

/// An order for a session or a person, alive for some seconds: a few blocks.
fn order(world: &World, ask: &Ask) -> TxKind {
    let target = if ask.amount.is_multiple_of(3) {
        person(Idx([7; 32]), &[bank_of(ask.a), bank_of(ask.b)])
    } else {
        OrderTarget::Session { session: session_of(ask.a), bank: BankId(bank_of(ask.a)) }
    };
    let mut order = court_order(JudgeId(1), target, world.next_time().plus(ask.amount % 7 * 1_000));
    order.freeze = !ask.amount.is_multiple_of(5);
    TxKind::CourtOrder(Box::new(order))
}

/// Bank 3's envelope is that of the shares; the ledger does not look into it.
fn identity(world: &World, order: OrderId, ask: &Ask) -> OrderIdentity {
    let target = world.state.orders().get(&order).and_then(|order| order.asked.target.session());
    target.map_or(OrderIdentity::Account(concealed(handle(ask.a))), OrderIdentity::Session)
}

fn holder(ask: &Ask) -> Holder {
    if ask.amount.is_multiple_of(2) { Holder::Company } else { Holder::Regulator(0) }
}

pub fn kind(world: &World, ask: &Ask) -> TxKind {
    let id = some_order(world, ask.b);
    match ask.kind {
        14 | 15 => order(world, ask),
        16 => answer(bank_of(ask.a), id, &[handle(ask.a)]),
        17 => share(id, holder(ask), identity(world, id, ask)),
        18 if ask.amount.is_multiple_of(3) => {
            let identity = identity(world, id, ask);
            TxKind::ConfirmOpening(ConfirmOpening { order: id, identity, digest: Hash32::ZERO })
        }
        18 => {
            TxKind::RefuseOrder(RefuseOrder { order: id, holder: holder(ask), why: RefusalCause::Declined })
        }
        _ => {
            let target = world.state.orders().get(&id).map(|order| &order.asked.target);
            let banks: Vec<u16> = target.into_iter().flat_map(|t| t.banks()).map(|bank| bank.0).collect();
            release(1, id, &banks)
        }
    }
}

/// Who should sign it.
pub fn signer(kind: &TxKind, bank: u16) -> SecretKey {
    match kind {
        TxKind::OrderShare(share) => holder_key(share.holder),
        TxKind::RefuseOrder(refusal) => holder_key(refusal.holder),
        TxKind::AnswerOrder(_) => key(bank as u8 + 1),
        _ => judge_key(JudgeId(1)),
    }
}

/// Freezes and orders agree.
pub fn check(state: &State) {
    for order in state.orders().iter() {
        let is_active = order.status() == OrderStatus::Active;
        assert!(is_active || order.held.is_empty(), "an ended order holds nothing");
        assert!(!is_active || order.asked.expires_at >= state.tip().timestamp, "outlived its time");
        let ends = order.story().filter(|step| step.tx.is_none()).count();
        assert!(ends <= 1, "ends once");
    }
    for (number, account) in (0u64..).zip(state.accounts()) {
        let held = state.orders().iter().any(|order| order.held.contains(&number));
        assert_eq!(matches!(account.freeze, FreezeState::ByOrder(_)), held, "account {number}");
        if let FreezeState::ByOrder(order) = account.freeze {
            assert!(state.orders().get(&order).unwrap().held.contains(&number));
        }
    }
}
