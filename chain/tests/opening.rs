//! Lawful opening from order to confirmation, and what must be impossible on the way (document 4.5).

use idx_chain::testing::{ORDER_MS, World, answer, half, holder_key, share};
use idx_chain::{Deed, EnvelopeOf, OrderStatus};
use idx_crypto::{Hash32, open_half};
use idx_types::params::DAY_MS;
use idx_types::testing::{concealed, envelope_of, hpke_secret, judge_key, person};
use idx_types::tx::{ConfirmOpening, OrderIdentity, OrderShare, RefusalCause, RefuseOrder};
use idx_types::{
    BankId, Decision, FreezeState, Holder, Idx, JudgeId, OrderId, Outcome, Reason, SessionId, TxKind,
};

const CUSTODIANS: [Holder; 2] = [Holder::Company, Holder::Regulator(0)];

fn confirm(order: OrderId, identity: OrderIdentity) -> TxKind {
    TxKind::ConfirmOpening(ConfirmOpening { order, identity, digest: Hash32([9; 32]) })
}

/// What the story of an order says was done.
fn deeds(world: &World, order: OrderId) -> Vec<Deed> {
    world.state.orders().get(&order).unwrap().story().map(|step| step.deed.clone()).collect()
}

/// A judge orders, both custodians release, the judge reads one record; each step is on the ledger.
#[test]
fn one_identity_is_opened_and_every_step_is_on_record() {
    let mut world = World::with_judges(6, 1);
    let (account, session) = world.customer(3);
    let order = world.order(JudgeId(1), World::session_target(3, session));
    let identity = OrderIdentity::Session(session);
    for holder in CUSTODIANS {
        world.done_by_holder(share(order, holder, identity.clone()), holder);
    }
    world.done_by_judge(confirm(order, identity), JudgeId(1));
    assert_eq!(world.state.account(&account).unwrap().freeze, FreezeState::ByOrder(order));
    world.pass_time(2 * ORDER_MS);
    let envelope = EnvelopeOf::Session(session);
    let shared = CUSTODIANS.map(|holder| Deed::Shared { holder, envelope });
    let [company, regulator] = shared;
    let opened = Deed::Opened { envelope, digest: Hash32([9; 32]) };
    assert_eq!(deeds(&world, order), [Deed::Approved, company, regulator, opened, Deed::Expired]);
    let story = world.state.orders().get(&order).unwrap().story();
    let heights: Vec<u64> = story.map(|step| step.height.0).collect();
    assert!(heights.is_sorted_by(|a, b| a < b), "{heights:?}");
}

/// A person with accounts at two banks: each bank names its own, one custodian has no part of one.
#[test]
fn a_person_at_two_banks() {
    let mut world = World::with_judges(6, 1);
    let (here, there) = (world.account(3, 500), world.account(4, 500));
    let order = world.order(JudgeId(1), person(Idx([7; 32]), &[3, 4]));
    world.done(answer(3, order, &[here]), 3);
    world.done(answer(4, order, &[there]), 4);
    let identity = OrderIdentity::Account(concealed(here));
    for holder in CUSTODIANS {
        world.done_by_holder(share(order, holder, identity.clone()), holder);
    }
    let refusal = RefuseOrder { order, holder: CUSTODIANS[1], why: RefusalCause::NoPart };
    world.done_by_holder(TxKind::RefuseOrder(refusal), CUSTODIANS[1]);
    world.done_by_judge(confirm(order, identity), JudgeId(1));
    let other = OrderIdentity::Account(concealed(there));
    world.refused_by_judge(confirm(order, other), JudgeId(1), Reason::NotShared);
    for account in [here, there] {
        assert_eq!(world.state.account(&account).unwrap().freeze, FreezeState::ByOrder(order));
    }
}

/// Impossible: both custodians without an active order, whatever they sign.
#[test]
fn custodians_without_an_order_leave_nothing_on_the_ledger() {
    let mut world = World::with_judges(6, 1);
    let (_, session) = world.customer(3);
    let invented = OrderId([7; 32]);
    for holder in CUSTODIANS {
        let ask = share(invented, holder, OrderIdentity::Session(session));
        world.refused_by_holder(ask, holder, Reason::UnknownOrder);
    }
    assert_eq!(world.state.orders().iter().len(), 0);
}

