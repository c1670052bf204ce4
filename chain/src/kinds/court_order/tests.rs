//! Orders: what is accepted, every refusal, and a judge's signature in a thief's hands.

use super::*;
use crate::testing::{ORDER_MS, World};
use idx_types::params::DAY_MS;
use idx_types::testing::{court_order, hpke_secret, judge_key, person};
use idx_types::tx::{Change, OrderTarget, Party, PartySought};
use idx_types::{BankId, FreezeState, Idx, JudgeId, OrderId, SessionId, TxId, TxKind};

fn party(bank: u16, session: SessionId) -> OrderTarget {
    let tx = TxId([4; 32]);
    OrderTarget::Party(PartySought { tx, party: Party::Sender, session, bank: BankId(bank) })
}

#[test]
fn is_active_and_freezes_as_soon_as_it_settles() {
    let mut world = World::with_judges(6, 1);
    let ((account, session), (_, other)) = (world.customer(3), world.customer(4));
    for target in [World::session_target(3, session), party(3, session)] {
        let order = world.order(JudgeId(1), target.clone());
        let entry = world.state.orders().get(&order).unwrap();
        assert_eq!((entry.status(), &entry.asked.target), (crate::OrderStatus::Active, &target));
        assert_eq!(entry.steps[0].height, world.state.tip().height);
        assert!(matches!(world.state.account(&account).unwrap().freeze, FreezeState::ByOrder(_)));
        assert!(matches!(
            world.pays((3, session), (4, other)),
            idx_types::Outcome::Failed(Reason::AccountFrozen)
        ));
        assert!(matches!(
            world.pays((4, other), (3, session)),
            idx_types::Outcome::Failed(Reason::AccountFrozen)
        ));
    }
}

#[test]
fn without_freeze_money_moves_on() {
    let mut world = World::with_judges(6, 1);
    let ((_, session), (_, other)) = (world.customer(3), world.customer(4));
    let ends = world.next_time().plus(ORDER_MS);
    let mut asked = court_order(JudgeId(1), World::session_target(3, session), ends);
    asked.freeze = false;
    world.ordered(asked);
    assert_eq!(world.pays((3, session), (4, other)), idx_types::Outcome::Completed);
}

