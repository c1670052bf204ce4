//! Payments that a file orders: once for ever, and only what was paid is remembered.

use super::*;
use crate::vault::Mark;
use idx_crypto::Hash32;

fn order(world: &mut World, (key, request): (u8, u8), rupees: u64) -> Result<Answer, Refusal> {
    let mark = Mark { key: Hash32([key; 32]), request: Hash32([request; 32]) };
    let account = world.account_of(0, ASHA).handle;
    let to = Recipient::Idx(*person(BILAL).idx());
    world
        .ask(0, Ask::Instruct { mark, sender: *person(ASHA).idx(), account, to, amount: Paise(rupees * 100) })
}

#[test]
fn an_order_pays_once_for_ever() {
    let mut world = World::new();
    assert_eq!(order(&mut world, (1, 1), 1_000_000), Err(Refusal::InsufficientFunds));
    let first = order(&mut world, (1, 1), 7).unwrap();
    assert_eq!(order(&mut world, (1, 1), 7), Ok(first.clone()));
    world.restart(0);
    world.now = world.now.plus(400 * 86_400_000);
    world.block();
    assert_eq!(order(&mut world, (1, 1), 7), Ok(first), "a year later");
    assert_eq!(order(&mut world, (1, 2), 8), Err(Refusal::KeyReused));
    assert_eq!(world.banks[0].shelf().sent_by(person(ASHA).idx()).unwrap().len(), 1);
    let lines = world.banks[0].shelf().history(person(ASHA).idx(), u64::MAX, 9).unwrap();
    assert_eq!(lines.len(), 1);
}
