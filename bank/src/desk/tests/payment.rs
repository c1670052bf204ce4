//! The life of a transfer, as document 1.3 tells it.

use super::*;

#[test]
fn five_thousand_rupees_from_hdfc_to_icici() {
    let mut world = World::new();
    let (from, to) = (world.account_of(0, ASHA), world.account_of(1, BILAL));
    let (sender, receiver) = (*person(ASHA).idx(), *person(BILAL).idx());
    let nickname: crate::Nickname = "Landlord".parse().unwrap();
    let contact = Ask::AddContact { owner: sender, nickname: nickname.clone(), idx: receiver };
    assert_eq!(world.ask(0, contact), Ok(Answer::Contacts));

    let send = Ask::Send {
        sender,
        account: from.handle,
        to: Recipient::Contact("LANDLORD".parse().unwrap()),
        amount: Paise(500_000),
        life_ms: None,
        memo: None,
    };
    let Ok(Answer::Sent(id)) = world.ask(0, send) else { panic!("sent") };
    assert_eq!(world.banks[0].held(&from), Paise(507_500), "amount and fee");
    assert!(world.wire.is_empty(), "the intent waits until its session is on the ledger");
    world.now = world.now.plus(1_000);
    world.block();
    for (bank, sees) in [(0, false), (1, true), (2, true), (3, false)] {
        assert_eq!(world.banks[bank].incoming(id).is_some(), sees, "bank {bank}");
    }

    world.now = world.now.plus(60_000);
    assert_eq!(world.accept(1, id), Ok(Answer::Done(id)));
    assert!(world.pool.iter().all(|tx| tx.id() != id), "the acceptance waits for its session too");
    world.block();
    assert_eq!(world.pool.len(), 1);
    world.now = world.now.plus(1_000);
    world.block();

    assert_eq!((world.balance(&from), world.balance(&to)), (Paise(9_492_500), Paise(10_500_000)));
    assert_eq!(world.banks[0].held(&from), Paise::ZERO);
    check_records(&world, id, &to);
}

/// What the three banks keep of it: statuses with their times at two, nothing at the third.
fn check_records(world: &World, id: TxId, to: &BankAccount) {
    assert!(world.banks[2].incoming(id).is_none(), "SBI forgets what ICICI was chosen for");
    let (at, chosen, end) = (NOON, NOON.plus(61_000), NOON.plus(62_000));
    let sent = world.banks[0].outgoing(id).unwrap();
    let middle = [(Status::Pending, end), (Status::PublicConfirmed, end), (Status::Completed, end)];
    assert_eq!(sent.history[0], (Status::AwaitingReceiver, at));
    assert_eq!(sent.history[1..], middle);
    let received = world.banks[1].incoming(id).unwrap();
    assert_eq!(received.history[0], (Status::AwaitingReceiver, NOON.plus(1_000)));
    assert_eq!(received.history[1..], [(Status::Pending, chosen), middle[1], middle[2]]);
    assert_eq!(received.handle, Some(to.handle));
    assert_eq!(world.banks[2].told.last(), Some(&(*person(BILAL).idx(), id, None)));
    assert!(world.banks[0].shelf().open_transfers().unwrap().is_empty());
    assert!(world.banks[1].shelf().open_transfers().unwrap().is_empty());
}

#[test]
fn one_session_a_day_and_account() {
    let mut world = World::new();
    let other = world.account(0, ASHA, 1);
    let first = world.intent(10);
    let second = world.intent(20);
    let from = |world: &World, id| match world.banks[0].outgoing(id).unwrap().intent.body.kind {
        TxKind::Transfer(ask) => ask.from,
        _ => panic!("a transfer"),
    };
    assert_eq!(from(&world, first), from(&world, second));
    assert_eq!(world.ledger.sessions.len(), 1);
    let (owner, account) = (*person(ASHA).idx(), other.handle);
    let session = world.ask(0, Ask::OpenSession { owner, account, key: None }).unwrap();
    assert_ne!(session, Answer::Session(from(&world, first)), "another account, another session");
}

#[test]
fn inside_one_bank_the_intent_comes_home_at_once() {
    let mut world = World::new();
    world.customer(0, BILAL, Credential::Unset).unwrap();
    let to = world.account(0, BILAL, 0);
    let id = world.intent(100);
    assert!(world.banks[0].incoming(id).is_some());
    world.accept(0, id).unwrap();
    world.block();
    world.block();
    assert_eq!(world.balance(&to), Paise(10_010_000));
    assert_eq!(world.banks[0].outgoing(id).unwrap().status(), Status::Completed);
    assert_eq!(world.banks[0].incoming(id).unwrap().status(), Status::Completed);
    assert!(world.banks[1].incoming(id).is_none());
}

#[test]
fn an_intent_that_overtakes_its_session_is_kept_until_the_session_comes() {
    let mut world = World::new();
    let id = world.intent(10);
    let intent = world.banks[0].outgoing(id).unwrap().intent;
    let mut late = World::new();
    late.step(1, Input::Intent(Box::new(intent.clone())));
    late.step(1, Input::Intent(Box::new(intent)));
    assert!(late.banks[1].incoming(id).is_none());
    late.ledger.sessions = world.ledger.sessions;
    late.step(1, Input::Height);
    assert!(late.banks[1].incoming(id).is_some());
}

#[test]
fn a_restart_forgets_nothing() {
    let mut world = World::new();
    let (sender, to) = (*person(ASHA).idx(), Recipient::Idx(*person(BILAL).idx()));
    let account = world.account_of(0, ASHA).handle;
    let Ok(Answer::Sent(id)) =
        world.ask(0, Ask::Send { sender, account, to, amount: Paise(1_000), life_ms: None, memo: None })
    else {
        panic!("sent")
    };
    world.restart(0);
    world.block();
    assert!(world.banks[1].incoming(id).is_some(), "it was still let out");
    world.accept(1, id).unwrap();
    world.restart(1);
    world.block();
    world.restart(0);
    world.block();
    assert_eq!(world.banks[0].outgoing(id).unwrap().status(), Status::Completed);
    assert_eq!(world.banks[1].incoming(id).unwrap().status(), Status::Completed);
}