#[test]
fn refusals() {
    let mut world = World::with_judges(6, 2);
    let (_, session) = world.customer(3);
    let (now, target) = (world.next_time(), World::session_target(3, session));
    let known = court_order(JudgeId(1), target, now.plus(ORDER_MS));
    let nobody = SessionId([7; 32]);
    let nowhere = |bank| OrderTarget::Session { session, bank: BankId(bank) };
    type Change<'a> = &'a dyn Fn(&mut CourtOrder);
    let table: [(Change<'_>, u16, Reason); 14] = [
        (&|o| o.judge = JudgeId(9), 1, Reason::UnknownJudge),
        (&|_| (), 2, Reason::WrongSigner),
        (&|o| o.judge = JudgeId(2), 1, Reason::WrongSigner),
        (&|o| o.case_number.clear(), 1, Reason::BadOrder),
        (&|o| o.reason = "r".repeat(257), 1, Reason::BadOrder),
        (&|o| o.target = person(Idx([1; 32]), &[]), 1, Reason::BadOrder),
        (&|o| o.target = person(Idx([1; 32]), &[0, 1, 2, 3, 4, 5, 6, 7, 8]), 1, Reason::BadOrder),
        (&|o| o.expires_at = now.plus(DAY_MS + 1), 1, Reason::OrderTooLong),
        (&|o| o.expires_at = TimestampMs(now.0 - 1), 1, Reason::OrderExpired),
        (&|o| o.target = nowhere(9), 1, Reason::UnknownBank),
        (&|o| o.target = person(Idx([1; 32]), &[3, 9]), 1, Reason::UnknownBank),
        (&|o| o.target = World::session_target(3, nobody), 1, Reason::UnknownSession),
        (&|o| o.target = nowhere(4), 1, Reason::WrongHomeBank),
        (&|o| o.target = party(4, session), 1, Reason::WrongHomeBank),
    ];
    for (change, signer, reason) in table {
        let mut asked = known.clone();
        change(&mut asked);
        world.refused_by_judge(TxKind::CourtOrder(Box::new(asked)), JudgeId(signer), reason);
    }
    let mut longest = known;
    longest.expires_at = world.next_time().plus(DAY_MS);
    world.ordered(longest);
}

#[test]
fn the_home_banks_must_approve() {
    let ends = TimestampMs(5);
    let of = |target| TxKind::CourtOrder(Box::new(court_order(JudgeId(1), target, ends))).involved_banks();
    assert!(of(party(3, SessionId([1; 32]))).iter().eq([BankId(3)]));
    assert!(of(person(Idx([1; 32]), &[5, 2])).iter().eq([BankId(2), BankId(5)]));
}

#[test]
fn a_judge_cannot_crowd_out_the_others() {
    let mut world = World::with_judges(6, 2);
    let (_, session) = world.customer(3);
    let (target, ends) = (World::session_target(3, session), world.next_time().plus(ORDER_MS));
    let ask = |judge| TxKind::CourtOrder(Box::new(court_order(JudgeId(judge), target.clone(), ends)));
    let of_one: Vec<_> =
        (0..crate::ORDERS_PER_JUDGE_MAX).map(|_| world.tx_by(ask(1), &judge_key(JudgeId(1)))).collect();
    assert!(world.apply(&of_one).iter().all(|outcome| *outcome == idx_types::Outcome::Completed));
    world.refused_by_judge(ask(1), JudgeId(1), Reason::TooManyOrders);
    world.done_by_judge(ask(2), JudgeId(2));
}

/// Attacks 4.5: a retired judge orders; what the judge ordered before ends with the office.
#[test]
fn a_retired_judge_orders_nothing_and_leaves_nothing_behind() {
    let mut world = World::with_judges(6, 1);
    let (account, session) = world.customer(3);
    let order = world.order(JudgeId(1), World::session_target(3, session));
    world.decree(Change::RetireJudge(JudgeId(1)));
    assert_eq!(world.state.account(&account).unwrap().freeze, FreezeState::Free);
    assert_eq!(world.state.orders().get(&order).unwrap().status(), crate::OrderStatus::Revoked);
    let ends = world.next_time().plus(ORDER_MS);
    let again = court_order(JudgeId(1), World::session_target(3, session), ends);
    world.refused_by_judge(TxKind::CourtOrder(Box::new(again)), JudgeId(1), Reason::JudgeRetired);
    let release = crate::testing::release(1, order, &[3]);
    world.refused_by_judge(release, JudgeId(1), Reason::JudgeRetired);
}

/// Attack 4.5: an order replayed for another target. Whatever a thief changes, the judge's signature
/// falls; unchanged, it settles once.
#[test]
fn a_signature_serves_for_one_target_key_and_time() {
    let mut world = World::with_judges(6, 1);
    let ((_, session), (_, other)) = (world.customer(3), world.customer(3));
    let ends = world.next_time().plus(ORDER_MS);
    let asked = court_order(JudgeId(1), World::session_target(3, session), ends);
    let signed = world.tx_by(TxKind::CourtOrder(Box::new(asked)), &judge_key(JudgeId(1)));
    type Spoil<'a> = &'a dyn Fn(&mut CourtOrder);
    let thefts: [Spoil<'_>; 4] = [
        &|o| o.target = World::session_target(3, other),
        &|o| o.answer_key = hpke_secret(99).public(),
        &|o| o.expires_at = ends.plus(1),
        &|o| o.freeze = false,
    ];
    for spoil in thefts {
        let mut stolen = (*signed.tx).clone();
        let TxKind::CourtOrder(order) = &mut stolen.body.kind else { unreachable!() };
        spoil(order);
        let stolen = PreparedTx::verify(stolen, &idx_crypto::Ed25519);
        world.assert_refused(&stolen, Reason::BadSignature);
    }
    world.apply(std::slice::from_ref(&signed));
    assert!(world.state.orders().get(&OrderId::from(signed.id)).is_some());
    world.assert_refused(&signed, Reason::Replayed);
}
