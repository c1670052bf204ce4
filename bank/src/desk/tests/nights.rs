//! The network day turns: sessions and tags change, transfers on their way settle.

use super::*;
use crate::pseudonym::{TagKey, TagKeys, receiver_tag};

/// A minute before and after midnight.
const BEFORE: TimestampMs = TimestampMs(20_001 * world::DAY_MS - 60_000);
const AFTER: TimestampMs = TimestampMs(20_001 * world::DAY_MS + 60_000);

#[test]
fn an_intent_of_yesterday_is_accepted_and_settles_today() {
    let mut world = World::new();
    world.now = BEFORE;
    world.block();
    let id = world.intent(10);
    let open = world.intent(20);
    world.now = AFTER;
    world.block();
    world.accept(1, id).unwrap();
    world.block();
    world.block();
    assert_eq!(world.banks[0].outgoing(id).unwrap().status(), Status::Completed);

    let today = world.intent(30);
    let sessions: Vec<SessionId> = world.ledger.sessions.iter().map(|session| session.id).collect();
    assert_eq!(sessions.len(), 3, "Asha's of two days, Bilal's of one");
    assert_ne!(sessions[0], sessions[2]);
    assert!(world.banks[1].incoming(today).is_some(), "today's tags were ready");
    world.accept(2, open).unwrap();
    world.block();
    world.block();
    assert_eq!(world.banks[0].outgoing(open).unwrap().status(), Status::Completed);
}

#[test]
fn tags_are_made_ahead_and_once() {
    let mut world = World::new();
    let tags = |effects: Vec<&'static str>| effects.iter().filter(|effect| **effect == "tags").count();
    assert_eq!(tags(world.step(1, Input::Height)), 0, "tomorrow's were made at the first height");
    world.now = AFTER;
    assert_eq!(tags(world.step(1, Input::Height)), 1, "the day after");
    assert_eq!(tags(world.step(1, Input::Height)), 0);
    world.now = world.now.plus(10 * world::DAY_MS);
    assert_eq!(tags(world.step(1, Input::Height)), 3, "a bank that slept makes three days'");
    let id = world.intent(10);
    assert!(world.banks[1].incoming(id).is_some());
}

/// A session that is opened at the last moment would reach the ledger too late: the next day's is opened,
/// which every payment of that day goes on with, and the night after the same again.
#[test]
fn who_pays_first_in_the_last_seconds_of_a_day_pays_in_tomorrows_session() {
    let midnight = NetworkDay(20_001).start();
    let from = |world: &World, id| match world.banks[0].outgoing(id).unwrap().intent.body.kind {
        TxKind::Transfer(ask) => ask.from,
        other => panic!("{other:?}"),
    };
    let mut world = World::new();
    world.now = TimestampMs(midnight.0 - 10);
    let (sender, account) = (*person(ASHA).idx(), world.account_of(0, ASHA).handle);
    let to = Recipient::Idx(*person(BILAL).idx());
    let send = Ask::Send { sender, account, to, amount: Paise(1_000), life_ms: None, memo: None };
    let Ok(Answer::Sent(late)) = world.ask(0, send) else { panic!("sent") };
    world.now = midnight.plus(200);
    world.block();
    assert_eq!(world.banks[0].outgoing(late).unwrap().status(), Status::AwaitingReceiver);
    world.accept(1, late).unwrap();
    (0..2).for_each(|_| world.block());
    assert_eq!(world.banks[0].outgoing(late).unwrap().status(), Status::Completed);
    world.now = midnight.plus(world::DAY_MS / 2);
    let noon = world.intent(10);
    assert_eq!(from(&world, late), from(&world, noon), "one session an account and a day");
    let session = world.ledger.session(&from(&world, noon)).unwrap();
    assert_eq!(session.expires_at, TimestampMs(midnight.0 - 10 + world::DAY_MS), "24 h are the most");
    world.now = session.expires_at;
    let next = world.intent(10);
    assert_ne!(from(&world, noon), from(&world, next), "what has ended on the ledger is not used");
    world.now = midnight.plus(world::DAY_MS * 3 / 2);
    let last = world.intent(10);
    assert_eq!(from(&world, next), from(&world, last));
}

/// A sender whose clock is ahead makes an intent of tomorrow.
#[test]
fn an_intent_of_tomorrow_is_recognised() {
    let mut world = World::new();
    world.now = AFTER;
    let id = world.intent(10);
    let intent = world.banks[0].outgoing(id).unwrap().intent;
    let mut behind = World::new();
    behind.ledger.sessions = world.ledger.sessions;
    behind.now = BEFORE;
    behind.step(1, Input::Intent(Box::new(intent)));
    assert!(behind.banks[1].incoming(id).is_some());
}

#[test]
fn keys_of_sessions_end_with_their_retention() {
    let mut world = World::new();
    world.intent(10);
    let session = world.ledger.sessions[0].id;
    let known = |world: &World| world.banks[0].shelf().session_of_id(&session).unwrap().is_some();
    for (days, is_kept) in [(1, true), (60, true), (120, false)] {
        world.now = NOON.plus(days * world::DAY_MS);
        world.block();
        assert_eq!(known(&world), is_kept, "after {days} days");
    }
}

/// The key of tags turns when a bank leaves: what is under way is still recognised and accepted, and what
/// is sent afterwards is made with the new key.
#[test]
fn the_turn_of_the_tag_key_loses_no_intent() {
    let mut world = World::new();
    let before = world.intent(10);
    let newest = TagKey::of_chain_key(&[4; 32]);
    world.tag_keys = TagKeys::new(newest.clone(), vec![world::tag_key()]);
    let old_tag = receiver_tag(&world::tag_key(), person(BILAL).idx(), NetworkDay::of(world.now));
    for bank in 0..world.banks.len() {
        world.step(bank, Input::TagKeys(world.tag_keys.clone()));
    }
    world.accept(1, before).unwrap();
    let after = world.intent(20);
    let tag = |id| match &world.banks[0].outgoing(id).unwrap().intent.body.kind {
        TxKind::Transfer(ask) => *ask.tag.shown().unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(tag(before), old_tag);
    assert_eq!(tag(after), receiver_tag(&newest, person(BILAL).idx(), NetworkDay::of(world.now)));
    world.accept(2, after).unwrap();
    (0..2).for_each(|_| world.block());
    let done = |world: &World, id| world.banks[0].outgoing(id).unwrap().status();
    assert_eq!((done(&world, before), done(&world, after)), (Status::Completed, Status::Completed));
}
