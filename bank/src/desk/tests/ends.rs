//! Failure, deferral and expiry: each gives the money free, and says when.

use super::*;
use idx_types::Reason;

fn statuses(history: &[(Status, TimestampMs)]) -> Vec<&'static str> {
    history.iter().map(|(status, _)| status.name()).collect()
}

#[test]
fn a_failed_transfer_frees_the_money() {
    let mut world = World::new();
    let id = world.intent(10);
    world.accept(1, id).unwrap();
    for fact in
        [Fact::Pending, Fact::Mined, Fact::Deferred, Fact::Mined, Fact::Failed(Reason::TooFewApprovals)]
    {
        world.fact(id, fact);
    }
    let sent = world.banks[0].outgoing(id).unwrap();
    let way = ["PENDING", "PUBLIC_CONFIRMED", "PENDING", "PUBLIC_CONFIRMED", "FAILED"];
    assert_eq!(statuses(&sent.history)[1..], way);
    assert_eq!(statuses(&world.banks[1].incoming(id).unwrap().history)[1..], way);
    assert_eq!(world.banks[0].held(&world.account_of(0, ASHA)), Paise::ZERO);
    world.fact(id, Fact::Pending);
    assert_eq!(world.banks[0].outgoing(id).unwrap().status(), Status::Failed, "the end is the end");
}

#[test]
fn an_intent_expires_by_the_time_of_the_chain() {
    let mut world = World::new();
    let id = world.intent(10);
    let account = world.account_of(0, ASHA);
    let until = world.banks[0].outgoing(id).unwrap().intent.body.valid_until;
    world.now = until.plus(5_000);
    world.step(0, Input::Height);
    assert_eq!(world.banks[0].held(&account), Paise(1_015), "a clock ahead of the chain ends nothing");
    assert_eq!(world.accept(1, id), Err(Refusal::TransferExpired));
    world.ledger.time = until;
    world.step(0, Input::Height);
    assert_eq!(world.banks[0].held(&account), Paise(1_015), "valid to its last millisecond");
    world.block();
    assert_eq!(world.banks[0].held(&account), Paise::ZERO);
    assert_eq!(world.banks[0].outgoing(id).unwrap().history.last(), Some(&(Status::Expired, world.now)));
    for bank in [1, 2] {
        assert_eq!(world.banks[bank].incoming(id).unwrap().status(), Status::Expired);
        assert!(world.banks[bank].shelf().open_transfers().unwrap().is_empty());
    }
}

/// A sender says how long the receiver has to choose.
#[test]
fn a_transfer_lives_as_long_as_its_sender_wishes_within_the_limits() {
    let mut world = World::new();
    let (sender, account) = (*person(ASHA).idx(), world.account_of(0, ASHA));
    let longest = world.ledger.validity_ms_max();
    let send = |life_ms| {
        let to = Recipient::Idx(*person(BILAL).idx());
        Ask::Send { sender, account: account.handle, to, amount: Paise(1_000), life_ms, memo: None }
    };
    for life_ms in [0, SEND_LIFE_MS_MIN - 1, longest + 1, u64::MAX] {
        assert_eq!(world.ask(0, send(Some(life_ms))), Err(Refusal::BadLifetime), "{life_ms}");
    }
    let table = [(None, longest), (Some(longest), longest), (Some(SEND_LIFE_MS_MIN), SEND_LIFE_MS_MIN)];
    for (life_ms, lives) in table {
        let Ok(Answer::Sent(id)) = world.ask(0, send(life_ms)) else { panic!("sent") };
        let body = world.banks[0].outgoing(id).unwrap().intent.body;
        assert_eq!(body.valid_until, body.created_at.plus(lives), "{life_ms:?}");
    }
    let held = world.banks[0].held(&account);
    world.block();
    world.now = world.now.plus(SEND_LIFE_MS_MIN + 1);
    world.block();
    assert_eq!(world.banks[0].held(&account).0, held.0 / 3 * 2, "one of three is over");
}

