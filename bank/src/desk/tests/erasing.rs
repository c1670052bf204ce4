//! A person is forgotten when nothing of his is under way, and no sooner.

use super::*;
use crate::vault::Erased;

fn erased(world: &mut World, bank: usize, who: usize) -> Result<Answer, Refusal> {
    let keep_since = world.now;
    world.ask(bank, Ask::Erase { owner: *person(who).idx(), keep_since })
}

#[test]
fn money_holds_and_open_transfers_come_first() {
    let mut world = World::new();
    let bilal = *person(BILAL).idx();
    let add = Ask::AddContact { owner: bilal, nickname: "Sister".parse().unwrap(), idx: *person(ASHA).idx() };
    world.ask(1, add).unwrap();
    assert_eq!(erased(&mut world, 1, BILAL), Err(Refusal::MoneyLeft), "he has money");
    let place = world.place_of(&world.account_of(1, BILAL).handle);
    world.ledger.accounts[place].balance = Paise::ZERO;
    let id = world.intent(10);
    assert_eq!(erased(&mut world, 1, BILAL), Err(Refusal::MoneyLeft), "something waits for him");
    let place = world.place_of(&world.account_of(0, ASHA).handle);
    world.ledger.accounts[place].balance = Paise::ZERO;
    assert_eq!(erased(&mut world, 0, ASHA), Err(Refusal::MoneyLeft), "she has sent it, and it is held");
    world.ask(2, Ask::Reject { receiver: bilal, id }).unwrap();
    world.deliver();
    world.now = world.now.plus(1);
    let gone = erased(&mut world, 1, BILAL);
    assert!(matches!(gone, Ok(Answer::Erased(Erased { contacts: 1, transfers: 0, .. }))), "{gone:?}");
    let shelf = world.banks[1].shelf();
    assert!(shelf.contacts_of(&bilal).unwrap().is_empty());
    assert!(shelf.customer(&bilal).unwrap().is_some(), "who he is stays");
    assert_eq!(erased(&mut world, 1, CHARU), Err(Refusal::UnknownCustomer));
}

#[test]
fn transfers_stay_as_long_as_the_law_asks() {
    let mut world = World::new();
    let id = world.intent(10);
    world.accept(1, id).unwrap();
    (0..2).for_each(|_| world.block());
    for account in &mut world.ledger.accounts {
        account.balance = Paise::ZERO;
    }
    let ended = world.now;
    let owner = *person(ASHA).idx();
    let gone = |world: &mut World, keep_since| match world.ask(0, Ask::Erase { owner, keep_since }) {
        Ok(Answer::Erased(erased)) => erased.transfers,
        other => panic!("{other:?}"),
    };
    assert_eq!(gone(&mut world, ended), 0);
    assert!(world.banks[0].outgoing(id).is_some());
    assert_eq!(gone(&mut world, ended.plus(1)), 1);
    assert!(world.banks[0].outgoing(id).is_none());
    assert!(world.banks[1].incoming(id).is_some(), "the other bank's customer is another");
}
