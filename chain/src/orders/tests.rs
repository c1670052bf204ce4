//! Orders in time: their end, what they froze, and what is kept of them.

use super::*;
use crate::testing::{ORDER_MS, World, release};
use idx_types::testing::{concealed, court_order};
use idx_types::tx::{Change, Freeze};
use idx_types::{Height, Outcome, SessionId, TxKind};

fn freeze_of(world: &World, account: &AccountHandle) -> FreezeState {
    world.state.account(account).unwrap().freeze
}

/// An order for bank 3's session that lives so long.
fn order_for(world: &mut World, session: SessionId, life_ms: u64) -> OrderId {
    let ends = world.next_time().plus(life_ms);
    world.ordered(court_order(JudgeId(1), World::session_target(3, session), ends))
}

/// The block in which the time is over already runs without the freeze, and its root says so.
#[test]
fn a_freeze_ends_with_the_orders_time() {
    let mut world = World::with_judges(6, 1);
    let ((account, session), (_, other)) = (world.customer(3), world.customer(4));
    let order = order_for(&mut world, session, 5_000);
    for _ in 0..5 {
        assert_eq!(world.pays((3, session), (4, other)), Outcome::Failed(Reason::AccountFrozen));
        assert_eq!(freeze_of(&world, &account), FreezeState::ByOrder(order));
    }
    assert_eq!(world.state.tip().timestamp, world.state.orders().get(&order).unwrap().asked.expires_at);
    let before = world.state.parts().registries;
    assert_eq!(world.pays((3, session), (4, other)), Outcome::Completed);
    assert_eq!(freeze_of(&world, &account), FreezeState::Free);
    assert_ne!(world.state.parts().registries, before);
    assert_eq!(world.state.orders().get(&order).unwrap().status(), OrderStatus::Expired);
}

/// The account stands still until the last order ends, however each of them ends.
#[test]
fn two_orders_on_one_account() {
    let mut world = World::with_judges(6, 1);
    let (account, session) = world.customer(3);
    let short = order_for(&mut world, session, ORDER_MS);
    let long = order_for(&mut world, session, 2 * ORDER_MS);
    let released = order_for(&mut world, session, ORDER_MS);
    world.done_by_judge(release(1, released, &[3]), JudgeId(1));
    assert_eq!(freeze_of(&world, &account), FreezeState::ByOrder(short.min(long)));
    world.pass_time(ORDER_MS);
    assert_eq!(world.state.orders().get(&short).unwrap().status(), OrderStatus::Expired);
    assert_eq!(freeze_of(&world, &account), FreezeState::ByOrder(long));
    world.pass_time(ORDER_MS);
    assert_eq!(freeze_of(&world, &account), FreezeState::Free);
    assert!(world.state.orders().holds.is_empty());
}

/// A bank's own freeze outlives an order that came over it, and comes over no order.
#[test]
fn a_banks_freeze_comes_back() {
    let mut world = World::with_judges(6, 1);
    let (account, session) = world.customer(3);
    world.done(world.freeze(3, account), 3);
    let order = order_for(&mut world, session, ORDER_MS);
    assert_eq!(freeze_of(&world, &account), FreezeState::ByOrder(order));
    world.refused(world.freeze(3, account), 3, Reason::FrozenByOrder);
    let lift = TxKind::Unfreeze(idx_types::testing::account_ref(BankId(3), account));
    world.refused(lift.clone(), 3, Reason::FrozenByOrder);
    world.pass_time(2 * ORDER_MS);
    assert_eq!(freeze_of(&world, &account), FreezeState::ByBank(1));
    world.done(lift, 3);
    assert_eq!(freeze_of(&world, &account), FreezeState::Free);
}

/// A bank's freeze for an order names an active order that asks for one and is for that account.
#[test]
fn a_bank_freezes_for_an_order_only_what_it_is_for() {
    let mut world = World::with_judges(6, 1);
    let ((account, session), (other, _), (elsewhere, _)) =
        (world.customer(3), world.customer(3), world.customer(4));
    let held = order_for(&mut world, session, ORDER_MS);
    let ends = world.next_time().plus(ORDER_MS);
    let mut quiet = court_order(JudgeId(1), World::session_target(3, session), ends);
    quiet.freeze = false;
    let quiet = world.ordered(quiet);
    let person = world.order(JudgeId(1), idx_types::testing::person(idx_types::Idx([7; 32]), &[3]));
    let ask = |bank, account, order| {
        let (bank, handle, cause) = (BankId(bank), concealed(account), FreezeState::ByOrder(order));
        TxKind::Freeze(Freeze { bank, handle, cause })
    };
    let table = [
        (ask(3, account, OrderId([7; 32])), 3, Reason::UnknownOrder),
        (ask(3, account, quiet), 3, Reason::NoFreezeOrdered),
        (ask(3, other, held), 3, Reason::NotTheTarget),
        (ask(4, elsewhere, held), 4, Reason::NotTheTarget),
        (ask(4, elsewhere, person), 4, Reason::NotTheTarget),
        (ask(3, account, held), 3, Reason::FrozenByOrder),
    ];
    for (kind, bank, reason) in table {
        world.refused(kind, bank, reason);
    }
    world.done(ask(3, other, person), 3);
    world.done(ask(3, account, person), 3);
    assert_eq!(world.state.orders().get(&person).unwrap().held.len(), 2);
    world.pass_time(2 * ORDER_MS);
    world.refused(ask(3, other, person), 3, Reason::OrderExpired);
    assert_eq!(
        (freeze_of(&world, &other), freeze_of(&world, &account)),
        (FreezeState::Free, FreezeState::Free)
    );
}

