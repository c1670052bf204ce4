//! Travel accounts as a customer and a bank live them: out, on the way, and home.

use super::world::{ASHA, BILAL, DAY_MS, World, person};
use super::*;
use crate::vault::{BankAccount, Credential};
use idx_crypto::{Hash32, SecretKey, Signer};
use idx_types::tx::{Closing, OpenTravel};
use idx_types::{AccountHandle, Idx, Paise, Rate, Reason, TxBody, TxKind};

pub fn asha() -> Idx {
    *person(ASHA).idx()
}

pub fn leave(world: &World, rupees: u64, days: u32) -> Ask {
    Ask::OpenTravel {
        owner: asha(),
        source: world.account_of(0, ASHA).handle,
        number: "999000111222".parse().unwrap(),
        foreign_bank: "CITI_USA".parse().unwrap(),
        amount: Paise(rupees * 100),
        expires_on: NetworkDay(NetworkDay::of(world.now).0 + days),
    }
}

/// The same with another number for the new account.
fn numbered(ask: Ask, other: &str) -> Ask {
    match ask {
        Ask::OpenTravel { owner, source, foreign_bank, amount, expires_on, .. } => {
            let number = other.parse().unwrap();
            Ask::OpenTravel { owner, source, number, foreign_bank, amount, expires_on }
        }
        other => other,
    }
}

/// Asha has changed 10,000.00 rupees: source and travel account.
pub fn abroad(world: &mut World, days: u32) -> (BankAccount, AccountHandle) {
    let source = world.account_of(0, ASHA);
    let opened = world.ask(0, leave(world, 10_000, days)).unwrap();
    let Answer::AccountOpening { handle, .. } = opened else { panic!("{opened:?}") };
    world.block();
    world.block();
    assert!(world.ledger.account(&handle).is_some());
    (source, handle)
}

#[test]
fn money_is_held_until_the_account_is_there() {
    let mut world = World::new();
    let source = world.account_of(0, ASHA);
    world.ask(0, leave(&world, 10_000, 30)).unwrap();
    assert_eq!(world.banks[0].held(&source), Paise(1_000_000));
    world.block();
    assert_eq!(world.banks[0].held(&source), Paise(1_000_000), "its session has just come");
    world.block();
    assert_eq!(world.banks[0].held(&source), Paise::ZERO);
    assert_eq!(world.balance(&source), Paise(9_000_000));
    let travel = world.ledger.accounts.last().unwrap();
    assert_eq!((travel.balance, travel.terms.as_ref().unwrap().source), (Paise(11_982), source.handle));
    assert!(world.banks[0].shelf().journeys().unwrap().is_empty());
}

#[test]
fn refusals() {
    let mut world = World::new();
    let nobody = || Ask::OpenTravel {
        owner: asha(),
        source: world.account_of(0, ASHA).handle,
        number: "999000111223".parse().unwrap(),
        foreign_bank: "NOBODY".parse().unwrap(),
        amount: Paise(100_000),
        expires_on: NetworkDay(NetworkDay::of(world.now).0 + 1),
    };
    let unknown = nobody();
    assert_eq!(world.ask(0, unknown), Err(Refusal::UnknownForeignBank));
    assert_eq!(world.ask(0, leave(&world, 200_000, 30)), Err(Refusal::InsufficientFunds));
    assert_eq!(world.ask(0, leave(&world, 10_000, 367)), Err(Refusal::BadTravelExpiry));
    world.ledger.rate = None;
    assert_eq!(world.ask(0, leave(&world, 10_000, 30)), Err(Refusal::RateUnavailable));
    let source = world.account_of(0, ASHA);
    let close = Ask::CloseTravel { owner: asha(), account: source.handle };
    assert_eq!(world.ask(0, close), Err(Refusal::WrongAccountKind));
    assert_eq!(world.banks[0].held(&source), Paise::ZERO);
    assert_eq!(world.banks[0].shelf().accounts_of(&asha()).unwrap().len(), 1, "nothing was written");
}

/// Between the ask and its block the rate moves by more than the customer agreed to.
#[test]
fn a_rate_that_moved_gives_everything_back() {
    let mut world = World::new();
    let source = world.account_of(0, ASHA);
    world.ask(0, leave(&world, 10_000, 30)).unwrap();
    world.ledger.rate = Some(Rate(9_000_000_000));
    world.block();
    world.block();
    assert_eq!((world.banks[0].held(&source), world.balance(&source)), (Paise::ZERO, Paise(10_000_000)));
    assert_eq!(world.banks[0].shelf().accounts_of(&asha()).unwrap().len(), 1, "it never opened");
    assert!(world.banks[0].shelf().travel_ends(NetworkDay(u32::MAX), None, 9).unwrap().is_empty());
}

