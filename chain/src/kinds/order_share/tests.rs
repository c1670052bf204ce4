//! Shares: by whom, of what, when; and a share in a thief's hands.

use super::*;
use crate::testing::{ORDER_MS, World, answer, half, holder_key, share};
use idx_crypto::{Hash32, open_half};
use idx_types::params::DAY_MS;
use idx_types::testing::{concealed, envelope_of, hpke_secret, judge, person};
use idx_types::tx::OrderIdentity;
use idx_types::{AccountHandle, BankId, Idx, JudgeId, OrderId, PreparedTx, SessionId, TxKind};

const COMPANY: Holder = Holder::Company;
const RBI: Holder = Holder::Regulator(0);

/// A judge, a customer of bank 3 and an active order for the session.
fn scene() -> (World, SessionId, OrderId) {
    let mut world = World::with_judges(6, 1);
    let (_, session) = world.customer(3);
    let order = world.order(JudgeId(1), World::session_target(3, session));
    (world, session, order)
}

fn of_session(order: OrderId, holder: Holder, session: SessionId) -> TxKind {
    share(order, holder, OrderIdentity::Session(session))
}

fn of_account(order: OrderId, holder: Holder, account: AccountHandle) -> TxKind {
    share(order, holder, OrderIdentity::Account(concealed(account)))
}

/// From the ledger's two shares the judge, and only the judge, has the record.
#[test]
fn two_custodians_release_and_the_judge_reads() {
    let (mut world, session, order) = scene();
    let envelope = EnvelopeOf::Session(session);
    let mut halves = Vec::new();
    for holder in [COMPANY, RBI] {
        assert!(!world.state.orders().get(&order).unwrap().can_open(&envelope), "one alone opens nothing");
        let tx = world.done_by_holder(of_session(order, holder, session), holder);
        let TxKind::OrderShare(share) = &tx.tx.body.kind else { unreachable!() };
        halves.push(open_half(&hpke_secret(221), &order.digest(), &share.half).unwrap());
    }
    assert_eq!(hpke_secret(221).public(), judge(JudgeId(1)).hpke_key);
    assert!(world.state.orders().get(&order).unwrap().can_open(&envelope));
    let record = envelope_of(BankId(3)).open_with_halves(&halves[0], &halves[1], &Hash32::ZERO).unwrap();
    assert_eq!(record.as_slice(), b"nobody");
}

#[test]
fn refusals() {
    let (mut world, session, order) = scene();
    let (account, other) = world.customer(3);
    let TxKind::OrderShare(ask) = of_session(order, COMPANY, session) else { unreachable!() };
    let regulators = OrderShare { half: half(BankId(3), RBI, order), ..(*ask).clone() };
    let key = hpke_secret(7).public();
    let envelope = envelope_of(BankId(3)).open_company_half(&hpke_secret(250), &Hash32::ZERO).unwrap();
    let to_another = idx_crypto::seal_half_to(&key, &envelope, &order.digest(), &[1; 32]);
    let strangers = OrderShare { half: to_another, ..(*ask).clone() };
    let table: [(TxKind, Holder, Reason); 8] = [
        (of_session(order, COMPANY, session), RBI, Reason::WrongSigner),
        (of_session(order, RBI, session), COMPANY, Reason::WrongSigner),
        (of_session(order, Holder::Regulator(1), session), RBI, Reason::UnknownHolder),
        (of_session(OrderId([7; 32]), COMPANY, session), COMPANY, Reason::UnknownOrder),
        (of_session(order, COMPANY, other), COMPANY, Reason::NotTheTarget),
        (of_account(order, COMPANY, account), COMPANY, Reason::NotTheTarget),
        (TxKind::OrderShare(Box::new(regulators)), COMPANY, Reason::BadShare),
        (TxKind::OrderShare(Box::new(strangers)), COMPANY, Reason::BadShare),
    ];
    for (kind, signer, reason) in table {
        world.refused_by_holder(kind, signer, reason);
    }
    world.done_by_holder(of_session(order, COMPANY, session), COMPANY);
    world.refused_by_holder(of_session(order, COMPANY, session), COMPANY, Reason::AlreadyAnswered);
}

#[test]
fn of_a_person_only_the_accounts_that_a_bank_named() {
    let mut world = World::with_judges(6, 1);
    let (named, other, (_, session)) = (world.account(3, 0), world.account(3, 0), world.customer(3));
    let order = world.order(JudgeId(1), person(Idx([7; 32]), &[3]));
    world.refused_by_holder(of_account(order, RBI, named), RBI, Reason::NotTheTarget);
    world.done(answer(3, order, &[named]), 3);
    world.done_by_holder(of_account(order, RBI, named), RBI);
    world.refused_by_holder(of_account(order, RBI, named), RBI, Reason::AlreadyAnswered);
    world.refused_by_holder(of_account(order, RBI, other), RBI, Reason::NotTheTarget);
    world.refused_by_holder(of_session(order, RBI, session), RBI, Reason::NotTheTarget);
}

/// Attacks 4.5: no active order, before it settles, after its time, after its release.
#[test]
fn only_while_the_order_is_active() {
    let mut world = World::with_judges(6, 1);
    let (_, session) = world.customer(3);
    let target = World::session_target(3, session);
    let ends = world.next_time().plus(ORDER_MS);
    let asked = idx_types::testing::court_order(JudgeId(1), target.clone(), ends);
    let signed = world.tx_by(TxKind::CourtOrder(Box::new(asked)), &idx_types::testing::judge_key(JudgeId(1)));
    let order = OrderId::from(signed.id);
    world.refused_by_holder(of_session(order, COMPANY, session), COMPANY, Reason::UnknownOrder);
    world.apply(&[signed]);
    let early = world.tx_by(of_session(order, COMPANY, session), &holder_key(COMPANY));
    assert_eq!(world.state.precheck(&early, ends), Ok(()), "in its last millisecond");
    assert_eq!(world.state.precheck(&early, ends.plus(1)), Err(Reason::OrderExpired), "and not after");
    world.pass_time(DAY_MS);
    world.refused_by_holder(of_session(order, COMPANY, session), COMPANY, Reason::OrderExpired);

    let released = world.order(JudgeId(1), target);
    world.done_by_judge(crate::testing::release(1, released, &[3]), JudgeId(1));
    world.refused_by_holder(of_session(released, COMPANY, session), COMPANY, Reason::OrderReleased);
}

/// Attack 4.5: a share moved from one order to another. The custodian's signature falls; signed anew by
/// a custodian who was deceived, it does not open.
#[test]
fn a_share_serves_for_one_order() {
    let (mut world, session, order) = scene();
    let second = world.order(JudgeId(1), World::session_target(3, session));
    let tx = world.tx_by(of_session(order, COMPANY, session), &holder_key(COMPANY));
    let mut moved = (*tx.tx).clone();
    let TxKind::OrderShare(share) = &mut moved.body.kind else { unreachable!() };
    share.order = second;
    let (half, moved) = (share.half.clone(), PreparedTx::verify(moved, &idx_crypto::Ed25519));
    world.assert_refused(&moved, Reason::BadSignature);
    assert!(open_half(&hpke_secret(221), &second.digest(), &half).is_err());
    assert!(open_half(&hpke_secret(221), &order.digest(), &half).is_ok());
}
