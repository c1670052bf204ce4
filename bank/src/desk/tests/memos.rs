//! What a sender writes down with a payment: kept with it, for him, and nowhere else.

use super::*;
use idx_types::wire::encode;

const WORDS: &str = "Rent of Koregaon Park, May";

fn pay(world: &World, memo: Option<&str>) -> Ask {
    let (account, to) = (world.account_of(0, ASHA).handle, Recipient::Idx(*person(BILAL).idx()));
    let memo = memo.map(|words| words.parse().unwrap());
    Ask::Send { sender: *person(ASHA).idx(), account, to, amount: Paise(1_000), life_ms: None, memo }
}

fn memo(world: &World, bank: usize, who: usize, id: TxId) -> Option<String> {
    let kept = world.banks[bank].shelf().memo(person(who).idx(), &id).unwrap();
    kept.map(|kept| kept.memo.expose().to_owned())
}

#[test]
fn a_memo_stays_at_the_sender_s_bank_and_leaves_no_trace_outside() {
    let mut world = World::new();
    let Ok(Answer::Sent(id)) = world.ask(0, pay(&world, Some(WORDS))) else { panic!("it is sent") };
    assert_eq!(memo(&world, 0, ASHA, id).as_deref(), Some(WORDS));
    for (bank, who) in [(0, BILAL), (1, BILAL), (2, BILAL)] {
        assert_eq!(memo(&world, bank, who, id), None);
    }
    world.block();
    let gossip: Vec<Vec<u8>> = world.wire.iter().map(|(_, message)| encode(message)).collect();
    world.deliver();
    world.accept(1, id).unwrap();
    let in_pool = world.pool.iter().map(encode);
    let seen: Vec<Vec<u8>> = gossip.into_iter().chain(in_pool).collect();
    let words = WORDS.as_bytes();
    assert!(!seen.is_empty() && seen.iter().all(|bytes| !bytes.windows(words.len()).any(|at| at == words)));
    (0..2).for_each(|_| world.block());
    assert_eq!(memo(&world, 0, ASHA, id).as_deref(), Some(WORDS), "after the end too");
}

#[test]
fn one_is_kept_for_each_payment_that_was_made_and_for_no_other() {
    let mut world = World::new();
    let kept = |world: &World| world.banks[0].shelf().memos_of(person(ASHA).idx()).unwrap().len();
    world.ask(0, pay(&world, None)).unwrap();
    assert_eq!(kept(&world), 0);
    let poor = match pay(&world, Some(WORDS)) {
        Ask::Send { sender, account, to, life_ms, memo, .. } => {
            Ask::Send { sender, account, to, amount: Paise(900_000_000), life_ms, memo }
        }
        other => other,
    };
    assert_eq!(world.ask(0, poor), Err(Refusal::InsufficientFunds));
    assert_eq!(kept(&world), 0);
    world.ask(0, pay(&world, Some(WORDS))).unwrap();
    world.ask(0, pay(&world, Some(WORDS))).unwrap();
    assert_eq!(kept(&world), 2);
}