/// What is lost on its way is sent again; what never arrives ends with its time.
#[test]
fn a_lost_opening_is_sent_again_or_given_up() {
    for (arrives, held) in [(true, 0), (false, 0)] {
        let mut world = World::new();
        let source = world.account_of(0, ASHA);
        world.ask(0, leave(&world, 10_000, 30)).unwrap();
        world.block();
        world.pool.clear();
        world.restart(0);
        world.now = world.now.plus(if arrives { RESUBMIT_AFTER_MS + 1 } else { 700_000 });
        world.block();
        if arrives {
            world.block();
        }
        let is_there = world.ledger.accounts.iter().any(|account| account.terms.is_some());
        assert_eq!((is_there, world.banks[0].held(&source)), (arrives, Paise(held)));
    }
}

#[test]
fn home_again_with_all_that_is_left() {
    let mut world = World::new();
    let (source, travel) = abroad(&mut world, 30);
    let close = || Ask::CloseTravel { owner: asha(), account: travel };
    assert_eq!(
        world.ask(0, Ask::CloseTravel { owner: *person(BILAL).idx(), account: travel }),
        Err(Refusal::UnknownAccount)
    );
    assert!(matches!(world.ask(0, close()), Ok(Answer::Submitted(_))));
    assert_eq!(world.ask(0, close()), Err(Refusal::TravelBusy));
    let to = Recipient::Idx(*person(BILAL).idx());
    let spend =
        Ask::Send { sender: asha(), account: travel, to, amount: Paise(1_000), life_ms: None, memo: None };
    assert_eq!(world.ask(0, spend), Err(Refusal::InsufficientFunds), "all of it is on its way home");
    world.block();
    world.block();
    assert_eq!(world.balance(&source), Paise(9_000_000 + 997_002));
    assert!(world.banks[0].shelf().holds_of(&travel).unwrap().is_empty());
    assert_eq!(world.ask(0, close()), Err(Refusal::AccountClosed));
}

#[test]
fn an_expired_account_is_called_home() {
    let mut world = World::new();
    let (source, travel) = abroad(&mut world, 1);
    world.now = world.now.plus(2 * DAY_MS);
    world.block();
    let to = Recipient::Idx(*person(BILAL).idx());
    let spend =
        Ask::Send { sender: asha(), account: travel, to, amount: Paise(1_000), life_ms: None, memo: None };
    assert_eq!(world.ask(0, spend), Err(Refusal::TravelExpired));
    world.ledger.rate = None;
    world.block();
    assert!(world.ledger.account(&travel).unwrap().closed_at.is_none(), "not without a rate");
    world.ledger.rate = Some(Rate(8_333_333_333));
    world.now = world.now.plus(HOME_CALLED_AGAIN_MS);
    world.block();
    world.block();
    assert!(world.ledger.account(&travel).unwrap().closed_at.is_some());
    assert_eq!(world.balance(&source), Paise(9_000_000 + 997_002));
    world.block();
    assert!(world.banks[0].shelf().travel_ends(NetworkDay(u32::MAX), None, 9).unwrap().is_empty());
}

/// Rupees cannot be taken into a dollar account, nor dollars into a rupee account.
#[test]
fn an_intent_is_accepted_in_its_own_currency_only() {
    let mut world = World::new();
    let (_, travel) = abroad(&mut world, 30);
    let to = Recipient::Idx(*person(BILAL).idx());
    let sent = world.ask(
        0,
        Ask::Send { sender: asha(), account: travel, to, amount: Paise(1_000), life_ms: None, memo: None },
    );
    let Ok(Answer::Sent(id)) = sent else { panic!("{sent:?}") };
    world.block();
    world.deliver();
    assert_eq!(world.accept(1, id), Err(Refusal::WrongCurrency));
}

/// Asha signs herself from now on, today's payments from her account by this key.
pub fn signs_herself(world: &mut World, own: &SecretKey, session: &SecretKey) -> BankAccount {
    let credential = Credential::OwnKey(own.public_key());
    world.ask(0, Ask::SetCredential { owner: asha(), credential }).unwrap();
    let source = world.account_of(0, ASHA);
    let key = Some(session.public_key());
    world.ask(0, Ask::OpenSession { owner: asha(), account: source.handle, key }).unwrap();
    world.block();
    source
}

/// What she is told to sign.
pub fn told(answer: Result<Answer, Refusal>) -> TxBody {
    match answer {
        Ok(Answer::SignTravel(body)) => *body,
        other => panic!("{other:?}"),
    }
}

pub fn signed(body: &TxBody, key: &SecretKey) -> Ask {
    let id = body.id();
    Ask::SignTravel { owner: asha(), id, signature: key.sign(&Hash32(id.0)) }
}

