//! A ledger in memory on which everything happened that can happen to court orders; for tests.

use super::{Docket, Rules};
use idx_chain::testing::{ORDER_MS, PastBlock, World, answer, release, share};
use idx_crypto::Hash32;
use idx_light::{Fact, Facts};
use idx_types::params::DAY_MS;
use idx_types::testing::{concealed, court_order, judge_key, person};
use idx_types::tx::{Change, ConfirmOpening, Freeze, OrderIdentity, RefusalCause, RefuseOrder};
use idx_types::{
    BankId, Decision, FreezeState, Holder, Idx, JudgeId, OrderId, PreparedTx, Reason, TimestampMs, TxKind,
};

/// The orders of a chain, from what a light client sees of these blocks.
pub fn docket_of(world: &World) -> Docket {
    let mut docket = Docket::default();
    for block in &world.blocks {
        let rules = Rules { banks: &block.validators, params: world.state.params() };
        docket.follow(&facts(block), rules);
    }
    docket
}

fn facts(block: &PastBlock) -> Facts {
    let public = |tx: &PreparedTx| PreparedTx::vouch(tx.tx.redacted());
    let numbered = (0..).zip(&block.txs).zip(&block.outcomes);
    Facts {
        height: block.height,
        time: block.time,
        miner: BankId(0),
        rules_changed: false,
        transactions: numbered
            .map(|((place, tx), outcome)| Fact { place, tx: public(tx), outcome: *outcome })
            .collect(),
    }
}

/// An order for a session: shared by both, opened, expired.
pub fn opened_and_expired(world: &mut World) -> OrderId {
    let (_, session) = world.customer(3);
    let order = world.order(JudgeId(1), World::session_target(3, session));
    let identity = OrderIdentity::Session(session);
    for holder in [Holder::Company, Holder::Regulator(0)] {
        world.done_by_holder(share(order, holder, identity.clone()), holder);
    }
    let confirm = ConfirmOpening { order, identity, digest: Hash32([9; 32]) };
    world.done_by_judge(TxKind::ConfirmOpening(confirm), JudgeId(1));
    world.pass_time(ORDER_MS + 1);
    order
}

/// An order for a person: answered, one account frozen besides, shared and refused, released.
pub fn answered_and_released(world: &mut World) -> OrderId {
    let (first, second) = (world.account(3, 500), world.account(3, 0));
    let order = world.order(JudgeId(1), person(Idx([7; 32]), &[3, 4]));
    world.done(answer(3, order, &[first]), 3);
    world.done(answer(4, order, &[]), 4);
    let (bank, handle, cause) = (BankId(3), concealed(second), FreezeState::ByOrder(order));
    world.done(TxKind::Freeze(Freeze { bank, handle, cause }), 3);
    let identity = OrderIdentity::Account(concealed(first));
    world.done_by_holder(share(order, Holder::Company, identity), Holder::Company);
    let holder = Holder::Regulator(0);
    let refusal = RefuseOrder { order, holder, why: RefusalCause::Declined };
    world.done_by_holder(TxKind::RefuseOrder(refusal), holder);
    world.done_by_judge(release(1, order, &[3, 4]), JudgeId(1));
    order
}

/// An order whose judge is retired while it lives, and one of another judge that lives on.
pub fn revoked_and_not(world: &mut World) -> [OrderId; 2] {
    let (_, session) = world.customer(3);
    let [revoked, alive] = [2, 1].map(|judge| world.order(JudgeId(judge), World::session_target(3, session)));
    world.decree(Change::RetireJudge(JudgeId(2)));
    [revoked, alive]
}

/// An order that a home bank rejected, and a share of an order that never was.
pub fn refused(world: &mut World) -> OrderId {
    let (_, session) = world.customer(3);
    let ends: TimestampMs = world.next_time().plus(ORDER_MS);
    let asked = court_order(JudgeId(1), World::session_target(3, session), ends);
    let tx = world.tx_by(TxKind::CourtOrder(Box::new(asked)), &judge_key(JudgeId(1)));
    world.apply_decided(std::slice::from_ref(&tx), &[Decision::Fail(Reason::NotTheTarget)]);
    let key = idx_chain::testing::holder_key(Holder::Company);
    let ghost = share(tx.id.into(), Holder::Company, OrderIdentity::Session(session));
    let ghost = world.tx_by(ghost, &key);
    world.apply(std::slice::from_ref(&ghost));
    tx.id.into()
}

/// Everything that can happen, and time enough that the first orders are folded away.
pub fn eventful() -> World {
    let mut world = World::with_judges(6, 2);
    opened_and_expired(&mut world);
    refused(&mut world);
    world.pass_time(8 * DAY_MS);
    answered_and_released(&mut world);
    revoked_and_not(&mut world);
    world
}