/// What is frozen for one order is bounded, whatever a bank does.
#[test]
fn an_order_freezes_so_many_accounts() {
    let mut world = World::with_judges(6, 1);
    let person = world.order(JudgeId(1), idx_types::testing::person(idx_types::Idx([7; 32]), &[3]));
    let handles: Vec<AccountHandle> = (0..=HELD_PER_ORDER_MAX as u64).map(crate::testing::handle).collect();
    let freeze = |handle: &AccountHandle| {
        let cause = FreezeState::ByOrder(person);
        TxKind::Freeze(Freeze { bank: BankId(3), handle: concealed(*handle), cause })
    };
    let open = |handle: &AccountHandle| idx_types::testing::open_account(BankId(3), *handle);
    let opened: Vec<_> = handles.iter().map(|handle| world.bank_tx(open(handle), 3)).collect();
    world.apply(&opened);
    let frozen: Vec<_> = handles.iter().map(|handle| world.bank_tx(freeze(handle), 3)).collect();
    let outcomes = world.apply(&frozen);
    let (last, rest) = outcomes.split_last().unwrap();
    assert!(rest.iter().all(|outcome| *outcome == Outcome::Completed));
    assert_eq!(*last, Outcome::Failed(Reason::TooManyOrders));
    world.pass_time(2 * ORDER_MS);
    assert!(handles.iter().all(|handle| freeze_of(&world, handle) == FreezeState::Free));
}

#[test]
fn an_order_is_kept_a_week_and_then_in_a_digest() {
    let mut world = World::with_judges(6, 1);
    let (_, session) = world.customer(3);
    let (first, second) = (order_for(&mut world, session, 60_000), order_for(&mut world, session, 90_000));
    world.pass_time(120_000);
    let entries = [first, second].map(|order| world.state.orders().get(&order).unwrap().clone());
    assert_eq!(*world.state.orders().past(), PastOrders::default());
    world.pass_time(ORDER_KEPT_MS);
    assert_eq!(world.state.orders().iter().len(), 0);
    assert_eq!(*world.state.orders().past(), PastOrders::default().with(&entries[0]).with(&entries[1]));
    assert!(world.state.orders().agenda.is_empty());
    let share = crate::testing::share(first, Holder::Company, idx_types::tx::OrderIdentity::Session(session));
    world.refused_by_holder(share, Holder::Company, Reason::UnknownOrder);
}

#[test]
fn an_entry_tells_its_story() {
    let mut world = World::with_judges(6, 1);
    let (_, session) = world.customer(3);
    let order = order_for(&mut world, session, ORDER_MS);
    let share = crate::testing::share(order, Holder::Company, idx_types::tx::OrderIdentity::Session(session));
    let shared = world.done_by_holder(share, Holder::Company);
    let at = world.state.tip().height.0;
    world.pass_time(2 * ORDER_MS);
    let entry = world.state.orders().get(&order).unwrap();
    let told: Vec<String> = entry.story().map(ToString::to_string).collect();
    let expected = [
        format!("height {}: approved and active ({order})", at - 1),
        format!("height {at}: company released its half of {session} ({})", shared.id),
        format!("height {}: expired", at + 1),
    ];
    assert_eq!(told, expected);
    assert_eq!(entry.story().next().unwrap().height, Height(at - 1));
}

/// Every way to a state leads to the same root, with orders alive, expired and folded away.
#[test]
fn a_snapshot_carries_orders_and_their_ends() {
    let mut world = World::with_judges(6, 1);
    let (account, session) = world.customer(3);
    order_for(&mut world, session, ORDER_MS);
    world.decree(Change::RegisterJudge(Box::new(idx_types::testing::judge(JudgeId(2)))));
    for pause in [1, 2 * ORDER_MS, ORDER_KEPT_MS, 1] {
        let restored = crate::State::restore(world.state.snapshot()).unwrap();
        assert_eq!(restored.root(), world.state.root());
        let header =
            idx_types::PublicHeader { timestamp: world.state.tip().timestamp.plus(pause), ..world.header() };
        assert_eq!(restored.execute(&header, &[], &[]), world.state.execute(&header, &[], &[]));
        world.pass_time(pause);
    }
    assert_eq!(freeze_of(&world, &account), FreezeState::Free);
}
