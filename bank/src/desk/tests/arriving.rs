//! What a traveller is told: that an account is open, closed, closed by the bank, or that nothing came of it.

use super::travel::{abroad, asha, leave, signed, signs_herself};
use super::world::{ASHA, DAY_MS, World};
use super::*;
use crate::vault::{Matter, Turn};
use idx_crypto::SecretKey;
use idx_types::tx::Closing;
use idx_types::{AccountHandle, Height, Paise, Rate, Reason, TxKind};

fn news(world: &World) -> Vec<Turn> {
    let page = world.banks[0].shelf().news(&asha(), 0, usize::MAX).unwrap();
    page.items.into_iter().map(|news| news.turn).collect()
}

/// What it is of, what became of it, rupees, the height.
type Told = (Matter, Option<Status>, Paise, Option<Height>);

fn told(turn: &Turn) -> Told {
    (turn.matter, turn.status, turn.amount, turn.height)
}

fn close(world: &mut World, account: AccountHandle) -> TxId {
    let asked = world.ask(0, Ask::CloseTravel { owner: asha(), account });
    let Ok(Answer::Submitted(id)) = asked else { panic!("{asked:?}") };
    id
}

const OPENED: Told = (Matter::TravelOpening, Some(Status::Completed), Paise(1_000_000), Some(Height(2)));
const CAME_HOME: Paise = Paise(997_002);

#[test]
fn an_opening_and_a_closing_are_told_when_they_are_final_and_once() {
    let mut world = World::new();
    let (_, travel) = abroad(&mut world, 30);
    assert_eq!(news(&world).iter().map(told).collect::<Vec<_>>(), [OPENED]);
    let id = close(&mut world, travel);
    assert_eq!(news(&world).len(), 1, "it is on its way");
    (0..3).for_each(|_| world.block());
    let all = news(&world);
    let closed = (Matter::TravelClosing, Some(Status::Completed), CAME_HOME, Some(Height(3)));
    assert_eq!(all.iter().map(told).collect::<Vec<_>>(), [OPENED, closed]);
    assert_eq!((all[1].id, all[1].before, all[1].reason), (id, Some(Status::Pending), None));
    world.now = world.now.plus(40 * DAY_MS);
    world.restart(0);
    (0..2).for_each(|_| world.block());
    assert_eq!(news(&world), all, "after its last day nothing else is told of it");
}

/// The bank closes it, goes down before it has seen that, and tells it all the same.
#[test]
fn an_expiry_is_told_with_what_came_back() {
    let mut world = World::new();
    let (_, travel) = abroad(&mut world, 1);
    world.now = world.now.plus(2 * DAY_MS);
    (0..2).for_each(|_| world.block());
    world.restart(0);
    (0..3).for_each(|_| world.block());
    let all = news(&world);
    let expired = (Matter::TravelExpiry, Some(Status::Completed), CAME_HOME, Some(Height(3)));
    assert_eq!(all.iter().map(told).collect::<Vec<_>>(), [OPENED, expired]);
    let (_, by, _) = world.ledger.closings.iter().find(|(closed, ..)| *closed == travel).unwrap();
    assert_eq!((all[1].id, all[1].before, all[1].session), (*by, None, SessionId([0; 32])));
}

/// How an opening comes to nothing.
type End = fn(&mut World);

#[test]
fn what_comes_to_nothing_is_told_with_why() {
    let table: [(&str, Status, Option<Reason>, End); 2] = [
        ("the rate moved", Status::Failed, Some(Reason::BelowLeast), |world| {
            world.ledger.rate = Some(Rate(9_000_000_000));
        }),
        ("no block in time", Status::Expired, None, |world| {
            world.block();
            world.pool.clear();
            world.now = world.now.plus(700_000);
        }),
    ];
    for (what, status, reason, end) in table {
        let mut world = World::new();
        let opened = world.ask(0, leave(&world, 10_000, 30)).unwrap();
        let Answer::AccountOpening { tx, .. } = opened else { panic!("{opened:?}") };
        end(&mut world);
        (0..3).for_each(|_| world.block());
        let all = news(&world);
        assert_eq!(all.len(), 1, "{what}");
        assert_eq!((all[0].id, all[0].status, all[0].reason), (tx, Some(status), reason), "{what}");
        assert_eq!((all[0].matter, all[0].amount), (Matter::TravelOpening, Paise(1_000_000)), "{what}");
        let source = world.account_of(0, ASHA);
        assert_eq!(world.balance(&source), Paise(10_000_000), "{what}");
    }
}

