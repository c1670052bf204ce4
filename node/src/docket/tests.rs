//! What the public chain tells of orders is what the ledger says of them.

use super::world::*;
use super::*;
use crate::audit::differences;
use crate::queries::orders::claims;
use idx_chain::testing::{ORDER_MS, World, share};
use idx_types::params::DAY_MS;
use idx_types::testing::hpke_secret;
use idx_types::tx::{AnnounceKeys, OrderIdentity};
use idx_types::{Holder, JudgeId, Reason};

fn ends(docket: &Docket, order: OrderId) -> Option<End> {
    docket.story(&order).unwrap().end()
}

#[test]
fn the_stories_are_those_of_the_ledger() {
    let mut world = World::with_judges(6, 2);
    let agree = |world: &World| {
        let found = differences(&docket_of(world), &claims(&world.state));
        assert!(found.is_empty(), "{found:?}");
    };
    let expired = opened_and_expired(&mut world);
    agree(&world);
    let released = answered_and_released(&mut world);
    agree(&world);
    let [revoked, alive] = revoked_and_not(&mut world);
    agree(&world);
    let docket = docket_of(&world);
    let found = [expired, released, revoked, alive].map(|order| ends(&docket, order));
    assert_eq!(found, [Some(End::Expired), Some(End::Released), Some(End::Revoked), None]);
    world.pass_time(9 * DAY_MS);
    agree(&world);
    agree(&eventful());
}

#[test]
fn what_was_tried_and_refused_is_told() {
    let mut world = World::with_judges(6, 1);
    let order = refused(&mut world);
    let docket = docket_of(&world);
    assert_eq!(docket.stories().len(), 0, "there never was an order");
    let told: Vec<_> = docket.attempts().iter().map(|one| (one.kind, one.order, one.reason)).collect();
    let expected =
        [("court_order", order, Reason::NotTheTarget), ("order_share", order, Reason::UnknownOrder)];
    assert_eq!(told, expected);
}

/// Between blocks a custodian's own clock counts as well.
#[test]
fn an_order_is_live_until_its_last_millisecond() {
    let mut world = World::with_judges(6, 1);
    let (_, session) = world.customer(3);
    let order = world.order(JudgeId(1), World::session_target(3, session));
    let docket = docket_of(&world);
    let story = docket.story(&order).unwrap();
    let ends = story.asked.expires_at;
    assert!(story.is_live(ends) && !story.is_live(ends.plus(1)));
    world.pass_time(ORDER_MS + 1);
    assert!(!docket_of(&world).story(&order).unwrap().is_live(ends), "the chain says that it is over");
}

#[test]
fn a_holder_s_shares_are_found_again_after_a_restart() {
    let mut world = World::with_judges(6, 1);
    let (_, session) = world.customer(3);
    let order = world.order(JudgeId(1), World::session_target(3, session));
    let identity = OrderIdentity::Session(session);
    let tx = world.done_by_holder(share(order, Holder::Company, identity.clone()), Holder::Company);
    let docket = docket_of(&world);
    let story = docket.story(&order).unwrap();
    assert_eq!(story.shares_of(Holder::Company).collect::<Vec<_>>(), [(tx.id, &identity)]);
    assert_eq!(story.shares_of(Holder::Regulator(0)).count(), 0);
    assert!(!story.is_refused_by(Holder::Company));
}

#[test]
fn announced_keys_are_remembered() {
    let mut world = World::new(6);
    assert_eq!(docket_of(&world).last_announced(), None);
    let day = NetworkDay(idx_types::testing::TEST_DAY.0 + 300);
    let day_keys = [(day, hpke_secret(249).public())].into();
    world.done_by_holder(TxKind::AnnounceKeys(AnnounceKeys { day_keys }), Holder::Company);
    assert_eq!(docket_of(&world).last_announced(), Some(day));
}
