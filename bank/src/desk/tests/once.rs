//! Asks that come again are carried out once.

use super::*;
use crate::vault::Mark;
use idx_crypto::Hash32;

const fn mark(key: u8, request: u8) -> Mark {
    Mark { key: Hash32([key; 32]), request: Hash32([request; 32]) }
}

fn pay(world: &mut World, mark: Mark, rupees: u64) -> Result<Answer, Refusal> {
    let account = world.account_of(0, ASHA).handle;
    let to = Recipient::Idx(*person(BILAL).idx());
    let ask = Ask::Send {
        sender: *person(ASHA).idx(),
        account,
        to,
        amount: Paise(rupees * 100),
        life_ms: None,
        memo: None,
    };
    world.ask(0, Ask::Once(mark, Box::new(ask)))
}

fn sent(world: &World) -> usize {
    world.banks[0].shelf().sent_by(person(ASHA).idx()).unwrap().len()
}

#[test]
fn a_payment_that_comes_again_is_made_once_also_after_a_restart() {
    let mut world = World::new();
    let first = pay(&mut world, mark(1, 1), 7).unwrap();
    assert_eq!(pay(&mut world, mark(1, 1), 7), Ok(first.clone()));
    world.restart(0);
    world.block();
    assert_eq!(pay(&mut world, mark(1, 1), 7), Ok(first.clone()));
    assert_eq!(pay(&mut world, mark(1, 2), 8), Err(Refusal::KeyReused));
    assert_eq!(sent(&world), 1);
    assert_ne!(pay(&mut world, mark(2, 1), 7), Ok(first), "another key is another payment");
    assert_eq!(sent(&world), 2);
}

#[test]
fn what_was_refused_may_succeed_later() {
    let mut world = World::new();
    assert_eq!(pay(&mut world, mark(1, 1), 1_000_000), Err(Refusal::InsufficientFunds));
    let handle = world.account_of(0, ASHA).handle;
    world.ledger.accounts.iter_mut().find(|a| a.handle == handle).unwrap().balance = Paise(1 << 40);
    assert!(pay(&mut world, mark(1, 1), 1_000_000).is_ok());
}

#[test]
fn answers_are_forgotten_after_a_day() {
    let mut world = World::new();
    let first = pay(&mut world, mark(1, 1), 7).unwrap();
    let kept = |world: &World| world.banks[0].shelf().repeat(&mark(1, 1).key).unwrap().is_some();
    world.now = world.now.plus(REPEATS_KEPT_MS - 1);
    world.block();
    assert!(kept(&world));
    world.now = world.now.plus(2);
    world.block();
    assert!(!kept(&world), "the row is gone");
    assert_ne!(pay(&mut world, mark(1, 1), 7), Ok(first));
}

/// More of them than are read at a time.
#[test]
fn many_answers_are_forgotten_in_one_step() {
    let mut world = World::new();
    for key in 0..40 {
        pay(&mut world, mark(key, 1), 1).unwrap();
    }
    let kept = |world: &World| {
        let shelf = world.banks[0].shelf();
        (0..40).filter(|key| shelf.repeat(&mark(*key, 1).key).unwrap().is_some()).count()
    };
    assert_eq!(kept(&world), 40);
    world.now = world.now.plus(REPEATS_KEPT_MS + 1);
    world.block();
    assert_eq!(kept(&world), 0);
}