/// A customer with an own key signs what the bank prepared.
#[test]
fn who_signs_himself_signs_the_opening() {
    let mut world = World::new();
    let [own, key] = [77, 78].map(|seed| SecretKey::from_seed(&[seed; 32]));
    let source = signs_herself(&mut world, &own, &key);
    let body = told(world.ask(0, leave(&world, 10_000, 30)));
    world.block();
    assert_eq!(world.balance(&source), Paise(10_000_000), "nothing moves without a signature");
    assert_eq!(world.ask(0, signed(&body, &own)), Err(Refusal::BadSignature));
    let strict = RiskRules { high_value: Some(Paise(1)), reject_from: Some(1), ..RiskRules::default() };
    world.banks[0].desk.home.risk = strict;
    assert_eq!(world.ask(0, signed(&body, &key)), Err(Refusal::RiskRejected), "weighed when he signs");
    world.banks[0].desk.home.risk = RiskRules::default();
    assert!(matches!(world.ask(0, signed(&body, &key)), Ok(Answer::AccountOpening { .. })));
    world.block();
    assert_eq!(world.balance(&source), Paise(9_000_000));
}

/// Whoever heard no answer asks again, and is told to sign the same: its money is held once.
#[test]
fn a_journey_that_waits_for_its_signature_is_asked_for_again() {
    let mut world = World::new();
    let [own, key, abroad] = [77, 78, 79].map(|seed| SecretKey::from_seed(&[seed; 32]));
    let source = signs_herself(&mut world, &own, &key);
    let first = told(world.ask(0, leave(&world, 60_000, 30)));
    assert_eq!(told(world.ask(0, leave(&world, 60_000, 30))), first, "though no money for two is there");
    assert_eq!(world.banks[0].held(&source), Paise(6_000_000));
    let other = told(world.ask(0, numbered(leave(&world, 10_000, 31), "999000111223")));
    assert_ne!(other, first, "another journey");
    let Ok(Answer::AccountOpening { handle, .. }) = world.ask(0, signed(&first, &key)) else { panic!() };
    world.block();
    let next = world.ask(0, leave(&world, 60_000, 30));
    assert_eq!(next, Err(Refusal::InsufficientFunds), "what was signed is not asked for again");
    let home = Ask::OpenSession { owner: asha(), account: handle, key: Some(abroad.public_key()) };
    world.ask(0, home).unwrap();
    world.block();
    let close = || Ask::CloseTravel { owner: asha(), account: handle };
    let closing = told(world.ask(0, close()));
    assert_eq!(told(world.ask(0, close())), closing);
    assert!(matches!(world.ask(0, signed(&closing, &abroad)), Ok(Answer::Submitted(_))));
    assert_eq!(world.ask(0, close()), Err(Refusal::TravelBusy), "it is on its way");
    world.block();
    assert!(world.ledger.account(&handle).unwrap().closed_at.is_some());
}

/// What nobody signed in its time is asked for anew.
#[test]
fn a_journey_whose_time_is_over_is_not_offered_again() {
    let mut world = World::new();
    let [own, key] = [77, 78].map(|seed| SecretKey::from_seed(&[seed; 32]));
    signs_herself(&mut world, &own, &key);
    let first = told(world.ask(0, leave(&world, 10_000, 30)));
    world.now = first.valid_until;
    let anew = numbered(leave(&world, 10_000, 30), "999000111223");
    assert_ne!(told(world.ask(0, anew)), first);
}

/// Whoever holds a session's key cannot open an account that the bank does not know.
#[test]
fn an_opening_that_the_desk_did_not_make_is_rejected() {
    let mut world = World::new();
    let (_, _) = abroad(&mut world, 30);
    let made = world.openings.iter().rev().find(|tx| matches!(tx.body.kind, TxKind::OpenTravel(_)));
    let made = made.unwrap().clone();
    let TxKind::OpenTravel(ask) = &made.body.kind else { unreachable!() };
    let forged = OpenTravel { amount: Paise(500_000), ..(**ask).clone() };
    let session = world.banks[0].shelf().session_of_id(&forged.session).unwrap().unwrap();
    let body = TxBody { kind: TxKind::OpenTravel(Box::new(forged)), nonce: 9, ..made.body.clone() };
    let tx = body.sign(&[&session.signer().unwrap()]);
    assert_eq!(world.travel(&tx), Err(Reason::RejectedByPolicy));
    let close = idx_types::testing::close_travel(BankId(0), Closing::Session(session.id));
    let body = TxBody { kind: close, nonce: 10, ..made.body.clone() };
    let tx = body.sign(&[&session.signer().unwrap()]);
    assert_eq!(world.travel(&tx), Err(Reason::RejectedByPolicy));
}