/// What a journey needs is submitted once with it, and again if nothing is seen of it.
#[test]
fn a_journey_whose_session_was_lost_asks_for_it_again() {
    let mut world = World::new();
    let opened = world.ask(0, leave(&world, 10_000, 30)).unwrap();
    let Answer::AccountOpening { handle, .. } = opened else { panic!("{opened:?}") };
    world.pool.clear();
    world.block();
    assert!(world.pool.is_empty(), "it may still come");
    world.now = world.now.plus(RESUBMIT_AFTER_MS);
    (0..4).for_each(|_| world.block());
    world.now = world.now.plus(RESUBMIT_AFTER_MS);
    (0..2).for_each(|_| world.block());
    assert!(world.ledger.account(&handle).is_some());
}

/// The desk weighs what it is shown; what goes past it is not let through.
#[test]
fn what_a_customer_signed_and_did_not_show_to_his_bank_does_not_settle() {
    let mut world = World::new();
    let [own, key] = [77, 78].map(|seed| SecretKey::from_seed(&[seed; 32]));
    let source = signs_herself(&mut world, &own, &key);
    let body = travel::told(world.ask(0, leave(&world, 10_000, 30)));
    world.block();
    world.pool.push(body.sign(&[&key]));
    (0..2).for_each(|_| world.block());
    assert_eq!(world.balance(&source), Paise(10_000_000));
}

#[test]
fn a_signature_counts_in_its_time_and_if_it_is_one() {
    let mut world = World::new();
    let [own, key] = [77, 78].map(|seed| SecretKey::from_seed(&[seed; 32]));
    signs_herself(&mut world, &own, &key);
    let body = travel::told(world.ask(0, leave(&world, 10_000, 30)));
    let in_time = world.now;
    world.now = body.valid_until;
    assert_eq!(world.ask(0, signed(&body, &key)), Err(Refusal::TransferExpired));
    world.now = in_time;
    assert!(matches!(world.ask(0, signed(&body, &key)), Ok(Answer::AccountOpening { .. })));
    assert_eq!(world.ask(0, signed(&body, &own)), Err(Refusal::BadSignature), "though it is signed");
}

/// At the end of the last day both want to close it. The bank's transaction comes first, and the customer's
/// own is not said to have done it.
#[test]
fn a_closing_that_the_bank_overtook_is_told_as_such() {
    let mut world = World::new();
    let (_, travel) = abroad(&mut world, 1);
    let midnight = NetworkDay(NetworkDay::of(world.now).0 + 1).end();
    world.now = TimestampMs(midnight.0 - 300_000);
    let id = close(&mut world, travel);
    world.now = midnight.plus(1);
    world.block();
    let is_expiry = |tx: &Transaction| match &tx.body.kind {
        TxKind::CloseTravel(ask) => matches!(ask.closing, Closing::Expired(_)),
        _ => false,
    };
    world.pool.retain(is_expiry);
    assert_eq!(world.pool.len(), 1, "the bank calls it home");
    world.block();
    let all = news(&world);
    let overtaken = (Matter::TravelClosing, Some(Status::Failed), Paise::ZERO, None);
    let expired = (Matter::TravelExpiry, Some(Status::Completed), CAME_HOME, Some(Height(3)));
    assert_eq!(all.iter().map(told).collect::<Vec<_>>(), [OPENED, overtaken, expired]);
    assert_eq!((all[1].id, all[1].reason), (id, Some(Reason::AccountClosed)));
}
