//! Rejecting, cancelling, choosing twice; and what strangers cannot end.

use super::ledger::objects;
use super::*;
use idx_crypto::{Hash32, Signer};
use idx_types::testing::{chain_id, key};
use idx_types::{Cancellation, ChainId, Notice, Rejection, Signed, TxSignature};

fn ended(world: &World, id: TxId, status: Status) {
    let account = world.account_of(0, ASHA);
    assert_eq!(world.banks[0].held(&account), Paise::ZERO, "the hold is gone");
    let sent = world.banks[0].outgoing(id).unwrap();
    assert_eq!(sent.history.last(), Some(&(status, world.now)));
    assert!(world.banks[0].shelf().open_transfers().unwrap().is_empty());
}

#[test]
fn a_rejection_releases_the_hold_and_the_other_banks_forget() {
    let mut world = World::new();
    let id = world.intent(10);
    world.now = world.now.plus(5);
    let receiver = *person(BILAL).idx();
    assert_eq!(world.ask(1, Ask::Reject { receiver, id }), Ok(Answer::Done(id)));
    world.deliver();
    ended(&world, id, Status::Rejected);
    assert_eq!(world.banks[1].incoming(id).unwrap().status(), Status::Rejected);
    assert!(world.banks[2].incoming(id).is_none());
    assert_eq!(world.accept(1, id), Err(Refusal::NotOpen));
    assert_eq!(world.accept(2, id), Err(Refusal::UnknownTransfer));
}

#[test]
fn a_cancellation_releases_the_hold_and_all_banks_forget() {
    let mut world = World::new();
    let id = world.intent(10);
    world.now = world.now.plus(5);
    let sender = *person(ASHA).idx();
    let cancel = || Ask::Cancel { sender, id, signature: None };
    assert_eq!(world.ask(0, cancel()), Ok(Answer::Done(id)));
    world.deliver();
    ended(&world, id, Status::Cancelled);
    assert!(world.banks[1].incoming(id).is_none() && world.banks[2].incoming(id).is_none());
    assert_eq!(world.ask(0, cancel()), Err(Refusal::NotOpen));
}

/// The notice comes too late: the receiver has accepted. The sender's bank has let go of the hold, so it
/// must not let the transfer pass.
#[test]
fn a_cancelled_transfer_is_vetoed_by_the_senders_bank() {
    let mut world = World::new();
    let id = world.intent(10);
    let sender = *person(ASHA).idx();
    world.accept(1, id).unwrap();
    world.ask(0, Ask::Cancel { sender, id, signature: None }).unwrap();
    world.block();
    world.block();
    ended(&world, id, Status::Cancelled);
    assert_eq!(world.balance(&world.account_of(0, ASHA)), Paise(10_000_000));
    assert_eq!(world.banks[1].incoming(id).unwrap().status(), Status::Failed);
}

#[test]
fn once_it_is_pending_nobody_takes_it_back() {
    let mut world = World::new();
    let id = world.intent(10);
    world.accept(1, id).unwrap();
    world.fact(id, Fact::Pending);
    let sender = *person(ASHA).idx();
    assert_eq!(world.ask(0, Ask::Cancel { sender, id, signature: None }), Err(Refusal::NotOpen));
    assert_eq!(world.ask(1, Ask::Reject { receiver: *person(BILAL).idx(), id }), Err(Refusal::NotOpen));
    assert_eq!(world.accept(1, id), Err(Refusal::NotOpen));
    world.block();
    world.block();
    assert_eq!(world.banks[0].outgoing(id).unwrap().status(), Status::Completed);
}

/// He is quick and chooses at both banks before either hears of the other: one settles.
#[test]
fn two_choices_settle_once() {
    let mut world = World::new();
    let id = world.intent(10);
    world.accept(1, id).unwrap();
    world.accept(2, id).unwrap();
    world.block();
    assert_eq!(world.pool.len(), 2);
    world.block();
    assert_eq!(world.banks[1].incoming(id).unwrap().status(), Status::Completed);
    assert!(world.banks[2].incoming(id).is_none(), "it went elsewhere");
    assert_eq!(world.balance(&world.account_of(2, BILAL)), Paise(10_000_000));
}

/// A bank that does not know the receiver, and a bank whose name is used by another, end nothing.
#[test]
fn a_strangers_rejection_is_passed_by() {
    let mut world = World::new();
    let id = world.intent(10);
    let proof = rejection_proof(&world::tag_key(), person(BILAL).idx(), id);
    let no = Rejection { chain_id: chain_id(), bank: BankId(3), intent: id, proof };
    let forged = [
        Signed::new(Rejection { proof: Hash32::ZERO, ..no }, &key(3)),
        Signed::new(no, &key(2)),
        Signed::new(Rejection { bank: BankId(9), ..no }, &key(9)),
        Signed::new(Rejection { chain_id: ChainId(Hash32::ZERO), ..no }, &key(3)),
    ];
    let account = world.account_of(0, ASHA);
    for notice in forged {
        for bank in 0..3 {
            world.step(bank, Input::Notice(Box::new(Notice::Rejected(notice))));
        }
        assert_eq!(world.banks[0].held(&account), Paise(1_015));
        assert!(world.banks[1].incoming(id).is_some());
    }
    world.step(0, Input::Notice(Box::new(Notice::Rejected(Signed::new(no, &key(3))))));
    ended(&world, id, Status::Rejected);
}

#[test]
fn only_the_key_of_the_intent_cancels_it() {
    let mut world = World::new();
    let id = world.intent(10);
    let digest = Cancellation::digest_of(chain_id(), id);
    let by = |signer: &dyn Signer| TxSignature { key: signer.public_key(), signature: signer.sign(&digest) };
    let senders_key = world.banks[1].incoming(id).unwrap().intent.signatures[0].key;
    let stolen = TxSignature { key: senders_key, ..by(&key(5)) };
    for signature in [by(&key(5)), stolen] {
        let notice = Notice::Cancelled(Cancellation { chain_id: chain_id(), intent: id, signature });
        world.step(1, Input::Notice(Box::new(notice)));
        assert!(world.banks[1].incoming(id).is_some());
    }
}

/// A bank's own customer with a key of his own signs for what was never his to accept: his bank vetoes it,
/// and so does the sender's, which a bank that does not know the receiver cannot convince.
#[test]
fn a_stolen_intent_is_vetoed_at_both_ends() {
    let mut world = World::new();
    let id = world.intent(10);
    let intent = world.banks[0].outgoing(id).unwrap().intent;
    let account = world.account_of(3, CHARU).handle;
    let opened = world.ask(3, Ask::OpenSession { owner: *person(CHARU).idx(), account, key: None });
    let Ok(Answer::Session(session)) = opened else { panic!("{opened:?}") };
    let stolen_with = |session| {
        let thief = idx_types::testing::acceptance(session, BankId(3));
        let stolen = intent.clone().accept(thief, &key(5)).unwrap();
        [3, 0, 2]
            .map(|bank: usize| objects(&world.tag_keys, BankId(bank as u16), &world.banks[bank], &stolen))
    };
    assert_eq!(stolen_with(session), [true, true, false], "bank 2 is not involved");
    let unknown = stolen_with(SessionId([9; 32]));
    assert_eq!(unknown, [false, true, false], "of sessions outside its vault a desk knows nothing");
}
