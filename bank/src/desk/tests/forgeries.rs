//! Intents that no honest bank sends are shown to nobody.

use super::*;
use crate::vault::OpenedSession;
use idx_crypto::Hash32;
use idx_types::testing::acceptance;
use idx_types::testing::key;
use idx_types::{Concealed, ReceiverTag};

type Change = fn(&mut Transaction);

fn ask(tx: &mut Transaction) -> &mut idx_types::tx::Transfer {
    match &mut tx.body.kind {
        TxKind::Transfer(ask) => ask,
        _ => panic!("a transfer"),
    }
}

/// Signs again what was changed, with the key of the session.
fn signed_again(tx: Transaction, session: &OpenedSession) -> Transaction {
    tx.body.sign(&[&session.signer().unwrap()])
}

#[test]
fn forged_intents_are_passed_by() {
    let mut world = World::new();
    let id = world.intent(10);
    let sent = world.banks[0].outgoing(id).unwrap();
    let session = world.banks[0].shelf().session(NetworkDay::of(world.now), &sent.handle).unwrap().unwrap();
    let receiver = *person(BILAL).idx();
    let count = |world: &World| world.banks[1].shelf().waiting_for(&receiver).unwrap().len();
    assert_eq!(count(&world), 1);

    let resigned: [(&str, Change); 8] = [
        ("too low a fee", |tx| ask(tx).fee = Paise(1)),
        ("another sender's bank", |tx| ask(tx).from_bank = BankId(2)),
        ("a session that is not there", |tx| ask(tx).from = SessionId([1; 32])),
        ("a tag of nobody", |tx| ask(tx).tag = Concealed::new(ReceiverTag([1; 32]), [1; 32])),
        ("a hidden tag", |tx| ask(tx).tag = ask(tx).tag.hidden()),
        ("accepted already", |tx| {
            ask(tx).accepted = Some(acceptance(SessionId([1; 32]), BankId(1)));
        }),
        ("valid for too long", |tx| tx.body.valid_until = tx.body.valid_until.plus(1)),
        ("another network", |tx| tx.body.chain_id = ChainId(Hash32::ZERO)),
    ];
    for (what, change) in resigned {
        let mut forged = sent.intent.clone();
        forged.body.nonce += 1;
        change(&mut forged);
        world.step(1, Input::Intent(Box::new(signed_again(forged, &session))));
        assert_eq!(count(&world), 1, "{what}");
    }
    let mut unsigned = sent.intent.clone();
    unsigned.body.nonce += 1;
    world.step(1, Input::Intent(Box::new(unsigned.clone())));
    world.step(1, Input::Intent(Box::new(unsigned.body.clone().sign(&[&key(5)]))));
    assert_eq!(count(&world), 1, "signed by nobody, or by another key");
    world.step(1, Input::Intent(Box::new(signed_again(unsigned, &session))));
    assert_eq!(count(&world), 2, "the same in order is shown");
}

/// The key of an old session signs no intent of a later day.
#[test]
fn an_intent_of_a_session_that_is_over_is_passed_by() {
    let mut world = World::new();
    let id = world.intent(10);
    let sent = world.banks[0].outgoing(id).unwrap();
    let session = world.banks[0].shelf().session(NetworkDay::of(world.now), &sent.handle).unwrap().unwrap();
    world.now = session.day.end().plus(2);
    world.block();
    let mut late = sent.intent;
    late.body.created_at = session.day.end().plus(1);
    late.body.valid_until = world.now.plus(1_000);
    let receiver = *person(BILAL).idx();
    let tag = crate::pseudonym::receiver_tag(&world::tag_key(), &receiver, session.day.next());
    ask(&mut late).tag = Concealed::new(tag, [1; 32]);
    let late = signed_again(late, &session);
    let late_id = late.id();
    world.step(1, Input::Intent(Box::new(late)));
    assert!(world.banks[1].incoming(late_id).is_none());
    assert!(world.banks[1].incoming(id).is_some());
}

/// What a customer has chosen about no longer counts among what waits for him.
#[test]
fn what_waits_is_told_apart_from_the_history() {
    let mut world = World::new();
    let id = world.intent(10);
    let sent = world.banks[0].outgoing(id).unwrap();
    let session = world.banks[0].shelf().session(NetworkDay::of(world.now), &sent.handle).unwrap().unwrap();
    let receiver = *person(BILAL).idx();
    let flood = |world: &mut World, nonces: std::ops::Range<u64>| {
        for nonce in nonces {
            let mut one = sent.intent.clone();
            one.body.nonce = nonce;
            world.step(1, Input::Intent(Box::new(signed_again(one, &session))));
        }
    };
    flood(&mut world, 0..20);
    assert_eq!(world.banks[1].shelf().waiting_for(&receiver).unwrap().len(), 21);
    world.ask(1, Ask::Reject { receiver, id }).unwrap();
    assert_eq!(world.banks[1].shelf().waiting_for(&receiver).unwrap().len(), 20);
    assert_eq!(world.banks[1].shelf().received_by(&receiver).unwrap().len(), 21);
}