/// The opening of a session gets lost on its way: it is submitted again, once for all that wait for it.
#[test]
fn a_lost_session_is_opened_again() {
    let mut world = World::new();
    let (sender, receiver) = (*person(ASHA).idx(), *person(BILAL).idx());
    let account = world.account_of(0, ASHA).handle;
    for _ in 0..3 {
        let to = Recipient::Idx(receiver);
        world
            .ask(0, Ask::Send { sender, account, to, amount: Paise(1_000), life_ms: None, memo: None })
            .unwrap();
    }
    world.pool.clear();
    world.block();
    assert!(world.pool.is_empty(), "not yet");
    world.now = world.now.plus(RESUBMIT_AFTER_MS);
    world.block();
    assert_eq!(world.pool.len(), 1);
    world.block();
    assert_eq!(world.banks[1].shelf().received_by(&receiver).unwrap().len(), 3);
}

/// Midnight passes before the session is on the ledger: the sender has his money back, the receiver
/// chooses again.
#[test]
fn a_session_that_never_came_gives_up_what_waited_for_it() {
    let mut world = World::new();
    let account = world.account(0, ASHA, 1);
    let waiting = world.intent(10);
    world.accept(1, waiting).unwrap();
    let (sender, to) = (*person(ASHA).idx(), Recipient::Idx(*person(BILAL).idx()));
    let send =
        Ask::Send { sender, account: account.handle, to, amount: Paise(1_000), life_ms: None, memo: None };
    let Ok(Answer::Sent(lost)) = world.ask(0, send) else { panic!("sent") };
    world.pool.clear();
    world.now = NetworkDay::of(world.now).end();
    world.block();
    assert_eq!(world.banks[0].outgoing(lost).unwrap().status(), Status::Failed);
    assert_eq!(world.banks[0].held(&account), Paise::ZERO);
    assert_eq!(world.banks[1].incoming(waiting).unwrap().status(), Status::AwaitingReceiver);
    world.accept(1, waiting).unwrap();
    world.block();
    world.block();
    assert_eq!(world.banks[0].outgoing(waiting).unwrap().status(), Status::Completed);
}

/// Gossip and submissions get lost, and processes die between writing and sending: what is open is shown
/// again, after a while and after a restart.
#[test]
fn what_is_lost_on_its_way_is_shown_again() {
    let mut world = World::new();
    let (sender, to) = (*person(ASHA).idx(), Recipient::Idx(*person(BILAL).idx()));
    let account = world.account_of(0, ASHA).handle;
    world.ask(0, Ask::OpenSession { owner: sender, account, key: None }).unwrap();
    world.block();
    let Ok(Answer::Sent(id)) =
        world.ask(0, Ask::Send { sender, account, to, amount: Paise(1_000), life_ms: None, memo: None })
    else {
        panic!("sent")
    };
    world.wire.clear();
    world.block();
    assert!(world.banks[1].incoming(id).is_none(), "lost, and not yet shown again");
    world.now = world.now.plus(SHOW_AGAIN_AFTER_MS);
    world.block();
    assert!(world.banks[1].incoming(id).is_some());
    world.accept(1, id).unwrap();
    world.block();
    world.pool.clear();
    world.restart(1);
    world.block();
    world.block();
    assert_eq!(world.banks[0].outgoing(id).unwrap().status(), Status::Completed);
    world.now = world.now.plus(SHOW_AGAIN_AFTER_MS);
    world.step(0, Input::Height);
    world.step(1, Input::Height);
    assert!(world.wire.is_empty() && world.pool.is_empty(), "what is settled is left alone");
}

/// After a restart all that is open is due to be shown; what the customer then chooses is still sent once.
#[test]
fn an_acceptance_after_a_restart_is_submitted_once() {
    let mut world = World::new();
    let id = world.intent(10);
    world.restart(2);
    world.accept(2, id).unwrap();
    world.block();
    assert_eq!(world.pool.iter().filter(|tx| tx.id() == id).count(), 1);
}