/// Impossible: an order that a home bank, or three banks, did not approve. Without approval there is no
/// order, no freeze and no share.
#[test]
fn an_order_that_was_rejected_never_was() {
    let mut world = World::with_judges(6, 1);
    let (account, session) = world.customer(3);
    let ends = world.next_time().plus(ORDER_MS);
    let asked = idx_types::testing::court_order(JudgeId(1), World::session_target(3, session), ends);
    let tx = world.tx_by(TxKind::CourtOrder(Box::new(asked)), &judge_key(JudgeId(1)));
    let rejected = Decision::Fail(Reason::NotTheTarget);
    world.apply_decided(std::slice::from_ref(&tx), &[rejected]);
    assert_eq!(world.state.account(&account).unwrap().freeze, FreezeState::Free);
    let ask = share(tx.id.into(), Holder::Company, OrderIdentity::Session(session));
    world.refused_by_holder(ask, Holder::Company, Reason::UnknownOrder);
}

/// Impossible: use after 24 h. Everything ends with the order's last millisecond.
#[test]
fn after_a_day_nothing_follows_an_order() {
    let mut world = World::with_judges(6, 1);
    let (account, session) = world.customer(3);
    let ends = world.next_time().plus(DAY_MS);
    let target = World::session_target(3, session);
    let order = world.ordered(idx_types::testing::court_order(JudgeId(1), target, ends));
    let identity = OrderIdentity::Session(session);
    for holder in CUSTODIANS {
        world.done_by_holder(share(order, holder, identity.clone()), holder);
    }
    world.pass_time(DAY_MS + 1);
    assert_eq!(world.state.orders().get(&order).unwrap().status(), OrderStatus::Expired);
    assert_eq!(world.state.account(&account).unwrap().freeze, FreezeState::Free);
    world.refused_by_judge(confirm(order, identity), JudgeId(1), Reason::OrderExpired);
    let why = RefusalCause::Declined;
    let refusal = TxKind::RefuseOrder(RefuseOrder { order, holder: Holder::Company, why });
    world.refused_by_holder(refusal, Holder::Company, Reason::OrderExpired);
    let release = idx_chain::testing::release(1, order, &[3]);
    world.refused_by_judge(release, JudgeId(1), Reason::OrderExpired);
}

/// Impossible: a half of one customer's envelope under an order for another. A custodian deceived about
/// the envelope is told by the half's commitment.
#[test]
fn a_half_of_another_envelope_does_not_open_this_one() {
    let mut world = World::with_judges(6, 1);
    let (_, session) = world.customer(3);
    let order = world.order(JudgeId(1), World::session_target(3, session));
    let identity = OrderIdentity::Session(session);
    let of_other_bank = half(BankId(4), Holder::Company, order);
    let ask = OrderShare { order, holder: Holder::Company, identity, half: of_other_bank.clone() };
    world.done_by(TxKind::OrderShare(Box::new(ask)), &holder_key(Holder::Company));
    let judge = hpke_secret(221);
    let [wrong, right] = [of_other_bank, half(BankId(3), Holder::Regulator(0), order)]
        .map(|sealed| open_half(&judge, &order.digest(), &sealed).unwrap());
    let envelope = envelope_of(BankId(3));
    assert!(envelope.check_half(&wrong).is_err(), "the custodian that gave it is exposed");
    assert!(envelope.check_half(&right).is_ok());
    assert!(envelope.open_with_halves(&wrong, &right, &Hash32::ZERO).is_err());
}

/// In one block each transaction sees those before it: order, shares and confirmation can settle together.
#[test]
fn order_and_shares_settle_in_one_block() {
    let mut world = World::with_judges(6, 1);
    let (_, session): (_, SessionId) = world.customer(3);
    let ends = world.next_time().plus(ORDER_MS);
    let asked = idx_types::testing::court_order(JudgeId(1), World::session_target(3, session), ends);
    let signed = world.tx_by(TxKind::CourtOrder(Box::new(asked)), &judge_key(JudgeId(1)));
    let (order, identity) = (OrderId::from(signed.id), OrderIdentity::Session(session));
    let mut txs = vec![signed];
    for holder in CUSTODIANS {
        txs.push(world.tx_by(share(order, holder, identity.clone()), &holder_key(holder)));
    }
    txs.push(world.tx_by(confirm(order, identity), &judge_key(JudgeId(1))));
    let backwards: Vec<_> = txs.iter().rev().cloned().collect();
    let outcomes = world.state.execute(&world.header(), &backwards, &[Decision::Pass; 4]).outcomes().to_vec();
    assert_eq!(outcomes[..3], [Outcome::Failed(Reason::UnknownOrder); 3]);
    assert_eq!(world.apply(&txs), [Outcome::Completed; 4]);
}
