//! What customers are told: everything that concerns them, in order, numbered without gaps, after
//! restarts too, and nothing of anybody else.

use super::*;
use crate::vault::{Matter, News, Turn};
use idx_types::{Height, Reason};

fn news(world: &World, bank: usize, who: usize) -> Vec<News> {
    let page = world.banks[bank].shelf().news(person(who).idx(), 0, usize::MAX).unwrap();
    let numbers: Vec<u64> = page.items.iter().map(|news| news.sequence).collect();
    assert_eq!(numbers, (1..=page.last).collect::<Vec<_>>(), "no gaps");
    page.items
}

/// From which status to which, each with its height.
fn turns(world: &World, bank: usize, who: usize) -> Vec<(String, Option<Height>)> {
    let name = |status: Option<Status>| status.map_or("-", Status::name);
    let shown = |Turn { before, status, height, .. }: &Turn| {
        (format!("{} {}", name(*before), name(*status)), *height)
    };
    news(world, bank, who).iter().map(|news| shown(&news.turn)).collect()
}

fn expected(turns: &[(&str, Option<u64>)]) -> Vec<(String, Option<Height>)> {
    turns.iter().map(|(text, height)| ((*text).to_owned(), height.map(Height))).collect()
}

#[test]
fn a_payment_is_told_to_its_two_customers_and_nobody_else() {
    let mut world = World::new();
    let id = world.intent(5_000);
    world.accept(1, id).unwrap();
    world.block();
    world.block();
    let paid = [
        ("- AWAITING_RECEIVER", None),
        ("AWAITING_RECEIVER PENDING", None),
        ("PENDING PUBLIC_CONFIRMED", Some(7)),
        ("PUBLIC_CONFIRMED COMPLETED", Some(7)),
    ];
    assert_eq!(turns(&world, 0, ASHA), expected(&paid));
    assert_eq!(turns(&world, 1, BILAL), expected(&paid));
    let gone = [("- AWAITING_RECEIVER", None), ("AWAITING_RECEIVER -", None)];
    assert_eq!(turns(&world, 2, BILAL), expected(&gone), "at his other bank it is gone");
    assert!(news(&world, 3, CHARU).is_empty());
    for (bank, who, matter) in [(0, ASHA, Matter::Sent), (1, BILAL, Matter::Received)] {
        for News { customer, turn, .. } in news(&world, bank, who) {
            assert_eq!((customer, turn.id, turn.matter), (*person(who).idx(), id, matter));
            assert_eq!((turn.amount, turn.reason), (Paise(500_000), None));
        }
    }
}

/// How a transfer comes to its end.
type End = fn(&mut World, TxId);

#[test]
fn every_end_is_told_with_its_status() {
    let table: [(&str, Status, End); 4] = [
        ("cancelled", Status::Cancelled, |world, id| {
            let sender = *person(ASHA).idx();
            world.ask(0, Ask::Cancel { sender, id, signature: None }).unwrap();
            world.deliver();
        }),
        ("rejected", Status::Rejected, |world, id| {
            world.ask(1, Ask::Reject { receiver: *person(BILAL).idx(), id }).unwrap();
            world.deliver();
        }),
        ("expired", Status::Expired, |world, id| {
            let until = world.banks[0].outgoing(id).unwrap().intent.body.valid_until;
            (world.now, world.ledger.time) = (until.plus(1), until.plus(1));
            world.block();
        }),
        ("failed", Status::Failed, |world, id| {
            world.accept(1, id).unwrap();
            world.fact(id, Fact::Pending);
            world.fact(id, Fact::Failed(Reason::TooFewApprovals));
        }),
    ];
    for (what, status, end) in table {
        let mut world = World::new();
        let id = world.intent(10);
        end(&mut world, id);
        for (bank, who) in [(0, ASHA), (1, BILAL)] {
            let turn = news(&world, bank, who).pop().unwrap().turn;
            assert_eq!(turn.status, Some(status), "{what}, bank {bank}");
            let reason = (status == Status::Failed).then_some(Reason::TooFewApprovals);
            assert_eq!(turn.reason, reason, "{what}");
        }
    }
}

#[test]
fn numbers_go_on_after_a_restart_and_begin_anew_in_a_vault_made_anew() {
    let mut world = World::new();
    let first = world.intent(10);
    world.restart(0);
    world.restart(1);
    let second = world.intent(20);
    assert_eq!(news(&world, 0, ASHA).len(), 2);
    assert_eq!(news(&world, 1, BILAL).iter().map(|news| news.turn.id).collect::<Vec<_>>(), [first, second]);
    world.banks[0] = world::bench(0);
    assert!(news(&world, 0, ASHA).is_empty());
}

#[test]
fn what_changes_nothing_is_not_told() {
    let mut world = World::new();
    let id = world.intent(10);
    world.accept(1, id).unwrap();
    world.block();
    world.block();
    let before = [news(&world, 0, ASHA), news(&world, 1, BILAL)];
    for fact in [Fact::Pending, Fact::Mined, Fact::Deferred, Fact::Failed(Reason::Expired)] {
        world.fact(id, fact);
    }
    let intent = world.banks[0].outgoing(id).unwrap().intent;
    world.step(1, Input::Intent(Box::new(intent)));
    assert!(world.ask(1, Ask::Reject { receiver: *person(BILAL).idx(), id }).is_err());
    assert_eq!([news(&world, 0, ASHA), news(&world, 1, BILAL)], before);
}
